/**
 * F and D side by side: the two extensions differ only in width, so each row is written once for a {@link Precision}.
 *
 * The reserved static rounding modes 5 and 6 do not decode. Every instruction with an `rm` field passes it to
 * `fpCall`, which resolves the dynamic mode and raises illegal-instruction when `frm` holds 5 to 7.
 */

import type { PatternInsn } from '../../core/insn';
import type { Field, V64 } from '../../core/ops';
import { insn } from '../insn';
import type { RiscvOps } from '../ops';

/** One floating-point format of the register file. */
export interface Precision {
  /** Mnemonic suffix and name in the `FP` table. */
  readonly suffix: 's' | 'd';
  /** The `fmt` bits of the instruction word. */
  readonly fmt: string;
  /** The width field of loads and stores. */
  readonly width: string;
  readonly bytes: 4 | 8;
  readonly ref: string;
  /** In docs. */
  readonly name: string;
  /** The operand in `r`, low bits; unboxed for formats narrower than the register. */
  read(o: RiscvOps, r: Field): V64;
  write(o: RiscvOps, r: Field, v: V64): void;
  /** Sign-injection: magnitude of `a`, sign chosen by the caller. */
  readonly signBit: bigint;
}

const REF = 'RISC-V Unprivileged ISA 20240411';

/** F. */
export const SINGLE: Precision = {
  suffix: 's',
  fmt: '00',
  width: '010',
  bytes: 4,
  ref: `${REF}, F Extension`,
  name: 'single',
  read: (o, r) => o.zx32(o.unbox32(r)),
  write: (o, r, v) => o.setF(r, o.box32(o.lo32(v))),
  signBit: 1n << 31n,
};

/** D. */
export const DOUBLE: Precision = {
  suffix: 'd',
  fmt: '01',
  width: '011',
  bytes: 8,
  ref: `${REF}, D Extension`,
  name: 'double',
  read: (o, r) => o.f(r),
  write: (o, r, v) => o.setF(r, v),
  signBit: 1n << 63n,
};

const OP_FP = '1010011';

/** Reserved rounding modes. */
export const RESERVED_MODES = { rm: [5, 6] } as const;

/** `flw`, `fsw` and the double forms: raw bits, no flags. */
const transfers = (p: Precision): PatternInsn[] => [
  insn(p.bytes === 4 ? 'flw' : 'fld', `imm[11:0] rs1:5 ${p.width} rd:5 0000111`, {
    asm: '{frd}, {imm}({rs1})',
    ref: `${p.ref}: Load and Store Instructions`,
    doc: `Load a ${p.name} into a floating-point register.`,
    sem: (o, f) => {
      o.fpGuard(true);
      p.write(o, f.rd, o.load(p.bytes, false, o.add(o.x(f.rs1), o.imm(f.imm))));
    },
  }),
  insn(p.bytes === 4 ? 'fsw' : 'fsd', `imm[11:5] rs2:5 rs1:5 ${p.width} imm[4:0] 0100111`, {
    asm: '{frs2}, {imm}({rs1})',
    ref: `${p.ref}: Load and Store Instructions`,
    doc: `Store the low ${p.bytes} bytes of a floating-point register, whatever they hold.`,
    sem: (o, f) => {
      o.fpGuard(false);
      o.store(p.bytes, o.add(o.x(f.rs1), o.imm(f.imm)), o.f(f.rs2));
    },
  }),
];

const arithmetic = (p: Precision, op: 'add' | 'sub' | 'mul' | 'div', funct5: string, doc: string): PatternInsn =>
  insn(`f${op}.${p.suffix}`, `${funct5} ${p.fmt} rs2:5 rs1:5 rm:3 rd:5 ${OP_FP}`, {
    asm: '{frd}, {frs1}, {frs2}{rm}',
    ref: `${p.ref}: Floating-Point Computational Instructions`,
    doc,
    not: RESERVED_MODES,
    sem: (o, f) => {
      o.fpGuard(true);
      p.write(o, f.rd, o.fpCall(`f${op}.${p.suffix}`, [p.read(o, f.rs1), p.read(o, f.rs2)], f.rm));
    },
  });

const fused = (p: Precision, name: string, opcode: string, doc: string): PatternInsn =>
  insn(`${name}.${p.suffix}`, `rs3:5 ${p.fmt} rs2:5 rs1:5 rm:3 rd:5 ${opcode}`, {
    asm: '{frd}, {frs1}, {frs2}, {frs3}{rm}',
    ref: `${p.ref}: Floating-Point Computational Instructions`,
    doc,
    not: RESERVED_MODES,
    sem: (o, f) => {
      o.fpGuard(true);
      const operands = [p.read(o, f.rs1), p.read(o, f.rs2), p.read(o, f.rs3)];
      p.write(o, f.rd, o.fpCall(`${name}.${p.suffix}`, operands, f.rm));
    },
  });

const minimum = (p: Precision, name: string, funct3: string, doc: string): PatternInsn =>
  insn(`${name}.${p.suffix}`, `00101 ${p.fmt} rs2:5 rs1:5 ${funct3} rd:5 ${OP_FP}`, {
    asm: '{frd}, {frs1}, {frs2}',
    ref: `${p.ref}: Floating-Point Computational Instructions`,
    doc,
    sem: (o, f) => {
      o.fpGuard(true);
      p.write(o, f.rd, o.fpCall(`${name}.${p.suffix}`, [p.read(o, f.rs1), p.read(o, f.rs2)]));
    },
  });

/** `sign` makes the bits whose top one is the result's sign. */
const inject = (
  p: Precision,
  name: string,
  funct3: string,
  sign: (o: RiscvOps, a: V64, b: V64) => V64,
  doc: string,
): PatternInsn =>
  insn(`${name}.${p.suffix}`, `00100 ${p.fmt} rs2:5 rs1:5 ${funct3} rd:5 ${OP_FP}`, {
    asm: '{frd}, {frs1}, {frs2}',
    ref: `${p.ref}: Floating-Point Conversion and Move Instructions`,
    doc,
    sem: (o, f) => {
      o.fpGuard(true);
      const a = p.read(o, f.rs1);
      const signed = o.and(sign(o, a, p.read(o, f.rs2)), o.c(p.signBit));
      p.write(o, f.rd, o.or(o.and(a, o.c(p.signBit - 1n)), signed));
    },
  });

// A comparison may raise NV, so it makes the floating-point state dirty although it writes no f register.
const compare = (p: Precision, name: string, funct3: string, doc: string): PatternInsn =>
  insn(`${name}.${p.suffix}`, `10100 ${p.fmt} rs2:5 rs1:5 ${funct3} rd:5 ${OP_FP}`, {
    asm: '{rd}, {frs1}, {frs2}',
    ref: `${p.ref}: Floating-Point Compare Instructions`,
    doc,
    sem: (o, f) => {
      o.fpGuard(true);
      o.setX(f.rd, o.fpCall(`${name}.${p.suffix}`, [p.read(o, f.rs1), p.read(o, f.rs2)]));
    },
  });

const INTEGERS = [
  { suffix: 'w', code: '00000', name: 'signed 32-bit integer' },
  { suffix: 'wu', code: '00001', name: 'unsigned 32-bit integer' },
  { suffix: 'l', code: '00010', name: 'signed 64-bit integer' },
  { suffix: 'lu', code: '00011', name: 'unsigned 64-bit integer' },
] as const;

const conversions = (p: Precision): PatternInsn[] =>
  INTEGERS.flatMap(({ suffix, code, name }) => [
    insn(`fcvt.${suffix}.${p.suffix}`, `11000 ${p.fmt} ${code} rs1:5 rm:3 rd:5 ${OP_FP}`, {
      asm: '{rd}, {frs1}{rm}',
      ref: `${p.ref}: Floating-Point Conversion and Move Instructions`,
      doc: `Round a ${p.name} to a ${name}; out of range or NaN gives the nearest end of the range and NV.`,
      not: RESERVED_MODES,
      sem: (o, f) => {
        o.fpGuard(true);
        o.setX(f.rd, o.fpCall(`fcvt.${suffix}.${p.suffix}`, [p.read(o, f.rs1)], f.rm));
      },
    }),
    insn(`fcvt.${p.suffix}.${suffix}`, `11010 ${p.fmt} ${code} rs1:5 rm:3 rd:5 ${OP_FP}`, {
      asm: p.suffix === 'd' && code < '00010' ? '{frd}, {rs1}{exact:rm}' : '{frd}, {rs1}{rm}',
      ref: `${p.ref}: Floating-Point Conversion and Move Instructions`,
      doc: `Convert a ${name} to a ${p.name}.`,
      not: RESERVED_MODES,
      sem: (o, f) => {
        o.fpGuard(true);
        p.write(o, f.rd, o.fpCall(`fcvt.${p.suffix}.${suffix}`, [o.x(f.rs1)], f.rm));
      },
    }),
  ]);

const moves = (p: Precision): PatternInsn[] => {
  const letter = p.bytes === 4 ? 'w' : 'd';
  return [
    insn(`fmv.x.${letter}`, `11100 ${p.fmt} 00000 rs1:5 000 rd:5 ${OP_FP}`, {
      asm: '{rd}, {frs1}',
      ref: `${p.ref}: Floating-Point Conversion and Move Instructions`,
      doc: `Move the low ${p.bytes} bytes of a floating-point register to rd${p.bytes === 4 ? ', sign-extended' : ''}.`,
      sem: (o, f) => {
        o.fpGuard(false);
        o.setX(f.rd, p.bytes === 4 ? o.sx32(o.lo32(o.f(f.rs1))) : o.f(f.rs1));
      },
    }),
    insn(`fmv.${letter}.x`, `11110 ${p.fmt} 00000 rs1:5 000 rd:5 ${OP_FP}`, {
      asm: '{frd}, {rs1}',
      ref: `${p.ref}: Floating-Point Conversion and Move Instructions`,
      doc: `Move the low ${p.bytes} bytes of rs1 to a floating-point register.`,
      sem: (o, f) => {
        o.fpGuard(true);
        p.write(o, f.rd, o.x(f.rs1));
      },
    }),
  ];
};

/** All instructions of one precision, except conversions between floating-point formats. */
export const floatInsns = (p: Precision): PatternInsn[] => [
  ...transfers(p),
  fused(p, 'fmadd', '1000011', 'rs1 × rs2 + rs3, rounded once.'),
  fused(p, 'fmsub', '1000111', 'rs1 × rs2 - rs3, rounded once.'),
  fused(p, 'fnmsub', '1001011', '-(rs1 × rs2) + rs3, rounded once.'),
  fused(p, 'fnmadd', '1001111', '-(rs1 × rs2) - rs3, rounded once.'),
  arithmetic(p, 'add', '00000', 'Add.'),
  arithmetic(p, 'sub', '00001', 'Subtract rs2 from rs1.'),
  arithmetic(p, 'mul', '00010', 'Multiply.'),
  arithmetic(p, 'div', '00011', 'Divide rs1 by rs2.'),
  insn(`fsqrt.${p.suffix}`, `01011 ${p.fmt} 00000 rs1:5 rm:3 rd:5 ${OP_FP}`, {
    asm: '{frd}, {frs1}{rm}',
    ref: `${p.ref}: Floating-Point Computational Instructions`,
    doc: 'Square root.',
    not: RESERVED_MODES,
    sem: (o, f) => {
      o.fpGuard(true);
      p.write(o, f.rd, o.fpCall(`fsqrt.${p.suffix}`, [p.read(o, f.rs1)], f.rm));
    },
  }),
  inject(p, 'fsgnj', '000', (_, _a, b) => b, 'Magnitude of rs1 with the sign of rs2.'),
  inject(p, 'fsgnjn', '001', (o, _, b) => o.not(b), 'Magnitude of rs1 with the opposite of the sign of rs2.'),
  inject(p, 'fsgnjx', '010', (o, a, b) => o.xor(a, b), 'rs1 with its sign flipped where rs2 is negative.'),
  minimum(p, 'fmin', '000', 'The smaller; the number if one is NaN; -0 below +0.'),
  minimum(p, 'fmax', '001', 'The larger; the number if one is NaN; -0 below +0.'),
  compare(p, 'feq', '010', 'rd = 1 if equal. NV only for a signalling NaN.'),
  compare(p, 'flt', '001', 'rd = 1 if rs1 is less than rs2. NV for any NaN.'),
  compare(p, 'fle', '000', 'rd = 1 if rs1 is less than or equal to rs2. NV for any NaN.'),
  insn(`fclass.${p.suffix}`, `11100 ${p.fmt} 00000 rs1:5 001 rd:5 ${OP_FP}`, {
    asm: '{rd}, {frs1}',
    ref: `${p.ref}: Floating-Point Classify Instruction`,
    doc: 'rd = one bit telling which class rs1 belongs to (0 -∞ … 7 +∞, 8 signalling NaN, 9 quiet NaN).',
    sem: (o, f) => {
      o.fpGuard(false);
      o.setX(f.rd, o.fpCall(`fclass.${p.suffix}`, [p.read(o, f.rs1)]));
    },
  }),
  ...conversions(p),
  ...moves(p),
];
