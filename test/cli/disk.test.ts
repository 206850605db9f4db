/** `worldstep run --disk`: what it takes, and what it says about disks that are missing, damaged or on another bus. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { panicHint } from '../../src/entry/panic-hints';
import { Random, SEED } from '../support/random';
import { runProgram } from './program';

const folder = mkdtempSync(join(tmpdir(), 'worldstep-disk-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);
const file = (name: string, bytes: Uint8Array): string => {
  writeFileSync(path(name), bytes);
  return path(name);
};

const runWith = (disk: string, ...more: string[]) =>
  runProgram(['run', 'lazymapping', '--arch', 'riscv64', '--disk', disk, ...more]);

let good: Buffer;
beforeAll(async () => {
  for (const kernel of ['lazymapping', 'guestmonolithickernel']) {
    const args = ['image', 'disk', path(`${kernel}.img`), '--kernel', kernel, '--arch', 'riscv64'];
    expect(await runProgram(args)).toMatchObject({ code: 0, stderr: '' });
  }
  good = readFileSync(path('lazymapping.img'));
});

describe('a disk of the user', () => {
  it("stands in for the kernel's own, packed or not, and its file stays as it is", async () => {
    const own = await runProgram(['run', 'lazymapping', '--arch', 'riscv64', '--stats']);
    expect(own.code).toBe(0);
    const stateHash = (text: string): string => JSON.parse(text.trim().split('\n').at(-1) ?? '').stateHash;
    for (const disk of [path('lazymapping.img'), file('packed.img.gz', gzipSync(good, { level: 1 }))]) {
      const run = await runWith(disk, '--stats');
      expect(run).toMatchObject({ code: 0, stdout: own.stdout });
      expect(stateHash(run.stderr)).toBe(stateHash(own.stderr));
    }
    expect(readFileSync(path('lazymapping.img')).equals(good)).toBe(true);
  });

  it('is one of several: ArceOS takes the last', async () => {
    const run = await runWith(path('guestmonolithickernel.img'), '--disk', path('lazymapping.img'));
    expect(run).toMatchObject({ code: 0, stderr: '' });
  });

  it.each<[string, () => string, RegExp]>([
    ['is missing', () => path('none.img'), /none\.img does not exist\. Check the path\.\n$/],
    ['is a folder', () => folder, /is a directory, not a file/],
    [
      'is empty',
      () => file('empty.img', new Uint8Array()),
      /empty\.img is empty\. Make a disk with "worldstep image disk"/,
    ],
    ['has no name', () => ',readonly', /--disk: ",readonly" names no file\. Name one, or give a scratch disk its size/],
    [
      'is a qcow2 image',
      () => file('q.img', Buffer.from('QFI\xfb....', 'latin1')),
      /a qcow2 image; only raw.*qemu-img convert/,
    ],
    [
      'is on no known bus',
      () => `${path('lazymapping.img')},bus=virtio-pcie`,
      /no bus "virtio-pcie"\. Did you mean virtio-pci\?/,
    ],
    [
      'has an unknown option',
      () => `${path('lazymapping.img')},cache=none`,
      /no option "cache" for .*lazymapping\.img\. It may be followed by ,bus=… and ,readonly and ,size=…\./,
    ],
    [
      'is half a gzip file',
      () => file('cut.img.gz', gzipSync(good).subarray(0, 5000)),
      /cut\.img\.gz cannot be unpacked/,
    ],
  ])('that %s is refused with the next step', async (_, disk, message) => {
    const run = await runWith(disk());
    expect(run.stderr).toMatch(message);
    expect(run).toMatchObject({ code: 2, stdout: '' });
  });

  it('is refused when there is no room for it', async () => {
    const disks = Array.from({ length: 8 }, () => ['--disk', `${path('lazymapping.img')},bus=virtio-mmio`]).flat();
    expect(await runWith(`${path('lazymapping.img')},bus=virtio-mmio-legacy`, ...disks)).toMatchObject({
      code: 2,
      stderr: 'worldstep: --disk and --device: 9 devices are too many on virtio-mmio. It takes 8.\n',
    });
  });
});

describe('--device', () => {
  it.each<[string, RegExp]>([
    ['virtio-rgn', /--device: there is no device "virtio-rgn"\. Did you mean virtio-rng\?/],
    ['virtio-rng,seed=x', /the seed "x" is no number of 64 bits\. Write it as 1234 or 0x4d2\./],
    ['virtio-console,seed=1', /no option "seed" for virtio-console\. It may be followed by ,bus=…\./],
    ['virtio-console,bus=pci', /there is no bus "pci"/],
  ])('%s is refused with the next step', async (device, message) => {
    const run = await runProgram(['run', 'msgqueue', '--device', device]);
    expect(run.stderr).toMatch(message);
    expect(run.code).toBe(2);
  });

  it('tells the seed with the statistics', async () => {
    const run = await runProgram([
      'run',
      'msgqueue',
      '--arch',
      'riscv64',
      '--device',
      'virtio-rng,seed=1_000',
      '--stats',
    ]);
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stderr).seeds).toEqual(['0x3e8']);
  });
});

describe('a kernel that finds no disk, or a bad one, is explained', () => {
  const noFileSystem = /The kernel has a disk, but could not use what is on it.*worldstep image list FILE/s;

  it.each(['lazymapping', 'guestmonolithickernel'])('%s: nothing where it looks', async (kernel) => {
    const disk = `${path(`${kernel}.img`)},bus=virtio-mmio`;
    const run = await runProgram(['run', kernel, '--arch', 'riscv64', '--disk', disk]);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('No block device found!');
    expect(run.stderr).toMatch(
      /the guest panicked: panicked at .*: No block device found!\n.*Try --disk FILE,bus=virtio-pci\.\n$/,
    );
  });

  it.each(['lazymapping', 'guestmonolithickernel'])(
    '%s: a disk of zeros, and one whose first sector is noise',
    async (kernel) => {
      const noise = Buffer.from(good);
      for (let at = 0; at < 512; at++) noise[at] = (at * 167 + 13) & 0xff;
      for (const disk of [file('zeros.img', new Uint8Array(1 << 20)), file('noise.img', noise)]) {
        const run = await runProgram(['run', kernel, '--arch', 'riscv64', '--disk', disk]);
        expect(run.code).toBe(1);
        expect(run.stderr).toMatch(noFileSystem);
      }
    },
  );

  it.each(['lazymapping', 'guestmonolithickernel'])('%s: the disk of another kernel', async (kernel) => {
    const other = kernel === 'lazymapping' ? 'guestmonolithickernel' : 'lazymapping';
    const run = await runProgram(['run', kernel, '--arch', 'riscv64', '--disk', path(`${other}.img`)]);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/cannot (?:read|open) \/sbin\/\w+.*not ?found/i);
  });

  it('a disk that is damaged anywhere ends in a run, a panic or the limit, never in a hang or an error of ours', async () => {
    const random = new Random(SEED);
    for (let round = 0; round < 8; round++) {
      const damaged = Buffer.from(good);
      // The file system's own sectors: boot sector, FATs, root folder and what lies behind.
      for (let hit = 0; hit < 2 + 40 * random.below(20); hit++) damaged[random.below(0x50_000)] = random.below(256);
      const disk = file('damaged.img', damaged);
      const run = await runWith(disk, '--max-instructions', '30_000_000');
      expect([0, 1, 3], `WORLDSTEP_SEED=${SEED}, round ${round}: ${run.stderr}`).toContain(run.code);
      if (run.code === 1)
        expect(run.stderr, `WORLDSTEP_SEED=${SEED}`).toMatch(/panicked|stuck|again and again|waits for input/);
    }
  });

  it.each<[string, RegExp]>([
    ['panicked at lib.rs:44:35: No block device found!', /The machine has no disk\. Add --disk FILE/],
    ['Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)', /The machine has no disk/],
    [
      'panicked at virtio_disk.rs:9: called `Result::unwrap()` on an `Err` value: ZeroDeviceId',
      /no disk\. Add --disk FILE,bus=virtio-mmio, .*; old drivers need bus=virtio-mmio-legacy$/,
    ],
    ['panic: could not find virtio disk', /no disk\. Add --disk FILE,bus=virtio-mmio, /],
  ])('%s', (panic, hint) => {
    expect(panicHint(panic)).toMatch(hint);
    expect(panicHint('panicked at a.rs:1:1: index out of bounds')).toBeUndefined();
  });
});
