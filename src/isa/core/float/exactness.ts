/**
 * Results of the host, and whether they are exact: for instruction sets that say of every operation what it raised. What the
 * host is not certain of is left to soft-float (`onlyIf`).
 */
import type { F32, F64, Float, Ops, V32, V64 } from '../ops';
import { type FusedParts, fusedDouble, fusedParts } from './fused';
import { DOUBLES, f64, type HostBinary, type HostFormat, isExactSum, operate, SINGLES, twoSum } from './host';

/** A result that is certain. */
export interface HostResult<T extends Float> {
  readonly value: T;
  readonly isExact: V32;
}

const exponentOf = (o: Ops, v: F64): V32 => DOUBLES.exponent(o, o.f64Bits(v));

const isNormal = (o: Ops, v: F64): V32 => o.ltU(o.sub(exponentOf(o, v), o.c32(1)), o.c32(DOUBLES.top - 1));

const HIDDEN = 1n << 52n;
const significandOf = (o: Ops, v: F64): V64 => o.or(o.and(o.f64Bits(v), o.c(HIDDEN - 1n)), o.c(HIDDEN));

/**
 * Whether `a × b` is `product` as magnitudes, where one of the three was rounded to make it so, and all are normal. As
 * integers both sides differ by less than 2^54 then, so their low 64 bits tell.
 */
const isProduct = (o: Ops, a: F64, b: F64, product: F64): V32 => {
  const distance = o.sub(exponentOf(o, product), o.add(exponentOf(o, a), exponentOf(o, b)));
  const scaled = o.shl(significandOf(o, product), o.zx32(o.add(distance, o.c32(1023 + 52))));
  return o.eq(o.mul(significandOf(o, a), significandOf(o, b)), scaled);
};

/** The same of singles, whose products are exact doubles. */
const isProductOfSingles = (o: Ops, a: F32, b: F32, product: F32): V32 =>
  o.floatEq(o.floatMul(o.promote(a), o.promote(b)), o.promote(product));

const binary = <T extends Float, B extends V32 | V64>(
  o: Ops,
  format: HostFormat<T, B>,
  op: HostBinary,
  [a, b]: readonly [T, T],
  isProductOf: (o: Ops, a: T, b: T, product: T) => V32,
  isTractable: (v: T) => V32,
): HostResult<T> => {
  const { value, bits, isAtTheEnds, isKnownAtTheEnds } = operate(o, format, op, [a, b]);
  if (op === 'add' || op === 'sub') {
    o.onlyIf(isKnownAtTheEnds());
    return { value, isExact: isExactSum(o, op, a, b, value) };
  }
  o.onlyIf(o.iff(isAtTheEnds, isKnownAtTheEnds, () => o.and(isTractable(a), isTractable(b))));
  const isExact = op === 'mul' ? isProductOf(o, a, b, value) : isProductOf(o, value, b, a);
  return { value, isExact: o.or(format.isZero(o, bits), isExact) };
};

export const exactSingle = (o: Ops, op: HostBinary, a: F32, b: F32): HostResult<F32> =>
  binary(o, SINGLES, op, [a, b], isProductOfSingles, () => o.c32(1));

export const exactDouble = (o: Ops, op: HostBinary, a: F64, b: F64): HostResult<F64> =>
  binary(o, DOUBLES, op, [a, b], isProduct, (v) => isNormal(o, v));

export const exactRootSingle = (o: Ops, v: F32): HostResult<F32> => {
  o.onlyIf(o.floatLe(o.bitsF32(o.c32(0)), v));
  const value = o.floatSqrt(v);
  return { value, isExact: isProductOfSingles(o, value, value, v) };
};

export const exactRootDouble = (o: Ops, v: F64): HostResult<F64> => {
  const isZero = DOUBLES.isZero(o, o.f64Bits(v));
  o.onlyIf(o.or(isZero, o.and(isNormal(o, v), o.floatLt(f64(o, 0n), v))));
  const value = o.floatSqrt(v);
  return { value, isExact: o.or(isZero, isProduct(o, value, value, v)) };
};

/**
 * No bit is lost where the tail, without being rounded to odd, and the sum with it are doubles. A tail that is none is too
 * small beside the sum to make it one: the difference of neighbours within a factor of two would be exact.
 */
const isExactFused = (o: Ops, { sum, tail, odd }: FusedParts): V32 => {
  const zero = f64(o, 0n);
  return o.and(o.floatEq(tail[1], zero), o.floatEq(twoSum(o, sum, odd)[1], zero));
};

/** `a × b + c`, rounded once. */
export const exactFusedDouble = (o: Ops, a: F64, b: F64, c: F64): HostResult<F64> => {
  const parts = fusedParts(o, a, b, c);
  return { value: fusedDouble(o, parts, c), isExact: isExactFused(o, parts) };
};

/** Whether a signed integer needs no more than `bits` significant bits. */
export const isShort = (o: Ops, v: V64, bits: number): V32 => {
  const magnitude = o.select(o.ltS(v, o.c(0)), o.sub(o.c(0), v), v);
  return o.geU(o.add(o.clz(magnitude), o.ctz(magnitude)), o.c(64 - bits));
};
