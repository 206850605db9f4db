/** The words that instructions of x86 are described in, beside the common ones. */
import type { FieldKind } from '../core/field-kind';
import type { Ops, V32, V64 } from '../core/ops';
import { RFLAGS } from './bits';
import { CAUSE } from './causes';
import type { Condition, Test } from './conditions';
import { cpusWith, type Feature } from './cpus';
import { OPERAND } from './operand-check';
import { SEG } from './state';

/**
 * Fields by what they are for: `a` to `c` are the registers of operands, first to third, in whatever file the operand says;
 * the others form addresses.
 */
export const FIELDS = {
  a: { kind: 'register' },
  b: { kind: 'register' },
  c: { kind: 'register' },
  base: { kind: 'register' },
  index: { kind: 'register' },
  /** Number of a register that holds by how many bits the index is shifted, see `STATE`. */
  scale: { kind: 'register' },
  /** Number of a register that holds the mask of an address: 0 of 64 bits, 1 of 32, 2 of 16. */
  mask: { kind: 'register' },
  segment: { kind: 'register' },
  disp: { kind: 'signed' },
  imm: { kind: 'signed' },
  /** Of ENTER, and of far pointers the selector. */
  imm2: { kind: 'signed' },
  /** The distance of a branch from its own address, bytes. */
  rel: { kind: 'signed' },
  /** Immediates and addresses of 64 bits. */
  imm64: { kind: 'computed' },
} as const satisfies Readonly<Record<string, FieldKind>>;

export type FieldName = keyof typeof FIELDS;

/** Width of an integer operand. */
export type Bits = 8 | 16 | 32 | 64;

/** Whether code is that of 64-bit mode, or has segments with limits. */
export type CodeMode = 'long' | 'legacy';

/** Status flags as values of 64 bits, each 0 or 1. */
export interface StatusFlags {
  readonly zf: V64;
  readonly pf: V64;
  readonly cf: V64;
  readonly sf?: V64;
  readonly of?: V64;
  readonly af?: V64;
}

export interface X86Ops extends Ops {
  /** Whether the processor has a feature. */
  has(feature: Feature): V32;
  /** The low bits of a value, zero-extended and sign-extended. */
  low(v: V64, bits: Bits): V64;
  extend(v: V64, bits: Bits): V64;
  /** 1 or 0 as a value of 64 bits. */
  bool(v: V32): V64;
  /** CF, 0 or 1. */
  cf(): V64;
  /** Flags of `r = a + b` (plus a carry in) and of `r = a - b` (less a borrow in); all are zero-extended, `r` may be longer. */
  flagsOfAdd(bits: Bits, a: V64, b: V64, r: V64, carryIn?: V64): void;
  flagsOfSub(bits: Bits, a: V64, b: V64, r: V64, borrowIn?: V64): void;
  /** Those of `a + 1` and `a - 1`, which leave CF. */
  flagsOfInc(bits: Bits, a: V64, r: V64): void;
  flagsOfDec(bits: Bits, a: V64, r: V64): void;
  /** SF, ZF and PF of a result; CF, OF and AF are 0. */
  flagsOfLogic(bits: Bits, r: V64): void;
  /** SF, ZF and PF of a result, and CF and OF as said (0 or 1); AF is 0. */
  flagsOfResult(bits: Bits, r: V64, cf: V64, of: V64): void;
  /** The same where `when` is not 0. */
  flagsWhen(when: V32, bits: Bits, r: V64, cf: V64, of: V64): void;
  /** CF alone, with OF as it was. */
  setCarry(cf: V64): void;
  /** CF and OF alone, where `when` is not 0 if given. */
  setCarryAndOverflow(cf: V64, of: V64, when?: V32): void;
  /** ZF alone. */
  setZero(zf: V32): void;
  /** All of the status flags; those that are not said are 0. */
  setStatus(flags: StatusFlags): void;
  /** Whether a flag is set, or what several say together holds. */
  holds(test: Test): V32;
  condition(condition: Condition): V32;
  /**
   * Pushes to the stack and pops from it, in whatever mode (`long`: 64-bit mode, where SS has neither base nor limit). What is
   * popped is read at once; rsp changes when `commit` is called.
   */
  push(mode: CodeMode, bytes: 2 | 4 | 8, value: V64): void;
  pop(mode: CodeMode, bytes: 2 | 4 | 8, more?: V64): { readonly value: V64; commit(): void };
  /** The address of an offset in CS of so many bits, which must be within its limit; with `when` only where that is not 0. */
  landing(mode: CodeMode, bits: Bits, ip: V64, when?: V32): V64;
  /** The offset in CS of the next instruction. */
  nextIp(mode: CodeMode): V64;
  /** Changes a register to the length of an address, as its mask says: 32 bits clear the rest, 16 leave it. */
  writeMasked(register: number, value: V64, mask: V64): void;
  /** The distance from one element of a string to the next: -bytes where DF is set. */
  step(bytes: number): V64;
}

const TOP = 1n << 63n;
const RSP = 4;
const WORD = 0xffff_ffff;

export const x86Ops = (o: Ops): X86Ops => {
  const low = (v: V64, bits: Bits): V64 => {
    if (bits === 64) return v;
    return bits === 32 ? o.zx32(o.lo32(v)) : o.and(v, o.c((1 << bits) - 1));
  };
  const extend = (v: V64, bits: Bits): V64 => {
    if (bits === 64) return v;
    if (bits === 32) return o.sx32(o.lo32(v));
    return bits === 16 ? o.sx16(v) : o.sx8(v);
  };
  const bool = (v: V32): V64 => o.zx32(v);
  const bit = (v: V64, at: number): V64 => o.and(at === 0 ? v : o.shrU(v, o.c(at)), o.c(1));
  const cf = (): V64 => bit(o.slot('carry'), 0);
  const set = (result: V64, carry: V64, carries: V64): void => {
    o.setSlot('result', result);
    o.setSlot('carry', carry);
    o.setSlot('carries', carries);
  };
  const carriesOf = (bits: Bits, a: V64, b: V64, r: V64): V64 => extend(o.xor(o.xor(a, b), r), bits);
  const overflowOf = (cfNow: V64, of: V64): V64 => o.shl(o.xor(cfNow, of), o.c(63));
  /** SF less OF in bit 63. */
  const less = (): V64 => {
    const carry = o.slot('carry');
    const both = o.xor(carry, o.shrU(carry, o.c(1)));
    return o.xor(o.xor(o.slot('result'), o.slot('carries')), o.shl(both, o.c(63)));
  };
  const isNegative = (v: V64): V32 => o.ltS(v, o.c(0));
  const tests: Readonly<Record<Test, () => V32>> = {
    o: () => isNegative(o.xor(o.slot('carries'), o.shl(o.slot('carry'), o.c(63)))),
    b: () => o.lo32(cf()),
    e: () => o.eqz(o.slot('result')),
    be: () => o.or(o.eqz(o.slot('result')), o.lo32(cf())),
    s: () => isNegative(o.xor(o.slot('result'), o.shl(o.slot('carry'), o.c(62)))),
    p: () => {
      const ones = o.popcnt(o.and(o.slot('result'), o.c(0xff)));
      return o.lo32(bit(o.xor(o.xor(ones, o.c(1)), o.shrU(o.slot('carry'), o.c(2))), 0));
    },
    l: () => isNegative(less()),
    le: () => o.or(o.eqz(o.slot('result')), isNegative(less())),
  };
  const flagsOfIncDec = (bits: Bits, r: V64, changed: V64, carryOut: V32): void => {
    const carry = cf();
    const carries = o.xor(extend(changed, bits), o.shl(o.xor(carry, bool(carryOut)), o.c(63)));
    set(extend(r, bits), carry, carries);
  };
  const own: Omit<X86Ops, keyof Ops> = {
    has: (feature) => o.lo32(bit(o.shrU(o.c(cpusWith(feature)), o.slot('cpu')), 0)),
    low,
    extend,
    bool,
    cf,
    flagsOfAdd: (bits, a, b, r, carryIn) => {
      const carry = (): V64 => {
        if (bits < 64) return o.shrU(r, o.c(bits));
        if (!carryIn) return bool(o.ltU(r, a));
        return bool(o.or(o.ltU(o.add(a, b), a), o.ltU(r, carryIn)));
      };
      set(extend(r, bits), carry(), carriesOf(bits, a, b, r));
    },
    flagsOfSub: (bits, a, b, r, borrowIn) => {
      const borrow = o.ltU(a, b);
      const both = borrowIn ? o.or(borrow, o.ltU(o.sub(a, b), borrowIn)) : borrow;
      set(extend(r, bits), bool(both), carriesOf(bits, a, b, r));
    },
    flagsOfInc: (bits, a, r) => flagsOfIncDec(bits, r, o.xor(o.xor(a, o.c(1)), r), o.eqz(low(r, bits))),
    flagsOfDec: (bits, a, r) => flagsOfIncDec(bits, r, o.xor(o.xor(a, o.c(1)), r), o.eqz(a)),
    flagsOfLogic: (bits, r) => set(extend(r, bits), o.c(0), o.c(0)),
    flagsOfResult: (bits, r, carry, of) => set(extend(r, bits), carry, overflowOf(carry, of)),
    flagsWhen: (when, bits, r, carry, of) =>
      set(
        o.select(when, extend(r, bits), o.slot('result')),
        o.select(when, carry, o.slot('carry')),
        o.select(when, overflowOf(carry, of), o.slot('carries')),
      ),
    setCarry: (carry) => {
      const old = o.slot('carry');
      const changed = o.xor(bit(old, 0), carry);
      const carries = o.xor(o.slot('carries'), o.shl(changed, o.c(63)));
      o.setSlot('carry', o.xor(old, changed));
      o.setSlot('carries', carries);
    },
    setCarryAndOverflow: (carry, of, when) => {
      const old = o.slot('carry');
      const newCarry = o.or(o.and(old, o.c(6)), carry);
      const newCarries = o.or(o.and(o.slot('carries'), o.c(TOP - 1n)), overflowOf(carry, of));
      o.setSlot('carry', when ? o.select(when, newCarry, old) : newCarry);
      o.setSlot('carries', when ? o.select(when, newCarries, o.slot('carries')) : newCarries);
    },
    setZero: (zf) => {
      // What SF and PF were stays in what they differ by from those of the new result: 0, or 1, whose parity is odd.
      const sf = bool(tests.s());
      const pf = bool(tests.p());
      const carry = o.or(cf(), o.or(o.shl(sf, o.c(1)), o.shl(o.xor(pf, bool(zf)), o.c(2))));
      const of = bool(tests.o());
      const carries = o.or(o.and(o.slot('carries'), o.c(16)), overflowOf(cf(), of));
      set(o.xor(bool(zf), o.c(1)), carry, carries);
    },
    setStatus: ({ zf, pf, cf: carry, sf, of, af }) => {
      // The result is 0, which has even parity, or 1, which has odd.
      const parity = o.shl(o.xor(pf, zf), o.c(2));
      const sign = sf ? o.or(parity, o.shl(sf, o.c(1))) : parity;
      const overflow = overflowOf(carry, of ?? o.c(0));
      set(o.xor(zf, o.c(1)), o.or(carry, sign), af ? o.or(overflow, o.shl(af, o.c(4))) : overflow);
    },
    holds: (test) => tests[test](),
    condition: ({ of, isNegated }) => {
      const value = tests[of]();
      return isNegated ? o.eqz(value) : value;
    },
    push: (mode, bytes, value) => {
      const rsp = o.read('r', RSP);
      const moved = o.sub(rsp, o.c(bytes));
      if (mode === 'long') {
        o.store(bytes, moved, value);
        o.write('r', RSP, moved);
        return;
      }
      const mask = o.slot('stackMask');
      const offset = o.and(moved, mask);
      const last = o.add(offset, o.c(bytes - 1));
      o.guard('operand', OPERAND.stack | OPERAND.write | bytes, o.ltU(o.read('writeEnd', SEG.ss), last));
      o.store(bytes, o.add(offset, o.read('base', SEG.ss)), value);
      o.write('r', RSP, o.or(o.and(rsp, o.not(mask)), offset));
    },
    pop: (mode, bytes, more) => {
      const rsp = o.read('r', RSP);
      const by = more ? o.add(more, o.c(bytes)) : o.c(bytes);
      if (mode === 'long') {
        return { value: o.load(bytes, false, rsp), commit: () => o.write('r', RSP, o.add(rsp, by)) };
      }
      const mask = o.slot('stackMask');
      const offset = o.and(rsp, mask);
      o.guard('operand', OPERAND.stack | bytes, o.ltU(o.read('readEnd', SEG.ss), o.add(offset, o.c(bytes - 1))));
      const value = o.load(bytes, false, o.add(offset, o.read('base', SEG.ss)));
      const moved = o.or(o.and(rsp, o.not(mask)), o.and(o.add(offset, by), mask));
      return { value, commit: () => o.write('r', RSP, moved) };
    },
    landing: (mode, bits, ip, when) => {
      const short = low(ip, bits);
      if (mode === 'long') return short;
      const isOutside = o.ltU(o.read('limit', SEG.cs), short);
      o.trapIf(when ? o.and(when, isOutside) : isOutside, CAUSE.GP);
      return o.and(o.add(o.read('base', SEG.cs), short), o.c(WORD));
    },
    nextIp: (mode) => (mode === 'long' ? o.nextPc() : o.sub(o.nextPc(), o.read('base', SEG.cs))),
    writeMasked: (register, value, mask) => {
      const old = o.read('r', register);
      const isWord = o.eq(mask, o.c(0xffff));
      const kept = o.and(old, o.not(mask));
      o.write('r', register, o.or(o.select(isWord, kept, o.c(0)), o.and(value, mask)));
    },
    step: (bytes) => {
      const isDown = o.lo32(o.and(o.slot('rflags'), o.c(RFLAGS.DF)));
      return o.select(isDown, o.c(-bytes), o.c(bytes));
    },
  };
  // Copying the hundred words that all have takes longer than describing an instruction.
  return Object.assign(Object.create(o) as Ops, own);
};
