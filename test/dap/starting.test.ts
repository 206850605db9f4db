/** The order in which clients hear of a session's beginning, and what they get when they leave out what is optional. */
import { describe, expect, it } from 'vitest';
import { newClient, trapsLaunch } from '../support/conversation';
import type { DapClient, Json } from '../support/dap-client';

/** What the client was sent, in order: names of events, and commands of responses. */
const heard = ({ messages }: DapClient): string[] =>
  (messages as Json[]).flatMap(({ type, event, command }) =>
    type === 'event' ? [event] : type === 'response' ? [`${command} answered`] : [],
  );

describe('a launch', () => {
  it('says that it can be configured before it is answered: clients may go by what comes first', async () => {
    const client = newClient();
    await client.request('initialize', { adapterID: 'worldstep' });
    await client.request('launch', trapsLaunch({ stopOnEntry: true }));
    await client.request('configurationDone');
    await client.event('stopped');
    const order = heard(client).filter((name) => !['output', 'capabilities'].includes(name));
    expect(order).toEqual([
      'initialize answered',
      'initialized',
      'launch answered',
      'configurationDone answered',
      'process',
      'stopped',
    ]);
    expect(await client.event('process')).toEqual({
      name: trapsLaunch().program,
      isLocalProcess: true,
      startMethod: 'launch',
      pointerSize: 64,
    });
    client.dispose();
  });

  it('that fails says nothing of the kind', async () => {
    const client = newClient();
    await client.request('initialize', { adapterID: 'worldstep' });
    expect((await client.ask('launch', { program: '/not/there' })).ok).toBe(false);
    expect(heard(client)).toEqual(['initialize answered', 'launch answered']);
    client.dispose();
  });
});

it.each([{}, { levels: 0 }, { startFrame: 0 }])('a stack trace of %j has all frames', async (args) => {
  const client = newClient();
  const program = trapsLaunch().program.replace('debug/fixtures/traps', 'symbols/fixtures/c-o0-dwarf5');
  await client.launch(trapsLaunch({ program, runTo: 'recurse' }));
  await client.event('stopped');
  const depth = 120;
  await client.request('evaluate', { expression: `depth = ${depth}`, context: 'repl' });
  await client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'leaf' }] });
  await client.request('continue', { threadId: 1 });
  await client.event('stopped');
  const { stackFrames, totalFrames } = await client.request('stackTrace', { threadId: 1, ...args });
  expect(stackFrames.filter(({ name }: Json) => name === 'recurse')).toHaveLength(depth + 1);
  expect(totalFrames).toBe(stackFrames.length);
  client.dispose();
});
