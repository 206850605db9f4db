/** `worldstep image disk`: a new FAT32 disk. */
import { type DiskContents, sizeText, sparseFatDisk } from '../../../image/disk';
import { diskContents, kernelDisk } from '../../../image/kernel-media';
import { fatContentOf } from '../../../image/kernel-package';
import type { SparseImage } from '../../../image/sectors';
import { type Arguments, type Command, type CommandContext, EXIT, UsageError } from '../command';
import { readUnpacked, refuseExisting, writeWhole } from '../files';
import { localFiles } from './local-files';
import { chooseTarget, type ImageTarget } from './target';
import { byteCount } from './values';

export const diskCommand: Command = {
  name: 'image disk',
  word: 'OUT',
  moreWords: [],
  summary: 'Makes a FAT32 disk image from files, or the one that a kernel.json declares.',
  options: {
    size: { value: 'SIZE', help: 'Size of the disk, 33M to 2G.' },
    label: { value: 'L', help: 'Label: at most 11 letters, digits, blanks, dashes, underscores.' },
    add: {
      value: 'LOCAL=/PATH',
      help: 'Puts a file, or all files of a folder, on the disk. May be repeated.',
      isList: true,
    },
    kernel: { value: 'K', help: 'Bundled kernel or kernel.json whose declared disk is made, programs included.' },
    arch: { value: 'A', help: "Architecture of the kernel's disk." },
    force: { help: 'Replace OUT if it exists.' },
  },
  notes:
    'A /PATH with a slash at its end keeps the name of the file: --add build/init=/sbin/ gives /sbin/init.\n' +
    'Examples:\n' +
    '  worldstep image disk disk.img --size 64M --add build/origin=/sbin/origin --add etc=/etc\n' +
    '  worldstep image disk disk.img --kernel lazymapping --arch riscv64\n' +
    'On QEMU: -drive if=none,id=d,format=raw,file=disk.img -device virtio-blk-pci,drive=d',
  run: makeDisk,
};

async function makeDisk(args: Arguments, context: CommandContext): Promise<number> {
  const { words, options } = args;
  const [out = ''] = words;
  if (!options.has('force')) await refuseExisting(out);
  const added = await localFiles(context.host, args.lists.get('add') ?? []);
  const image = options.has('kernel') ? await declaredDisk(options, added, context) : await ownDisk(options, added);
  await writeWhole(out, image);
  context.stdout.write(`wrote ${out}: disk of ${sizeText(image.size)}\n`);
  return EXIT.done;
}

async function ownDisk(
  options: ReadonlyMap<string, string>,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<SparseImage> {
  const size = options.get('size');
  if (size === undefined) {
    throw new UsageError('--size or --kernel is missing. Give the size of the disk, for example --size 64M.');
  }
  if (options.has('arch')) throw new UsageError('--arch belongs to --kernel. Leave it out, or add --kernel.');
  return sparseFatDisk({ size: byteCount('--size', size), label: options.get('label'), files });
}

async function declaredDisk(
  options: ReadonlyMap<string, string>,
  added: ReadonlyMap<string, Uint8Array>,
  context: CommandContext,
): Promise<SparseImage> {
  for (const name of ['size', 'label']) {
    if (options.has(name)) throw new UsageError(`--${name}: the kernel.json says it. Leave --${name} or --kernel out.`);
  }
  const target = await chooseTarget(context, options.get('kernel') ?? '', options.get('arch'));
  const { build, path } = target;
  const read = (file: string): Promise<Uint8Array> => readUnpacked(context.host, file);
  if (added.size > 0) return sparseFatDisk(await withMore(target, added, read));
  const disk = build.disks.find(({ content }) => content.kind === 'fat') ?? build.disks[0];
  if (!disk) throw noDisk(target);
  return kernelDisk(build, disk, path, read);
}

async function withMore(
  target: ImageTarget,
  added: ReadonlyMap<string, Uint8Array>,
  read: (file: string) => Promise<Uint8Array>,
): Promise<DiskContents> {
  const { build, path } = target;
  const [first] = build.disks;
  if (first === undefined) throw noDisk(target);
  const disk = fatContentOf(build);
  if (disk === undefined) {
    const what = first.content.kind === 'image' ? (first.content.path ?? 'one of zeros') : 'one';
    throw new UsageError(`--add: ${path} names a finished disk image, ${what}. Copy it and use "worldstep image add".`);
  }
  const contents = await diskContents(build, disk, path, read);
  return { ...contents, files: new Map([...contents.files, ...added]) };
}

const noDisk = ({ path, arch }: ImageTarget): UsageError =>
  new UsageError(
    `${path} declares no disk for ${arch}. Add "disk" to "architectures.${arch}", or give --size and --add.`,
  );
