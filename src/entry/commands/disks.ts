/** The disks of `worldstep run --disk`: raw image files, read where they lie, never written. */
import { openSync, readSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { diskWords } from '../../base/device-words';
import type { Host } from '../../base/host';
import { type DiskImage, rawDisk } from '../../devices/virtio/block';
import { otherDiskFormat } from '../../image/disk-format';
import { sparseReader } from '../../image/sectors';
import type { Drive } from '../../machine/boards/board';
import { UsageError } from './command';
import { asUsage } from './device-words';
import { readUnpacked } from './files';

/** Reads what `--disk` was given: `FILE[,bus=BUS][,readonly][,size=SIZE]`. Throws a {@link UsageError}. */
export async function readDrive(host: Host, text: string): Promise<Drive> {
  const { path, bus, isReadOnly, size } = asUsage('--disk', () => diskWords(text));
  if (path === undefined) return { image: sparseReader({ size: size ?? 0, chunks: new Map() }), bus, isReadOnly };
  const image = await openDisk(host, path);
  if (image.size === 0) {
    throw new UsageError(`--disk: ${path} is empty. Make a disk with "worldstep image disk", or name another file.`);
  }
  refuseOtherFormats(path, image);
  return { image: grown(path, image, size), bus, isReadOnly };
}

/** The image with zeros behind it, where the disk is larger. */
function grown(path: string, image: DiskImage, size: number = image.size): DiskImage {
  if (size < image.size) {
    throw new UsageError(
      `--disk: ${path} has ${image.size} bytes, more than the disk's size of ${size}. Leave size out, or raise it.`,
    );
  }
  return { ...image, size };
}

async function openDisk(host: Host, path: string): Promise<DiskImage> {
  // A packed file, and whatever is no file of this machine's, is read as a whole; the host says what is wrong with it.
  const status = path.endsWith('.gz') ? undefined : await stat(path).catch(() => undefined);
  if (!status?.isFile()) return rawDisk(await readUnpacked(host, path));
  try {
    return fileDisk(openSync(path, 'r'), status.size);
  } catch {
    return rawDisk(await readUnpacked(host, path));
  }
}

/**
 * An image that stays in its file: disks are large, and guests read little of them.
 * @param file a descriptor, open until the process ends
 */
const fileDisk = (file: number, size: number): DiskImage => ({
  size,
  read: (at, into) => {
    const length = Math.max(0, Math.min(into.length, size - at));
    for (let done = 0; done < length; ) {
      const count = readSync(file, into, done, length - done, at + done);
      if (count === 0) break;
      done += count;
    }
  },
});

function refuseOtherFormats(path: string, image: DiskImage): void {
  const start = new Uint8Array(Math.min(512, image.size));
  image.read(0, start);
  const format = otherDiskFormat(start);
  if (format === undefined) return;
  throw new UsageError(
    `--disk: ${path} is a ${format} image; only raw images can be used. Convert it: qemu-img convert -O raw ${path} disk.img`,
  );
}
