/** New disks: FAT32 over the whole disk, without a partition table. The same contents give the same bytes. */

import { type FatFs, FM_FAT32, FM_SFD, FR_OK } from 'js-fatfs';
import { t } from '../base/l10n';
import { ENTRY_SIZE, labelEntry, labelField } from './fat-entries';
import { DiskFullError, writeFile } from './fat-files';
import { fileNames, foldCase, joinPath } from './fat-path';
import { type FatDisk, type FatRuntime, fatRuntime, withMemory } from './fatfs';
import { ImageError } from './image-error';
import { Sectors, type SparseImage, toBytes } from './sectors';

/** What a disk is made of. */
export interface DiskContents {
  /** Bytes of the disk: a multiple of 512, from {@link SMALLEST_DISK} to {@link LARGEST_DISK}. */
  readonly size: number;
  /** At most 11 of the letters A to Z, digits, blank, dash and underscore. */
  readonly label?: string;
  /** Bytes by absolute path, e.g. `/sbin/origin`. Folders are made as needed. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const SECTOR = 512;
const RESERVED_SECTORS = 32;
/** Fewer clusters make a FAT16 volume, by definition. */
const LEAST_CLUSTERS = 65526;
/** Up to here clusters are one sector: the smallest FAT32 disks need so many of them. Larger disks get 4 KiB. */
const SMALL_DISK = 260 << 20;
const MIB = 1 << 20;
/** Volume serial number of all disks made here. */
const SERIAL = 0x5753_4650;
/** Sectors of the boot sector and its copy, and the places in them that we set. */
const BOOT_SECTORS = [0, 6];
const BOOT_SERIAL = 67;
const BOOT_LABEL = 71;
const FORMAT_BUFFER = 64 * 1024;

/** Bytes of the smallest disk that FAT32 allows. */
export const SMALLEST_DISK = smallestDisk();
/** Bytes of the largest disk made here. */
export const LARGEST_DISK = 2 ** 31;

/**
 * A whole disk.
 * @throws ImageError when the contents do not fit or cannot be on a FAT disk
 */
export async function fatDisk(contents: DiskContents): Promise<Uint8Array> {
  return toBytes(await sparseFatDisk(contents));
}

/** The same disk without its zeros, which are nearly all of it. */
export async function sparseFatDisk(contents: DiskContents): Promise<SparseImage> {
  checkSize(contents.size);
  const label = contents.label === undefined ? undefined : checkedLabel(contents.label);
  const files = checkedFiles(contents.files);
  const sectors = new Sectors(contents.size);
  format(await fatRuntime(), sectors, label, (ff) => {
    try {
      for (const { names, bytes } of files) writeFile(ff, names, bytes);
    } catch (error) {
      throw error instanceof DiskFullError ? tooSmall(contents.size, files) : error;
    }
  });
  return { size: sectors.size, chunks: sectors.written() };
}

function format(runtime: FatRuntime, sectors: Sectors, label: string | undefined, fill: (ff: FatFs) => void): void {
  const { clusterSize, dataStart } = geometry(sectors.size);
  const disk: FatDisk = { sectors, sectorSize: SECTOR, entriesStart: dataStart };
  const failed = (code: number): Error => new Error(`FatFs cannot make a disk of ${sectors.size} bytes: error ${code}`);
  runtime.withDisk(disk, (ff) => {
    const options = { fmt: FM_FAT32 | FM_SFD, n_fat: 2, align: 1, n_root: 0, au_size: clusterSize };
    const code = withMemory(ff, FORMAT_BUFFER, (work) => ff.f_mkfs('', options, work, FORMAT_BUFFER));
    if (code !== FR_OK) throw failed(code);
  });
  const serial = new Uint8Array(4);
  new DataView(serial.buffer).setUint32(0, SERIAL, true);
  for (const sector of BOOT_SECTORS) {
    sectors.write(sector * SECTOR + BOOT_SERIAL, serial);
    if (label !== undefined) sectors.write(sector * SECTOR + BOOT_LABEL, labelField(label));
  }
  // The root directory is the first cluster.
  if (label !== undefined) sectors.write(dataStart, labelEntry(label));
  runtime.withVolume(disk, failed, fill);
}

/** How FatFs lays out a disk of `size` bytes. */
function geometry(size: number): { clusterSize: number; clusters: number; dataStart: number } {
  const clusterSize = size <= SMALL_DISK ? SECTOR : 8 * SECTOR;
  const sectors = size / SECTOR;
  const tableSectors = Math.ceil((Math.floor(size / clusterSize) * 4 + 8) / SECTOR);
  const systemSectors = RESERVED_SECTORS + 2 * tableSectors;
  const clusters = Math.floor(((sectors - systemSectors) * SECTOR) / clusterSize);
  return { clusterSize, clusters, dataStart: systemSectors * SECTOR };
}

function smallestDisk(): number {
  let size = LEAST_CLUSTERS * SECTOR;
  while (geometry(size).clusters < LEAST_CLUSTERS) size += SECTOR;
  return size;
}

function checkSize(size: number): void {
  if (!Number.isSafeInteger(size) || size % SECTOR !== 0) {
    throw new ImageError(t`A disk of ${size} bytes is not a whole number of ${SECTOR}-byte sectors. Use "64M".`);
  }
  if (size < SMALLEST_DISK) {
    throw new ImageError(
      t`A disk of ${sizeText(size)} is too small for FAT32. It needs at least ${SMALLEST_DISK} bytes; use "33M" or more.`,
    );
  }
  if (size > LARGEST_DISK) throw new ImageError(t`A disk of ${sizeText(size)} is too large. Use at most "2G".`);
}

function checkedLabel(label: string): string {
  const upper = label.toUpperCase();
  if (/^[A-Z0-9_-][A-Z0-9 _-]{0,10}$/.test(upper)) return upper;
  throw new ImageError(
    t`"${label}" cannot be a disk's label. Use at most 11 letters (A to Z), digits, blanks, dashes or underscores.`,
  );
}

interface PlannedFile {
  readonly names: readonly string[];
  readonly bytes: Uint8Array;
}

/** The files in the order in which they are written, which does not depend on the order of `files`. */
function checkedFiles(files: ReadonlyMap<string, Uint8Array>): readonly PlannedFile[] {
  const spelled = new Map<string, string>();
  const planned = [...files].map(([path, bytes]) => ({ names: fileNames(path), bytes }));
  planned.sort((a, b) => (joinPath(a.names) < joinPath(b.names) ? -1 : 1));
  const isFile = new Set<string>();
  for (const { names } of planned) {
    names.forEach((_, index) => {
      const path = joinPath(names.slice(0, index + 1));
      const folded = foldCase(path);
      const other = spelled.get(folded) ?? path;
      if (other !== path) {
        throw new ImageError(t`${other} and ${path} differ in case only, which FAT does not tell apart. Rename one.`);
      }
      spelled.set(folded, path);
      const isLast = index === names.length - 1;
      if (isFile.has(folded)) {
        throw new ImageError(
          isLast ? t`${path} is given twice. Rename one.` : t`${path} is a file and a folder. Rename one.`,
        );
      }
      if (isLast) isFile.add(folded);
    });
  }
  return planned;
}

function tooSmall(size: number, files: readonly PlannedFile[]): ImageError {
  const needed = (of: number): number => neededClusters(files, geometry(of).clusterSize);
  const bytes = (of: number, clusters: number): number => clusters * geometry(of).clusterSize;
  const room = bytes(size, geometry(size).clusters);
  const need = t`The files need ${bytes(size, needed(size))} bytes, and a disk of ${sizeText(size)} has room for ${room}.`;
  for (let larger = Math.ceil((size + 1) / MIB) * MIB; larger <= LARGEST_DISK; larger += MIB) {
    if (geometry(larger).clusters >= needed(larger)) {
      return new ImageError(t`${need} Give the disk at least ${sizeText(larger)}, or leave files out.`);
    }
  }
  return new ImageError(t`${need} Even the largest disk of ${sizeText(LARGEST_DISK)} is too small: leave files out.`);
}

/** Clusters for files and folders; never too few. */
function neededClusters(files: readonly PlannedFile[], clusterSize: number): number {
  // Each folder has two entries of its own, the root the label.
  const entries = new Map<string, number>([['/', 1]]);
  const add = (folder: string, count: number): void => {
    entries.set(folder, (entries.get(folder) ?? 2) + count);
  };
  let clusters = 0;
  for (const { names, bytes } of files) {
    clusters += Math.ceil(bytes.length / clusterSize);
    names.forEach((name, index) => {
      const isNew = index === names.length - 1 || !entries.has(joinPath(names.slice(0, index + 1)));
      // One entry, and one more for each 13 UTF-16 units of a long name.
      if (isNew) add(joinPath(names.slice(0, index)), 1 + Math.ceil(name.length / 13));
      if (isNew && index < names.length - 1) add(joinPath(names.slice(0, index + 1)), 0);
    });
  }
  for (const count of entries.values()) clusters += Math.max(1, Math.ceil((count * ENTRY_SIZE) / clusterSize));
  return clusters;
}

/** Bytes as they are written in kernel.json: "64M", where that is exact. */
export const sizeText = (size: number): string => {
  if (size >= 1 << 30 && size % (1 << 30) === 0) return `${size / (1 << 30)}G`;
  if (size > 0 && size % MIB === 0) return `${size / MIB}M`;
  return `${size} bytes`;
};
