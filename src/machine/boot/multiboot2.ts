/**
 * Multiboot 2: the header that kernels have in their first 32 KiB, whose tags ask for things, and the tags they are handed.
 * @see Multiboot2 Specification 2.0, section 3
 */
import { hex } from '../../base/address';
import { t } from '../../base/l10n';
import { isElf } from './elf-image';
import { elfSectionsOf } from './elf-sections';
import { LoadError } from './load-error';
import type { LoadSegment, NamedFile } from './load-plan';
import { basicMemory, memoryMapBytes } from './memory-map';
import { LOADER_NAME, type LoadAddresses, placeByAddresses, placeMultibootElf, TEXT_SCREEN } from './multiboot';
import {
  baseName,
  commandLine,
  FLAT_SELECTORS,
  highMemory,
  lowestFree,
  type PcSetting,
  type PcStart,
  placeArea,
  placeModule,
  rangeOf,
  zeroEnded,
} from './pc-start';
import { alignUp, type Placed } from './place';

const MAGIC = 0xe852_50d6;
const SEARCHED = 32_768;
const HEADER_BYTES = 16;
const ARCHITECTURE_I386 = 0;
const ALIGNMENT = 8;

/** In EAX: the boot loader was one of these. */
const LOADER_MAGIC = 0x36d7_6289n;

/** Types of the header's tags. */
const WISH = {
  end: 0,
  information: 1,
  addresses: 2,
  entry: 3,
  console: 4,
  framebuffer: 5,
  modules: 6,
  relocatable: 10,
} as const;
/** Those of EFI's loaders, which a start without EFI may pass over. */
const OF_EFI: readonly number[] = [7, 8, 9];
const OPTIONAL = 1;

/** Types of the tags that a kernel is handed. */
const TAG = {
  end: 0,
  commandLine: 1,
  loaderName: 2,
  module: 3,
  memory: 4,
  bootDevice: 5,
  map: 6,
  framebuffer: 8,
  elfSections: 9,
  oldRsdp: 14,
  newRsdp: 15,
  loadBase: 21,
} as const;
const GIVEN: readonly number[] = Object.values(TAG);

interface Wish {
  readonly type: number;
  readonly isOptional: boolean;
  readonly words: readonly number[];
}

export interface Multiboot2Header {
  /** Offset in the file. */
  readonly at: number;
  readonly architecture: number;
  readonly wishes: readonly Wish[];
}

/** The header of a kernel; `undefined` where it has none. */
export function multiboot2Header(bytes: Uint8Array): Multiboot2Header | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const last = Math.min(SEARCHED, bytes.length) - HEADER_BYTES;
  for (let at = 0; at <= last; at += ALIGNMENT) {
    if (view.getUint32(at, true) !== MAGIC) continue;
    const [architecture = 0, length = 0, checksum = 0] = [4, 8, 12].map((offset) => view.getUint32(at + offset, true));
    if ((MAGIC + architecture + length + checksum) % 2 ** 32 !== 0) continue;
    return { at, architecture, wishes: wishesIn(view, at + HEADER_BYTES, Math.min(at + length, bytes.length)) };
  }
  return undefined;
}

function wishesIn(view: DataView, start: number, end: number): Wish[] {
  const wishes: Wish[] = [];
  for (let at = start; at + 8 <= end; ) {
    const type = view.getUint16(at, true);
    const size = view.getUint32(at + 4, true);
    if (type === WISH.end || size < 8 || at + size > end) break;
    const words = Array.from({ length: (size - 8) >> 2 }, (_, index) => view.getUint32(at + 8 + 4 * index, true));
    wishes.push({ type, isOptional: (view.getUint16(at + 2, true) & OPTIONAL) !== 0, words });
    at += alignUp(size, ALIGNMENT);
  }
  return wishes;
}

/** Plans the start of a kernel with such a header. @throws LoadError */
export function startMultiboot2(file: NamedFile, header: Multiboot2Header, setting: PcSetting): PcStart {
  checkWishes(file.name, header);
  const wish = (type: number): readonly number[] | undefined => header.wishes.find((one) => one.type === type)?.words;
  const addresses = wish(WISH.addresses);
  const linked = addresses
    ? placeByAddresses(file, header.at, addressesOf(addresses, wish(WISH.entry)?.[0]))
    : placeMultibootElf(file, 'Multiboot 2', setting);
  const range = wish(WISH.relocatable);
  const { placed, base } = range ? relocate(file.name, linked, range, setting) : { placed: linked, base: undefined };
  const asked = wish(WISH.entry)?.[0];
  // The tag's address is that of the linked program, and moves with it.
  const entry = asked === undefined ? placed.entry : asked + (placed.entry - linked.entry);
  const module = placeModule(placed.segments, setting);
  const sections = isElf(file.bytes) && !addresses ? elfSectionsOf(file, placed.segments, setting) : undefined;
  const program = [...placed.segments, ...(module ? [module] : []), ...(sections?.segments ?? [])];
  const tags = informationTags(file, setting, module, sections?.tag, base);
  const { segment, result } = placeArea(t`the Multiboot information`, [...setting.taken, ...program], setting, (area) =>
    area.add(tags),
  );
  return {
    ...placed,
    format: 'multiboot2',
    entry,
    pc: BigInt(entry),
    segments: [...program, segment],
    mode: 'protected',
    selectors: FLAT_SELECTORS,
    registers: { rax: LOADER_MAGIC, rbx: BigInt(result) },
    ...(module && { initrd: rangeOf(module) }),
  };
}

function checkWishes(name: string, { architecture, wishes }: Multiboot2Header): void {
  if (architecture !== ARCHITECTURE_I386) {
    throw new LoadError(
      name,
      t`its Multiboot 2 header is for architecture ${architecture}, not for i386`,
      t`Write 0 there; a 64-bit kernel is entered in 32-bit mode, too.`,
    );
  }
  const known: readonly number[] = [...Object.values(WISH), ...OF_EFI];
  for (const { type, isOptional, words } of wishes) {
    if (isOptional) continue;
    if (!known.includes(type)) {
      throw new LoadError(
        name,
        t`its Multiboot 2 header has a tag of type ${type}, which is not known`,
        t`Mark the tag as optional.`,
      );
    }
    const missing = type === WISH.information ? words.find((one) => !GIVEN.includes(one)) : undefined;
    if (missing !== undefined) {
      throw new LoadError(
        name,
        t`its Multiboot 2 header asks for information of type ${missing}, which this machine cannot give`,
        t`Mark the request as optional.`,
      );
    }
    if (type === WISH.framebuffer && (words[2] ?? 0) !== 0) {
      throw new LoadError(
        name,
        t`its Multiboot 2 header asks for a graphic screen, and this machine has text only`,
        t`Mark the framebuffer tag as optional, or ask for a depth of 0.`,
      );
    }
  }
}

const addressesOf = (
  [header = 0, load = 0, loadEnd = 0, bssEnd = 0]: readonly number[],
  entry = load,
): LoadAddresses => ({
  header,
  load,
  loadEnd,
  bssEnd,
  entry,
});

/** A program that can lie elsewhere stays where it is linked if that is free, and goes to the lowest free place if not. */
function relocate(
  name: string,
  placed: Placed,
  [least = 0, most = 0, alignment = 1]: readonly number[],
  setting: PcSetting,
): { readonly placed: Placed; readonly base: number } {
  const start = Math.min(...placed.segments.map(({ pa }) => pa));
  const size = Math.max(...placed.segments.map(({ pa, memsz }) => pa + memsz)) - start;
  const memory = highMemory(setting);
  const range = { start: Math.max(least, memory.start), end: Math.min(most + 1, memory.end) };
  const isFree = lowestFree(setting.taken, size, { start, end: range.end }, 1) === start;
  if (isFree && start >= range.start && start % Math.max(alignment, 1) === 0) return { placed, base: start };
  const at = lowestFree(setting.taken, size, range, Math.max(alignment, 1));
  if (at === undefined) {
    throw new LoadError(
      name,
      t`it is to lie between ${hex(least)} and ${hex(most)}, and no room is free there`,
      t`Give the machine more memory, or widen the range in the kernel's Multiboot 2 header.`,
    );
  }
  const bias = at - start;
  return {
    base: at,
    placed: {
      ...placed,
      entry: placed.entry + bias,
      segments: placed.segments.map((segment) => ({ ...segment, pa: segment.pa + bias })),
      physicalOf: placed.physicalOf.map((one) => ({ ...one, pa: one.pa + bias })),
    },
  };
}

/** A tag with its type and size; the next one begins at a multiple of 8. */
const tag = (type: number, ...parts: readonly Uint8Array[]): Uint8Array => {
  const size = 8 + parts.reduce((sum, { length }) => sum + length, 0);
  const bytes = new Uint8Array(alignUp(size, ALIGNMENT));
  bytes.set(words(type, size));
  let at = 8;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
};

const words = (...values: readonly number[]): Uint8Array => new Uint8Array(new Uint32Array(values).buffer);

const OLD_RSDP_BYTES = 20;
/** The first hard disk, whole. */
const BOOT_DEVICE = [0x80, 0xffff_ffff, 0xffff_ffff] as const;

function informationTags(
  file: NamedFile,
  setting: PcSetting,
  module: LoadSegment | undefined,
  sections: Uint8Array | undefined,
  loadBase: number | undefined,
): Uint8Array {
  const { map, rsdp } = setting;
  const { lower, upper } = basicMemory(map);
  const { address, pitch, width, height, bits, type } = TEXT_SCREEN;
  const tags = [
    tag(TAG.commandLine, zeroEnded(commandLine(file, setting))),
    tag(TAG.loaderName, zeroEnded(LOADER_NAME)),
    ...(module ? [tag(TAG.module, words(module.pa, module.pa + module.memsz), zeroEnded(baseName(module.name)))] : []),
    tag(TAG.memory, words(lower, upper)),
    tag(TAG.bootDevice, words(...BOOT_DEVICE)),
    tag(TAG.map, words(24, 0), memoryMapBytes(map, 'padded')),
    tag(TAG.framebuffer, words(address, 0, pitch, width, height), Uint8Array.of(bits, type, 0, 0)),
    ...(sections ? [tag(TAG.elfSections, sections)] : []),
    tag(TAG.oldRsdp, rsdp.bytes.subarray(0, OLD_RSDP_BYTES)),
    tag(TAG.newRsdp, rsdp.bytes),
    ...(loadBase === undefined ? [] : [tag(TAG.loadBase, words(loadBase))]),
    tag(TAG.end),
  ];
  const size = 8 + tags.reduce((sum, { length }) => sum + length, 0);
  const bytes = new Uint8Array(size);
  bytes.set(words(size, 0));
  let at = 8;
  for (const one of tags) {
    bytes.set(one, at);
    at += one.length;
  }
  return bytes;
}
