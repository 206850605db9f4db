/** launch.json says where a flat program and other files lie in memory. */
import { expect, it } from 'vitest';
import type { Host } from '../../src/base/host';
import { sessionServices } from '../../src/entry/session-services';
import { nodeHost } from '../../src/platform/node/host';
import { withFiles } from '../../src/vscode/launch-paths';
import { DapClient } from '../support/dap-client';

/** `nop` twice and a jump to itself. */
const PROGRAM = new Uint8Array(Uint32Array.of(0x13, 0x13, 0x6f).buffer);
const FILES: Readonly<Record<string, Uint8Array>> = {
  'mem:program.bin': PROGRAM,
  'mem:data.bin': Uint8Array.of(1, 2, 3, 4),
};

it('a program lies where load says and starts at entry; another file lies beside it', async () => {
  const host = nodeHost({ root: process.cwd() });
  const readFile: Host['readFile'] = async (uri) => FILES[uri] ?? host.readFile(uri);
  const client = new DapClient(
    sessionServices({ ...host, readFile }, { symbolsWasm: 'asset:src/symbols/symbols.wasm' }),
  );
  await client.launch({
    program: 'mem:program.bin',
    arch: 'riscv64',
    load: ['0x8100_0000', 'mem:data.bin@0x84000000'],
    entry: '0x81000004',
    stopOnEntry: true,
  });
  await client.event('stopped');
  const { stackFrames } = await client.request('stackTrace', { threadId: 1, levels: 1 });
  expect(stackFrames[0].instructionPointerReference).toBe('0x81000004');
  const read = async (memoryReference: string, count: number) =>
    Buffer.from((await client.request('readMemory', { memoryReference, count })).data, 'base64');
  expect(await read('0x81000000', PROGRAM.length)).toEqual(Buffer.from(PROGRAM));
  expect(await read('0x84000000', 4)).toEqual(Buffer.from([1, 2, 3, 4]));
  client.dispose();
});

it('the files that it names become absolute, its addresses stay', () => {
  const absolute = (path: string) => `/work/${path}`;
  const load = ['0x80000000', 'data.bin@0x8400_0000', 'module.elf', 'odd@name.bin@0x1000'];
  expect(withFiles({ load }, absolute)).toEqual({
    load: ['0x80000000', '/work/data.bin@0x8400_0000', '/work/module.elf', '/work/odd@name.bin@0x1000'],
  });
  expect(withFiles({ load: 'data.bin@0x1000' }, absolute)).toEqual({ load: '/work/data.bin@0x1000' });
});
