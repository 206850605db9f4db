import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { fatDisk } from '../../src/image/disk';
import { FatImage } from '../../src/image/fat';
import { flatImage } from '../../src/image/flat-image';
import { buildElf } from '../machine/elf-builder';
import { runProgram } from './program';

const root = resolve(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'worldstep-image-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
});

const at = (name: string): string => join(folder, name);
const file = (name: string, content: string | Uint8Array): string => {
  mkdirSync(join(at(name), '..'), { recursive: true });
  writeFileSync(at(name), content);
  return at(name);
};
/** What the program says, with the folder's name taken out. */
const image = async (...argv: string[]) => {
  const { code, stdout, stderr } = await runProgram(['image', ...argv]);
  const plain = (text: string) => text.replaceAll(`${folder}/`, '');
  return { code, stdout: plain(stdout), stderr: plain(stderr) };
};
const done = (stdout: string) => ({ code: 0, stdout, stderr: '' });
const failed = (message: string) => ({ code: 2, stdout: '', stderr: `worldstep: ${message}\n` });

describe('worldstep image disk', () => {
  it('makes a disk of files and folders, the one that fatDisk makes', async () => {
    const files = [file('origin', 'origin'), file('etc/motd', 'hello'), file('etc/rc/1', 'one')];
    const made = await image(
      ...['disk', at('disk.img'), '--size', '64M', '--label', 'ARCEOS'],
      ...['--add', `${files[0]}=/sbin/`, '--add', `${at('etc')}=/etc`],
    );
    expect(made).toEqual(done('wrote disk.img: disk of 64M\n'));
    const text = (value: string) => new TextEncoder().encode(value);
    const contents = new Map([
      ['/sbin/origin', text('origin')],
      ['/etc/motd', text('hello')],
      ['/etc/rc/1', text('one')],
    ]);
    const expected = await fatDisk({ size: 64 << 20, label: 'ARCEOS', files: contents });
    expect(Buffer.compare(readFileSync(at('disk.img')), expected)).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['disk.img', 'etc', 'origin']);
  });

  const elf = buildElf({ segments: [{ vaddr: 0x1000n, bytes: new Uint8Array(100).fill(7) }] });
  const kernelJson = (disk: unknown): string =>
    file(
      'kernel/kernel.json',
      JSON.stringify({
        name: 'tiny',
        title: 'Tiny',
        description: 'Does nothing.',
        architectures: Object.fromEntries(
          ['riscv64', 'aarch64'].map((arch) => [
            arch,
            {
              board: 'riscv64-virt',
              memory: '16M',
              image: { file: 'tiny.bin', format: 'flat', load: '0x80200000' },
              programs: [{ name: 'app', file: 'app.elf', world: 'user' }],
              disk,
            },
          ]),
        ),
      }),
    );

  it('makes the disk that a kernel.json declares, with programs as flat images', async () => {
    file('kernel/app.elf', elf);
    file('kernel/motd.txt', 'hello');
    const json = kernelJson({
      size: '34M',
      files: { '/sbin/app': { program: 'app' }, '/etc/motd': { file: 'motd.txt' } },
    });
    const made = await image('disk', at('disk.img'), '--kernel', json, '--arch', 'aarch64', '--add', `${json}=/extra`);
    expect(made).toEqual(done('wrote disk.img: disk of 34M\n'));
    const fat = await FatImage.open(readFileSync(at('disk.img')));
    expect(fat.read('/sbin/app')).toEqual(flatImage(elf));
    expect(Buffer.from(fat.read('/etc/motd')).toString()).toBe('hello');
    expect(fat.read('/extra')).toHaveLength(readFileSync(json).length);
  });

  it('copies the disk image file that a kernel.json names', async () => {
    file('kernel/disk.img', 'any bytes');
    const made = await image('disk', at('copy.img'), '--kernel', kernelJson('disk.img'), '--arch', 'riscv64');
    expect(made.code).toBe(0);
    expect(readFileSync(at('copy.img'), 'utf8')).toBe('any bytes');
  });

  it('does not replace a file without --force, and leaves nothing behind', async () => {
    const old = file('disk.img', 'old');
    const argv = ['disk', old, '--size', '34M'];
    expect(await image(...argv)).toEqual(
      failed('disk.img exists already. Add --force to replace it, or name another file.'),
    );
    expect(readFileSync(old, 'utf8')).toBe('old');
    expect((await image(...argv, '--force')).code).toBe(0);
    expect(readFileSync(old)).toHaveLength(34 << 20);
    expect(readdirSync(folder)).toEqual(['disk.img']);
  });

  it.each<[string, () => readonly string[], string]>([
    ['no name', () => [], 'OUT is missing. Write: worldstep image disk OUT.'],
    ['no size', () => [at('d')], '--size or --kernel is missing. Give the size of the disk, for example --size 64M.'],
    ['a bad size', () => [at('d'), '--size', 'big'], '--size: "big" is not a size. Give bytes or a size such as 64M.'],
    [
      'too small',
      () => [at('d'), '--size', '16M'],
      'A disk of 16M is too small for FAT32. It needs at least 34099200 bytes; use "33M" or more.',
    ],
    [
      'a file without its path',
      () => [at('d'), '--size', '34M', '--add', 'init'],
      '--add: "init" must be a file and its path on the disk, for example build/init=/sbin/init.',
    ],
    [
      'a missing file',
      () => [at('d'), '--size', '34M', '--add', `${at('none')}=/x`],
      'none does not exist. Check the path.',
    ],
    [
      'a path twice',
      () => [at('d'), '--size', '34M', '--add', `${file('a', '')}=/x`, '--add', `${at('a')}=/x`],
      '--add: /x is given twice. Give it once.',
    ],
    [
      'a missing folder',
      () => [at('none/d'), '--size', '34M'],
      `none/d cannot be written: ENOENT: no such file or directory, open 'none/d.TMP'. Check the path and the space left.`,
    ],
    [
      'size and kernel',
      () => [at('d'), '--size', '34M', '--kernel', 'msgqueue'],
      '--size: the kernel.json says it. Leave --size or --kernel out.',
    ],
    [
      'an unknown kernel',
      () => [at('d'), '--kernel', 'msgqeue'],
      '--kernel: there is no bundled kernel "msgqeue". Did you mean msgqueue? Or give the path of a kernel.json.',
    ],
    [
      'no architecture',
      () => [at('d'), '--kernel', kernelJson(undefined)],
      'tiny is built for riscv64, aarch64. Choose one with --arch.',
    ],
    [
      'another architecture',
      () => [at('d'), '--kernel', kernelJson(undefined), '--arch', 'sparc'],
      '--arch: tiny is not built for sparc. It is built for riscv64, aarch64.',
    ],
    [
      'a kernel without a disk',
      () => [at('d'), '--kernel', kernelJson(undefined), '--arch', 'riscv64'],
      'kernel/kernel.json declares no disk for riscv64. Add "disk" to "architectures.riscv64", or give --size and --add.',
    ],
    [
      'a program that is no ELF file',
      () => {
        file('kernel/app.elf', 'text');
        return [
          at('d'),
          '--kernel',
          kernelJson({ size: '34M', files: { '/a': { program: 'app' } } }),
          '--arch',
          'riscv64',
        ];
      },
      'kernel/app.elf: not an ELF file. Build the program "app" again.',
    ],
  ])('says what is wrong with %s', async (_, argv, message) => {
    const { stderr, ...rest } = await image('disk', ...argv());
    expect({ ...rest, stderr: stderr.replace(/[0-9a-f]{8}\.tmp/, 'TMP') }).toEqual(failed(message));
    expect(existsSync(at('d'))).toBe(false);
  });
});

describe('worldstep image flash', () => {
  it('puts texts and a file into a bank', async () => {
    const made = await image(
      'flash',
      at('f'),
      '--size',
      '16',
      '--at',
      '0=PFLA',
      '--at=0x6=x=y',
      '--end',
      file('e', 'BIOS'),
    );
    expect(made).toEqual(done('wrote f: flash bank of 16 bytes\n'));
    expect(readFileSync(at('f')).toString('latin1')).toBe('PFLA\xff\xffx=y\xff\xff\xffBIOS');
  });

  it('makes the bank that a kernel.json declares', async () => {
    const made = await image('flash', at('f'), '--kernel', 'msgqueue', '--arch', 'riscv64', '--bank', 'pflash1');
    expect(made).toEqual(done('wrote f: flash bank of 32M\n'));
    expect(readFileSync(at('f')).subarray(0, 5).toString('latin1')).toBe('PFLA\xff');
  });

  it.each<[string, readonly string[], string]>([
    ['no size', ['--at', '0=x'], '--size or --kernel is missing. Give the size of the bank, for example --size 32M.'],
    [
      'no text',
      ['--size', '32M', '--at', '0'],
      '--at: "0" is not an offset and a text. Write for example --at 0=PFLA.',
    ],
    [
      'a text behind the end',
      ['--size', '8', '--at', '6=PFLA'],
      '"PFLA" has 4 bytes and does not fit into a flash bank of 8 bytes at offset 6. Make the bank larger.',
    ],
    [
      'an unknown bank',
      ['--kernel', join(root, 'kernels/msgqueue'), '--arch', 'riscv64', '--bank', 'pflash7'],
      `--bank: ${join(root, 'kernels/msgqueue/kernel.json')} declares no flash bank pflash7 for riscv64. There is: pflash1.`,
    ],
  ])('says what is wrong with %s', async (_, argv, message) => {
    expect(await image('flash', at('f'), ...argv)).toEqual(failed(message));
  });
});

describe('the files of an image', () => {
  const disk = async (): Promise<string> => {
    const files = new Map([['/sbin/origin', new Uint8Array(1000).fill(7)]]);
    return file('disk.img', await fatDisk({ size: 34 << 20, files }));
  };

  it('are listed, added, extracted and removed', async () => {
    const img = await disk();
    const added = await image('add', img, file('motd', 'hello'), '/etc/');
    expect(added).toEqual(done('added /etc/motd: 5 bytes\n'));
    expect(await image('list', img)).toEqual(
      done(
        [
          'SIZE  CHANGED              PATH',
          '      1980-01-01 00:00:00  /sbin/',
          '1000  1980-01-01 00:00:00  /sbin/origin',
          '      1980-01-01 00:00:00  /etc/',
          '   5  1980-01-01 00:00:00  /etc/motd',
          'FAT32, 34M, 35074048 bytes free',
          '',
        ].join('\n'),
      ),
    );
    expect(await image('extract', img, '/etc/motd', '-')).toEqual(done('hello'));
    expect(await image('extract', img, '/etc/motd', at('out'))).toEqual(done('wrote out: 5 bytes\n'));
    expect(readFileSync(at('out'), 'utf8')).toBe('hello');
    expect(await image('extract', img, '/etc/motd', at('out'))).toEqual(
      failed('out exists already. Add --force to replace it, or name another file.'),
    );
    expect(await image('remove', img, '/etc/motd')).toEqual(done('removed /etc/motd\n'));
    const { stdout } = await image('list', img, '/etc', '--json');
    expect(JSON.parse(stdout)).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(['disk.img', 'motd', 'out']);
  });

  it.each<[string, (img: string) => readonly string[], string]>([
    ['a missing image', () => ['list', at('none.img')], 'none.img does not exist. Check the path.'],
    [
      'no image',
      () => ['list', file('kernel.elf', '\x7fELF')],
      'kernel.elf: The image is an ELF file, not a disk image. Put it on a disk with "worldstep image disk".',
    ],
    [
      'a missing file',
      (img) => ['extract', img, '/sbin/orgin'],
      'disk.img: There is no /sbin/orgin in the image. Did you mean /sbin/origin?',
    ],
    ['missing words', (img) => ['add', img], 'LOCAL is missing. Write: worldstep image add IMAGE LOCAL /PATH.'],
    ['too many words', (img) => ['list', img, '/', 'x'], '"x" is too much: worldstep image list takes IMAGE [/PATH].'],
    [
      'a full disk',
      (img) => ['add', img, file('big', new Uint8Array(40 << 20)), '/big'],
      'disk.img: The disk is full: /big has 41943040 bytes, 35075072 are free, at least 6867968 are missing. Remove files, or make a larger disk.',
    ],
    ['an unknown command', () => ['lst'], 'there is no command "image lst". Did you mean "worldstep image list"?'],
  ])('%s is said, and the image stays as it was', async (_, argv, message) => {
    const img = await disk();
    const before = readFileSync(img);
    expect(await image(...argv(img))).toEqual(failed(message));
    expect(Buffer.compare(readFileSync(img), before)).toBe(0);
  });
});

it('worldstep image and its commands have help texts', async () => {
  expect(await image()).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('image extract IMAGE /PATH [OUT]'),
  });
  expect((await image('--help')).stdout).toMatch(/^Usage: worldstep image COMMAND/);
  expect((await image('disk', '--help')).stdout).toMatch(/^Usage: worldstep image disk OUT \[options\]/);
  expect((await runProgram(['help', 'image', 'list'])).stdout).toMatch(/^Usage: worldstep image list IMAGE \[\/PATH\]/);
});

it('the built program makes a disk with its own fatfs.wasm', async () => {
  execFileSync(process.execPath, [join(root, 'dist/cli.js'), 'image', 'disk', at('disk.img'), '--size', '34M']);
  const expected = await fatDisk({ size: 34 << 20, files: new Map() });
  expect(Buffer.compare(readFileSync(at('disk.img')), expected)).toBe(0);
});
