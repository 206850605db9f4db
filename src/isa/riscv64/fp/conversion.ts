/** Conversions between formats and to and from integers. */

import {
  bitLength,
  FLAG,
  type Format,
  type FpResult,
  infinity,
  invalid,
  isNan,
  isZero,
  nan,
  round,
  roundShift,
  unpack,
  zero,
} from './format';

/** Between floating-point formats. */
export const convert = (from: Format, to: Format, raw: bigint, rm: number): FpResult => {
  const u = unpack(from, raw);
  if (isNan(u)) return u.kind === 'signalling' ? invalid(to) : nan(to);
  if (u.kind === 'infinite') return { bits: infinity(to, u.negative), flags: 0 };
  if (isZero(u)) return { bits: zero(to, u.negative), flags: 0 };
  return round(to, u.negative, u.exponent, u.significand, rm);
};

/** An integer type of the instruction set. */
export interface IntegerType {
  readonly width: 32 | 64;
  readonly signed: boolean;
}

/** In a register: 32-bit results are sign-extended, unsigned ones too. */
const inRegister = (type: IntegerType, value: bigint): bigint => BigInt.asUintN(64, BigInt.asIntN(type.width, value));

/** Out-of-range values and NaNs give the nearest end of the range (NaN: the upper) and raise NV alone. */
export const toInteger = (f: Format, type: IntegerType, raw: bigint, rm: number): FpResult => {
  const span = 1n << BigInt(type.width);
  const lowest = type.signed ? -span / 2n : 0n;
  const highest = type.signed ? span / 2n - 1n : span - 1n;
  const u = unpack(f, raw);
  const saturated = (negative: boolean): FpResult => ({
    bits: inRegister(type, negative ? lowest : highest),
    flags: FLAG.NV,
  });
  if (isNan(u)) return saturated(false);
  if (u.kind === 'infinite' || u.exponent + bitLength(u.significand) > 65) return saturated(u.negative);
  const { value, inexact } = roundShift(u.negative, u.significand, -u.exponent, rm);
  const result = u.negative ? -value : value;
  if (result < lowest || result > highest) return saturated(u.negative);
  return { bits: inRegister(type, result), flags: inexact ? FLAG.NX : 0 };
};

export const fromInteger = (f: Format, type: IntegerType, raw: bigint, rm: number): FpResult => {
  const value = type.signed ? BigInt.asIntN(type.width, raw) : BigInt.asUintN(type.width, raw);
  if (value === 0n) return { bits: 0n, flags: 0 };
  return round(f, value < 0n, 0, value < 0n ? -value : value, rm);
};
