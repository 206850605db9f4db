/** Exceptions and events of a guest through takeTrap: exits, deliveries, and exits in the middle of one. @see AMD64 APM volume 2, 15.7, 15.12, 15.20, 15.25.6 */
import { describe, expect, it } from 'vitest';
import type { TrapDetail } from '../../../../src/isa/core/privileged';
import { causeOf, INTERRUPT, LINE, MARK, VECTOR, vmExitOf } from '../../../../src/isa/x86_64/causes';
import { takeTrap } from '../../../../src/isa/x86_64/exceptions';
import { acknowledge, pendingInterrupt } from '../../../../src/isa/x86_64/interrupts';
import { EXIT } from '../../../../src/isa/x86_64/svm/exit-codes';
import type { FakeHart } from '../../../support/fake-hart';
import { AFTER_VMRUN, type Fields, fieldOf, GUEST_RIP, goOn, guest } from './guest';

const IDT = 0x6000n;
const GDT = 0x5000n;
/** Offset of the handler of a vector. */
const handler = (vector: number): bigint => 0x2_0000n + BigInt(vector) * 16n;

/** A flat GDT and 32-bit interrupt gates for these vectors. */
const withTables = (hart: FakeHart, vectors: readonly number[]): FakeHart => {
  hart.store(GDT + 8n, 8, 0x00cf_9b00_0000_ffffn);
  for (const vector of vectors) {
    const offset = handler(vector);
    const gate = (offset & 0xffffn) | (8n << 16n) | (0x8e00n << 32n) | ((offset >> 16n) << 48n);
    hart.store(IDT + BigInt(vector) * 8n, 8, gate);
  }
  return hart;
};

interface Raised {
  readonly cause: number;
  readonly isInterrupt?: boolean;
  readonly tval?: bigint;
  readonly detail?: TrapDetail;
}

const take = (hart: FakeHart, { cause, isInterrupt = false, tval = 0n, detail }: Raised): FakeHart => {
  hart.length = 2;
  takeTrap(hart, cause, isInterrupt, tval, hart.pc, detail);
  goOn(hart);
  return hart;
};

const exitOf = (hart: FakeHart) => {
  expect(hart.get('isGuest')).toBe(0n);
  expect(hart.pc).toBe(AFTER_VMRUN);
  return ['EXITCODE', 'EXITINFO1', 'EXITINFO2', 'EXITINTINFO', 'RIP', 'nRIP'].map((name) => fieldOf(hart, name));
};
const exceptions = (...vectors: number[]): Fields => ({
  INTERCEPT_2: vectors.reduce((bits, vector) => bits | (1n << BigInt(vector)), 0n),
});
const NEXT = GUEST_RIP + 2n;

describe('an exception of a guest', () => {
  it.each<[string, number, Raised, bigint[]]>([
    ['#UD', 6, { cause: causeOf(VECTOR.UD) }, [0x46n, 0n, 0n, 0n, GUEST_RIP, 0n]],
    ['#GP with its error code', 13, { cause: causeOf(VECTOR.GP, 0x18) }, [0x4dn, 0x18n, 0n, 0n, GUEST_RIP, 0n]],
    [
      '#PF with error code and address',
      14,
      { cause: causeOf(VECTOR.PF, 6), tval: 0x1234n },
      [0x4en, 6n, 0x1234n, 0n, GUEST_RIP, 0n],
    ],
    ['INT3, at itself, with nRIP', 3, { cause: MARK.software | 3 }, [0x43n, 0n, 0n, 0n, GUEST_RIP, NEXT]],
    ['#DB behind an instruction', 1, { cause: MARK.trap | 1 }, [0x41n, 0n, 0n, 0n, NEXT, 0n]],
  ])('%s leaves it where it is intercepted', (_, vector, raised, values) => {
    const hart = take(guest(exceptions(vector)), raised);
    expect(exitOf(hart)).toEqual(values);
    // Debuggers hear of the exit rather than of the exception.
    expect(hart.instead).toBe(vmExitOf(EXIT.EXCP + vector));
  });

  it('#PF that is intercepted does not change CR2', () => {
    const hart = take(guest({ ...exceptions(14), CR2: 0x77n }), { cause: causeOf(VECTOR.PF, 6), tval: 0x1234n });
    expect(fieldOf(hart, 'CR2')).toBe(0x77n);
  });

  it('goes to its handler where it is not intercepted', () => {
    const hart = take(withTables(guest(exceptions(6)), [13]), { cause: causeOf(VECTOR.GP, 0x18) });
    expect([hart.pc, hart.get('isGuest'), hart.instead]).toEqual([handler(13), 1n, undefined]);
    expect(hart.load(hart.read('r', 4), 4)).toBe(0x18n);
  });

  it('INT 6 is no #UD and is not intercepted as one', () => {
    const hart = take(withTables(guest(exceptions(6)), [6]), { cause: MARK.software | 6, tval: 1n });
    expect(hart.pc).toBe(handler(6));
  });

  it('leaves the guest in the middle of a delivery, and EXITINTINFO has the first event', () => {
    // There is no gate for vector 6: its delivery raises #GP, which is intercepted.
    const hart = take(withTables(guest(exceptions(13)), []), { cause: causeOf(VECTOR.UD) });
    expect(exitOf(hart)).toEqual([0x4dn, 0x33n, 0n, 0x8000_0306n, GUEST_RIP, 0n]);
  });

  it('that makes a double fault leaves it by that, where it is intercepted', () => {
    const hart = take(withTables(guest(exceptions(8)), []), { cause: causeOf(VECTOR.GP, 0x18) });
    expect(exitOf(hart).slice(0, 2)).toEqual([0x48n, 0n]);
  });

  it('that ends in shutdown leaves it where that is intercepted', () => {
    const hart = take(withTables(guest({ INTERCEPT_3: 1n << 31n }), []), { cause: causeOf(VECTOR.GP, 0x18) });
    expect(exitOf(hart)[0]).toBe(0x7fn);
  });
});

describe('a nested page fault', () => {
  const fault = (info1: bigint, guestPhysical: bigint): Raised => ({
    cause: vmExitOf(EXIT.NPF),
    tval: info1,
    detail: { guestPhysical },
  });

  it.each<[string, bigint]>([
    ['a read of the final address that is not mapped', 0x1_0000_0004n],
    ['a write of the final address that is not mapped', 0x1_0000_0006n],
    ['a write of the final address that is read-only', 0x1_0000_0007n],
    ['a fetch from a page that is not executable', 0x1_0000_0015n],
    ['a reserved bit', 0x1_0000_000dn],
    ["an access of the guest's table", 0x2_0000_0006n],
  ])('tells both words: %s', (_, info1) => {
    expect(exitOf(take(guest(), fault(info1, 0xfee0_0320n)))).toEqual([0x400n, info1, 0xfee0_0320n, 0n, GUEST_RIP, 0n]);
  });
});

describe('an injected event', () => {
  it('is delivered before anything else and is not intercepted', () => {
    const hart = withTables(guest({ ...exceptions(14), EVENTINJ: 0x6_8000_0b0en, CR2: 0x55n }), [14]);
    hart.set('lines', LINE.intr);
    const cause = pendingInterrupt(hart);
    expect(cause).toBe(MARK.injected | 14);
    take(hart, { cause: acknowledge(hart, cause ?? 0), isInterrupt: true });
    expect([hart.pc, hart.get('cr2'), hart.load(hart.read('r', 4), 4)]).toEqual([handler(14), 0x55n, 6n]);
    expect(hart.load(hart.read('r', 4) + 4n, 4)).toBe(GUEST_RIP);
  });

  it('that is software’s returns where nRIP says', () => {
    const hart = withTables(guest({ EVENTINJ: 0x8000_0480n, nRIP: NEXT, 'IDTR.limit': 0xfffn }), [0x80]);
    take(hart, { cause: MARK.injected | 0x80, isInterrupt: true });
    expect([hart.pc, hart.load(hart.read('r', 4), 4)]).toEqual([handler(0x80), NEXT]);
  });

  it('that is an NMI blocks further ones', () => {
    const hart = withTables(guest({ EVENTINJ: 0x8000_0202n }), [2]);
    take(hart, { cause: MARK.injected | 2, isInterrupt: true });
    expect([hart.pc, hart.get('nmiBlocked')]).toEqual([handler(2), 1n]);
  });

  it('whose delivery raises an intercepted exception is in EXITINTINFO', () => {
    const hart = withTables(guest({ ...exceptions(13), EVENTINJ: 0x8000_0030n }), []);
    take(hart, { cause: MARK.injected | 0x30, isInterrupt: true });
    expect(exitOf(hart).slice(0, 4)).toEqual([0x4dn, 0x183n, 0n, 0x8000_0030n]);
  });
});

describe('an interrupt', () => {
  const IF = 0x202n;
  it.each<[string, Fields, bigint, number | undefined]>([
    ['that is intercepted leaves the guest', { INTERCEPT_3: 1n, RFLAGS: IF }, LINE.intr, vmExitOf(EXIT.INTR)],
    ['waits while the guest’s IF is clear', { INTERCEPT_3: 1n }, LINE.intr, undefined],
    ['with V_INTR_MASKING obeys the host’s IF', { INTERCEPT_3: 1n, V_INTR: 1n << 24n }, LINE.intr, vmExitOf(EXIT.INTR)],
    ['NMI that is intercepted leaves the guest whatever IF is', { INTERCEPT_3: 2n }, LINE.nmi, vmExitOf(EXIT.NMI)],
    ['INIT that is intercepted leaves the guest', { INTERCEPT_3: 8n }, LINE.init, vmExitOf(EXIT.INIT)],
    ['INIT that is not intercepted is taken in the guest', {}, LINE.init, INTERRUPT.init],
  ])('%s', (_, fields, lines, cause) => {
    const hart = guest(fields);
    hart.set('lines', lines);
    expect(pendingInterrupt(hart)).toBe(cause);
  });

  it('that was left for stays pending, and waits for STGI', () => {
    const hart = guest({ INTERCEPT_3: 1n, RFLAGS: IF });
    hart.set('lines', LINE.intr);
    take(hart, { cause: vmExitOf(EXIT.INTR), isInterrupt: true });
    expect(exitOf(hart)[0]).toBe(0x60n);
    expect([hart.get('lines'), pendingInterrupt(hart)]).toEqual([LINE.intr, undefined]);
    hart.set('gif', 1n);
    expect(pendingInterrupt(hart)).toBeDefined();
  });

  it('that is virtual comes to the guest’s handler and is no longer pending', () => {
    const hart = withTables(guest({ V_INTR: (0xf0n << 32n) | (1n << 20n) | (1n << 8n), RFLAGS: IF }), [0xf0]);
    const cause = pendingInterrupt(hart) ?? 0;
    take(hart, { cause: acknowledge(hart, cause), isInterrupt: true });
    expect([hart.pc, pendingInterrupt(hart)]).toEqual([handler(0xf0), undefined]);
  });
});
