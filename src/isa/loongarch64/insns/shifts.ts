/** Shifts and rotations. */
import type { PatternInsn } from '../../core/insn';
import type { V32, V64 } from '../../core/ops';
import { insn } from '../insn';
import type { LoongOps } from '../ops';

const REF = 'LoongArch Reference Manual, Volume 1, 2.2.2 Bit-shift Instructions';

type Shift = <T extends V32 | V64>(o: LoongOps, value: T, count: T) => T;

/** Each in four forms: of words and doublewords, by a register and by an immediate. */
const shift = (name: string, bits: Record<'w' | 'd' | 'wi' | 'di', string>, op: Shift, doc: string): PatternInsn[] => [
  insn(`${name}.w`, `${bits.w} rk:5 rj:5 rd:5`, {
    asm: '{rd}, {rj}, {rk}',
    ref: REF,
    doc: `rd = word of rj ${doc} by the low 5 bits of rk; sign-extended.`,
    sem: (o, f) => o.setW(f.rd, op(o, o.w(f.rj), o.w(f.rk))),
  }),
  insn(`${name}.d`, `${bits.d} rk:5 rj:5 rd:5`, {
    asm: '{rd}, {rj}, {rk}',
    ref: REF,
    doc: `rd = rj ${doc} by the low 6 bits of rk.`,
    sem: (o, f) => o.setR(f.rd, op(o, o.r(f.rj), o.r(f.rk))),
  }),
  insn(`${name}i.w`, `${bits.wi} ui:5 rj:5 rd:5`, {
    asm: '{rd}, {rj}, {ui}',
    ref: REF,
    doc: `rd = word of rj ${doc} by the immediate; sign-extended.`,
    sem: (o, f) => o.setW(f.rd, op(o, o.w(f.rj), o.imm32(f.ui))),
  }),
  insn(`${name}i.d`, `${bits.di} ui:6 rj:5 rd:5`, {
    asm: '{rd}, {rj}, {ui}',
    ref: REF,
    doc: `rd = rj ${doc} by the immediate.`,
    sem: (o, f) => o.setR(f.rd, op(o, o.r(f.rj), o.imm(f.ui))),
  }),
];

export const INSNS_SHIFTS: readonly PatternInsn[] = [
  ...shift(
    'sll',
    { w: '00000000000101110', d: '00000000000110001', wi: '00000000010000001', di: '0000000001000001' },
    (o, a, b) => o.shl(a, b),
    'shifted left',
  ),
  ...shift(
    'srl',
    { w: '00000000000101111', d: '00000000000110010', wi: '00000000010001001', di: '0000000001000101' },
    (o, a, b) => o.shrU(a, b),
    'shifted right with zeros',
  ),
  ...shift(
    'sra',
    { w: '00000000000110000', d: '00000000000110011', wi: '00000000010010001', di: '0000000001001001' },
    (o, a, b) => o.shrS(a, b),
    'shifted right with its sign',
  ),
  ...shift(
    'rotr',
    { w: '00000000000110110', d: '00000000000110111', wi: '00000000010011001', di: '0000000001001101' },
    (o, a, b) => o.rotr(a, b),
    'rotated right',
  ),
];
