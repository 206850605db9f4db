/** M: integer multiplication and division. Division never traps: by zero and on overflow it has defined results. */

import type { PatternInsn } from '../../core/insn';
import type { Int, V32, V64 } from '../../core/ops';
import { insn } from '../insn';
import type { RiscvOps } from '../ops';

const MULTIPLY = 'RISC-V Unprivileged ISA 20240411, M Extension: Multiplication Operations';
const DIVIDE = 'RISC-V Unprivileged ISA 20240411, M Extension: Division Operations';

const double = (
  mnemonic: string,
  funct3: string,
  ref: string,
  op: (o: RiscvOps, a: V64, b: V64) => V64,
  doc: string,
): PatternInsn =>
  insn(mnemonic, `0000001 rs2:5 rs1:5 ${funct3} rd:5 0110011`, {
    asm: '{rd}, {rs1}, {rs2}',
    ref,
    doc,
    sem: (o, f) => o.setX(f.rd, op(o, o.x(f.rs1), o.x(f.rs2))),
  });

const word = (
  mnemonic: string,
  funct3: string,
  ref: string,
  op: (o: RiscvOps, a: V32, b: V32) => V32,
  doc: string,
): PatternInsn =>
  insn(mnemonic, `0000001 rs2:5 rs1:5 ${funct3} rd:5 0111011`, {
    asm: '{rd}, {rs1}, {rs2}',
    ref,
    doc,
    sem: (o, f) => o.setX(f.rd, o.sx32(op(o, o.lo32(o.x(f.rs1)), o.lo32(o.x(f.rs2))))),
  });

/** Constants of the operands' width. */
interface Limits<T extends Int> {
  readonly zero: T;
  readonly ones: T;
  /** The most negative value. */
  readonly min: T;
}
const limits64 = (o: RiscvOps): Limits<V64> => ({ zero: o.c(0n), ones: o.c(-1n), min: o.c(-(1n << 63n)) });
const limits32 = (o: RiscvOps): Limits<V32> => ({ zero: o.c32(0), ones: o.c32(-1), min: o.c32(-0x80000000) });

const overflows = <T extends Int>(o: RiscvOps, k: Limits<T>, a: T, b: T): V32 => o.and(o.eq(a, k.min), o.eq(b, k.ones));

const div = <T extends Int>(o: RiscvOps, k: Limits<T>, a: T, b: T): T =>
  o.iff<T>(
    o.eqz(b),
    () => k.ones,
    () =>
      o.iff<T>(
        overflows(o, k, a, b),
        () => a,
        () => o.divS(a, b),
      ),
  );
const divu = <T extends Int>(o: RiscvOps, k: Limits<T>, a: T, b: T): T =>
  o.iff<T>(
    o.eqz(b),
    () => k.ones,
    () => o.divU(a, b),
  );
const rem = <T extends Int>(o: RiscvOps, k: Limits<T>, a: T, b: T): T =>
  o.iff<T>(
    o.eqz(b),
    () => a,
    () =>
      o.iff<T>(
        overflows(o, k, a, b),
        () => k.zero,
        () => o.remS(a, b),
      ),
  );
const remu = <T extends Int>(o: RiscvOps, a: T, b: T): T =>
  o.iff<T>(
    o.eqz(b),
    () => a,
    () => o.remU(a, b),
  );

/** The M extension for RV64. */
export const INSNS_M: readonly PatternInsn[] = [
  double('mul', '000', MULTIPLY, (o, a, b) => o.mul(a, b), 'Low 64 bits of the product.'),
  double('mulh', '001', MULTIPLY, (o, a, b) => o.mulhS(a, b), 'High 64 bits of the product, both signed.'),
  double('mulhsu', '010', MULTIPLY, (o, a, b) => o.mulhSU(a, b), 'High 64 bits of signed rs1 times unsigned rs2.'),
  double('mulhu', '011', MULTIPLY, (o, a, b) => o.mulhU(a, b), 'High 64 bits of the product, both unsigned.'),
  double('div', '100', DIVIDE, (o, a, b) => div(o, limits64(o), a, b), 'Signed quotient, toward zero; x / 0 = -1.'),
  double('divu', '101', DIVIDE, (o, a, b) => divu(o, limits64(o), a, b), 'Unsigned quotient; x / 0 = 2^64 - 1.'),
  double('rem', '110', DIVIDE, (o, a, b) => rem(o, limits64(o), a, b), 'Signed remainder, sign of rs1; x % 0 = x.'),
  double('remu', '111', DIVIDE, (o, a, b) => remu(o, a, b), 'Unsigned remainder; x % 0 = x.'),
  word('mulw', '000', MULTIPLY, (o, a, b) => o.mul(a, b), 'Low 32 bits of the product, sign-extended.'),
  word(
    'divw',
    '100',
    DIVIDE,
    (o, a, b) => div(o, limits32(o), a, b),
    '32-bit signed quotient, sign-extended; x / 0 = -1.',
  ),
  word('divuw', '101', DIVIDE, (o, a, b) => divu(o, limits32(o), a, b), '32-bit unsigned quotient, sign-extended.'),
  word('remw', '110', DIVIDE, (o, a, b) => rem(o, limits32(o), a, b), '32-bit signed remainder, sign-extended.'),
  word('remuw', '111', DIVIDE, (o, a, b) => remu(o, a, b), '32-bit unsigned remainder, sign-extended.'),
];
