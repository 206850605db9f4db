/** Requests that take long are answered while others are, and end when they are cancelled or the guest moves. */
import { describe, expect, it } from 'vitest';
import { sessionServices } from '../../src/entry/session-services';
import { steadyHost, trapsLaunch, trapsLine, trapsSource } from '../support/conversation';
import { DapClient } from '../support/dap-client';

/** A client of a session in which time goes fast: nothing is done in one piece. */
async function hurried(): Promise<DapClient> {
  let clock = 0;
  const host = { ...steadyHost(), wallClock: () => (clock += 1000) };
  const client = new DapClient(sessionServices(host, { symbolsWasm: 'asset:src/symbols/symbols.wasm' }));
  await client.launch(trapsLaunch({ limits: { children: 10_000 } }), {
    [trapsSource]: [{ line: trapsLine('fault') }],
  });
  await client.event('stopped');
  await client.request('setExceptionBreakpoints', { filters: [] });
  return client;
}

/** A huge array: words of RAM. */
const hugeArray = async (client: DapClient): Promise<number> =>
  (await client.request('evaluate', { expression: 'va:0x80201000 as [u64; 10000]', context: 'watch' }))
    .variablesReference;

/** Hundreds of ranges: entries of the root table that lead to different places. */
async function mapMuch(client: DapClient): Promise<void> {
  const { data } = await client.request('readMemory', { memoryReference: '&root', count: 4096 });
  const table = Buffer.from(data, 'base64');
  for (let entry = 3; entry < 250; entry++) table.writeBigUInt64LE((BigInt(entry * 3) << 28n) | 0xcfn, entry * 8);
  await client.request('writeMemory', { memoryReference: '&root', data: table.toString('base64') });
}

const long: readonly (readonly [command: string, args: (client: DapClient) => Promise<object>])[] = [
  ['variables', async (client) => ({ variablesReference: await hugeArray(client) })],
  ['disassemble', async () => ({ memoryReference: '0x80200000', instructionOffset: -2000, instructionCount: 4000 })],
  ['readMemory', async () => ({ memoryReference: '0x80000000', count: 3 << 20 })],
  [
    'inspect/table',
    async (client) => {
      await mapMuch(client);
      return { inspector: 'pageTables' };
    },
  ],
  ['stackTrace', async () => ({ threadId: 1, levels: 5000 })],
];

describe('a long request', () => {
  it.each(long.slice(0, 4))('%s ends when it is cancelled, and the session goes on', async (command, args) => {
    const client = await hurried();
    const given = await args(client);
    const answer = client.ask(command, given);
    const [requestId] = client.messages.flatMap((m) => (m.type === 'request' ? [m.seq] : [])).slice(-1);
    await client.request('cancel', { requestId });
    expect(await answer).toMatchObject({ ok: false, id: 1004, message: 'cancelled' });
    expect((await client.ask('threads')).ok).toBe(true);
    client.dispose();
  });

  it.each(long)('%s is complete when nobody cancels it', async (command, args) => {
    const client = await hurried();
    const given = await args(client);
    const [first, second] = [await client.request(command, given), await client.request(command, given)];
    // Containers get new numbers each time.
    const plain = (value: unknown) => JSON.stringify(value).replace(/"variablesReference":\d+/g, '');
    expect(plain(first)).toBe(plain(second));
    if (command === 'variables') expect(first.variables).toHaveLength(10_000);
    if (command === 'inspect/table') expect(first.table.rows.length).toBeGreaterThan(200);
    client.dispose();
  });

  it.each(long.slice(0, 4))('%s is refused when the guest is let run meanwhile', async (command, args) => {
    const client = await hurried();
    const given = await args(client);
    const answer = client.ask(command, given);
    await client.request('continue', { threadId: 1 });
    expect(await answer).toMatchObject({ ok: false, id: 1005 });
    client.dispose();
  });

  it('does not keep others waiting', async () => {
    const client = await hurried();
    const order: string[] = [];
    const note = (name: string) => () => void order.push(name);
    const variablesReference = await hugeArray(client);
    await Promise.all([
      client.ask('variables', { variablesReference }).then(note('variables')),
      client.ask('threads').then(note('threads')),
    ]);
    expect(order).toEqual(['threads', 'variables']);
    client.dispose();
  });
});

describe('cancel', () => {
  it('of a request that is answered, or that there never was, changes nothing', async () => {
    const client = await hurried();
    for (const requestId of [1, 9999]) expect((await client.ask('cancel', { requestId })).ok).toBe(true);
    expect((await client.ask('threads')).ok).toBe(true);
    client.dispose();
  });
});
