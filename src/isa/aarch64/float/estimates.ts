/** Estimates that steps of Newton's begin with. @see Arm ARM, J1.3: FPRecipEstimate, FPRSqrtEstimate, FPRecpX, RecipEstimate */
import {
  FLAG,
  type Format,
  infinity,
  invalid,
  isNan,
  isZero,
  ROUND,
  type Unpacked,
  unpack,
  zero,
} from '../../core/float/format';
import { nanOf } from '../../core/float/mode';
import { type FloatResult, given, isFlushing, modeOf, taken, type Unary } from './control';

/** 1 / x for x from 256 to 511, in 512ths; of the same range. */
const reciprocal = (x: number): number => {
  const middle = 2 * x + 1;
  return (Math.floor(2 ** 19 / middle) + 1) >> 1;
};

/** 1 / √x for x from 128 to 511, in 512ths; from 256 to 511. */
const reciprocalRoot = (x: number): number => {
  const middle = x < 256 ? 2 * x + 1 : 2 * ((x & ~1) + 1);
  let root = 512;
  while (middle * (root + 1) ** 2 < 2 ** 28) root++;
  return (root + 1) >> 1;
};

/** A word's high 9 bits as a number from 1/2 to 1 without sign. @see UnsignedRecipEstimate */
export const unsignedRecipEstimate = (word: number): number =>
  word >>> 31 === 0 ? 0xffff_ffff : (reciprocal(word >>> 23) * 2 ** 23) >>> 0;
/** @see UnsignedRSqrtEstimate */
export const unsignedRSqrtEstimate = (word: number): number =>
  word >>> 30 === 0 ? 0xffff_ffff : (reciprocalRoot(word >>> 23) * 2 ** 23) >>> 0;

/** The number with a hidden bit, and its exponent as normal numbers have theirs in a register. */
const normalized = (f: Format, { exponent, significand }: Unpacked): { fraction: bigint; biased: number } => {
  let fraction = significand;
  let biased = exponent + f.p - f.minExponent;
  while (fraction < f.hidden) {
    fraction <<= 1n;
    biased--;
  }
  return { fraction, biased };
};

/** The high 9 bits of a significand. */
const high9 = (f: Format, fraction: bigint): number => Number(fraction >> (f.fraction - 8n));

const overflow = (f: Format, negative: boolean, rounding: number): FloatResult => {
  const isInfinite = rounding === ROUND.RNE || rounding === (negative ? ROUND.RDN : ROUND.RUP);
  return given({ bits: infinity(f, negative) - (isInfinite ? 0n : 1n), flags: FLAG.OF | FLAG.NX });
};

export const fpRecipEstimate: Unary = (fpcr, f, a) => {
  const operand = taken(fpcr, f, a);
  const u = unpack(f, operand.bits);
  const mode = modeOf(fpcr, f);
  if (isNan(u)) return given(nanOf(f, [u], mode), operand);
  if (u.kind === 'infinite') return given({ bits: zero(f, u.negative), flags: 0 }, operand);
  if (isZero(u)) return given({ bits: infinity(f, u.negative), flags: FLAG.DZ }, operand);
  const { fraction, biased } = normalized(f, u);
  // Below 2^(minExponent - 2) the reciprocal is no number of the format.
  if (biased < -1) return overflow(f, u.negative, mode.rounding);
  const exponent = f.exponentMask - 2 - biased;
  if (exponent < 1 && isFlushing(fpcr, f)) return given({ bits: zero(f, u.negative), flags: FLAG.UF }, operand);
  const estimate = BigInt(reciprocal(high9(f, fraction))) << (f.fraction - 8n);
  // With the hidden bit, which a subnormal shows.
  const bits = exponent > 0 ? (BigInt(exponent - 1) << f.fraction) + estimate : estimate >> BigInt(1 - exponent);
  return given({ bits: zero(f, u.negative) | bits, flags: 0 }, operand);
};

export const fpRSqrtEstimate: Unary = (fpcr, f, a) => {
  const operand = taken(fpcr, f, a);
  const u = unpack(f, operand.bits);
  if (isNan(u)) return given(nanOf(f, [u], modeOf(fpcr, f)), operand);
  if (isZero(u)) return given({ bits: infinity(f, u.negative), flags: FLAG.DZ }, operand);
  if (u.negative) return given(invalid(f), operand);
  if (u.kind === 'infinite') return given({ bits: 0n, flags: 0 }, operand);
  const { fraction, biased } = normalized(f, u);
  const scaled = high9(f, fraction);
  const estimate = reciprocalRoot(biased % 2 === 0 ? scaled : scaled >> 1);
  const bias = 1 - f.minExponent;
  const exponent = Math.floor((3 * bias - 1 - biased) / 2);
  return given(
    { bits: (BigInt(exponent) << f.fraction) | (BigInt(estimate & 0xff) << (f.fraction - 8n)), flags: 0 },
    operand,
  );
};

/** The exponent turned over: near that of the reciprocal. */
export const fpRecpX: Unary = (fpcr, f, a) => {
  const operand = taken(fpcr, f, a);
  const u = unpack(f, operand.bits);
  if (isNan(u)) return given(nanOf(f, [u], modeOf(fpcr, f)), operand);
  const exponent = operand.bits & f.infinity;
  const bits = exponent === 0n ? f.infinity - f.hidden : f.infinity ^ exponent;
  return given({ bits: zero(f, u.negative) | bits, flags: 0 }, operand);
};
