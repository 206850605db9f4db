/** The disks that launch.json names, and the programs with symbols that lie on a disk. */
import { openLaunch, UserError } from '../dap/errors';
import { launchDisks, readDisk } from '../dap/launch-arguments';
import type { LaunchArguments } from '../dap/launch-schema';
import type { TargetImage } from '../debug/target';
import { FatImage } from '../image/fat';
import { isElf } from '../image/flat-image';
import { ImageError } from '../image/image-error';
import { imageDisk } from '../image/kernel-media';
import { sparseReader } from '../image/sectors';
import type { Drive } from '../machine/boards/board';
import { readIfProgram, type SymbolReader } from '../symbols/reader';
import type { Program } from '../symbols/types';
import { baseName } from './session-images';

/** Files on a disk that are looked into, and the bytes of the largest of them: a debugger's start must not take minutes. */
const MOST_FILES = 200;
const LARGEST_FILE = 64 * 1024 ** 2;

/** A disk that launch.json names. */
export interface LaunchDrive {
  readonly drive: Drive;
  /** What is on it when the machine starts; none of a scratch disk. */
  readonly bytes?: Uint8Array;
}

/**
 * The disks of a launch.
 * @param read rejects with a message that names the key
 * @throws UserError for images that are not of plain sectors
 */
export async function launchDrives(
  launch: Pick<LaunchArguments, 'disk'>,
  read: (path: string, key: string) => Promise<Uint8Array>,
): Promise<LaunchDrive[]> {
  const drives: LaunchDrive[] = [];
  for (const { disk, place } of launchDisks(launch)) {
    const { path, bus, isReadOnly, size } = readDisk(disk);
    if (path === undefined) {
      drives.push({ drive: { image: sparseReader({ size: size ?? 0, chunks: new Map() }), bus, isReadOnly } });
      continue;
    }
    const bytes = await read(path, place);
    try {
      drives.push({ drive: { image: sparseReader(imageDisk(path, bytes, size)), bus, isReadOnly }, bytes });
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      throw new UserError(1130, `"${place}": ${error.message}`, openLaunch);
    }
  }
  return drives;
}

/** A file that is or will be on a disk. */
export interface FileOnDisk {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * The ELF files with symbols among files on a disk, as images that the guest will load. Files that are `known` already (by
 * build id, else by their code) are left out.
 */
export function diskImages(
  files: readonly FileOnDisk[],
  reader: SymbolReader,
  machine: string,
  known: readonly Program[],
): TargetImage[] {
  const images: TargetImage[] = [];
  for (const { path, bytes } of files.filter((file) => isElf(file.bytes))) {
    const program = readIfProgram(reader, path, bytes);
    if (program === undefined || program.elf.machine !== machine) continue;
    if (known.some((other) => isSame(program, other))) continue;
    if (program.elf.symbols.length === 0 && !program.hasLines) continue;
    images.push({ name: baseName(path), program, isLoadedByGuest: true, isFound: true });
  }
  return images;
}

/** The files on FAT disks that may be programs; none on other disks. */
export async function filesOnAll(disks: readonly (Uint8Array | undefined)[]): Promise<FileOnDisk[]> {
  const files: FileOnDisk[] = [];
  for (const disk of disks) if (disk !== undefined) files.push(...(await filesOn(disk)));
  return files;
}

async function filesOn(disk: Uint8Array): Promise<FileOnDisk[]> {
  try {
    const fat = await FatImage.open(disk);
    const files = fat.list().filter(({ isFolder, size }) => !isFolder && size > 64 && size <= LARGEST_FILE);
    return files.slice(0, MOST_FILES).map(({ path }) => ({ path, bytes: fat.read(path) }));
  } catch (error) {
    // No FAT, or a damaged one: what is on it is the guest's affair.
    if (error instanceof ImageError) return [];
    throw error;
  }
}

function isSame(program: Program, other: Program): boolean {
  if (program.elf.buildId !== undefined) return program.elf.buildId === other.elf.buildId;
  const code = program.elf.segments.filter(({ flags }) => flags.execute);
  return code.every(({ vaddr, filesz }) => {
    const length = Number(filesz);
    const ours = program.bytesAt(vaddr, length);
    const theirs = other.bytesAt(vaddr, length);
    return ours !== undefined && theirs !== undefined && ours.every((byte, at) => byte === theirs[at]);
  });
}
