/** A kernel of somebody else's, run from launch.json: a flat binary, its symbols, and a disk with the program on it. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Host } from '../../src/base/host';
import { sessionServices } from '../../src/entry/session-services';
import { fatDisk } from '../../src/image/disk';
import { flashContents } from '../../src/image/flash';
import { flatImage } from '../../src/image/flat-image';
import { nodeHost } from '../../src/platform/node/host';
import { DapClient, type Json } from '../support/dap-client';

const root = resolve('.');
const KERNEL = '/worldstep/kernels/lazymapping/src/stack.rs';
const PROGRAM = '/worldstep/kernels/lazymapping/payload/origin/src/main.rs';

const prebuilt = (name: string) => new Uint8Array(gunzipSync(readFileSync(`kernels/prebuilt/${name}.elf.gz`)));

/** A client of a session whose host has these files beside the real ones. */
function clientWith(files: Readonly<Record<string, Uint8Array>>): DapClient {
  const host = nodeHost({ root });
  const readFile: Host['readFile'] = async (uri) => files[uri] ?? host.readFile(uri);
  return new DapClient(sessionServices({ ...host, readFile }, { symbolsWasm: 'asset:src/symbols/symbols.wasm' }));
}

const lineOf = (file: string, text: string): number => {
  const path = file.replace('/worldstep', root);
  return (
    readFileSync(path, 'utf8')
      .split('\n')
      .findIndex((line) => line.includes(text)) + 1
  );
};

const BREAKPOINTS = {
  [PROGRAM]: [{ line: lineOf(PROGRAM, 'let mut last = 0u64;') }],
  [KERNEL]: [{ line: lineOf(KERNEL, 'aspace.map_linear(page, frame, PAGE_SIZE_4K, FLAGS);') }],
};

/** Launches, and names the files of the first two stops. */
async function firstStops(client: DapClient, launch: object): Promise<string[]> {
  await client.launch({ program: 'mem:kernel.bin', arch: 'riscv64', ...launch }, BREAKPOINTS);
  const stops: string[] = [];
  while (stops.length < 2) {
    const { threadId } = await client.event('stopped');
    const { stackFrames } = await client.request('stackTrace', { threadId, levels: 1 });
    stops.push(stackFrames[0].source?.path);
    if (stops.length < 2) await client.request('continue', { threadId });
  }
  return stops;
}

describe('a disk in launch.json', () => {
  const kernel = prebuilt('lazymapping-riscv64');
  const program = prebuilt('lazymapping-origin-riscv64');
  const files = { 'mem:kernel.bin': flatImage(kernel), 'mem:kernel.elf': kernel, 'mem:origin.elf': program };
  const disk = (more: ReadonlyMap<string, Uint8Array> = new Map()) =>
    fatDisk({ size: 64 << 20, files: new Map([['/sbin/origin', flatImage(program)], ...more]) });

  it('holds the program that the kernel runs; images say whose symbols are whose', async () => {
    const client = clientWith({ ...files, 'mem:disk.img': await disk() });
    const images = [
      { path: 'mem:kernel.elf', world: 'kernel' },
      { path: 'mem:origin.elf', world: 'user' },
    ];
    expect(await firstStops(client, { disk: 'mem:disk.img', images })).toEqual([PROGRAM, KERNEL]);
    client.dispose();
  });

  it('gives the symbols of ELF files that lie on it, once each', async () => {
    const more = new Map([
      ['/debug/origin.elf', program],
      ['/debug/kernel.elf', kernel],
      ['/readme.txt', new TextEncoder().encode('\x7fELF is how programs begin, and this is none of them.'.repeat(3))],
    ]);
    const client = clientWith({ ...files, 'mem:disk.img': await disk(more) });
    expect(await firstStops(client, { disk: 'mem:disk.img', images: [{ path: 'mem:kernel.elf' }] })).toEqual([
      PROGRAM,
      KERNEL,
    ]);
    const { modules } = await client.request('modules');
    expect(modules.map(({ name }: Json) => name)).toEqual(['mem:kernel', 'origin']);
    client.dispose();
  });

  it('may be declared in a kernel.json, with files that give their symbols', async () => {
    const text = JSON.stringify({
      name: 'mine',
      title: 'Mine',
      description: 'Lazy mapping, as somebody else would package it.',
      architectures: {
        riscv64: {
          board: 'riscv64-virt',
          memory: '128M',
          image: { file: 'kernel.elf', format: 'flat', load: '0x80200000' },
          disk: {
            size: '64M',
            files: { '/sbin/origin': { file: 'origin.bin' }, '/debug/origin.elf': { file: 'origin.elf' } },
          },
        },
      },
    });
    const client = clientWith({
      'mem:/k/kernel.json': new TextEncoder().encode(text),
      'mem:/k/kernel.elf': kernel,
      'mem:/k/origin.bin': flatImage(program),
      'mem:/k/origin.elf': program,
    });
    expect(await firstStops(client, { program: 'mem:/k/kernel.json' })).toEqual([PROGRAM, KERNEL]);
    client.dispose();
  });

  it('is missed by a kernel that panics without one, and the Debug Console says what to add', async () => {
    const client = clientWith(files);
    const images = [{ path: 'mem:kernel.elf', world: 'kernel' }];
    await client.launch({ program: 'mem:kernel.bin', arch: 'riscv64', images });
    expect(await client.event('stopped')).toMatchObject({ reason: 'exception', description: 'Rust panic' });
    const said = client.taken('output').map(({ output }: Json) => output);
    expect(said).toContain(
      'The machine has no disk. Add "disk": "FILE" to launch.json, or "disk" to its kernel.json; "worldstep image disk" makes one.\n',
    );
    client.dispose();
  });

  it.each<[string, unknown, readonly number[]]>([
    ['text', 'mem:disk.img,bus=virtio-mmio', [2]],
    ['an object', { path: 'mem:disk.img', bus: 'virtio-mmio-legacy' }, [1]],
    [
      'a list',
      ['mem:disk.img', { path: 'mem:disk.img', bus: 'virtio-mmio' }, { size: '1M', bus: 'virtio-mmio-legacy' }],
      [2, 1],
    ],
  ])('is on the bus that launch.json names, as %s', async (_, given, versions) => {
    const client = clientWith({ ...files, 'mem:disk.img': new Uint8Array(1 << 20) });
    await client.launch({ program: 'mem:kernel.bin', arch: 'riscv64', disk: given, stopOnEntry: true });
    await client.event('stopped');
    const transports: (readonly [number, number])[] = [];
    for (let at = 0x1000_1000; at < 0x1000_9000; at += 0x1000) {
      const { data } = await client.request('readMemory', { memoryReference: `pa:0x${at.toString(16)}`, count: 12 });
      const words = Buffer.from(data, 'base64');
      transports.push([words.readUInt32LE(4), words.readUInt32LE(8)]);
    }
    // A transport without a device has the device number 0; a disk's is 2.
    expect(transports.filter(([, device]) => device !== 0)).toEqual(versions.map((version) => [version, 2]));
    client.dispose();
  });

  it('may be damaged: that is the guest’s affair', async () => {
    const damaged = await disk(new Map([['/debug/origin.elf', program]]));
    damaged.fill(0xff, 32 * 512, 40 * 512);
    const client = clientWith({ ...files, 'mem:disk.img': damaged });
    await client.launch({ program: 'mem:kernel.bin', arch: 'riscv64', disk: 'mem:disk.img', stopOnEntry: true });
    await client.event('stopped');
    client.dispose();
  });
});

describe('a guest kernel that nobody said the load address of', () => {
  it('is found when its guest is entered, and its module and breakpoints are announced', async () => {
    const hypervisor = prebuilt('guestmonolithickernel-riscv64');
    const guest = prebuilt('guestmonolithickernel-gkernel-riscv64');
    const client = clientWith({
      'mem:kernel.bin': flatImage(hypervisor),
      'mem:kernel.elf': hypervisor,
      'mem:guest.elf': guest,
      'mem:disk.img': await fatDisk({ size: 64 << 20, files: new Map([['/sbin/gkernel', flatImage(guest)]]) }),
      'mem:flash.bin': flashContents({ size: 32 << 20, at: [{ offset: 0, text: 'pfld' }] }),
    });
    const images = [
      { path: 'mem:kernel.elf', world: 'kernel' },
      { path: 'mem:guest.elf', world: 'guest kernel' },
    ];
    await client.launch({
      program: 'mem:kernel.bin',
      arch: 'riscv64',
      disk: 'mem:disk.img',
      pflash1: 'mem:flash.bin',
      images,
      stopOnEntry: true,
    });
    await client.event('stopped');
    await client.request('setFunctionBreakpoints', { breakpoints: [{ name: '_start', mode: 'guest' }] });
    await client.request('continue', { threadId: 1 });
    await client.event('stopped');
    const { stackFrames } = await client.request('stackTrace', { threadId: 1, levels: 1 });
    expect(stackFrames[0]).toMatchObject({ name: '_start', instructionPointerReference: '0x80200000' });
    const [{ reason, module }] = client.taken('module');
    expect({ reason, name: module.name, worlds: module.worlds }).toEqual({
      reason: 'changed',
      name: 'mem:guest',
      worlds: 'guest kernel',
    });
    expect(module.physicalRange).toMatch(/^guest 0x80200000–/);
    expect(client.taken('breakpoint')).toMatchObject([{ reason: 'changed', breakpoint: { verified: true } }]);
    client.dispose();
  });
});
