/** Makes the images that a kernel's machine gets: the program to load, flash banks, the disk. For tools that have files. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { fatDisk } from '../../image/disk';
import { flashImage } from '../../image/flash';
import { flatImage } from '../../image/flat-image';
import type { DeclaredFlash, DiskFile } from '../../image/kernel-package';
import type { KernelTarget } from './catalogue';
import { UserError } from './user-error';

/** The kernel as a boot loader takes it: flat bytes, or the ELF file where the format says so. */
export function kernelFile({ folder, build: { image } }: KernelTarget): Uint8Array {
  const bytes = read(join(folder, image.file));
  return image.load === undefined ? bytes : flatImage(bytes);
}

/**
 * A whole flash bank.
 * @param firmware file for the end of the bank, used when kernel.json names none
 */
export function flashBank({ folder }: KernelTarget, bank: DeclaredFlash, firmware?: string): Uint8Array {
  const endFile = bank.endFile === undefined ? firmware : join(folder, bank.endFile);
  return flashImage({ ...bank, end: endFile === undefined ? undefined : read(endFile) });
}

/** The disk, made or read; undefined for a machine without one. */
export async function diskImage(target: KernelTarget): Promise<Uint8Array | undefined> {
  const { disk } = target.build;
  if (disk === undefined) return undefined;
  if (typeof disk === 'string') return read(join(target.folder, disk));
  const files = new Map([...disk.files].map(([path, file]) => [path, contents(target, file)]));
  return fatDisk({ size: disk.size, label: disk.label, files });
}

function contents({ folder, build }: KernelTarget, file: DiskFile): Uint8Array {
  if ('file' in file) return read(join(folder, file.file));
  // kernel.json was refused if there were no such program.
  const program = build.programs.find(({ name }) => name === file.program);
  return flatImage(read(join(folder, program?.file ?? file.program)));
}

function read(file: string): Uint8Array {
  if (!existsSync(file)) throw new UserError(`${file} is missing. Build it, or name another file in kernel.json.`);
  const bytes = readFileSync(file);
  return file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}
