/** Single steps and breakpoints by debug registers. @see AMD64 APM volume 2, 13.1 */
import { describe, expect, it } from 'vitest';
import type { CpuTranslation } from '../../../../src/isa/core/engine-isa';
import { Trap } from '../../../../src/isa/core/privileged';
import type { Access } from '../../../../src/isa/core/translation';
import { causeOf, LINE, VECTOR } from '../../../../src/isa/x86_64/causes';
import { fetchContext } from '../../../../src/isa/x86_64/contexts';
import { watchedTranslation } from '../../../../src/isa/x86_64/debug';
import { takeTrap } from '../../../../src/isa/x86_64/exceptions';
import { holdsInterrupts, pendingInterrupt } from '../../../../src/isa/x86_64/interrupts';
import { hartIn, type Slots, type TestHart } from './hart';

const PLAIN: CpuTranslation = { pa: 0x1000, read: true, write: true, execute: true, isCacheable: true };
const NO_MEMORY = { readU32: () => -1, writeU32: () => {} };
const translate = watchedTranslation(() => PLAIN);
const [TF, RF, IF] = [0x100n, 0x1_0000n, 0x200n];
const CODE = 0x10_0000n;
const DATA = 0x5008n;

/** `kept` or `watched` as the translation may be cached or not, or the DR6 of the #DB that is raised. */
const outcome = (hart: TestHart, va: bigint, access: Access, bytes = 4): string | bigint => {
  try {
    return translate(hart, NO_MEMORY, va, access, undefined, bytes).isCacheable ? 'kept' : 'watched';
  } catch (error) {
    if (error instanceof Trap && error.trapCause === causeOf(VECTOR.DB)) return hart.get('dr6') & 0xe00fn;
    throw error;
  }
};

const fetchAt = (hart: TestHart, pc: bigint): string | bigint => {
  hart.pc = pc;
  return outcome(hart, pc, 'execute', 1);
};
/** Fetches and completes the instruction at an address. */
const execute = (hart: TestHart, pc: bigint): string | bigint => {
  const found = fetchAt(hart, pc);
  hart.retired++;
  return found;
};

/** DR7 for breakpoint 1: kind and length code. */
const on = (kind: bigint, length: bigint): Slots => ({ dr7: 0x404n | (kind << 20n) | (length << 22n) });

describe('an instruction breakpoint', () => {
  const slots: Slots = { ...on(0n, 0n), dr1: CODE };
  it('stops before its instruction', () => expect(fetchAt(hartIn('64', slots), CODE)).toBe(2n));
  it('stops nothing elsewhere on its page, which is not cached', () => {
    expect(fetchAt(hartIn('64', slots), CODE + 1n)).toBe('watched');
    expect(fetchAt(hartIn('64', slots), CODE + 0x1000n)).toBe('kept');
  });
  it('stops nothing that is off, and no data', () => {
    expect(fetchAt(hartIn('64', { ...slots, dr7: 0x400n }), CODE)).toBe('kept');
    expect(outcome(hartIn('64', slots), CODE, 'write')).toBe('kept');
  });
  it('is passed by once with RF', () => {
    const hart = hartIn('64', { ...slots, rflags: 2n | RF });
    expect(execute(hart, CODE)).toBe('watched');
    expect(execute(hart, CODE + 2n)).toBe('watched');
    expect(hart.get('rflags')).toBe(2n);
    expect(fetchAt(hart, CODE)).toBe(2n);
  });
});

describe('a data breakpoint', () => {
  it.each<[string, bigint, bigint, bigint, Access, number, string | bigint]>([
    ['of writes stops a write', 1n, 3n, DATA, 'write', 4, 2n],
    ['of writes stops no read', 1n, 3n, DATA, 'read', 4, 'watched'],
    ['of both stops a read', 3n, 3n, DATA, 'read', 4, 2n],
    ['stops an access that ends in it', 3n, 3n, DATA - 1n, 'read', 2, 2n],
    ['stops none that ends before it', 3n, 3n, DATA - 2n, 'read', 2, 'watched'],
    ['of one byte stops none behind it', 3n, 0n, DATA + 1n, 'read', 4, 'watched'],
    ['of eight bytes begins at a multiple', 3n, 2n, DATA + 7n, 'write', 1, 2n],
  ])('%s', (_, kind, length, va, access, bytes, expected) => {
    const hart = hartIn('64', { ...on(kind, length), dr1: DATA });
    expect(fetchAt(hart, CODE)).toBe('kept');
    const found = outcome(hart, va, access, bytes);
    hart.retired++;
    const behind = fetchAt(hart, CODE + 4n);
    expect(typeof expected === 'bigint' ? [found, behind] : found).toEqual(
      typeof expected === 'bigint' ? ['watched', expected] : expected,
    );
  });
});

describe('single step', () => {
  it('stops behind each instruction that began with TF', () => {
    const hart = hartIn('64', { rflags: 2n | TF });
    expect(execute(hart, CODE)).toBe('watched');
    expect(fetchAt(hart, CODE + 2n)).toBe(0x4000n);
  });
  it('stops behind the one that clears TF, and not behind the one that sets it', () => {
    const hart = hartIn('64');
    expect(execute(hart, CODE)).toBe('kept');
    hart.set('rflags', 2n | TF);
    expect(execute(hart, CODE + 1n)).toBe('watched');
    hart.set('rflags', 2n);
    expect(fetchAt(hart, CODE + 2n)).toBe(0x4000n);
  });
  it('fetches by a context of its own, so that nothing that is cached is used', () => {
    expect(fetchContext(hartIn('64', { rflags: 2n | TF }))).not.toBe(fetchContext(hartIn('64')));
  });
  it('does not stop behind an instruction that faults', () => {
    const hart = hartIn('64', { rflags: 2n | TF });
    fetchAt(hart, CODE);
    hart.absent.add(0x2n);
    takeTrap(hart, VECTOR.UD, false, 0n, CODE);
    expect([hart.get('stepped'), hart.get('pendingDebug')]).toEqual([0n, 0n]);
  });
  it('waits for the instruction behind MOV SS', () => {
    const hart = hartIn('64', { rflags: 2n | TF });
    execute(hart, CODE);
    hart.set('isShadowed', 2n);
    hart.set('shadow', CODE + 2n);
    expect(execute(hart, CODE + 2n)).toBe('watched');
    expect(fetchAt(hart, CODE + 4n)).toBe(0x4000n);
  });
  it('comes before an interrupt, which is not forgotten', () => {
    const hart = hartIn('64', { rflags: 2n | TF | IF });
    execute(hart, CODE);
    hart.set('lines', LINE.intr);
    expect([pendingInterrupt(hart), holdsInterrupts(hart)]).toEqual([undefined, true]);
  });
});
