/**
 * The FAT implementation: ChaN's FatFs as the npm package js-fatfs wraps it, one instance for all images of a process.
 * What it has no call for (label, serial, time stamps without a clock) is done here on the sectors that it writes.
 */
import {
  CTRL_SYNC,
  create,
  type FatFs,
  FR_OK,
  GET_BLOCK_SIZE,
  GET_SECTOR_COUNT,
  GET_SECTOR_SIZE,
  RES_ERROR,
  RES_OK,
  sizeof_FATFS,
} from 'js-fatfs';
import { stampEntries } from './fat-entries';
import type { Sectors } from './sectors';

/** Code page of short names; long names are Unicode. */
const CODE_PAGE = 437;

/** A disk as FatFs sees it. */
export interface FatDisk {
  readonly sectors: Sectors;
  /** Bytes: 512, 1024, 2048 or 4096. */
  readonly sectorSize: number;
  /** Byte offset of the first cluster: directories lie behind it (or, up to FAT16, behind `rootStart`). */
  readonly entriesStart: number;
}

let wasm: (() => Promise<Uint8Array>) | undefined;
let ready: Promise<FatRuntime> | undefined;

/** Bundles say where they have `fatfs.wasm`. From the sources js-fatfs finds its own. */
export function provideFatfs(load: () => Promise<Uint8Array>): void {
  wasm = load;
  ready = undefined;
}

/** The instance, started at the first call. */
export function fatRuntime(): Promise<FatRuntime> {
  ready ??= startRuntime();
  // Whoever comes next tries again.
  ready.catch(() => {
    ready = undefined;
  });
  return ready;
}

async function startRuntime(): Promise<FatRuntime> {
  const runtime = new FatRuntime();
  const wasmBinary = await wasm?.();
  const quiet = { print: () => undefined, printErr: () => undefined };
  // With bytes at hand it must not look for the file.
  const given = wasmBinary && { wasmBinary, locateFile: () => 'fatfs.wasm' };
  const options = { diskio: runtime.diskio, codepage: CODE_PAGE, ...given, ...quiet };
  runtime.start(await create(options));
  return runtime;
}

/** FatFs with one disk at a time in its drive. */
export class FatRuntime {
  private started: FatFs | undefined;
  private disk: FatDisk | undefined;
  /** Address of the mounted volume's object, which holds the buffer for directories and tables. */
  private volume = 0;

  readonly diskio = {
    initialize: () => RES_OK,
    status: () => RES_OK,
    read: (ff: FatFs, _drive: number, buffer: number, sector: number, count: number) => {
      const range = this.range(sector, count);
      if (!this.disk || !range) return RES_ERROR;
      this.disk.sectors.read(range.offset, ff.HEAPU8.subarray(buffer, buffer + range.length));
      return RES_OK;
    },
    write: (ff: FatFs, _drive: number, buffer: number, sector: number, count: number) => {
      const range = this.range(sector, count);
      if (!this.disk || !range) return RES_ERROR;
      const bytes = ff.HEAPU8.subarray(buffer, buffer + range.length);
      const isMetadata = buffer >= this.volume && buffer < this.volume + sizeof_FATFS;
      if (isMetadata && range.offset >= this.disk.entriesStart) this.writeEntries(this.disk, range.offset, bytes);
      else this.disk.sectors.write(range.offset, bytes);
      return RES_OK;
    },
    ioctl: (ff: FatFs, _drive: number, command: number, buffer: number) => {
      if (!this.disk) return RES_ERROR;
      const { sectors, sectorSize } = this.disk;
      if (command === GET_SECTOR_COUNT) ff.setValue(buffer, Math.floor(sectors.size / sectorSize), 'i32');
      else if (command === GET_SECTOR_SIZE) ff.setValue(buffer, sectorSize, 'i16');
      else if (command === GET_BLOCK_SIZE) ff.setValue(buffer, 1, 'i32');
      else if (command !== CTRL_SYNC) return RES_ERROR;
      return RES_OK;
    },
  };

  /** Takes FatFs into use. */
  start(ff: FatFs): void {
    this.started = ff;
  }

  /** Calls `work` with `disk` in the drive, not mounted. */
  withDisk<T>(disk: FatDisk, work: (ff: FatFs) => T): T {
    if (!this.started) throw new Error('FatFs was not started');
    this.disk = disk;
    try {
      return work(this.started);
    } finally {
      this.disk = undefined;
    }
  }

  /** Calls `work` with the volume of `disk` mounted. `failed` makes the error when it cannot be. */
  withVolume<T>(disk: FatDisk, failed: (code: number) => Error, work: (ff: FatFs) => T): T {
    return this.withDisk(disk, (ff) =>
      withMemory(ff, sizeof_FATFS, (volume) => {
        this.volume = volume;
        try {
          const code = ff.f_mount(volume, '', 1);
          if (code !== FR_OK) throw failed(code);
          return work(ff);
        } finally {
          ff.f_unmount('');
          this.volume = 0;
        }
      }),
    );
  }

  private range(sector: number, count: number): { readonly offset: number; readonly length: number } | undefined {
    const { size } = this.disk?.sectors ?? { size: 0 };
    const scale = this.disk?.sectorSize ?? 0;
    // The numbers come out of wasm as signed.
    const offset = (sector >>> 0) * scale;
    const length = count * scale;
    return offset + length <= size ? { offset, length } : undefined;
  }

  private writeEntries({ sectors }: FatDisk, offset: number, bytes: Uint8Array): void {
    const before = new Uint8Array(bytes.length);
    sectors.read(offset, before);
    const after = bytes.slice();
    stampEntries(before, after);
    sectors.write(offset, after);
  }
}

/** Calls `work` with `size` bytes of FatFs's memory, which are free again afterwards. */
export function withMemory<T>(ff: FatFs, size: number, work: (address: number) => T): T {
  const address = ff.malloc(size);
  if (address === 0) throw new Error(`FatFs has no ${size} bytes of memory left`);
  try {
    return work(address);
  } finally {
    ff.free(address);
  }
}
