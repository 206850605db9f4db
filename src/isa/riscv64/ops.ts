/** The words that instructions of RISC-V are described in, beside the common ones. */
import type { FieldKind } from '../core/field-kind';
import type { Field, Fields, Ops, V32, V64 } from '../core/ops';

/** Fields by the names of the manual's instruction formats. */
export const FIELDS = {
  rd: { kind: 'register' },
  rs1: { kind: 'register' },
  rs2: { kind: 'register' },
  rs3: { kind: 'register' },
  // The compressed registers, x8 to x15.
  "rd'": { kind: 'register', bias: 8 },
  "rs1'": { kind: 'register', bias: 8 },
  "rs2'": { kind: 'register', bias: 8 },
  imm: { kind: 'signed' },
  nzimm: { kind: 'signed' },
  uimm: { kind: 'unsigned' },
  nzuimm: { kind: 'unsigned' },
  shamt: { kind: 'unsigned' },
  csr: { kind: 'unsigned' },
  rm: { kind: 'unsigned' },
  aq: { kind: 'unsigned' },
  rl: { kind: 'unsigned' },
  fm: { kind: 'unsigned' },
  pred: { kind: 'unsigned' },
  succ: { kind: 'unsigned' },
} as const satisfies Readonly<Record<string, FieldKind>>;

export type RiscvFields = Fields<keyof typeof FIELDS>;

export interface RiscvOps extends Ops {
  /** Integer register named by the field; `x0` reads as 0. */
  x(r: Field): V64;
  /** Writes an integer register; writes to `x0` vanish. */
  setX(r: Field, v: V64): void;
  /** Fixed integer register, for compressed forms (`sp` = 2, `ra` = 1). */
  xAt(index: number): V64;
  setXAt(index: number, v: V64): void;
  /** Raw 64 bits of a floating-point register. */
  f(r: Field): V64;
  setF(r: Field, v: V64): void;
  /** Bits of the single in `r`, or the canonical NaN when it is not NaN-boxed. */
  unbox32(r: Field): V32;
  box32(v: V32): V64;
}

const BOX = 0xffff_ffff_0000_0000n;
const CANONICAL_NAN = 0x7fc0_0000;

/** The common operations and RISC-V's. */
export const riscvOps = (o: Ops): RiscvOps => ({
  ...o,
  x: (r) => o.read('x', r),
  setX: (r, v) => o.write('x', r, v),
  xAt: (index) => o.read('x', index),
  setXAt: (index, v) => o.write('x', index, v),
  f: (r) => o.read('f', r),
  setF: (r, v) => o.write('f', r, v),
  unbox32: (r) => {
    const bits = o.read('f', r);
    return o.select(o.eq(o.shrU(bits, o.c(32)), o.c(0xffff_ffffn)), o.lo32(bits), o.c32(CANONICAL_NAN));
  },
  box32: (v) => o.or(o.zx32(v), o.c(BOX)),
});
