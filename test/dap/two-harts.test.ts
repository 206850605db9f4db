/** Two harts in the same code: who stops, who moves, who sees what. */
import { describe, expect, it } from 'vitest';
import { check, newClient } from '../support/conversation';
import { guestLines, guestSource, pairLaunch } from './fixtures/guests';

const source = { path: guestSource('pair.c') };
const wanted = (...marks: string[]) => ({ [source.path]: guestLines('pair.c', ...marks) });

describe('two harts', () => {
  it('hit the same breakpoint, are stepped one at a time, and have registers and values of their own', () =>
    check('two-harts', async (talk) => {
      await talk.launch(pairLaunch(), wanted('second'));
      await talk.hear('stopped');
      await talk.ask('threads');
      await talk.stack(1);
      await talk.stack(2);
      for (const threadId of [1, 2]) {
        const { stackFrames } = await talk.client.request('stackTrace', { threadId });
        const frameId = stackFrames.at(-2).id;
        await talk.ask('evaluate', { expression: 'mine', frameId, context: 'watch' });
        await talk.ask('evaluate', { expression: '$tp', frameId, context: 'watch' });
        await talk.ask('evaluate', { expression: '$mhartid', frameId, context: 'watch' });
      }
      await talk.ask('setBreakpoints', { source, breakpoints: guestLines('pair.c', 'bump') });
      for (let turn = 0; turn < 4; turn++) await talk.move('continue');
      await talk.ask('setBreakpoints', { source, breakpoints: [] });
      await talk.move('next', { threadId: 2 });
      await talk.move('next', { threadId: 2, singleThread: true });
      await talk.move('stepOut', { threadId: 2 });
      await talk.move('next', { threadId: 1 });
      await talk.move('next', { threadId: 1, granularity: 'instruction' });
    }));

  it('stop for a store of either of them', () =>
    check('two-harts-data', async (talk) => {
      await talk.launch(pairLaunch(), wanted('second'));
      await talk.hear('stopped');
      const info = await talk.ask('dataBreakpointInfo', { name: 'mailbox', frameId: await talk.frame() });
      const shared = await talk.ask('dataBreakpointInfo', { name: 'shared', frameId: await talk.frame() });
      await talk.ask('setDataBreakpoints', {
        breakpoints: [{ dataId: shared.dataId, accessType: 'write', hitCondition: '% 500' }],
      });
      for (let turn = 0; turn < 3; turn++) await talk.move('continue');
      await talk.ask('setDataBreakpoints', { breakpoints: [{ dataId: info.dataId, accessType: 'write' }] });
      await talk.move('continue');
      await talk.ask('setDataBreakpoints', { breakpoints: [] });
      await talk.ask('continue', { threadId: 1 });
      await talk.hear('exited');
    }));

  it('pause together, and one can run alone', () =>
    check('two-harts-pause', async (talk) => {
      await talk.launch(pairLaunch(), wanted('wait'));
      await talk.hear('stopped');
      await talk.ask('evaluate', { expression: 'mailbox = 0', frameId: await talk.frame(), context: 'repl' });
      await talk.ask('setBreakpoints', { source, breakpoints: [] });
      await talk.ask('continue', { threadId: 1, singleThread: true });
      await talk.ask('pause', { threadId: 1 });
      await talk.hear('stopped');
      await talk.ask('threads');
      await talk.ask('continue', { threadId: 2 });
      await talk.hear('exited');
    }));
});

it('a breakpoint in code that both harts run stops both in turn', async () => {
  const client = newClient();
  // A hart's turn is long enough for some hundred rounds.
  const [place] = guestLines('pair.c', 'bump');
  await client.launch(pairLaunch(), { [source.path]: [{ ...place, hitCondition: '% 100' }] });
  const harts = new Set<number>();
  for (let turn = 0; turn < 25 && harts.size < 2; turn++) {
    harts.add((await client.event('stopped')).threadId);
    await client.request('continue', { threadId: 1 });
  }
  expect([...harts].sort()).toEqual([1, 2]);
  client.dispose();
});

it.each(['hart == 1', '$hart == 1'])('conditions tell harts apart: %s', async (condition) => {
  const client = newClient();
  const [place] = guestLines('pair.c', 'bump');
  await client.launch(pairLaunch(), { [source.path]: [{ ...place, condition, hitCondition: '% 100' }] });
  for (let turn = 0; turn < 4; turn++) {
    expect((await client.event('stopped')).threadId).toBe(2);
    await client.request('continue', { threadId: 1 });
  }
  client.dispose();
});

it('data breakpoints and exception filters have conditions on harts, too', async () => {
  const client = newClient();
  await client.launch(pairLaunch(), wanted('second'));
  await client.event('stopped');
  const { dataId } = await client.request('dataBreakpointInfo', { name: 'shared' });
  const { breakpoints } = await client.request('setDataBreakpoints', {
    breakpoints: [{ dataId, accessType: 'write', condition: 'hart == 0' }],
  });
  expect(breakpoints).toMatchObject([{ verified: true }]);
  for (let turn = 0; turn < 4; turn++) {
    await client.request('continue', { threadId: 1 });
    expect(await client.event('stopped')).toMatchObject({ reason: 'data breakpoint', threadId: 1 });
  }
  await client.request('setDataBreakpoints', { breakpoints: [] });
  const filterOptions = [{ filterId: 'traps', condition: 'hart == 7' }];
  const set = await client.request('setExceptionBreakpoints', { filters: [], filterOptions });
  expect(set.breakpoints).toMatchObject([{ verified: true }]);
  await client.request('continue', { threadId: 1 });
  expect((await client.event('exited')).exitCode).toBe(0);
  client.dispose();
});

it('two sessions in one process do not disturb each other', async () => {
  const [one, two] = [newClient(), newClient()];
  await Promise.all([one.launch(pairLaunch(), wanted('bump')), two.launch(pairLaunch(), wanted('mail'))]);
  expect((await one.event('stopped')).reason).toBe('breakpoint');
  expect((await two.event('stopped')).threadId).toBe(2);
  await one.request('disconnect');
  await one.event('terminated');
  const { stackFrames } = await two.request('stackTrace', { threadId: 2 });
  expect(stackFrames[0].name).toBe('second');
  await two.request('continue', { threadId: 1 });
  expect((await two.event('exited')).exitCode).toBe(0);
  one.dispose();
  two.dispose();
});
