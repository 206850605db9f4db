/**
 * Transcendental functions and constants of the x87. Processors are allowed an error of one unit in the last place; these are
 * rounded once, out of series. @see AMD64 APM volume 1, 6.4.5 "Transcendental Functions"
 */
import { bitLength, isZero, round, type Unpacked } from '../../core/float/format';
import {
  computed,
  EXTENDED,
  type Extended,
  INFINITY,
  INVALID,
  nonNumber,
  ONE as ONE_REGISTER,
  plain,
  SIGN,
  signed,
  takeApart,
  withDenormals,
  type X87Result,
} from './extended';
import { RAISES } from './mxcsr';
import {
  arctangentRatio,
  areaTangentRatio,
  BITS,
  constants,
  cosine,
  exponentialRatio,
  ONE,
  sineRatio,
  times,
} from './series';
import type { X87Binary, X87Unary } from './x87-arithmetic';

/** A number that is not exact: what is missing is far below its last bit. Its significand is not 0. */
type Near = Pick<Unpacked, 'negative' | 'exponent' | 'significand'>;

const near = (value: bigint, exponent = -BITS): Near => ({
  negative: value < 0n,
  exponent,
  significand: value < 0n ? -value : value,
});
const negatedIf = (isNegated: boolean, a: Near): Near => (isNegated ? { ...a, negative: !a.negative } : a);

const product = (a: Near, b: Near): Near => ({
  negative: a.negative !== b.negative,
  exponent: a.exponent + b.exponent,
  significand: a.significand * b.significand,
});
const quotient = (a: Near, b: Near): Near => {
  const shift = Math.max(0, BITS + bitLength(b.significand) - bitLength(a.significand));
  return {
    negative: a.negative !== b.negative,
    exponent: a.exponent - b.exponent - shift,
    significand: (a.significand << BigInt(shift)) / b.significand,
  };
};

/** As a fraction of 2^256; 0 where it is smaller than all of those. */
const fraction = ({ negative, exponent, significand }: Near): bigint => {
  const shift = exponent + BITS;
  const value = shift >= 0 ? significand << BigInt(shift) : significand >> BigInt(-shift);
  return negative ? -value : value;
};
const squareOf = (a: Near): bigint => {
  const value = fraction(a);
  return times(value, value);
};
/** A ratio that is below 1, however little. */
const below1 = (ratio: bigint): Near => near(ratio < ONE ? ratio : ONE - 1n);

/** Rounded once, and inexact. Precision control does not count. */
const roundedOff = (fcw: number, { negative, exponent, significand }: Near): X87Result =>
  computed(fcw, (f, mode) => round(f, negative, exponent - 1, (significand << 1n) | 1n, mode), EXTENDED);

/** Rounded once, and maybe exact. */
const exactly = (fcw: number, { negative, exponent, significand }: Near): X87Result =>
  computed(fcw, (f, mode) => round(f, negative, exponent, significand, mode), EXTENDED);

/** π as the processor has it for arguments of sine and its kin: 66 bits, in units of 2^-66. @see 6.4.5.1 "Pi" */
const PI_66 = 0xc90f_daa2_2168_c234_cn;
/** π/2 is that in units of 2^-67. */
const HALF_PI_EXPONENT = -67;
/** Where arguments are too large. */
const LARGEST_ARGUMENT = 63;

interface Angle {
  /** From -π/4 to π/4. */
  readonly rest: Near;
  /** Quarter turns, modulo 4. */
  readonly quarter: number;
}

/** An argument without its quarter turns. It is no multiple of them: π has more bits here than a register. */
const angleOf = (a: Extended): Angle => {
  if (a.exponent + bitLength(a.significand) < 0) return { rest: a, quarter: 0 };
  const low = Math.min(a.exponent, HALF_PI_EXPONENT);
  const magnitude = a.significand << BigInt(a.exponent - low);
  const quarter = PI_66 << BigInt(HALF_PI_EXPONENT - low);
  const turns = (2n * magnitude + quarter) / (2n * quarter);
  const rest = magnitude - turns * quarter;
  const count = Number(turns & 3n);
  return { rest: negatedIf(a.negative, near(rest, low)), quarter: a.negative ? (4 - count) & 3 : count };
};

const sineOf = ({ rest, quarter }: Angle): Near => {
  const square = squareOf(rest);
  const value = quarter & 1 ? below1(cosine(square)) : product(rest, below1(sineRatio(square)));
  return negatedIf((quarter & 2) !== 0, value);
};
const cosineOf = ({ rest, quarter }: Angle): Near => sineOf({ rest, quarter: (quarter + 1) & 3 });
const tangentOf = (angle: Angle): Near => quotient(sineOf(angle), cosineOf(angle));

/** A function of an angle. Absent where the argument is too large (C2): then nothing is done. */
export type X87Angle = (fcw: number, raw: bigint) => X87Result | undefined;

const ofAngle =
  (of: (angle: Angle) => Near, ofZero: (raw: bigint) => bigint): X87Angle =>
  (fcw, raw) => {
    const a = takeApart(raw);
    const other = nonNumber(a);
    if (other) return other;
    if (a.kind === 'infinite') return INVALID;
    if (isZero(a)) return plain(ofZero(raw));
    if (a.exponent + bitLength(a.significand) > LARGEST_ARGUMENT) return undefined;
    return withDenormals(roundedOff(fcw, of(angleOf(a))), a);
  };

export const x87Sine = ofAngle(sineOf, (raw) => raw);
export const x87Cosine = ofAngle(cosineOf, () => ONE_REGISTER);
export const x87Tangent = ofAngle(tangentOf, (raw) => raw);

/** The angle of positive y and x, both finite. */
const firstQuadrant = (y: Near, x: Near): Near => {
  const isSteep = fractionLess(x, y);
  const slope = isSteep ? quotient(x, y) : quotient(y, x);
  const angle = product(slope, below1(arctangentRatio(squareOf(slope))));
  return isSteep ? near(constants().pi / 2n - fraction(angle)) : angle;
};
const fractionLess = (a: Near, b: Near): boolean => {
  const low = Math.min(a.exponent, b.exponent);
  const gap = a.exponent + bitLength(a.significand) - b.exponent - bitLength(b.significand);
  if (gap !== 0) return gap < 0;
  return a.significand << BigInt(a.exponent - low) < b.significand << BigInt(b.exponent - low);
};

/** Eighths of a turn where an operand is 0 or infinite, by x's sign. */
const eighths = (y: Unpacked, x: Unpacked): number => {
  if (y.kind === 'infinite' && x.kind === 'infinite') return x.negative ? 3 : 1;
  if (y.kind === 'infinite' || (isZero(x) && !isZero(y))) return 2;
  return x.negative ? 4 : 0;
};

/** The angle of y and x, in all quadrants: FPATAN of ST(1) and ST(0). */
export const x87Arctangent: X87Binary = (fcw, rawY, rawX) => {
  const [y, x] = [takeApart(rawY), takeApart(rawX)];
  const other = nonNumber(y, x);
  if (other) return other;
  const isOrdinary = y.kind === 'finite' && x.kind === 'finite' && !isZero(y) && !isZero(x);
  if (!isOrdinary) {
    const turn = eighths(y, x);
    if (turn === 0) return withDenormals(plain(signed(y.negative, 0n)), y, x);
    const angle = near((constants().pi * BigInt(turn)) / 4n);
    return withDenormals(roundedOff(fcw, negatedIf(y.negative, angle)), y, x);
  }
  const [up, right] = [
    { ...y, negative: false },
    { ...x, negative: false },
  ];
  const angle = firstQuadrant(up, right);
  const turned = x.negative ? near(constants().pi - fraction(angle)) : angle;
  return withDenormals(roundedOff(fcw, negatedIf(y.negative, turned)), y, x);
};

const MINUS_HALF = SIGN | (ONE_REGISTER - (1n << 64n));

/** `2^a - 1` for a from -1 to 1; what is not from there stays as it is. */
export const x87PowerLess1: X87Unary = (fcw, raw) => {
  const a = takeApart(raw);
  const other = nonNumber(a);
  if (other) return other;
  if (a.kind === 'infinite') return plain(a.negative ? signed(true, ONE_REGISTER) : raw);
  if (isZero(a)) return plain(raw);
  const top = a.exponent + bitLength(a.significand);
  if (top > 0) return plain(raw === signed(true, ONE_REGISTER) ? MINUS_HALF : raw);
  const power = product(a, near(constants().ln2));
  return withDenormals(roundedOff(fcw, product(power, near(exponentialRatio(fraction(power))))), a);
};

/** `log2 (1 + t)` where `half` is `t / (2 + t)`. */
const logarithmBy = (half: Near): Near => {
  const natural = product(half, near(2n * areaTangentRatio(squareOf(half))));
  return quotient(natural, near(constants().ln2));
};

/** √2 as a fraction of 2^64, about. */
const ROOT_2 = 0x1_6a09_e667_f3bc_c908n;

/** The logarithm to base 2 of a positive number that is no power of 2. */
const logarithmOf = (a: Unpacked): Near => {
  const length = bitLength(a.significand);
  // From √½ to √2.
  const isLow = a.significand << BigInt(65 - length) < ROOT_2;
  const bits = isLow ? length - 1 : length;
  const exponent = a.exponent + bits;
  const unit = 1n << BigInt(bits);
  const whole = a.significand - unit;
  const logarithm = logarithmBy(quotient(near(whole, 0), near(a.significand + unit, 0)));
  return exponent === 0 ? logarithm : near((BigInt(exponent) << BigInt(BITS)) + fraction(logarithm));
};

/** `b × log` where log is known, with the signs of zeros and infinities. */
const scaled = (b: Unpacked, isLogNegative: boolean): bigint | undefined => {
  const negative = b.negative !== isLogNegative;
  if (b.kind === 'infinite') return signed(negative, INFINITY);
  return isZero(b) ? signed(negative, 0n) : undefined;
};

/** `b × log2 a`: FYL2X of ST(1) and ST(0). */
export const x87Logarithm: X87Binary = (fcw, rawB, rawA) => {
  const [b, a] = [takeApart(rawB), takeApart(rawA)];
  const other = nonNumber(b, a);
  if (other) return other;
  if (isZero(a)) {
    if (isZero(b)) return INVALID;
    return plain(signed(!b.negative, INFINITY), b.kind === 'infinite' ? 0 : RAISES.ZE);
  }
  if (a.negative) return INVALID;
  if (a.kind === 'infinite') return isZero(b) ? INVALID : withDenormals(plain(signed(b.negative, INFINITY)), b);
  const length = bitLength(a.significand);
  const power = a.exponent + length - 1;
  const isPower = a.significand === 1n << BigInt(length - 1);
  if (isPower && power === 0) return b.kind === 'infinite' ? INVALID : withDenormals(plain(signed(b.negative, 0n)), b);
  const known = scaled(b, power < 0);
  if (known !== undefined) return withDenormals(plain(known), a);
  const result = isPower
    ? exactly(fcw, product(b, near(BigInt(power), 0)))
    : roundedOff(fcw, product(b, logarithmOf(a)));
  return withDenormals(result, b, a);
};

/** `b × log2 (1 + a)`: FYL2XP1 of ST(1) and ST(0). */
export const x87LogarithmPlus1: X87Binary = (fcw, rawB, rawA) => {
  const [b, a] = [takeApart(rawB), takeApart(rawA)];
  const other = nonNumber(b, a);
  if (other) return other;
  if (isZero(a))
    return b.kind === 'infinite' ? INVALID : withDenormals(plain(signed(a.negative !== b.negative, 0n)), b);
  if (a.kind === 'infinite') return a.negative || isZero(b) ? INVALID : plain(signed(b.negative, INFINITY));
  if (a.negative && a.exponent + bitLength(a.significand) > 0) return INVALID;
  const known = scaled(b, a.negative);
  if (known !== undefined) return withDenormals(plain(known), a);
  return withDenormals(roundedOff(fcw, product(b, logarithmOf1Plus(a))), b, a);
};

/** From there on `1 + a` is a number of so many bits, and is taken as one. */
const PLAIN_FROM = -2;
const logarithmOf1Plus = (a: Extended): Near => {
  if (a.exponent + bitLength(a.significand) > PLAIN_FROM) {
    const low = Math.min(a.exponent, 0);
    const magnitude = a.significand << BigInt(a.exponent - low);
    const sum = (1n << BigInt(-low)) + (a.negative ? -magnitude : magnitude);
    return logarithmOf({ kind: 'finite', negative: false, exponent: low, significand: sum });
  }
  const value = fraction(a);
  // Relative precision is kept: a is divided by a number near 2.
  return logarithmBy(quotient(a, near(2n * ONE + value)));
};

/** Constants by the names of the instructions that load them, rounded by RC. */
const CONSTANTS = {
  fldl2t: () => (constants().ln10 << BigInt(BITS)) / constants().ln2,
  fldl2e: () => (ONE << BigInt(BITS)) / constants().ln2,
  fldpi: () => constants().pi,
  fldlg2: () => (constants().ln2 << BigInt(BITS)) / constants().ln10,
  fldln2: () => constants().ln2,
} as const;
export type X87Constant = keyof typeof CONSTANTS;

/** What such an instruction loads; nothing is raised. */
export const x87Constant = (fcw: number, name: X87Constant): bigint => roundedOff(fcw, near(CONSTANTS[name]())).value;
