/** RV64I: the base integer instructions. `fence` does nothing here: harts take turns, so memory is sequentially consistent. */

import type { PatternInsn } from '../../core/insn';
import type { V32, V64 } from '../../core/ops';
import { insn } from '../insn';
import type { RiscvFields, RiscvOps } from '../ops';

const UNPRIV = 'RISC-V Unprivileged ISA 20240411';
const COMPUTE = `${UNPRIV}, RV32I: Integer Computational Instructions`;
const WORD = `${UNPRIV}, RV64I: Integer Computational Instructions`;
const CONTROL = `${UNPRIV}, RV32I: Control Transfer Instructions`;
const MEMORY = `${UNPRIV}, RV32I: Load and Store Instructions`;
const MEMORY64 = `${UNPRIV}, RV64I: Load and Store Instructions`;

const rs1 = (o: RiscvOps, f: RiscvFields): V64 => o.x(f.rs1);
const rs2 = (o: RiscvOps, f: RiscvFields): V64 => o.x(f.rs2);
const word1 = (o: RiscvOps, f: RiscvFields): V32 => o.lo32(o.x(f.rs1));
const word2 = (o: RiscvOps, f: RiscvFields): V32 => o.lo32(o.x(f.rs2));

type Binary<T> = (o: RiscvOps, a: T, b: T) => T;

const immediate = (mnemonic: string, funct3: string, op: Binary<V64>, doc: string): PatternInsn =>
  insn(mnemonic, `imm[11:0] rs1:5 ${funct3} rd:5 0010011`, {
    asm: '{rd}, {rs1}, {imm}',
    ref: COMPUTE,
    doc,
    sem: (o, f) => o.setX(f.rd, op(o, rs1(o, f), o.imm(f.imm))),
  });

const shift = (mnemonic: string, funct6: string, funct3: string, op: Binary<V64>, doc: string): PatternInsn =>
  insn(mnemonic, `${funct6} shamt:6 rs1:5 ${funct3} rd:5 0010011`, {
    asm: '{rd}, {rs1}, {hex:shamt}',
    ref: WORD,
    doc,
    sem: (o, f) => o.setX(f.rd, op(o, rs1(o, f), o.imm(f.shamt))),
  });

const shiftWord = (mnemonic: string, funct7: string, funct3: string, op: Binary<V32>, doc: string): PatternInsn =>
  insn(mnemonic, `${funct7} shamt:5 rs1:5 ${funct3} rd:5 0011011`, {
    asm: '{rd}, {rs1}, {hex:shamt}',
    ref: WORD,
    doc,
    sem: (o, f) => o.setX(f.rd, o.sx32(op(o, word1(o, f), o.imm32(f.shamt)))),
  });

const register = (mnemonic: string, funct7: string, funct3: string, op: Binary<V64>, doc: string): PatternInsn =>
  insn(mnemonic, `${funct7} rs2:5 rs1:5 ${funct3} rd:5 0110011`, {
    asm: '{rd}, {rs1}, {rs2}',
    ref: COMPUTE,
    doc,
    sem: (o, f) => o.setX(f.rd, op(o, rs1(o, f), rs2(o, f))),
  });

const registerWord = (mnemonic: string, funct7: string, funct3: string, op: Binary<V32>, doc: string): PatternInsn =>
  insn(mnemonic, `${funct7} rs2:5 rs1:5 ${funct3} rd:5 0111011`, {
    asm: '{rd}, {rs1}, {rs2}',
    ref: WORD,
    doc,
    sem: (o, f) => o.setX(f.rd, o.sx32(op(o, word1(o, f), word2(o, f)))),
  });

const branch = (
  mnemonic: string,
  funct3: string,
  condition: (o: RiscvOps, a: V64, b: V64) => V32,
  doc: string,
): PatternInsn =>
  insn(mnemonic, `imm[12|10:5] rs2:5 rs1:5 ${funct3} imm[4:1|11] 1100011`, {
    asm: '{rs1}, {rs2}, {target:imm}',
    ref: CONTROL,
    doc,
    sem: (o, f) => o.branch(condition(o, rs1(o, f), rs2(o, f)), o.pcRel(f.imm)),
  });

const load = (
  mnemonic: string,
  funct3: string,
  bytes: 1 | 2 | 4 | 8,
  sign: 'signed' | 'unsigned',
  ref: string,
  doc: string,
): PatternInsn =>
  insn(mnemonic, `imm[11:0] rs1:5 ${funct3} rd:5 0000011`, {
    asm: '{rd}, {imm}({rs1})',
    ref,
    doc,
    sem: (o, f) => o.setX(f.rd, o.load(bytes, sign === 'signed', o.add(rs1(o, f), o.imm(f.imm)))),
  });

const store = (mnemonic: string, funct3: string, bytes: 1 | 2 | 4 | 8, ref: string, doc: string): PatternInsn =>
  insn(mnemonic, `imm[11:5] rs2:5 rs1:5 ${funct3} imm[4:0] 0100011`, {
    asm: '{rs2}, {imm}({rs1})',
    ref,
    doc,
    sem: (o, f) => o.store(bytes, o.add(rs1(o, f), o.imm(f.imm)), rs2(o, f)),
  });

/** The base integer instruction set, except `ecall` and `ebreak` (see `privileged.ts`). */
export const INSNS_I: readonly PatternInsn[] = [
  insn('lui', 'imm[31:12] rd:5 0110111', {
    asm: '{rd}, {hi:imm}',
    ref: COMPUTE,
    doc: 'Load upper immediate: rd = immediate with its low 12 bits zero, sign-extended.',
    sem: (o, f) => o.setX(f.rd, o.imm(f.imm)),
  }),
  insn('auipc', 'imm[31:12] rd:5 0010111', {
    asm: '{rd}, {hi:imm}',
    ref: COMPUTE,
    doc: 'Add upper immediate to pc: rd = pc + immediate with its low 12 bits zero.',
    sem: (o, f) => o.setX(f.rd, o.pcRel(f.imm)),
  }),
  insn('jal', 'imm[20|10:1|11|19:12] rd:5 1101111', {
    asm: '{rd}, {target:imm}',
    ref: CONTROL,
    doc: 'Jump and link: rd = address of the next instruction, then jump relative to pc.',
    sem: (o, f) => {
      o.setX(f.rd, o.nextPc());
      o.jump(o.pcRel(f.imm));
    },
  }),
  insn('jalr', 'imm[11:0] rs1:5 000 rd:5 1100111', {
    asm: '{rd}, {imm}({rs1})',
    ref: CONTROL,
    doc: 'Jump and link register: jump to rs1 + immediate with bit 0 cleared; rd = address of the next instruction.',
    sem: (o, f) => {
      const target = o.and(o.add(rs1(o, f), o.imm(f.imm)), o.c(-2n));
      o.setX(f.rd, o.nextPc());
      o.jump(target);
    },
  }),

  branch('beq', '000', (o, a, b) => o.eq(a, b), 'Branch if rs1 equals rs2.'),
  branch('bne', '001', (o, a, b) => o.ne(a, b), 'Branch if rs1 differs from rs2.'),
  branch('blt', '100', (o, a, b) => o.ltS(a, b), 'Branch if rs1 is less than rs2, signed.'),
  branch('bge', '101', (o, a, b) => o.geS(a, b), 'Branch if rs1 is greater than or equal to rs2, signed.'),
  branch('bltu', '110', (o, a, b) => o.ltU(a, b), 'Branch if rs1 is less than rs2, unsigned.'),
  branch('bgeu', '111', (o, a, b) => o.geU(a, b), 'Branch if rs1 is greater than or equal to rs2, unsigned.'),

  load('lb', '000', 1, 'signed', MEMORY, 'Load a byte, sign-extended.'),
  load('lh', '001', 2, 'signed', MEMORY, 'Load 2 bytes, sign-extended.'),
  load('lw', '010', 4, 'signed', MEMORY, 'Load 4 bytes, sign-extended.'),
  load('ld', '011', 8, 'signed', MEMORY64, 'Load 8 bytes.'),
  load('lbu', '100', 1, 'unsigned', MEMORY, 'Load a byte, zero-extended.'),
  load('lhu', '101', 2, 'unsigned', MEMORY, 'Load 2 bytes, zero-extended.'),
  load('lwu', '110', 4, 'unsigned', MEMORY64, 'Load 4 bytes, zero-extended.'),
  store('sb', '000', 1, MEMORY, 'Store the low byte of rs2.'),
  store('sh', '001', 2, MEMORY, 'Store the low 2 bytes of rs2.'),
  store('sw', '010', 4, MEMORY, 'Store the low 4 bytes of rs2.'),
  store('sd', '011', 8, MEMORY64, 'Store the 8 bytes of rs2.'),

  immediate('addi', '000', (o, a, b) => o.add(a, b), 'Add the immediate to rs1.'),
  immediate(
    'slti',
    '010',
    (o, a, b) => o.zx32(o.ltS(a, b)),
    'rd = 1 if rs1 is less than the immediate, signed; else 0.',
  ),
  immediate(
    'sltiu',
    '011',
    (o, a, b) => o.zx32(o.ltU(a, b)),
    'rd = 1 if rs1 is less than the sign-extended immediate, both taken as unsigned; else 0.',
  ),
  immediate('xori', '100', (o, a, b) => o.xor(a, b), 'Exclusive or of rs1 and the immediate.'),
  immediate('ori', '110', (o, a, b) => o.or(a, b), 'Or of rs1 and the immediate.'),
  immediate('andi', '111', (o, a, b) => o.and(a, b), 'And of rs1 and the immediate.'),
  shift('slli', '000000', '001', (o, a, n) => o.shl(a, n), 'Shift rs1 left; zeros come in.'),
  shift('srli', '000000', '101', (o, a, n) => o.shrU(a, n), 'Shift rs1 right; zeros come in.'),
  shift('srai', '010000', '101', (o, a, n) => o.shrS(a, n), 'Shift rs1 right; copies of the sign bit come in.'),

  register('add', '0000000', '000', (o, a, b) => o.add(a, b), 'Add rs1 and rs2.'),
  register('sub', '0100000', '000', (o, a, b) => o.sub(a, b), 'Subtract rs2 from rs1.'),
  register('sll', '0000000', '001', (o, a, b) => o.shl(a, b), 'Shift rs1 left by the low 6 bits of rs2.'),
  register(
    'slt',
    '0000000',
    '010',
    (o, a, b) => o.zx32(o.ltS(a, b)),
    'rd = 1 if rs1 is less than rs2, signed; else 0.',
  ),
  register(
    'sltu',
    '0000000',
    '011',
    (o, a, b) => o.zx32(o.ltU(a, b)),
    'rd = 1 if rs1 is less than rs2, unsigned; else 0.',
  ),
  register('xor', '0000000', '100', (o, a, b) => o.xor(a, b), 'Exclusive or of rs1 and rs2.'),
  register('srl', '0000000', '101', (o, a, b) => o.shrU(a, b), 'Shift rs1 right by the low 6 bits of rs2; zeros in.'),
  register('sra', '0100000', '101', (o, a, b) => o.shrS(a, b), 'Shift rs1 right by the low 6 bits of rs2; sign in.'),
  register('or', '0000000', '110', (o, a, b) => o.or(a, b), 'Or of rs1 and rs2.'),
  register('and', '0000000', '111', (o, a, b) => o.and(a, b), 'And of rs1 and rs2.'),

  insn('fence', 'fm:4 pred:4 succ:4 ----- 000 ----- 0001111', {
    asm: '{fence:pred}, {fence:succ}',
    ref: `${UNPRIV}, RV32I: Memory Ordering Instructions`,
    doc: 'Order memory and device accesses. Nothing to do here: accesses of all harts are already in one order.',
    sem: () => {},
  }),

  insn('addiw', 'imm[11:0] rs1:5 000 rd:5 0011011', {
    asm: '{rd}, {rs1}, {imm}',
    ref: WORD,
    doc: 'Add the immediate to the low 32 bits of rs1 and sign-extend the 32-bit sum.',
    sem: (o, f) => o.setX(f.rd, o.sx32(o.add(word1(o, f), o.imm32(f.imm)))),
  }),
  shiftWord('slliw', '0000000', '001', (o, a, n) => o.shl(a, n), 'Shift the low 32 bits left; sign-extend the result.'),
  shiftWord(
    'srliw',
    '0000000',
    '101',
    (o, a, n) => o.shrU(a, n),
    'Shift the low 32 bits right, zeros in; sign-extend.',
  ),
  shiftWord('sraiw', '0100000', '101', (o, a, n) => o.shrS(a, n), 'Shift the low 32 bits right, sign in; sign-extend.'),
  registerWord('addw', '0000000', '000', (o, a, b) => o.add(a, b), 'Add the low 32 bits; sign-extend the sum.'),
  registerWord('subw', '0100000', '000', (o, a, b) => o.sub(a, b), 'Subtract the low 32 bits; sign-extend the result.'),
  registerWord(
    'sllw',
    '0000000',
    '001',
    (o, a, b) => o.shl(a, b),
    'Shift the low 32 bits left by rs2[4:0]; sign-extend.',
  ),
  registerWord(
    'srlw',
    '0000000',
    '101',
    (o, a, b) => o.shrU(a, b),
    'Shift the low 32 bits right by rs2[4:0], zeros in; sign-extend.',
  ),
  registerWord(
    'sraw',
    '0100000',
    '101',
    (o, a, b) => o.shrS(a, b),
    'Shift the low 32 bits right by rs2[4:0], sign in; sign-extend.',
  ),
];
