/** The files of a FAT image that is already there. */

import { type FatFs, FR_OK } from 'js-fatfs';
import { t } from '../base/l10n';
import { nearest } from '../base/nearest';
import {
  DiskFullError,
  damaged,
  type FatEntry,
  findEntry,
  folderNames,
  listFolder,
  readFile,
  removeEntry,
  writeFile,
} from './fat-files';
import { type FatLayout, fatLayout } from './fat-layout';
import { fileNames, joinPath, pathNames } from './fat-path';
import { type FatRuntime, fatRuntime, withMemory } from './fatfs';
import { ImageError } from './image-error';
import { Sectors } from './sectors';
import { findVolume, type VolumePlace } from './volume';

export type { FatEntry } from './fat-files';

/**
 * FAT12, FAT16 or FAT32 on a whole disk or in the first FAT partition. Changes are made to the bytes that were opened, and
 * only when they are complete; all that is added has one fixed time stamp.
 */
export class FatImage {
  private constructor(
    private readonly runtime: FatRuntime,
    private readonly bytes: Uint8Array,
    /** Type and sizes of the volume. */
    readonly layout: FatLayout,
    /** Where in the image the volume is. */
    readonly place: VolumePlace,
  ) {}

  /**
   * Opens an image.
   * @throws ImageError that says what is wrong with it, or what it is instead
   */
  static async open(bytes: Uint8Array): Promise<FatImage> {
    const place = findVolume(bytes);
    const volume = bytes.subarray(place.start, place.end);
    const layout = fatLayout(volume);
    const image = new FatImage(await fatRuntime(), volume.subarray(0, layout.size), layout, place);
    image.look(() => undefined);
    return image;
  }

  /** Everything below a folder; all of it from the root. @throws ImageError when there is no such folder */
  list(folder = '/'): FatEntry[] {
    const path = joinPath(pathNames(folder));
    return this.look((ff) => {
      const entry = this.existing(ff, path);
      return entry.isFolder ? listFolder(ff, path) : [entry];
    });
  }

  /** A file's bytes. */
  read(path: string): Uint8Array {
    const names = fileNames(path);
    return this.look((ff) => {
      const entry = this.existing(ff, joinPath(names));
      if (entry.isFolder) throw new ImageError(t`${path} is a folder. Name a file in it.`);
      return readFile(ff, entry, this.bytes.length);
    });
  }

  /** Writes a file, in place of one that is there, and makes the folders above it. */
  add(path: string, bytes: Uint8Array): void {
    const names = fileNames(path);
    try {
      this.change((ff) => writeFile(ff, names, bytes));
    } catch (error) {
      throw error instanceof DiskFullError ? this.full(joinPath(names), bytes.length) : error;
    }
  }

  /** Removes a file or an empty folder. */
  remove(path: string): void {
    const names = pathNames(path);
    if (names.length === 0) throw new ImageError(t`The root folder cannot be removed. Name a file in it.`);
    this.change((ff) => {
      const entry = this.existing(ff, joinPath(names));
      if (entry.isFolder && listFolder(ff, entry.path).length > 0) {
        throw new ImageError(t`The folder ${path} is not empty. Remove what is in it first.`);
      }
      removeEntry(ff, entry.path);
    });
  }

  /** Bytes in free clusters. */
  free(): number {
    return this.look((ff) =>
      withMemory(ff, 8, (out) => {
        if (ff.f_getfree('', out, out + 4) !== FR_OK) throw damaged(t`its allocation table cannot be read`);
        return (ff.getValue(out, 'i32') >>> 0) * this.layout.clusterSize;
      }),
    );
  }

  private existing(ff: FatFs, path: string): FatEntry {
    const entry = findEntry(ff, path);
    if (entry) return entry;
    const names = pathNames(path);
    const parent = joinPath(names.slice(0, -1));
    const beside = findEntry(ff, parent)?.isFolder ? folderNames(ff, parent) : [];
    const near = nearest(names.at(-1) ?? '', beside);
    const next =
      near === undefined
        ? t`List the image to see what there is.`
        : t`Did you mean ${joinPath([...names.slice(0, -1), near])}?`;
    throw new ImageError(t`There is no ${path} in the image. ${next}`);
  }

  private full(path: string, size: number): ImageError {
    const old = this.look((ff) => findEntry(ff, path));
    const room = this.free() + (old ? this.rounded(old.size) : 0);
    const missing = Math.max(this.rounded(size) - room, this.layout.clusterSize);
    return new ImageError(
      t`The disk is full: ${path} has ${size} bytes, ${room} are free, at least ${missing} are missing. Remove files, or make a larger disk.`,
    );
  }

  private rounded(size: number): number {
    return Math.ceil(size / this.layout.clusterSize) * this.layout.clusterSize;
  }

  private look<T>(work: (ff: FatFs) => T): T {
    return this.mounted(new Sectors(this.bytes.length, this.bytes), work);
  }

  private change(work: (ff: FatFs) => void): void {
    const sectors = new Sectors(this.bytes.length, this.bytes);
    this.mounted(sectors, work);
    for (const [offset, chunk] of sectors.written()) this.bytes.set(chunk, offset);
  }

  private mounted<T>(sectors: Sectors, work: (ff: FatFs) => T): T {
    const { sectorSize, entriesStart } = this.layout;
    return this.runtime.withVolume({ sectors, sectorSize, entriesStart }, mountError, work);
  }
}

const mountError = (code: number): ImageError => damaged(t`FatFs cannot use it (error ${code})`);
