/** Conversions between formats and to and from integers. */

import {
  bitLength,
  FLAG,
  type Format,
  type FpResult,
  infinity,
  isNan,
  isZero,
  round,
  roundShift,
  type Unpacked,
  unpack,
  zero,
} from './format';
import { type FloatMode, nanOf } from './mode';

/** Between floating-point formats. */
export const convert = (from: Format, to: Format, raw: bigint, mode: FloatMode): FpResult => {
  const u = unpack(from, raw);
  if (isNan(u)) return nanOf(to, [{ ...u, significand: payloadIn(from, to, u) }], mode);
  if (u.kind === 'infinite') return { bits: infinity(to, u.negative), flags: 0 };
  if (isZero(u)) return { bits: zero(to, u.negative), flags: 0 };
  return round(to, u.negative, u.exponent, u.significand, mode);
};

/** The high bits of a NaN's payload are what other formats have of it. */
const payloadIn = (from: Format, to: Format, { significand }: Unpacked): bigint =>
  to.p > from.p ? significand << (to.fraction - from.fraction) : significand >> (from.fraction - to.fraction);

/** An integer type of the instruction set. */
export interface IntegerType {
  readonly width: 16 | 32 | 64;
  readonly signed: boolean;
  /** Bits behind the point: the number is the integer divided by 2 to their count. Absent: none. */
  readonly fractionBits?: number;
}

/**
 * Values out of range give the nearest end of the range, NaNs what `mode` says, and raise NV alone. The bits are those of the
 * integer, extended to 64 as its type is signed or not.
 */
export const toInteger = (f: Format, type: IntegerType, raw: bigint, mode: FloatMode): FpResult => {
  const span = 1n << BigInt(type.width);
  const lowest = type.signed ? -span / 2n : 0n;
  const highest = type.signed ? span / 2n - 1n : span - 1n;
  const u = unpack(f, raw);
  const exponent = u.exponent + (type.fractionBits ?? 0);
  const invalid = (value: bigint): FpResult => ({ bits: BigInt.asUintN(64, value), flags: FLAG.NV });
  if (isNan(u)) return invalid(mode.nanToInteger === 'zero' ? 0n : highest);
  const end = u.negative ? lowest : highest;
  if (u.kind === 'infinite' || exponent + bitLength(u.significand) > 65) return invalid(end);
  const { value, inexact } = roundShift(u.negative, u.significand, -exponent, mode.rounding);
  const result = u.negative ? -value : value;
  if (result < lowest || result > highest) return invalid(end);
  return { bits: BigInt.asUintN(64, result), flags: inexact ? FLAG.NX : 0 };
};

export const fromInteger = (f: Format, type: IntegerType, raw: bigint, mode: FloatMode): FpResult => {
  const value = type.signed ? BigInt.asIntN(type.width, raw) : BigInt.asUintN(type.width, raw);
  if (value === 0n) return { bits: 0n, flags: 0 };
  return round(f, value < 0n, -(type.fractionBits ?? 0), value < 0n ? -value : value, mode);
};
