/** LSX: shifts and rotations of lanes, those that make lanes narrower among them, and saturation. */
import type { PatternInsn } from '../../core/insn';
import type { LaneBits, LaneShift, V128 } from '../../core/ops';
import type { LoongOps } from '../ops';
import { BHWD, BHWD_U, ofThree, REF, vectorInsn, withCount } from './vector';

/** Each half by a count of its own. */
const ofDoublewords =
  (op: 'shl' | 'shrU' | 'shrS' | 'rotr') =>
  (o: LoongOps, j: V128, k: V128): V128 => {
    const half = (which: 'low' | 'high') => o[op](o.half(j, which), o.half(k, which));
    return o.vector(half('low'), half('high'));
  };

/** By counts in vk, and by one immediate. */
const shift = (name: string, what: string, op: LaneShift, counts: number, immediate: number): PatternInsn[] => [
  ...ofThree(counts, {
    name,
    ref: REF.shift,
    doc: `vd = vj ${what} by vk, modulo the width`,
    suffixes: BHWD,
    compute: ({ bits }) => (bits === 64 ? ofDoublewords(op) : undefined),
  }),
  ...withCount(
    immediate,
    15,
    { name: `${name}i`, ref: REF.shift, doc: `vd = vj ${what} by the immediate`, suffixes: BHWD },
    ({ bits }) =>
      (o, j, f) =>
        o.shiftLanes(op, bits, j, o.imm32(f.ui)),
  ),
];

const rotated = (o: LoongOps, bits: LaneBits, j: V128, count: ReturnType<LoongOps['imm32']>): V128 =>
  o.vectorOr(o.shiftLanes('shrU', bits, j, count), o.shiftLanes('shl', bits, j, o.sub(o.c32(bits), count)));

/** Rounding: what is shifted out last is added. */
const rounding = (name: string, what: string, counts: number, immediate: number): PatternInsn[] => {
  const family = { ref: REF.shift, suffixes: BHWD };
  return [
    ...ofThree(counts, { ...family, name, doc: `vd = vj ${what} by vk, modulo the width, and rounded` }),
    ...withCount(immediate, 15, { ...family, name: `${name}i`, doc: `vd = vj ${what} by the immediate and rounded` }),
  ];
};

const NARROW = ['b.h', 'h.w', 'w.d'] as const;
const NARROW_U = ['bu.h', 'hu.w', 'wu.d'] as const;

/** Lanes of half the width: in the lower half of vd of vj by counts, or of vj and above them of vd by an immediate. */
const narrowing = (
  letters: string,
  what: string,
  suffixes: typeof NARROW | typeof NARROW_U,
  counts: number,
  immediate: number,
): PatternInsn[] => [
  ...ofThree(counts, {
    name: `v${letters}n`,
    ref: REF.shift,
    doc: `vd = vj ${what} by vk, in half the width; 0 above`,
    suffixes,
  }),
  ...withCount(immediate, 14, {
    name: `v${letters}ni`,
    ref: REF.shift,
    doc: `vd = vd above vj, ${what} by the immediate, in half the width`,
    suffixes: [...suffixes, suffixes === NARROW ? 'd.q' : 'du.q'],
  }),
];

const LOGICAL = 'shifted right with zeros';
const ARITHMETIC = 'shifted right with its sign';
const NEAREST = ', or the nearest number there is,';
const BYTES_UP = 0x0706_0504_0302_0100n;
const BYTES_UP_HIGH = 0x0f0e_0d0c_0b0a_0908n;

/** The whole vector by bytes: the number of the byte for each. */
const byBytes = (mnemonic: string, pattern: string, op: 'add' | 'sub', doc: string): PatternInsn =>
  vectorInsn(mnemonic, `${pattern} ui:5 vj:5 vd:5`, { asm: '{vd}, {vj}, {ui}', ref: REF.shift, doc }, (o, f) => {
    const count = o.splat(8, o.and(o.imm(f.ui), o.c(15)));
    const bytes = o.lanes(op, 8, o.vector(o.c(BYTES_UP), o.c(BYTES_UP_HIGH)), count);
    o.setV(f.vd, o.pickBytes(o.v(f.vj), bytes));
  });

const saturation = (first: number, suffixes: readonly string[], doc: string): PatternInsn[] =>
  withCount(first, 15, { name: 'vsat', ref: REF.misc, doc, suffixes });

export const vectorShift = (): readonly PatternInsn[] => [
  ...shift('vsll', 'shifted left', 'shl', 0x70e8_0000, 0x732c_0000),
  ...shift('vsrl', LOGICAL, 'shrU', 0x70ea_0000, 0x7330_0000),
  ...shift('vsra', ARITHMETIC, 'shrS', 0x70ec_0000, 0x7334_0000),
  ...ofThree(0x70ee_0000, {
    name: 'vrotr',
    ref: REF.shift,
    doc: 'vd = vj rotated right by vk, modulo the width',
    suffixes: BHWD,
    compute: ({ bits }) => (bits === 64 ? ofDoublewords('rotr') : undefined),
  }),
  ...withCount(
    0x72a0_0000,
    15,
    { name: 'vrotri', ref: REF.shift, doc: 'vd = vj rotated right by the immediate', suffixes: BHWD },
    ({ bits }) =>
      (o, j, f) =>
        rotated(o, bits, j, o.imm32(f.ui)),
  ),
  ...rounding('vsrlr', LOGICAL, 0x70f0_0000, 0x72a4_0000),
  ...rounding('vsrar', ARITHMETIC, 0x70f2_0000, 0x72a8_0000),
  ...narrowing('srl', LOGICAL, NARROW, 0x70f4_8000, 0x7340_0000),
  ...narrowing('sra', ARITHMETIC, NARROW, 0x70f6_8000, 0x7358_0000),
  ...narrowing('srlr', `${LOGICAL}, rounded,`, NARROW, 0x70f8_8000, 0x7344_0000),
  ...narrowing('srar', `${ARITHMETIC}, rounded,`, NARROW, 0x70fa_8000, 0x735c_0000),
  ...narrowing('ssrl', `${LOGICAL}${NEAREST}`, NARROW, 0x70fc_8000, 0x7348_0000),
  ...narrowing('ssra', `${ARITHMETIC}${NEAREST}`, NARROW, 0x70fe_8000, 0x7360_0000),
  ...narrowing('ssrlr', `${LOGICAL}, rounded${NEAREST}`, NARROW, 0x7100_8000, 0x7350_0000),
  ...narrowing('ssrar', `${ARITHMETIC}, rounded${NEAREST}`, NARROW, 0x7102_8000, 0x7368_0000),
  ...narrowing('ssrl', `${LOGICAL}${NEAREST}`, NARROW_U, 0x7104_8000, 0x734c_0000),
  ...narrowing('ssra', `${ARITHMETIC}${NEAREST}`, NARROW_U, 0x7106_8000, 0x7364_0000),
  ...narrowing('ssrlr', `${LOGICAL}, rounded${NEAREST}`, NARROW_U, 0x7108_8000, 0x7354_0000),
  ...narrowing('ssrar', `${ARITHMETIC}, rounded${NEAREST}`, NARROW_U, 0x710a_8000, 0x736c_0000),
  byBytes('vbsll.v', '01110010100011100', 'sub', 'vd = vj shifted left by the low 4 bits of the immediate, in bytes.'),
  byBytes('vbsrl.v', '01110010100011101', 'add', 'vd = vj shifted right by the low 4 bits of the immediate, in bytes.'),
  ...saturation(0x7324_0000, BHWD, 'vd = vj, or the nearest number that one bit more than the immediate says can hold'),
  ...saturation(
    0x7328_0000,
    BHWD_U,
    'vd = vj, or the nearest number that one bit more than the immediate says can hold',
  ),
];
