import { describe, expect, it } from 'vitest';
import { newClient, trapsLaunch, trapsLine, trapsSource } from '../support/conversation';
import type { DapClient } from '../support/dap-client';

const breakpoints = { [trapsSource]: [{ line: trapsLine('main') }] };

/** The names of the events so far that the protocol does not have. */
const ownEvents = (client: DapClient): string[] => [
  ...new Set(
    client.messages.flatMap((message) =>
      message.type === 'event' && 'event' in message
        ? [String(message.event)].filter((name) => name.includes('/'))
        : [],
    ),
  ),
];

describe('own events', () => {
  it('reach no client that has not asked for them; the console is output then, wherever the launch wants it', async () => {
    const client = newClient();
    const launch = { program: 'bundled:msgqueue', console: 'terminal' };
    await client.launch(launch, {}, { worldstepEvents: undefined });
    await client.event('exited');
    expect(ownEvents(client)).toEqual([]);
    const text = client.taken('output').map(({ category, output }) => (category === 'stdout' ? output : ''));
    expect(text.join('')).toContain('Multi-task message queue OK!');
    client.dispose();
  });

  it('reach one that has sent an own request, from then on', async () => {
    const client = newClient();
    await client.launch(trapsLaunch(), breakpoints, { worldstepEvents: undefined });
    await client.event('stopped');
    expect(ownEvents(client)).toEqual([]);
    await client.request('inspect/list');
    await client.request('next', { threadId: 1 });
    await client.event('stopped');
    expect(ownEvents(client)).toEqual(['machine/status', 'inspect/changed']);
    client.dispose();
  });

  it('reach one that says so when it initializes', async () => {
    const client = newClient();
    await client.launch(trapsLaunch(), breakpoints, { worldstepEvents: true });
    await client.event('stopped');
    expect(ownEvents(client)).toEqual(['machine/status', 'inspect/changed']);
    client.dispose();
  });
});

describe('noDebug', () => {
  it('ignores breakpoints of every kind, the entry and the function to run to', async () => {
    const client = newClient();
    const launch = trapsLaunch({ noDebug: true, stopOnEntry: true, runTo: 'busy' });
    await client.request('initialize', { adapterID: 'worldstep' });
    const line = trapsLine('main');
    const early = await client.request('setBreakpoints', { source: { path: trapsSource }, breakpoints: [{ line }] });
    expect(early.breakpoints).toMatchObject([{ verified: false, message: 'Waits for the machine to be built.' }]);
    await client.request('launch', launch);
    const ignored = [{ verified: false, message: expect.stringContaining('runs without debugging') }];
    for (const [command, args] of [
      ['setBreakpoints', { source: { path: trapsSource }, breakpoints: [{ line }] }],
      ['setFunctionBreakpoints', { breakpoints: [{ name: 'busy' }] }],
      ['setInstructionBreakpoints', { breakpoints: [{ instructionReference: '0x80200000' }] }],
      ['setDataBreakpoints', { breakpoints: [{ dataId: 'pa:0x80200000/8/x', accessType: 'readWrite' }] }],
      ['setExceptionBreakpoints', { filters: ['traps'] }],
    ] as const) {
      expect((await client.request(command, args)).breakpoints, command).toMatchObject(ignored);
    }
    await client.request('configurationDone');
    expect(await client.event('exited')).toEqual({ exitCode: 0 });
    expect(client.taken('stopped')).toEqual([]);
    client.dispose();
  });

  it('does not last: breakpoints that were set are bound by a restart with debugging', async () => {
    const client = newClient();
    await client.launch(trapsLaunch({ noDebug: true }), breakpoints);
    await client.event('exited');
    await client.request('restart', { arguments: trapsLaunch() });
    expect((await client.event('stopped')).reason).toBe('breakpoint');
    client.dispose();
  });
});
