/** The main road on the bundled kernel: F5, a breakpoint in the producer, its queue, steps through the scheduler, the end. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newClient } from '../support/conversation';
import type { DapClient, Json } from '../support/dap-client';

const source = resolve('kernels/msgqueue/src/main.rs');
const lines = readFileSync(source, 'utf8').split('\n');
const line = (text: string) => lines.findIndex((one) => one.includes(text)) + 1;

describe.each(['riscv64', 'aarch64', 'loongarch64'])('the message queue on %s', (arch) => {
  let client: DapClient;

  const top = async (): Promise<Json> =>
    (await client.request('stackTrace', { threadId: 1, levels: 1 })).stackFrames[0];
  const move = async (command: string): Promise<Json> => {
    await client.request(command, { threadId: 1 });
    return client.event('stopped');
  };
  const value = async (expression: string): Promise<string> =>
    (await client.request('evaluate', { expression, frameId: (await top()).id, context: 'watch' })).result;

  beforeAll(async () => {
    client = newClient();
    const launch = {
      program: 'bundled:msgqueue',
      arch,
      sourceMap: { '/worldstep/kernels/msgqueue': resolve('kernels/msgqueue') },
    };
    await client.launch(launch, { [source]: [{ line: line('queue.lock().push_back(message);') }] });
  });

  afterAll(() => client.dispose());

  it('stops in the producer on the line that was asked for', async () => {
    expect(await client.event('stopped')).toMatchObject({ reason: 'breakpoint', threadId: 1 });
    const frame = await top();
    expect(frame).toMatchObject({ name: 'producer · msgqueue', line: line('queue.lock().push_back(message);') });
    expect(frame.source.path).toBe(source);
  });

  it('shows the stack of the task down to its entry', async () => {
    const { stackFrames } = await client.request('stackTrace', { threadId: 1 });
    const names = stackFrames.map((frame: Json) => frame.name);
    expect(names[1]).toBe('main::{closure#0} · msgqueue');
    expect(names.at(-1)).toBe('task_entry · axtask');
    expect(stackFrames.some((frame: Json) => frame.presentationHint === 'subtle')).toBe(true);
  });

  it('says the whole name of a function with its module, and in the status of its frame', async () => {
    const args = { threadId: 1, startFrame: 1, levels: 1, format: { module: true } };
    const { stackFrames } = await client.request('stackTrace', args);
    expect(stackFrames[0].name).toMatch(/^msgqueue[^!]*!msgqueue::main::\{closure#0\}$/);
    const status = await client.request('machine/status', { frameId: stackFrames[0].id });
    expect(status).toMatchObject({ functionName: 'msgqueue::main::{closure#0}', running: false });
  });

  it('reads the message and the queue', async () => {
    expect(await value('message')).toBe('0');
    expect(await value('queue')).toMatch(/VecDeque\(len: 0, capacity: 0\)/);
    expect(await value('MESSAGES')).toMatch(/VecDeque\(len: 0/);
    const [locals] = (await client.request('scopes', { frameId: (await top()).id })).scopes;
    const { variables } = await client.request('variables', { variablesReference: locals.variablesReference });
    expect(variables.map((one: Json) => one.name)).toEqual(expect.arrayContaining(['queue', 'message']));
  });

  it('steps over the push: the queue holds the message', async () => {
    expect(await move('next')).toMatchObject({ reason: 'step' });
    expect((await top()).line).toBe(line('println!("worker1 [{message}]")'));
    expect(await value('queue')).toMatch(/VecDeque\(len: 1, capacity: 4\)/);
  });

  it('steps over the yield: other tasks run, and the step ends in this one', async () => {
    await client.request('setBreakpoints', { source: { path: source }, breakpoints: [] });
    for (let step = 0; step < 6 && (await top()).line !== line('thread::yield_now();'); step++) await move('next');
    expect((await top()).line).toBe(line('thread::yield_now();'));
    expect(await move('next')).toMatchObject({ reason: 'step' });
    const frame = await top();
    expect(frame.name).toBe('producer · msgqueue');
    // The consumer has taken the message meanwhile.
    expect(await value('queue')).toMatch(/VecDeque\(len: 0, capacity: 4\)/);
  });

  it('steps into the lock and out again', async () => {
    await client.request('setBreakpoints', {
      source: { path: source },
      breakpoints: [{ line: line('thread::yield_now();'), condition: 'message == 3' }],
    });
    expect(await move('continue')).toMatchObject({ reason: 'breakpoint' });
    expect(await value('message')).toBe('3');
    const { targets } = await client.request('stepInTargets', { frameId: (await top()).id });
    expect(targets.map((one: Json) => one.label)).toEqual(['axstd::thread::yield_now']);
    await client.request('setBreakpoints', { source: { path: source }, breakpoints: [] });
    await move('stepIn');
    const inside = (await client.request('stackTrace', { threadId: 1 })).stackFrames.map((frame: Json) => frame.name);
    expect(inside.slice(1)).toContain('producer · msgqueue');
    for (let step = 0; step < 5 && (await top()).name !== 'producer · msgqueue'; step++) await move('stepOut');
    expect((await top()).name).toBe('producer · msgqueue');
  });

  it('answers the views', async () => {
    const { inspectors } = await client.request('inspect/list');
    expect(inspectors.map((one: Json) => one.id)).toEqual(
      expect.arrayContaining(['queues', 'pageTables', 'registers']),
    );
    for (const { id } of inspectors) {
      const { nodes } = await client.request('inspect/children', { inspector: id });
      expect(nodes.length, id).toBeGreaterThan(0);
    }
  });

  it('runs to the end: all lines in order, exit code 0', async () => {
    await client.request('continue', { threadId: 1 });
    expect(await client.event('exited')).toEqual({ exitCode: 0 });
    await client.event('terminated');
    const console = client
      .taken('console/output')
      .map((one: Json) => one.text)
      .join('');
    const expected = readFileSync(`kernels/msgqueue/expected-output-${arch}.txt`, 'utf8')
      .split('\n')
      .filter((one) => one !== '');
    let at = 0;
    for (const one of expected) {
      const found = console.indexOf(one, at);
      expect(found, one).toBeGreaterThanOrEqual(at);
      at = found + one.length;
    }
  });
});
