/** Zba: address generation. */

import type { PatternInsn } from '../../core/insn';
import type { V64 } from '../../core/ops';
import { insn } from '../insn';
import type { RiscvOps } from '../ops';

const REF = 'RISC-V Unprivileged ISA 20240411, B Extension: Zba Address Generation';

const full = (_: RiscvOps, v: V64): V64 => v;
const unsignedWord = (o: RiscvOps, v: V64): V64 => o.zx32(o.lo32(v));

/** `rd = (part of rs1 << count) + rs2`. */
const shiftAdd = (
  mnemonic: string,
  bits: [funct7: string, funct3: string, opcode: string],
  count: number,
  part: (o: RiscvOps, v: V64) => V64,
  doc: string,
): PatternInsn =>
  insn(mnemonic, `${bits[0]} rs2:5 rs1:5 ${bits[1]} rd:5 ${bits[2]}`, {
    asm: '{rd}, {rs1}, {rs2}',
    ref: REF,
    doc,
    sem: (o, f) => o.setX(f.rd, o.add(o.shl(part(o, o.x(f.rs1)), o.c(count)), o.x(f.rs2))),
  });

/** Address generation instructions. */
export const INSNS_ZBA: readonly PatternInsn[] = [
  shiftAdd('sh1add', ['0010000', '010', '0110011'], 1, full, 'rd = rs1 × 2 + rs2.'),
  shiftAdd('sh2add', ['0010000', '100', '0110011'], 2, full, 'rd = rs1 × 4 + rs2.'),
  shiftAdd('sh3add', ['0010000', '110', '0110011'], 3, full, 'rd = rs1 × 8 + rs2.'),
  shiftAdd('add.uw', ['0000100', '000', '0111011'], 0, unsignedWord, 'rd = zero-extended low 32 bits of rs1, + rs2.'),
  shiftAdd(
    'sh1add.uw',
    ['0010000', '010', '0111011'],
    1,
    unsignedWord,
    'rd = low 32 bits of rs1, unsigned, × 2 + rs2.',
  ),
  shiftAdd(
    'sh2add.uw',
    ['0010000', '100', '0111011'],
    2,
    unsignedWord,
    'rd = low 32 bits of rs1, unsigned, × 4 + rs2.',
  ),
  shiftAdd(
    'sh3add.uw',
    ['0010000', '110', '0111011'],
    3,
    unsignedWord,
    'rd = low 32 bits of rs1, unsigned, × 8 + rs2.',
  ),
  insn('slli.uw', '000010 shamt:6 rs1:5 001 rd:5 0011011', {
    asm: '{rd}, {rs1}, {hex:shamt}',
    ref: REF,
    doc: 'Shift the zero-extended low 32 bits of rs1 left.',
    sem: (o, f) => o.setX(f.rd, o.shl(unsignedWord(o, o.x(f.rs1)), o.imm(f.shamt))),
  }),
];
