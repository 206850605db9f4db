/** What kernel.json declares for its machine, put together: flash banks and the disk. The caller reads the files. */
import { t } from '../base/l10n';
import { type DiskContents, sparseFatDisk } from './disk';
import { otherDiskFormat } from './disk-format';
import type { FlashBank } from './flash';
import { flatImage } from './flat-image';
import { ImageError } from './image-error';
import {
  type DeclaredDisk,
  type DeclaredFlash,
  type FatContent,
  type KernelBuild,
  packagePath,
} from './kernel-package';
import type { SparseImage } from './sectors';

/** Reads a file, unpacked when its name ends in `.gz`; rejects with a message that names it. */
export type ReadFile = (path: string) => Promise<Uint8Array>;

/**
 * A disk of a build. An image file is taken as it is, with zeros behind it where the disk is larger.
 * @param kernelJson path or URI of the file that declares it
 * @throws ImageError when it cannot be made
 */
export async function kernelDisk(
  build: KernelBuild,
  { content }: DeclaredDisk,
  kernelJson: string,
  read: ReadFile,
): Promise<SparseImage> {
  if (content.kind === 'fat') return sparseFatDisk(await diskContents(build, content, kernelJson, read));
  const { path } = content;
  if (path === undefined) return { size: content.size ?? 0, chunks: new Map() };
  const name = packagePath(kernelJson, path);
  return imageDisk(name, await read(name), content.size);
}

/**
 * The bytes of an image file as a disk.
 * @param size bytes of the disk, when they are not the file's
 * @throws ImageError for an empty file, one that is not of plain sectors, and one that is larger than the disk
 */
export function imageDisk(name: string, bytes: Uint8Array, size = bytes.length): SparseImage {
  if (size === 0)
    throw new ImageError(t`${name} is empty. Make a disk with "worldstep image disk", or name another file.`);
  const format = otherDiskFormat(bytes);
  if (format !== undefined) {
    throw new ImageError(
      t`${name} is a ${format} image; only raw images can be used. Convert it: qemu-img convert -O raw ${name} disk.img`,
    );
  }
  if (size < bytes.length) {
    throw new ImageError(
      t`${name} has ${bytes.length} bytes, more than the disk's size of ${size}. Leave "size" out, or raise it.`,
    );
  }
  return { size, chunks: new Map([[0, bytes]]) };
}

/** What is on a declared disk: files, and the flat images of programs. */
export async function diskContents(
  build: KernelBuild,
  disk: FatContent,
  kernelJson: string,
  read: ReadFile,
): Promise<DiskContents> {
  const files = new Map<string, Uint8Array>();
  for (const [path, file] of disk.files) {
    const bytes =
      'program' in file
        ? await flatProgram(build, file.program, kernelJson, read)
        : await read(packagePath(kernelJson, file.file));
    files.set(path, bytes);
  }
  return { size: disk.size, label: disk.label, files };
}

/**
 * A program of a build as it lies in memory, which is how kernels load it.
 * @throws ImageError when the build has no such program, or its file is no ELF file
 */
export async function flatProgram(
  build: KernelBuild,
  name: string,
  kernelJson: string,
  read: ReadFile,
): Promise<Uint8Array> {
  const program = build.programs.find((each) => each.name === name);
  if (!program) throw new ImageError(t`${kernelJson} names no program "${name}". Add it under "programs".`);
  const file = packagePath(kernelJson, program.file);
  const elf = await read(file);
  try {
    return flatImage(elf);
  } catch (error) {
    throw new ImageError(t`${file}: ${(error as Error).message}. Build the program "${name}" again.`);
  }
}

/** A declared flash bank with the file at its end. */
export async function kernelFlash(bank: DeclaredFlash, kernelJson: string, read: ReadFile): Promise<FlashBank> {
  const { size, at, endFile } = bank;
  return { size, at, end: endFile === undefined ? undefined : await read(packagePath(kernelJson, endFile)) };
}
