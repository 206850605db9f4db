/** Zbb: basic bit manipulation. */

import type { PatternInsn } from '../../core/insn';
import type { V32, V64 } from '../../core/ops';
import { insn } from '../insn';
import type { RiscvOps } from '../ops';

const REF = 'RISC-V Unprivileged ISA 20240411, B Extension: Zbb Basic Bit-Manipulation';

const binary = (
  mnemonic: string,
  funct7: string,
  funct3: string,
  op: (o: RiscvOps, a: V64, b: V64) => V64,
  doc: string,
): PatternInsn =>
  insn(mnemonic, `${funct7} rs2:5 rs1:5 ${funct3} rd:5 0110011`, {
    asm: '{rd}, {rs1}, {rs2}',
    ref: REF,
    doc,
    sem: (o, f) => o.setX(f.rd, op(o, o.x(f.rs1), o.x(f.rs2))),
  });

/** @param bits funct12, funct3 and opcode. */
const unary = (
  mnemonic: string,
  bits: [string, string, string],
  op: (o: RiscvOps, a: V64) => V64,
  doc: string,
): PatternInsn =>
  insn(mnemonic, `${bits[0]} rs1:5 ${bits[1]} rd:5 ${bits[2]}`, {
    asm: '{rd}, {rs1}',
    ref: REF,
    doc,
    sem: (o, f) => o.setX(f.rd, op(o, o.x(f.rs1))),
  });

const OP_IMM = '0010011';
const OP_IMM_32 = '0011011';

/** Applies a 32-bit operation to the low half and sign-extends (counts are never negative). */
const onWord = (o: RiscvOps, a: V64, op: (a: V32) => V32): V64 => o.sx32(op(o.lo32(a)));

/** Swaps neighbouring groups of `n` bits; `mask` has ones in the lower group of each pair. */
const exchange = (o: RiscvOps, v: V64, mask: bigint, n: number): V64 =>
  o.or(o.shl(o.and(v, o.c(mask)), o.c(n)), o.and(o.shrU(v, o.c(n)), o.c(mask)));

const reverseBytes = (o: RiscvOps, v: V64): V64 =>
  o.rotl(exchange(o, exchange(o, v, 0x00ff00ff00ff00ffn, 8), 0x0000ffff0000ffffn, 16), o.c(32));

/**
 * Each byte becomes 0xff unless it is 0. Adding 0x7f to a byte's low seven bits carries into its top bit when one of them
 * is set, and never out of the byte. From a top bit alone, 0x80 - 0x01 gives the seven bits below it.
 */
const fillBytes = (o: RiscvOps, v: V64): V64 => {
  const low = o.c(0x7f7f7f7f7f7f7f7fn);
  const top = o.and(o.or(o.add(o.and(v, low), low), v), o.not(low));
  return o.or(top, o.sub(top, o.shrU(top, o.c(7))));
};

/** Basic bit-manipulation instructions. */
export const INSNS_ZBB: readonly PatternInsn[] = [
  binary('andn', '0100000', '111', (o, a, b) => o.and(a, o.not(b)), 'And of rs1 and the complement of rs2.'),
  binary('orn', '0100000', '110', (o, a, b) => o.or(a, o.not(b)), 'Or of rs1 and the complement of rs2.'),
  binary('xnor', '0100000', '100', (o, a, b) => o.not(o.xor(a, b)), 'Complement of the exclusive or.'),
  unary('clz', ['011000000000', '001', OP_IMM], (o, a) => o.clz(a), 'Number of leading zero bits; 64 for 0.'),
  unary('ctz', ['011000000001', '001', OP_IMM], (o, a) => o.ctz(a), 'Number of trailing zero bits; 64 for 0.'),
  unary('cpop', ['011000000010', '001', OP_IMM], (o, a) => o.popcnt(a), 'Number of one bits.'),
  unary(
    'clzw',
    ['011000000000', '001', OP_IMM_32],
    (o, a) => onWord(o, a, (w) => o.clz(w)),
    'Number of leading zero bits of the low 32; 32 for 0.',
  ),
  unary(
    'ctzw',
    ['011000000001', '001', OP_IMM_32],
    (o, a) => onWord(o, a, (w) => o.ctz(w)),
    'Number of trailing zero bits of the low 32; 32 for 0.',
  ),
  unary(
    'cpopw',
    ['011000000010', '001', OP_IMM_32],
    (o, a) => onWord(o, a, (w) => o.popcnt(w)),
    'Number of one bits in the low 32.',
  ),
  binary('max', '0000101', '110', (o, a, b) => o.select(o.ltS(a, b), b, a), 'The larger of rs1 and rs2, signed.'),
  binary('maxu', '0000101', '111', (o, a, b) => o.select(o.ltU(a, b), b, a), 'The larger of rs1 and rs2, unsigned.'),
  binary('min', '0000101', '100', (o, a, b) => o.select(o.ltS(a, b), a, b), 'The smaller of rs1 and rs2, signed.'),
  binary('minu', '0000101', '101', (o, a, b) => o.select(o.ltU(a, b), a, b), 'The smaller of rs1 and rs2, unsigned.'),
  unary('sext.b', ['011000000100', '001', OP_IMM], (o, a) => o.sx8(a), 'Sign-extend the low byte.'),
  unary('sext.h', ['011000000101', '001', OP_IMM], (o, a) => o.sx16(a), 'Sign-extend the low 2 bytes.'),
  unary('zext.h', ['000010000000', '100', '0111011'], (o, a) => o.and(a, o.c(0xffff)), 'Zero-extend the low 2 bytes.'),
  binary('rol', '0110000', '001', (o, a, b) => o.rotl(a, b), 'Rotate rs1 left by the low 6 bits of rs2.'),
  binary('ror', '0110000', '101', (o, a, b) => o.rotr(a, b), 'Rotate rs1 right by the low 6 bits of rs2.'),
  insn('rolw', '0110000 rs2:5 rs1:5 001 rd:5 0111011', {
    asm: '{rd}, {rs1}, {rs2}',
    ref: REF,
    doc: 'Rotate the low 32 bits of rs1 left by rs2[4:0]; sign-extend.',
    sem: (o, f) =>
      o.setX(
        f.rd,
        onWord(o, o.x(f.rs1), (w) => o.rotl(w, o.lo32(o.x(f.rs2)))),
      ),
  }),
  insn('rorw', '0110000 rs2:5 rs1:5 101 rd:5 0111011', {
    asm: '{rd}, {rs1}, {rs2}',
    ref: REF,
    doc: 'Rotate the low 32 bits of rs1 right by rs2[4:0]; sign-extend.',
    sem: (o, f) =>
      o.setX(
        f.rd,
        onWord(o, o.x(f.rs1), (w) => o.rotr(w, o.lo32(o.x(f.rs2)))),
      ),
  }),
  insn('rori', '011000 shamt:6 rs1:5 101 rd:5 0010011', {
    asm: '{rd}, {rs1}, {hex:shamt}',
    ref: REF,
    doc: 'Rotate rs1 right by the immediate.',
    sem: (o, f) => o.setX(f.rd, o.rotr(o.x(f.rs1), o.imm(f.shamt))),
  }),
  insn('roriw', '0110000 shamt:5 rs1:5 101 rd:5 0011011', {
    asm: '{rd}, {rs1}, {hex:shamt}',
    ref: REF,
    doc: 'Rotate the low 32 bits of rs1 right by the immediate; sign-extend.',
    sem: (o, f) =>
      o.setX(
        f.rd,
        onWord(o, o.x(f.rs1), (w) => o.rotr(w, o.imm32(f.shamt))),
      ),
  }),
  unary('orc.b', ['001010000111', '101', OP_IMM], fillBytes, 'Each byte becomes 0xff if any of its bits is set.'),
  unary('rev8', ['011010111000', '101', OP_IMM], reverseBytes, 'Reverse the order of the bytes.'),
];
