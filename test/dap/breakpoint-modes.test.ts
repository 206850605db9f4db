/** Breakpoint modes over the protocol, and runs to functions that two worlds have. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newClient } from '../support/conversation';
import type { DapClient, Json } from '../support/dap-client';

const folder = resolve('kernels/guestmonolithickernel');
const launch = {
  program: 'bundled:guestmonolithickernel',
  arch: 'riscv64',
  sourceMap: { '/worldstep/kernels/guestmonolithickernel': folder },
};
const SYSCALL = join(folder, 'payload/gkernel/src/syscall.rs');
const line = (path: string, text: string) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .findIndex((one) => one.includes(text)) + 1;

/** The mode of the world where the guest stopped. */
async function modeOf(client: DapClient): Promise<string> {
  await client.event('stopped');
  return (await client.request('machine/status', {})).mode;
}

describe('modes of breakpoints over the protocol', () => {
  it('are declared, and one that is not is refused', async () => {
    const client = newClient();
    const { breakpointModes } = await client.request('initialize', { adapterID: 'worldstep' });
    expect(breakpointModes.map(({ mode }: Json) => mode)).toEqual([
      'auto',
      'this-space',
      'any-space',
      'physical',
      'host',
      'guest',
    ]);
    const answer = await client.ask('setBreakpoints', {
      source: { path: SYSCALL },
      breakpoints: [{ line: 1, mode: 'everywhere' }],
    });
    expect(answer).toMatchObject({ ok: false, message: expect.stringMatching(/mode.*auto, this-space/) });
    client.dispose();
  });

  it('hold for source, function and instruction breakpoints', async () => {
    const client = newClient();
    await client.launch({ ...launch, stopOnEntry: true });
    await client.event('stopped');
    const at = { line: line(SYSCALL, 'process::exit(user.arg0() as i32);') };
    const { breakpoints: host } = await client.request('setBreakpoints', {
      source: { path: SYSCALL },
      breakpoints: [{ ...at, mode: 'host' }],
    });
    // Its code never runs outside a virtual machine: it is bound, and is never hit.
    expect(host).toMatchObject([{ verified: true }]);
    await client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'axhal::init_early', mode: 'guest' }] });
    await client.request('continue', { threadId: 1 });
    expect(await modeOf(client)).toBe('VS mode');
    const { breakpoints: space } = await client.request('setInstructionBreakpoints', {
      breakpoints: [{ instructionReference: '0x1000', mode: 'physical' }],
    });
    expect(space).toMatchObject([{ verified: false, message: expect.stringMatching(/no physical address/) }]);
    await client.request('continue', { threadId: 1 });
    await client.event('exited');
    client.dispose();
  });
});

describe('a run to a function', () => {
  it('ends in its own world, though another world has other code at its address', async () => {
    const client = newClient();
    await client.launch({ ...launch, runTo: 'gkernel::syscall::handle' });
    expect(await modeOf(client)).toBe('VS mode');
    const { stackFrames } = await client.request('stackTrace', { threadId: 1, levels: 1 });
    expect(stackFrames[0].name).toBe('handle · gkernel');
    client.dispose();
  });
});

describe('a kernel with a bad disk', () => {
  it.each(['test:zeros', 'test:noise'])(
    '%s panics, and the stop says so',
    async (disk) => {
      const client = newClient();
      await client.launch({ program: 'bundled:lazymapping', arch: 'riscv64', disk });
      const stop = await client.event('stopped');
      expect(stop).toMatchObject({ reason: 'exception', text: expect.stringMatching(/panic/i) });
      client.dispose();
    },
    60_000,
  );
});
