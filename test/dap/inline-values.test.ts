/** What stands beside the lines of a source at a stop: the expressions that the editor finds, with the session's answers. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inlineExpressions } from '../../src/vscode/inline-expressions';
import { isAssembly, type SourceFamily } from '../../src/vscode/source-tokens';
import { newClient, trapsLaunch, trapsLine, trapsSource } from '../support/conversation';
import type { DapClient, Json } from '../support/dap-client';

/** The lines with values of the function that a frame is in, e.g. `55: message = 0`. */
async function picture(client: DapClient, frame: Json, family: SourceFamily): Promise<string[]> {
  const text = readFileSync(frame.source.path, 'utf8');
  const start =
    text
      .split('\n')
      .slice(0, frame.line - 1)
      .join('\n').length + 1;
  const found = inlineExpressions(text, { start, end: text.indexOf('\n', start) }, family);
  const { values } = await client.request('values/inline', {
    frameId: frame.id,
    places: found.map(({ expression, line }) => ({ expression, line: line + 1 })),
    isAssembly: isAssembly(family),
  });
  const shown = found.map(({ expression, line }, at) => ({ line: line + 1, text: `${expression} = ${values[at]}` }));
  const lines = [...new Set(shown.filter((_, at) => values[at] !== null).map(({ line }) => line))];
  return lines.map((line) => {
    const here = shown.filter((one, at) => one.line === line && values[at] !== null);
    return `${line}: ${here.map((one) => one.text).join(', ')}`;
  });
}

const frames = async (client: DapClient): Promise<Json[]> =>
  (await client.request('stackTrace', { threadId: 1 })).stackFrames;

describe('inline values in C', () => {
  let client: DapClient;
  beforeAll(async () => {
    client = newClient();
    await client.launch(trapsLaunch(), { [trapsSource]: [{ line: trapsLine('fault') }] });
    await client.event('stopped');
  });
  afterAll(() => client.dispose());

  const ask = async (expression: string, line: number, isAssembly = false) => {
    const [{ id }] = await frames(client);
    const { values } = await client.request('values/inline', {
      frameId: id,
      places: [{ expression, line }],
      isAssembly,
    });
    return values[0];
  };

  it('are those of parameters, locals and statics, up to the line of the stop', async () => {
    const [frame] = await frames(client);
    expect(await picture(client, frame, 'c')).toMatchInlineSnapshot(`
      [
        "96: tf = 0xffffffc080203eb0 → {regs: {ra: 0xffffffc08020033c, sp: 0xffffffc080203fc0, gp: 0x0, tp: 0x0, t0: 0xffffffc080200316, t1: 0xffffffc000000000, t2: 0x0, s0: 0xffffffc080203ff0, s1: 0x0, a0: 0x1000, …}, …}",
        "97: cause = 13",
        "98: cause = 13",
        "99: cause = 13",
        "100: ticks = 0",
        "104: faults = 0",
      ]
    `);
  });

  it('mean the variables of the caller in its frame', async () => {
    const caller = (await frames(client)).find(({ name }) => name.startsWith('touch'));
    expect(await picture(client, caller, 'c')).toMatchInlineSnapshot(`
      [
        "119: pointer = 0x1000 → <no memory there>",
        "120: value = 7",
        "121: value = 7, pointer = 0x1000 → <no memory there>",
      ]
    `);
  });

  it('are in the base that was chosen', async () => {
    await client.request('numbers/choose', { format: 'hexadecimal', expression: 'cause' });
    expect(await ask('cause', trapsLine('fault'))).toBe('0xd');
  });

  it('are none for names of functions, types, registers and for what is declared further down', async () => {
    const line = trapsLine('fault');
    for (const name of ['kernel_main', 'TrapFrame', 'a0', 'sp', 'nobody', 'tf->nobody', '1 +'])
      expect(await ask(name, line), name).toBeNull();
    expect(await ask('cause', 1)).toBeNull();
    expect(await ask('faults', 1)).toBe('0');
  });

  it('are those of registers in assembly', async () => {
    expect(await ask('sp', 1, true)).toMatch(/^0xffffffc0/);
    expect(await ask('kernel_main', 1, true)).toBeNull();
  });
});

describe('inline values in Rust', () => {
  it('are those of the producer of the message queue', async () => {
    const client = newClient();
    const source = resolve('kernels/msgqueue/src/main.rs');
    const line = readFileSync(source, 'utf8').split('\n').indexOf('        println!("worker1 [{message}]");') + 1;
    const sourceMap = { '/worldstep/kernels/msgqueue': resolve('kernels/msgqueue') };
    await client.launch({ program: 'bundled:msgqueue', arch: 'riscv64', sourceMap }, { [source]: [{ line }] });
    await client.event('stopped');
    const [frame] = await frames(client);
    expect(await picture(client, frame, 'rust')).toMatchInlineSnapshot(`
      [
        "53: queue = &SpinNoIrq(VecDeque(len: 1, capacity: 4))",
        "55: message = 0",
        "56: queue = &SpinNoIrq(VecDeque(len: 1, capacity: 4)), message = 0",
        "57: message = 0",
      ]
    `);
    client.dispose();
  });
});
