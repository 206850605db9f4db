/**
 * Makes the images that tasks describe, and says what it does line by line. Free of VS Code: whoever calls it reads the
 * files and writes the result.
 */
import { t } from '../base/l10n';
import { type DiskContents, fatDisk } from '../image/disk';
import { flashImage } from '../image/flash';
import { diskContents, kernelDisk, kernelFlash } from '../image/kernel-media';
import {
  type DeclaredFlash,
  type FatContent,
  fatContentOf,
  type KernelBuild,
  type KernelPackage,
} from '../image/kernel-package';
import { toBytes } from '../image/sectors';
import { type DiskTask, defaultOutput, type FlashTask } from './task-definition';

/** The image cannot be made; the message says why and what to do. */
export class RecipeError extends Error {}

/** What making an image needs of its surroundings. Paths are relative to kernel.json or, without one, to the workspace. */
export interface ImageWork {
  /** Reads a file, unpacked when its name ends in `.gz`. Rejects with a {@link RecipeError} that names it. */
  read(path: string): Promise<Uint8Array>;
  /** Paths of the files below a folder, relative to it, sorted; `undefined` if `path` is no folder. */
  list(path: string): Promise<readonly string[] | undefined>;
  /** Takes a line of progress. */
  say(line: string): void;
  /** Throws if the user has had enough; otherwise lets others run. */
  checkpoint(): Promise<void>;
}

/** A finished image. */
export interface MadeImage {
  readonly bytes: Uint8Array;
  /** Where it goes, relative as the other paths are; from the task if that says it. */
  readonly output: string;
}

/** Makes the disk image of a task; `kernel` is the package that the task names, if it names one. */
export async function makeDisk(task: DiskTask, kernel: KernelPackage | undefined, work: ImageWork): Promise<MadeImage> {
  if (task.kernel === undefined || !kernel) return makeOwnDisk(task, work);
  const { arch, build } = chosenBuild(kernel, task.arch);
  const output = task.output ?? defaultOutput(kernel.name, arch, 'disk');
  const [first] = build.disks;
  if (first === undefined) {
    throw new RecipeError(
      t`${kernel.name} declares no disk for ${arch}. Add "disk" to "architectures.${arch}" in its kernel.json, or name "size" and "files" in the task instead of "kernel".`,
    );
  }
  const disk = fatContentOf(build);
  if (disk === undefined) {
    const { content } = first;
    const what =
      content.kind === 'image' && content.path !== undefined ? t`the file ${content.path}` : t`made of zeros`;
    work.say(t`The disk of ${kernel.name} for ${arch} is ${what}: it is copied as it is.`);
    return { bytes: toBytes(await kernelDisk(build, first, 'kernel.json', (file) => work.read(file))), output };
  }
  work.say(t`Disk image of ${kernel.name} for ${arch}`);
  const { size, label, files } = await declaredDisk(kernel.name, arch, build, disk, work);
  for (const [path, bytes] of files) work.say(`  ${path}  ${sizeText(bytes.length)}`);
  return { bytes: await compose(size, label, files, work), output };
}

async function declaredDisk(
  kernel: string,
  arch: string,
  build: KernelBuild,
  disk: FatContent,
  work: ImageWork,
): Promise<DiskContents> {
  try {
    return await diskContents(build, disk, 'kernel.json', (path) => readAndSay(path, work));
  } catch (error) {
    const isOurs = build.programs.some(({ crate }) => crate !== undefined);
    if (!(error instanceof RecipeError) || !isOurs) throw error;
    throw new RecipeError(t`${error.message} The task "worldstep: build ${kernel} (${arch})" builds the programs.`);
  }
}

async function readAndSay(path: string, work: ImageWork): Promise<Uint8Array> {
  await work.checkpoint();
  const bytes = await work.read(path);
  const size = sizeText(bytes.length);
  work.say(path.endsWith('.gz') ? t`Read ${path}, ${size} unpacked.` : t`Read ${path}, ${size}.`);
  return bytes;
}

async function makeOwnDisk(task: DiskTask, work: ImageWork): Promise<MadeImage> {
  if (task.kernel !== undefined) throw new RecipeError(t`${task.kernel} could not be read.`);
  work.say(t`Disk image of the files that the task names`);
  const files = new Map<string, Uint8Array>();
  for (const [path, origin] of task.files) {
    const below = await work.list(origin);
    const folder = path.replace(/\/+$/, '');
    for (const [to, from] of below?.map((each) => [`${folder}/${each}`, `${origin}/${each}`]) ?? [[path, origin]]) {
      if (to === undefined || from === undefined) continue;
      await work.checkpoint();
      const bytes = await work.read(from);
      work.say(`  ${to}  ${t`${sizeText(bytes.length)}, from ${from}`}`);
      files.set(to, bytes);
    }
  }
  return { bytes: await compose(task.size, task.label, files, work), output: task.output };
}

async function compose(
  size: number,
  label: string | undefined,
  files: ReadonlyMap<string, Uint8Array>,
  work: ImageWork,
): Promise<Uint8Array> {
  await work.checkpoint();
  const bytes = await fatDisk({ size, label, files });
  const name = label === undefined ? t`without a label` : t`with the label ${label}`;
  work.say(
    files.size === 1
      ? t`Composed: FAT32, ${sizeText(size)}, ${name}, 1 file.`
      : t`Composed: FAT32, ${sizeText(size)}, ${name}, ${files.size} files.`,
  );
  await work.checkpoint();
  return bytes;
}

/** Makes the image of a flash bank; `kernel` is the package that the task names, if it names one. */
export async function makeFlash(
  task: FlashTask,
  kernel: KernelPackage | undefined,
  work: ImageWork,
): Promise<MadeImage> {
  if (task.kernel === undefined) {
    work.say(t`Flash image with the contents that the task names`);
    return { bytes: await program({ size: task.size, at: task.at, endFile: task.end }, work), output: task.output };
  }
  if (!kernel) throw new RecipeError(t`${task.kernel} could not be read.`);
  const { arch, build } = chosenBuild(kernel, task.arch);
  const bank = build.flash.get(task.bank);
  if (!bank) {
    const known = [...build.flash.keys()].join(', ');
    throw new RecipeError(
      t`${kernel.name} declares no flash bank ${task.bank} for ${arch}. ${known === '' ? t`Add "flash" to "architectures.${arch}" in its kernel.json, or name "size" and "at" in the task instead of "kernel".` : t`There is: ${known}.`}`,
    );
  }
  work.say(t`Image of flash bank ${task.bank} of ${kernel.name} for ${arch}`);
  return { bytes: await program(bank, work), output: task.output ?? defaultOutput(kernel.name, arch, task.bank) };
}

async function program(bank: DeclaredFlash, work: ImageWork): Promise<Uint8Array> {
  await work.checkpoint();
  const image = flashImage(await kernelFlash(bank, 'kernel.json', (path) => readAndSay(path, work)));
  for (const { offset, text } of bank.at) work.say(`  0x${offset.toString(16)}  "${text}"`);
  if (bank.endFile !== undefined) work.say(`  ${t`up to the end`}  ${bank.endFile}`);
  work.say(t`Composed: ${sizeText(bank.size)}, everything else erased (0xff).`);
  await work.checkpoint();
  return image;
}

/** The build that `arch` names; the only or first one when it names none. */
function chosenBuild(
  kernel: KernelPackage,
  arch: string | undefined,
): { readonly arch: string; readonly build: KernelBuild } {
  const names = [...kernel.architectures.keys()];
  const name = arch ?? names[0];
  const build = name === undefined ? undefined : kernel.architectures.get(name);
  if (name !== undefined && build) return { arch: name, build };
  throw new RecipeError(
    t`${kernel.name} has no architecture "${arch}" in its kernel.json. There is: ${names.join(', ')}.`,
  );
}

/** Bytes as people read them; powers of 1024 where exact. */
export function sizeText(bytes: number): string {
  if (bytes >= 1 << 20 && bytes % (1 << 20) === 0) return `${bytes / (1 << 20)} MiB`;
  return bytes === 1 ? t`1 byte` : t`${bytes.toLocaleString('en')} bytes`;
}
