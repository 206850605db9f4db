/** Makes the images that a kernel's machine gets: the program to load, flash banks, the disk. For tools that have files. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { flashImage } from '../../image/flash';
import { flatImage } from '../../image/flat-image';
import { kernelDisk } from '../../image/kernel-media';
import type { DeclaredFlash } from '../../image/kernel-package';
import { toBytes } from '../../image/sectors';
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

/** The disk, made or read; undefined for a machine without one. Our kernels have one at most. */
export async function diskImage({ build, folder }: KernelTarget): Promise<Uint8Array | undefined> {
  const [disk] = build.disks;
  return disk && toBytes(await kernelDisk(build, disk, join(folder, 'kernel.json'), async (file) => read(file)));
}

function read(file: string): Uint8Array {
  if (!existsSync(file)) throw new UserError(`${file} is missing. Build it, or name another file in kernel.json.`);
  const bytes = readFileSync(file);
  return file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}
