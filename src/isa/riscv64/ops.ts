/** The words that instructions of RISC-V are described in, beside the common ones. */
import type { FieldKind } from '../core/field-kind';
import type { Field, Fields, Ops, V32, V64 } from '../core/ops';
import { CAUSE } from './causes';

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
  /** Raises illegal-instruction when mstatus.FS is Off; with `dirty` sets it Dirty. Call first in every FP instruction. */
  fpGuard(dirty: boolean): void;
  /**
   * Soft-float by name (see `fp/table.ts`) for all that rounds or raises flags: up to three operands and the field of the
   * rounding mode, absent where the instruction has none. Flags accrue.
   */
  fpCall(name: string, operands: readonly V64[], rm?: Field): V64;
  /** Atomic read-modify-write; yields the old value (4 bytes: sign-extended). Misaligned addresses raise the AMO misaligned trap. */
  amo(op: AmoOp, bytes: 4 | 8, addr: V64, v: V64): V64;
}

export type AmoOp = 'swap' | 'add' | 'and' | 'or' | 'xor' | 'min' | 'max' | 'minu' | 'maxu';

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
  fpGuard: (dirty) => o.guard('fp', dirty ? 1 : 0),
  fpCall: (name, operands, rm) => o.call(name, operands, rm),
  amo: (op, bytes, addr, v) => {
    o.trapIf(o.ne(o.and(addr, o.c(bytes - 1)), o.c(0)), CAUSE.storeMisaligned, addr);
    return o.update(bytes, true, addr, (old) => AMO[op](o, old, bytes === 4 ? o.sx32(o.lo32(v)) : v));
  },
});

/** What an AMO stores, of sign-extended values: words keep their order as unsigned numbers, too. */
const AMO: Readonly<Record<AmoOp, (o: Ops, old: V64, v: V64) => V64>> = {
  swap: (_, _old, v) => v,
  add: (o, old, v) => o.add(old, v),
  and: (o, old, v) => o.and(old, v),
  or: (o, old, v) => o.or(old, v),
  xor: (o, old, v) => o.xor(old, v),
  min: (o, old, v) => o.select(o.ltS(old, v), old, v),
  max: (o, old, v) => o.select(o.ltS(v, old), old, v),
  minu: (o, old, v) => o.select(o.ltU(old, v), old, v),
  maxu: (o, old, v) => o.select(o.ltU(v, old), old, v),
};
