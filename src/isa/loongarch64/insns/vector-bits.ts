/** LSX: logic on whole vectors, single bits of lanes, counts and masks, and what conditions are made of. */
import type { PatternInsn } from '../../core/insn';
import type { LaneBits, V32, V128 } from '../../core/ops';
import type { LoongOps } from '../ops';
import { BHWD, ofThree, ofTwo, REF, top, vectorInsn, withCount } from './vector';

/** WebAssembly has no vectors of 128 bits that are one lane. */
const logic = (mnemonic: string, word: number, doc: string, op: (o: LoongOps, j: V128, k: V128) => V128): PatternInsn =>
  vectorInsn(mnemonic, `${top(word, 17)} vk:5 vj:5 vd:5`, { asm: '{vd}, {vj}, {vk}', ref: REF.logical, doc }, (o, f) =>
    o.setV(f.vd, op(o, o.v(f.vj), o.v(f.vk))),
  );

const logicByte = (
  mnemonic: string,
  word: number,
  doc: string,
  op: (o: LoongOps, j: V128, n: V128, d: () => V128) => V128,
) =>
  vectorInsn(mnemonic, `${top(word, 14)} ui:8 vj:5 vd:5`, { asm: '{vd}, {vj}, {ui}', ref: REF.logical, doc }, (o, f) =>
    o.setV(
      f.vd,
      op(o, o.v(f.vj), o.splat(8, o.imm(f.ui)), () => o.v(f.vd)),
    ),
  );

/** One bit of each lane: its number in vk, modulo the width, or in the immediate. */
const singleBit = (name: string, what: string, first: number, immediate: number): PatternInsn[] => [
  ...ofThree(first, { name, ref: REF.bitwise, doc: `vd = vj with the bit that vk numbers ${what}`, suffixes: BHWD }),
  ...withCount(immediate, 15, {
    name: `${name}i`,
    ref: REF.bitwise,
    doc: `vd = vj with the bit that the immediate numbers ${what}`,
    suffixes: BHWD,
  }),
];

const count = (first: number, name: string, what: string): PatternInsn[] =>
  ofTwo(first, { name, ref: REF.bitwise, doc: `vd = ${what} of vj`, suffixes: BHWD });

/** A mask of the lanes, in the lowest bits of vd. */
const mask = (mnemonic: string, word: number, doc: string, op: (o: LoongOps, j: V128) => V32): PatternInsn =>
  vectorInsn(mnemonic, `${top(word, 22)} vj:5 vd:5`, { asm: '{vd}, {vj}', ref: REF.misc, doc }, (o, f) =>
    o.setV(f.vd, o.vector(o.zx32(op(o, o.v(f.vj))), o.c(0))),
  );

const condition = (mnemonic: string, word: number, doc: string, op: (o: LoongOps, j: V128) => V32): PatternInsn =>
  vectorInsn(mnemonic, `${top(word, 22)} vj:5 00 cd:3`, { asm: '{cd}, {vj}', ref: REF.branch, doc }, (o, f) =>
    o.write('fcc', f.cd, o.zx32(op(o, o.v(f.vj)))),
  );

const WIDTHS: readonly (readonly [string, LaneBits])[] = [
  ['b', 8],
  ['h', 16],
  ['w', 32],
  ['d', 64],
];

export const vectorBits = (): readonly PatternInsn[] => [
  logic('vand.v', 0x7126_0000, 'vd = vj and vk.', (o, j, k) => o.vectorAnd(j, k)),
  logic('vor.v', 0x7126_8000, 'vd = vj or vk.', (o, j, k) => o.vectorOr(j, k)),
  logic('vxor.v', 0x7127_0000, 'vd = vj xor vk.', (o, j, k) => o.vectorXor(j, k)),
  logic('vnor.v', 0x7127_8000, 'vd = not (vj or vk).', (o, j, k) => o.vectorNot(o.vectorOr(j, k))),
  logic('vandn.v', 0x7128_0000, 'vd = (not vj) and vk.', (o, j, k) => o.vectorAnd(o.vectorNot(j), k)),
  logic('vorn.v', 0x7128_8000, 'vd = vj or not vk.', (o, j, k) => o.vectorOr(j, o.vectorNot(k))),
  logicByte('vandi.b', 0x73d0_0000, 'vd = each byte of vj and the immediate.', (o, j, n) => o.vectorAnd(j, n)),
  logicByte('vori.b', 0x73d4_0000, 'vd = each byte of vj or the immediate.', (o, j, n) => o.vectorOr(j, n)),
  logicByte('vxori.b', 0x73d8_0000, 'vd = each byte of vj xor the immediate.', (o, j, n) => o.vectorXor(j, n)),
  logicByte('vnori.b', 0x73dc_0000, 'vd = not (each byte of vj or the immediate).', (o, j, n) =>
    o.vectorNot(o.vectorOr(j, n)),
  ),
  logicByte('vbitseli.b', 0x73c4_0000, 'vd = bits of the immediate where vd has ones, of vj elsewhere.', (o, j, n, d) =>
    o.selectBits(d(), n, j),
  ),
  vectorInsn(
    'vbitsel.v',
    '000011010001 va:5 vk:5 vj:5 vd:5',
    { asm: '{vd}, {vj}, {vk}, {va}', ref: REF.bitwise, doc: 'vd = bits of vk where va has ones, of vj elsewhere.' },
    (o, f) => o.setV(f.vd, o.selectBits(o.v(f.va), o.v(f.vk), o.v(f.vj))),
  ),
  ...singleBit('vbitclr', 'cleared', 0x710c_0000, 0x7310_0000),
  ...singleBit('vbitset', 'set', 0x710e_0000, 0x7314_0000),
  ...singleBit('vbitrev', 'turned', 0x7110_0000, 0x7318_0000),
  ...count(0x729c_0000, 'vclo', 'leading ones'),
  ...count(0x729c_1000, 'vclz', 'leading zeros'),
  ...count(0x729c_2000, 'vpcnt', 'the number of ones'),
  ...WIDTHS.map(([suffix, bits], at) =>
    mask(
      `vmskltz.${suffix}`,
      0x729c_4000 + at * 0x400,
      `vd = a bit for each lane of vj of ${bits} bits: 1 where it is negative.`,
      (o, j) => o.signsOf(bits, j),
    ),
  ),
  mask('vmskgez.b', 0x729c_5000, 'vd = a bit for each byte of vj: 1 where it is not negative.', (o, j) =>
    o.signsOf(8, o.vectorNot(j)),
  ),
  mask('vmsknz.b', 0x729c_6000, 'vd = a bit for each byte of vj: 1 where it is not 0.', (o, j) =>
    o.signsOf(8, o.vectorNot(o.lanes('eq', 8, j, o.both(0n)))),
  ),
  condition('vseteqz.v', 0x729c_9800, 'cd = 1 if vj is 0, else 0.', (o, j) => o.eqz(o.anyBit(j))),
  condition('vsetnez.v', 0x729c_9c00, 'cd = 1 if vj is not 0, else 0.', (o, j) => o.anyBit(j)),
  ...WIDTHS.flatMap(([suffix, bits], at) => [
    condition(
      `vsetanyeqz.${suffix}`,
      0x729c_a000 + at * 0x400,
      `cd = 1 if any lane of vj of ${bits} bits is 0, else 0.`,
      (o, j) => o.eqz(o.allLanes(bits, j)),
    ),
    condition(
      `vsetallnez.${suffix}`,
      0x729c_b000 + at * 0x400,
      `cd = 1 if no lane of vj of ${bits} bits is 0, else 0.`,
      (o, j) => o.allLanes(bits, j),
    ),
  ]),
  ...['b', 'h'].flatMap((suffix, at) => {
    const doc = `vd = vd with the lane that ? numbers replaced by the number of the first negative lane of vj, or by their count if none is.`;
    return [
      vectorInsn(`vfrstp.${suffix}`, `${top(0x712b_0000 + at * 0x8000, 17)} vk:5 vj:5 vd:5`, {
        asm: '{vd}, {vj}, {vk}',
        ref: REF.misc,
        doc: doc.replace('?', 'the lowest lane of vk'),
      }),
      vectorInsn(`vfrstpi.${suffix}`, `${top(0x729a_0000 + at * 0x8000, 17)} ui:5 vj:5 vd:5`, {
        asm: '{vd}, {vj}, {ui}',
        ref: REF.misc,
        doc: doc.replace('?', 'the immediate'),
      }),
    ];
  }),
];
