/** Conversions. @see Arm ARM, J1.3, functions/float: FPConvert, FPToFixed, FixedToFP, FPRoundInt, FPRoundIntN, FPToFixedJS */
import { convert, fromInteger, type IntegerType, toInteger } from '../../core/float/conversion';
import { roundToIntegral } from '../../core/float/exponent';
import { DOUBLE, FLAG, type Format, HALF, isNan, ROUND, SINGLE, unpack, zero } from '../../core/float/format';
import { type FloatResult, FPCR, FPSR, given, modeOf, roundingOf, taken } from './control';

/** Halves without infinities and NaNs: what would be those are numbers. */
const ALTERNATIVE_HALF: Format = { ...HALF, infinity: HALF.sign };
const HALF_TOP = 0x1fn << HALF.fraction;

/** The single of an alternative half whose exponent no other half has. */
const singleOfTop = (half: bigint): bigint => {
  const fraction = (half & HALF.fractionMask) << (SINGLE.fraction - HALF.fraction);
  return ((half & HALF.sign) << 16n) | (BigInt(127 + 16) << SINGLE.fraction) | fraction;
};

const toAlternativeHalf = (fpcr: number, from: Format, operand: FloatResult, rounding: number): FloatResult => {
  const u = unpack(from, operand.bits);
  if (isNan(u)) return given({ bits: zero(HALF, u.negative), flags: FLAG.NV }, operand);
  const largest = (u.negative ? HALF.sign : 0n) | (HALF.sign - 1n);
  if (u.kind === 'infinite') return given({ bits: largest, flags: FLAG.NV }, operand);
  const result = convert(from, ALTERNATIVE_HALF, operand.bits, modeOf(fpcr, HALF, rounding));
  return given(result.flags & FLAG.OF ? { bits: largest, flags: FLAG.NV } : result, operand);
};

/** Between formats. Halves are not flushed, and may be alternative ones (FPCR.AHP). */
export const fpConvert = (
  fpcr: number,
  from: Format,
  to: Format,
  a: bigint,
  rounding = roundingOf(fpcr),
): FloatResult => {
  const control = fpcr & ~FPCR.FZ16;
  const operand = taken(control, from, a);
  const isAlternative = (control & FPCR.AHP) !== 0;
  if (to === HALF && isAlternative) return toAlternativeHalf(control, from, operand, rounding);
  if (from === HALF && isAlternative && (operand.bits & HALF_TOP) === HALF_TOP) {
    const single = singleOfTop(operand.bits);
    return to === SINGLE ? { bits: single, fpsr: 0 } : given(convert(SINGLE, to, single, modeOf(control, to)));
  }
  return given(convert(from, to, operand.bits, modeOf(control, to, rounding)), operand);
};

/** To an integer or a fixed-point number: the nearest end of its range, or 0 of a NaN. The bits are those of its width. */
export const fpToFixed = (
  fpcr: number,
  f: Format,
  type: IntegerType,
  a: bigint,
  rounding = roundingOf(fpcr),
): FloatResult => {
  const operand = taken(fpcr, f, a);
  const { bits, fpsr } = given(toInteger(f, type, operand.bits, modeOf(fpcr, f, rounding)), operand);
  return { bits: BigInt.asUintN(type.width, bits), fpsr };
};

/** Of an integer or a fixed-point number. */
export const fpFromFixed = (fpcr: number, f: Format, type: IntegerType, a: bigint): FloatResult =>
  given(fromInteger(f, type, a, modeOf(fpcr, f)));

/** To an integral number of the same format. Only an `exact` rounding tells that the result is another number. */
export const fpRoundInt = (
  fpcr: number,
  f: Format,
  a: bigint,
  rounding = roundingOf(fpcr),
  exact: 'exact' | 'silent' = 'silent',
): FloatResult => {
  const operand = taken(fpcr, f, a);
  const { bits, flags } = roundToIntegral(f, operand.bits, modeOf(fpcr, f, rounding));
  return given({ bits, flags: exact === 'exact' ? flags : flags & ~FLAG.NX }, operand);
};

/** To an integral number that a signed integer of `width` bits can hold; of what none can, the lowest of those. */
export const fpRoundIntN = (
  fpcr: number,
  f: Format,
  width: 32 | 64,
  a: bigint,
  rounding = roundingOf(fpcr),
): FloatResult => {
  const { fpsr } = fpToFixed(fpcr, f, { width, signed: true }, a, rounding);
  if (!(fpsr & FPSR.IOC)) return fpRoundInt(fpcr, f, a, rounding, 'exact');
  return { bits: fromInteger(f, { width: 64, signed: true }, -(1n << BigInt(width - 1)), modeOf(0, f)).bits, fpsr };
};

/**
 * To a word as JavaScript does: towards zero, modulo 2^32. `isExact` tells whether the word is the number; -0 is none.
 */
export const fpToFixedJs = (fpcr: number, a: bigint): FloatResult & { readonly isExact: boolean } => {
  const operand = taken(fpcr, DOUBLE, a);
  const u = unpack(DOUBLE, operand.bits);
  if (u.kind !== 'finite') return { bits: 0n, fpsr: FPSR.IOC, isExact: false };
  const shift = BigInt(Math.abs(u.exponent));
  const magnitude = u.exponent < 0 ? u.significand >> shift : u.significand << shift;
  const bits = BigInt.asUintN(32, u.negative ? -magnitude : magnitude);
  const { fpsr } = fpToFixed(fpcr, DOUBLE, { width: 32, signed: true }, a, ROUND.RTZ);
  return { bits, fpsr, isExact: fpsr === 0 && operand.bits !== DOUBLE.sign };
};
