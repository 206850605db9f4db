/**
 * Whole sessions in the order in which known clients send their requests, with the arguments that they send. Every message,
 * ours and theirs, is held against the protocol.
 */
import { describe, expect, it } from 'vitest';
import { check, trapsLaunch, trapsLine, trapsSource } from '../support/conversation';
import type { DapClient, Json } from '../support/dap-client';
import { conversationProblems } from '../support/dap-schema';

/** Records a client's session as it went over the wire. `faults`: what the client itself does wrong. */
const record = (name: string, converse: (client: DapClient) => Promise<void>, faults: readonly string[] = []) =>
  check(name, async (talk) => {
    await converse(talk.client);
    talk.noteMessages();
    expect(conversationProblems(talk.client.messages)).toEqual(faults);
  });

const line = trapsLine('twice');

describe('nvim-dap', () => {
  /** What it does whenever it hears of a stop. */
  async function onStopped(client: DapClient, isFirst = false): Promise<{ stop: Json; frame: Json }> {
    const stop = await client.event('stopped');
    if (isFirst) await client.request('threads');
    const { stackFrames } = await client.request('stackTrace', { startFrame: 0, threadId: stop.threadId });
    const frame = stackFrames.find((one: Json) => one.source !== undefined) ?? stackFrames[0];
    const { scopes } = await client.request('scopes', { frameId: frame.id });
    const cheap = scopes.filter((one: Json) => !one.expensive);
    await Promise.all(cheap.map(({ variablesReference }: Json) => client.request('variables', { variablesReference })));
    return { stop, frame };
  }

  it('launches, steps, asks, hovers and terminates', () =>
    record('nvim-dap', async (client) => {
      const { exceptionBreakpointFilters } = await client.request('initialize', {
        clientID: 'neovim',
        clientName: 'neovim',
        adapterID: 'nvim-dap',
        pathFormat: 'path',
        columnsStartAt1: true,
        linesStartAt1: true,
        supportsRunInTerminalRequest: true,
        supportsVariableType: true,
        supportsProgressReporting: true,
        supportsStartDebuggingRequest: true,
        locale: 'en_US.UTF-8',
      });
      const launched = client.request('launch', trapsLaunch({ type: 'worldstep', request: 'launch', name: 'Kernel' }));
      await client.event('initialized');
      await client.request('setBreakpoints', {
        source: { path: trapsSource, name: 'traps.c' },
        sourceModified: false,
        breakpoints: [{ line }],
        lines: [line],
      });
      const filters = exceptionBreakpointFilters.filter((one: Json) => one.default).map((one: Json) => one.filter);
      await client.request('setExceptionBreakpoints', { filters });
      await client.request('configurationDone');
      await launched;
      const { frame } = await onStopped(client, true);
      await client.request('evaluate', { expression: 'value', context: 'hover', frameId: frame.id });
      await client.request('completions', { frameId: frame.id, text: 'tic', column: 4 });
      await client.request('evaluate', { expression: 'ticks = 3', context: 'repl', frameId: frame.id });
      await client.request('next', { threadId: 1, granularity: 'statement' });
      const { stop } = await onStopped(client);
      await client.request('setBreakpoints', {
        source: { path: trapsSource, name: 'traps.c' },
        sourceModified: false,
        breakpoints: [],
        lines: [],
      });
      await client.request('continue', { threadId: stop.threadId });
      const panicked = await onStopped(client);
      await client.request('exceptionInfo', { threadId: panicked.stop.threadId });
      await client.request('terminate', {});
      await client.event('terminated');
    }));
});

describe("debugpy's client", () => {
  it('waits for the configuration, the process and the stop, and leaves the guest to its end', () =>
    record(
      'debugpy',
      async (client) => {
        await client.request('initialize', {
          pathFormat: 'path',
          clientID: 'vscode',
          adapterID: 'test',
          linesStartAt1: true,
          columnsStartAt1: true,
          supportsVariableType: true,
          supportsRunInTerminalRequest: true,
          supportsArgsCanBeInterpretedByShell: true,
          supportsStartDebuggingRequest: false,
        });
        const launched = client.request('launch', trapsLaunch());
        // What comes first decides whether there is anything to configure.
        const first = await Promise.race([client.event('initialized').then(() => 'initialized'), launched]);
        expect(first).toBe('initialized');
        await client.request('setBreakpoints', { source: { path: trapsSource }, breakpoints: [{ line }] });
        await client.request('setExceptionBreakpoints', { filters: [] });
        await client.request('configurationDone');
        await launched;
        expect(await client.event('process')).toMatchObject({ startMethod: 'launch', isLocalProcess: true });
        const { threadId, allThreadsStopped } = await client.event('stopped');
        expect(allThreadsStopped).toBe(true);
        const { stackFrames, totalFrames } = await client.request('stackTrace', { threadId });
        expect(stackFrames).toHaveLength(totalFrames);
        const { scopes } = await client.request('scopes', { frameId: stackFrames[0].id });
        await client.request('variables', { variablesReference: scopes[0].variablesReference });
        await client.request('setBreakpoints', { source: { path: trapsSource }, breakpoints: [] });
        expect((await client.ask('continue')).ok).toBe(true);
        await client.event('exited');
        await client.event('terminated');
        await client.request('disconnect', {});
      },
      ['continue request: arguments is missing'],
    ));
});

describe('Memory Inspector', () => {
  /** Where a variable lies and how long it is, as it finds out for each row of the Variables view. */
  async function range(client: DapClient, frameId: number, name: string): Promise<Json> {
    const ask = (expression: string) => client.ask('evaluate', { expression, context: 'watch', frameId });
    const address = await ask(`&(${name})`);
    const start = address.ok ? /0x[0-9a-f]+/i.exec(address.body.result)?.[0] : undefined;
    if (start === undefined) return { name };
    const size = await ask(`sizeof(${name})`);
    return { name, start, size: size.ok && !/[^0-9]/.test(size.body.result) ? Number(size.body.result) : undefined };
  }

  it('shows variables beside their bytes, pages, writes, watches bytes and follows stops', () =>
    record('memory-inspector', async (client) => {
      await client.request('initialize', {
        clientID: 'vscode',
        clientName: 'Visual Studio Code',
        adapterID: 'worldstep',
        pathFormat: 'path',
        linesStartAt1: true,
        columnsStartAt1: true,
        supportsVariableType: true,
        supportsVariablePaging: true,
        supportsRunInTerminalRequest: true,
        locale: 'en',
        supportsProgressReporting: true,
        supportsInvalidatedEvent: true,
        supportsMemoryEvent: true,
        supportsMemoryReferences: true,
        supportsArgsCanBeInterpretedByShell: true,
        supportsStartDebuggingRequest: true,
        supportsANSIStyling: true,
      });
      const launched = client.request('launch', trapsLaunch());
      await client.event('initialized');
      const source = { name: 'traps.c', path: trapsSource };
      await client.request('setBreakpoints', {
        source,
        lines: [trapsLine('twice_return')],
        breakpoints: [{ line: trapsLine('twice_return') }],
        sourceModified: false,
      });
      await client.request('setFunctionBreakpoints', { breakpoints: [] });
      await client.request('setInstructionBreakpoints', { breakpoints: [] });
      await client.request('setExceptionBreakpoints', { filters: [], filterOptions: [] });
      await client.request('configurationDone');
      await launched;
      const { threadId } = await client.event('stopped');
      await client.request('threads');
      const { stackFrames } = await client.request('stackTrace', { threadId, startFrame: 0, levels: 20 });
      const frameId = stackFrames[0].id;
      const { scopes } = await client.request('scopes', { frameId });
      const { variables } = await client.request('variables', { variablesReference: scopes[0].variablesReference });
      const ranges = await Promise.all(variables.map(({ name }: Json) => range(client, frameId, name)));
      expect(ranges).toEqual([
        { name: 'value', start: expect.any(String), size: 4 },
        { name: 'result', start: expect.any(String), size: 4 },
      ]);
      const memoryReference = ranges[1].start;
      const read = (offset: number, count = 64) => client.request('readMemory', { memoryReference, offset, count });
      const shown = await read(0);
      expect(BigInt(shown.address)).toBe(BigInt(memoryReference));
      await read(-64);
      await client.request('writeMemory', { memoryReference, offset: 0, data: 'LAAAAA==', count: 4 });
      await client.event('memory');
      await read(0);
      const info = await client.request('dataBreakpointInfo', { asAddress: true, bytes: 4, name: memoryReference });
      await client.request('setDataBreakpoints', {
        breakpoints: [{ dataId: info.dataId, accessType: 'write' }],
      });
      await client.request('setBreakpoints', { source, lines: [], breakpoints: [], sourceModified: false });
      await client.request('continue', { threadId });
      expect((await client.event('stopped')).reason).toBe('data breakpoint');
      await read(0);
      await client.request('setDataBreakpoints', { breakpoints: [] });
      await client.request('disconnect', { restart: false });
      await client.event('terminated');
    }));
});
