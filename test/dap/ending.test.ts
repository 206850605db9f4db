/** Guests that look for a disk on virtio by MMIO, and how a session ends when a guest has panicked. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { newClient } from '../support/conversation';
import type { DapClient, Json } from '../support/dap-client';
import { guestLines, guestSource, mmioDiskLaunch } from './fixtures/guests';

const folder = mkdtempSync(join(tmpdir(), 'worldstep-ending-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};
const disk = file(
  'fs.img',
  Uint8Array.from({ length: 4096 }, (_, at) => at + 7),
);

const said = (client: DapClient): string =>
  client
    .taken('output')
    .map(({ output }: Json) => output)
    .join('');

describe('a kernel that looks for virtio by MMIO', () => {
  it.each([
    ['virtio-mmio', 2, `${disk},bus=virtio-mmio`],
    ['virtio-mmio-legacy', 1, { path: disk, bus: 'virtio-mmio-legacy' }],
  ])('is debugged with its disk on %s', async (_, version, given) => {
    const client = newClient();
    const breakpoints = { [guestSource('mmio-disk.rs')]: guestLines('mmio-disk.rs', 'read') };
    await client.launch(mmioDiskLaunch({ disk: given }), breakpoints);
    const { threadId } = await client.event('stopped');
    const { stackFrames } = await client.request('stackTrace', { threadId, levels: 1 });
    const evaluate = async (expression: string) =>
      (await client.request('evaluate', { expression, frameId: stackFrames[0].id, context: 'watch' })).result;
    expect(await evaluate('version')).toBe(`${version}`);
    expect(await evaluate('REQUEST.data[1]')).toBe('8');
    await client.request('continue', { threadId });
    expect(await client.event('exited')).toEqual({ exitCode: 0 });
    client.dispose();
  });

  it.each([
    ['no disk', {}, 'has no disk. Add "disk": "FILE,bus=virtio-mmio" to launch.json'],
    [
      'a disk on PCI',
      { disk },
      'Try "disk": "FILE,bus=virtio-mmio" in launch.json; old drivers need bus=virtio-mmio-legacy',
    ],
  ])(
    'panics with %s; the session says what to write and ends with the exit code of the command line',
    async (_, more, hint) => {
      const client = newClient();
      await client.launch(mmioDiskLaunch(more));
      const { threadId, description } = await client.event('stopped');
      expect(description).toBe('Rust panic');
      await client.request('continue', { threadId });
      expect(await client.event('exited')).toEqual({ exitCode: 1 });
      const text = said(client);
      expect(text.split(hint)).toHaveLength(2);
      expect(text).toMatch(/The guest panicked and did not switch off: panicked at .*: could not find virtio disk\n/);
      client.dispose();
    },
  );
});

const LI_A7 = (value: number): number => (value << 20) | 0x893;
const LI_A0 = (value: number): number => (value << 20) | 0x513;
const ECALL = 0x73;
const WFI = 0x1050_0073;
const LOOP = 0x6f;
const say = (text: string): number[] => [...Buffer.from(text)].flatMap((byte) => [LI_A0(byte), LI_A7(1), ECALL]);
const OFF = [LI_A7(8), ECALL];
/** A flat kernel of these instructions. */
const kernel = (name: string, ...words: number[]): object => ({
  program: file(`${name}.bin`, new Uint8Array(Uint32Array.from(words).buffer)),
  arch: 'riscv64',
});
const PANIC = say('panic: could not find virtio disk\n');

describe('a kernel in C that panics', () => {
  it.each([
    ['loops', [LOOP]],
    ['waits', [WFI, LOOP]],
  ])('and %s stops once, with what it said and what to do; then the session ends with 1', async (name, after) => {
    const client = newClient();
    await client.launch(kernel(name, ...PANIC, ...after));
    const stop = await client.event('stopped');
    expect(stop).toMatchObject({ reason: 'exception', description: 'The guest has panicked' });
    expect(stop.text).toContain('panic: could not find virtio disk');
    expect((await client.request('exceptionInfo', { threadId: 1 })).description).toContain(
      'could not find virtio disk',
    );
    expect(said(client)).toContain('"disk": "FILE,bus=virtio-mmio"');
    await client.request('continue', { threadId: 1 });
    expect(await client.event('exited')).toEqual({ exitCode: 1 });
    client.dispose();
  });

  it.each([
    ['switches off', OFF, 'The guest panicked: panic: could not find virtio disk'],
    ['loops', [LOOP], 'The guest panicked and did not switch off: panic: could not find virtio disk'],
  ])('and %s ends a session without debugging with 1', async (name, after, text) => {
    const client = newClient();
    await client.launch({ ...kernel(name, ...PANIC, ...after), noDebug: true });
    expect(await client.event('exited')).toEqual({ exitCode: 1 });
    const output = said(client);
    expect(output).toContain(text);
    expect(output).toContain('"disk": "FILE,bus=virtio-mmio"');
    client.dispose();
  });

  it('that gets stuck ends a session without debugging with 1', async () => {
    const client = newClient();
    await client.launch({ ...kernel('stuck', 0x67 /* jr zero */), noDebug: true });
    expect(await client.event('exited')).toEqual({ exitCode: 1 });
    client.dispose();
  });
});
