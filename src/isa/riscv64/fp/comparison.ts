/** Comparisons, minimum and maximum, classification. */

import { FLAG, type Format, type FpResult, isNan, type Unpacked, unpack } from './format';

/** Numbers as integers in the same order: negative ones mirrored, both zeros 0. */
const ordered = (f: Format, raw: bigint): bigint => {
  const bits = BigInt.asUintN(f.width, raw);
  return bits & f.sign ? -(bits - f.sign) : bits;
};

const truth = (claim: boolean): FpResult => ({ bits: claim ? 1n : 0n, flags: 0 });

const signals = (a: Unpacked, b: Unpacked): boolean => a.kind === 'signalling' || b.kind === 'signalling';

/** Quiet: only a signalling NaN raises NV. */
export const equal = (f: Format, a: bigint, b: bigint): FpResult => {
  const [ua, ub] = [unpack(f, a), unpack(f, b)];
  if (isNan(ua) || isNan(ub)) return { bits: 0n, flags: signals(ua, ub) ? FLAG.NV : 0 };
  return truth(ordered(f, a) === ordered(f, b));
};

const signalling =
  (claim: (a: bigint, b: bigint) => boolean) =>
  (f: Format, a: bigint, b: bigint): FpResult => {
    if (isNan(unpack(f, a)) || isNan(unpack(f, b))) return { bits: 0n, flags: FLAG.NV };
    return truth(claim(ordered(f, a), ordered(f, b)));
  };

export const less = signalling((a, b) => a < b);
export const lessOrEqual = signalling((a, b) => a <= b);

/** minimumNumber and maximumNumber of IEEE 754-2019: a NaN gives way to a number; -0 is below +0. */
const extreme =
  (takesFirst: (a: bigint, b: bigint) => boolean) =>
  (f: Format, a: bigint, b: bigint): FpResult => {
    const [ua, ub] = [unpack(f, a), unpack(f, b)];
    const flags = signals(ua, ub) ? FLAG.NV : 0;
    if (isNan(ua)) return { bits: isNan(ub) ? f.nan : BigInt.asUintN(f.width, b), flags };
    if (isNan(ub)) return { bits: BigInt.asUintN(f.width, a), flags };
    // Two's complement order of the raw bits differs from `ordered` in telling the zeros apart.
    const rank = (raw: bigint, u: Unpacked): bigint => ordered(f, raw) * 2n - (u.negative ? 1n : 0n);
    return { bits: BigInt.asUintN(f.width, takesFirst(rank(a, ua), rank(b, ub)) ? a : b), flags };
  };

export const minimum = extreme((a, b) => a <= b);
export const maximum = extreme((a, b) => a >= b);

/** @see RISC-V Unprivileged ISA 20240411, F Extension, table "Format of result of FCLASS instruction" */
export const classify = (f: Format, raw: bigint): FpResult => ({
  bits: 1n << BigInt(classOf(f, unpack(f, raw))),
  flags: 0,
});

const classOf = (f: Format, u: Unpacked): number => {
  if (u.kind === 'signalling') return 8;
  if (u.kind === 'quiet') return 9;
  // Negative classes run from 0, -∞, to 3, -0; positive ones mirror them from 4, +0, to 7, +∞.
  const distance = u.kind === 'infinite' ? 3 : u.significand === 0n ? 0 : u.significand < f.hidden ? 1 : 2;
  return u.negative ? 3 - distance : 4 + distance;
};
