/**
 * Multiboot 1: the header that kernels have in their first 8 KiB, and the information they are handed.
 * @see Multiboot Specification 0.6.96, section 3
 */
import { hex } from '../../base/address';
import { t } from '../../base/l10n';
import { isElf, readElf } from './elf-image';
import { LoadError } from './load-error';
import type { LoadSegment, NamedFile } from './load-plan';
import { basicMemory, memoryMapBytes } from './memory-map';
import {
  type Area,
  baseName,
  commandLine,
  EM_386,
  FLAT_SELECTORS,
  HIGH_START,
  type PcSetting,
  type PcStart,
  placeArea,
  placeModule,
  rangeOf,
} from './pc-start';
import { type Placed, placeElf } from './place';

const MAGIC = 0x1bad_b002;
const SEARCHED = 8192;
const HEADER_BYTES = 12;
const ADDRESSES_BYTES = 32;
/** Bits of the header's flags. What of the lower 16 we do not know, we must refuse (section 3.1.2). */
const FLAG = { aligned: 1, memory: 2, video: 4, addresses: 1 << 16 } as const;
const KNOWN = FLAG.aligned | FLAG.memory | FLAG.video;
/** In `load_addr`: the file is loaded from its first byte on. */
const FROM_START = 0xffff_ffff;

/** In EAX: the boot loader was one of these. */
const LOADER_MAGIC = 0x2bad_b002n;
export const LOADER_NAME = 'Worldstep';

/** The fields by which a header says where the file goes, as both versions of Multiboot have them; addresses are physical. */
export interface LoadAddresses {
  readonly header: number;
  readonly load: number;
  readonly loadEnd: number;
  readonly bssEnd: number;
  readonly entry: number;
}

export interface MultibootHeader {
  /** Offset in the file. */
  readonly at: number;
  readonly flags: number;
  /** Where the file goes, where the header says it. */
  readonly addresses?: LoadAddresses;
}

/** The header of a kernel; `undefined` where it has none. */
export function multibootHeader(bytes: Uint8Array): MultibootHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = Math.min(SEARCHED, bytes.length) - HEADER_BYTES;
  for (let at = 0; at <= end; at += 4) {
    if (view.getUint32(at, true) !== MAGIC) continue;
    const flags = view.getUint32(at + 4, true);
    if ((MAGIC + flags + view.getUint32(at + 8, true)) % 2 ** 32 !== 0) continue;
    if ((flags & FLAG.addresses) === 0 || at + ADDRESSES_BYTES > bytes.length) return { at, flags };
    const word = (index: number): number => view.getUint32(at + HEADER_BYTES + 4 * index, true);
    const addresses = { header: word(0), load: word(1), loadEnd: word(2), bssEnd: word(3), entry: word(4) };
    return { at, flags, addresses };
  }
  return undefined;
}

/** Plans the start of a kernel with such a header. @throws LoadError */
export function startMultiboot(file: NamedFile, header: MultibootHeader, setting: PcSetting): PcStart {
  const unknown = header.flags & 0xffff & ~KNOWN;
  if (unknown !== 0) {
    throw new LoadError(
      file.name,
      t`its Multiboot header asks for what is not defined (flags ${hex(unknown)})`,
      t`Clear these bits in the header's flags.`,
    );
  }
  const placed = header.addresses
    ? placeByAddresses(file, header.at, header.addresses)
    : placeMultibootElf(file, 'Multiboot', setting);
  const module = placeModule(placed.segments, setting);
  const taken = [...setting.taken, ...placed.segments, ...(module ? [module] : [])];
  const { segment, result } = placeArea(t`the Multiboot information`, taken, setting, (area) =>
    information(area, file, setting, module),
  );
  return {
    ...placed,
    format: 'multiboot',
    segments: [...placed.segments, ...(module ? [module] : []), segment],
    mode: 'protected',
    selectors: FLAT_SELECTORS,
    registers: { rax: LOADER_MAGIC, rbx: BigInt(result) },
    ...(module && { initrd: rangeOf(module) }),
  };
}

/** An ELF of either size, which a loader of this name enters in 32-bit mode. */
export function placeMultibootElf(file: NamedFile, name: string, { space }: PcSetting): Placed {
  if (!isElf(file.bytes)) {
    throw new LoadError(
      file.name,
      t`its ${name} header gives no addresses, and the file is no ELF`,
      t`Give the ELF file, or write the addresses into the header.`,
    );
  }
  return placeElf(file, readElf(file.name, file.bytes, [], space.architecture, EM_386), space, HIGH_START);
}

/** Places a file of any format as its header says. @param at offset of the header in the file */
export function placeByAddresses({ name, bytes }: NamedFile, at: number, addresses: LoadAddresses): Placed {
  const { header, load, loadEnd, bssEnd, entry } = addresses;
  const wrong = (problem: string): LoadError =>
    new LoadError(name, problem, t`Correct the address fields of its Multiboot header.`);
  const isFromStart = load === FROM_START;
  const offset = isFromStart ? 0 : at - (header - load);
  const base = isFromStart ? header - at : load;
  if (offset < 0 || base < 0 || offset > at) {
    throw wrong(
      t`its Multiboot header at ${hex(header)} cannot be ${hex(at)} bytes into what is loaded at ${hex(load)}`,
    );
  }
  const length = loadEnd === 0 ? bytes.length - offset : loadEnd - base;
  if (length <= 0 || offset + length > bytes.length) {
    throw wrong(t`its Multiboot header says that it ends at ${hex(loadEnd)}, past the end of the file`);
  }
  const memsz = bssEnd === 0 ? length : bssEnd - base;
  if (memsz < length) throw wrong(t`its Multiboot header has a bss_end_addr (${hex(bssEnd)}) within the file`);
  if (entry < base || entry >= base + memsz) {
    throw wrong(t`its Multiboot header has an entry (${hex(entry)}) outside of what it loads`);
  }
  return {
    format: 'multiboot',
    segments: [{ pa: base, bytes: bytes.subarray(offset, offset + length), memsz, name }],
    entry,
    pc: BigInt(entry),
    physicalOf: linkedAt({ name, bytes }, offset, base, memsz),
  };
}

/** Where the linked addresses of an ELF lie whose file is loaded as one piece. */
function linkedAt(file: NamedFile, offset: number, base: number, size: number): Placed['physicalOf'] {
  if (!isElf(file.bytes)) return [{ vaddr: BigInt(base), pa: base, size }];
  const { segments } = readElf(file.name, file.bytes, [], 'x86_64', EM_386);
  return segments.map(({ vaddr, bytes, memsz }) => ({
    vaddr,
    pa: base + (bytes.byteOffset - file.bytes.byteOffset) - offset,
    size: Number(memsz),
  }));
}

const INFO_BYTES = 116;
const INFO = {
  memory: 1,
  bootDevice: 2,
  commandLine: 4,
  modules: 8,
  map: 0x40,
  loaderName: 0x200,
  framebuffer: 0x1000,
};
/** The first hard disk, whole. */
const BOOT_DEVICE = 0x8000_ffff;
/** VGA's text screen: 80 by 25, two bytes a character. */
export const TEXT_SCREEN = { address: 0xb_8000, pitch: 160, width: 80, height: 25, bits: 16, type: 2 } as const;

/** Fills in the information; gives its address. */
function information(area: Area, file: NamedFile, setting: PcSetting, module: LoadSegment | undefined): number {
  const map = memoryMapBytes(setting.map, 'multiboot');
  const mapAt = area.add(map);
  const info = new Uint8Array(INFO_BYTES);
  const view = new DataView(info.buffer);
  const word = (at: number, value: number): void => view.setUint32(at, value, true);
  const { lower, upper } = basicMemory(setting.map);
  word(
    0,
    Object.values(INFO).reduce((all, bit) => all | bit, 0),
  );
  word(4, lower);
  word(8, upper);
  word(12, BOOT_DEVICE);
  word(16, area.addText(commandLine(file, setting)));
  if (module) {
    const entry = new Uint8Array(16);
    const words = new DataView(entry.buffer);
    words.setUint32(0, module.pa, true);
    words.setUint32(4, module.pa + module.memsz, true);
    words.setUint32(8, area.addText(baseName(module.name)), true);
    word(20, 1);
    word(24, area.add(entry));
  }
  word(44, map.length);
  word(48, mapAt);
  word(64, area.addText(LOADER_NAME));
  view.setBigUint64(88, BigInt(TEXT_SCREEN.address), true);
  word(96, TEXT_SCREEN.pitch);
  word(100, TEXT_SCREEN.width);
  word(104, TEXT_SCREEN.height);
  info[108] = TEXT_SCREEN.bits;
  info[109] = TEXT_SCREEN.type;
  return area.add(info);
}
