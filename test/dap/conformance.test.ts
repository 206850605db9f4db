/** Every request with valid, stale and hostile arguments: always exactly one response, never a bug of ours, never a lost session. */
import { describe, expect, it } from 'vitest';
import { newClient, trapsLaunch, trapsLine, trapsSource } from '../support/conversation';
import type { Answer, DapClient } from '../support/dap-client';
import { messageProblems } from '../support/dap-schema';

/** A request that succeeds at a breakpoint in the traps kernel. `FRAME` and `LOCALS` stand for live numbers. */
const requests: readonly (readonly [command: string, args: Record<string, unknown>])[] = [
  ['initialize', { adapterID: 'worldstep', linesStartAt1: true, columnsStartAt1: true }],
  ['threads', {}],
  ['stackTrace', { threadId: 1, startFrame: 0, levels: 20, format: { module: true } }],
  ['scopes', { frameId: 'FRAME' }],
  ['variables', { variablesReference: 'LOCALS', filter: 'named', start: 0, count: 5, format: { hex: true } }],
  ['evaluate', { expression: 'cause', frameId: 'FRAME', context: 'watch', format: { hex: true } }],
  ['completions', { text: 'ca', column: 3, line: 1, frameId: 'FRAME' }],
  ['setVariable', { variablesReference: 'LOCALS', name: 'cause', value: '13' }],
  ['setExpression', { expression: 'cause', value: '13', frameId: 'FRAME' }],
  ['exceptionInfo', { threadId: 1 }],
  ['breakpointLocations', { source: { path: trapsSource }, line: 1, endLine: 200 }],
  [
    'setBreakpoints',
    {
      source: { path: trapsSource },
      breakpoints: [{ line: trapsLine('done'), column: 1, condition: 'a > 0', hitCondition: '1', logMessage: 'x {a}' }],
    },
  ],
  ['setFunctionBreakpoints', { breakpoints: [{ name: 'rust_panic', condition: '1', hitCondition: '1' }] }],
  ['setInstructionBreakpoints', { breakpoints: [{ instructionReference: '0x80200000', offset: 0 }] }],
  [
    'setExceptionBreakpoints',
    { filters: ['rust-panic'], filterOptions: [{ filterId: 'group:illegal', condition: 'tval == 0' }] },
  ],
  ['dataBreakpointInfo', { name: 'faults', frameId: 'FRAME', bytes: 4, asAddress: false }],
  [
    'setDataBreakpoints',
    { breakpoints: [{ dataId: 'va:0xffffffc080202000/8/x', accessType: 'write', condition: '1', hitCondition: '1' }] },
  ],
  ['readMemory', { memoryReference: 'pa:0x80200000', offset: 0, count: 16 }],
  ['writeMemory', { memoryReference: 'pa:0x80800000', offset: 0, data: 'AAAA', allowPartial: true }],
  [
    'disassemble',
    {
      memoryReference: '0xffffffc080200000',
      offset: 0,
      instructionOffset: -3,
      instructionCount: 8,
      resolveSymbols: true,
    },
  ],
  ['gotoTargets', { source: { path: trapsSource }, line: trapsLine('done') }],
  ['goto', { threadId: 1, targetId: 77 }],
  ['stepInTargets', { frameId: 'FRAME' }],
  ['loadedSources', {}],
  ['modules', { startModule: 0, moduleCount: 5 }],
  ['source', { source: { path: trapsSource, sourceReference: 0 }, sourceReference: 0 }],
  ['locations', { locationReference: 1 }],
  ['cancel', { requestId: 1, progressId: 'x' }],
  ['inspect/list', {}],
  ['inspect/children', { inspector: 'queues', key: 'x', hart: 0 }],
  ['inspect/table', { inspector: 'queues', key: 'x', hart: 0 }],
  ['console/input', { text: 'hello' }],
  ['machine/status', { hart: 0 }],
  ['numbers/choose', { format: 'decimal', expression: 'cause' }],
  ['memory/place', { expression: 'tf', frameId: 'FRAME' }],
  ['values/inline', { frameId: 'FRAME', places: [{ expression: 'cause', line: 1 }], isAssembly: false }],
  ['address/explain', { address: '0x1000', access: 'read', hart: 0 }],
  ['launch', trapsLaunch()],
  ['attach', {}],
  ['stepBack', { threadId: 1 }],
  ['next', { threadId: 1, granularity: 'line' }],
  ['stepIn', { threadId: 1, granularity: 'instruction', targetId: 5 }],
  ['stepOut', { threadId: 1 }],
  ['continue', { threadId: 1 }],
  ['pause', { threadId: 1 }],
];

const hostile: readonly unknown[] = [
  null,
  -1,
  0,
  1.5,
  1e308,
  2 ** 53,
  '',
  'x',
  '0x',
  '%',
  '\u0000',
  'a'.repeat(20_000),
  true,
  [],
  [null],
  [[]],
  {},
  { __proto__: null, path: 3 },
];

async function standing(): Promise<DapClient> {
  const client = newClient();
  await client.launch(trapsLaunch(), { [trapsSource]: [{ line: trapsLine('fault') }] });
  await client.event('stopped');
  return client;
}

async function live(client: DapClient, args: Record<string, unknown>): Promise<Record<string, unknown>> {
  const text = JSON.stringify(args);
  if (!text.includes('FRAME') && !text.includes('LOCALS')) return args;
  const { stackFrames } = await client.request('stackTrace', { threadId: 1, levels: 1 });
  const { scopes } = await client.request('scopes', { frameId: stackFrames[0].id });
  return JSON.parse(
    text.replaceAll('"FRAME"', String(stackFrames[0].id)).replaceAll('"LOCALS"', String(scopes[0].variablesReference)),
  );
}

/** Brings the guest back to standing after a request that let it run. */
async function settle(client: DapClient): Promise<void> {
  await client.ask('pause', { threadId: 1 });
  for (let turn = 0; turn < 3; turn++) await new Promise((done) => setImmediate(done));
}

const moves = new Set(['next', 'stepIn', 'stepOut', 'continue', 'goto']);

/** The argument objects with one place replaced by something else, at the top and one level down. */
function* mutated(args: Record<string, unknown>): Generator<unknown> {
  yield undefined;
  yield* hostile;
  for (const key of Object.keys(args)) {
    const { [key]: _, ...without } = args;
    yield without;
    for (const value of hostile) yield { ...args, [key]: value };
    const inner = args[key];
    const first = Array.isArray(inner) ? inner[0] : inner;
    if (typeof first !== 'object' || first === null) continue;
    for (const name of Object.keys(first)) {
      for (const value of hostile) {
        const changed = { ...first, [name]: value };
        yield { ...args, [key]: Array.isArray(inner) ? [changed] : changed };
      }
    }
  }
}

const refusedWell = (command: string, answer: Answer, shown: string | undefined) => {
  if (answer.ok) return;
  expect(answer.message, command).toMatch(/\w/);
  expect(answer.id, `${command} ${shown}: ${answer.message}`).not.toBe(1099);
};

describe('every request', () => {
  it.each(requests)('%s takes right arguments and survives hostile ones', async (command, args) => {
    const client = await standing();
    const base = await live(client, args);
    refusedWell(command, await client.ask(command, base), 'as it should be');
    if (moves.has(command)) await settle(client);
    for (const bad of mutated(base)) {
      refusedWell(command, await client.ask(command, bad), JSON.stringify(bad)?.slice(0, 200));
      if (moves.has(command)) await settle(client);
    }
    const threads = await client.ask('threads');
    expect(threads.ok).toBe(true);
    const count = (type: string) => client.messages.filter((message) => message.type === type).length;
    expect(count('response')).toBe(count('request'));
    const adapters = client.messages.filter(({ type }) => type !== 'request');
    expect([...new Set(adapters.flatMap(messageProblems))]).toEqual([]);
    client.dispose();
  });

  const stale = (args: object) => JSON.parse(JSON.stringify(args).replace(/"FRAME"|"LOCALS"/g, '3'));
  const others = requests.filter(([command]) => command !== 'launch');

  it('is answered before the launch', async () => {
    const client = newClient();
    for (const [command, args] of others)
      refusedWell(command, await client.ask(command, stale(args)), 'before the launch');
    client.dispose();
  });

  it('is answered while the guest runs', async () => {
    const client = await standing();
    for (const [command, args] of others) {
      await client.ask('setBreakpoints', { source: { path: trapsSource }, breakpoints: [] });
      const running = client.ask('continue', { threadId: 1 });
      refusedWell(command, await client.ask(command, stale(args)), 'while running');
      await running;
      await client.ask('pause', { threadId: 1 });
    }
    client.dispose();
  });

  it('is answered after the end', async () => {
    const client = await standing();
    await client.ask('terminate');
    for (const [command, args] of others) refusedWell(command, await client.ask(command, stale(args)), 'after the end');
    client.dispose();
  });

  it('that nobody knows is refused by name', async () => {
    const client = newClient();
    expect(await client.ask('makeCoffee', { sugar: 2 })).toMatchObject({ ok: false, id: 1000 });
    client.dispose();
  });
});
