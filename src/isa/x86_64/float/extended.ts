/**
 * Numbers of the x87: 80 bits with a visible integer bit. Operations take and give them as such, and are functions of the
 * control word: `x87-arithmetic.ts`, `x87-exponent.ts`, `x87-formats.ts`, `x87-functions.ts`. Stack and tags are not theirs.
 * @see AMD64 APM volume 1, 6.3 "Instruction Operands", and 6.8 "x87 Floating-Point Exceptions"
 */
import {
  FLAG,
  type Format,
  type FpResult,
  format,
  isNan,
  ROUND,
  round,
  type Unpacked,
  unpack,
} from '../../core/float/format';
import type { FloatMode } from '../../core/float/mode';
import { isSubnormal, modeOf, RAISES, ROUNDINGS, raisedBy } from './mxcsr';

/** The values of the x87's registers, less the integer bit. */
export const EXTENDED: Format = format(79, 64);
/** What is rounded to less precision keeps the exponents. @see "Precision Control" */
const SHORT = format(39, 24);
const LONG = format(68, 53);

/** Fields of the control word. */
export const FCW = { MASKS: 0x3f, PC: 0x300, RC: 0xc00, RESET: 0x37f } as const;

export const SIGN = 1n << 79n;
const INTEGER_BIT = 1n << 63n;
const FRACTION = INTEGER_BIT - 1n;
/** What invalid operations yield. */
export const INDEFINITE = (0xffffn << 64n) | (3n << 62n);

/** The precision that the control word asks for. */
export const precisionOf = (fcw: number): Format => {
  const pc = (fcw & FCW.PC) >>> 8;
  return pc === 0 ? SHORT : pc === 2 ? LONG : EXTENDED;
};
export const roundingOf = (fcw: number): number => ROUNDINGS[(fcw & FCW.RC) >>> 10] ?? ROUND.RNE;

/** A register taken apart. What has no meaning (unnormals, pseudo-NaNs, pseudo-infinities) is not supported. */
export interface Extended extends Unpacked {
  readonly isSupported: boolean;
  readonly isDenormal: boolean;
}

/** A supported register in the format without an integer bit; of pseudo-denormals the normal number they are. */
export const packed = (raw: bigint): bigint => {
  const exponent = (raw >> 64n) & 0x7fffn;
  const integer = (raw >> 63n) & 1n;
  return (((raw >> 79n) & 1n) << 78n) | ((exponent || integer) << 63n) | (raw & FRACTION);
};

export const takeApart = (raw: bigint): Extended => {
  const exponent = (raw >> 64n) & 0x7fffn;
  const isDenormal = exponent === 0n && (raw & (INTEGER_BIT | FRACTION)) !== 0n;
  const isSupported = exponent === 0n || (raw & INTEGER_BIT) !== 0n;
  return { ...unpack(EXTENDED, packed(raw)), isSupported, isDenormal };
};

/** A register of bits of a format that has its exponents. */
export const registerOf = (f: Format, bits: bigint): bigint => {
  const sign = bits & f.sign ? SIGN : 0n;
  const exponent = (bits & f.infinity) >> f.fraction;
  const fraction = (bits & f.fractionMask) << (63n - f.fraction);
  return sign | (exponent << 64n) | (exponent ? INTEGER_BIT : 0n) | fraction;
};

/** What an operation gives: a register, exceptions, and whether rounding made the magnitude greater (C1). */
export interface X87Result {
  readonly value: bigint;
  readonly flags: number;
  readonly isRoundedUp: boolean;
}
export const plain = (value: bigint, flags = 0): X87Result => ({ value, flags, isRoundedUp: false });
/** A magnitude with a sign. */
export const signed = (negative: boolean, value: bigint): bigint => (negative ? value | SIGN : value);
export const INFINITY = registerOf(EXTENDED, EXTENDED.infinity);
export const ONE = (0x3fffn << 64n) | INTEGER_BIT;
export const INVALID = plain(INDEFINITE, RAISES.IE);

const quietOf = ({ negative, significand }: Unpacked): bigint =>
  registerOf(EXTENDED, (negative ? EXTENDED.sign : 0n) | EXTENDED.infinity | EXTENDED.quiet | significand);

/** Of two NaNs a quiet one before a signalling one, then the greater significand, then the positive one. */
const isPreferred = (a: Unpacked, b: Unpacked): boolean => {
  if (a.kind !== b.kind) return a.kind === 'quiet';
  return a.significand === b.significand ? !a.negative : a.significand > b.significand;
};

/** What operands yield of which one is no number. @see "QNaN Results" */
export const nonNumber = (...operands: readonly Extended[]): X87Result | undefined => {
  if (operands.some(({ isSupported }) => !isSupported)) return INVALID;
  const nans = operands.filter(isNan);
  const [first, ...others] = nans;
  if (!first) return undefined;
  const chosen = others.reduce((best, other) => (isPreferred(best, other) ? best : other), first);
  return plain(quietOf(chosen), nans.some(({ kind }) => kind === 'signalling') ? RAISES.IE : 0);
};

export const isMasked = (fcw: number, exception: number): boolean => (fcw & exception) !== 0;

/** What exponents of results are corrected by whose overflow or underflow is not masked. @see "Overflow Exception" */
const BIAS_ADJUSTMENT = 24576;

/** Computes into a format; it may have any exponents. */
export type Computation = (f: Format, mode: FloatMode) => FpResult;

const magnitude = (f: Format, bits: bigint): bigint => bits & (f.sign - 1n);

/** A result and whether its magnitude was rounded up. */
const rounded = (f: Format, rounding: number, run: Computation) => {
  const result = run(f, modeOf(rounding));
  const isRoundedUp =
    (result.flags & FLAG.NX) !== 0 && magnitude(f, run(f, modeOf(ROUND.RTZ)).bits) < magnitude(f, result.bits);
  return { ...result, isRoundedUp };
};

/** Of an overflow or underflow that is not masked: the result with another exponent. */
const adjusted = (f: Format, rounding: number, raised: number, run: Computation): X87Result => {
  const wide = format(f.p + 20, f.p);
  const { bits, flags, isRoundedUp } = rounded(wide, rounding, run);
  const u = unpack(wide, bits);
  const distance = raised & RAISES.OE ? -BIAS_ADJUSTMENT : BIAS_ADJUSTMENT;
  // What is still too large is infinite whatever the rounding: only FSCALE gets so far.
  const moved = round(EXTENDED, u.negative, u.exponent + distance, u.significand, modeOf(ROUND.RNE));
  return {
    value: registerOf(EXTENDED, moved.bits),
    flags: raised | raisedBy(flags | moved.flags),
    isRoundedUp: isRoundedUp || (moved.flags & FLAG.OF) !== 0,
  };
};

/** A result under the control word, in the precision it asks for or in another. */
export const computed = (fcw: number, run: Computation, f = precisionOf(fcw)): X87Result => {
  const rounding = roundingOf(fcw);
  const { bits, flags, isRoundedUp } = rounded(f, rounding, run);
  if (flags & FLAG.NV) return INVALID;
  const raised = raisedBy(flags);
  const isTiny = (raised & RAISES.UE) !== 0 || isSubnormal(f, bits);
  if (isTiny && !isMasked(fcw, RAISES.UE)) return adjusted(f, rounding, RAISES.UE, run);
  if (raised & RAISES.OE && !isMasked(fcw, RAISES.OE)) return adjusted(f, rounding, RAISES.OE, run);
  return { value: registerOf(f, bits), flags: raised, isRoundedUp };
};

/** A result with what its operands raise by being denormal: nothing where it is invalid or a division by zero. */
export const withDenormals = (result: X87Result, ...operands: readonly Extended[]): X87Result =>
  !(result.flags & (RAISES.IE | RAISES.ZE)) && operands.some(({ isDenormal }) => isDenormal)
    ? { ...result, flags: result.flags | RAISES.DE }
    : result;
