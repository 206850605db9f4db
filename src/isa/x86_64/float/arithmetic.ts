/** Arithmetic of SSE on single and double precision. @see AMD64 APM volume 1, 4.6 "Instruction Summary—128-bit floating point" */
import * as soft from '../../core/float/arithmetic';
import { compare } from '../../core/float/comparison';
import { convert } from '../../core/float/conversion';
import { type Format, type FpResult, isNan, isZero, ROUND, unpack } from '../../core/float/format';
import { type FloatMode, nanOf } from '../../core/float/mode';
import {
  type Binary,
  type Computation,
  computed,
  denormalsOf,
  MXCSR,
  modeOf,
  RAISES,
  taken,
  type Unary,
} from './mxcsr';

/** Operands in the format of the result, which may have more exponents than theirs. */
const inOne =
  (run: (f: Format, operands: readonly bigint[], mode: FloatMode) => FpResult): Computation =>
  (from, to, operands, mode) =>
    run(to, from === to ? operands : operands.map((bits) => convert(from, to, bits, mode).bits), mode);

const binary = (run: (f: Format, a: bigint, b: bigint, mode: FloatMode) => FpResult): Binary => {
  const computation = inOne((f, [a = 0n, b = 0n], mode) => run(f, a, b, mode));
  return (mxcsr, f, a, b) => computed(mxcsr, [f, f], [a, b], computation);
};

export const sseAdd = binary(soft.add);
export const sseSub = binary(soft.sub);
export const sseMul = binary(soft.mul);
export const sseDiv = binary(soft.div);
const root = inOne((f, [a = 0n], mode) => soft.sqrt(f, a, mode));
export const sseSqrt: Unary = (mxcsr, f, a) => computed(mxcsr, [f, f], [a], root);

/** The first operand where it is strictly beyond the second, else the second: also of equal ones, and where either is a NaN. */
const extreme =
  (wanted: 'less' | 'greater'): Binary =>
  (mxcsr, f, rawA, rawB) => {
    const [a, b] = [taken(mxcsr, f, rawA), taken(mxcsr, f, rawB)];
    const { relation } = compare(f, a, b, 'signalling');
    const flags = relation === 'unordered' ? RAISES.IE : denormalsOf(f, [a, b], 0);
    return { bits: relation === wanted ? a : b, flags };
  };

export const sseMin = extreme('less');
export const sseMax = extreme('greater');

const NEAREST = modeOf(ROUND.RNE);

/** Subnormals count as zeros here whatever MXCSR says, and results that would be subnormal are zeros. Nothing is raised. */
const estimate =
  (run: (f: Format, a: bigint, mode: FloatMode) => bigint) =>
  (f: Format, raw: bigint): bigint => {
    const a = taken(MXCSR.DAZ, f, raw);
    const u = unpack(f, a);
    if (isNan(u)) return nanOf(f, [u], NEAREST).bits;
    return taken(MXCSR.DAZ, f, run(f, a, NEAREST));
  };

const one = (f: Format): bigint => (f.infinity >> 1n) & f.infinity;

/**
 * 1 / a, and 1 / √a. The manual permits a relative error up to 1.5 × 2^-12, and processors differ; these are the nearest numbers.
 * @see AMD64 APM volume 4, "RCPPS", "RSQRTPS"
 */
export const sseReciprocal = estimate((f, a, mode) => soft.div(f, one(f), a, mode).bits);
export const sseReciprocalRoot = estimate((f, a, mode) => {
  if (isZero(unpack(f, a))) return soft.div(f, one(f), a, mode).bits;
  const { bits } = soft.sqrt(f, a, mode);
  return isNan(unpack(f, bits)) ? bits : soft.div(f, one(f), bits, mode).bits;
});
