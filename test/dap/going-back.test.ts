/** Step Back and Reverse as clients ask for them. */
import { describe, it } from 'vitest';
import { check, trapsLaunch, trapsLine, trapsSource } from '../support/conversation';

const source = { path: trapsSource };

describe('a session that goes back', () => {
  it('undoes steps, returns to breakpoints, and has another future after a change', () =>
    check('going-back', async (talk) => {
      const breakpoints = [{ line: trapsLine('twice_return') }];
      await talk.launch(trapsLaunch(), { [trapsSource]: breakpoints });
      await talk.hear('stopped');
      const value = async () =>
        talk.ask('evaluate', { expression: 'value', frameId: await talk.frame(), context: 'watch' });
      for (let rounds = 0; rounds < 3; rounds++) {
        await talk.move('continue');
        await value();
      }
      await talk.move('next');
      await talk.move('stepBack');
      await talk.move('next', { granularity: 'instruction' });
      await talk.move('stepBack', { granularity: 'instruction' });
      await value();
      await talk.move('reverseContinue');
      await value();
      await talk.ask('setExpression', { expression: 'value', value: '1000', frameId: await talk.frame() });
      await talk.move('continue');
      await value();
      await talk.move('reverseContinue');
      await value();
      await talk.move('continue');
      await value();
      await talk.ask('setBreakpoints', { source, breakpoints: [] });
      await talk.move('reverseContinue');
      await talk.move('stepBack');
      await talk.ask('stepBack', { threadId: 7 });
    }));

  it('leads to the last write of a variable, out of functions, and says what was never written', () =>
    check('going-back-writes', async (talk) => {
      await talk.launch(trapsLaunch(), { [trapsSource]: [{ line: trapsLine('done') }] });
      await talk.hear('stopped');
      const frameId = await talk.frame();
      await talk.move('back/write', { expression: 'ticks', frameId });
      await talk.stack();
      await talk.move('back/out');
      await talk.stack();
      await talk.move('back/write', { expression: 'faults' });
      await talk.stack();
      await talk.move('back/write', { expression: 'faults' });
      await talk.move('back/write', { expression: 'done' });
      await talk.ask('back/write', { expression: '1 + 1' });
      await talk.ask('back/write', { expression: 'nobody' });
    }));

  it('leads from a guest back into its hypervisor', () =>
    check('going-back-worlds', async (talk) => {
      await talk.launch({ program: 'bundled:guestmonolithickernel', arch: 'riscv64', stopOnEntry: true });
      await talk.client.event('stopped');
      await talk.move('run/to', { goal: 'vmEntry' });
      await talk.move('run/to', { goal: 'vmExit' });
      await talk.stack();
      await talk.move('stepBack', { granularity: 'instruction' });
      await talk.stack();
      await talk.move('next', { granularity: 'instruction' });
      await talk.stack();
      await talk.ask('setExceptionBreakpoints', { filters: [], filterOptions: [{ filterId: 'vm-entry' }] });
      await talk.move('reverseContinue');
      await talk.stack();
      await talk.move('stepBack', { granularity: 'instruction' });
      await talk.stack();
    }));
});
