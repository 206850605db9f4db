/** Where things are in a FAT volume, read off its boot sector and checked, so that FatFs meets nothing impossible. */
import { t } from '../base/l10n';
import { ImageError } from './image-error';

/** A volume's sizes and places, in bytes. */
export interface FatLayout {
  readonly type: 'FAT12' | 'FAT16' | 'FAT32';
  readonly size: number;
  readonly sectorSize: number;
  readonly clusterSize: number;
  readonly clusters: number;
  /** Directories and files lie behind this offset. */
  readonly entriesStart: number;
}

const SIGNATURE = 0xaa55;
const JUMPS = [0xeb, 0xe9, 0xe8];
const MOST_FAT12 = 0xff5;
const MOST_FAT16 = 0xfff5;

/** Whether `bytes` start like a FAT volume: a jump, the signature, and a power of two where the sector size stands. */
export function looksLikeFat(bytes: Uint8Array): boolean {
  if (bytes.length < 512) return false;
  const view = viewOf(bytes);
  return (
    view.getUint16(510, true) === SIGNATURE &&
    JUMPS.includes(view.getUint8(0)) &&
    [512, 1024, 2048, 4096].includes(view.getUint16(11, true)) &&
    // exFAT and NTFS have zeros here.
    view.getUint16(14, true) > 0
  );
}

/**
 * The layout of the volume that starts at the first of `bytes`, for which {@link looksLikeFat} holds.
 * @throws ImageError when the volume contradicts itself or is longer than `bytes`
 * @see Microsoft, "FAT: General Overview of On-Disk Format", "Boot Sector and BPB"
 */
export function fatLayout(bytes: Uint8Array): FatLayout {
  const view = viewOf(bytes);
  const sectorSize = view.getUint16(11, true);
  const perCluster = view.getUint8(13);
  const reserved = view.getUint16(14, true);
  const tables = view.getUint8(16);
  const rootEntries = view.getUint16(17, true);
  const total = view.getUint16(19, true) || view.getUint32(32, true);
  const shortTable = view.getUint16(22, true);
  const tableSectors = shortTable || view.getUint32(36, true);

  if (perCluster === 0 || (perCluster & (perCluster - 1)) !== 0) throw bad(t`${perCluster} sectors in a cluster`);
  if (tables !== 1 && tables !== 2) throw bad(t`${tables} file allocation tables`);
  const system = reserved + tables * tableSectors;
  const rootSectors = Math.ceil((rootEntries * 32) / sectorSize);
  const clusters = Math.floor((total - system - rootSectors) / perCluster);
  if (tableSectors === 0 || clusters < 1) throw bad(t`${total} sectors, of which ${system} are for tables`);
  const type = clusters <= MOST_FAT12 ? 'FAT12' : clusters <= MOST_FAT16 ? 'FAT16' : 'FAT32';
  const bits = { FAT12: 12, FAT16: 16, FAT32: 32 }[type];
  if (tableSectors * sectorSize * 8 < (clusters + 2) * bits) {
    throw bad(t`tables of ${tableSectors * sectorSize} bytes, too short for ${clusters} clusters`);
  }
  if (type === 'FAT32' ? rootEntries !== 0 || view.getUint16(42, true) !== 0 : rootEntries === 0) {
    throw bad(t`${rootEntries} root folder entries in a ${type} volume`);
  }
  const rootCluster = view.getUint32(44, true);
  if (type === 'FAT32' && (rootCluster < 2 || rootCluster >= clusters + 2)) {
    throw bad(t`cluster ${rootCluster} for the root folder`);
  }
  if (total * sectorSize > bytes.length) {
    throw new ImageError(
      t`The image is cut short: its ${type} volume has ${total * sectorSize} bytes and the file has ${bytes.length} for it. Copy or make it again.`,
    );
  }
  return {
    type,
    size: total * sectorSize,
    sectorSize,
    clusterSize: perCluster * sectorSize,
    clusters,
    entriesStart: system * sectorSize,
  };
}

const bad = (what: string): ImageError =>
  new ImageError(t`The image is damaged: its boot sector names ${what}. Make it again with "worldstep image disk".`);

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
