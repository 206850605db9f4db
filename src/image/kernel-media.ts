/** What kernel.json declares for its machine, put together: flash banks and the disk. The caller reads the files. */
import { type DiskContents, sparseFatDisk } from './disk';
import type { FlashBank } from './flash';
import { flatImage } from './flat-image';
import { ImageError } from './image-error';
import { type DeclaredDisk, type DeclaredFlash, type KernelBuild, packagePath } from './kernel-package';
import type { SparseImage } from './sectors';

/** Reads a file, unpacked when its name ends in `.gz`; rejects with a message that names it. */
export type ReadFile = (path: string) => Promise<Uint8Array>;

/**
 * The disk of a build; `undefined` if it has none. A disk image file is taken as it is.
 * @param kernelJson path or URI of the file that declares it
 * @throws ImageError when it cannot be made
 */
export async function kernelDisk(
  build: KernelBuild,
  kernelJson: string,
  read: ReadFile,
): Promise<SparseImage | undefined> {
  const { disk } = build;
  if (disk === undefined) return undefined;
  if (typeof disk !== 'string') return sparseFatDisk(await diskContents(build, disk, kernelJson, read));
  const bytes = await read(packagePath(kernelJson, disk));
  return { size: bytes.length, chunks: new Map([[0, bytes]]) };
}

/** What is on a declared disk: files, and the flat images of programs. */
export async function diskContents(
  build: KernelBuild,
  disk: DeclaredDisk,
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
  if (!program) throw new ImageError(`${kernelJson} names no program "${name}". Add it under "programs".`);
  const file = packagePath(kernelJson, program.file);
  const elf = await read(file);
  try {
    return flatImage(elf);
  } catch (error) {
    throw new ImageError(`${file}: ${(error as Error).message}. Build the program "${name}" again.`);
  }
}

/** A declared flash bank with the file at its end. */
export async function kernelFlash(bank: DeclaredFlash, kernelJson: string, read: ReadFile): Promise<FlashBank> {
  const { size, at, endFile } = bank;
  return { size, at, end: endFile === undefined ? undefined : await read(packagePath(kernelJson, endFile)) };
}
