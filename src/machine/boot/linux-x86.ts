/**
 * Linux's bzImage, entered behind its real-mode code: in 64-bit mode, or in 32-bit mode where it is too old for that.
 * @see Linux, Documentation/arch/x86/boot.rst and zero-page.rst
 */
import { hex } from '../../base/address';
import { t } from '../../base/l10n';
import { hasText } from '../../base/magic';
import { LoadError } from './load-error';
import type { LoadSegment, NamedFile, PhysicalRange } from './load-plan';
import { memoryMapBytes } from './memory-map';
import {
  type Area,
  HIGH_START,
  highestFree,
  highMemory,
  noRoomFor,
  type PcSetting,
  type PcStart,
  placeArea,
  rangeOf,
  zeroEnded,
} from './pc-start';

/** Fields of the setup header, by their offsets in the file and in boot_params. */
const SETUP = {
  start: 0x1f1,
  sectors: 0x1f1,
  bootFlag: 0x1fe,
  jumpLength: 0x201,
  magic: 0x202,
  version: 0x206,
  loader: 0x210,
  flags: 0x211,
  code32: 0x214,
  diskAt: 0x218,
  diskSize: 0x21c,
  commandLine: 0x228,
  diskMost: 0x22c,
  alignment: 0x230,
  isRelocatable: 0x234,
  flags64: 0x236,
  commandLineMost: 0x238,
  preferred: 0x258,
  memory: 0x260,
} as const;
/** Fields of boot_params outside of the header. */
const PARAMS = { bytes: 4096, rsdp: 0x70, mapCount: 0x1e8, map: 0x2d0, mostRanges: 128 } as const;
/** struct screen_info: a text screen of 80 by 25 with characters 16 lines high. */
const SCREEN = { mode: 0x06, columns: 0x07, lines: 0x0e, isVga: 0x0f, points: 0x10 } as const;

const LOADED_HIGH = 1;
const ENTRY_64 = 1;
const ENTRY_64_OFFSET = 0x200;
const SECTOR = 512;
/** A header that says 0 means so many. */
const LEAST_SECTORS = 4;
/** Boot loaders without a number of their own. */
const UNDEFINED_LOADER = 0xff;
const OLDEST = 0x202;
/** __BOOT_CS and __BOOT_DS. */
const SELECTORS = { code: 0x10, data: 0x18 } as const;

/** Whether a file is a Linux kernel for x86. */
export const isLinuxX86 = (bytes: Uint8Array): boolean =>
  bytes.length > 0x400 &&
  hasText(bytes, SETUP.magic, 'HdrS') &&
  bytes[SETUP.bootFlag] === 0x55 &&
  bytes[SETUP.bootFlag + 1] === 0xaa;

/** Plans the start of such a kernel. @throws LoadError */
export function startLinuxX86(file: NamedFile, setting: PcSetting): PcStart {
  const { name, bytes } = file;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const version = view.getUint16(SETUP.version, true);
  if (version < OLDEST || ((bytes[SETUP.flags] ?? 0) & LOADED_HIGH) === 0) {
    throw new LoadError(
      name,
      t`its boot protocol (${hex(version)}) is one of kernels that lie below 1 MiB`,
      t`Give a bzImage of Linux 2.4 or newer.`,
    );
  }
  const codeAt = ((bytes[SETUP.sectors] || LEAST_SECTORS) + 1) * SECTOR;
  if (codeAt >= bytes.length) {
    throw new LoadError(name, t`it ends before its code at ${hex(codeAt)}`, t`Copy or build the file again.`);
  }
  const code = bytes.subarray(codeAt);
  const prefers = version >= 0x20a;
  const base = prefers ? Number(view.getBigUint64(SETUP.preferred, true)) : HIGH_START;
  const memsz = Math.max(code.length, prefers ? view.getUint32(SETUP.memory, true) : 0);
  const kernel: LoadSegment = { pa: base, bytes: code, memsz, name };
  const has64 = version >= 0x20c && (view.getUint16(SETUP.flags64, true) & ENTRY_64) !== 0;

  const disk = placeDisk(kernel, view.getUint32(SETUP.diskMost, true), version, setting);
  checkCommandLine(view, version, setting);
  const program = [kernel, ...(disk ? [disk] : [])];
  const { segment, result } = placeArea(t`the boot parameters`, [...setting.taken, ...program], setting, (area) =>
    bootParameters(area, view, base, disk && rangeOf(disk), setting),
  );
  const entry = has64 ? base + ENTRY_64_OFFSET : base;
  return {
    format: 'linux-image',
    entry,
    pc: BigInt(entry),
    segments: [...program, segment],
    physicalOf: [{ vaddr: BigInt(base), pa: base, size: memsz }],
    mode: has64 ? 'long' : 'protected',
    selectors: SELECTORS,
    registers: { rsi: BigInt(result) },
    ...(disk && { initrd: rangeOf(disk) }),
  };
}

/** The initial RAM disk goes as high as the kernel can take it. */
function placeDisk(kernel: LoadSegment, most: number, version: number, setting: PcSetting): LoadSegment | undefined {
  const { initrd, taken } = setting;
  if (!initrd) return undefined;
  const { start, end } = highMemory(setting);
  const last = version >= 0x203 ? most + 1 : 0x3800_0000;
  const at = highestFree([...taken, kernel], initrd.bytes.length, { start, end: Math.min(end, last) });
  if (at === undefined) throw noRoomFor(t`the initial RAM disk`);
  return { pa: at, bytes: initrd.bytes, memsz: initrd.bytes.length, name: initrd.name };
}

function checkCommandLine(view: DataView, version: number, { append = '' }: PcSetting): void {
  const most = version >= 0x206 ? view.getUint32(SETUP.commandLineMost, true) : 255;
  const { length } = new TextEncoder().encode(append);
  if (length <= most) return;
  throw new LoadError(
    '--append',
    t`the command line has ${length} bytes, and this kernel takes ${most}`,
    t`Shorten it.`,
  );
}

/** Fills in boot_params; gives its address. */
function bootParameters(
  area: Area,
  file: DataView,
  base: number,
  disk: PhysicalRange | undefined,
  setting: PcSetting,
): number {
  const params = new Uint8Array(PARAMS.bytes);
  const view = new DataView(params.buffer);
  const headerEnd = SETUP.magic + file.getUint8(SETUP.jumpLength);
  const header = new Uint8Array(file.buffer, file.byteOffset + SETUP.start, headerEnd - SETUP.start);
  params.set(header, SETUP.start);
  params[SETUP.loader] = UNDEFINED_LOADER;
  view.setUint32(SETUP.code32, base, true);
  if (disk) {
    view.setUint32(SETUP.diskAt, disk.start, true);
    view.setUint32(SETUP.diskSize, disk.end - disk.start, true);
  }
  view.setUint32(SETUP.commandLine, area.add(zeroEnded(setting.append ?? '')), true);
  params[SCREEN.mode] = 3;
  params[SCREEN.columns] = 80;
  params[SCREEN.lines] = 25;
  params[SCREEN.isVga] = 1;
  params[SCREEN.points] = 16;
  view.setBigUint64(PARAMS.rsdp, BigInt(setting.rsdp.at), true);
  const map = setting.map.slice(0, PARAMS.mostRanges);
  params[PARAMS.mapCount] = map.length;
  params.set(memoryMapBytes(map, 'e820'), PARAMS.map);
  return area.add(params, 16);
}
