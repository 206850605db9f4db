import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fatDisk, SMALLEST_DISK } from '../../src/image/disk';
import { FatImage } from '../../src/image/fat';
import { Random, SEED } from '../support/random';

const folder = mkdtempSync(join(tmpdir(), 'worldstep-mtools-'));
afterAll(() => rmSync(folder, { recursive: true }));
const img = join(folder, 'disk.img');
const run = (program: string, ...argv: readonly string[]): Buffer =>
  execFileSync(program, argv, {
    env: { ...process.env, LC_ALL: 'C.UTF-8', PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });

type Files = ReadonlyMap<string, Uint8Array>;
const MIB = 1 << 20;
const NAMES = [
  'origin',
  'A',
  'two words.txt',
  'Größe€漢.bin',
  'x.tar.gz',
  'UPPER.TXT',
  'mixed.Case',
  `${'long'.repeat(60)}.log`,
];

/** Files in folders up to four deep, sizes around cluster boundaries. */
function randomFiles(random: Random, count: number): Files {
  const files = new Map<string, Uint8Array>();
  for (let index = 0; index < count; index++) {
    const folders = Array.from({ length: random.below(4) }, () => `dir ${random.below(3)}`);
    const path = `/${[...folders, `${index} ${random.pick(NAMES)}`].join('/')}`;
    const size = random.pick([0, 1, 511, 512, 513, 4095, 4096, 4097, random.below(300_000)]);
    files.set(path, Buffer.alloc(size, `${path} `));
  }
  return files;
}

/** The image is clean and mtools finds exactly these files in it. */
function check(bytes: Uint8Array, files: Files, note: string): void {
  writeFileSync(img, bytes);
  expect(run('fsck.fat', '-n', img).toString(), note).toMatch(
    /^fsck\.fat .*\n.*disk\.img: \d+ files, \d+\/\d+ clusters\n$/,
  );
  const out = join(folder, 'out');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  const listed = files.size === 0 ? '' : run('mdir', '-b', '-/', '-f', '-i', img, '::').toString();
  const found = listed.split('\n').filter((line) => line !== '' && !line.endsWith('/'));
  expect(found.map((line) => line.replace(/^::/, '')).sort(), note).toEqual([...files.keys()].sort());
  if (files.size > 0) run('mcopy', '-s', '-i', img, '::*', out);
  for (const [path, content] of files) {
    expect(Buffer.compare(readFileSync(join(out, path)), content), `${note} ${path}`).toBe(0);
  }
}

describe('mtools and fsck.fat agree with what is written here', () => {
  it.each([
    ['the smallest disk', SMALLEST_DISK],
    ['64 MiB', 64 * MIB],
    ['the largest disk with clusters of a sector', 260 * MIB],
    ['a disk with clusters of 4 KiB', 261 * MIB],
  ])('%s', async (_, size) => {
    const files = randomFiles(new Random(SEED), 25);
    check(await fatDisk({ size, label: 'WORLDSTEP', files }), files, `WORLDSTEP_SEED=${SEED}`);
    expect(run('mlabel', '-s', '-i', img, '::').toString()).toContain('WORLDSTEP');
    check(await fatDisk({ size, files: new Map() }), new Map(), 'empty');
  });

  it('a folder with hundreds of long names', async () => {
    const names = Array.from({ length: 400 }, (_, index) => `/many/a rather long name with the number ${index}`);
    const files = new Map(names.map((name) => [name, Buffer.from(name)]));
    check(await fatDisk({ size: 64 * MIB, files }), files, 'many');
  });

  it('one file after another, replaced and removed', async () => {
    const random = new Random(SEED);
    const bytes = await fatDisk({ size: SMALLEST_DISK, files: new Map() });
    const image = await FatImage.open(bytes);
    const files = new Map<string, Uint8Array>();
    for (const [path, content] of randomFiles(random, 60)) {
      image.add(path, content);
      files.set(path, content);
      const other = random.pick([...files.keys()]);
      const choice = random.below(9);
      if (choice < 3) {
        image.remove(other);
        files.delete(other);
      } else if (choice < 5) {
        files.set(other, Buffer.alloc(random.below(5000), 'new '));
        image.add(other, files.get(other)!);
      }
    }
    check(bytes, files, `WORLDSTEP_SEED=${SEED}`);
  });
});

describe('an image by mkfs.fat and mcopy is read and changed here', () => {
  it.each([
    ['FAT12', 2, []],
    ['FAT16', 20, []],
    ['FAT16', 64, ['-s', '8', '-h', '63']],
    ['FAT32', 64, []],
    ['FAT32', 300, ['-f', '1']],
    ['FAT32', 40, ['-S', '512', '-s', '1', '-R', '40']],
    ['FAT16', 64, ['-S', '4096']],
  ] as const)('%s of %i MiB, mkfs.fat %j', async (type, size, options) => {
    rmSync(img, { force: true });
    writeFileSync(img, '');
    truncateSync(img, size * MIB);
    run('mkfs.fat', '-F', type.slice(3), '-i', '12345678', '--invariant', ...options, img);
    const files = new Map(randomFiles(new Random(SEED), size > 4 ? 15 : 3));
    const source = join(folder, 'source');
    rmSync(source, { recursive: true, force: true });
    mkdirSync(source);
    for (const [path, content] of files) {
      mkdirSync(join(source, path, '..'), { recursive: true });
      writeFileSync(join(source, path), content);
    }
    run('sh', '-c', `mcopy -s -i ${img} ${source}/* ::`);
    const bytes = readFileSync(img);
    const image = await FatImage.open(bytes);
    expect(image.layout.type).toBe(type);
    const read = image.list().filter(({ isFolder }) => !isFolder);
    expect(read.map(({ path }) => path).sort(), `WORLDSTEP_SEED=${SEED}`).toEqual([...files.keys()].sort());
    for (const [path, content] of files) {
      expect(Buffer.compare(image.read(path), content), `WORLDSTEP_SEED=${SEED} ${path}`).toBe(0);
    }
    const added = new Map([
      ['/new folder/added by us.txt', Buffer.alloc(30_000, 'added ')],
      ['/dir 1/dir 2/another', Buffer.from('x')],
    ]);
    const [first = ''] = files.keys();
    image.remove(first);
    files.delete(first);
    for (const [path, content] of added) {
      image.add(path, content);
      files.set(path, content);
    }
    check(bytes, files, `WORLDSTEP_SEED=${SEED}`);
  });
});
