/** LSX: sums, differences, products, extremes and comparisons of integers, lane by lane. */
import type { PatternInsn } from '../../core/insn';
import type { LaneBits, LaneOperation, V128 } from '../../core/ops';
import type { LoongOps } from '../ops';
import { BHWD, BHWD_U, ofThree, ofTwo, REF, withImmediate } from './vector';

type Lanes = (o: LoongOps, bits: LaneBits, a: V128, b: V128) => V128;

const SIGN = 1n << 63n;
const UNSIGNED: Readonly<Record<string, LaneOperation>> = { ltS: 'ltU', leS: 'leU', minS: 'minU', maxS: 'maxU' };

/** Below, or below or equal, with numbers of either kind: WebAssembly has none of 64 bits without sign. */
const compare =
  (operation: 'ltS' | 'leS', signed: boolean): Lanes =>
  (o, bits, a, b) => {
    if (signed) return o.lanes(operation, bits, a, b);
    if (bits < 64) return o.lanes(UNSIGNED[operation] ?? operation, bits, a, b);
    const turned = (v: V128) => o.vectorXor(v, o.both(SIGN));
    return o.lanes(operation, bits, turned(a), turned(b));
  };

const extreme =
  (operation: 'minS' | 'maxS', signed: boolean): Lanes =>
  (o, bits, a, b) => {
    if (bits < 64) return o.lanes(signed ? operation : (UNSIGNED[operation] ?? operation), bits, a, b);
    const isBelow = compare('ltS', signed)(o, bits, a, b);
    return operation === 'minS' ? o.selectBits(isBelow, a, b) : o.selectBits(isBelow, b, a);
  };

const negated = (o: LoongOps, bits: LaneBits, a: V128): V128 => o.lanes('sub', bits, o.both(0n), a);
const absolute = (o: LoongOps, bits: LaneBits, a: V128): V128 => extreme('maxS', true)(o, bits, a, negated(o, bits, a));

const computation = (name: string, doc: string) => ({ name, doc, ref: REF.computation });

/** A WebAssembly operation, where there is one for the width. */
const plain = (
  first: number,
  name: string,
  suffixes: readonly string[],
  doc: string,
  operation: LaneOperation,
  widths: readonly number[] = [8, 16, 32, 64],
) =>
  ofThree(first, {
    ...computation(name, doc),
    suffixes,
    compute: ({ bits }) => (widths.includes(bits) ? (o, j, k) => o.lanes(operation, bits, j, k) : undefined),
  });

/** Of numbers with and without sign: by a register, and by an immediate of which `immediate` tells. */
const both = (
  name: string,
  doc: string,
  ref: string,
  operation: (signed: boolean) => Lanes,
  first: {
    readonly signed: number;
    readonly unsigned: number;
    readonly immediate: number;
    readonly unsignedImmediate: number;
  },
): PatternInsn[] => {
  const compute =
    ({ bits, signed }: { bits: LaneBits; signed: boolean }) =>
    (o: LoongOps, j: V128, k: V128) =>
      operation(signed)(o, bits, j, k);
  const byRegister = { name, ref, doc: doc.replace('?', 'vk'), compute };
  const byImmediate = { name: `${name}i`, ref, doc: doc.replace('?', 'the immediate'), compute };
  return [
    ...ofThree(first.signed, { ...byRegister, suffixes: BHWD }),
    ...ofThree(first.unsigned, { ...byRegister, suffixes: BHWD_U }),
    ...withImmediate(first.immediate, 'si', { ...byImmediate, suffixes: BHWD }),
    ...withImmediate(first.unsignedImmediate, 'ui', { ...byImmediate, suffixes: BHWD_U }),
  ];
};

/** Only what TypeScript does: of numbers with sign, and without where there is such. */
const helped = (
  name: string,
  doc: string,
  signed: number,
  unsigned?: number,
  ref: string = REF.computation,
): PatternInsn[] => [
  ...ofThree(signed, { name, doc, ref, suffixes: BHWD }),
  ...(unsigned === undefined ? [] : ofThree(unsigned, { name, doc, ref, suffixes: BHWD_U })),
];

const multiplyAdd = (first: number, name: string, operation: 'add' | 'sub', doc: string): PatternInsn[] =>
  ofThree(first, {
    ...computation(name, doc),
    suffixes: BHWD,
    compute: ({ bits }) =>
      bits === 8 ? undefined : (o, j, k, d) => o.lanes(operation, bits, d(), o.lanes('mul', bits, j, k)),
  });

const SATURATING = [8, 16];

export const vectorInteger = (): readonly PatternInsn[] => [
  ...plain(0x7000_0000, 'vseq', BHWD, 'vd = ones where vj and vk are equal, else zeros', 'eq'),
  ...withImmediate(0x7280_0000, 'si', {
    name: 'vseqi',
    ref: REF.comparison,
    doc: 'vd = ones where vj and the immediate are equal, else zeros',
    suffixes: BHWD,
    compute:
      ({ bits }) =>
      (o, j, k) =>
        o.lanes('eq', bits, j, k),
  }),
  ...both(
    'vsle',
    'vd = ones where vj is below or equal ?, else zeros',
    REF.comparison,
    (signed) => compare('leS', signed),
    {
      signed: 0x7002_0000,
      unsigned: 0x7004_0000,
      immediate: 0x7282_0000,
      unsignedImmediate: 0x7284_0000,
    },
  ),
  ...both('vslt', 'vd = ones where vj is below ?, else zeros', REF.comparison, (signed) => compare('ltS', signed), {
    signed: 0x7006_0000,
    unsigned: 0x7008_0000,
    immediate: 0x7286_0000,
    unsignedImmediate: 0x7288_0000,
  }),
  ...both('vmax', 'vd = the larger of vj and ?', REF.computation, (signed) => extreme('maxS', signed), {
    signed: 0x7070_0000,
    unsigned: 0x7074_0000,
    immediate: 0x7290_0000,
    unsignedImmediate: 0x7294_0000,
  }),
  ...both('vmin', 'vd = the smaller of vj and ?', REF.computation, (signed) => extreme('minS', signed), {
    signed: 0x7072_0000,
    unsigned: 0x7076_0000,
    immediate: 0x7292_0000,
    unsignedImmediate: 0x7296_0000,
  }),
  ...plain(0x700a_0000, 'vadd', BHWD, 'vd = vj + vk', 'add'),
  ...plain(0x700c_0000, 'vsub', BHWD, 'vd = vj - vk', 'sub'),
  ...ofThree(0x712d_0000, { ...computation('vadd', 'vd = vj + vk'), suffixes: ['q'] }),
  ...ofThree(0x712d_8000, { ...computation('vsub', 'vd = vj - vk'), suffixes: ['q'] }),
  ...(['add', 'sub'] as const).flatMap((operation, at) =>
    withImmediate(0x728a_0000 + at * 0x2_0000, 'ui', {
      ...computation(`v${operation}i`, `vd = vj ${operation === 'add' ? '+' : '-'} the immediate`),
      suffixes: BHWD_U,
      compute:
        ({ bits }) =>
        (o, j, k) =>
          o.lanes(operation, bits, j, k),
    }),
  ),
  ...ofTwo(0x729c_3000, {
    ...computation('vneg', 'vd = 0 - vj'),
    suffixes: BHWD,
    compute:
      ({ bits }) =>
      (o, j) =>
        negated(o, bits, j),
  }),
  ...plain(0x7046_0000, 'vsadd', BHWD, 'vd = vj + vk, or the nearest number there is', 'addSatS', SATURATING),
  ...plain(0x704a_0000, 'vsadd', BHWD_U, 'vd = vj + vk, or the nearest number there is', 'addSatU', SATURATING),
  ...plain(0x7048_0000, 'vssub', BHWD, 'vd = vj - vk, or the nearest number there is', 'subSatS', SATURATING),
  ...plain(0x704c_0000, 'vssub', BHWD_U, 'vd = vj - vk, or the nearest number there is', 'subSatU', SATURATING),
  ...ofThree(0x705c_0000, {
    ...computation('vadda', 'vd = the sum of the absolute values of vj and vk'),
    suffixes: BHWD,
    compute:
      ({ bits }) =>
      (o, j, k) =>
        o.lanes('add', bits, absolute(o, bits, j), absolute(o, bits, k)),
  }),
  ...[
    [0x7060_0000, BHWD],
    [0x7062_0000, BHWD_U],
  ].flatMap(([first, suffixes]) =>
    ofThree(first as number, {
      ...computation('vabsd', 'vd = how far vj and vk are apart'),
      suffixes: suffixes as readonly string[],
      compute:
        ({ bits, signed }) =>
        (o, j, k) =>
          o.lanes('sub', bits, extreme('maxS', signed)(o, bits, j, k), extreme('minS', signed)(o, bits, j, k)),
    }),
  ),
  ...helped('vavg', 'vd = half the sum of vj and vk, rounded down', 0x7064_0000, 0x7066_0000),
  ...ofThree(0x7068_0000, { ...computation('vavgr', 'vd = half the sum of vj and vk, rounded up'), suffixes: BHWD }),
  ...plain(0x706a_0000, 'vavgr', BHWD_U, 'vd = half the sum of vj and vk, rounded up', 'avgrU', SATURATING),
  ...plain(0x7084_0000, 'vmul', BHWD, 'vd = vj × vk', 'mul', [16, 32, 64]),
  ...helped('vmuh', 'vd = the upper half of vj × vk', 0x7086_0000, 0x7088_0000),
  ...multiplyAdd(0x70a8_0000, 'vmadd', 'add', 'vd = vd + vj × vk'),
  ...multiplyAdd(0x70aa_0000, 'vmsub', 'sub', 'vd = vd - vj × vk'),
  ...helped('vdiv', 'vd = vj ÷ vk; 0 where vk is 0', 0x70e0_0000, 0x70e4_0000),
  ...helped('vmod', 'vd = what vj ÷ vk leaves; 0 where vk is 0', 0x70e2_0000, 0x70e6_0000),
  ...ofThree(0x712e_0000, {
    ...computation('vsigncov', 'vd = vk with the sign of vj: negated where that is negative, 0 where it is 0'),
    suffixes: BHWD,
    compute:
      ({ bits }) =>
      (o, j, k) => {
        const isNegative = o.lanes('ltS', bits, j, o.both(0n));
        const signed = o.lanes('sub', bits, o.vectorXor(k, isNegative), isNegative);
        return o.vectorAnd(signed, o.vectorNot(o.lanes('eq', bits, j, o.both(0n))));
      },
  }),
];
