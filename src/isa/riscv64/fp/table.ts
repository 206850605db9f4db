/** Every soft-float operation by the name instruction descriptions use for it: the mnemonic. */

import { add, div, fma, fms, fnma, fnms, mul, sqrt, sub } from './arithmetic';
import { classify, equal, less, lessOrEqual, maximum, minimum } from './comparison';
import { convert, fromInteger, type IntegerType, toInteger } from './conversion';
import { DOUBLE, type Format, type FpResult, SINGLE } from './format';

/** An operation on up to three operands with a resolved rounding mode (0 RNE … 4 RMM; 5–7 are illegal and never arrive). */
export type FpFunction = (a: bigint, b: bigint, c: bigint, rm: number) => FpResult;

const INTEGERS: Readonly<Record<string, IntegerType>> = {
  w: { width: 32, signed: true },
  wu: { width: 32, signed: false },
  l: { width: 64, signed: true },
  lu: { width: 64, signed: false },
};

const operations = (s: string, f: Format): Record<string, FpFunction> => ({
  [`fadd.${s}`]: (a, b, _, rm) => add(f, a, b, rm),
  [`fsub.${s}`]: (a, b, _, rm) => sub(f, a, b, rm),
  [`fmul.${s}`]: (a, b, _, rm) => mul(f, a, b, rm),
  [`fdiv.${s}`]: (a, b, _, rm) => div(f, a, b, rm),
  [`fsqrt.${s}`]: (a, _b, _c, rm) => sqrt(f, a, rm),
  [`fmadd.${s}`]: (a, b, c, rm) => fma(f, a, b, c, rm),
  [`fmsub.${s}`]: (a, b, c, rm) => fms(f, a, b, c, rm),
  [`fnmsub.${s}`]: (a, b, c, rm) => fnms(f, a, b, c, rm),
  [`fnmadd.${s}`]: (a, b, c, rm) => fnma(f, a, b, c, rm),
  [`fmin.${s}`]: (a, b) => minimum(f, a, b),
  [`fmax.${s}`]: (a, b) => maximum(f, a, b),
  [`feq.${s}`]: (a, b) => equal(f, a, b),
  [`flt.${s}`]: (a, b) => less(f, a, b),
  [`fle.${s}`]: (a, b) => lessOrEqual(f, a, b),
  [`fclass.${s}`]: (a) => classify(f, a),
  ...Object.fromEntries(
    Object.entries(INTEGERS).flatMap(([name, type]): [string, FpFunction][] => [
      [`fcvt.${name}.${s}`, (a, _b, _c, rm) => toInteger(f, type, a, rm)],
      [`fcvt.${s}.${name}`, (a, _b, _c, rm) => fromInteger(f, type, a, rm)],
    ]),
  ),
});

/** Operands of single format are the unboxed 32 bits; absent operands are ignored. */
export const FP: Readonly<Record<string, FpFunction>> = {
  ...operations('s', SINGLE),
  ...operations('d', DOUBLE),
  'fcvt.s.d': (a, _b, _c, rm) => convert(DOUBLE, SINGLE, a, rm),
  'fcvt.d.s': (a, _b, _c, rm) => convert(SINGLE, DOUBLE, a, rm),
};
