/** The exception filters that a client lists, by what it said before and by the program; and those that are picked. */
import { describe, expect, it } from 'vitest';
import { newClient, trapsLaunch } from '../support/conversation';
import type { Json } from '../support/dap-client';

const HYPERVISOR = { program: 'bundled:guestmonolithickernel' };
const NO_HYPERVISOR = { program: 'bundled:lazymapping' };

const filters = (capabilities: Json): string[] =>
  capabilities.exceptionBreakpointFilters.map(({ filter }: Json) => filter);

/** From initialize to the end of launch: the list of initialize, and those of later events. */
async function lists(launch: object, ahead?: object) {
  const client = newClient();
  const args = { adapterID: 'worldstep', ...(ahead === undefined ? {} : { worldstepLaunch: ahead }) };
  const first = filters(await client.request('initialize', args));
  await client.ask('launch', launch);
  await client.request('threads');
  const later = client.taken('capabilities').map(({ capabilities }) => filters(capabilities));
  client.dispose();
  return { first, later };
}

describe('the exception filters that a client lists', () => {
  it('are eight at most before the launch', async () => {
    const { first } = await lists(HYPERVISOR);
    expect(first).toHaveLength(8);
    expect(first).toContain('vm-exit');
  });

  it('lose those of guests when the program turns out to have none', async () => {
    const { first, later } = await lists(trapsLaunch());
    expect(later).toEqual([first.filter((id) => id !== 'vm-exit')]);
  });

  it.each([
    ['a bundled hypervisor', HYPERVISOR, true],
    ['a bundled kernel', NO_HYPERVISOR, false],
    ['an own kernel', trapsLaunch(), false],
    ['an own kernel with a program of a guest', trapsLaunch({ images: [{ path: 'x', world: 'guest kernel' }] }), true],
    ['a launch that will fail', { program: 'nowhere.elf' }, false],
    ['a launch with a wrong key', trapsLaunch({ memory: '1' }), false],
    ['no object', 7 as unknown as object, false],
  ])('fit a launch that is announced: %s', async (_, launch, hasGuests) => {
    const { first, later } = await lists(launch, launch);
    expect(first.includes('vm-exit')).toBe(hasGuests);
    expect(later).toEqual([]);
  });

  it('fit the program after a restart with another one', async () => {
    const client = newClient();
    await client.launch({ ...HYPERVISOR, stopOnEntry: true });
    await client.request('restart', { arguments: { ...NO_HYPERVISOR, stopOnEntry: true } });
    await client.request('threads');
    expect(client.taken('capabilities').map(({ capabilities }) => filters(capabilities).includes('vm-exit'))).toEqual([
      false,
    ]);
    client.dispose();
  });
});

describe('the exception filters that are picked', () => {
  it('come under headings while the guest stands and runs, and are set as the others are', async () => {
    const client = newClient();
    expect((await client.ask('exceptions/filters')).ok).toBe(false);
    await client.launch(trapsLaunch({ stopOnEntry: true }));
    await client.event('stopped');
    const { filters: picked } = await client.request('exceptions/filters');
    expect([...new Set(picked.map(({ heading }: Json) => heading))]).toEqual([
      'Traps by kind',
      'Traps by origin',
      'Traps by cause',
      'Interrupts by cause',
    ]);
    const page = picked.find(({ label }: Json) => label === 'Load page fault');
    const { breakpoints } = await client.request('setExceptionBreakpoints', {
      filters: [],
      filterOptions: [{ filterId: page.filter }],
    });
    expect(breakpoints).toEqual([{ verified: true }]);
    await client.request('continue', { threadId: 1 });
    expect((await client.request('exceptions/filters')).filters).toEqual(picked);
    expect(await client.event('stopped')).toMatchObject({ description: 'Load page fault (S → S)' });
    client.dispose();
  });

  it("speak of the program's own instruction set", async () => {
    const client = newClient();
    const launch = { program: 'bundled:lazymapping', arch: 'loongarch64' };
    const { exceptionBreakpointFilters } = await client.request('initialize', {
      adapterID: 'worldstep',
      worldstepLaunch: launch,
    });
    const hints = exceptionBreakpointFilters.map(({ conditionDescription }: Json) => conditionDescription).join('\n');
    expect(hints).toContain('PGDL');
    expect(hints).not.toContain('satp');
    client.dispose();
  });
});

describe('refills of a TLB are accesses that are not finished', () => {
  it('so they are no faults', async () => {
    const client = newClient();
    const launch = { program: 'bundled:lazymapping', arch: 'loongarch64' };
    await client.request('initialize', { adapterID: 'worldstep' });
    await client.ask('launch', launch);
    await client.request('setExceptionBreakpoints', { filters: ['faults'] });
    await client.request('configurationDone');
    const { reason, text } = await client.event('stopped');
    expect({ reason, text }).toEqual({ reason: 'exception', text: expect.stringContaining('Page invalid for store') });
    client.dispose();
  });

  it('and no changes of the world', async () => {
    const client = newClient();
    await client.request('initialize', { adapterID: 'worldstep' });
    await client.ask('launch', { program: 'bundled:lazymapping', arch: 'loongarch64' });
    await client.request('setExceptionBreakpoints', { filters: ['world-change'] });
    await client.request('configurationDone');
    // Into the program, and back by the fault at its first store; its first fetch and its stack are refilled before.
    expect((await client.event('stopped')).text).toContain('returned to the user program');
    await client.request('continue', { threadId: 1 });
    expect((await client.event('stopped')).text).toContain('Page invalid for store');
    client.dispose();
  });
});
