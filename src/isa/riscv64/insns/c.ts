/**
 * C: the 16-bit forms, except those of floating point loads and stores, which follow at the end.
 * Each is described on its own, not by expansion, so that its length and fields stay those of the 16-bit word.
 */

import type { PatternInsn } from '../../core/insn';
import type { Field, V32, V64 } from '../../core/ops';
import { insn } from '../insn';
import type { RiscvFields, RiscvOps } from '../ops';

const C = 'RISC-V Unprivileged ISA 20240411, C Extension';
const LOADS = `${C}: Load and Store Instructions`;
const CONTROL = `${C}: Control Transfer Instructions`;
const COMPUTE = `${C}: Integer Computational Instructions`;

const RA = 1;
const SP = 2;

const stackAddress = (o: RiscvOps, offset: Field): V64 => o.add(o.xAt(SP), o.imm(offset));
const baseAddress = (o: RiscvOps, f: RiscvFields): V64 => o.add(o.x(f["rs1'"]), o.imm(f.uimm));

/** `rd' = rd' op rs2'`. */
const arithmetic = (
  mnemonic: string,
  bits: [string, string],
  op: (o: RiscvOps, a: V64, b: V64) => V64,
  doc: string,
): PatternInsn =>
  insn(mnemonic, `${bits[0]} rd':3 ${bits[1]} rs2':3 01`, {
    asm: "{rd'}, {rs2'}",
    ref: COMPUTE,
    doc,
    sem: (o, f) => o.setX(f["rd'"], op(o, o.x(f["rd'"]), o.x(f["rs2'"]))),
  });

const addWords = (o: RiscvOps, a: V64, b: V64): V64 => o.sx32(o.add(o.lo32(a), o.lo32(b)));
const subWords = (o: RiscvOps, a: V64, b: V64): V64 => o.sx32(o.sub(o.lo32(a), o.lo32(b)));

const shiftRight = (
  mnemonic: string,
  bits: string,
  op: (o: RiscvOps, a: V64, n: V64) => V64,
  doc: string,
): PatternInsn =>
  insn(mnemonic, `100 shamt[5] ${bits} rd':3 shamt[4:0] 01`, {
    asm: "{rd'}, {hex:shamt}",
    ref: COMPUTE,
    doc,
    sem: (o, f) => o.setX(f["rd'"], op(o, o.x(f["rd'"]), o.imm(f.shamt))),
  });

const branch = (mnemonic: string, funct3: string, condition: (o: RiscvOps, a: V64) => V32, doc: string): PatternInsn =>
  insn(mnemonic, `${funct3} imm[8|4:3] rs1':3 imm[7:6|2:1|5] 01`, {
    asm: "{rs1'}, {target:imm}",
    ref: CONTROL,
    doc,
    sem: (o, f) => o.branch(condition(o, o.x(f["rs1'"])), o.pcRel(f.imm)),
  });

const QUADRANT_0: readonly PatternInsn[] = [
  // All zeros, which must be illegal, is this row with nzuimm = 0.
  insn('c.addi4spn', "000 nzuimm[5:4|9:6|2|3] rd':3 00", {
    asm: "{rd'}, sp, {nzuimm}",
    ref: COMPUTE,
    doc: "rd' = sp + 4 × immediate: the address of something on the stack.",
    not: { nzuimm: [0] },
    sem: (o, f) => o.setX(f["rd'"], stackAddress(o, f.nzuimm)),
  }),
  insn('c.lw', "010 uimm[5:3] rs1':3 uimm[2|6] rd':3 00", {
    asm: "{rd'}, {uimm}({rs1'})",
    ref: LOADS,
    doc: 'Load 4 bytes, sign-extended.',
    sem: (o, f) => o.setX(f["rd'"], o.load(4, true, baseAddress(o, f))),
  }),
  insn('c.ld', "011 uimm[5:3] rs1':3 uimm[7:6] rd':3 00", {
    asm: "{rd'}, {uimm}({rs1'})",
    ref: LOADS,
    doc: 'Load 8 bytes.',
    sem: (o, f) => o.setX(f["rd'"], o.load(8, true, baseAddress(o, f))),
  }),
  insn('c.sw', "110 uimm[5:3] rs1':3 uimm[2|6] rs2':3 00", {
    asm: "{rs2'}, {uimm}({rs1'})",
    ref: LOADS,
    doc: "Store the low 4 bytes of rs2'.",
    sem: (o, f) => o.store(4, baseAddress(o, f), o.x(f["rs2'"])),
  }),
  insn('c.sd', "111 uimm[5:3] rs1':3 uimm[7:6] rs2':3 00", {
    asm: "{rs2'}, {uimm}({rs1'})",
    ref: LOADS,
    doc: "Store the 8 bytes of rs2'.",
    sem: (o, f) => o.store(8, baseAddress(o, f), o.x(f["rs2'"])),
  }),
];

const QUADRANT_1: readonly PatternInsn[] = [
  // rd = 0 is c.nop, or a hint.
  insn('c.addi', '000 imm[5] rd:5 imm[4:0] 01', {
    asm: '{rd}, {imm}',
    ref: COMPUTE,
    doc: 'Add the immediate to rd.',
    sem: (o, f) => o.setX(f.rd, o.add(o.x(f.rd), o.imm(f.imm))),
  }),
  insn('c.addiw', '001 imm[5] rd:5 imm[4:0] 01', {
    asm: '{rd}, {imm}',
    ref: COMPUTE,
    doc: 'Add the immediate to the low 32 bits of rd and sign-extend the sum.',
    not: { rd: [0] },
    sem: (o, f) => o.setX(f.rd, o.sx32(o.add(o.lo32(o.x(f.rd)), o.imm32(f.imm)))),
  }),
  insn('c.li', '010 imm[5] rd:5 imm[4:0] 01', {
    asm: '{rd}, {imm}',
    ref: COMPUTE,
    doc: 'rd = immediate.',
    sem: (o, f) => o.setX(f.rd, o.imm(f.imm)),
  }),
  insn('c.addi16sp', '011 nzimm[9] 00010 nzimm[4|6|8:7|5] 01', {
    asm: 'sp, {nzimm}',
    ref: COMPUTE,
    doc: 'Move the stack pointer by a multiple of 16.',
    not: { nzimm: [0] },
    sem: (o, f) => o.setXAt(SP, stackAddress(o, f.nzimm)),
  }),
  insn('c.lui', '011 nzimm[17] rd:5 nzimm[16:12] 01', {
    asm: '{rd}, {hi:nzimm}',
    ref: COMPUTE,
    doc: 'rd = immediate with its low 12 bits zero, sign-extended.',
    not: { rd: [SP], nzimm: [0] },
    sem: (o, f) => o.setX(f.rd, o.imm(f.nzimm)),
  }),
  shiftRight('c.srli', '00', (o, a, n) => o.shrU(a, n), "Shift rd' right; zeros come in."),
  shiftRight('c.srai', '01', (o, a, n) => o.shrS(a, n), "Shift rd' right; copies of the sign bit come in."),
  insn('c.andi', "100 imm[5] 10 rd':3 imm[4:0] 01", {
    asm: "{rd'}, {imm}",
    ref: COMPUTE,
    doc: "And of rd' and the immediate.",
    sem: (o, f) => o.setX(f["rd'"], o.and(o.x(f["rd'"]), o.imm(f.imm))),
  }),
  arithmetic('c.sub', ['100 0 11', '00'], (o, a, b) => o.sub(a, b), "Subtract rs2' from rd'."),
  arithmetic('c.xor', ['100 0 11', '01'], (o, a, b) => o.xor(a, b), "Exclusive or of rd' and rs2'."),
  arithmetic('c.or', ['100 0 11', '10'], (o, a, b) => o.or(a, b), "Or of rd' and rs2'."),
  arithmetic('c.and', ['100 0 11', '11'], (o, a, b) => o.and(a, b), "And of rd' and rs2'."),
  arithmetic(
    'c.subw',
    ['100 1 11', '00'],
    subWords,
    "Subtract the low 32 bits of rs2' from those of rd'; sign-extend.",
  ),
  arithmetic('c.addw', ['100 1 11', '01'], addWords, "Add the low 32 bits of rd' and rs2'; sign-extend."),
  insn('c.j', '101 imm[11|4|9:8|10|6|7|3:1|5] 01', {
    asm: '{target:imm}',
    ref: CONTROL,
    doc: 'Jump relative to pc.',
    sem: (o, f) => o.jump(o.pcRel(f.imm)),
  }),
  branch('c.beqz', '110', (o, a) => o.eqz(a), "Branch if rs1' is zero."),
  branch('c.bnez', '111', (o, a) => o.ne(a, o.c(0n)), "Branch if rs1' is not zero."),
];

const QUADRANT_2: readonly PatternInsn[] = [
  insn('c.slli', '000 shamt[5] rd:5 shamt[4:0] 10', {
    asm: '{rd}, {hex:shamt}',
    ref: COMPUTE,
    doc: 'Shift rd left; zeros come in.',
    sem: (o, f) => o.setX(f.rd, o.shl(o.x(f.rd), o.imm(f.shamt))),
  }),
  insn('c.lwsp', '010 uimm[5] rd:5 uimm[4:2|7:6] 10', {
    asm: '{rd}, {uimm}(sp)',
    ref: LOADS,
    doc: 'Load 4 bytes from the stack, sign-extended.',
    not: { rd: [0] },
    sem: (o, f) => o.setX(f.rd, o.load(4, true, stackAddress(o, f.uimm))),
  }),
  insn('c.ldsp', '011 uimm[5] rd:5 uimm[4:3|8:6] 10', {
    asm: '{rd}, {uimm}(sp)',
    ref: LOADS,
    doc: 'Load 8 bytes from the stack.',
    not: { rd: [0] },
    sem: (o, f) => o.setX(f.rd, o.load(8, true, stackAddress(o, f.uimm))),
  }),
  insn('c.jr', '100 0 rs1:5 00000 10', {
    asm: '{rs1}',
    ref: CONTROL,
    doc: 'Jump to rs1 with bit 0 cleared.',
    not: { rs1: [0] },
    sem: (o, f) => o.jump(o.and(o.x(f.rs1), o.c(-2n))),
  }),
  insn('c.mv', '100 0 rd:5 rs2:5 10', {
    asm: '{rd}, {rs2}',
    ref: COMPUTE,
    doc: 'rd = rs2.',
    not: { rs2: [0] },
    sem: (o, f) => o.setX(f.rd, o.x(f.rs2)),
  }),
  insn('c.ebreak', '100 1 00000 00000 10', {
    asm: '',
    ref: `${C}: Breakpoint Instruction`,
    doc: 'Breakpoint: trap into the debugger or the kernel.',
    kind: 'trap',
    sem: (o) => o.helper('ebreak'),
  }),
  insn('c.jalr', '100 1 rs1:5 00000 10', {
    asm: '{rs1}',
    ref: CONTROL,
    doc: 'Call the address in rs1: ra = address of the next instruction.',
    kind: 'call',
    not: { rs1: [0] },
    sem: (o, f) => {
      const target = o.and(o.x(f.rs1), o.c(-2n));
      o.setXAt(RA, o.nextPc());
      o.jump(target);
    },
  }),
  insn('c.add', '100 1 rd:5 rs2:5 10', {
    asm: '{rd}, {rs2}',
    ref: COMPUTE,
    doc: 'Add rs2 to rd.',
    not: { rs2: [0] },
    sem: (o, f) => o.setX(f.rd, o.add(o.x(f.rd), o.x(f.rs2))),
  }),
  insn('c.swsp', '110 uimm[5:2|7:6] rs2:5 10', {
    asm: '{rs2}, {uimm}(sp)',
    ref: LOADS,
    doc: 'Store the low 4 bytes of rs2 on the stack.',
    sem: (o, f) => o.store(4, stackAddress(o, f.uimm), o.x(f.rs2)),
  }),
  insn('c.sdsp', '111 uimm[5:3|8:6] rs2:5 10', {
    asm: '{rs2}, {uimm}(sp)',
    ref: LOADS,
    doc: 'Store the 8 bytes of rs2 on the stack.',
    sem: (o, f) => o.store(8, stackAddress(o, f.uimm), o.x(f.rs2)),
  }),
];

const FLOAT: readonly PatternInsn[] = [
  insn('c.fld', "001 uimm[5:3] rs1':3 uimm[7:6] rd':3 00", {
    asm: "{frd'}, {uimm}({rs1'})",
    ref: LOADS,
    doc: 'Load a double into a floating-point register.',
    sem: (o, f) => {
      o.fpGuard(true);
      o.setF(f["rd'"], o.load(8, true, baseAddress(o, f)));
    },
  }),
  insn('c.fsd', "101 uimm[5:3] rs1':3 uimm[7:6] rs2':3 00", {
    asm: "{frs2'}, {uimm}({rs1'})",
    ref: LOADS,
    doc: 'Store a double from a floating-point register.',
    sem: (o, f) => {
      o.fpGuard(false);
      o.store(8, baseAddress(o, f), o.f(f["rs2'"]));
    },
  }),
  insn('c.fldsp', '001 uimm[5] rd:5 uimm[4:3|8:6] 10', {
    asm: '{frd}, {uimm}(sp)',
    ref: LOADS,
    doc: 'Load a double from the stack.',
    sem: (o, f) => {
      o.fpGuard(true);
      o.setF(f.rd, o.load(8, true, stackAddress(o, f.uimm)));
    },
  }),
  insn('c.fsdsp', '101 uimm[5:3|8:6] rs2:5 10', {
    asm: '{frs2}, {uimm}(sp)',
    ref: LOADS,
    doc: 'Store a double on the stack.',
    sem: (o, f) => {
      o.fpGuard(false);
      o.store(8, stackAddress(o, f.uimm), o.f(f.rs2));
    },
  }),
];

/** The compressed instructions of RV64GC. */
export const INSNS_C: readonly PatternInsn[] = [...QUADRANT_0, ...QUADRANT_1, ...QUADRANT_2, ...FLOAT];
