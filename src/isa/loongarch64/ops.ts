/** The words that instructions of LoongArch are described in, beside the common ones. */
import type { FieldKind } from '../core/field-kind';
import type { Field, Fields, Ops, V32, V64 } from '../core/ops';
import { CAUSE } from './causes';

/** Fields by the names of the manual's instruction formats. */
export const FIELDS = {
  rd: { kind: 'register' },
  rj: { kind: 'register' },
  rk: { kind: 'register' },
  fd: { kind: 'register' },
  fj: { kind: 'register' },
  fk: { kind: 'register' },
  fa: { kind: 'register' },
  cd: { kind: 'register' },
  cj: { kind: 'register' },
  ca: { kind: 'register' },
  fcsr: { kind: 'unsigned' },
  si: { kind: 'signed' },
  ui: { kind: 'unsigned' },
  offs: { kind: 'signed' },
  /** The shift of alsl, which is one more than its bits. */
  sa: { kind: 'unsigned', bias: 1 },
  /** The shift of bytepick, in bytes. */
  sb: { kind: 'unsigned' },
  msb: { kind: 'unsigned' },
  lsb: { kind: 'unsigned' },
  /** Of a bit field: its ones, at bit 0. */
  ones: { kind: 'computed' },
  hint: { kind: 'unsigned' },
  code: { kind: 'unsigned' },
  csr: { kind: 'unsigned' },
  op: { kind: 'unsigned' },
  level: { kind: 'unsigned' },
  seq: { kind: 'unsigned' },
} as const satisfies Readonly<Record<string, FieldKind>>;

export type LoongFields = Fields<keyof typeof FIELDS>;

export interface LoongOps extends Ops {
  /** General register named by the field; `r0` reads as 0. */
  r(r: Field): V64;
  setR(r: Field, v: V64): void;
  /** Its low word. */
  w(r: Field): V32;
  /** Writes a word, sign-extended. */
  setW(r: Field, v: V32): void;
  /** Raises the address error of an access that must be aligned. */
  aligned(address: V64, bytes: number): void;
}

/** The common operations and LoongArch's. */
export const loongOps = (o: Ops): LoongOps => ({
  ...o,
  r: (r) => o.read('r', r),
  setR: (r, v) => o.write('r', r, v),
  w: (r) => o.lo32(o.read('r', r)),
  setW: (r, v) => o.write('r', r, o.sx32(v)),
  aligned: (address, bytes) => o.trapIf(o.ne(o.and(address, o.c(bytes - 1)), o.c(0)), CAUSE.addressAlignment, address),
});
