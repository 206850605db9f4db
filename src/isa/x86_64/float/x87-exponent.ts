/** Integral numbers, exponents and remainders of the x87. @see AMD64 APM volume 5, "FRNDINT", "FSCALE", "FXTRACT", "FPREM" */
import { bitLength, isZero, ROUND, round, roundShift, type Unpacked, zero } from '../../core/float/format';
import {
  computed,
  EXTENDED,
  INFINITY,
  INVALID,
  nonNumber,
  plain,
  registerOf,
  roundingOf,
  signed,
  takeApart,
  withDenormals,
  type X87Result,
} from './extended';
import { modeOf, RAISES } from './mxcsr';
import type { X87Binary, X87Unary } from './x87-arithmetic';

/** To an integral number, by RC. */
export const x87RoundInt: X87Unary = (fcw, raw) => {
  const a = takeApart(raw);
  const other = nonNumber(a);
  if (other) return other;
  if (a.kind === 'infinite' || isZero(a)) return plain(raw);
  const { value, inexact } = roundShift(a.negative, a.significand, -a.exponent, roundingOf(fcw));
  const below = roundShift(a.negative, a.significand, -a.exponent, ROUND.RTZ).value;
  const result =
    value === 0n ? zero(EXTENDED, a.negative) : round(EXTENDED, a.negative, 0, value, modeOf(ROUND.RNE)).bits;
  const flags = inexact ? RAISES.PE : 0;
  return withDenormals({ value: registerOf(EXTENDED, result), flags, isRoundedUp: value > below }, a);
};

/** Past the exponents of all results. */
const FARTHEST = 0x1_0000n;

/** How far FSCALE moves an exponent: the number cut off behind the point. */
const distanceOf = ({ negative, exponent, significand }: Unpacked): number => {
  const isHuge = exponent + bitLength(significand) > 17;
  const whole = isHuge ? FARTHEST : roundShift(negative, significand, -exponent, ROUND.RTZ).value;
  return Number(negative ? -whole : whole);
};

/** `a × 2^b`. Precision control does not count. */
export const x87Scale: X87Binary = (fcw, rawA, rawB) => {
  const [a, b] = [takeApart(rawA), takeApart(rawB)];
  const other = nonNumber(a, b);
  if (other) return other;
  if (b.kind === 'infinite') {
    if (b.negative ? a.kind === 'infinite' : isZero(a)) return INVALID;
    return withDenormals(plain(signed(a.negative, b.negative ? 0n : INFINITY)), a);
  }
  if (a.kind === 'infinite' || isZero(a)) return withDenormals(plain(rawA), b);
  const exponent = a.exponent + distanceOf(b);
  const result = computed(fcw, (f, mode) => round(f, a.negative, exponent, a.significand, mode), EXTENDED);
  return withDenormals(result, a, b);
};

/** The exponent as a number, and the significand with an exponent of 0. */
export interface Extraction {
  readonly exponent: X87Result;
  readonly significand: X87Result;
}
export const x87Extract = (raw: bigint): Extraction => {
  const a = takeApart(raw);
  const other = nonNumber(a);
  if (other) return { exponent: other, significand: other };
  if (a.kind === 'infinite') return { exponent: plain(INFINITY), significand: plain(raw) };
  if (isZero(a)) return { exponent: plain(signed(true, INFINITY), RAISES.ZE), significand: plain(raw) };
  const top = bitLength(a.significand) - 1;
  const exponent = a.exponent + top;
  const mode = modeOf(ROUND.RNE);
  const number = exponent === 0 ? 0n : round(EXTENDED, exponent < 0, 0, BigInt(Math.abs(exponent)), mode).bits;
  const fraction = round(EXTENDED, a.negative, -top, a.significand, mode).bits;
  return {
    exponent: withDenormals(plain(registerOf(EXTENDED, number)), a),
    significand: withDenormals(plain(registerOf(EXTENDED, fraction)), a),
  };
};

/** A remainder; `quotient` has the low bits of the integer that was divided by. Absent where the remainder is partial (C2). */
export interface Remainder {
  readonly result: X87Result;
  readonly quotient?: number;
}

/** Exponents that far apart are brought together in more than one step. */
const ONE_STEP = 64;

/**
 * FPREM cuts the quotient off, FPREM1 takes the nearest. Of exponents far apart a step takes 32 to 63 bits of the quotient: as many
 * as leave a multiple of 32.
 */
const remainder =
  (rounding: number) =>
  (fcw: number, rawA: bigint, rawB: bigint): Remainder => {
    const [a, b] = [takeApart(rawA), takeApart(rawB)];
    const other = nonNumber(a, b);
    if (other) return { result: other, quotient: 0 };
    if (a.kind === 'infinite' || isZero(b)) return { result: INVALID, quotient: 0 };
    if (b.kind === 'infinite' || isZero(a)) return { result: withDenormals(plain(rawA), a, b), quotient: 0 };
    const distance = a.exponent + bitLength(a.significand) - b.exponent - bitLength(b.significand);
    const isPartial = distance >= ONE_STEP;
    const step = isPartial ? (distance % 32) + 32 : 0;
    // The divisor, times a power of two where the remainder is partial.
    const scale = b.exponent + (isPartial ? distance - step : 0);
    const low = Math.min(a.exponent, scale);
    const dividend = a.significand << BigInt(a.exponent - low);
    const divisor = b.significand << BigInt(scale - low);
    const isNear = rounding === ROUND.RNE && !isPartial;
    const whole = dividend / divisor;
    const rest = dividend - whole * divisor;
    const isUp = isNear && (2n * rest > divisor || (2n * rest === divisor && (whole & 1n) === 1n));
    const left = isUp ? divisor - rest : rest;
    const negative = a.negative !== isUp;
    const result =
      left === 0n
        ? plain(signed(a.negative, 0n))
        : computed(fcw, (f, mode) => round(f, negative, low, left, mode), EXTENDED);
    const flagged = withDenormals(result, a, b);
    return isPartial ? { result: flagged } : { result: flagged, quotient: Number((isUp ? whole + 1n : whole) & 7n) };
  };

export const x87Remainder = remainder(ROUND.RTZ);
export const x87NearestRemainder = remainder(ROUND.RNE);
