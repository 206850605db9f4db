/** Advanced SIMD: integers of which results or sources have twice the width. */
import type { LaneBits } from '../../core/ops';
import { type Lane, lanesOf, type OfLanes, vectorOf } from '../simd/lanes';
import { type SimdRow, simdRow } from '../simd/row';
import { lanewise, type OfVectors, onto } from '../simd/words';
import { polynomialProduct } from './simd-integer';
import { byElement, type Difference, scalarByElement, threeDifferent, threeDifferentScalars } from './simd-long-shapes';
import type { Family } from './simd-shapes';

type ComputeFor = (wide: LaneBits) => OfVectors;

const bothSigns = (
  name: string,
  opcode: string,
  shape: Difference,
  doc: string,
  run: OfLanes,
  compute: ComputeFor,
): SimdRow[] =>
  ([0, 1] as const).flatMap((U) =>
    threeDifferent({ ...family(name, U, opcode, doc, run, compute), name: `${U === 0 ? 's' : 'u'}${name}` }, shape),
  );

const family = (name: string, U: 0 | 1, opcode: string, doc: string, run: OfLanes, compute?: ComputeFor): Family => ({
  name,
  U,
  opcode,
  sizes: 'bhs',
  doc: `${doc}, ${U === 0 ? 'signed' : 'unsigned'}`,
  signed: U === 0,
  run,
  ...(compute && { compute }),
});

/** How far lanes are apart, which have room to spare. */
const apart =
  (wide: LaneBits): OfVectors =>
  (o, a, b) => {
    const difference = o.lanes('sub', wide, a, b);
    const sign = o.shiftLanes('shrS', wide, difference, o.c32(wide - 1));
    return o.lanes('sub', wide, o.vectorXor(difference, sign), sign);
  };

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);

/** The upper halves of sums or differences. */
const highHalf = (name: string, U: 0 | 1, opcode: string, doc: string, sign: 1n | -1n): SimdRow[] =>
  threeDifferent(
    {
      name,
      U,
      opcode,
      sizes: 'bhs',
      doc,
      signed: false,
      run: (a, b, _, { bits }) => {
        const half = U === 1 ? 1n << BigInt(bits - 1) : 0n;
        return (a + sign * b + half) >> BigInt(bits);
      },
      compute: (wide) => (o, a, b) => {
        const plain = o.lanes(sign === 1n ? 'add' : 'sub', wide, a, b);
        const half = 1n << BigInt(wide / 2 - 1);
        const made = U === 1 ? o.lanes('add', wide, plain, o.splat(wide, o.c(half))) : plain;
        return o.shiftLanes('shrU', wide, made, o.c32(wide / 2));
      },
    },
    'narrow',
  );

/** Twice a product, saturated, and that with the accumulator, saturated again. */
const doubled = (a: bigint, b: bigint, lane: Lane): bigint => lane.fit(2n * a * b);
const DOUBLED: readonly Family[] = [
  {
    opcode: '1001',
    name: 'sqdmlal',
    doc: 'Vd = Vd + 2 × Vn × Vm',
    run: ((a, b, d, lane) => lane.fit(d + doubled(a, b, lane))) as OfLanes,
  },
  {
    opcode: '1011',
    name: 'sqdmlsl',
    doc: 'Vd = Vd - 2 × Vn × Vm',
    run: ((a, b, d, lane) => lane.fit(d - doubled(a, b, lane))) as OfLanes,
  },
  {
    opcode: '1101',
    name: 'sqdmull',
    doc: 'Vd = 2 × Vn × Vm',
    run: ((a, b, _, lane) => doubled(a, b, lane)) as OfLanes,
  },
].map(({ opcode, name, doc, run }) => ({
  name,
  U: 0,
  opcode,
  sizes: 'hs',
  doc: `${doc}, saturated`,
  signed: true,
  run,
}));

const product: ComputeFor = (wide) => lanewise('mul', wide);
const PRODUCTS: readonly {
  readonly name: string;
  readonly opcode: string;
  readonly indexed: string;
  readonly doc: string;
  readonly run: OfLanes;
  readonly compute: ComputeFor;
}[] = [
  {
    name: 'mlal',
    opcode: '1000',
    indexed: '0010',
    doc: 'Vd = Vd + Vn × Vm',
    run: (a, b, d) => d + a * b,
    compute: (wide) => onto('add', wide, product(wide)),
  },
  {
    name: 'mlsl',
    opcode: '1010',
    indexed: '0110',
    doc: 'Vd = Vd - Vn × Vm',
    run: (a, b, d) => d - a * b,
    compute: (wide) => onto('sub', wide, product(wide)),
  },
  { name: 'mull', opcode: '1100', indexed: '1010', doc: 'Vd = Vn × Vm', run: (a, b) => a * b, compute: product },
];

/** Rows of integers with lanes of two widths. */
export const simdLong = (): readonly SimdRow[] => [
  ...bothSigns(
    'addl',
    '0000',
    'long',
    'Vd = Vn + Vm',
    (a, b) => a + b,
    (wide) => lanewise('add', wide),
  ),
  ...bothSigns(
    'addw',
    '0001',
    'wide',
    'Vd = Vn + Vm',
    (a, b) => a + b,
    (wide) => lanewise('add', wide),
  ),
  ...bothSigns(
    'subl',
    '0010',
    'long',
    'Vd = Vn - Vm',
    (a, b) => a - b,
    (wide) => lanewise('sub', wide),
  ),
  ...bothSigns(
    'subw',
    '0011',
    'wide',
    'Vd = Vn - Vm',
    (a, b) => a - b,
    (wide) => lanewise('sub', wide),
  ),
  ...highHalf('addhn', 0, '0100', 'Vd = the upper half of Vn + Vm', 1n),
  ...highHalf('raddhn', 1, '0100', 'Vd = the upper half of Vn + Vm, rounded', 1n),
  ...highHalf('subhn', 0, '0110', 'Vd = the upper half of Vn - Vm', -1n),
  ...highHalf('rsubhn', 1, '0110', 'Vd = the upper half of Vn - Vm, rounded', -1n),
  ...bothSigns(
    'abal',
    '0101',
    'long',
    'Vd = Vd + how far Vn and Vm are apart',
    (a, b, d) => d + absolute(a - b),
    (wide) => onto('add', wide, apart(wide)),
  ),
  ...bothSigns('abdl', '0111', 'long', 'Vd = how far Vn and Vm are apart', (a, b) => absolute(a - b), apart),
  ...PRODUCTS.flatMap(({ name, opcode, doc, run, compute }) => bothSigns(name, opcode, 'long', doc, run, compute)),
  ...PRODUCTS.flatMap(({ name, indexed, doc, run, compute }) =>
    ([0, 1] as const).flatMap((U) =>
      byElement({ ...family(`${U === 0 ? 's' : 'u'}${name}`, U, indexed, doc, run, compute), sizes: 'hs' }, 'long'),
    ),
  ),
  ...DOUBLED.flatMap((each, at) => {
    const indexed = { ...each, opcode: ['0011', '0111', '1011'][at] ?? '' };
    return [
      ...threeDifferent(each, 'long'),
      ...threeDifferentScalars(each),
      ...byElement(indexed, 'long'),
      ...scalarByElement(indexed, 'long'),
    ];
  }),
  ...threeDifferent(
    {
      name: 'pmull',
      U: 0,
      opcode: '1110',
      sizes: 'b',
      doc: 'Vd = Vn × Vm as polynomials over {0, 1}',
      signed: false,
      run: polynomialProduct,
    },
    'long',
  ),
  simdRow(
    'pmull{2}-vd',
    '0 Q:1 0 01110 11 1 Vm:5 1110 00 Vn:5 Vd:5',
    {
      asm: '{v1q:Vd}, {td:Vn}, {td:Vm}',
      doc: 'Vd = Vn × Vm as polynomials over {0, 1}, of 64 bits.',
      feature: 'PMULL',
    },
    {
      helper: (state, field) => {
        const half = (name: string): bigint =>
          lanesOf(state.read('v', field(name)), { bits: 64, signed: false })[field('Q')] ?? 0n;
        state.write('v', field('Vd'), vectorOf([polynomialProduct(half('Vn'), half('Vm'))], 128));
      },
    },
  ),
];
