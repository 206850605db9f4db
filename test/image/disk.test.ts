import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DiskContents, fatDisk, SMALLEST_DISK, sparseFatDisk } from '../../src/image/disk';
import { ImageError } from '../../src/image/image-error';
import { toBytes } from '../../src/image/sectors';
import { SEED } from '../support/random';

const SIZE = 64 << 20;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const disk = (files: Readonly<Record<string, Uint8Array>>, more: Partial<DiskContents> = {}): Promise<Uint8Array> =>
  fatDisk({ size: SIZE, files: new Map(Object.entries(files)), ...more });

describe('a disk made from files', () => {
  it('has the same bytes each time, in whatever order the files are given', async () => {
    const [a, b] = [
      await disk({ '/b/x': text('x'), '/a': text('a') }),
      await disk({ '/a': text('a'), '/b/x': text('x') }),
    ];
    expect(Buffer.compare(a, b)).toBe(0);
  });

  it('is stored without its zeros, and whole it is the same', async () => {
    const contents = { size: SIZE, files: new Map([['/sbin/origin', new Uint8Array(100_000).fill(7)]]) };
    const sparse = await sparseFatDisk(contents);
    const kept = [...sparse.chunks.values()].reduce((sum, chunk) => sum + chunk.length, 0);
    expect(kept).toBeLessThan(150_000);
    expect(Buffer.compare(toBytes(sparse), await fatDisk(contents))).toBe(0);
  });

  it('holds its label in both boot sectors and in the root folder', async () => {
    const bytes = await disk({}, { label: 'ArceOS' });
    const at = (offset: number) => Buffer.from(bytes.subarray(offset, offset + 11)).toString();
    const root = Buffer.from(bytes).readUInt32LE(36) * 2 * 512 + 32 * 512;
    expect([at(71), at(6 * 512 + 71), at(root)]).toEqual(['ARCEOS     ', 'ARCEOS     ', 'ARCEOS     ']);
  });

  it('can be as small as FAT32 allows', async () => {
    expect(await fatDisk({ size: SMALLEST_DISK, files: new Map() })).toHaveLength(SMALLEST_DISK);
  });
});

describe('a disk that cannot be made says why and what to do', () => {
  it.each<[string, Partial<DiskContents>, string]>([
    ['not whole sectors', { size: 1000 }, 'A disk of 1000 bytes is not a whole number of 512-byte sectors. Use "64M".'],
    [
      'too small',
      { size: SMALLEST_DISK - 512 },
      'A disk of 34098688 bytes is too small for FAT32. It needs at least 34099200 bytes; use "33M" or more.',
    ],
    ['too large', { size: 4 * 2 ** 30 }, 'A disk of 4G is too large. Use at most "2G".'],
    [
      'label',
      { label: 'Größe' },
      '"Größe" cannot be a disk\'s label. Use at most 11 letters (A to Z), digits, blanks, dashes or underscores.',
    ],
  ])('%s', async (_, more, message) => {
    await expect(disk({}, more)).rejects.toThrow(new ImageError(message));
  });

  it.each<[string, readonly string[], string]>([
    ['relative path', ['sbin/x'], '"sbin/x" is no path inside an image. Start it with a slash, for example /sbin/x.'],
    ['root', ['/'], '"/" is a folder of the image. Name a file in it, for example /init.'],
    ['folder', ['/sbin/'], '"/sbin/" is a folder of the image. Name a file in it, for example /sbin/init.'],
    ['empty name', ['/sbin//x'], '"/sbin//x": two slashes follow each other. Write one.'],
    ['dots', ['/sbin/../x'], '"/sbin/../x": ".." cannot be used here. Write the path without it.'],
    ['colon', ['/a:b'], '"/a:b": a name on a FAT disk must not hold ":". Use another name.'],
    ['line end', ['/a\nb'], '"/a\nb": a name on a FAT disk must not hold "\\n". Use another name.'],
    ['final dot', ['/a.'], '"/a.": "a." ends in a dot, which FAT drops.'],
    ['half a character', ['/a\ud800'], '"/a\ud800": a name is not valid Unicode. Use another name.'],
    ['case', ['/Init', '/init'], '/Init and /init differ in case only, which FAT does not tell apart. Rename one.'],
    ['case of folders', ['/A/x', '/a/y'], '/A and /a differ in case only, which FAT does not tell apart. Rename one.'],
    ['file and folder', ['/a/b', '/a'], '/a is a file and a folder. Rename one.'],
  ])('%s', async (_, paths, message) => {
    const files = Object.fromEntries(paths.map((path) => [path, text('x')]));
    await expect(disk(files)).rejects.toThrow(new ImageError(message));
  });

  it('names longer than FAT holds', async () => {
    await expect(disk({ [`/${'x'.repeat(256)}`]: text('') })).rejects.toThrow(
      /: a name has 256 characters, and FAT holds 255\.$/,
    );
    await expect(disk({ [`/${'x'.repeat(255)}`]: text('') })).resolves.toHaveLength(SIZE);
  });

  it('files that do not fit: what they need, what there is, and the size to give, which suffices', async () => {
    // One cluster is the root folder's.
    const room = 66_042_880 - 512;
    await expect(disk({ '/x': new Uint8Array(room) })).resolves.toHaveLength(SIZE);
    const files = { '/x': new Uint8Array(room + 1) };
    await expect(disk(files)).rejects.toThrow(
      new ImageError(
        'The files need 66043392 bytes, and a disk of 64M has room for 66042880. Give the disk at least 65M, or leave files out.',
      ),
    );
    await expect(disk(files, { size: 65 << 20 })).resolves.toHaveLength(65 << 20);
  });

  it('no path makes it fail with anything but a message', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { maxLength: 4 }), async (names) => {
        const files = new Map(names.map((name) => [`/${name}`, text(name)]));
        await sparseFatDisk({ size: SMALLEST_DISK, files }).catch((error: unknown) => {
          expect(error).toBeInstanceOf(ImageError);
        });
      }),
      { seed: SEED, numRuns: 60 },
    );
  });
});
