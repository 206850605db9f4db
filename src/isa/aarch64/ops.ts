/** The words that instructions of A64 are described in, beside the common ones. */
import type { FieldKind } from '../core/field-kind';
import type { Field, Fields, Int, Ops, V32, V64, V128 } from '../core/ops';
import { CAUSE } from './causes';
import { CONDITIONS, type Condition } from './conditions';
import { CPUS, cpusWith, type Feature } from './cpus';

/** Fields by the manual's names; `V…` name registers of the SIMD and floating-point file, which the manual calls `R…`, too. */
export const FIELDS = {
  Rd: { kind: 'register' },
  Rn: { kind: 'register' },
  Rm: { kind: 'register' },
  Ra: { kind: 'register' },
  Rs: { kind: 'register' },
  Rt: { kind: 'register' },
  Rt2: { kind: 'register' },
  Vd: { kind: 'register' },
  Vn: { kind: 'register' },
  Vm: { kind: 'register' },
  Va: { kind: 'register' },
  Vt: { kind: 'register' },
  Vt2: { kind: 'register' },
  /** An immediate with zeros or its sign in front. */
  imm: { kind: 'unsigned' },
  simm: { kind: 'signed' },
  /** The distance of a branch or of a literal, bytes. */
  label: { kind: 'signed' },
  immr: { kind: 'unsigned' },
  imms: { kind: 'unsigned' },
  /** Whether a vector has 128 bits, or which half an instruction of long vectors takes. */
  Q: { kind: 'unsigned' },
  /** The number of a lane, or of the first byte. */
  index: { kind: 'unsigned' },
  index2: { kind: 'unsigned' },
  /** Registers of a table or a structure. */
  len: { kind: 'unsigned' },
  size: { kind: 'unsigned' },
  rot: { kind: 'unsigned' },
  N: { kind: 'unsigned' },
  /** How a register is extended and shifted as an index. */
  extend: { kind: 'unsigned' },
  /** Of an atomic access: 2 acquires, 1 releases. */
  order: { kind: 'unsigned' },
  /** A shift's or an extension's amount. */
  amount: { kind: 'unsigned' },
  bit: { kind: 'unsigned' },
  /** Of a fixed-point number: 64, or 32 in words, less its bits behind the point. */
  scale: { kind: 'unsigned' },
  cond: { kind: 'unsigned' },
  nzcv: { kind: 'unsigned' },
  op0: { kind: 'unsigned' },
  op1: { kind: 'unsigned' },
  op2: { kind: 'unsigned' },
  CRn: { kind: 'unsigned' },
  CRm: { kind: 'unsigned' },
  /** The low bit of op0, op1, CRn, CRm and op2 of a system register. */
  sysreg: { kind: 'unsigned' },
  /** op1, CRn, CRm and op2 of a system operation. */
  sysop: { kind: 'unsigned' },
  /** Bit n: a condition holds where NZCV is n. From bit 16 on, flags for where it does not. */
  holds: { kind: 'computed', bits: 32 },
  /** Logical immediates. */
  mask: { kind: 'computed' },
  mask32: { kind: 'computed', bits: 32 },
  /** An immediate that is spread over lanes or bytes. */
  wide: { kind: 'computed' },
} as const satisfies Readonly<Record<string, FieldKind>>;

export type A64Fields = Fields<keyof typeof FIELDS>;

/** The words for operands of one size: what an instruction's `sf` bit chooses. */
export interface Sized<T extends Int> {
  readonly bits: 32 | 64;
  /** A general register; 31 is zero. Writing a word clears the upper half. */
  r(r: Field | number): T;
  setR(r: Field | number, v: T): void;
  /** A general register; 31 is the stack pointer. */
  rsp(r: Field): T;
  setRsp(r: Field, v: T): void;
  imm(f: Field): T;
  c(n: bigint | number): T;
  /** The low bits of a doubleword. */
  low(v: V64): T;
  /** 0 or 1 of a condition. */
  bit(v: V32): T;
  /** As 64 bits with the same sign. */
  signed(v: T): V64;
  /** a + b + carry, which is 0 or 1; sets N, Z, C and V. */
  sumFlags(a: T, b: T, carry?: V32): T;
  /** a - b with N, Z and V; C is set where nothing is borrowed. */
  differenceFlags(a: T, b: T): T;
  /** N and Z of a result; C and V become 0. */
  logicFlags(v: T): void;
  /** The flags of a + b, or of a - b, where `cond` is 1; elsewhere those in bits 3 to 0. */
  flagsIf(cond: V32, what: 'sum' | 'difference', a: T, b: T, nzcv: V64): void;
}

export interface A64Ops extends Ops {
  readonly in32: Sized<V32>;
  readonly in64: Sized<V64>;
  v(r: Field): V128;
  setV(r: Field, v: V128): void;
  /** The low half of a vector register; written, the rest becomes 0. */
  d(r: Field): V64;
  setD(r: Field, v: V64): void;
  /** N, Z, C and V from a value's bits 3 to 0. */
  setNzcv(v: V64): void;
  /** What the slots hold then. Whatever sets them to the same flags another way must leave the same in them: they are hashed. */
  flagSlots(v: V64): Readonly<Record<'N' | 'Z' | 'C' | 'V', V64>>;
  /** N, Z, C and V in bits 3 to 0. */
  nzcv(): V32;
  carry(): V32;
  condition(cond: Condition): V32;
  /** Whether the condition holds of which `holds` is the field of that name. */
  conditionOf(holds: Field): V32;
  /** Raises the exception of a stack pointer that is not aligned where `cond` is not 0 and SCTLR_ELx.SA has it checked. */
  stackAligned(cond: V32): void;
  /** Raises the alignment fault of an address that is not a multiple of `bytes`. */
  aligned(address: V64, bytes: number, access: 'read' | 'write'): void;
  /** The same; with FEAT_LSE2 only where the access is not within 16 bytes. */
  within16(address: V64, bytes: number, access: 'read' | 'write'): void;
  /** Raises the exception of an undefined instruction where `cond` is not 0. */
  undefinedIf(cond: V32): void;
  /** Raises it where the processor has not that feature. */
  requires(feature: Feature): void;
}

const ALIGNMENT = { read: CAUSE.readAlignment, write: CAUSE.writeAlignment } as const;

/** The common operations and A64's. */
export const a64Ops = (o: Ops): A64Ops => {
  const setFlags = (result: V64, carry: V32, overflow: V64): void => {
    o.setSlot('N', result);
    o.setSlot('Z', result);
    o.setSlot('C', o.zx32(carry));
    o.setSlot('V', overflow);
  };
  /** What the slots hold for flags in bits 3 to 0. */
  const flagSlots = (v: V64): Record<'N' | 'Z' | 'C' | 'V', V64> => {
    const bit = (at: number): V64 => o.and(o.shrU(v, o.c(at)), o.c(1));
    return { N: o.shl(o.shrU(v, o.c(3)), o.c(63)), Z: o.xor(bit(2), o.c(1)), C: bit(1), V: o.shl(v, o.c(63)) };
  };
  const isNegative = (): V32 => o.ltS(o.slot('N'), o.c(0));
  const isZero = (): V32 => o.eqz(o.slot('Z'));
  const carry = (): V32 => o.lo32(o.slot('C'));
  const isOverflow = (): V32 => o.ltS(o.slot('V'), o.c(0));
  /** N equals V. */
  const isGreaterOrEqual = (): V32 => o.geS(o.xor(o.slot('N'), o.slot('V')), o.c(0));
  const isLess = (): V32 => o.ltS(o.xor(o.slot('N'), o.slot('V')), o.c(0));
  const isNotZero = (): V32 => o.ne(o.slot('Z'), o.c(0));
  const conditions: Readonly<Record<Condition, () => V32>> = {
    eq: isZero,
    ne: isNotZero,
    cs: carry,
    cc: () => o.eqz(carry()),
    mi: isNegative,
    pl: () => o.geS(o.slot('N'), o.c(0)),
    vs: isOverflow,
    vc: () => o.geS(o.slot('V'), o.c(0)),
    hi: () => o.and(carry(), isNotZero()),
    ls: () => o.or(o.eqz(carry()), isZero()),
    ge: isGreaterOrEqual,
    lt: isLess,
    gt: () => o.and(isGreaterOrEqual(), isNotZero()),
    le: () => o.or(isLess(), isZero()),
    al: () => o.c32(1),
    nv: () => o.c32(1),
  };
  const nzcv = (): V32 => {
    const bit = (v: V32, at: number): V32 => o.shl(v, o.c32(at));
    return o.or(o.or(bit(isNegative(), 3), bit(isZero(), 2)), o.or(bit(carry(), 1), isOverflow()));
  };
  const withFlags = <T extends Int>(
    s: Omit<Sized<T>, 'sumFlags' | 'differenceFlags' | 'logicFlags' | 'flagsIf'>,
  ): Sized<T> => {
    const overflowOfSum = (a: T, b: T, result: T): V64 => s.signed(o.and(o.xor(a, result), o.xor(b, result)));
    const overflowOfDifference = (a: T, b: T, result: T): V64 => s.signed(o.and(o.xor(a, b), o.xor(a, result)));
    return {
      ...s,
      sumFlags: (a, b, more) => {
        const plain = o.add(a, b);
        const result = more === undefined ? plain : o.add(plain, s.bit(more));
        const wrapped = more === undefined ? o.ltU(result, a) : o.or(o.ltU(plain, a), o.ltU(result, plain));
        setFlags(s.signed(result), wrapped, overflowOfSum(a, b, result));
        return result;
      },
      differenceFlags: (a, b) => {
        const result = o.sub(a, b);
        setFlags(s.signed(result), o.geU(a, b), overflowOfDifference(a, b, result));
        return result;
      },
      logicFlags: (v) => setFlags(s.signed(v), o.c32(0), o.c(0)),
      flagsIf: (cond, what, a, b, nzcv) => {
        const isSum = what === 'sum';
        const result = isSum ? o.add(a, b) : o.sub(a, b);
        const overflow = (isSum ? overflowOfSum : overflowOfDifference)(a, b, result);
        const given = flagSlots(nzcv);
        o.setSlot('N', o.select(cond, s.signed(result), given.N));
        o.setSlot('Z', o.select(cond, s.signed(result), given.Z));
        o.setSlot('C', o.select(cond, o.zx32(isSum ? o.ltU(result, a) : o.geU(a, b)), given.C));
        o.setSlot('V', o.select(cond, overflow, given.V));
      },
    };
  };
  const isUnaligned = (address: V64, bytes: number): V32 => o.ne(o.and(address, o.c(bytes - 1)), o.c(0));
  const hasFeature = (feature: Feature): V32 => o.lo32(o.and(o.shrU(o.c(cpusWith(feature)), o.slot('cpu')), o.c(1)));
  return {
    ...o,
    in32: withFlags<V32>({
      bits: 32,
      r: (r) => o.lo32(o.read('x', r)),
      setR: (r, v) => o.write('x', r, o.zx32(v)),
      rsp: (r) => o.lo32(o.read('xsp', r)),
      setRsp: (r, v) => o.write('xsp', r, o.zx32(v)),
      imm: (f) => o.imm32(f),
      c: (n) => o.c32(Number(n)),
      low: (v) => o.lo32(v),
      bit: (v) => v,
      signed: (v) => o.sx32(v),
    }),
    in64: withFlags<V64>({
      bits: 64,
      r: (r) => o.read('x', r),
      setR: (r, v) => o.write('x', r, v),
      rsp: (r) => o.read('xsp', r),
      setRsp: (r, v) => o.write('xsp', r, v),
      imm: (f) => o.imm(f),
      c: (n) => o.c(n),
      low: (v) => v,
      bit: (v) => o.zx32(v),
      signed: (v) => v,
    }),
    v: (r) => o.readVector('v', r),
    setV: (r, v) => o.writeVector('v', r, v),
    d: (r) => o.read('d', r),
    setD: (r, v) => o.writeVector('v', r, o.vector(v, o.c(0))),
    setNzcv: (v) => {
      for (const [flag, value] of Object.entries(flagSlots(v))) o.setSlot(flag, value);
    },
    flagSlots,
    nzcv,
    carry,
    condition: (cond) => conditions[cond](),
    conditionOf: (holds) => o.and(o.shrU(o.imm32(holds), nzcv()), o.c32(1)),
    stackAligned: (cond) => o.guard('stack', 0, cond),
    aligned: (address, bytes, access) => o.trapIf(isUnaligned(address, bytes), ALIGNMENT[access], address),
    within16: (address, bytes, access) => {
      const runsOut = (): V32 => o.ltU(o.c(16 - bytes), o.and(address, o.c(15)));
      const fails = o.iff(
        isUnaligned(address, bytes),
        () => o.or(o.eqz(hasFeature('LSE2')), runsOut()),
        () => o.c32(0),
      );
      o.trapIf(fails, ALIGNMENT[access], address);
    },
    undefinedIf: (cond) => o.trapIf(cond, CAUSE.undefined),
    requires: (feature) => {
      const cpus = cpusWith(feature);
      if (cpus === (1n << BigInt(CPUS.length)) - 1n) return;
      o.trapIf(o.eqz(hasFeature(feature)), CAUSE.undefined);
    },
  };
};

/** The bits of {@link A64Ops.conditionOf} for a condition's number. */
export const holdsOf = (cond: number): bigint => {
  let bits = 0n;
  for (let flags = 0; flags < 16; flags++) if (CONDITIONS[cond & 15]?.holds(flags)) bits |= 1n << BigInt(flags);
  return bits;
};
