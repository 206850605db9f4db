/** Two clients at one machine: what the second sees, and what becomes of the machine when either leaves. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Shared } from '../../src/dap/session';
import { sessionServices } from '../../src/entry/session-services';
import { newClient, steadyHost, trapsLaunch, trapsLine, trapsSource } from '../support/conversation';
import { DapClient, type Json } from '../support/dap-client';

const clients: DapClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.dispose();
});

const at = (...names: string[]) => ({ [trapsSource]: names.map((name) => ({ line: trapsLine(name) })) });

/** Clients of one server. */
function server(): { readonly shared: Shared; client(): DapClient } {
  const shared: Shared = { debuggees: new Set() };
  return {
    shared,
    client: () => {
      const client = new DapClient(sessionServices(steadyHost(), { symbolsWasm: 'asset:src/symbols/symbols.wasm' }), {
        shared,
      });
      clients.push(client);
      return client;
    },
  };
}

/** A launched session that stands at `names[0]`, and a second client attached to it. */
async function pair(...names: string[]): Promise<{ first: DapClient; second: DapClient; shared: Shared }> {
  const { client, shared } = server();
  const first = client();
  await first.launch(trapsLaunch(), at(...names));
  await first.event('stopped');
  await first.request('setExceptionBreakpoints', { filters: [] });
  const second = client();
  await second.attach();
  return { first, second, shared };
}

const line = async (client: DapClient): Promise<number> =>
  (await client.request('stackTrace', { threadId: 1, levels: 1 })).stackFrames[0].line;

describe('a second client', () => {
  it('is told that the guest stands, and looks at it as the first does', async () => {
    const { first, second } = await pair('twice');
    expect(await second.event('stopped')).toMatchObject({ reason: 'breakpoint', threadId: 1, hitBreakpointIds: [] });
    expect((await second.request('threads')).threads).toEqual((await first.request('threads')).threads);
    expect(await line(second)).toBe(await line(first));
    const { stackFrames } = await second.request('stackTrace', { threadId: 1 });
    const { scopes } = await second.request('scopes', { frameId: stackFrames[0].id });
    const { variables } = await second.request('variables', { variablesReference: scopes[0].variablesReference });
    expect(variables.map(({ name }: Json) => name)).toEqual(['value', 'result']);
  });

  it('hears what the first does, and the first what it does', async () => {
    const { first, second } = await pair('main', 'twice');
    await second.event('stopped');
    await first.request('continue', { threadId: 1 });
    expect(await second.event('continued')).toEqual({ threadId: 1, allThreadsContinued: true });
    for (const client of [first, second]) expect((await client.event('stopped')).reason).toBe('breakpoint');
    await second.request('next', { threadId: 1 });
    expect(await first.event('continued')).toEqual({ threadId: 1, allThreadsContinued: true });
    for (const client of [first, second]) expect((await client.event('stopped')).reason).toBe('step');
    expect(second.taken('continued')).toEqual([]);
    await second.request('setExpression', { expression: 'ticks', value: '7' });
    await first.request('setBreakpoints', { source: { path: trapsSource }, breakpoints: [] });
    await first.request('continue', { threadId: 1 });
    for (const client of [first, second]) expect(await client.event('exited')).toEqual({ exitCode: 0 });
    for (const client of [first, second]) await client.event('terminated');
  });

  it('is told of changes by the hand of the other, if it can take them', async () => {
    const { client } = server();
    const first = client();
    await first.launch(trapsLaunch(), at('twice'), { supportsInvalidatedEvent: true });
    await first.event('stopped');
    const second = client();
    await second.attach({}, {}, { supportsInvalidatedEvent: true, supportsMemoryEvent: true });
    await second.request('readMemory', { memoryReference: 'pa:0x80800000', count: 4 });
    await first.request('writeMemory', { memoryReference: 'pa:0x80800000', data: 'AQIDBA==' });
    for (const one of [first, second]) expect(await one.event('invalidated')).toEqual({ areas: ['variables'] });
    expect(await second.event('memory')).toEqual({ memoryReference: 'pa:0x80800000', offset: 0, count: 4 });
  });

  it('has breakpoints of its own, in the same file too; they go with it', async () => {
    const { first, second, shared } = await pair('main');
    const { breakpoints } = await second.request('setBreakpoints', {
      source: { path: trapsSource },
      breakpoints: [{ line: trapsLine('twice') }],
    });
    const [{ id, verified }] = breakpoints;
    expect(verified).toBe(true);
    await second.event('stopped');
    await first.request('continue', { threadId: 1 });
    expect((await second.event('stopped')).hitBreakpointIds).toEqual([id]);
    expect((await first.event('stopped')).hitBreakpointIds).toEqual([]);
    await second.request('disconnect');
    await second.event('terminated');
    expect([...shared.debuggees][0]?.target?.breakpoints.all).toHaveLength(1);
    await first.request('continue', { threadId: 1 });
    expect(await first.event('exited')).toEqual({ exitCode: 0 });
  });

  it('sees exceptions that either has asked for', async () => {
    const { first, second } = await pair('main');
    await second.event('stopped');
    await second.request('setExceptionBreakpoints', { filters: ['group:page-fault'] });
    await first.request('continue', { threadId: 1 });
    for (const client of [first, second]) expect((await client.event('stopped')).reason).toBe('exception');
  });

  it('restarts the machine that was launched, whatever it says about itself', async () => {
    const { first, second } = await pair('main', 'twice');
    await second.event('stopped');
    await first.request('continue', { threadId: 1 });
    for (const client of [first, second]) await client.event('stopped');
    await second.request('restart', { arguments: { type: 'worldstep', request: 'attach', port: 4711 } });
    for (const client of [first, second]) expect((await client.event('stopped')).reason).toBe('breakpoint');
    expect(await line(first)).toBe(trapsLine('main'));
  });

  it('may come while the guest runs, and pause it', async () => {
    const { client } = server();
    const first = client();
    await first.launch({
      ...trapsLaunch(),
      program: trapsLaunch().program.replace('debug/fixtures/traps', 'symbols/fixtures/c-o0-dwarf5'),
    });
    const second = client();
    await second.attach();
    expect(second.taken('stopped')).toEqual([]);
    await second.request('pause', { threadId: 1 });
    for (const one of [first, second]) expect((await one.event('stopped')).reason).toBe('pause');
  });

  it('gets the console and log points too', async () => {
    const { first, second } = await pair('main');
    await second.event('stopped');
    await second.request('setFunctionBreakpoints', { breakpoints: [{ name: 'twice', logMessage: 'value {value}' }] });
    await first.request('continue', { threadId: 1 });
    for (const client of [first, second]) {
      await client.event('exited');
      const text = client.taken('output').map(({ output }: Json) => output);
      expect(text.join('')).toMatch(/value \d/);
    }
  });
});

describe('leaving', () => {
  it('of the one who launched ends the machine for all', async () => {
    const { first, second, shared } = await pair('main');
    await first.request('disconnect', {});
    await first.event('terminated');
    await second.event('terminated');
    expect((await second.ask('threads')).ok).toBe(true);
    await second.request('disconnect');
    expect(shared.debuggees.size).toBe(0);
  });

  it('of the one who launched leaves the machine to others, if it says so', async () => {
    const { first, second } = await pair('main');
    await second.event('stopped');
    await first.request('disconnect', { terminateDebuggee: false });
    await first.event('terminated');
    await second.request('next', { threadId: 1 });
    expect((await second.event('stopped')).reason).toBe('step');
    await second.request('disconnect', { terminateDebuggee: true });
    await second.event('terminated');
  });

  it('with suspendDebuggee leaves a guest that stands: whoever attaches next finds it where it was', async () => {
    const { client } = server();
    const first = client();
    await first.launch(trapsLaunch(), at('main'));
    await first.event('stopped');
    const where = await line(first);
    await first.request('disconnect', { terminateDebuggee: false, suspendDebuggee: true });
    const second = client();
    await second.attach();
    expect((await second.event('stopped')).reason).toBe('breakpoint');
    expect(await line(second)).toBe(where);
  });

  it('with suspendDebuggee pauses a guest that runs, for those who stay', async () => {
    const { client } = server();
    const first = client();
    await first.launch({
      ...trapsLaunch(),
      program: trapsLaunch().program.replace('debug/fixtures/traps', 'symbols/fixtures/c-o0-dwarf5'),
    });
    const second = client();
    await second.attach();
    await first.request('disconnect', { terminateDebuggee: false, suspendDebuggee: true });
    expect((await second.event('stopped')).reason).toBe('pause');
  });

  it('without it lets a guest that nobody follows run on', async () => {
    const { client, shared } = server();
    const first = client();
    await first.launch(trapsLaunch(), at('main'));
    await first.event('stopped');
    const [debuggee] = shared.debuggees;
    await first.request('disconnect', { terminateDebuggee: false });
    expect(debuggee?.loop.isRunning).toBe(true);
    while (debuggee?.isEnded === false) await new Promise((done) => setImmediate(done));
    const second = client();
    expect(await second.ask('attach', {})).toMatchObject({ ok: false, id: 1116 });
  });

  it('of an attached client changes nothing for the others; a connection that breaks is the same', async () => {
    const { first, second } = await pair('main');
    second.dispose();
    await first.request('next', { threadId: 1 });
    expect((await first.event('stopped')).reason).toBe('step');
  });

  it('needs no word in a session that is alone: the machine ends with it', async () => {
    const client = newClient();
    await client.launch(trapsLaunch(), at('main'));
    await client.event('stopped');
    const { supportSuspendDebuggee, supportTerminateDebuggee } = await client.request('initialize', {});
    expect({ supportSuspendDebuggee, supportTerminateDebuggee }).toEqual({
      supportSuspendDebuggee: false,
      supportTerminateDebuggee: false,
    });
    await client.request('disconnect', { terminateDebuggee: false, suspendDebuggee: true });
    await client.event('terminated');
    expect((await client.ask('continue', { threadId: 1 })).ok).toBe(false);
  });
});

describe('attach', () => {
  it.each([
    [{ hosts: 'x' }, 1100, 'Did you mean "host"?'],
    [{ port: 'x' }, 1101, '"port" in launch.json must be'],
    [{}, 1116, 'No session of this server has a machine'],
  ])('with %j is refused with the next step', async (args, id, message) => {
    const answer = await server()
      .client()
      .ask('attach', { type: 'worldstep', request: 'attach', ...args });
    expect(answer).toMatchObject({ ok: false, id });
    expect(answer.ok ? '' : answer.message).toContain(message);
  });

  it('in a session that is alone says how to have another', async () => {
    const client = newClient();
    clients.push(client);
    expect(await client.ask('attach', { port: 4711 })).toMatchObject({ ok: false, id: 1115 });
  });
});
