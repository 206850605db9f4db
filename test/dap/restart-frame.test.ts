/** Restart Frame: what a function has called is dropped, and it begins anew with its arguments. */
import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newClient, trapsLaunch, trapsLine, trapsSource } from '../support/conversation';
import type { DapClient, Json } from '../support/dap-client';

let client: DapClient;
beforeEach(() => {
  client = newClient();
});
afterEach(() => client.dispose());

const frames = async (): Promise<Json[]> => (await client.request('stackTrace', { threadId: 1 })).stackFrames;
const names = (list: readonly Json[]): string[] => list.map(({ name }) => name);
const evaluate = async (expression: string): Promise<string> => {
  const [{ id }] = await frames();
  return (await client.request('evaluate', { expression, frameId: id, context: 'watch' })).result;
};
/** Runs on to the next stop. */
const go = async (): Promise<Json> => {
  await client.request('continue', { threadId: 1 });
  return client.event('stopped');
};
const restart = async (frame: Json): Promise<Json> => {
  await client.request('restartFrame', { frameId: frame.id });
  return client.event('stopped');
};

describe('restarting a frame of unoptimised code', () => {
  it('stands behind its prologue with its arguments, and the run comes to the same end', async () => {
    await client.launch(trapsLaunch(), { [trapsSource]: [{ line: trapsLine('twice'), condition: 'value == 7' }] });
    await client.event('stopped');
    const before = await frames();
    expect(names(before)).toEqual(['twice', 'busy', 'kernel_main', expect.stringContaining('_start')]);
    expect(await restart(before[1])).toMatchObject({ reason: 'restart', threadId: 1, allThreadsStopped: true });
    const after = await frames();
    expect(names(after)).toEqual(names(before.slice(1)));
    expect(after[0].line).toBe(trapsLine('busy'));
    expect(await evaluate('rounds')).toBe('50');
    await go();
    expect(await evaluate('value')).toBe('7');
    await client.request('setBreakpoints', {
      source: { path: trapsSource },
      breakpoints: [{ line: trapsLine('done') }],
    });
    await go();
    expect(await evaluate('c')).toBe(String(49 * 50));
  });

  it.each([0, 1, 3])('takes activation %d of a recursion, whose result stays the same', async (index) => {
    await client.launch(trapsLaunch(), { [trapsSource]: [{ line: trapsLine('recursed'), condition: 'depth == 1' }] });
    await client.event('stopped');
    const before = await frames();
    await restart(before[index]);
    expect(names(await frames())).toEqual(names(before.slice(index)));
    expect(await evaluate('depth')).toBe(String(index + 1));
    await go();
    expect(names(await frames())).toEqual(names(before));
    await client.request('setBreakpoints', {
      source: { path: trapsSource },
      breakpoints: [{ line: trapsLine('done') }],
    });
    await go();
    expect(await evaluate('a')).toBe(String(40 + 10));
  });

  it('that is a border or below one is refused and changes nothing', async () => {
    await client.launch(trapsLaunch(), { [trapsSource]: [{ line: trapsLine('fault') }] });
    await client.event('stopped');
    const all = await frames();
    const border = all.findIndex(({ presentationHint }) => presentationHint === 'label');
    expect(border).toBeGreaterThan(0);
    expect(all[0].canRestart).toBeUndefined();
    for (const frame of all.slice(border)) {
      expect(frame.canRestart).toBe(false);
      const answer = await client.ask('restartFrame', { frameId: frame.id });
      expect(answer).toMatchObject({ ok: false, id: 1213, isShown: true });
    }
    expect(names(await frames())).toEqual(names(all));
  });
});

describe('each frame of a stack', () => {
  const yes = 'restarted';
  it.each<[string, Readonly<Record<string, string>>]>([
    ['c-o0-dwarf5', { leaf: yes, recurse: yes, c_main: yes }],
    ['rust-debug-dwarf5', { deepest: yes, 'rust_main::{closure#0}': yes, each: yes, rust_main: yes }],
    ['c-o2-dwarf4', { leaf: 'node', recurse: yes, c_main: yes }],
    ['c-o2-dwarf5', { leaf: 'node', recurse: yes, c_main: yes }],
    ['rust-release-dwarf5', { deepest: 'text, items, shape', each: 'action', rust_main: yes }],
  ])('of %s begins anew and comes to the same stop, or says what it has not kept', async (name, outcomes) => {
    const program = resolve(`test/symbols/fixtures/${name}.elf.gz`);
    await client.launch({ program, machine: { memory: '16M' }, stopOnEntry: true });
    await client.event('stopped');
    await client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'stop' }] });
    await go();
    const before = await frames();
    const shown = before.map((one) => [one.name, one.line]);
    const found: Record<string, string> = {};
    for (const at of before.keys()) {
      const frame = (await frames())[at];
      // The function that the breakpoint is in would not come to it again.
      if (frame.canRestart === false || frame.name.startsWith('stop')) continue;
      const answer = await client.ask('restartFrame', { frameId: frame.id });
      found[frame.name.split(' · ')[0]] = answer.ok ? yes : (/\(([^)]*)\)/.exec(answer.message)?.[1] ?? answer.message);
      if (!answer.ok) continue;
      expect((await client.event('stopped')).reason).toBe('restart');
      expect(names(await frames())).toEqual(names(before.slice(at)));
      await go();
      expect((await frames()).map((one) => [one.name, one.line])).toEqual(shown);
    }
    expect(found).toEqual(outcomes);
    const said = client.taken('output').map(({ output }: Json) => output);
    expect(said.some((text: string) => text.includes('what it got besides its arguments'))).toBe(
      !/debug|o0/.test(name),
    );
  });
});

it('a function that has only begun says so', async () => {
  await client.launch(trapsLaunch({ stopOnEntry: true }));
  await client.event('stopped');
  await client.request('setInstructionBreakpoints', { breakpoints: [{ instructionReference: 'busy' }] });
  await go();
  const [frame] = await frames();
  expect(frame.name).toBe('busy');
  expect(await client.ask('restartFrame', { frameId: frame.id })).toMatchObject({
    id: 1213,
    message: 'busy has only begun.',
  });
});
