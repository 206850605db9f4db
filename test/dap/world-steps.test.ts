import { describe, it } from 'vitest';
import { check } from '../support/conversation';

const hypervisor = { program: 'bundled:guestmonolithickernel', arch: 'riscv64', stopOnEntry: true };

describe('steps and runs between worlds', () => {
  it(
    'run to what a machine does next, and say what it was',
    () =>
      check('run-to', async (talk) => {
        await talk.launch(hypervisor);
        await talk.client.event('stopped');
        for (const goal of ['vmEntry', 'vmExit', 'pageFault', 'taskSwitch', 'userInstruction', 'vmExit']) {
          await talk.move('run/to', { goal });
        }
        await talk.ask('run/to', { goal: 'nowhere' });
        await talk.ask('exceptionInfo', { threadId: 1 });
      }),
    60_000,
  );

  it(
    'follow traps as launch.json or a request says',
    () =>
      check('follow-traps', async (talk) => {
        await talk.launch({ ...hypervisor, stepping: { traps: 'follow' } });
        await talk.client.event('stopped');
        await talk.ask('stepping/traps', {});
        await talk.move('run/to', { goal: 'userInstruction' });
        for (const how of ['next', 'next', 'next', 'stepIn', 'stepIn', 'stepOut']) await talk.move(how);
        await talk.ask('stepping/traps', { policy: 'none' });
        await talk.ask('stepping/traps', { policy: 'skip' });
        await talk.ask('restart', {});
        await talk.ask('stepping/traps', {});
      }),
    60_000,
  );

  it('refuse a policy that does not exist', () =>
    check('bad-trap-policy', async (talk) => {
      await talk.client.request('initialize', { adapterID: 'worldstep' });
      await talk.ask('launch', { ...hypervisor, stepping: { traps: 'never' } });
      await talk.ask('launch', { ...hypervisor, stepping: { trap: 'skip' } });
    }));
});

describe('exception filters of worlds', () => {
  it(
    'stop at VM exits, entries and written registers, and say what it was',
    () =>
      check('event-filters', async (talk) => {
        await talk.launch(hypervisor);
        await talk.client.event('stopped');
        const filters = (...filterOptions: object[]) =>
          talk.ask('setExceptionBreakpoints', { filters: [], filterOptions });
        await filters({ filterId: 'register-write', condition: 'hgatp' });
        await talk.move('continue');
        await talk.ask('exceptionInfo', { threadId: 1 });
        await filters({ filterId: 'vm-entry' });
        await talk.move('continue');
        await filters({ filterId: 'vm-exit', condition: 'cause == 21' });
        await talk.move('continue');
        await filters(
          { filterId: 'vm-exit', condition: 'casue == 21' },
          { filterId: 'register-write', condition: 'satq' },
        );
        await talk.move('continue');
      }),
    60_000,
  );
});
