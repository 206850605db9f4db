/** Comparisons, minimum and maximum, classes. */

import { FLAG, type Format, type FpResult, isNan, type Unpacked, unpack } from './format';
import { type FloatMode, nanOf } from './mode';

/** Numbers as integers in the same order: negative ones mirrored, both zeros 0. */
const ordered = (f: Format, raw: bigint): bigint => {
  const bits = BigInt.asUintN(f.width, raw);
  return bits & f.sign ? -(bits - f.sign) : bits;
};

/** How two numbers lie; a NaN is in no order with anything. */
export type Relation = 'less' | 'equal' | 'greater' | 'unordered';

/** Compares. A quiet comparison raises NV for signalling NaNs only, a signalling one for any NaN. */
export const compare = (
  f: Format,
  a: bigint,
  b: bigint,
  kind: 'quiet' | 'signalling',
): { readonly relation: Relation; readonly flags: number } => {
  const [ua, ub] = [unpack(f, a), unpack(f, b)];
  if (isNan(ua) || isNan(ub)) {
    return { relation: 'unordered', flags: kind === 'signalling' || signals(ua, ub) ? FLAG.NV : 0 };
  }
  const distance = ordered(f, a) - ordered(f, b);
  return { relation: distance < 0n ? 'less' : distance > 0n ? 'greater' : 'equal', flags: 0 };
};

const signals = (a: Unpacked, b: Unpacked): boolean => a.kind === 'signalling' || b.kind === 'signalling';

const test =
  (kind: 'quiet' | 'signalling', claim: readonly Relation[]) =>
  (f: Format, a: bigint, b: bigint): FpResult => {
    const { relation, flags } = compare(f, a, b, kind);
    return { bits: claim.includes(relation) ? 1n : 0n, flags };
  };

/** Of 1 and 0, as is customary: equality quiet, the others signalling. */
export const equal = test('quiet', ['equal']);
export const less = test('signalling', ['less']);
export const lessOrEqual = test('signalling', ['less', 'equal']);

/** A place in the order of numbers, -0 before +0. */
const placeOf = (f: Format, raw: bigint): bigint => ordered(f, raw) * 2n - (raw & f.sign ? 1n : 0n);
/** The same by magnitude; of equal ones the negative comes first. */
const placeOfMagnitude = (f: Format, raw: bigint): bigint => (raw & (f.sign - 1n)) * 2n - (raw & f.sign ? 1n : 0n);

type Place = (f: Format, raw: bigint) => bigint;

/** What a quiet and a signalling NaN do beside a number. */
interface NanManners {
  readonly quiet: 'gives way' | 'makes a NaN';
  readonly signalling: 'gives way' | 'makes a NaN';
}

const extreme =
  (which: 'lower' | 'higher', place: Place, { quiet, signalling }: NanManners) =>
  (f: Format, rawA: bigint, rawB: bigint, mode: FloatMode): FpResult => {
    const [a, b] = [BigInt.asUintN(f.width, rawA), BigInt.asUintN(f.width, rawB)];
    const [ua, ub] = [unpack(f, a), unpack(f, b)];
    const isSignalled = signals(ua, ub);
    if (isNan(ua) || isNan(ub)) {
      const manner = isSignalled ? signalling : quiet;
      if (manner === 'makes a NaN' || (isNan(ua) && isNan(ub))) return nanOf(f, [ua, ub], mode);
    }
    const flags = isSignalled ? FLAG.NV : 0;
    if (isNan(ua) || isNan(ub)) return { bits: isNan(ua) ? b : a, flags };
    const isFirstLower = place(f, a) <= place(f, b);
    return { bits: isFirstLower === (which === 'lower') ? a : b, flags };
  };

const NUMBER: NanManners = { quiet: 'gives way', signalling: 'gives way' };
const NUM: NanManners = { quiet: 'gives way', signalling: 'makes a NaN' };
const PLAIN: NanManners = { quiet: 'makes a NaN', signalling: 'makes a NaN' };

/** minimumNumber and maximumNumber. @see IEEE 754-2019, 9.6 */
export const minimumNumber = extreme('lower', placeOf, NUMBER);
export const maximumNumber = extreme('higher', placeOf, NUMBER);
/** minimum and maximum. @see IEEE 754-2019, 9.6 */
export const minimum = extreme('lower', placeOf, PLAIN);
export const maximum = extreme('higher', placeOf, PLAIN);
/** minNum, maxNum, minNumMag and maxNumMag. @see IEEE 754-2008, 5.3.1 */
export const minNum = extreme('lower', placeOf, NUM);
export const maxNum = extreme('higher', placeOf, NUM);
export const minNumMag = extreme('lower', placeOfMagnitude, NUM);
export const maxNumMag = extreme('higher', placeOfMagnitude, NUM);

/** What a number is, by sign and magnitude, or which kind of NaN. */
export type FloatClass =
  | `${'negative' | 'positive'} ${'zero' | 'subnormal' | 'normal' | 'infinity'}`
  | 'signalling NaN'
  | 'quiet NaN';

export const classOf = (f: Format, raw: bigint): FloatClass => {
  const { kind, negative, significand } = unpack(f, raw);
  if (kind === 'signalling' || kind === 'quiet') return `${kind} NaN`;
  const sign = negative ? 'negative' : 'positive';
  if (kind === 'infinite') return `${sign} infinity`;
  if (significand === 0n) return `${sign} zero`;
  return significand < f.hidden ? `${sign} subnormal` : `${sign} normal`;
};
