/** The disks of `worldstep run --disk`: raw image files, read where they lie, never written. */
import { readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Host } from '../../base/host';
import { nearest } from '../../base/nearest';
import { type DiskImage, rawDisk } from '../../devices/virtio/block';
import { otherDiskFormat } from '../../image/disk-format';
import { DRIVE_BUSES, type Drive, type DriveBus } from '../../machine/boards/board';
import { UsageError } from './command';
import { readUnpacked } from './files';

/** Reads what `--disk` was given: `FILE[,bus=BUS][,readonly]`. Throws a {@link UsageError}. */
export async function readDrive(host: Host, text: string): Promise<Drive> {
  const { path, bus, isReadOnly } = parseDrive(text);
  const image = await openDisk(host, path);
  if (image.size === 0) {
    throw new UsageError(`--disk: ${path} is empty. Make a disk with "worldstep image disk", or name another file.`);
  }
  refuseOtherFormats(path, image);
  return { image, bus, isReadOnly };
}

/** Commas may be in a file's name; what follows one and looks like an option is one. */
function parseDrive(text: string): { readonly path: string; readonly bus: DriveBus; readonly isReadOnly: boolean } {
  const [first = '', ...rest] = text.split(/,(?=readonly(?:,|$)|[a-z]+=)/);
  if (first === '') throw new UsageError(`--disk: "${text}" names no file. Write --disk FILE.`);
  let bus: DriveBus = 'virtio-pci';
  let isReadOnly = false;
  for (const option of rest) {
    if (option === 'readonly') isReadOnly = true;
    else bus = busOf(option);
  }
  return { path: first, bus, isReadOnly };
}

function busOf(option: string): DriveBus {
  const [name = '', value = ''] = option.split(/=(.*)/s);
  if (name !== 'bus') {
    throw new UsageError(`--disk: there is no option "${name}". A file may be followed by ,bus=BUS and ,readonly.`);
  }
  const found = DRIVE_BUSES.find((bus) => bus === value);
  if (found) return found;
  const near = nearest(value, DRIVE_BUSES);
  const next = near === undefined ? `There is: ${DRIVE_BUSES.join(', ')}.` : `Did you mean ${near}?`;
  throw new UsageError(`--disk: there is no bus "${value}". ${next}`);
}

async function openDisk(host: Host, path: string): Promise<DiskImage> {
  // A packed file, and whatever is no file of this machine's, is read as a whole; the host says what is wrong with it.
  const file = path.endsWith('.gz') ? undefined : await open(path).catch(() => undefined);
  const status = await file?.stat();
  if (file && status?.isFile()) return fileDisk(file, status.size);
  await file?.close();
  return rawDisk(await readUnpacked(host, path));
}

/** An image that stays in its file: disks are large, and guests read little of them. The file is open until the process ends. */
const fileDisk = (file: FileHandle, size: number): DiskImage => ({
  size,
  read: (at, into) => {
    const length = Math.max(0, Math.min(into.length, size - at));
    for (let done = 0; done < length; ) {
      const count = readSync(file.fd, into, done, length - done, at + done);
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
