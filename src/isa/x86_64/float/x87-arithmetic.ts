/** Arithmetic and comparisons of the x87. @see AMD64 APM volume 5 */
import { negate, product, quotient, squareRoot, sum } from '../../core/float/arithmetic';
import type { Relation } from '../../core/float/comparison';
import { compare } from '../../core/float/comparison';
import { type Format, type FpResult, isNan, isZero, type Unpacked } from '../../core/float/format';
import type { FloatMode } from '../../core/float/mode';
import {
  computed,
  EXTENDED,
  type Extended,
  nonNumber,
  packed,
  takeApart,
  withDenormals,
  type X87Result,
} from './extended';
import { RAISES } from './mxcsr';

export type X87Binary = (fcw: number, a: bigint, b: bigint) => X87Result;
export type X87Unary = (fcw: number, a: bigint) => X87Result;

type Run = (f: Format, a: Unpacked, b: Unpacked, mode: FloatMode) => FpResult;

const binary =
  (run: Run): X87Binary =>
  (fcw, rawA, rawB) => {
    const [a, b] = [takeApart(rawA), takeApart(rawB)];
    return (
      nonNumber(a, b) ??
      withDenormals(
        computed(fcw, (f, mode) => run(f, a, b, mode)),
        a,
        b,
      )
    );
  };

export const x87Add = binary(sum);
export const x87Sub = binary((f, a, b, mode) => sum(f, a, negate(b), mode));
export const x87Mul = binary(product);
export const x87Div = binary(quotient);

export const x87Sqrt: X87Unary = (fcw, raw) => {
  const a = takeApart(raw);
  return (
    nonNumber(a) ??
    withDenormals(
      computed(fcw, (f, mode) => squareRoot(f, a, mode)),
      a,
    )
  );
};

/** How a comparison came out, and what it raised. */
export interface X87Comparison {
  readonly relation: Relation;
  readonly flags: number;
}

const isUnordered = (u: Extended): boolean => !u.isSupported || isNan(u);
const isInvalid = (u: Extended, kind: 'quiet' | 'signalling'): boolean =>
  !u.isSupported || u.kind === 'signalling' || (kind === 'signalling' && u.kind === 'quiet');

/** FCOM and FTST take any NaN for invalid, FUCOM signalling ones. */
export const x87Compare = (rawA: bigint, rawB: bigint, kind: 'quiet' | 'signalling'): X87Comparison => {
  const operands = [takeApart(rawA), takeApart(rawB)];
  if (operands.some(isUnordered)) {
    return { relation: 'unordered', flags: operands.some((u) => isInvalid(u, kind)) ? RAISES.IE : 0 };
  }
  const { relation } = compare(EXTENDED, packed(rawA), packed(rawB), 'quiet');
  return { relation, flags: operands.some(({ isDenormal }) => isDenormal) ? RAISES.DE : 0 };
};

/** C3, C2 and C0 of a number's class in bits 2, 1 and 0, as FXAM has them; of registers that are not empty. */
export const x87Class = (raw: bigint): number => {
  const u = takeApart(raw);
  if (!u.isSupported) return 0;
  if (isNan(u)) return 1;
  if (u.kind === 'infinite') return 3;
  if (isZero(u)) return 4;
  return u.isDenormal ? 6 : 2;
};
