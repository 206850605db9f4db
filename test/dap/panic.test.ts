/** A Rust panic in the bundled kernel: its flash bank lacks the magic it checks for. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { newClient } from '../support/conversation';
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
  client.dispose();
});
