/** Numbers by their exponents: rounding to integral values, scaling by powers of two, the exponent itself. */
import {
  bitLength,
  FLAG,
  type Format,
  type FpResult,
  infinity,
  invalid,
  isNan,
  isZero,
  round,
  roundShift,
  unpack,
  zero,
} from './format';
import { type FloatMode, nanOf } from './mode';

/** To an integral number of the same format; an inexact one raises NX. */
export const roundToIntegral = (f: Format, raw: bigint, mode: FloatMode): FpResult => {
  const u = unpack(f, raw);
  if (isNan(u)) return nanOf(f, [u], mode);
  if (u.kind === 'infinite' || isZero(u)) return { bits: BigInt.asUintN(f.width, raw), flags: 0 };
  const { value, inexact } = roundShift(u.negative, u.significand, -u.exponent, mode.rounding);
  const flags = inexact ? FLAG.NX : 0;
  if (value === 0n) return { bits: zero(f, u.negative), flags };
  return { bits: round(f, u.negative, 0, value, mode).bits, flags };
};

/** Past any exponent of a double, subnormal or not. */
const FARTHEST = 0x1000n;

/** `raw × 2^by`, rounded once. @see IEEE 754-2008, 5.3.3 scaleB */
export const scaleB = (f: Format, raw: bigint, by: bigint, mode: FloatMode): FpResult => {
  const u = unpack(f, raw);
  if (isNan(u)) return nanOf(f, [u], mode);
  if (u.kind === 'infinite' || isZero(u)) return { bits: BigInt.asUintN(f.width, raw), flags: 0 };
  const distance = Number(by > FARTHEST ? FARTHEST : by < -FARTHEST ? -FARTHEST : by);
  return round(f, u.negative, u.exponent + distance, u.significand, mode);
};

/** The exponent of a positive number as a number of the same format; a negative one is invalid. */
export const logB = (f: Format, raw: bigint, mode: FloatMode): FpResult => {
  const u = unpack(f, raw);
  if (isNan(u)) return nanOf(f, [u], mode);
  if (isZero(u)) return { bits: infinity(f, true), flags: FLAG.DZ };
  if (u.negative) return invalid(f);
  if (u.kind === 'infinite') return { bits: f.infinity, flags: 0 };
  const exponent = u.exponent + bitLength(u.significand) - 1;
  if (exponent === 0) return { bits: 0n, flags: 0 };
  return round(f, exponent < 0, 0, BigInt(Math.abs(exponent)), mode);
};
