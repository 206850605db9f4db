/** A kernel with two user programs at the same address: where breakpoints, steps and stacks cross between them. */
import { describe, it } from 'vitest';
import { check } from '../support/conversation';
import { guestLines, guestSource, userModeLaunch } from './fixtures/guests';

const wanted = (more: Record<string, string[]>) =>
  Object.fromEntries(Object.entries(more).map(([file, marks]) => [guestSource(file), guestLines(file, ...marks)]));

describe('a kernel with user programs', () => {
  it('hits breakpoints in kernel and programs set before any of them was mapped', () =>
    check('user-breakpoints', async (talk) => {
      const marks = {
        'usermode.c': ['identity', 'sys_write', 'fault'],
        'hello.c': ['main', 'end'],
        'count.c': ['count'],
      };
      await talk.launch(userModeLaunch(), wanted(marks));
      await talk.hear('stopped');
      await talk.stack();
      for (let turn = 0; turn < 4; turn++) {
        await talk.move('continue');
        await talk.stack();
      }
      // Counted in a program at the same address, three times a round.
      const count = guestSource('count.c');
      for (let turn = 0; turn < 8; turn++) await talk.move('continue');
      await talk.ask('evaluate', { expression: 'counted', frameId: await talk.frame(), context: 'watch' });
      await talk.ask('setBreakpoints', { source: { path: count }, breakpoints: [] });
      await talk.move('continue');
      await talk.ask('continue', { threadId: 1 });
      await talk.hear('exited');
    }));

  it('steps over system calls and faulting accesses without leaving the program', () =>
    check('user-steps', async (talk) => {
      await talk.launch(userModeLaunch(), wanted({ 'hello.c': ['write'] }));
      await talk.hear('stopped');
      await talk.move('stepIn');
      for (let turn = 0; turn < 5; turn++) await talk.move('next');
      await talk.move('stepOut');
      await talk.move('next');
      await talk.move('next');
      await talk.move('next');
      await talk.ask('evaluate', { expression: 'sum', frameId: await talk.frame(), context: 'watch' });
      await talk.move('next');
      await talk.move('stepIn');
      await talk.move('stepOut');
    }));

  it('steps single instructions over system calls and faults', () =>
    check('user-instruction-steps', async (talk) => {
      await talk.launch(userModeLaunch(), wanted({ 'user.h': ['ecall'] }));
      await talk.hear('stopped');
      await talk.ask('setBreakpoints', { source: { path: guestSource('user.h') }, breakpoints: [] });
      for (let turn = 0; turn < 13; turn++) await talk.move('next', { granularity: 'instruction' });
    }));

  it('steps out of the trap handler to the interrupted line', () =>
    check('user-step-out', async (talk) => {
      await talk.launch(userModeLaunch(), wanted({ 'usermode.c': ['fault'] }));
      await talk.hear('stopped');
      await talk.move('stepOut');
      await talk.stack();
      await talk.move('stepOut');
      await talk.ask('setBreakpoints', {
        source: { path: guestSource('usermode.c') },
        breakpoints: guestLines('usermode.c', 'tick'),
      });
      await talk.move('continue');
      await talk.stack();
      await talk.move('stepOut');
      await talk.stack();
    }));

  it('stops at the traps of programs by cause and condition', () =>
    check('user-traps', async (talk) => {
      await talk.launch(userModeLaunch(), wanted({ 'hello.c': ['main'] }));
      await talk.hear('stopped');
      const filters = [
        { filterId: 'ecall-from-u', condition: '$a7 == 124' },
        { filterId: 'group:page-fault', condition: '$stval == 0x20000 && mode == "U"' },
      ];
      await talk.ask('setExceptionBreakpoints', { filters: [], filterOptions: filters });
      await talk.move('continue');
      await talk.stack();
      await talk.ask('exceptionInfo', { threadId: 1 });
      await talk.move('stepOut');
      await talk.move('continue');
      await talk.stack();
      await talk.ask('exceptionInfo', { threadId: 1 });
    }));

  it('pauses in user mode', () =>
    check('user-pause', async (talk) => {
      await talk.launch(userModeLaunch(), wanted({ 'hello.c': ['main'] }));
      await talk.hear('stopped');
      // No timer any more, and the endless loop at the end of the program.
      const frameId = await talk.frame();
      await talk.ask('evaluate', { expression: '$sie = 0', frameId, context: 'repl' });
      await talk.ask('evaluate', { expression: '$pc = 0x1000e', frameId, context: 'repl' });
      await talk.ask('continue', { threadId: 1 });
      await talk.ask('pause', { threadId: 1 });
      await talk.where((await talk.hear('stopped')).threadId);
      await talk.ask('threads');
      await talk.ask('terminate');
      await talk.hear('terminated');
    }));
});
