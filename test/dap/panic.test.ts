/** Rust panics: of the bundled kernel, whose flash bank lacks the magic it checks for, and of a kernel of one file. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { markedLine, newClient, trapsLaunch } from '../support/conversation';
import type { Json } from '../support/dap-client';

it('a Rust panic stops with its place and the stack of who raised it, though nobody saved the return addresses', async () => {
  const client = newClient();
  const sourceMap = { '/worldstep/kernels/msgqueue': resolve('kernels/msgqueue') };
  await client.launch({ program: 'bundled:msgqueue', pflash1: 'test:zeros', sourceMap });
  const stop = await client.event('stopped');
  const flash = readFileSync('kernels/msgqueue/src/flash.rs', 'utf8').split('\n');
  const line = flash.findIndex((one) => /assert/.test(one)) + 1;
  expect(stop).toMatchObject({ reason: 'exception', description: 'Rust panic' });
  expect(stop.text).toContain(`The guest panics at src/flash.rs:${line}:5`);
  expect(stop.text).toContain(
    'assertion `left == right` failed: no flash image: give the machine one that starts with "PFLA"',
  );
  const { stackFrames } = await client.request('stackTrace', { threadId: 1 });
  const names = stackFrames.map((frame: Json) => frame.name);
  expect(names.slice(-4)).toEqual([
    'check · msgqueue',
    'main · msgqueue',
    'rust_main · axruntime',
    'call_main · axplat',
  ]);
  const check = stackFrames.find((frame: Json) => frame.name === 'check · msgqueue');
  expect(check).toMatchObject({ line, source: { path: resolve('kernels/msgqueue/src/flash.rs') } });
  // Clients open the first frame that is not dimmed and has a source.
  const first = stackFrames.find((frame: Json) => frame.presentationHint !== 'subtle' && frame.source !== undefined);
  expect(first.name).toBe('check · msgqueue');
  const text = `The guest panics at src/flash.rs:${line}:5: assertion`;
  expect(stop.text.startsWith(text)).toBe(true);
  expect((await client.request('exceptionInfo', { threadId: 1 })).description).toBe(stop.text);
  const said = client.taken('output').filter(({ output }) => output.includes('no flash image'));
  expect(said).toEqual([{ category: 'stderr', output: `${stop.text}\n` }]);
  expect(selectedFrame(stackFrames)).toEqual(check);
  expect(frameOfException(stackFrames)).toEqual(check);
  client.dispose();
});

/** VS Code's StackFrame of a stop: the first with a source that is not dimmed, by itself or by its source. */
const selectedFrame = (frames: Json[]): Json =>
  frames.find(({ source, presentationHint }) => source && !isDimmed(presentationHint ?? source.presentationHint));
const isDimmed = (hint: string | undefined) => hint === 'subtle' || hint === 'deemphasize';

/**
 * Where VS Code shows what was raised: the first frame whose source is not dimmed, if that is the selected one. It keeps
 * one object for each source, told apart by path and reference, and of its hints the last.
 */
const frameOfException = (frames: Json[]): Json => {
  const key = ({ source }: Json) => `${source.path} ${source.sourceReference ?? ''}`;
  const hints = new Map(frames.filter(({ source }) => source).map((one) => [key(one), one.source.presentationHint]));
  return frames.find((frame) => frame.source && hints.get(key(frame)) !== 'deemphasize');
};

describe.each(['1.85', '1.95'])('a panic in a kernel of one file, built by Rust %s,', (rust) => {
  it('is shown where it was raised, not at the panic handler in the same file', async () => {
    const client = newClient();
    const folder = resolve('test/debug/fixtures');
    await client.launch({
      program: `${folder}/panics-${rust}.elf.gz`,
      sourceMap: { '/fixture/panics': folder },
      machine: { memory: '16M' },
    });
    expect((await client.event('stopped')).text).toMatch(/panics at .*panics\.rs:\d+:\d+: plain words$/);
    // As VS Code asks: the top frame first.
    const first = await client.request('stackTrace', { threadId: 1, startFrame: 0, levels: 1 });
    const rest = await client.request('stackTrace', { threadId: 1, startFrame: 1, levels: 19 });
    const stackFrames = [...first.stackFrames, ...rest.stackFrames];
    const raise = stackFrames.find(({ name }: Json) => name === 'raise · panics');
    expect(raise).toMatchObject({ line: markedLine(`${folder}/panics.rs`, 'plain'), source: { name: 'panics.rs' } });
    expect(selectedFrame(stackFrames)).toEqual(raise);
    expect(frameOfException(stackFrames)).toEqual(raise);
    // The handler's copy of the file is given out by this session, with its path and without.
    const [{ source }] = stackFrames;
    const content = readFileSync(`${folder}/panics.rs`, 'utf8');
    for (const asked of [
      { source, sourceReference: source.sourceReference },
      { sourceReference: source.sourceReference },
    ])
      expect((await client.request('source', asked)).content).toBe(content);
    client.dispose();
  });
});

describe('the page walk of a trap', () => {
  it('is printed once, and stands once in what the exception says', async () => {
    const client = newClient();
    await client.launch(trapsLaunch({ stopOnEntry: true }));
    await client.event('stopped');
    await client.request('setExceptionBreakpoints', { filters: ['faults'] });
    await client.request('continue', { threadId: 1 });
    const { text } = await client.event('stopped');
    const info = await client.request('exceptionInfo', { threadId: 1 });
    expect(info).toMatchObject({ description: text, details: { message: text } });
    const count = (said: string) => said.split('PTE is not valid (V = 0) at level 2').length - 1;
    expect(count(info.description)).toBe(0);
    // Once for the access that faulted, and once each for the two others.
    expect(count(info.details.stackTrace)).toBe(3);
    const printed = client.taken('output').map(({ output }) => output);
    expect(printed.filter((output) => output.includes('PTE'))).toEqual([`${info.details.stackTrace}\n`]);
    expect(printed).toContain(`${text}.\n`);
    client.dispose();
  });
});
