/** `worldstep image list`, `add`, `extract` and `remove`: the files of a disk image. */
import { basename } from 'node:path';
import { sizeText } from '../../../image/disk';
import { type FatEntry, FatImage } from '../../../image/fat';
import { ImageError } from '../../../image/image-error';
import { type Command, type CommandContext, EXIT, UsageError } from '../command';
import { readFile, refuseExisting, wholeFile, writeWhole } from '../files';
import { localFile } from './local-files';

export const listCommand: Command = {
  name: 'image list',
  word: 'IMAGE',
  moreWords: ['[/PATH]'],
  summary: 'Lists the files of a FAT image, or those below a folder in it.',
  options: { json: { help: 'One JSON array instead of a table.' } },
  notes: 'Example: worldstep image list disk.img /sbin',
  run: async ({ words: [image = '', path], options }, context) => {
    const { fat } = await openImage(image, context);
    const entries = inImage(image, () => fat.list(path));
    context.stdout.write(options.has('json') ? `${JSON.stringify(entries)}\n` : table(entries, fat));
    return EXIT.done;
  },
};

export const addCommand: Command = {
  name: 'image add',
  word: 'IMAGE',
  moreWords: ['LOCAL', '/PATH'],
  summary: 'Puts a file, or all files of a folder, into a FAT image; replaces files, makes folders.',
  options: {},
  notes:
    'A /PATH with a slash at its end keeps the name of the file.\n' +
    'Nothing is changed when a file does not fit.\n' +
    'Examples:\n' +
    '  worldstep image add disk.img build/origin /sbin/origin\n' +
    '  worldstep image add disk.img motd.txt /etc/',
  run: async ({ words: [image = '', local = '', path = ''] }, context) => {
    const { bytes, fat } = await openImage(image, context);
    const files = await localFile(context.host, local, path);
    for (const [to, content] of files) inImage(image, () => fat.add(to, content));
    await writeWhole(image, wholeFile(bytes));
    for (const [to, content] of files) context.stdout.write(`added ${to}: ${content.length} bytes\n`);
    return EXIT.done;
  },
};

export const extractCommand: Command = {
  name: 'image extract',
  word: 'IMAGE',
  moreWords: ['/PATH', '[OUT]'],
  summary: 'Copies a file out of a FAT image; without OUT under its own name, with OUT "-" to stdout.',
  options: { force: { help: 'Replace OUT if it exists.' } },
  notes: 'Example: worldstep image extract disk.img /sbin/origin origin.bin',
  run: async ({ words: [image = '', path = '', out = basename(path)], options }, context) => {
    const { fat } = await openImage(image, context);
    const bytes = inImage(image, () => fat.read(path));
    if (out === '-') {
      context.stdout.write(bytes);
      return EXIT.done;
    }
    if (!options.has('force')) await refuseExisting(out);
    await writeWhole(out, wholeFile(bytes));
    context.stdout.write(`wrote ${out}: ${bytes.length} bytes\n`);
    return EXIT.done;
  },
};

export const removeCommand: Command = {
  name: 'image remove',
  word: 'IMAGE',
  moreWords: ['/PATH'],
  summary: 'Removes a file or an empty folder from a FAT image.',
  options: {},
  notes: 'Example: worldstep image remove disk.img /etc/motd',
  run: async ({ words: [image = '', path = ''] }, context) => {
    const { bytes, fat } = await openImage(image, context);
    inImage(image, () => fat.remove(path));
    await writeWhole(image, wholeFile(bytes));
    context.stdout.write(`removed ${path}\n`);
    return EXIT.done;
  },
};

async function openImage(
  path: string,
  { host }: CommandContext,
): Promise<{ readonly bytes: Uint8Array; readonly fat: FatImage }> {
  const bytes = await readFile(host, path);
  const fat = await FatImage.open(bytes).catch((error: unknown) => {
    throw named(path, error);
  });
  return { bytes, fat };
}

function inImage<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw named(path, error);
  }
}

const named = (path: string, error: unknown): unknown =>
  error instanceof ImageError ? new UsageError(`${path}: ${error.message}`) : error;

function table(entries: readonly FatEntry[], fat: FatImage): string {
  const rows = entries.map(({ path, size, isFolder, modified }) =>
    isFolder ? ['', modified, `${path}/`] : [String(size), modified, path],
  );
  const width = Math.max(4, ...rows.map(([size = '']) => size.length));
  const lines = [['SIZE', 'CHANGED            ', 'PATH'], ...rows].map(([size = '', modified, path]) =>
    [size.padStart(width), modified, path].join('  '),
  );
  const { type, size } = fat.layout;
  const where = fat.place.partition === undefined ? '' : `partition ${fat.place.partition}, `;
  return `${lines.join('\n')}\n${where}${type}, ${sizeText(size)}, ${fat.free()} bytes free\n`;
}
