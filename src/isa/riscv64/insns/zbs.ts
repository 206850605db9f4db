/** Zbs: single bits. Indices are taken modulo 64. */

import type { PatternInsn } from '../../core/insn';
import type { V64 } from '../../core/ops';
import { insn } from '../insn';
import type { RiscvOps } from '../ops';

const REF = 'RISC-V Unprivileged ISA 20240411, B Extension: Zbs Single-bit Instructions';

/** The register and the immediate form of one operation. */
const pair = (
  mnemonic: string,
  bits: [funct6: string, funct3: string],
  op: (o: RiscvOps, a: V64, index: V64) => V64,
  doc: string,
): PatternInsn[] => [
  insn(mnemonic, `${bits[0]} 0 rs2:5 rs1:5 ${bits[1]} rd:5 0110011`, {
    asm: '{rd}, {rs1}, {rs2}',
    ref: REF,
    doc: `${doc} numbered by the low 6 bits of rs2.`,
    sem: (o, f) => o.setX(f.rd, op(o, o.x(f.rs1), o.x(f.rs2))),
  }),
  insn(`${mnemonic}i`, `${bits[0]} shamt:6 rs1:5 ${bits[1]} rd:5 0010011`, {
    asm: '{rd}, {rs1}, {hex:shamt}',
    ref: REF,
    doc: `${doc} numbered by the immediate.`,
    sem: (o, f) => o.setX(f.rd, op(o, o.x(f.rs1), o.imm(f.shamt))),
  }),
];

const bit = (o: RiscvOps, index: V64): V64 => o.shl(o.c(1n), index);

/** Single-bit instructions. */
export const INSNS_ZBS: readonly PatternInsn[] = [
  ...pair('bclr', ['010010', '001'], (o, a, i) => o.and(a, o.not(bit(o, i))), 'Clear the bit of rs1'),
  ...pair('bext', ['010010', '101'], (o, a, i) => o.and(o.shrU(a, i), o.c(1n)), 'rd = the bit of rs1'),
  ...pair('binv', ['011010', '001'], (o, a, i) => o.xor(a, bit(o, i)), 'Invert the bit of rs1'),
  ...pair('bset', ['001010', '001'], (o, a, i) => o.or(a, bit(o, i)), 'Set the bit of rs1'),
];
