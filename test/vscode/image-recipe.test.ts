import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { FatImage } from '../../src/image/fat';
import { flatImage } from '../../src/image/flat-image';
import { parseKernelPackage } from '../../src/image/kernel-json';
import type { KernelPackage } from '../../src/image/kernel-package';
import { type ImageWork, makeDisk, makeFlash, RecipeError } from '../../src/vscode/image-recipe';
import { readTask } from '../../src/vscode/task-definition';

const elf = gunzipSync(readFileSync('kernels/prebuilt/msgqueue-riscv64.elf.gz'));
const text = (words: string) => new TextEncoder().encode(words);

/** The work of a task whose files these are. */
const workOn = (files: Record<string, Uint8Array>) => {
  const lines: string[] = [];
  const work: ImageWork = {
    read: async (path) => {
      const bytes = files[path];
      if (!bytes) throw new RecipeError(`${path} does not exist.`);
      return bytes;
    },
    list: async (path) => {
      const below = Object.keys(files).filter((file) => file.startsWith(`${path}/`));
      return below.length > 0 ? below.map((file) => file.slice(path.length + 1)).sort() : undefined;
    },
    say: (line) => lines.push(line),
    checkpoint: async () => {},
  };
  return { work, lines };
};

const kernel = (more: object): KernelPackage => {
  const image = { file: 'k.elf', format: 'flat', load: '0x80200000' };
  const programs = [{ name: 'app', crate: 'app', file: '../prebuilt/app.elf', world: 'user' }];
  const riscv64 = { board: 'riscv64-virt', memory: '128M', image, programs, ...more };
  const json = { name: 'demo', title: 'Demo', description: 'A demo.', architectures: { riscv64 } };
  const result = parseKernelPackage(JSON.stringify(json), 'kernel.json');
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.kernel;
};

const task = <Kind extends 'disk' | 'flash'>(kind: Kind, definition: object) => {
  const result = readTask({ task: kind, ...definition });
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.task as Extract<typeof result.task, { task: Kind }>;
};

describe('a disk image', () => {
  const disk = {
    size: '34M',
    label: 'DEMO',
    files: { '/sbin/app': { program: 'app' }, '/motd': { file: 'motd.txt' } },
  };

  test('of a kernel holds flat programs and files, and the task says what it read and composed', async () => {
    const { work, lines } = workOn({ '../prebuilt/app.elf': elf, 'motd.txt': text('hello') });
    const made = await makeDisk(task('disk', { kernel: 'kernel.json' }), kernel({ disk }), work);
    expect(made.output).toBe('target/demo-riscv64-disk.img');
    const fat = await FatImage.open(made.bytes);
    expect(fat.read('/sbin/app')).toEqual(flatImage(elf));
    expect(new TextDecoder().decode(fat.read('/motd'))).toBe('hello');
    expect(lines).toEqual([
      'Disk image of demo for riscv64',
      `Read ../prebuilt/app.elf, ${elf.length.toLocaleString('en')} bytes.`,
      'Read motd.txt, 5 bytes.',
      `  /sbin/app  ${flatImage(elf).length.toLocaleString('en')} bytes`,
      '  /motd  5 bytes',
      'Composed: FAT32, 34 MiB, with the label DEMO, 2 files.',
    ]);
  });

  test('of files and folders that the task names', async () => {
    const { work } = workOn({ 'rootfs/a.txt': text('a'), 'rootfs/sub/b.txt': text('b'), 'c.txt': text('c') });
    const definition = { size: '34M', files: { '/etc': 'rootfs', '/c': 'c.txt' }, output: 'out.img' };
    const { bytes, output } = await makeDisk(task('disk', definition), undefined, work);
    const paths = (await FatImage.open(bytes)).list().filter(({ isFolder }) => !isFolder);
    expect(paths.map(({ path }) => path).sort()).toEqual(['/c', '/etc/a.txt', '/etc/sub/b.txt']);
    expect(output).toBe('out.img');
  });

  test('that a kernel has as a file is that file', async () => {
    const { work } = workOn({ 'disk.img': text('bytes') });
    const { bytes } = await makeDisk(task('disk', { kernel: 'kernel.json' }), kernel({ disk: 'disk.img' }), work);
    expect(new TextDecoder().decode(bytes)).toBe('bytes');
  });

  test.each([
    [
      'without a built program names the task that builds it',
      { disk },
      {},
      /app\.elf does not exist\. The task "worldstep: build demo \(riscv64\)" builds/,
    ],
    [
      'of a kernel without a disk says what to add',
      {},
      {},
      /declares no disk for riscv64\. Add "disk" to "architectures\.riscv64"/,
    ],
    [
      'for an architecture that is not there names those that are',
      { disk },
      { arch: 'aarch64' },
      /no architecture "aarch64".* There is: riscv64/,
    ],
  ])('%s', async (_, more, definition, message) => {
    const { work } = workOn({});
    const made = makeDisk(task('disk', { kernel: 'kernel.json', ...definition }), kernel(more), work);
    await expect(made).rejects.toThrow(message);
  });

  test('that is cancelled is not made', async () => {
    const { work } = workOn({ 'motd.txt': text('hello'), '../prebuilt/app.elf': elf });
    let left = 2;
    const checkpoint = async () => {
      if (left-- === 0) throw new Error('cancelled');
    };
    const made = makeDisk(task('disk', { kernel: 'kernel.json' }), kernel({ disk }), { ...work, checkpoint });
    await expect(made).rejects.toThrow('cancelled');
  });
});

describe('a flash image', () => {
  const flash = { pflash1: { size: '4K', at: { 0: 'pfld' }, end: 'fw.bin' } };

  test('of a kernel has its texts, and its firmware at the end', async () => {
    const { work } = workOn({ 'fw.bin': text('END') });
    const { bytes, output } = await makeFlash(task('flash', { kernel: 'kernel.json' }), kernel({ flash }), work);
    expect(output).toBe('target/demo-riscv64-pflash1.img');
    expect([bytes.length, bytes[4]]).toEqual([4096, 0xff]);
    expect(new TextDecoder('latin1').decode(bytes.subarray(0, 4))).toBe('pfld');
    expect(new TextDecoder('latin1').decode(bytes.subarray(-3))).toBe('END');
  });

  test('of contents that the task names', async () => {
    const { work } = workOn({});
    const definition = { size: '1K', at: { '0x10': 'x' }, output: 'f.img' };
    const { bytes } = await makeFlash(task('flash', definition), undefined, work);
    expect([bytes.length, bytes[15], bytes[16]]).toEqual([1024, 0xff, 0x78]);
  });

  test('of a bank that is not declared names those that are', async () => {
    const { work } = workOn({});
    const made = makeFlash(task('flash', { kernel: 'kernel.json', bank: 'pflash0' }), kernel({ flash }), work);
    await expect(made).rejects.toThrow(/no flash bank pflash0 for riscv64\. There is: pflash1\./);
  });
});
