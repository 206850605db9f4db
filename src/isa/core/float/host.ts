/**
 * What the host's floating point is certain of, in the common words: for quick forms of floating-point instructions. The
 * host rounds to nearest even; these tell where its result is the exact one, and where it is not.
 */
import type { F32, F64, Float, Ops, V32, V64 } from '../ops';

/** A double by its bits. */
export const f64 = (o: Ops, bits: bigint): F64 => o.bitsF64(o.c(bits));
/** `2^exponent`. */
export const powerOfTwo = (o: Ops, exponent: number): F64 => f64(o, BigInt(exponent + 1023) << 52n);

/** No NaN. */
export const isNumber = (o: Ops, v: Float): V32 => o.floatEq(v, v);

/** Exponent field of a single from 2 to 254: not near the smallest, nor infinite. A zero is left to the caller. */
export const isAmple = (o: Ops, v: F32): V32 => {
  const exponent = o.and(o.shrU(o.f32Bits(v), o.c32(23)), o.c32(0xff));
  return o.ltU(o.sub(exponent, o.c32(2)), o.c32(253));
};

/** A sum and what rounding left off: exact unless it overflows. @see Knuth, The Art of Computer Programming, 4.2.2 */
export const twoSum = (o: Ops, a: F64, b: F64): readonly [sum: F64, error: F64] => {
  const sum = o.floatAdd(a, b);
  const fromB = o.floatSub(sum, a);
  const fromA = o.floatSub(sum, fromB);
  return [sum, o.floatAdd(o.floatSub(a, fromA), o.floatSub(b, fromB))];
};

/** `v` as a sum of numbers of 26 bits. @see T. J. Dekker, A floating-point technique for extending the available precision */
const split = (o: Ops, v: F64): readonly [high: F64, low: F64] => {
  const scaled = o.floatMul(v, f64(o, 0x41a0_0000_0200_0000n));
  const high = o.floatSub(scaled, o.floatSub(scaled, v));
  return [high, o.floatSub(v, high)];
};

/** A product and what rounding left off: exact away from the ends of the range. */
export const twoProduct = (o: Ops, a: F64, b: F64): readonly [product: F64, error: F64] => {
  const product = o.floatMul(a, b);
  const [aHigh, aLow] = split(o, a);
  const [bHigh, bLow] = split(o, b);
  const missing = o.floatSub(o.floatMul(aHigh, bHigh), product);
  const crossed = o.floatAdd(o.floatAdd(missing, o.floatMul(aHigh, bLow)), o.floatMul(aLow, bHigh));
  return [product, o.floatAdd(crossed, o.floatMul(aLow, bLow))];
};

/** `sum + error` rounded to odd: of the two neighbours of an inexact result the one with an odd significand. */
export const roundToOdd = (o: Ops, [sum, error]: readonly [F64, F64]): F64 => {
  const bits = o.f64Bits(sum);
  const errorBits = o.f64Bits(error);
  const isEvenAndInexact = o.and(o.not(bits), o.zx32(o.ne(o.shl(errorBits, o.c(1)), o.c(0))));
  const towardsError = o.or(o.shrS(o.xor(bits, errorBits), o.c(63)), o.c(1));
  return o.bitsF64(o.add(bits, o.mul(isEvenAndInexact, towardsError)));
};

/** Arithmetic whose result the host may know. */
export type HostBinary = 'add' | 'sub' | 'mul' | 'div';

/** How one format of numbers is held, beside its arithmetic, which {@link Ops} has for both. */
export interface HostFormat<T extends Float, B extends V32 | V64> {
  bitsOf(o: Ops, v: T): B;
  /** The exponent field. */
  exponent(o: Ops, bits: B): V32;
  /** Its highest value. */
  readonly top: number;
  isZero(o: Ops, bits: B): V32;
  /** Whether the product of two numbers is certainly exact; it is neither tiny nor huge. */
  isExactProduct(o: Ops, a: T, b: T, product: T): V32;
}

export const SINGLES: HostFormat<F32, V32> = {
  bitsOf: (o, v) => o.f32Bits(v),
  exponent: (o, bits) => o.and(o.shrU(bits, o.c32(23)), o.c32(0xff)),
  top: 0xff,
  isZero: (o, bits) => o.eqz(o.shl(bits, o.c32(1))),
  // A double holds every product of singles.
  isExactProduct: (o, a, b, product) => o.floatEq(o.floatMul(o.promote(a), o.promote(b)), o.promote(product)),
};
export const DOUBLES: HostFormat<F64, V64> = {
  bitsOf: (o, v) => o.f64Bits(v),
  exponent: (o, bits) => o.and(o.lo32(o.shrU(bits, o.c(52))), o.c32(0x7ff)),
  top: 0x7ff,
  isZero: (o, bits) => o.eqz(o.shl(bits, o.c(1))),
  // So short are the significands of the factors.
  isExactProduct: (o, a, b) => {
    const zeros = (v: F64): V64 => o.ctz(o.or(o.f64Bits(v), o.c(1n << 52n)));
    return o.geU(o.add(zeros(a), zeros(b)), o.c(53));
  },
};

/** Whether the sum, less one operand, is the other: both ways for the exact sum, and for no other. */
export const isExactSum = <T extends Float>(o: Ops, op: 'add' | 'sub', a: T, b: T, sum: T): V32 => {
  const other = o.floatSub(sum, a);
  const isFirst = o.floatEq(o.floatSub(sum, other), a);
  return o.and(isFirst, o.floatEq(other, op === 'sub' ? o.floatNeg(b) : b));
};

/** An operation as the host does it, and whether its result lies at the ends of the range: tiny, zero or infinite. */
export const operate = <T extends Float, B extends V32 | V64>(
  o: Ops,
  format: HostFormat<T, B>,
  op: HostBinary,
  [a, b]: readonly [T, T],
) => {
  const value = { add: o.floatAdd, sub: o.floatSub, mul: o.floatMul, div: o.floatDiv }[op](a, b);
  const bits = format.bitsOf(o, value);
  const exponent = format.exponent(o, bits);
  const isZero = (v: T): V32 => format.isZero(o, format.bitsOf(o, v));
  /** Whether a result at the ends is the right one, and exact. */
  const isKnownAtTheEnds = (): V32 => {
    // Small sums are exact: no operand has bits below the smallest number's. Zeros come exactly of zeros only.
    if (op === 'add' || op === 'sub') return o.ne(exponent, o.c32(format.top));
    const ofZeros = op === 'mul' ? o.or(isZero(a), isZero(b)) : isZero(a);
    return o.and(format.isZero(o, bits), ofZeros);
  };
  const isAtTheEnds = o.geU(o.sub(exponent, o.c32(2)), o.c32(format.top - 2));
  return { value, bits, isAtTheEnds, isKnownAtTheEnds };
};

const arithmetic = <T extends Float, B extends V32 | V64>(
  o: Ops,
  format: HostFormat<T, B>,
  op: HostBinary,
  [a, b]: readonly [T, T],
  ignoresInexact: () => V32,
): { readonly value: T; readonly isKnown: V32 } => {
  const { value, isAtTheEnds, isKnownAtTheEnds } = operate(o, format, op, [a, b]);
  const isExact = (): V32 => {
    if (op === 'div') return o.c32(0);
    return op === 'mul' ? format.isExactProduct(o, a, b, value) : isExactSum(o, op, a, b, value);
  };
  const isKnown = o.iff(isAtTheEnds, isKnownAtTheEnds, () => o.iff(ignoresInexact(), () => o.c32(1), isExact));
  return { value, isKnown };
};

/**
 * The host's result of an operation on singles, and whether value and flags are certain: a normal number above the smallest
 * one that is exact, or whose being inexact changes nothing (`ignoresInexact`).
 */
export const hostSingle = (o: Ops, op: HostBinary, a: F32, b: F32, ignoresInexact: () => V32) =>
  arithmetic(o, SINGLES, op, [a, b], ignoresInexact);

/** The same of doubles. */
export const hostDouble = (o: Ops, op: HostBinary, a: F64, b: F64, ignoresInexact: () => V32) =>
  arithmetic(o, DOUBLES, op, [a, b], ignoresInexact);

/** How far a number is from zero in kinds: 0 zero, 1 subnormal, 2 normal, 3 infinite. Leaves NaNs to soft-float. */
export const kindOf = (o: Ops, bits: V64, suffix: 's' | 'd'): V32 => {
  const [sign, fraction] = suffix === 's' ? [31n, 23n] : [63n, 52n];
  const magnitude = o.and(bits, o.c((1n << sign) - 1n));
  const infinity = o.c((1n << sign) - (1n << fraction));
  o.onlyIf(o.geU(infinity, magnitude));
  const subnormal = o.ne(magnitude, o.c(0));
  const normal = o.geU(magnitude, o.c(1n << fraction));
  return o.add(o.add(subnormal, normal), o.eq(magnitude, infinity));
};
