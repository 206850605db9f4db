/** Breakpoints, watchpoints and software step of guests' debuggers. @see Arm ARM, D2 "AArch64 Self-hosted Debug" */
import { describe, expect, it } from 'vitest';
import { CAUSE, causeOf, EC, WRITE } from '../../../../src/isa/aarch64/causes';
import { watchedTranslation } from '../../../../src/isa/aarch64/debug';
import { eret, takeTrap } from '../../../../src/isa/aarch64/exceptions';
import type { CpuTranslation } from '../../../../src/isa/core/engine-isa';
import { Trap } from '../../../../src/isa/core/privileged';
import type { Access } from '../../../../src/isa/core/translation';
import type { FakeHart } from '../../../support/fake-hart';
import { at, hartWith, type Slots } from './hart';

const bit = (n: number): bigint => 1n << BigInt(n);
const [SS, KDE, MDE] = [1n, bit(13), bit(15)];
const PLAIN: CpuTranslation = { pa: 0x1000, read: true, write: true, execute: true, isCacheable: true };
const NO_MEMORY = { readU32: () => -1, writeU32: () => {} };
const translate = watchedTranslation(() => PLAIN);

/** `kept` or `watched` as the translation may be cached or not, or the cause that the access traps by. */
const outcome = (hart: FakeHart, va: bigint, access: Access, bytes = 4): string | number => {
  try {
    return translate(hart, NO_MEMORY, va, access, undefined, bytes).isCacheable ? 'kept' : 'watched';
  } catch (error) {
    if (error instanceof Trap) return error.trapCause;
    throw error;
  }
};

const CODE = 0xffff_0000_4020_0100n;
const BREAKPOINT = causeOf(EC.breakpoint);
/** Control of a breakpoint: on, all bytes, at EL1 (1), EL0 (2), or both (3). */
const control = (levels: bigint): bigint => 0x1e1n | (levels << 1n);

describe('a breakpoint', () => {
  const kernel: Slots = { ...at(1), DAIF: 0n, MDSCR_EL1: MDE | KDE, DBGBVR2_EL1: CODE, DBGBCR2_EL1: control(1n) };
  it.each<[string, Slots, bigint, string | number]>([
    ['stops the kernel at its address', kernel, CODE, BREAKPOINT],
    ['stops nothing elsewhere on its page, which is not cached', kernel, CODE + 4n, 'watched'],
    ['leaves other pages alone', kernel, CODE + 0x1000n, 'kept'],
    ['stops nothing without MDE', { ...kernel, MDSCR_EL1: KDE }, CODE, 'kept'],
    ['stops no kernel without KDE', { ...kernel, MDSCR_EL1: MDE }, CODE, 'watched'],
    ['stops no kernel that masks debug exceptions', { ...kernel, DAIF: bit(9) }, CODE, 'watched'],
    ['stops nothing while the OS lock is set', { ...kernel, OSLSR_EL1: 0xan }, CODE, 'watched'],
    ['of EL0 stops no kernel', { ...kernel, DBGBCR2_EL1: control(2n) }, CODE, 'watched'],
    [
      'of EL0 stops EL0 whatever is masked',
      { ...kernel, ...at(0), DAIF: bit(9), MDSCR_EL1: MDE, DBGBCR2_EL1: control(2n) },
      CODE,
      BREAKPOINT,
    ],
    ['of both stops EL0', { ...kernel, ...at(0), DBGBCR2_EL1: control(3n) }, CODE, BREAKPOINT],
    ['that is off stops nothing', { ...kernel, DBGBCR2_EL1: control(1n) & ~1n }, CODE, 'kept'],
    ['of Secure state stops nothing', { ...kernel, DBGBCR2_EL1: control(1n) | (2n << 14n) }, CODE, 'watched'],
    ['of EL2 stops no kernel', { ...kernel, DBGBCR2_EL1: 0x1e1n | bit(13) | (3n << 14n) }, CODE, 'watched'],
    [
      'stops the kernel for EL2 without KDE',
      { ...kernel, MDSCR_EL1: MDE, MDCR_EL2: bit(8), DAIF: bit(9) },
      CODE,
      BREAKPOINT,
    ],
    [
      'that is linked to another context stops nothing',
      {
        ...kernel,
        DBGBCR2_EL1: control(1n) | (1n << 20n) | (4n << 16n),
        DBGBVR4_EL1: 7n,
        DBGBCR4_EL1: control(3n) | (3n << 20n),
        CONTEXTIDR_EL1: 8n,
      },
      CODE,
      'watched',
    ],
    [
      'that is linked to this context stops the kernel',
      {
        ...kernel,
        DBGBCR2_EL1: control(1n) | (1n << 20n) | (4n << 16n),
        DBGBVR4_EL1: 7n,
        DBGBCR4_EL1: control(3n) | (3n << 20n),
        CONTEXTIDR_EL1: 7n,
      },
      CODE,
      BREAKPOINT,
    ],
    [
      'of a context stops the kernel anywhere in it',
      { ...kernel, DBGBVR2_EL1: 7n, DBGBCR2_EL1: control(1n) | (2n << 20n), CONTEXTIDR_EL1: 7n },
      0x1000n,
      BREAKPOINT,
    ],
  ])('%s', (_, slots, pc, expected) => {
    expect(outcome(hartWith({ OSLSR_EL1: 8n, ...slots }), pc, 'execute')).toBe(expected);
  });
});

describe('a watchpoint', () => {
  const DATA = 0x4020_0010n;
  /** Bytes by a mask; loads (1), stores (2). */
  const of = (bytes: bigint, kinds: bigint): Slots => ({
    ...at(1),
    DAIF: 0n,
    MDSCR_EL1: MDE | KDE,
    DBGWVR1_EL1: DATA,
    DBGWCR1_EL1: 1n | (1n << 1n) | (kinds << 3n) | (bytes << 5n),
  });
  const [READ, WRITTEN] = [causeOf(EC.watchpoint), causeOf(EC.watchpoint, 0, WRITE)];
  it.each<[string, Slots, bigint, Access, number, string | number]>([
    ['of stores stops a store', of(0xffn, 2n), DATA, 'write', 8, WRITTEN],
    ['of stores lets a load pass', of(0xffn, 2n), DATA, 'read', 8, 'watched'],
    ['of loads stops a load', of(0xffn, 1n), DATA, 'read', 1, READ],
    ['of both stops either', of(0xffn, 3n), DATA + 7n, 'write', 1, WRITTEN],
    ['of some bytes lets others pass', of(0x0fn, 3n), DATA + 4n, 'read', 4, 'watched'],
    ['of some bytes stops an access that has one of them', of(0x10n, 3n), DATA, 'read', 8, READ],
    ['stops an access that begins before it', of(0x01n, 3n), DATA - 4n, 'read', 8, READ],
    ['lets what ends before it pass', of(0x01n, 3n), DATA - 8n, 'read', 8, 'watched'],
    [
      'of a range stops all of it',
      { ...of(0xffn, 3n), DBGWCR1_EL1: of(0xffn, 3n).DBGWCR1_EL1! | (12n << 24n) },
      0x4020_0ff8n,
      'read',
      8,
      READ,
    ],
    ['leaves other pages alone', of(0xffn, 3n), DATA + 0x1000n, 'read', 8, 'kept'],
    ['of EL1 lets EL0 pass', { ...of(0xffn, 3n), ...at(0) }, DATA, 'read', 8, 'watched'],
  ])('%s', (_, slots, va, access, bytes, expected) => {
    expect(outcome(hartWith({ OSLSR_EL1: 8n, ...slots }), va, access, bytes)).toBe(expected);
  });
});

describe('software step', () => {
  const STEP = causeOf(EC.softwareStep);
  const USER_CODE = 0x40_0000n;
  /** A kernel that is about to return to EL0 and wants one instruction executed. */
  const stepping = (): FakeHart => {
    const hart = hartWith({
      ...at(1),
      OSLSR_EL1: 8n,
      MDSCR_EL1: SS,
      SPSR_EL1: bit(21),
      ELR_EL1: USER_CODE,
      DAIF: 0x3c0n,
    });
    eret(hart);
    return hart;
  };
  it('begins with the return, executes one instruction, and traps at the next', () => {
    const hart = stepping();
    expect(hart.get('SS')).toBe(1n);
    expect(outcome(hart, USER_CODE, 'execute')).toBe('watched');
    hart.retired += 1n;
    expect(outcome(hart, USER_CODE + 4n, 'execute')).toBe(STEP);
  });
  it('executes one round of an instruction that jumps to itself', () => {
    const hart = stepping();
    outcome(hart, USER_CODE, 'execute');
    hart.retired += 1n;
    expect(outcome(hart, USER_CODE, 'execute')).toBe(STEP);
  });
  it('lets an instruction that was fetched but not executed be fetched again', () => {
    const hart = stepping();
    outcome(hart, USER_CODE, 'execute');
    expect(outcome(hart, USER_CODE, 'execute')).toBe('watched');
  });
  it.each<[string, number, boolean, bigint]>([
    ['an instruction that faults is stepped again', causeOf(EC.dataAbort, 7), false, 1n],
    ['a call is complete', CAUSE.svc, false, 0n],
    ['an interrupt before the instruction leaves it to be stepped', 0, true, 1n],
  ])('%s', (_, cause, isInterrupt, ss) => {
    const hart = stepping();
    outcome(hart, USER_CODE, 'execute');
    takeTrap(hart, cause, isInterrupt, 0n, USER_CODE);
    expect((hart.get('SPSR_EL1') >> 21n) & 1n).toBe(ss);
  });
  it('says in the syndrome that an instruction was stepped', () => {
    const hart = stepping();
    outcome(hart, USER_CODE, 'execute');
    hart.retired += 1n;
    hart.word = 0xd503_201f;
    takeTrap(hart, STEP, false, 0n, USER_CODE + 4n);
    expect([hart.get('ESR_EL1'), hart.get('SPSR_EL1') & bit(21)]).toEqual([
      (0x32n << 26n) | bit(25) | bit(24) | 0x22n,
      0n,
    ]);
  });
  it('does not begin where nobody asks for it', () => {
    const hart = hartWith({ ...at(1), OSLSR_EL1: 8n, SPSR_EL1: bit(21), ELR_EL1: USER_CODE });
    eret(hart);
    expect([hart.get('SS'), outcome(hart, USER_CODE, 'execute')]).toEqual([0n, 'kept']);
  });
});

describe('an illegal state', () => {
  it('has every instruction trap', () => {
    expect(outcome(hartWith({ ...at(1), IL: 1n }), CODE, 'execute')).toBe(CAUSE.illegalState);
  });
  it('is nothing to data', () => {
    expect(outcome(hartWith({ ...at(1), IL: 1n }), CODE, 'read')).toBe('kept');
  });
});
