/** What the Debug Console completes: names as people type them, fields behind pointers and locks, its own commands. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONSOLE_COMMANDS, CONSOLE_ROWS } from '../../src/dap/console-words';
import { newClient } from '../support/conversation';
import type { DapClient, Json } from '../support/dap-client';

const source = resolve('kernels/msgqueue/src/main.rs');
const line = readFileSync(source, 'utf8').split('\n').indexOf('        queue.lock().push_back(message);') + 1;

describe('completions in the producer of the message queue', () => {
  let client: DapClient;
  let frameId: number;
  beforeAll(async () => {
    client = newClient();
    const sourceMap = { '/worldstep/kernels/msgqueue': resolve('kernels/msgqueue') };
    await client.launch({ program: 'bundled:msgqueue', arch: 'riscv64', sourceMap }, { [source]: [{ line }] });
    await client.event('stopped');
    frameId = (await client.request('stackTrace', { threadId: 1, levels: 1 })).stackFrames[0].id;
  });
  afterAll(() => client.dispose());

  const targets = async (text: string): Promise<Json[]> => {
    const answer = await client.request('completions', { frameId, text, column: text.length + 1 });
    return answer.targets.sort((one: Json, other: Json) => (one.sortText < other.sortText ? -1 : 1));
  };
  const labels = async (text: string): Promise<string[]> => (await targets(text)).map(({ label }) => label);

  it.each([
    ['mess', 'message', 'a local before statics'],
    ['MESS', 'message', 'whatever the case'],
    ['MESSA', 'MESSAGES', 'a static by its last name'],
    ['msgqueue::MES', 'msgqueue::MESSAGES', 'a static by its path'],
    ['prod', 'producer', 'a function by its last name'],
    ['thread::yie', 'thread::yield_now', 'a function by the end of its path'],
    ['axstd::thr', 'axstd::thread::', 'the next module of a path'],
    ['1 + mess', 'message', 'the last word of an expression'],
    ['$sat', '$satp', 'registers'],
    ['queue.', 'head', 'fields behind a reference, an Arc and a lock'],
    ['MESSAGES.he', 'head', 'fields behind a lock in a static'],
    ['hel', 'help', 'commands'],
    ['expl', 'explain ', 'commands with what follows'],
  ])('%s gives %s: %s', async (text, label) => {
    expect(await labels(text)).toContain(label);
  });

  it('come with locals first, then names of the program itself, and those of the library last', async () => {
    const found = await targets('m');
    expect(found[0]).toMatchObject({ label: 'message', type: 'variable', detail: 'u32' });
    const at = (label: string) => found.findIndex((one) => one.label === label);
    expect(at('MESSAGES')).toBeGreaterThan(0);
    expect(at('main')).toBeGreaterThan(0);
    const library = found.findIndex(({ label, detail }) =>
      /\b(core|alloc|compiler_builtins)::/.test(`${label} ${detail}`),
    );
    expect(at('MESSAGES')).toBeLessThan(library);
    expect(at('main')).toBeLessThan(library);
  });

  it('name the type and the path of a static', async () => {
    const [found] = (await targets('MESSA')).filter(({ label }) => label === 'MESSAGES');
    expect(found.detail).toMatch(/VecDeque<u32>> · msgqueue::MESSAGES$/);
  });

  it('are all names that can be evaluated, each once', async () => {
    for (const text of ['ME', 'yiel', 'msgqueue::', 'MESSAGES.']) {
      const found = (await targets(text)).filter(({ type }) => type !== 'module' && type !== 'keyword');
      expect(new Set(found.map(({ label }) => label)).size, text).toBe(found.length);
      for (const { label, length } of found.slice(0, 40)) {
        const expression = text.slice(0, text.length - length) + label;
        const answer = await client.ask('evaluate', { expression, frameId, context: 'repl' });
        expect(answer.ok ? '' : `${expression}: ${answer.message}`).toBe('');
      }
    }
  });

  it('replace what was typed of the name, and nothing else', async () => {
    const text = 'queue.he';
    const found = (await targets(text)).find(({ label }) => label === 'head');
    expect(found).toMatchObject({ start: 7, length: 2 });
  });
});

describe('help', () => {
  it('says in the Debug Console what it takes, a row for each kind, and is an ordinary name elsewhere', async () => {
    const client = newClient();
    await client.launch({ program: 'bundled:msgqueue', arch: 'riscv64', stopOnEntry: true });
    await client.event('stopped');
    const { result } = await client.request('evaluate', { expression: ' help ', context: 'repl' });
    for (const { examples } of CONSOLE_ROWS) expect(result).toContain(examples.join('   '));
    for (const { label } of CONSOLE_COMMANDS) expect(result).toContain(label);
    expect((await client.ask('evaluate', { expression: 'help', context: 'watch' })).ok).toBe(false);
    client.dispose();
  });
});
