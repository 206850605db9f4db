/** Which boot protocol starts a file on a PC, by what the file is. */
import { hex } from '../../base/address';
import { t } from '../../base/l10n';
import { isElf, readElf } from './elf-image';
import { refuseForeign } from './foreign';
import { isLinuxX86, startLinuxX86 } from './linux-x86';
import { LoadError } from './load-error';
import type { NamedFile } from './load-plan';
import { multibootHeader, startMultiboot } from './multiboot';
import { multiboot2Header, startMultiboot2 } from './multiboot2';
import { EM_386, FLAT_SELECTORS, HIGH_START, type PcMode, type PcSetting, type PcStart } from './pc-start';
import { type Placed, placeElf, placeFlat } from './place';
import { pvhEntry, startPvh } from './pvh';

/** How the user wants a file started that does not say it itself. */
export interface PcWish {
  /** Physical address of a flat file. */
  readonly loadAddress?: number;
  readonly mode?: PcMode;
}

const SECTOR = 512;
/** Where a BIOS puts the first sector of a disk. */
const BOOT_SECTOR_AT = 0x7c00;
/** In DL: the first hard disk. */
const FIRST_DISK = 0x80n;

/** Whether a file begins with a sector that a BIOS would start. */
const hasBootSector = (bytes: Uint8Array): boolean =>
  bytes.length >= SECTOR && bytes.length % SECTOR === 0 && bytes[SECTOR - 2] === 0x55 && bytes[SECTOR - 1] === 0xaa;

/** Whether a file is certainly for a PC: it has one of its boot protocols, or is an ELF for 32-bit x86. */
export const isPcProgram = (bytes: Uint8Array): boolean =>
  isLinuxX86(bytes) ||
  multibootHeader(bytes) !== undefined ||
  multiboot2Header(bytes) !== undefined ||
  (isElf(bytes) && bytes[4] === 1 && bytes[18] === EM_386 && bytes[19] === 0);

/** Plans the start of a file. @throws LoadError */
export function startProgram(file: NamedFile, setting: PcSetting, wish: PcWish): PcStart {
  const { name, bytes } = file;
  if (bytes.length === 0) throw new LoadError(name, t`the file is empty`, t`Build it again, or name another file.`);
  // Whoever says where a file goes and how it starts wants neither looked for in it.
  if (wish.loadAddress !== undefined && wish.mode !== undefined && !isElf(bytes)) return startFlat(file, wish);
  if (isLinuxX86(bytes)) return startLinuxX86(file, setting);
  const second = multiboot2Header(bytes);
  if (second) return startMultiboot2(file, second, setting);
  const first = multibootHeader(bytes);
  if (first) return startMultiboot(file, first, setting);
  const entry = pvhEntry(file);
  if (entry !== undefined) return startPvh(file, entry, setting);
  if (isElf(bytes)) return startElf(file, setting, wish);
  refuseForeign(name, bytes, setting.space.architecture);
  if (wish.loadAddress === undefined && hasBootSector(bytes)) return startBootSector(file);
  return startFlat(file, wish);
}

/** A program of no protocol, entered with nothing but its memory and its mode. */
const startBare = (placed: Placed, mode: PcMode): PcStart => ({
  ...placed,
  mode,
  selectors: FLAT_SELECTORS,
  registers: {},
});

function startElf(file: NamedFile, setting: PcSetting, { mode }: PcWish): PcStart {
  const { space } = setting;
  const image = readElf(file.name, file.bytes, [], space.architecture, EM_386);
  const placed = placeElf(file, image, space, HIGH_START);
  const is32 = file.bytes[4] === 1;
  if (image.entry !== BigInt(placed.entry)) {
    throw new LoadError(
      file.name,
      t`it is linked to run at ${hex(image.entry)} and would start at ${hex(placed.entry)}, by no boot protocol that it has a header of`,
      t`Give it a Multiboot header, Multiboot 2 header or PVH note, or boot it from a disk by --bios.`,
    );
  }
  return startBare(placed, mode ?? (is32 ? 'protected' : 'long'));
}

function startFlat(file: NamedFile, { loadAddress, mode }: PcWish): PcStart {
  const at = loadAddress ?? HIGH_START;
  const placed = placeFlat(file, 'flat', at, file.bytes.length);
  return startBare(placed, mode ?? (at < HIGH_START ? 'real' : 'protected'));
}

function startBootSector(file: NamedFile): PcStart {
  if (file.bytes.length > SECTOR) {
    throw new LoadError(
      file.name,
      t`it is the image of a disk with a boot sector, whose code calls a BIOS for the rest of the disk`,
      t`Give SeaBIOS by --bios, and the file by --disk.`,
    );
  }
  return {
    ...placeFlat(file, 'boot-sector', BOOT_SECTOR_AT, SECTOR),
    mode: 'real',
    selectors: FLAT_SELECTORS,
    registers: { rdx: FIRST_DISK, rsp: BigInt(BOOT_SECTOR_AT) },
  };
}
