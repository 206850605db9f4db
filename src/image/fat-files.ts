/** Files and folders of a mounted FAT volume. Paths were checked by `pathNames`. */

import {
  AM_DIR,
  AM_RDO,
  FA_CREATE_ALWAYS,
  FA_READ,
  FA_WRITE,
  type FatFs,
  FR_DENIED,
  FR_EXIST,
  FR_NO_FILE,
  FR_NO_PATH,
  FR_OK,
  sizeof_DIR,
  sizeof_FIL,
  sizeof_FILINFO,
} from 'js-fatfs';
import { t } from '../base/l10n';
import { joinPath } from './fat-path';
import { withMemory } from './fatfs';
import { ImageError } from './image-error';

/** A file or folder on a disk. */
export interface FatEntry {
  /** From the root, e.g. `/sbin/origin`. */
  readonly path: string;
  /** Bytes; 0 for folders. */
  readonly size: number;
  readonly isFolder: boolean;
  /** When it was last changed, as the disk tells it: `1980-01-01 00:00:00`, in a time zone that it does not tell. */
  readonly modified: string;
}

/** No cluster was free for what was to be written. */
export class DiskFullError extends Error {}

/** Bytes that go through FatFs's memory at once. */
const PIECE = 256 * 1024;
/** Offset of the first cluster's number in FatFs's `DIR`. */
const DIR_FIRST_CLUSTER = 8;
/** Entries that FatFs's limit of 2 MiB a folder allows. */
const MOST_IN_FOLDER = 65536;

/** What the image is called when something in it is wrong. */
export const damaged = (what: string): ImageError =>
  new ImageError(t`The image is damaged: ${what}. Make it again, or repair it with fsck.fat.`);

/** The entry at a path, or `undefined` if there is none. The root is a folder. */
export function findEntry(ff: FatFs, path: string): FatEntry | undefined {
  if (path === '/') return { path, size: 0, isFolder: true, modified: timeText(0, 0) };
  return withMemory(ff, sizeof_FILINFO, (info) => {
    const code = ff.f_stat(path, info);
    if (code === FR_NO_FILE || code === FR_NO_PATH) return undefined;
    if (code !== FR_OK) throw damaged(t`the folders above ${path} cannot be read (FatFs error ${code})`);
    return entryOf(ff, info, path);
  });
}

/** Everything below the folder `path`, each folder before what is in it, in the order in which the disk holds it. */
export function listFolder(ff: FatFs, path: string): FatEntry[] {
  const seen = new Set<number>();
  const list = (folder: string): FatEntry[] => {
    const entries = readFolder(ff, folder, seen);
    return entries.flatMap((entry) => (entry.isFolder ? [entry, ...list(entry.path)] : [entry]));
  };
  return list(path);
}

/** The names in one folder. */
export const folderNames = (ff: FatFs, path: string): string[] =>
  readFolder(ff, path, new Set()).map((entry) => entry.path.slice(entry.path.lastIndexOf('/') + 1));

function readFolder(ff: FatFs, folder: string, seen: Set<number>): FatEntry[] {
  return withMemory(ff, sizeof_DIR + sizeof_FILINFO, (dir) => {
    const info = dir + sizeof_DIR;
    const opened = ff.f_opendir(dir, folder);
    if (opened !== FR_OK) throw damaged(t`the folder ${folder} cannot be read (FatFs error ${opened})`);
    const cluster = ff.getValue(dir + DIR_FIRST_CLUSTER, 'i32');
    if (seen.has(cluster)) throw damaged(t`the folder ${folder} is also another folder, so there is no end of them`);
    seen.add(cluster);
    const entries: FatEntry[] = [];
    const names = new Set<string>();
    for (;;) {
      const code = ff.f_readdir(dir, info);
      if (code !== FR_OK) throw damaged(t`the folder ${folder} cannot be read (FatFs error ${code})`);
      const name = ff.FILINFO_fname(info);
      if (name === '') return entries;
      if (names.has(name) || entries.length > MOST_IN_FOLDER)
        throw damaged(t`${folder} holds "${name}" more than once`);
      names.add(name);
      entries.push(entryOf(ff, info, folder === '/' ? `/${name}` : `${folder}/${name}`));
    }
  });
}

const entryOf = (ff: FatFs, info: number, path: string): FatEntry => {
  const isFolder = (ff.FILINFO_fattrib(info) & AM_DIR) !== 0;
  const modified = timeText(ff.FILINFO_fdate(info), ff.FILINFO_ftime(info));
  return { path, size: isFolder ? 0 : ff.FILINFO_fsize(info), isFolder, modified };
};

/** FAT's date (years since 1980, month, day) and time (hour, minute, half seconds). */
const timeText = (date: number, time: number): string => {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${1980 + ((date >> 9) & 127)}-${two((date >> 5) & 15)}-${two(date & 31)}`;
  return `${day} ${two((time >> 11) & 31)}:${two((time >> 5) & 63)}:${two((time & 31) * 2)}`;
};

/**
 * A file's bytes.
 * @param most bytes that the disk has; a file cannot be larger
 */
export function readFile(ff: FatFs, entry: FatEntry, most: number): Uint8Array {
  const { path, size } = entry;
  if (size > most) throw damaged(t`${path} claims ${size} bytes, more than the disk has`);
  return withMemory(ff, sizeof_FIL + 4 + Math.min(size, PIECE), (file) => {
    const [done, buffer] = [file + sizeof_FIL, file + sizeof_FIL + 4];
    const opened = ff.f_open(file, path, FA_READ);
    if (opened !== FR_OK) throw damaged(t`${path} cannot be opened (FatFs error ${opened})`);
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; at += PIECE) {
      const length = Math.min(PIECE, size - at);
      const code = ff.f_read(file, buffer, length, done);
      const got = ff.getValue(done, 'i32');
      if (code !== FR_OK || got !== length) throw damaged(t`${path} ends after ${at + got} of its ${size} bytes`);
      bytes.set(ff.HEAPU8.subarray(buffer, buffer + length), at);
    }
    ff.f_close(file);
    return bytes;
  });
}

/**
 * Writes a file and the folders above it.
 * @throws DiskFullError when the disk has no room for it
 */
export function writeFile(ff: FatFs, names: readonly string[], bytes: Uint8Array): void {
  for (let depth = 1; depth < names.length; depth++) makeFolder(ff, joinPath(names.slice(0, depth)));
  const path = joinPath(names);
  withMemory(ff, sizeof_FIL + 4 + Math.min(bytes.length, PIECE), (file) => {
    const [done, buffer] = [file + sizeof_FIL, file + sizeof_FIL + 4];
    const opened = ff.f_open(file, path, FA_WRITE | FA_CREATE_ALWAYS);
    if (opened !== FR_OK) throw writeError(ff, path, opened);
    for (let at = 0; at < bytes.length; at += PIECE) {
      const piece = bytes.subarray(at, at + PIECE);
      ff.HEAPU8.set(piece, buffer);
      const code = ff.f_write(file, buffer, piece.length, done);
      if (code !== FR_OK) throw writeError(ff, path, code);
      if (ff.getValue(done, 'i32') !== piece.length) throw new DiskFullError();
    }
    const closed = ff.f_close(file);
    if (closed !== FR_OK) throw writeError(ff, path, closed);
  });
}

function makeFolder(ff: FatFs, path: string): void {
  const code = ff.f_mkdir(path);
  if (code === FR_OK) return;
  if (code !== FR_EXIST) throw writeError(ff, path, code);
  if (!findEntry(ff, path)?.isFolder) {
    throw new ImageError(
      t`${path} is a file, so nothing can lie below it. Use another path, or remove the file first.`,
    );
  }
}

/** Removes a file or an empty folder. */
export function removeEntry(ff: FatFs, path: string): void {
  const code = ff.f_unlink(path);
  if (code === FR_OK) return;
  if (code === FR_DENIED) throw new ImageError(t`${path} is read-only and cannot be removed.`);
  throw damaged(t`${path} cannot be removed (FatFs error ${code})`);
}

/** FatFs says "denied" for several reasons. */
function writeError(ff: FatFs, path: string, code: number): Error {
  if (code !== FR_DENIED) return damaged(t`${path} cannot be written (FatFs error ${code})`);
  const attributes = withMemory(ff, sizeof_FILINFO, (info) =>
    ff.f_stat(path, info) === FR_OK ? ff.FILINFO_fattrib(info) : 0,
  );
  if (attributes & AM_DIR) return new ImageError(t`${path} is a folder. Name the file in it.`);
  if (attributes & AM_RDO) return new ImageError(t`${path} is read-only. Remove the attribute with mattrib -r.`);
  return new DiskFullError();
}
