import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fatDisk, sparseFatDisk } from '../../src/image/disk';
import { FatImage } from '../../src/image/fat';
import { foldCase } from '../../src/image/fat-path';
import { ImageError } from '../../src/image/image-error';
import { toBytes } from '../../src/image/sectors';
import { Random, SEED } from '../support/random';

const SIZE = 34 << 20;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
const filled = (length: number, value = 7): Uint8Array => new Uint8Array(length).fill(value);

const disk = (files: Readonly<Record<string, Uint8Array>> = {}, size = SIZE): Promise<Uint8Array> =>
  fatDisk({ size, files: new Map(Object.entries(files)) });
const open = async (files: Readonly<Record<string, Uint8Array>> = {}, size = SIZE): Promise<FatImage> =>
  FatImage.open(await disk(files, size));

describe('an image made here', () => {
  it('is listed with sizes and the fixed time', async () => {
    const image = await open({ '/sbin/gkernel': filled(1000), '/etc/motd': text('hi'), '/empty': text('') });
    expect(image.layout).toMatchObject({ type: 'FAT32', sectorSize: 512, clusterSize: 512 });
    const modified = '1980-01-01 00:00:00';
    expect(image.list()).toEqual([
      { path: '/empty', size: 0, isFolder: false, modified },
      { path: '/etc', size: 0, isFolder: true, modified },
      { path: '/etc/motd', size: 2, isFolder: false, modified },
      { path: '/sbin', size: 0, isFolder: true, modified },
      { path: '/sbin/gkernel', size: 1000, isFolder: false, modified },
    ]);
    expect(image.list('/sbin').map(({ path }) => path)).toEqual(['/sbin/gkernel']);
    expect(image.list('/etc/motd').map(({ path }) => path)).toEqual(['/etc/motd']);
  });

  it('gives up its files, whatever the case of the path', async () => {
    const image = await open({ '/sbin/Origin': text('origin') });
    expect(image.read('/SBIN/origin')).toEqual(text('origin'));
  });

  it('takes files in place of others, and in new folders', async () => {
    const image = await open({ '/a': filled(5000), '/b': text('b') });
    image.add('/a', text('short'));
    image.add('/deep/er/file.txt', filled(1_000_000, 9));
    expect(image.read('/a')).toEqual(text('short'));
    expect(image.read('/b')).toEqual(text('b'));
    expect(same(image.read('/deep/er/file.txt'), filled(1_000_000, 9))).toBe(true);
  });

  it('has its space back when files and folders are removed', async () => {
    const image = await open({ '/a': text('a') });
    const before = image.free();
    image.add('/x/y', filled(100_000));
    image.remove('/x/y');
    image.remove('/x');
    expect(image.free()).toBe(before);
    expect(image.list().map(({ path }) => path)).toEqual(['/a']);
  });
});

describe('what cannot be done changes no byte and says what to do', () => {
  it.each<[string, (image: FatImage) => unknown, string]>([
    [
      'read nothing',
      (image) => image.read('/sbin/orign'),
      'There is no /sbin/orign in the image. Did you mean /sbin/origin?',
    ],
    [
      'read in nothing',
      (image) => image.read('/x/y'),
      'There is no /x/y in the image. List the image to see what there is.',
    ],
    ['read a folder', (image) => image.read('/sbin'), '/sbin is a folder. Name a file in it.'],
    [
      'list nothing',
      (image) => image.list('/zzz'),
      'There is no /zzz in the image. List the image to see what there is.',
    ],
    [
      'remove a folder with files',
      (image) => image.remove('/sbin'),
      'The folder /sbin is not empty. Remove what is in it first.',
    ],
    ['remove the root', (image) => image.remove('/'), 'The root folder cannot be removed. Name a file in it.'],
    ['write a folder', (image) => image.add('/sbin', text('x')), '/sbin is a folder. Name the file in it.'],
    [
      'write below a file',
      (image) => image.add('/new/../x', text('x')),
      '"/new/../x": ".." cannot be used here. Write the path without it.',
    ],
    [
      'write below a file',
      (image) => image.add('/sbin/origin/x', text('x')),
      '/sbin/origin is a file, so nothing can lie below it. Use another path, or remove the file first.',
    ],
    [
      'write what does not fit',
      (image) => image.add('/new/folder/big', filled(SIZE)),
      'The disk is full: /new/folder/big has 35651584 bytes, 35075584 are free, at least 576000 are missing. Remove files, or make a larger disk.',
    ],
    [
      'replace by what does not fit',
      (image) => image.add('/sbin/origin', filled(SIZE)),
      'The disk is full: /sbin/origin has 35651584 bytes, 35076096 are free, at least 575488 are missing. Remove files, or make a larger disk.',
    ],
  ])('%s', async (_, act, message) => {
    const bytes = await disk({ '/sbin/origin': text('origin') });
    const before = bytes.slice();
    const image = await FatImage.open(bytes);
    expect(() => act(image)).toThrow(new ImageError(message));
    expect(same(bytes, before)).toBe(true);
  });
});

describe('what is no FAT volume is named', () => {
  const zeros = (length: number, ...marks: readonly (readonly [number, string])[]): Uint8Array => {
    const bytes = Buffer.alloc(length);
    for (const [offset, mark] of marks) bytes.write(mark, offset, 'latin1');
    return bytes;
  };
  const MAKE = 'Make a FAT32 disk with "worldstep image disk"';
  const partition = (type: number, start: number, sectors: number): string => {
    const entry = Buffer.alloc(16);
    entry[4] = type;
    entry.writeUInt32LE(start, 8);
    entry.writeUInt32LE(sectors, 12);
    return entry.toString('latin1');
  };
  it.each<[string, Uint8Array, string]>([
    ['empty', zeros(0), 'The image has 0 bytes, less than a sector. Name a disk image.'],
    ['zeros', zeros(4096), `The image is not formatted: it begins with zeros. ${MAKE}.`],
    [
      'noise',
      zeros(4096, [0, 'hello']),
      `The image is no FAT volume: its first sector is no FAT boot sector. ${MAKE}.`,
    ],
    [
      'qcow2',
      zeros(4096, [0, 'QFI\xfb']),
      'The image is a qcow2 image. Convert it with: qemu-img convert -O raw IMAGE disk.img.',
    ],
    [
      'ext4',
      zeros(4096, [0x438, '\x53\xef']),
      `The image is an ext2, ext3 or ext4 volume; only FAT12, FAT16 and FAT32 can be used. ${MAKE}.`,
    ],
    ['gzip', zeros(4096, [0, '\x1f\x8b']), 'The image is compressed with gzip. Unpack it with: gunzip IMAGE.'],
    [
      'ELF',
      zeros(4096, [0, '\x7fELF']),
      'The image is an ELF file, not a disk image. Put it on a disk with "worldstep image disk".',
    ],
    [
      'partitions without FAT',
      zeros(4096, [446, partition(0x83, 2, 3)], [462, partition(0x82, 5, 2)], [510, '\x55\xaa']),
      `The image has partitions, none of them FAT: 1 (type 0x83) at byte 1024, 2 (type 0x82) at byte 2560. ${MAKE}.`,
    ],
  ])('%s', async (_, bytes, message) => {
    await expect(FatImage.open(bytes)).rejects.toThrow(new ImageError(message));
  });

  it.each<[string, number, number, string]>([
    ['cluster size', 13, 3, '3 sectors in a cluster'],
    ['number of tables', 16, 0, '0 file allocation tables'],
    ['root folder', 44, 0, 'cluster 0 for the root folder'],
    ['length of the tables', 37, 0, 'tables of 16896 bytes, too short for 69534 clusters'],
  ])('a boot sector with an impossible %s', async (_, offset, value, message) => {
    const bytes = await disk();
    bytes[offset] = value;
    await expect(FatImage.open(bytes)).rejects.toThrow(`The image is damaged: its boot sector names ${message}`);
  });

  it('an image that is cut short, with both lengths', async () => {
    await expect(FatImage.open((await disk()).subarray(0, 1 << 20))).rejects.toThrow(
      new ImageError(
        'The image is cut short: its FAT32 volume has 35651584 bytes and the file has 1048576 for it. Copy or make it again.',
      ),
    );
  });

  it('the first FAT partition is opened, and changed in its place', async () => {
    const bytes = new Uint8Array(SIZE + (1 << 20));
    bytes.set(await disk({ '/a': text('a') }), 1 << 20);
    Buffer.from(bytes.buffer).write(partition(0x0c, 2048, SIZE / 512), 446, 'latin1');
    bytes.set([0x55, 0xaa], 510);
    const image = await FatImage.open(bytes);
    expect(image.place).toEqual({ start: 1 << 20, end: bytes.length, partition: 1 });
    image.add('/b', text('b'));
    const again = await FatImage.open(bytes.slice());
    expect(again.list().map(({ path }) => path)).toEqual(['/a', '/b']);
  });
});

describe('random sets of files', () => {
  const name = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'abcXYZ019 ._-+äß€漢🙂'), minLength: 1, maxLength: 30 }),
    fc.string({ unit: fc.constantFrom('a', 'B', '7'), minLength: 200, maxLength: 255 }),
  );
  const usable = name.filter((each) => !/[. ]$/.test(each) && each.length <= 255);
  const path = fc.array(usable, { minLength: 1, maxLength: 4 }).map((names) => `/${names.join('/')}`);
  const size = fc.oneof(fc.constantFrom(0, 1, 511, 512, 513, 1024, 4095, 4096, 4097, 262_144, 262_145), fc.nat(20_000));
  const sets = fc.array(fc.tuple(path, size), { minLength: 1, maxLength: 12 }).map((entries) => {
    const files = new Map<string, Uint8Array>();
    const taken = new Map<string, string>();
    for (const [index, [each, length]] of entries.entries()) {
      const parts = each
        .split('/')
        .map((_, at, all) => all.slice(0, at + 1).join('/'))
        .slice(1);
      const clashes = parts.some((part, at) => {
        const kind = at === parts.length - 1 ? 'file' : `folder ${part}`;
        return (taken.get(foldCase(part)) ?? kind) !== kind || (kind === 'file' && taken.has(foldCase(part)));
      });
      if (clashes) continue;
      for (const [at, part] of parts.entries()) {
        taken.set(foldCase(part), at === parts.length - 1 ? 'file' : `folder ${part}`);
      }
      files.set(each, filled(length, index + 1));
    }
    return files;
  });
  const check = (image: FatImage, files: ReadonlyMap<string, Uint8Array>): void => {
    const listed = image.list().filter(({ isFolder }) => !isFolder);
    expect(listed.map(({ path: each }) => each).sort()).toEqual([...files.keys()].sort());
    for (const [each, bytes] of files) expect(same(image.read(each), bytes), each).toBe(true);
  };

  it('come back as they were, made at once or one by one', async () => {
    await fc.assert(
      fc.asyncProperty(sets, async (files) => {
        check(await FatImage.open(toBytes(await sparseFatDisk({ size: SIZE, files }))), files);
        const image = await open();
        const free = image.free();
        for (const [each, bytes] of files) image.add(each, bytes);
        check(image, files);
        for (const { path: each } of image.list().reverse()) image.remove(each);
        expect(image.list()).toEqual([]);
        // The root folder may have grown and stays so.
        expect(free - image.free()).toBeLessThan(16 * 1024);
      }),
      { seed: SEED, numRuns: 25 },
    );
  });
});

describe('random damage', () => {
  it('is survived: every call gives a result or an ImageError', async () => {
    const random = new Random(SEED);
    const whole = await disk({
      '/sbin/origin': filled(3000),
      '/a/b/c/d': text('deep'),
      '/long name of a file': filled(600),
    });
    const { entriesStart } = (await FatImage.open(whole)).layout;
    const places = [
      [0, 512],
      [0, 90],
      [32 * 512, 200],
      [entriesStart, 512],
      [entriesStart, 8192],
      [512, 512],
    ] as const;
    const bytes = whole.slice();
    let opened = 0;
    for (let round = 0; round < 1000; round++) {
      const note = `WORLDSTEP_SEED=${SEED} round ${round}`;
      for (let count = 1 + random.below(6); count > 0; count--) {
        const [start, length] = random.pick(places);
        bytes[start + random.below(length)] =
          random.below(4) === 0 ? random.pick([0, 1, 2, 3, 0xff, 0xf8, 0xe5]) : random.below(256);
      }
      const attempt = (work: () => void): void => {
        try {
          work();
        } catch (error) {
          expect(error, note).toBeInstanceOf(ImageError);
        }
      };
      const image = await FatImage.open(bytes).catch((error: unknown) => {
        expect(error, note).toBeInstanceOf(ImageError);
        return undefined;
      });
      if (image) {
        opened++;
        attempt(() => image.list());
        attempt(() => image.read('/sbin/origin'));
        attempt(() => image.read('/a/b/c/d'));
        attempt(() => image.add('/a/new file', filled(2000)));
        attempt(() => image.remove('/long name of a file'));
        attempt(() => image.free());
      }
      if (random.below(3) > 0) bytes.set(whole.subarray(0, 2 << 20));
    }
    expect(opened, `WORLDSTEP_SEED=${SEED}`).toBeGreaterThan(150);
    const again = await FatImage.open(whole);
    expect(again.read('/a/b/c/d')).toEqual(text('deep'));
  });
});
