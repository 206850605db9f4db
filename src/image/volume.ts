/** Finds the FAT volume in the bytes of an image: the whole disk, or its first FAT partition. */

import { t } from '../base/l10n';
import { hasText } from '../base/magic';
import { looksLikeFat } from './fat-layout';
import { ImageError } from './image-error';

/** A piece of an image. */
export interface VolumePlace {
  /** Bytes. */
  readonly start: number;
  readonly end: number;
  /** Number of the partition, from 1; absent for a disk without a partition table. */
  readonly partition?: number;
}

interface Partition extends VolumePlace {
  readonly partition: number;
  /** What the table says it holds. */
  readonly kind: string;
}

const SECTOR = 512;

/** Formats that people take for a raw disk: offset, magic bytes, what to say; translated where it is shown. */
export const FOREIGN: readonly (readonly [offset: number, magic: string, message: string])[] = [
  [0, 'QFI\xfb', 'a qcow2 image. Convert it with: qemu-img convert -O raw IMAGE disk.img'],
  [0, 'KDMV', 'a VMDK image. Convert it with: qemu-img convert -O raw IMAGE disk.img'],
  [0, 'vhdxfile', 'a VHDX image. Convert it with: qemu-img convert -O raw IMAGE disk.img'],
  [0x40, '\x7f\x10\xda\xbe', 'a VDI image. Convert it with: qemu-img convert -O raw IMAGE disk.img'],
  [0, '\x1f\x8b', 'compressed with gzip. Unpack it with: gunzip IMAGE'],
  [0, '\x28\xb5\x2f\xfd', 'compressed with zstd. Unpack it with: unzstd IMAGE'],
  [0, '\xfd7zXZ', 'compressed with xz. Unpack it with: unxz IMAGE'],
  [0, '\x7fELF', 'an ELF file, not a disk image. Put it on a disk with "worldstep image disk"'],
];

/** Volumes of other kinds, likewise. */
export const OTHER_VOLUMES: readonly (readonly [offset: number, magic: string, kind: string])[] = [
  [3, 'EXFAT   ', 'an exFAT volume'],
  [3, 'NTFS    ', 'an NTFS volume'],
  [0x438, '\x53\xef', 'an ext2, ext3 or ext4 volume'],
  [0, 'hsqs', 'a squashfs volume'],
  [0x8001, 'CD001', 'an ISO 9660 volume'],
];

/**
 * Where the FAT volume is.
 * @throws ImageError that says what the bytes are instead
 */
export function findVolume(bytes: Uint8Array): VolumePlace {
  const isThere = ([offset, magic]: readonly [number, string, string]): boolean => hasText(bytes, offset, magic);
  const foreign = FOREIGN.find(isThere);
  if (foreign) throw new ImageError(t`The image is ${t(foreign[2])}.`);
  // An ext volume may keep an old FAT boot sector; the other way round its magic stands in the middle of a FAT's table.
  const isFat = looksLikeFat(bytes);
  const volume = OTHER_VOLUMES.find(isThere);
  if (volume && !(isFat && volume[0] > SECTOR)) {
    throw new ImageError(
      t`The image is ${t(volume[2])}; only FAT12, FAT16 and FAT32 can be used. Make a FAT32 disk with "worldstep image disk".`,
    );
  }
  if (isFat) return { start: 0, end: bytes.length };
  if (bytes.length < SECTOR) {
    throw new ImageError(t`The image has ${bytes.length} bytes, less than a sector. Name a disk image.`);
  }
  const partitions = partitionsOf(bytes);
  const first = partitions.find(({ start, end }) => looksLikeFat(bytes.subarray(start, end)));
  if (first) return { start: first.start, end: first.end, partition: first.partition };
  if (partitions.length > 0) {
    const list = partitions.map(({ partition, kind, start }) => t`${partition} (${kind}) at byte ${start}`);
    throw new ImageError(
      t`The image has partitions, none of them FAT: ${list.join(', ')}. Make a FAT32 disk with "worldstep image disk".`,
    );
  }
  if (bytes.subarray(0, 1 << 20).every((byte) => byte === 0)) {
    throw new ImageError(
      t`The image is not formatted: it begins with zeros. Make a FAT32 disk with "worldstep image disk".`,
    );
  }
  throw new ImageError(
    t`The image is no FAT volume: its first sector is no FAT boot sector. Make a FAT32 disk with "worldstep image disk".`,
  );
}

function partitionsOf(bytes: Uint8Array): readonly Partition[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint16(510, true) !== 0xaa55) return [];
  if (hasText(bytes, SECTOR, 'EFI PART')) return guidPartitions(bytes, view);
  return [0, 1, 2, 3].flatMap((index) => {
    const at = 446 + 16 * index;
    const kind = view.getUint8(at + 4);
    const start = view.getUint32(at + 8, true) * SECTOR;
    const end = Math.min(start + view.getUint32(at + 12, true) * SECTOR, bytes.length);
    // Other boot code has bytes of any kind where this table would be.
    const isPlausible = kind !== 0 && (view.getUint8(at) & 0x7f) === 0 && start > 0 && start < end;
    return isPlausible ? [{ partition: index + 1, kind: `type 0x${kind.toString(16)}`, start, end }] : [];
  });
}

/** @see UEFI Specification, "GPT Partition Entry Array" */
function guidPartitions(bytes: Uint8Array, view: DataView): readonly Partition[] {
  if (bytes.length < 2 * SECTOR) return [];
  const table = Number(view.getBigUint64(SECTOR + 72, true)) * SECTOR;
  const count = Math.min(view.getUint32(SECTOR + 80, true), 128);
  const entrySize = view.getUint32(SECTOR + 84, true);
  if (entrySize < 128 || table + count * entrySize > bytes.length) return [];
  return Array.from({ length: count }, (_, index) => table + index * entrySize).flatMap((at, index) => {
    const isUsed = bytes.subarray(at, at + 16).some((byte) => byte !== 0);
    const start = Number(view.getBigUint64(at + 32, true)) * SECTOR;
    const end = Math.min((Number(view.getBigUint64(at + 40, true)) + 1) * SECTOR, bytes.length);
    return isUsed && start < end ? [{ partition: index + 1, kind: 'GPT', start, end }] : [];
  });
}
