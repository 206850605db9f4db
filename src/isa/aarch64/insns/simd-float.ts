/** Advanced SIMD: floating point, lane by lane, which TypeScript does with the operations of `float/`. */
import { ROUND } from '../../core/float/format';
import {
  fpAbs,
  fpAdd,
  fpDiv,
  fpMax,
  fpMaxNum,
  fpMin,
  fpMinNum,
  fpMul,
  fpMulAdd,
  fpMulX,
  fpNeg,
  fpRecipStep,
  fpRSqrtStep,
  fpSqrt,
  fpSub,
} from '../float/arithmetic';
import { fpEqual, fpGreater, fpGreaterOrEqual } from '../float/comparison';
import type { Binary, FloatResult } from '../float/control';
import { fpRoundInt, fpRoundIntN } from '../float/conversion';
import {
  fpRecipEstimate,
  fpRecpX,
  fpRSqrtEstimate,
  unsignedRecipEstimate,
  unsignedRSqrtEstimate,
} from '../float/estimates';
import type { SimdRow } from '../simd/row';
import {
  acrossFloats,
  type FloatFamily,
  type FloatLetter,
  family,
  floatPairs,
  floatsByElement,
  type OfFloats,
  pairOfFloats,
  threeFloats,
  twoFloats,
} from './simd-float-shapes';

const ofTwo =
  (run: Binary): OfFloats =>
  (fpcr, f, a, b) =>
    run(fpcr, f, a, b);
const silent = (bits: bigint): FloatResult => ({ bits, fpsr: 0 });

const fmla = family('fmla', 0, 0, '11001', 'Vd = Vd + Vn × Vm, rounded once', (fpcr, f, a, b, d) =>
  fpMulAdd(fpcr, f, d, a, b),
);
const fmls = family('fmls', 0, 1, '11001', 'Vd = Vd - Vn × Vm, rounded once', (fpcr, f, a, b, d) =>
  fpMulAdd(fpcr, f, d, fpNeg(f, a), b),
);
const fmul = family('fmul', 1, 0, '11011', 'Vd = Vn × Vm', ofTwo(fpMul));
const fmulx = family('fmulx', 0, 0, '11011', 'Vd = Vn × Vm, where infinity × 0 is 2', ofTwo(fpMulX));

const ONLY_VECTORS: readonly FloatFamily[] = [
  family('fmaxnm', 0, 0, '11000', 'Vd = the larger of Vn and Vm; a number rather than a quiet NaN', ofTwo(fpMaxNum)),
  family('fminnm', 0, 1, '11000', 'Vd = the smaller of Vn and Vm; a number rather than a quiet NaN', ofTwo(fpMinNum)),
  family('fadd', 0, 0, '11010', 'Vd = Vn + Vm', ofTwo(fpAdd)),
  family('fsub', 0, 1, '11010', 'Vd = Vn - Vm', ofTwo(fpSub)),
  family('fmax', 0, 0, '11110', 'Vd = the larger of Vn and Vm', ofTwo(fpMax)),
  family('fmin', 0, 1, '11110', 'Vd = the smaller of Vn and Vm', ofTwo(fpMin)),
  family('fdiv', 1, 0, '11111', 'Vd = Vn / Vm', ofTwo(fpDiv)),
  fmla,
  fmls,
  fmul,
];

/** The same of absolute values. */
const ofAbsolute =
  (run: Binary): OfFloats =>
  (fpcr, f, a, b) =>
    run(fpcr, f, fpAbs(f, a), fpAbs(f, b));

const ALSO_SCALARS: readonly FloatFamily[] = [
  fmulx,
  family('fcmeq', 0, 0, '11100', 'Vd = ones where Vn = Vm, else zeros', ofTwo(fpEqual)),
  family('fcmge', 1, 0, '11100', 'Vd = ones where Vn >= Vm, else zeros', ofTwo(fpGreaterOrEqual)),
  family('fcmgt', 1, 1, '11100', 'Vd = ones where Vn > Vm, else zeros', ofTwo(fpGreater)),
  family('facge', 1, 0, '11101', 'Vd = ones where |Vn| >= |Vm|, else zeros', ofAbsolute(fpGreaterOrEqual)),
  family('facgt', 1, 1, '11101', 'Vd = ones where |Vn| > |Vm|, else zeros', ofAbsolute(fpGreater)),
  family('frecps', 0, 0, '11111', 'Vd = 2 - Vn × Vm, rounded once', ofTwo(fpRecipStep)),
  family('frsqrts', 0, 1, '11111', 'Vd = half of 3 - Vn × Vm, rounded once', ofTwo(fpRSqrtStep)),
  family('fabd', 1, 1, '11010', 'Vd = the absolute value of Vn - Vm', (fpcr, f, a, b) => {
    const { bits, fpsr } = fpSub(fpcr, f, a, b);
    return { bits: fpAbs(f, bits), fpsr };
  }),
];

const PAIRS: readonly FloatFamily[] = [
  family(
    'fmaxnmp',
    1,
    0,
    '11000',
    'Vd = the larger of each two neighbours; numbers rather than quiet NaNs',
    ofTwo(fpMaxNum),
  ),
  family(
    'fminnmp',
    1,
    1,
    '11000',
    'Vd = the smaller of each two neighbours; numbers rather than quiet NaNs',
    ofTwo(fpMinNum),
  ),
  family('faddp', 1, 0, '11010', 'Vd = the sum of each two neighbours', ofTwo(fpAdd)),
  family('fmaxp', 1, 0, '11110', 'Vd = the larger of each two neighbours', ofTwo(fpMax)),
  family('fminp', 1, 1, '11110', 'Vd = the smaller of each two neighbours', ofTwo(fpMin)),
];
/** The codes of the same for one pair, and of what folds all lanes. */
const PAIR_OPCODE: Readonly<Record<string, string>> = {
  fmaxnmp: '01100',
  fminnmp: '01100',
  faddp: '01101',
  fmaxp: '01111',
  fminp: '01111',
};

const rounded =
  (rounding: number): OfFloats =>
  (fpcr, f, a) =>
    fpRoundInt(fpcr, f, a, rounding);
const { RNE, RDN, RUP, RTZ, RMM } = ROUND;

const ROUNDING: readonly FloatFamily[] = [
  family('frintn', 0, 0, '11000', 'Vd = Vn rounded to the nearest integral number, ties to even', rounded(RNE)),
  family('frintm', 0, 0, '11001', 'Vd = Vn rounded down to an integral number', rounded(RDN)),
  family('frintp', 0, 1, '11000', 'Vd = Vn rounded up to an integral number', rounded(RUP)),
  family('frintz', 0, 1, '11001', 'Vd = Vn rounded towards zero to an integral number', rounded(RTZ)),
  family('frinta', 1, 0, '11000', 'Vd = Vn rounded to the nearest integral number, ties away from zero', rounded(RMM)),
  family(
    'frintx',
    1,
    0,
    '11001',
    'Vd = Vn rounded to an integral number as FPCR says, inexact where it was none',
    (fpcr, f, a) => fpRoundInt(fpcr, f, a, undefined, 'exact'),
  ),
  family('frinti', 1, 1, '11001', 'Vd = Vn rounded to an integral number as FPCR says', (fpcr, f, a) =>
    fpRoundInt(fpcr, f, a),
  ),
];

/** To integral numbers that a word or a doubleword can hold. */
const ROUNDING_TO_SIZE: readonly FloatFamily[] = ([32, 64] as const).flatMap((width, at) =>
  ([RTZ, undefined] as const).map((rounding, U) => ({
    ...family(
      `frint${width}${U === 0 ? 'z' : 'x'}`,
      U === 0 ? 0 : 1,
      0,
      at === 0 ? '11110' : '11111',
      `Vd = Vn rounded ${U === 0 ? 'towards zero' : 'as FPCR says'} to an integer of ${width} bits`,
      (fpcr, f, a) => fpRoundIntN(fpcr, f, width, a, rounding),
    ),
    feature: 'FRINTTS' as const,
  })),
);

/** Comparisons with zero. */
const COMPARISONS: readonly FloatFamily[] = [
  family('fcmgt', 0, 1, '01100', 'Vd = ones where Vn > 0, else zeros', (fpcr, f, a) => fpGreater(fpcr, f, a, 0n)),
  family('fcmeq', 0, 1, '01101', 'Vd = ones where Vn = 0, else zeros', (fpcr, f, a) => fpEqual(fpcr, f, a, 0n)),
  family('fcmlt', 0, 1, '01110', 'Vd = ones where Vn < 0, else zeros', (fpcr, f, a) => fpGreater(fpcr, f, 0n, a)),
  family('fcmge', 1, 1, '01100', 'Vd = ones where Vn >= 0, else zeros', (fpcr, f, a) =>
    fpGreaterOrEqual(fpcr, f, a, 0n),
  ),
  family('fcmle', 1, 1, '01101', 'Vd = ones where Vn <= 0, else zeros', (fpcr, f, a) =>
    fpGreaterOrEqual(fpcr, f, 0n, a),
  ),
].map((each) => ({ ...each, mark: 'z' }));

const frecpe = family('frecpe', 0, 1, '11101', 'Vd = an estimate of 1 / Vn', fpRecipEstimate);
const frsqrte = family('frsqrte', 1, 1, '11101', 'Vd = an estimate of 1 / the square root of Vn', fpRSqrtEstimate);
const frecpx = family('frecpx', 0, 1, '11111', 'Vd = Vn with its exponent turned over', fpRecpX);

const ofWord =
  (estimate: (word: number) => number): OfFloats =>
  (_fpcr, _f, a) =>
    silent(BigInt(estimate(Number(a))));
const WORDS = { letters: ['s'] } as const satisfies { letters: readonly FloatLetter[] };

const ONE_SOURCE: readonly FloatFamily[] = [
  ...ROUNDING,
  family('fabs', 0, 1, '01111', 'Vd = the absolute value of Vn', (_, f, a) => silent(fpAbs(f, a))),
  family('fneg', 1, 1, '01111', 'Vd = Vn with its sign turned', (_, f, a) => silent(fpNeg(f, a))),
  family('fsqrt', 1, 1, '11111', 'Vd = the square root of Vn', fpSqrt),
];

const BOTH = ['vector', 'scalar'] as const;

/** Rows of floating point. */
export const simdFloat = (): readonly SimdRow[] => [
  ...ONLY_VECTORS.flatMap((each) => threeFloats(each, 'vector')),
  ...BOTH.flatMap((extent) => ALSO_SCALARS.flatMap((each) => threeFloats(each, extent))),
  ...PAIRS.flatMap((each) => [
    ...floatPairs(each),
    ...pairOfFloats({ ...each, opcode: PAIR_OPCODE[each.name] ?? '' }),
    ...(each.name === 'faddp'
      ? []
      : acrossFloats({
          ...each,
          name: each.name.replace(/p$/, 'v'),
          opcode: PAIR_OPCODE[each.name] ?? '',
          doc: each.doc.replace('each two neighbours', 'all lanes of Vn'),
        })),
  ]),
  ...BOTH.flatMap((extent) => [
    ...floatsByElement({ ...fmla, opcode: '0001' }, extent),
    ...floatsByElement({ ...fmls, opcode: '0101' }, extent),
    ...floatsByElement({ ...fmul, U: 0, opcode: '1001' }, extent),
    ...floatsByElement({ ...fmulx, U: 1, opcode: '1001' }, extent),
    ...[frecpe, frsqrte].flatMap((each) => twoFloats(each, extent)),
    ...COMPARISONS.flatMap((each) => twoFloats(each, extent, { more: ', #0.0' })),
  ]),
  ...ONE_SOURCE.flatMap((each) => twoFloats(each, 'vector')),
  ...ROUNDING_TO_SIZE.flatMap((each) => twoFloats(each, 'vector', { letters: ['s', 'd'] })),
  ...twoFloats(frecpx, 'scalar'),
  ...twoFloats(
    family('urecpe', 0, 1, '11100', 'Vd = an estimate of 1 / Vn, unsigned', ofWord(unsignedRecipEstimate)),
    'vector',
    WORDS,
  ),
  ...twoFloats(
    family(
      'ursqrte',
      1,
      1,
      '11100',
      'Vd = an estimate of 1 / the square root of Vn, unsigned',
      ofWord(unsignedRSqrtEstimate),
    ),
    'vector',
    WORDS,
  ),
];
