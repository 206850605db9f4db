import { existsSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { HostFileError } from '../../src/base/host';
import { BUNDLED_KERNELS, buildFor, modesText, readBuild } from '../../src/entry/kernel-files';
import { FatImage } from '../../src/image/fat';
import { flatImage } from '../../src/image/flat-image';
import { ImageError } from '../../src/image/image-error';
import { parseKernelPackage } from '../../src/image/kernel-json';
import type { KernelBuild, KernelPackage } from '../../src/image/kernel-package';
import { buildElf } from '../machine/elf-builder';

const elf = (fill: number): Uint8Array =>
  buildElf({ segments: [{ vaddr: 0x8020_0000n, bytes: new Uint8Array(64).fill(fill) }] });
const FILES = new Map<string, Uint8Array>([
  ['k/kernel.elf', elf(1)],
  ['k/programs/app.elf', elf(2)],
  ['k/text.elf', Buffer.from('text')],
  ['firmware.bin', Buffer.from('BIOS')],
  ['k/motd', Buffer.from('hello')],
]);
const read = async (path: string): Promise<Uint8Array> => {
  const bytes = FILES.get(path);
  if (!bytes) throw new HostFileError(path, 'does not exist');
  return bytes;
};
const kernel = (more: object): KernelPackage => {
  const json = {
    name: 'tiny',
    title: 'Tiny',
    description: 'Does nothing.',
    architectures: {
      riscv64: {
        board: 'riscv64-virt',
        memory: '16M',
        image: { file: 'kernel.elf', format: 'flat', load: '0x80200000' },
        programs: [
          { name: 'app', file: 'programs/app.elf', world: 'user' },
          { name: 'text', file: 'text.elf', world: 'user' },
        ],
        ...more,
      },
    },
  };
  const result = parseKernelPackage(JSON.stringify(json), 'k/kernel.json');
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.kernel;
};
const build = (more: object): KernelBuild => kernel(more).architectures.get('riscv64')!;

it('a kernel.json gives a machine its kernel as a flat image, and keeps the file with its symbols', async () => {
  const { machine, image } = await readBuild(build({}), 'k/kernel.json', read);
  expect(image).toEqual({ name: 'k/kernel.elf', bytes: elf(1) });
  expect(machine).toEqual({
    kernel: { name: 'k/kernel.elf', bytes: flatImage(elf(1)) },
    loadAddress: 0x8020_0000,
    memory: 16 << 20,
    pflash0: undefined,
    pflash1: undefined,
    drives: [],
    choices: {},
  });
});

it('a build is chosen by its architecture and its mode; a mode alone is that of the first machine which has it', async () => {
  const modes = { small: { title: 'in small', file: 'programs/app.elf' } };
  const one = kernel({ modes });
  const file = (choice: Parameters<typeof buildFor>[1]) => buildFor(one, choice)?.image.file;
  expect(file({})).toBe('kernel.elf');
  expect(file({ arch: 'riscv64' })).toBe('kernel.elf');
  expect(file({ mode: 'small' })).toBe('programs/app.elf');
  expect(file({ arch: 'riscv64', mode: 'small' })).toBe('programs/app.elf');
  expect(file({ mode: 'large' })).toBeUndefined();
  expect(file({ arch: 'aarch64', mode: 'small' })).toBeUndefined();
  expect(modesText(one)).toBe('small (riscv64)');
  const { machine } = await readBuild(buildFor(one, { mode: 'small' })!, 'k/kernel.json', read);
  expect(machine).toMatchObject({ kernel: { bytes: flatImage(elf(2)) }, loadAddress: 0x8020_0000 });
});

it('its flash banks hold their texts, and firmware at the end', async () => {
  const flash = {
    pflash0: { size: 16, at: { 0: 'PFLA' }, end: '../firmware.bin' },
    pflash1: { size: 64, at: { 0: 'x' } },
  };
  const { machine } = await readBuild(build({ flash }), 'k/kernel.json', read);
  expect(Buffer.from(machine.pflash0!.bytes).toString('latin1')).toBe('PFLA\xff\xff\xff\xff\xff\xff\xff\xffBIOS');
  expect(Buffer.from(machine.pflash1!.bytes).toString('latin1')).toBe('x');
});

it('its disk is made with programs and files, and read by the machine piece by piece', async () => {
  const disk = { size: '34M', files: { '/sbin/app': { program: 'app' }, '/etc/motd': { file: 'motd' } } };
  const { machine } = await readBuild(build({ disk }), 'k/kernel.json', read);
  const [drive] = machine.drives!;
  const bytes = new Uint8Array(drive!.image.size);
  for (let at = 0; at < bytes.length; at += 1 << 16) drive!.image.read(at, bytes.subarray(at, at + (1 << 16)));
  const fat = await FatImage.open(bytes);
  expect(fat.read('/sbin/app')).toEqual(flatImage(elf(2)));
  expect(Buffer.from(fat.read('/etc/motd')).toString()).toBe('hello');
});

it('a disk image file is taken as it is', async () => {
  const { machine } = await readBuild(build({ disk: 'motd' }), 'k/kernel.json', read);
  const into = new Uint8Array(5);
  machine.drives![0]!.image.read(0, into);
  expect(Buffer.from(into).toString()).toBe('hello');
});

it.each<[string, object, Error]>([
  [
    'a missing file',
    { disk: { size: '34M', files: { '/a': { file: 'none' } } } },
    new HostFileError('k/none', 'does not exist'),
  ],
  [
    'a program that is no ELF file',
    { disk: { size: '34M', files: { '/a': { program: 'text' } } } },
    new ImageError('k/text.elf: not an ELF file. Build the program "text" again.'),
  ],
  [
    'a disk that is too small',
    { disk: { size: '1M', files: {} } },
    new ImageError('A disk of 1M is too small for FAT32. It needs at least 34099200 bytes; use "33M" or more.'),
  ],
  [
    'firmware over a text',
    { flash: { pflash0: { size: 6, at: { 0: 'PFLA' }, end: '../firmware.bin' } } },
    new ImageError(
      '"PFLA" ends at offset 4 of the flash bank, where the file at the end has begun at 2. Move one of them.',
    ),
  ],
])('%s is said', async (_, more, error) => {
  await expect(readBuild(build(more), 'k/kernel.json', read)).rejects.toThrow(error);
});

it('knows the names of all kernels that are here', () => {
  const folders = readdirSync('kernels').filter((name) => existsSync(`kernels/${name}/kernel.json`));
  expect(folders.sort()).toEqual(BUNDLED_KERNELS);
});
