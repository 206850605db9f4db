/**
 * Floating point of AArch64, on the soft-float that all instruction sets share (`core/float`). Operations are plain functions of
 * FPCR, a format and bits; they give bits and what they raise in FPSR, so that scalar instructions, and vectors lane by lane,
 * call the same: `arithmetic.ts`, `estimates.ts`, `comparison.ts`, `conversion.ts`. `functions.ts` has those of scalar rows by name.
 * Here is what all share: the registers, and how FPCR has an operation done.
 * @see Arm ARM, A1.5 "Floating-point support", and J1.3 "Shared pseudocode", functions/float
 */
import { FLAG, type Format, type FpResult, HALF, ROUND } from '../../core/float/format';
import { defaultNan, type FloatMode, signallingNanFirst } from '../../core/float/mode';

/** FPCR. Trap enables, Len and Stride read as zero. */
export const FPCR = { FZ16: 1 << 19, RMODE: 3 << 22, FZ: 1 << 24, DN: 1 << 25, AHP: 1 << 26 } as const;

/** The cumulative flags of FPSR: invalid operation, division by zero, overflow, underflow, inexact, input denormal. */
export const FPSR = { IOC: 1, DZC: 2, OFC: 4, UFC: 8, IXC: 0x10, IDC: 0x80 } as const;

/** Directions as FPCR.RMode and instructions number them. */
export const RMODE: readonly number[] = [ROUND.RNE, ROUND.RUP, ROUND.RDN, ROUND.RTZ];
const RMODE_SHIFT = 22;

/** What an operation gives: bits of its format, zero-extended, and flags of FPSR. */
export interface FloatResult {
  readonly bits: bigint;
  readonly fpsr: number;
}

/** Operations on numbers of one format; operands may have any bits above its width. */
export type Unary = (fpcr: number, f: Format, a: bigint) => FloatResult;
export type Binary = (fpcr: number, f: Format, a: bigint, b: bigint) => FloatResult;

const makeMode = (rounding: number, isFlushed: boolean, isDefaultNan: boolean): FloatMode => ({
  rounding,
  tiny: isFlushed ? 'flushed' : 'before rounding',
  nan: isDefaultNan ? defaultNan : signallingNanFirst,
  nanToInteger: 'zero',
  invalidProductPlusNan: 'default NaN',
});

const BOTH = [false, true] as const;
/** By rounding, flushing and default NaNs. */
const MODES = Object.values(ROUND).map((rounding) =>
  BOTH.map((isFlushed) => BOTH.map((isDefaultNan) => makeMode(rounding, isFlushed, isDefaultNan))),
);

/** The rounding that FPCR asks for, one of `ROUND`. */
export const roundingOf = (fpcr: number): number => RMODE[(fpcr & FPCR.RMODE) >>> RMODE_SHIFT] ?? ROUND.RNE;

/** Whether subnormals of a format are taken and given as zeros. */
export const isFlushing = (fpcr: number, f: Format): boolean => (fpcr & (f === HALF ? FPCR.FZ16 : FPCR.FZ)) !== 0;

/** How an operation that gives a number of format `f` is to be done. */
export const modeOf = (fpcr: number, f: Format, rounding = roundingOf(fpcr)): FloatMode => {
  const mode = MODES[rounding]?.[isFlushing(fpcr, f) ? 1 : 0]?.[fpcr & FPCR.DN ? 1 : 0];
  if (!mode) throw new Error(`no rounding ${rounding}`);
  return mode;
};

/** An operand as it is taken: a subnormal may be flushed to zero. Of halves that raises nothing. */
export const taken = (fpcr: number, f: Format, raw: bigint): FloatResult => {
  const bits = BigInt.asUintN(f.width, raw);
  const isSubnormal = (bits & f.infinity) === 0n && (bits & f.fractionMask) !== 0n;
  if (!isSubnormal || !isFlushing(fpcr, f)) return { bits, fpsr: 0 };
  return { bits: bits & f.sign, fpsr: f === HALF ? 0 : FPSR.IDC };
};

/** FPSR's flags by those of soft-float. */
const RAISED: readonly number[] = Array.from({ length: 32 }, (_, flags) => {
  const of = (flag: number, raised: number): number => (flags & flag ? raised : 0);
  return (
    of(FLAG.NV, FPSR.IOC) |
    of(FLAG.DZ, FPSR.DZC) |
    of(FLAG.OF, FPSR.OFC) |
    of(FLAG.UF, FPSR.UFC) |
    of(FLAG.NX, FPSR.IXC)
  );
});

/** A result of soft-float, with what its operands raised. */
export const given = ({ bits, flags }: FpResult, ...operands: readonly FloatResult[]): FloatResult => {
  let fpsr = RAISED[flags] ?? 0;
  for (const operand of operands) fpsr |= operand.fpsr;
  return { bits, fpsr };
};
