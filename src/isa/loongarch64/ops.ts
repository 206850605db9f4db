/** The words that instructions of LoongArch are described in, beside the common ones. */
import type { FieldKind } from '../core/field-kind';
import type { Field, Fields, LaneBits, Ops, V32, V64, V128 } from '../core/ops';
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
  vd: { kind: 'register' },
  vj: { kind: 'register' },
  vk: { kind: 'register' },
  va: { kind: 'register' },
  cd: { kind: 'register' },
  cj: { kind: 'register' },
  ca: { kind: 'register' },
  fcsr: { kind: 'unsigned' },
  /** A condition of fcmp. */
  cond: { kind: 'unsigned' },
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
  /** 1: registers differ that must. */
  distinct: { kind: 'computed' },
  /** Of a floating-point control register: its bits in fcsr0. */
  part: { kind: 'computed' },
  /** What vldi puts into each half. */
  half: { kind: 'computed' },
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
  /** All 64 bits of a floating-point register. */
  f(r: Field): V64;
  setF(r: Field, v: V64): void;
  /** The single in a floating-point register: its low half. */
  single(r: Field): V64;
  /** Writes a single, of which `v` has the low half. The upper half is open by the manual; ones, as in QEMU. */
  setSingle(r: Field, v: V64): void;
  v(r: Field): V128;
  setV(r: Field, v: V128): void;
  /** The same 64 bits in both halves of a vector. */
  both(bits: bigint): V128;
  /** The lane of `bits` by its number, which is taken modulo their count, as the lowest bits of a vector and in all its lanes. */
  everyLane(bits: LaneBits, v: V128, lane: V64): V128;
  /** Raises the address error of an access that must be aligned. */
  aligned(address: V64, bytes: number): void;
  /** Raises the bound check where `rj` is not above `rk`, or not below or equal: as addresses, or as signed numbers. */
  checkBound(side: 'gt' | 'le', rj: V64, rk: V64, kind?: 'signed'): void;
}

const UPPER_HALF = 0xffff_ffff_0000_0000n;
/** The number of each byte within its lane. */
const BYTE_OF_LANE: Readonly<Record<LaneBits, bigint>> = {
  8: 0n,
  16: 0x0100_0100_0100_0100n,
  32: 0x0302_0100_0302_0100n,
  64: 0x0706_0504_0302_0100n,
};

/** The common operations and LoongArch's. */
export const loongOps = (o: Ops): LoongOps => ({
  ...o,
  r: (r) => o.read('r', r),
  setR: (r, v) => o.write('r', r, v),
  w: (r) => o.lo32(o.read('r', r)),
  setW: (r, v) => o.write('r', r, o.sx32(v)),
  f: (r) => o.read('f', r),
  setF: (r, v) => o.write('f', r, v),
  single: (r) => o.zx32(o.lo32(o.read('f', r))),
  setSingle: (r, v) => o.write('f', r, o.or(v, o.c(UPPER_HALF))),
  v: (r) => o.readVector('v', r),
  setV: (r, v) => o.writeVector('v', r, v),
  both: (bits) => o.vector(o.c(bits), o.c(bits)),
  everyLane: (bits, v, lane) => {
    const first = o.shl(o.and(lane, o.c(128 / bits - 1)), o.c(Math.log2(bits / 8)));
    const within = o.vector(o.c(BYTE_OF_LANE[bits]), o.c(BYTE_OF_LANE[bits]));
    return o.pickBytes(v, o.lanes('add', 8, o.splat(8, first), within));
  },
  aligned: (address, bytes) => o.trapIf(o.ne(o.and(address, o.c(bytes - 1)), o.c(0)), CAUSE.addressAlignment, address),
  checkBound: (side, rj, rk, kind) => {
    const [isBelow, isNotBelow] = kind === 'signed' ? [o.ltS, o.geS] : [o.ltU, o.geU];
    o.trapIf(side === 'gt' ? isNotBelow(rk, rj) : isBelow(rk, rj), CAUSE.boundCheck, rj);
  },
});
