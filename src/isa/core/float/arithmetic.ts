/** Add, subtract, multiply, divide, fused multiply-add and square root. */

import {
  bitLength,
  FLAG,
  type Format,
  type FpResult,
  infinity,
  invalid,
  isNan,
  isZero,
  ROUND,
  round,
  type Unpacked,
  unpack,
  zero,
} from './format';
import { type FloatMode, nanOf } from './mode';

const exact = (bits: bigint): FpResult => ({ bits, flags: 0 });

/** The sum of two finite numbers, rounded once. */
const addFinite = (f: Format, a: Unpacked, b: Unpacked, mode: FloatMode): FpResult => {
  if (isZero(a) && isZero(b))
    return exact(zero(f, a.negative === b.negative ? a.negative : mode.rounding === ROUND.RDN));
  if (isZero(a)) return round(f, b.negative, b.exponent, b.significand, mode);
  if (isZero(b)) return round(f, a.negative, a.exponent, a.significand, mode);
  const [low, high] = a.exponent < b.exponent ? [a, b] : [b, a];
  const gap = high.exponent - low.exponent;
  if (gap > bitLength(low.significand) + f.p + 4) {
    // Far below the larger number's last place only its presence matters; this keeps BigInts short.
    return sumAligned(f, high, f.p + 4, { ...low, exponent: high.exponent - f.p - 4, significand: 1n }, mode);
  }
  return sumAligned(f, high, gap, low, mode);
};

/** `gap` is the distance of the exponents. */
const sumAligned = (f: Format, high: Unpacked, gap: number, low: Unpacked, mode: FloatMode): FpResult => {
  const scaled = high.significand << BigInt(gap);
  const total = (high.negative ? -scaled : scaled) + (low.negative ? -low.significand : low.significand);
  if (total === 0n) return exact(zero(f, mode.rounding === ROUND.RDN));
  return round(f, total < 0n, low.exponent, total < 0n ? -total : total, mode);
};

/** No NaNs. */
const sumOf = (f: Format, a: Unpacked, b: Unpacked, mode: FloatMode): FpResult => {
  if (a.kind === 'infinite') {
    return b.kind === 'infinite' && a.negative !== b.negative ? invalid(f) : exact(infinity(f, a.negative));
  }
  if (b.kind === 'infinite') return exact(infinity(f, b.negative));
  return addFinite(f, a, b, mode);
};

/** A NaN keeps its sign. */
export const negate = (u: Unpacked): Unpacked => (isNan(u) ? u : { ...u, negative: !u.negative });

/** The sum of numbers that need not be of the result's format, as the following operations. */
export const sum = (f: Format, a: Unpacked, b: Unpacked, mode: FloatMode): FpResult =>
  isNan(a) || isNan(b) ? nanOf(f, [a, b], mode) : sumOf(f, a, b, mode);

export const add = (f: Format, a: bigint, b: bigint, mode: FloatMode): FpResult =>
  sum(f, unpack(f, a), unpack(f, b), mode);

export const sub = (f: Format, a: bigint, b: bigint, mode: FloatMode): FpResult =>
  sum(f, unpack(f, a), negate(unpack(f, b)), mode);

export const product = (f: Format, a: Unpacked, b: Unpacked, mode: FloatMode): FpResult => {
  if (isNan(a) || isNan(b)) return nanOf(f, [a, b], mode);
  const negative = a.negative !== b.negative;
  if (a.kind === 'infinite' || b.kind === 'infinite') {
    return isZero(a) || isZero(b) ? invalid(f) : exact(infinity(f, negative));
  }
  const significand = a.significand * b.significand;
  if (significand === 0n) return exact(zero(f, negative));
  return round(f, negative, a.exponent + b.exponent, significand, mode);
};

export const mul = (f: Format, a: bigint, b: bigint, mode: FloatMode): FpResult =>
  product(f, unpack(f, a), unpack(f, b), mode);

export const quotient = (f: Format, a: Unpacked, b: Unpacked, mode: FloatMode): FpResult => {
  if (isNan(a) || isNan(b)) return nanOf(f, [a, b], mode);
  const negative = a.negative !== b.negative;
  if (a.kind === 'infinite') return b.kind === 'infinite' ? invalid(f) : exact(infinity(f, negative));
  if (b.kind === 'infinite') return exact(zero(f, negative));
  if (isZero(b)) return isZero(a) ? invalid(f) : { bits: infinity(f, negative), flags: FLAG.DZ };
  if (isZero(a)) return exact(zero(f, negative));
  // Enough quotient bits for any subnormal operand, and a last bit that stands for the remainder.
  const shift = Math.max(0, f.p + 3 - bitLength(a.significand) + bitLength(b.significand));
  const dividend = a.significand << BigInt(shift);
  const whole = dividend / b.significand;
  const sticky = whole * b.significand === dividend ? 0n : 1n;
  return round(f, negative, a.exponent - b.exponent - shift - 1, (whole << 1n) | sticky, mode);
};

export const div = (f: Format, a: bigint, b: bigint, mode: FloatMode): FpResult =>
  quotient(f, unpack(f, a), unpack(f, b), mode);

/** `a × b + c`, rounded once. */
const fused = (f: Format, a: Unpacked, b: Unpacked, c: Unpacked, mode: FloatMode): FpResult => {
  const negative = a.negative !== b.negative;
  // ∞ × 0 is invalid even when the addend is a quiet NaN.
  const isInvalid = (a.kind === 'infinite' && isZero(b)) || (b.kind === 'infinite' && isZero(a));
  if (isNan(a) || isNan(b) || isNan(c)) {
    if (!isInvalid) return nanOf(f, [a, b, c], mode);
    if (c.kind === 'quiet' && mode.invalidProductPlusNan === 'default NaN') return invalid(f);
    return { bits: nanOf(f, [a, b, c], mode).bits, flags: FLAG.NV };
  }
  if (isInvalid) return invalid(f);
  const infinite = a.kind === 'infinite' || b.kind === 'infinite';
  const exactProduct: Unpacked = {
    kind: infinite ? 'infinite' : 'finite',
    negative,
    exponent: a.exponent + b.exponent,
    significand: a.significand * b.significand,
  };
  return sumOf(f, exactProduct, c, mode);
};

export const fma = (f: Format, a: bigint, b: bigint, c: bigint, mode: FloatMode): FpResult =>
  fused(f, unpack(f, a), unpack(f, b), unpack(f, c), mode);
/** `a × b - c`. */
export const fms = (f: Format, a: bigint, b: bigint, c: bigint, mode: FloatMode): FpResult =>
  fused(f, unpack(f, a), unpack(f, b), negate(unpack(f, c)), mode);
/** `-(a × b) + c`. */
export const fnms = (f: Format, a: bigint, b: bigint, c: bigint, mode: FloatMode): FpResult =>
  fused(f, negate(unpack(f, a)), unpack(f, b), unpack(f, c), mode);
/** `-(a × b) - c`. */
export const fnma = (f: Format, a: bigint, b: bigint, c: bigint, mode: FloatMode): FpResult =>
  fused(f, negate(unpack(f, a)), unpack(f, b), negate(unpack(f, c)), mode);

/** Largest integer whose square is at most `n`. */
const integerRoot = (n: bigint): bigint => {
  // The host's root only seeds Newton's step; the loops make the result exact whatever the seed.
  const seed = BigInt(Math.floor(Math.sqrt(Number(n))));
  let root = (seed + n / seed) >> 1n;
  while (root * root > n) root -= 1n;
  while ((root + 1n) * (root + 1n) <= n) root += 1n;
  return root;
};

export const squareRoot = (f: Format, a: Unpacked, mode: FloatMode): FpResult => {
  if (isNan(a)) return nanOf(f, [a], mode);
  if (isZero(a)) return exact(zero(f, a.negative));
  if (a.negative) return invalid(f);
  if (a.kind === 'infinite') return exact(f.infinity);
  // Twice the precision and an even exponent, so that the root has p + 2 bits before the sticky one.
  const wanted = Math.max(0, 2 * (f.p + 2) - bitLength(a.significand));
  const shift = (a.exponent - wanted) % 2 === 0 ? wanted : wanted + 1;
  const radicand = a.significand << BigInt(shift);
  const root = integerRoot(radicand);
  const sticky = root * root === radicand ? 0n : 1n;
  return round(f, false, (a.exponent - shift) / 2 - 1, (root << 1n) | sticky, mode);
};

export const sqrt = (f: Format, a: bigint, mode: FloatMode): FpResult => squareRoot(f, unpack(f, a), mode);
