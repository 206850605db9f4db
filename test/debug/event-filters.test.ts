import { describe, expect, it } from 'vitest';
import { isPassage } from '../../src/machine/contract';
import { BundledTarget } from '../support/bundled-target';
import { trapsKernel } from '../support/debug-target';

/** Runs the hypervisor with one filter; what each of the first stops is. */
async function stops(kernel: string, filter: { id: string; condition?: string }, count: number): Promise<string[]> {
  const driven = await BundledTarget.open(kernel);
  expect(driven.target.setExceptionFilters([filter])).toEqual([undefined]);
  return Array.from({ length: count }, () => {
    const stop = driven.go();
    const { world } = driven.target.cpu(0);
    if (stop.kind === 'trap') return `cause ${stop.event.cause}: ${stop.event.from.mode} → ${stop.event.to.mode}`;
    if (stop.kind !== 'context') return stop.kind;
    const { event } = stop;
    if (isPassage(event)) return `${event.from.mode} → ${event.to.mode}`;
    return `${event.register} in ${world.mode}`;
  });
}

describe('exception filters of worlds', () => {
  it('stop at the traps of one world', async () => {
    expect(await stops('lazymapping', { id: 'world:user', condition: 'group == "page-fault"' }, 2)).toEqual([
      'cause 15: U → S',
      'power',
    ]);
    expect(await stops('guestmonolithickernel', { id: 'world:guest user' }, 2)).toEqual(['cause 8: VU → VS', 'power']);
  });

  it('stop at all traps and at faults, as their conditions say', async () => {
    expect(await stops('lazymapping', { id: 'traps', condition: 'world == "user"' }, 3)).toEqual([
      'cause 15: U → S',
      'cause 8: U → S',
      'power',
    ]);
    expect(await stops('lazymapping', { id: 'faults' }, 2)).toEqual(['cause 15: U → S', 'power']);
    expect(await stops('lazymapping', { id: 'faults', condition: 'group == "illegal"' }, 1)).toEqual(['power']);
    // A guest's own faults are faults; those that its hypervisor has to mend are VM exits.
    expect(await stops('guestmonolithickernel', { id: 'faults' }, 1)).toEqual(['power']);
  });

  it('stop at VM exits, by reason and by guest physical address', async () => {
    expect(await stops('guestmonolithickernel', { id: 'vm-exit' }, 2)).toEqual([
      'cause 23: VS → S',
      'cause 23: VS → S',
    ]);
    expect(await stops('guestmonolithickernel', { id: 'vm-exit', condition: 'cause == 21' }, 1)).toEqual([
      'cause 21: VS → S',
    ]);
    const uart = { id: 'vm-exit', condition: 'guestPhysical == 0x10000000' };
    expect(await stops('guestmonolithickernel', uart, 2)).toEqual(['cause 23: VS → S', 'power']);
  });

  it('stop at VM entries and at changes between worlds', async () => {
    expect(await stops('guestmonolithickernel', { id: 'vm-entry' }, 2)).toEqual(['S → VS', 'S → VS']);
    expect(await stops('lazymapping', { id: 'world-change' }, 5)).toEqual([
      'S → U',
      'cause 15: U → S',
      'S → U',
      'cause 8: U → S',
      'power',
    ]);
  });
});

describe('filters of written registers', () => {
  it('are the roots of translation, or those that are named', async () => {
    expect(await stops('guestmonolithickernel', { id: 'register-write' }, 4)).toEqual([
      'satp in S',
      'satp in S',
      'hgatp in S',
      'vsatp in VS',
    ]);
    expect(await stops('guestmonolithickernel', { id: 'register-write', condition: 'hgatp, vsatp' }, 2)).toEqual([
      'hgatp in S',
      'vsatp in VS',
    ]);
    expect(
      await stops('lazymapping', { id: 'register-write', condition: 'register == "satp" && value != old' }, 2),
    ).toEqual(['satp in S', 'satp in S']);
  });

  it('see any register, and leave the run as it is', () => {
    const run = (condition: string | undefined) => {
      const driven = trapsKernel();
      const filter = condition === undefined ? [] : [{ id: 'register-write', condition }];
      driven.target.setExceptionFilters([{ id: 'rust-panic' }, ...filter]);
      const seen: string[] = [];
      let stop = driven.go();
      for (; stop.kind === 'context'; stop = driven.go()) {
        if (stop.event.kind === 'registerWritten') seen.push(`${stop.event.register} ${driven.place()}`);
      }
      return { seen, hash: driven.target.machine.stateHash() };
    };
    const plain = run(undefined);
    const watched = run('stvec, sie, sstatus');
    expect(watched.seen.slice(0, 5)).toEqual([
      'stvec kernel_main:@main',
      // The returns of two handlers; what the traps themselves change does not count.
      'sstatus touch:@touch',
      'sstatus kernel_main:@call_recurse',
      'sie kernel_main:@interrupts',
      'sstatus kernel_main:@call_busy',
    ]);
    expect(watched.hash).toBe(plain.hash);
  });

  it('refuse names that are no system registers', () => {
    const { target } = trapsKernel();
    expect(target.setExceptionFilters([{ id: 'register-write', condition: 'satp, a0' }])).toEqual([
      'riscv64 has no system register "a0".',
    ]);
    expect(target.setExceptionFilters([{ id: 'register-write', condition: '1 == 1' }])).toEqual([
      'Name at least one system register, e.g. satp, or leave the condition empty.',
    ]);
  });
});
