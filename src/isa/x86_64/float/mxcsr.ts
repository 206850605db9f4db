/**
 * Floating point of x86-64, on the soft-float that all instruction sets share (`core/float`). Operations of SSE are plain functions
 * of MXCSR, a format and bits; they give bits and what they raise, so that scalar instructions, and packed ones lane by lane,
 * call the same: `arithmetic.ts`, `comparison.ts`, `conversion.ts`. Those of the x87 are beside them: `extended.ts` begins there.
 * Here is what SSE's share: MXCSR, and how it has an operation done.
 * @see AMD64 APM volume 1, 4.2.2 "MXCSR Register", 4.10 "SIMD Floating-Point Exceptions"
 */
import {
  DOUBLE,
  FLAG,
  type Format,
  type FpResult,
  format,
  isNan,
  ROUND,
  SINGLE,
  type Unpacked,
  unpack,
} from '../../core/float/format';
import type { FloatMode } from '../../core/float/mode';

/** Exceptions, as MXCSR and the x87's status and control words number them. */
export const RAISES = { IE: 1, DE: 2, ZE: 4, OE: 8, UE: 0x10, PE: 0x20 } as const;
/** Those that are known before a result is computed. */
export const BEFORE = RAISES.IE | RAISES.DE | RAISES.ZE;

/** Fields of MXCSR beside its flags: DAZ, the masks of the exceptions, rounding control, flush to zero; what can be set. */
export const MXCSR = { DAZ: 0x40, MASKS: 0x1f80, RC: 0x6000, FZ: 0x8000, WRITABLE: 0xffff, RESET: 0x1f80 } as const;
const MASK_SHIFT = 7;
const RC_SHIFT = 13;

/** Directions as RC numbers them, in MXCSR, the x87's control word and ROUNDPS alike. */
export const ROUNDINGS: readonly number[] = [ROUND.RNE, ROUND.RDN, ROUND.RUP, ROUND.RTZ];
/** The rounding that MXCSR asks for, one of `ROUND`. */
export const roundingOf = (mxcsr: number): number => ROUNDINGS[(mxcsr & MXCSR.RC) >>> RC_SHIFT] ?? ROUND.RNE;

/** The formats, with the NaN of invalid operations, which is negative here. */
export const F32: Format = { ...SINGLE, nan: SINGLE.sign | SINGLE.nan };
export const F64: Format = { ...DOUBLE, nan: DOUBLE.sign | DOUBLE.nan };

/** What an operation gives: bits of its format, zero-extended, and flags of MXCSR. */
export interface SseResult {
  readonly bits: bigint;
  readonly flags: number;
}
/** Operations on numbers of one format; operands may have any bits above its width. */
export type Unary = (mxcsr: number, f: Format, a: bigint) => SseResult;
export type Binary = (mxcsr: number, f: Format, a: bigint, b: bigint) => SseResult;

/** The first NaN in the order of operands, whatever its kind. */
const firstNan = (operands: readonly Unpacked[]): Unpacked | undefined => operands.find(isNan);

/** How operations round by one of `ROUND`. */
export const MODES: readonly FloatMode[] = Object.values(ROUND).map((rounding) => ({
  rounding,
  tiny: 'after rounding',
  nan: firstNan,
  nanToInteger: 'highest',
  invalidProductPlusNan: 'NaN',
}));
export const modeOf = (rounding: number): FloatMode => {
  const mode = MODES[rounding];
  if (!mode) throw new Error(`no rounding ${rounding}`);
  return mode;
};

/** A number below the smallest normal one, and not zero. */
export const isSubnormal = (f: Format, bits: bigint): boolean =>
  (bits & f.infinity) === 0n && (bits & f.fractionMask) !== 0n;

/** An operand as it is taken: with DAZ a subnormal is zero. */
export const taken = (mxcsr: number, f: Format, raw: bigint): bigint => {
  const bits = BigInt.asUintN(f.width, raw);
  return mxcsr & MXCSR.DAZ && isSubnormal(f, bits) ? bits & f.sign : bits;
};

const RAISED_BY: readonly (readonly [flag: number, raised: number])[] = [
  [FLAG.NV, RAISES.IE],
  [FLAG.DZ, RAISES.ZE],
  [FLAG.OF, RAISES.OE],
  [FLAG.UF, RAISES.UE],
  [FLAG.NX, RAISES.PE],
];
const RAISED: readonly number[] = Array.from({ length: 32 }, (_, flags) =>
  RAISED_BY.reduce((sum, [flag, raised]) => (flags & flag ? sum | raised : sum), 0),
);
/** Flags of soft-float as exceptions of x86. */
export const raisedBy = (flags: number): number => RAISED[flags] ?? 0;

/** Whether MXCSR masks an exception. */
export const isMasked = (mxcsr: number, exception: number): boolean => (mxcsr & (exception << MASK_SHIFT)) !== 0;
/** The exceptions that MXCSR does not mask. */
export const unmasked = (mxcsr: number): number => ~(mxcsr >>> MASK_SHIFT) & 0x3f;

/** What `operands`, as they are taken, raise by being subnormal: nothing where a NaN is among them or the operation is invalid. */
export const denormalsOf = (f: Format, operands: readonly bigint[], raised: number): number =>
  !(raised & (RAISES.IE | RAISES.ZE)) &&
  operands.some((bits) => isSubnormal(f, bits)) &&
  !operands.some((bits) => isNan(unpack(f, bits)))
    ? RAISES.DE
    : 0;

/** A result as MXCSR has tiny ones: flushed, or an underflow even where exact, since that is not masked. */
const fitted = (mxcsr: number, f: Format, { bits, flags }: FpResult): SseResult => {
  const raised = raisedBy(flags);
  const isTiny = (raised & RAISES.UE) !== 0 || isSubnormal(f, bits);
  if (!isTiny) return { bits, flags: raised };
  if (!isMasked(mxcsr, RAISES.UE)) return { bits, flags: raised | RAISES.UE };
  if (mxcsr & MXCSR.FZ) return { bits: bits & f.sign, flags: raised | RAISES.UE | RAISES.PE };
  return { bits, flags: raised };
};

/** The format's precision with exponents that no operation of SSE leaves. */
const unbounded = (f: Format): Format => format(f.p + 20, f.p);

/** An operation on numbers of one format, rounded into another. */
export type Computation = (from: Format, to: Format, operands: readonly bigint[], mode: FloatMode) => FpResult;

/** Arithmetic under MXCSR: of operands of format `from`, rounded into format `to`. */
export const computed = (
  mxcsr: number,
  [from, to]: readonly [Format, Format],
  operands: readonly bigint[],
  run: Computation,
): SseResult => {
  const given = operands.map((raw) => taken(mxcsr, from, raw));
  const mode = modeOf(roundingOf(mxcsr));
  const { bits, flags } = fitted(mxcsr, to, run(from, to, given, mode));
  // An overflow or underflow that is not masked is inexact only if it were so with any exponent.
  const isPending = (flags & (RAISES.OE | RAISES.UE) & unmasked(mxcsr)) !== 0;
  const isExact = isPending && run(from, unbounded(to), given, mode).flags === 0;
  const raised = isExact ? flags & ~RAISES.PE : flags;
  return { bits, flags: raised | denormalsOf(from, given, raised) };
};

/**
 * What of flags raised MXCSR gets, and whether #XF is taken. All lanes of an instruction are given as one: where one of them
 * raises what is known beforehand and not masked, no lane is computed.
 */
export const settled = (mxcsr: number, flags: number): { readonly flags: number; readonly isTaken: boolean } => {
  const first = flags & BEFORE;
  if (first & unmasked(mxcsr)) return { flags: first, isTaken: true };
  return { flags, isTaken: (flags & unmasked(mxcsr)) !== 0 };
};
