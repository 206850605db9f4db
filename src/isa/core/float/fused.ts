/** Products and sums rounded once, out of operations of the host that round each time. What is not certain is left to soft-float. */
import type { F32, F64, Ops, V32 } from '../ops';
import { f64, isAmple, roundToOdd, twoProduct, twoSum } from './host';

/** The magnitude lies from `2^-reach` to `2^reach`, or the number is zero. */
const requireMiddle = (o: Ops, v: F64, reach: number): void => {
  const magnitude = o.shl(o.f64Bits(v), o.c(1));
  const exponent = o.lo32(o.shrU(magnitude, o.c(53)));
  o.onlyIf(o.or(o.ltU(o.sub(exponent, o.c32(1023 - reach)), o.c32(2 * reach)), o.eqz(magnitude)));
};

/** `a × b + c` in parts; without rounding it is `sum` and the two of `tail`. */
export interface FusedParts {
  /** The rounded product. */
  readonly high: F64;
  readonly sum: F64;
  readonly tail: readonly [F64, F64];
  /** The tail, rounded to odd. */
  readonly odd: F64;
}

/** @see S. Boldo, G. Melquiond, Emulation of a FMA and Correctly Rounded Sums: Proved Algorithms Using Rounding to Odd */
export const fusedParts = (o: Ops, a: F64, b: F64, c: F64): FusedParts => {
  // So no step overflows, and none has bits below the smallest.
  for (const [v, reach] of [
    [a, 400],
    [b, 400],
    [c, 800],
  ] as const)
    requireMiddle(o, v, reach);
  const [high, low] = twoProduct(o, a, b);
  const [carried, rest] = twoSum(o, c, low);
  const [sum, error] = twoSum(o, high, carried);
  const tail = twoSum(o, rest, error);
  return { high, sum, tail, odd: roundToOdd(o, tail) };
};

/** The parts rounded once. */
export const fusedDouble = (o: Ops, { high, sum, odd }: FusedParts, c: F64): F64 => {
  const result = o.floatAdd(sum, odd);
  // A zero comes of an exact product, and has the sign of its sum.
  return o.select(o.floatEq(result, f64(o, 0n)), o.floatAdd(high, c), result);
};

/** The product of singles is an exact double; the sum, rounded to odd, has enough bits to be rounded again. */
export const fusedSingle = (o: Ops, a: F32, b: F32, c: F32): { readonly value: F32; readonly isExact: V32 } => {
  const odd = roundToOdd(o, twoSum(o, o.floatMul(o.promote(a), o.promote(b)), o.promote(c)));
  const value = o.demote(odd);
  o.onlyIf(o.or(isAmple(o, value), o.floatEq(odd, f64(o, 0n))));
  return { value, isExact: o.floatEq(o.promote(value), odd) };
};
