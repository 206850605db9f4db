/** LSX: lanes moved within and between vectors, and between vectors and general registers. */
import type { PatternInsn } from '../../core/insn';
import type { LaneBits, V64, V128 } from '../../core/ops';
import { insn } from '../insn';
import type { LoongFields, LoongOps } from '../ops';
import { BHWD, ofThree, REF, top, vectorInsn } from './vector';

const COUNT: Readonly<Record<LaneBits, number>> = { 8: 16, 16: 8, 32: 4, 64: 2 };

/** Bytes of lanes by their numbers: those of vk first, vj's behind them. */
const bytesOf = (lanes: readonly number[], bits: LaneBits): number[] =>
  lanes.flatMap((lane) => Array.from({ length: bits / 8 }, (_, byte) => (lane * bits) / 8 + byte));

/** Lanes of vk and vj in an order of their own. */
const ordered = (
  first: number,
  name: string,
  doc: string,
  order: (lane: number, count: number) => number,
): PatternInsn[] =>
  ofThree(first, {
    name,
    ref: REF.permutation,
    doc,
    suffixes: BHWD,
    compute: ({ bits }) => {
      const count = COUNT[bits];
      const lanes = Array.from({ length: count }, (_, lane) => order(lane, count));
      return (o, j, k) => o.shuffleBytes(k, j, bytesOf(lanes, bits));
    },
  });

const SIZES = [
  { suffix: 'b', bits: 8, width: 4 },
  { suffix: 'h', bits: 16, width: 3 },
  { suffix: 'w', bits: 32, width: 2 },
  { suffix: 'd', bits: 64, width: 1 },
] as const;

/** The bits in front of a lane's number, which say how many lanes there are. */
const laneOf = (word: number, width: number): string => `${top(word, 17)}${'1'.repeat(4 - width)}0 ui:${width}`;

const extendedTo = (o: LoongOps, bits: LaneBits, v: V64, signed: boolean): V64 => {
  if (bits === 64) return v;
  if (!signed) return o.and(v, o.c((1n << BigInt(bits)) - 1n));
  return bits === 8 ? o.sx8(v) : bits === 16 ? o.sx16(v) : o.sx32(o.lo32(v));
};

/** Numbers of lanes as lanes. */
const NUMBERS: Readonly<Record<LaneBits, readonly [bigint, bigint]>> = {
  8: [0x0706_0504_0302_0100n, 0x0f0e_0d0c_0b0a_0908n],
  16: [0x0003_0002_0001_0000n, 0x0007_0006_0005_0004n],
  32: [0x0000_0001_0000_0000n, 0x0000_0003_0000_0002n],
  64: [0n, 1n],
};

/** Ones in the lane of that number. */
const maskOf = (o: LoongOps, bits: LaneBits, lane: V64): V128 => {
  const [low, high] = NUMBERS[bits];
  return o.lanes('eq', bits, o.vector(o.c(low), o.c(high)), o.splat(bits, lane));
};

const moves = ({ suffix, bits, width }: (typeof SIZES)[number]): PatternInsn[] => [
  vectorInsn(
    `vinsgr2vr.${suffix}`,
    `${laneOf(0x72eb_8000, width)} rj:5 vd:5`,
    {
      asm: '{vd}, {rj}, {ui}',
      ref: REF.misc,
      doc: `vd = vd with the lane of ${bits} bits that the immediate numbers replaced by rj.`,
    },
    (o, f) => o.setV(f.vd, o.selectBits(maskOf(o, bits, o.imm(f.ui)), o.splat(bits, o.r(f.rj)), o.v(f.vd))),
  ),
  ...([true, false] as const).map((signed) =>
    vectorInsn(
      `vpickve2gr.${suffix}${signed ? '' : 'u'}`,
      `${laneOf(signed ? 0x72ef_8000 : 0x72f3_8000, width)} vj:5 rd:5`,
      {
        asm: '{rd}, {vj}, {ui}',
        ref: REF.misc,
        doc: `rd = the lane of vj of ${bits} bits that the immediate numbers, ${signed ? 'sign' : 'zero'}-extended.`,
      },
      (o, f) => o.setR(f.rd, extendedTo(o, bits, o.half(o.everyLane(bits, o.v(f.vj), o.imm(f.ui)), 'low'), signed)),
    ),
  ),
  vectorInsn(
    `vreplvei.${suffix}`,
    `${laneOf(0x72f7_8000, width)} vj:5 vd:5`,
    {
      asm: '{vd}, {vj}, {ui}',
      ref: REF.misc,
      doc: `vd = the lane of vj of ${bits} bits that the immediate numbers, in every lane.`,
    },
    (o, f) => o.setV(f.vd, o.everyLane(bits, o.v(f.vj), o.imm(f.ui))),
  ),
  vectorInsn(
    `vreplve.${suffix}`,
    `${top(0x7122_0000 + (4 - width) * 0x8000, 17)} rk:5 vj:5 vd:5`,
    {
      asm: '{vd}, {vj}, {rk}',
      ref: REF.misc,
      doc: `vd = the lane of vj of ${bits} bits that rk numbers, modulo their count, in every lane.`,
    },
    (o, f) => o.setV(f.vd, o.everyLane(bits, o.v(f.vj), o.r(f.rk))),
  ),
  vectorInsn(
    `vreplgr2vr.${suffix}`,
    `${top(0x729f_0000 + (4 - width) * 0x400, 22)} rj:5 vd:5`,
    { asm: '{vd}, {rj}', ref: REF.misc, doc: `vd = the low ${bits} bits of rj in every lane.` },
    (o, f) => o.setV(f.vd, o.splat(bits, o.r(f.rj))),
  ),
];

const byByte = (mnemonic: string, word: number, ref: string, doc: string): PatternInsn =>
  vectorInsn(mnemonic, `${top(word, 14)} ui:8 vj:5 vd:5`, { asm: '{vd}, {vj}, {ui}', ref, doc });

/** A small floating-point number of 8 bits as one of `exponent` and `fraction` bits. */
const expanded = (byte: bigint, exponent: number, fraction: number): bigint => {
  const [sign, turn, rest] = [byte >> 7n, (byte >> 6n) & 1n, byte & 0x3fn];
  const repeated = turn ? (1n << BigInt(exponent - 3)) - 1n : 0n;
  const high = (sign << BigInt(exponent)) | ((turn ^ 1n) << BigInt(exponent - 1)) | (repeated << 2n) | (rest >> 4n);
  return (high << BigInt(fraction)) | ((rest & 15n) << BigInt(fraction - 4));
};

const repeated = (bits: number, value: bigint): bigint => {
  let all = 0n;
  for (let at = 0; at < 64; at += bits) all |= BigInt.asUintN(bits, value) << BigInt(at);
  return all;
};

/** What vldi makes of a byte in its modes from 0; the others are no instruction. */
const VLDI_MODES: readonly ((byte: bigint) => bigint)[] = [
  (byte) => repeated(32, byte),
  (byte) => repeated(32, byte << 8n),
  (byte) => repeated(32, byte << 16n),
  (byte) => repeated(32, byte << 24n),
  (byte) => repeated(16, byte),
  (byte) => repeated(16, byte << 8n),
  (byte) => repeated(32, (byte << 8n) | 0xffn),
  (byte) => repeated(32, (byte << 16n) | 0xffffn),
  (byte) => repeated(8, byte),
  (byte) =>
    [0, 1, 2, 3, 4, 5, 6, 7].reduce(
      (all, bit) => all | (((byte >> BigInt(bit)) & 1n) * (0xffn << BigInt(8 * bit))),
      0n,
    ),
  (byte) => repeated(32, expanded(byte, 8, 23)),
  (byte) => expanded(byte, 8, 23),
  (byte) => expanded(byte, 11, 52),
];

/** Each half of vldi's result. */
const half = ({ si = 0 }: Readonly<Record<string, number>>): bigint | undefined => {
  if (si >= 0) return repeated(8 << ((si >> 10) & 3), BigInt.asIntN(10, BigInt(si)));
  return VLDI_MODES[(si >> 8) & 15]?.(BigInt(si & 0xff));
};

const pair = (o: LoongOps, f: LoongFields): V128 => {
  const index = o.vectorAnd(o.v(f.va), o.both(0x1f1f_1f1f_1f1f_1f1fn));
  const above = o.lanes('sub', 8, index, o.both(0x1010_1010_1010_1010n));
  return o.vectorOr(o.pickBytes(o.v(f.vk), index), o.pickBytes(o.v(f.vj), above));
};

export const vectorPermute = (): readonly PatternInsn[] => [
  ...SIZES.flatMap(moves),
  ...ordered(0x7116_0000, 'vpackev', 'vd = even lanes of vk and, above each, of vj', (lane, count) =>
    lane % 2 ? count + lane - 1 : lane,
  ),
  ...ordered(0x7118_0000, 'vpackod', 'vd = odd lanes of vk and, above each, of vj', (lane, count) =>
    lane % 2 ? count + lane : lane + 1,
  ),
  ...ordered(
    0x711a_0000,
    'vilvl',
    'vd = the lower lanes of vk and, above each, of vj',
    (lane, count) => (lane % 2 ? count : 0) + (lane >> 1),
  ),
  ...ordered(
    0x711c_0000,
    'vilvh',
    'vd = the upper lanes of vk and, above each, of vj',
    (lane, count) => (lane % 2 ? count : 0) + ((lane + count) >> 1),
  ),
  ...ordered(0x711e_0000, 'vpickev', 'vd = the even lanes of vk and, above them, of vj', (lane) => 2 * lane),
  ...ordered(0x7120_0000, 'vpickod', 'vd = the odd lanes of vk and, above them, of vj', (lane) => 2 * lane + 1),
  vectorInsn(
    'vshuf.b',
    '000011010101 va:5 vk:5 vj:5 vd:5',
    {
      asm: '{vd}, {vj}, {vk}, {va}',
      ref: REF.shuffling,
      doc: 'vd = bytes by the numbers in the low 5 bits of those of va: of vk up to 15, of vj from 16.',
    },
    (o, f) => o.setV(f.vd, pair(o, f)),
  ),
  ...['h', 'w', 'd'].map((suffix, at) =>
    vectorInsn(`vshuf.${suffix}`, `${top(0x717a_8000 + at * 0x8000, 17)} vk:5 vj:5 vd:5`, {
      asm: '{vd}, {vj}, {vk}',
      ref: REF.shuffling,
      doc: 'vd = lanes by the numbers in those of vd, modulo their count in both: of vk, or above these of vj.',
    }),
  ),
  ...['b', 'h', 'w'].map((suffix, at) =>
    byByte(
      `vshuf4i.${suffix}`,
      0x7390_0000 + at * 0x4_0000,
      REF.shuffling,
      'vd = lanes of vj, of each four those that the pairs of bits of the immediate number.',
    ),
  ),
  byByte(
    'vshuf4i.d',
    0x739c_0000,
    REF.shuffling,
    'vd = two doublewords, numbered by pairs of bits of the immediate: of vd, or from 2 of vj.',
  ),
  ...['d', 'w', 'h', 'b'].map((suffix, at) =>
    byByte(
      `vextrins.${suffix}`,
      0x7380_0000 + at * 0x4_0000,
      REF.permutation,
      'vd = vd with the lane that the upper half of the immediate numbers replaced by that of vj which the lower half does.',
    ),
  ),
  byByte(
    'vpermi.w',
    0x73e4_0000,
    REF.permutation,
    'vd = words by the pairs of bits of the immediate: the lower two of vj, the upper of vd.',
  ),
  insn('vldi', '01110011111000 si:13 vd:5', {
    asm: '{vd}, {si}',
    ref: REF.misc,
    doc: 'vd = the immediate in every lane: 10 bits, sign-extended to the width that two more say, or 8 bits in one of 13 ways.',
    computed: { half },
    sem: (o, f) => {
      o.guard('lsx');
      o.setV(f.vd, o.vector(o.imm(f.half), o.imm(f.half)));
    },
  }),
];
