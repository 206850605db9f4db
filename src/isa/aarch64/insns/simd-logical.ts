/** Advanced SIMD: bits of two sources and of the destination. */
import type { OfLanes } from '../simd/lanes';
import type { SimdRow } from '../simd/row';
import type { OfVectors } from '../simd/words';
import { type Family, threeSame } from './simd-shapes';

/** Bits, whose instructions the place of the lanes' width tells apart. */
const bits = (name: string, U: 0 | 1, size: string, doc: string, run: OfLanes, compute: OfVectors): Family => ({
  name,
  U,
  opcode: '00011',
  sizes: 'b',
  size,
  doc,
  signed: false,
  run,
  compute: () => compute,
});

const logical: readonly Family[] = [
  bits(
    'and',
    0,
    '00',
    'Vd = Vn and Vm',
    (a, b) => a & b,
    (o, a, b) => o.vectorAnd(a, b),
  ),
  bits(
    'bic',
    0,
    '01',
    'Vd = Vn and not Vm',
    (a, b) => a & ~b,
    (o, a, b) => o.vectorAnd(a, o.vectorNot(b)),
  ),
  bits(
    'orr',
    0,
    '10',
    'Vd = Vn or Vm',
    (a, b) => a | b,
    (o, a, b) => o.vectorOr(a, b),
  ),
  bits(
    'orn',
    0,
    '11',
    'Vd = Vn or not Vm',
    (a, b) => a | ~b,
    (o, a, b) => o.vectorOr(a, o.vectorNot(b)),
  ),
  bits(
    'eor',
    1,
    '00',
    'Vd = Vn exclusive-or Vm',
    (a, b) => a ^ b,
    (o, a, b) => o.vectorXor(a, b),
  ),
  bits(
    'bsl',
    1,
    '01',
    'Vd = bits of Vn where Vd has ones, of Vm elsewhere',
    (a, b, d) => (a & d) | (b & ~d),
    (o, a, b, d) => o.selectBits(d(), a, b),
  ),
  bits(
    'bit',
    1,
    '10',
    'Vd = bits of Vn where Vm has ones, of Vd elsewhere',
    (a, b, d) => (a & b) | (d & ~b),
    (o, a, b, d) => o.selectBits(b, a, d()),
  ),
  bits(
    'bif',
    1,
    '11',
    'Vd = bits of Vd where Vm has ones, of Vn elsewhere',
    (a, b, d) => (d & b) | (a & ~b),
    (o, a, b, d) => o.selectBits(b, d(), a),
  ),
];

/** Rows of logical instructions. */
export const simdLogical = (): readonly SimdRow[] => logical.flatMap(threeSame);
