/** What a client is told after a change by hand: it refreshes what changed, and nothing takes the focus away. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newClient, trapsLaunch, trapsLine, trapsSource } from '../support/conversation';
import type { DapClient, Json } from '../support/dap-client';

const CAN = { supportsInvalidatedEvent: true, supportsMemoryEvent: true };

describe('a change by hand', () => {
  let client: DapClient;
  let frameId: number;
  let locals: number;

  beforeEach(async () => {
    client = newClient();
    await client.launch(trapsLaunch(), { [trapsSource]: [{ line: trapsLine('twice') }] }, CAN);
    await client.event('stopped');
    // As VS Code asks: the top frame first.
    const { stackFrames } = await client.request('stackTrace', { threadId: 1, startFrame: 0, levels: 1 });
    await client.request('stackTrace', { threadId: 1, startFrame: 1, levels: 19 });
    frameId = stackFrames[0].id;
    locals = (await client.request('scopes', { frameId })).scopes[0].variablesReference;
    client.taken('output');
  });
  afterEach(() => client.dispose());

  /** The events that a client refreshes on, after everything that was asked has been done. */
  const told = async (): Promise<Json[]> => {
    await client.request('threads');
    return ['stopped', 'invalidated', 'memory'].flatMap((name) =>
      client.taken(name).map((body) => ({ event: name, ...body })),
    );
  };
  const evaluate = async (expression: string): Promise<string> =>
    (await client.request('evaluate', { expression, frameId, context: 'repl' })).result;
  const VARIABLES = { event: 'invalidated', areas: ['variables'] };

  it.each([
    ['an assignment in the Debug Console', () => evaluate('faults = 7')],
    ['a register set there', () => evaluate('$a0 = 7')],
    ['Set Value', () => client.request('setVariable', { variablesReference: locals, name: 'value', value: '5' })],
    ['Set Value of a watch', () => client.request('setExpression', { expression: 'ticks', value: '5', frameId })],
    ['a memory edit', () => client.request('writeMemory', { memoryReference: 'pa:0x80800000', data: 'AQI=' })],
  ])('by %s makes variables stale and no stack', async (_, change) => {
    await change();
    const events = await told();
    expect(events.filter(({ event }) => event !== 'memory')).toEqual([VARIABLES]);
  });

  it('is told to whoever has read memory, as he spelt its place', async () => {
    const memoryReference = (await client.request('evaluate', { expression: '&ticks', frameId, context: 'watch' }))
      .memoryReference as string;
    const read = async (reference: string, offset: number) =>
      (await client.request('readMemory', { memoryReference: reference, offset, count: 8 })).data;
    await read(memoryReference, 0);
    await read(memoryReference, 16);
    await read('pa:0x80800000', -4);
    await evaluate('ticks = 513');
    expect((await told()).filter(({ event }) => event === 'memory')).toEqual([
      { event: 'memory', memoryReference, offset: 0, count: 24 },
      { event: 'memory', memoryReference: 'pa:0x80800000', offset: -4, count: 8 },
    ]);
    expect(await read(memoryReference, 0)).toBe('AQIAAAAAAAA=');
    // The guest has moved: what was read is stale anyway.
    await client.request('next', { threadId: 1 });
    await client.event('stopped');
    await client.request('evaluate', { expression: 'ticks = 514', context: 'repl' });
    expect((await told()).filter(({ event }) => event === 'memory')).toEqual([]);
  });

  it('of the stack is a stop that keeps the focus, and the frames keep their numbers', async () => {
    const caller = '$pc = $ra';
    await evaluate(caller);
    expect(await told()).toEqual([
      {
        event: 'stopped',
        reason: 'goto',
        description: 'Moved by hand',
        threadId: 1,
        allThreadsStopped: true,
        preserveFocusHint: true,
      },
      VARIABLES,
    ]);
    // Before the client has asked again the selected frame is the new one of its number.
    const { scopes } = await client.request('scopes', { frameId });
    const { variables } = await client.request('variables', { variablesReference: scopes[0].variablesReference });
    expect(variables.map(({ name }: Json) => name)).toContain('c');
    const { stackFrames } = await client.request('stackTrace', { threadId: 1, startFrame: 0, levels: 20 });
    expect(stackFrames[0]).toMatchObject({ id: frameId, name: 'kernel_main' });
    await evaluate('faults = 7');
    expect(await told()).toEqual([VARIABLES]);
  });

  it('is no event for clients that know none', async () => {
    const plain = newClient();
    await plain.launch(trapsLaunch(), { [trapsSource]: [{ line: trapsLine('twice') }] });
    await plain.event('stopped');
    await plain.request('stackTrace', { threadId: 1 });
    await plain.request('evaluate', { expression: '$pc = $ra', context: 'repl' });
    await plain.request('threads');
    expect(['stopped', 'invalidated', 'memory'].flatMap((name) => plain.taken(name))).toEqual([]);
    plain.dispose();
  });
});
