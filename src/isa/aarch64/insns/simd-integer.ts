/** Advanced SIMD: integers, lane by lane and in pairs, of two sources. */
import type { LaneBits } from '../../core/ops';
import type { OfLanes } from '../simd/lanes';
import type { SimdRow } from '../simd/row';
import { distance, extreme, isBelow, lanewise, type OfVectors, onto } from '../simd/words';
import { byElement, scalarByElement } from './simd-long-shapes';
import { type Family, threeSame, threeScalars } from './simd-shapes';

type ComputeFor = (bits: LaneBits, signed: boolean) => OfVectors | undefined;

/** An operation on numbers with sign (U = 0) and without. */
export const bothSigns = (
  names: readonly [string, string],
  opcode: string,
  sizes: string,
  doc: string,
  run: OfLanes,
  compute?: ComputeFor,
): Family[] =>
  names.map((name, at) => ({
    name,
    U: at === 0 ? 0 : 1,
    opcode,
    sizes,
    doc: `${doc}, ${at === 0 ? 'signed' : 'unsigned'}`,
    signed: at === 0,
    run,
    ...(compute && { compute: (bits: LaneBits) => compute(bits, at === 0) }),
  }));

/** One operation. */
export const one = (
  name: string,
  U: 0 | 1,
  opcode: string,
  sizes: string,
  doc: string,
  run: OfLanes,
  compute?: ComputeFor,
  signed = true,
): Family => ({
  name,
  U,
  opcode,
  sizes,
  doc,
  signed,
  run,
  ...(compute && { compute: (bits: LaneBits) => compute(bits, signed) }),
});

const upTo32 =
  (make: (bits: LaneBits, signed: boolean) => OfVectors): ComputeFor =>
  (bits, signed) =>
    bits === 64 ? undefined : make(bits, signed);
/** Products: WebAssembly has none of bytes. */
const from16 =
  (make: (bits: LaneBits) => OfVectors): ComputeFor =>
  (bits) =>
    bits === 8 ? undefined : make(bits);

const claim = (is: boolean): bigint => (is ? -1n : 0n);

/** By the low byte of `count`, a signed number: to the left, or to the right with or without rounding. */
const shifted = (a: bigint, count: bigint, rounding: 'rounded' | 'truncated'): bigint => {
  const by = BigInt.asIntN(8, count);
  if (by >= 0n) return a << by;
  const half = rounding === 'rounded' ? 1n << (-by - 1n) : 0n;
  return (a + half) >> -by;
};

/** A product without carries. */
export const polynomialProduct = (a: bigint, b: bigint): bigint => {
  let product = 0n;
  for (let bit = 0n; b >> bit; bit++) if ((b >> bit) & 1n) product ^= a << bit;
  return product;
};

const doubledHigh =
  (rounding: 'rounded' | 'truncated'): OfLanes =>
  (a, b, _, lane) => {
    const half = rounding === 'rounded' ? 1n << BigInt(lane.bits - 1) : 0n;
    return lane.fit((2n * a * b + half) >> BigInt(lane.bits));
  };
const doubledHighOnto =
  (sign: 1n | -1n): OfLanes =>
  (a, b, d, lane) =>
    lane.fit(((d << BigInt(lane.bits)) + sign * 2n * a * b + (1n << BigInt(lane.bits - 1))) >> BigInt(lane.bits));

const saturatingSum = bothSigns(['sqadd', 'uqadd'], '00001', 'bhsd', 'Vd = Vn + Vm, saturated', (a, b, _, lane) =>
  lane.fit(a + b),
);
const saturatingDifference = bothSigns(
  ['sqsub', 'uqsub'],
  '00101',
  'bhsd',
  'Vd = Vn - Vm, saturated',
  (a, b, _, lane) => lane.fit(a - b),
);
const greater = bothSigns(
  ['cmgt', 'cmhi'],
  '00110',
  'bhsd',
  'Vd = ones where Vn > Vm, else zeros',
  (a, b) => claim(a > b),
  (bits, signed) => (o, a, b) => isBelow('ltS', signed, bits)(o, b, a),
);
const greaterOrEqual = bothSigns(
  ['cmge', 'cmhs'],
  '00111',
  'bhsd',
  'Vd = ones where Vn >= Vm, else zeros',
  (a, b) => claim(a >= b),
  (bits, signed) => (o, a, b) => isBelow('leS', signed, bits)(o, b, a),
);
const shifts = [
  ...bothSigns(['sshl', 'ushl'], '01000', 'bhsd', 'Vd = Vn shifted by Vm', (a, b) => shifted(a, b, 'truncated')),
  ...bothSigns(['srshl', 'urshl'], '01010', 'bhsd', 'Vd = Vn shifted by Vm, rounded', (a, b) =>
    shifted(a, b, 'rounded'),
  ),
];
const saturatingShifts = [
  ...bothSigns(['sqshl', 'uqshl'], '01001', 'bhsd', 'Vd = Vn shifted by Vm, saturated', (a, b, _, lane) =>
    lane.fit(shifted(a, b, 'truncated')),
  ),
  ...bothSigns(['sqrshl', 'uqrshl'], '01011', 'bhsd', 'Vd = Vn shifted by Vm, rounded and saturated', (a, b, _, lane) =>
    lane.fit(shifted(a, b, 'rounded')),
  ),
];
const sum = one(
  'add',
  0,
  '10000',
  'bhsd',
  'Vd = Vn + Vm',
  (a, b) => a + b,
  (bits) => lanewise('add', bits),
);
const difference = one(
  'sub',
  1,
  '10000',
  'bhsd',
  'Vd = Vn - Vm',
  (a, b) => a - b,
  (bits) => lanewise('sub', bits),
);
const test = one(
  'cmtst',
  0,
  '10001',
  'bhsd',
  'Vd = ones where Vn and Vm share a bit, else zeros',
  (a, b) => claim((a & b) !== 0n),
  (bits) => (o, a, b) => o.vectorNot(o.lanes('eq', bits, o.vectorAnd(a, b), o.vector(o.c(0), o.c(0)))),
);
const equal = one(
  'cmeq',
  1,
  '10001',
  'bhsd',
  'Vd = ones where Vn = Vm, else zeros',
  (a, b) => claim(a === b),
  (bits) => lanewise('eq', bits),
);
const doubled = [
  one('sqdmulh', 0, '10110', 'hs', 'Vd = the upper half of 2 × Vn × Vm, saturated', doubledHigh('truncated')),
  one(
    'sqrdmulh',
    1,
    '10110',
    'hs',
    'Vd = the upper half of 2 × Vn × Vm, rounded and saturated',
    doubledHigh('rounded'),
  ),
];

const multiplyAdd = one(
  'mla',
  0,
  '10010',
  'bhs',
  'Vd = Vd + Vn × Vm',
  (a, b, d) => d + a * b,
  from16((bits) => onto('add', bits, lanewise('mul', bits))),
);
const multiplySubtract = one(
  'mls',
  1,
  '10010',
  'bhs',
  'Vd = Vd - Vn × Vm',
  (a, b, d) => d - a * b,
  from16((bits) => onto('sub', bits, lanewise('mul', bits))),
);
const product = one(
  'mul',
  0,
  '10011',
  'bhs',
  'Vd = Vn × Vm',
  (a, b) => a * b,
  from16((bits) => lanewise('mul', bits)),
);

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);
const isAbove = (a: bigint, b: bigint): boolean => a > b;
/** The larger and the smaller of two. */
export const larger: OfLanes = (a, b) => (isAbove(a, b) ? a : b);
export const smaller: OfLanes = (a, b) => (isAbove(a, b) ? b : a);

const onlyVectors: readonly Family[] = [
  ...bothSigns(['shadd', 'uhadd'], '00000', 'bhs', 'Vd = half of Vn + Vm, rounded down', (a, b) => (a + b) >> 1n),
  ...bothSigns(
    ['srhadd', 'urhadd'],
    '00010',
    'bhs',
    'Vd = half of Vn + Vm, rounded up',
    (a, b) => (a + b + 1n) >> 1n,
    (bits, signed) => (!signed && bits < 32 ? lanewise('avgrU', bits) : undefined),
  ),
  ...bothSigns(['shsub', 'uhsub'], '00100', 'bhs', 'Vd = half of Vn - Vm, rounded down', (a, b) => (a - b) >> 1n),
  ...bothSigns(
    ['smax', 'umax'],
    '01100',
    'bhs',
    'Vd = the larger of Vn and Vm',
    larger,
    upTo32((bits, signed) => extreme('maxS', signed, bits)),
  ),
  ...bothSigns(
    ['smin', 'umin'],
    '01101',
    'bhs',
    'Vd = the smaller of Vn and Vm',
    smaller,
    upTo32((bits, signed) => extreme('minS', signed, bits)),
  ),
  ...bothSigns(
    ['sabd', 'uabd'],
    '01110',
    'bhs',
    'Vd = how far Vn and Vm are apart',
    (a, b) => absolute(a - b),
    upTo32((bits, signed) => distance(signed, bits)),
  ),
  ...bothSigns(
    ['saba', 'uaba'],
    '01111',
    'bhs',
    'Vd = Vd + how far Vn and Vm are apart',
    (a, b, d) => d + absolute(a - b),
    upTo32((bits, signed) => onto('add', bits, distance(signed, bits))),
  ),
  multiplyAdd,
  multiplySubtract,
  product,
  one('pmul', 1, '10011', 'b', 'Vd = Vn × Vm as polynomials over {0, 1}', polynomialProduct, undefined, false),
];

/** Products with an accumulator, of Armv8.1. */
const doubledOnto: readonly Family[] = (['sqrdmlah', 'sqrdmlsh'] as const).map((name, at) => ({
  name,
  U: 1,
  opcode: at === 0 ? '10000' : '10001',
  sizes: 'hs',
  doc: `Vd = Vd ${at === 0 ? '+' : '-'} the upper half of 2 × Vn × Vm, rounded and saturated`,
  signed: true,
  run: doubledHighOnto(at === 0 ? 1n : -1n),
  feature: 'RDM',
  bit21: '0',
}));

const withOpcode = (family: Family, opcode: string, U = family.U): Family => ({ ...family, opcode, U });

/** Rows of integers with two sources of lanes of one width. */
export const simdInteger = (): readonly SimdRow[] => [
  ...[
    ...onlyVectors,
    ...saturatingSum,
    ...saturatingDifference,
    ...greater,
    ...greaterOrEqual,
    ...shifts,
    ...saturatingShifts,
    sum,
    difference,
    test,
    equal,
    ...doubled,
  ].flatMap(threeSame),
  ...[...saturatingSum, ...saturatingDifference, ...saturatingShifts].flatMap(threeScalars),
  ...[...greater, ...greaterOrEqual, ...shifts, sum, difference, test, equal].flatMap((family) =>
    threeScalars({ ...family, sizes: 'd' }),
  ),
  ...doubled.flatMap(threeScalars),
  ...doubledOnto.flatMap((family) => [...threeSame(family), ...threeScalars(family)]),
  ...byElement(withOpcode(multiplyAdd, '0000', 1), 'same'),
  ...byElement(withOpcode(multiplySubtract, '0100'), 'same'),
  ...byElement(withOpcode(product, '1000'), 'same'),
  ...doubled.flatMap((family, at) => {
    const indexed = withOpcode(family, at === 0 ? '1100' : '1101', 0);
    return [...byElement(indexed, 'same'), ...scalarByElement(indexed, 'same')];
  }),
  ...doubledOnto.flatMap((family, at) => {
    const indexed = withOpcode(family, at === 0 ? '1101' : '1111');
    return [...byElement(indexed, 'same'), ...scalarByElement(indexed, 'same')];
  }),
];
