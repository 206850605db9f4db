/** Every soft-float operation by the name instruction descriptions use for it: the mnemonic. */

import { add, div, fma, fms, fnma, fnms, mul, sqrt, sub } from '../../core/float/arithmetic';
import {
  classOf,
  equal,
  type FloatClass,
  less,
  lessOrEqual,
  maximumNumber,
  minimumNumber,
} from '../../core/float/comparison';
import { convert, fromInteger, type IntegerType, toInteger } from '../../core/float/conversion';
import { DOUBLE, type Format, type FpResult, ROUND, SINGLE } from '../../core/float/format';
import { defaultNan, type FloatMode } from '../../core/float/mode';

/** An operation on up to three operands with a resolved rounding mode (0 RNE … 4 RMM; 5–7 are illegal and never arrive). */
export type FpFunction = (a: bigint, b: bigint, c: bigint, rm: number) => FpResult;

/** The modes by their number in `frm`. */
const MODES: readonly FloatMode[] = [ROUND.RNE, ROUND.RTZ, ROUND.RDN, ROUND.RUP, ROUND.RMM].map((rounding) => ({
  rounding,
  tiny: 'after rounding',
  nan: defaultNan,
  nanToInteger: 'highest',
  invalidProductPlusNan: 'NaN',
}));

const rounded =
  (run: (a: bigint, b: bigint, c: bigint, mode: FloatMode) => FpResult): FpFunction =>
  (a, b, c, rm) => {
    const mode = MODES[rm];
    if (!mode) throw new Error(`rounding mode ${rm} must not reach the soft-float`);
    return run(a, b, c, mode);
  };

/** In a register 32-bit results are sign-extended, unsigned ones too. */
const inRegister = ({ bits, flags }: FpResult, { width }: IntegerType): FpResult => ({
  bits: BigInt.asUintN(64, BigInt.asIntN(width, bits)),
  flags,
});

const INTEGERS: Readonly<Record<string, IntegerType>> = {
  w: { width: 32, signed: true },
  wu: { width: 32, signed: false },
  l: { width: 64, signed: true },
  lu: { width: 64, signed: false },
};

/** @see RISC-V Unprivileged ISA 20240411, F Extension, table "Format of result of FCLASS instruction" */
const CLASS_BITS: Readonly<Record<FloatClass, number>> = {
  'negative infinity': 0,
  'negative normal': 1,
  'negative subnormal': 2,
  'negative zero': 3,
  'positive zero': 4,
  'positive subnormal': 5,
  'positive normal': 6,
  'positive infinity': 7,
  'signalling NaN': 8,
  'quiet NaN': 9,
};

const operations = (s: string, f: Format): Record<string, FpFunction> => ({
  [`fadd.${s}`]: rounded((a, b, _c, mode) => add(f, a, b, mode)),
  [`fsub.${s}`]: rounded((a, b, _c, mode) => sub(f, a, b, mode)),
  [`fmul.${s}`]: rounded((a, b, _c, mode) => mul(f, a, b, mode)),
  [`fdiv.${s}`]: rounded((a, b, _c, mode) => div(f, a, b, mode)),
  [`fsqrt.${s}`]: rounded((a, _b, _c, mode) => sqrt(f, a, mode)),
  [`fmadd.${s}`]: rounded((a, b, c, mode) => fma(f, a, b, c, mode)),
  [`fmsub.${s}`]: rounded((a, b, c, mode) => fms(f, a, b, c, mode)),
  [`fnmsub.${s}`]: rounded((a, b, c, mode) => fnms(f, a, b, c, mode)),
  [`fnmadd.${s}`]: rounded((a, b, c, mode) => fnma(f, a, b, c, mode)),
  [`fmin.${s}`]: rounded((a, b, _c, mode) => minimumNumber(f, a, b, mode)),
  [`fmax.${s}`]: rounded((a, b, _c, mode) => maximumNumber(f, a, b, mode)),
  [`feq.${s}`]: (a, b) => equal(f, a, b),
  [`flt.${s}`]: (a, b) => less(f, a, b),
  [`fle.${s}`]: (a, b) => lessOrEqual(f, a, b),
  [`fclass.${s}`]: (a) => ({ bits: 1n << BigInt(CLASS_BITS[classOf(f, a)]), flags: 0 }),
  ...Object.fromEntries(
    Object.entries(INTEGERS).flatMap(([name, type]): [string, FpFunction][] => [
      [`fcvt.${name}.${s}`, rounded((a, _b, _c, mode) => inRegister(toInteger(f, type, a, mode), type))],
      [`fcvt.${s}.${name}`, rounded((a, _b, _c, mode) => fromInteger(f, type, a, mode))],
    ]),
  ),
});

/** Operands of single format are the unboxed 32 bits; absent operands are ignored. */
export const FP: Readonly<Record<string, FpFunction>> = {
  ...operations('s', SINGLE),
  ...operations('d', DOUBLE),
  'fcvt.s.d': rounded((a, _b, _c, mode) => convert(DOUBLE, SINGLE, a, mode)),
  'fcvt.d.s': rounded((a, _b, _c, mode) => convert(SINGLE, DOUBLE, a, mode)),
};
