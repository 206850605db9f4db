/**
 * Turns the user's files into a plan of what lies where in memory when the first instruction executes. Pure: bytes in,
 * plan out; the machine carries it out. Everything a user can get wrong is a {@link LoadError}.
 *
 * Who runs first follows from the files: a kernel alone starts in S-mode under the machine's own SBI, unless it
 * occupies the firmware's place (the first 2 MiB of RAM) or has a `tohost` symbol, which makes it a bare program for
 * M-mode. A `bios` file starts in M-mode and finds the kernel, if there is one, at its usual address.
 */
import { hex } from '../base/address';
import { type ElfImage, isElf, readElf } from './elf-image';
import { encodeDynamicInfo, readLinuxHeader, refuseForeign } from './kernel-format';
import { LoadError } from './load-error';
import { checkMemorySize, MAX_MEMORY, sizeOf } from './memory-size';

/** Bytes with the name messages call them by. */
export interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What the loader needs to know of a board. */
export interface LoadBoard {
  readonly ramBase: number;
  /** Where kernels go that do not say themselves. */
  readonly kernelBase: number;
  /** Bytes of one flash bank. */
  readonly flashSize: number;
  /** Where flash bank 0 is; a machine with nothing else starts there. */
  readonly flashBase: number;
  readonly maxHarts: number;
}

export interface LoadInput {
  readonly board: LoadBoard;
  /** Bytes of RAM, as {@link checkMemorySize} accepts them. */
  readonly memory: number;
  readonly harts: number;
  readonly kernel?: NamedFile;
  readonly bios?: NamedFile;
  readonly initrd?: NamedFile;
  readonly pflash0?: NamedFile;
  readonly pflash1?: NamedFile;
  /** Physical address for a flat kernel or one linked outside RAM, in place of the board's. */
  readonly loadAddress?: number;
  /** Overrides the choice of mode described above. */
  readonly mode?: 'M' | 'S';
  /** Makes the device tree once the initial RAM disk has its place. */
  readonly fdt: (initrd: { readonly start: number; readonly end: number } | undefined) => Uint8Array;
}

export interface LoadSegment {
  readonly pa: number;
  readonly bytes: Uint8Array;
  /** Bytes from `pa` that belong to the segment; those past `bytes` are zero. */
  readonly memsz: number;
  readonly name: string;
}

export interface LoadPlan {
  /** Non-overlapping, all in RAM, device tree and initial RAM disk included. */
  readonly segments: readonly LoadSegment[];
  /** Physical address of the first instruction. */
  readonly entry: number;
  readonly mode: 'M' | 'S';
  /** Boot hart's id, device tree, and (with a bios, else 0) OpenSBI's fw_dynamic_info. */
  readonly a0: number;
  readonly a1: number;
  readonly a2: number;
  /** Physical addresses of the HTIF words, when an ELF names them. */
  readonly tohost?: number;
  readonly fromhost?: number;
  readonly dtbAt: number;
  readonly initrd?: { readonly start: number; readonly end: number };
  /** Where the kernel's linked addresses lie physically; for a bios alone, the bios's. */
  readonly physicalOf: readonly { readonly vaddr: bigint; readonly pa: number; readonly size: number }[];
  /** How the kernel was read: shown to the user. */
  readonly format: 'elf' | 'linux-image' | 'flat' | 'none';
}

/** A program's place, before it is known what else there is. */
interface Placed {
  readonly format: LoadPlan['format'];
  readonly segments: readonly LoadSegment[];
  readonly entry: number;
  readonly physicalOf: LoadPlan['physicalOf'];
  readonly tohost?: number;
  readonly fromhost?: number;
}

const PAGE = 4096;
const MEBIBYTE = 1024 * 1024;
const DTB_ALIGNMENT = 2 * MEBIBYTE;
/** No device tree above this physical address, so that 32-bit firmware reaches it, as on QEMU. */
const DTB_LIMIT = 3072 * MEBIBYTE;

const alignDown = (value: number, alignment: number): number => value - (value % alignment);

/** Plans the whole memory image. */
export function planLoad(input: LoadInput): LoadPlan {
  const { board } = input;
  checkMemorySize(input.memory);
  if (!Number.isInteger(input.harts) || input.harts < 1 || input.harts > board.maxHarts) {
    throw new LoadError('--harts', `${input.harts} harts cannot be had`, `Give 1 to ${board.maxHarts}.`);
  }
  for (const flash of [input.pflash0, input.pflash1]) checkFlash(flash, board.flashSize);

  const bios = input.bios && place(input.bios, input, board.ramBase);
  const kernel = input.kernel && place(input.kernel, input, input.loadAddress ?? board.kernelBase);
  const first = bios ?? kernel ?? fromFlash(input);
  const subject = kernel ?? first;
  const mode = input.mode ?? startMode(input, first);

  const programs = [...(bios?.segments ?? []), ...(kernel?.segments ?? [])];
  for (const segment of programs) checkInRam(segment, input);
  checkOverlaps(programs);

  const tail = placeTail(input, programs, kernel?.entry ?? 0);
  const segments = [...programs, ...tail.segments];
  checkOverlaps(segments);
  return {
    segments,
    entry: first.entry,
    mode,
    a0: 0,
    a1: tail.dtbAt,
    a2: tail.infoAt,
    tohost: kernel?.tohost ?? bios?.tohost,
    fromhost: kernel?.fromhost ?? bios?.fromhost,
    dtbAt: tail.dtbAt,
    initrd: tail.initrd,
    physicalOf: subject.physicalOf,
    format: subject.format,
  };
}

function startMode(input: LoadInput, first: Placed): 'M' | 'S' {
  if (input.bios !== undefined || input.kernel === undefined || first.tohost !== undefined) return 'M';
  return first.entry < input.board.kernelBase ? 'M' : 'S';
}

function fromFlash({ pflash0, board }: LoadInput): Placed {
  if (pflash0 === undefined) {
    throw new LoadError(
      'the machine',
      'there is nothing to run',
      'Name a kernel, or pass --kernel or --bios with a file.',
    );
  }
  return { format: 'none', segments: [], entry: board.flashBase, physicalOf: [] };
}

function place(file: NamedFile, input: LoadInput, base: number): Placed {
  if (file.bytes.length === 0) {
    throw new LoadError(file.name, 'the file is empty', 'Build it again, or name another file.');
  }
  if (isElf(file.bytes)) return placeElf(file, readElf(file.name, file.bytes, ['tohost', 'fromhost']), input, base);
  refuseForeign(file.name, file.bytes);
  const header = readLinuxHeader(file.name, file.bytes);
  const isKernel = file === input.kernel;
  if (header === undefined) return placeFlat(file, 'flat', base, file.bytes.length);
  const at = isKernel && input.loadAddress === undefined ? input.board.ramBase + header.textOffset : base;
  return placeFlat(file, 'linux-image', at, Math.max(header.imageSize, file.bytes.length));
}

function placeFlat({ name, bytes }: NamedFile, format: 'flat' | 'linux-image', base: number, memsz: number): Placed {
  return {
    format,
    segments: [{ pa: base, bytes, memsz, name }],
    entry: base,
    physicalOf: [{ vaddr: BigInt(base), pa: base, size: memsz }],
  };
}

/**
 * Physical addresses of an ELF's segments are its `p_paddr` when any of them lies where RAM can be. When none does, the
 * file was linked with virtual addresses in that field too; then the lowest segment goes to `base` and the others keep
 * their distance, which is where a flat binary made of the same file by objcopy would put them. (A segment's `p_vaddr`
 * says less: per-CPU data is often linked at 0.) A linker that left every `p_paddr` 0 is taken at its `p_vaddr`.
 */
function placeElf({ name }: NamedFile, elf: ElfImage, input: LoadInput, base: number): Placed {
  const ramBase = BigInt(input.board.ramBase);
  const ramLimit = ramBase + BigInt(MAX_MEMORY);
  const loads = elf.segments.every(({ paddr }) => paddr === 0n)
    ? elf.segments.map(({ vaddr }) => vaddr)
    : elf.segments.map(({ paddr }) => paddr);
  const isLinkedToRam = loads.some((at) => at >= ramBase && at < ramLimit);
  const lowest = [...loads].sort((a, b) => (a < b ? -1 : 1))[0] ?? 0n;
  const bias = isLinkedToRam ? 0n : BigInt(base) - lowest;

  const segments = elf.segments.map((segment, index) => {
    const at = (loads[index] ?? 0n) + bias;
    // Beyond exact numbers it is beyond RAM as well; say so before the conversion would blur the address.
    if (at + segment.memsz > 1n << 52n) throw outsideRam(`${name}, segment ${index}`, at, at + segment.memsz, input);
    return { pa: Number(at), bytes: segment.bytes, memsz: Number(segment.memsz), name: `${name}, segment ${index}` };
  });
  const physicalOf = elf.segments.map((segment, index) => ({
    vaddr: segment.vaddr,
    pa: segments[index]?.pa ?? 0,
    size: Number(segment.memsz),
  }));
  const translate = (at: bigint): number | undefined => {
    const range = physicalOf.find(({ vaddr, size }) => at >= vaddr && at < vaddr + BigInt(size));
    return range && range.pa + Number(at - range.vaddr);
  };
  const symbol = (wanted: string): number | undefined => {
    const at = elf.symbols.get(wanted);
    return at === undefined ? undefined : translate(at);
  };
  return {
    format: 'elf',
    segments,
    entry: entryOf(name, elf.entry, segments, translate),
    physicalOf,
    tohost: symbol('tohost'),
    fromhost: symbol('fromhost'),
  };
}

/** An entry may be given physically or virtually; one of 0 means the linker was told none, and loading starts low. */
function entryOf(
  name: string,
  entry: bigint,
  segments: readonly LoadSegment[],
  translate: (at: bigint) => number | undefined,
): number {
  const isPhysical = segments.some(({ pa, memsz }) => entry >= BigInt(pa) && entry < BigInt(pa + memsz));
  if (entry === 0n) return Math.min(...segments.map(({ pa }) => pa));
  const at = isPhysical ? Number(entry) : translate(entry);
  if (at !== undefined) return at;
  throw new LoadError(
    name,
    `the entry point ${hex(entry)} lies in none of its segments`,
    'Check ENTRY in the linker script.',
  );
}

/** Device tree at the top of RAM where QEMU puts it, boot information behind it, initial RAM disk below. */
function placeTail(input: LoadInput, programs: readonly LoadSegment[], kernelEntry: number) {
  const { board, initrd, memory } = input;
  const top = Math.min(board.ramBase + memory, DTB_LIMIT);
  const info = input.bios === undefined ? undefined : encodeDynamicInfo(kernelEntry);
  // The size does not depend on where the disk is, only on whether there is one.
  const dtbSize = input.fdt(initrd && { start: 0, end: 0 }).length;
  const infoOffset = alignDown(dtbSize + 15, 16);
  const need = infoOffset + (info?.length ?? 0);
  const isFree = (start: number, size: number): boolean =>
    start >= board.ramBase && programs.every(({ pa, memsz }) => start + size <= pa || pa + memsz <= start);
  const diskSize = initrd?.bytes.length ?? 0;
  if (initrd !== undefined && diskSize === 0) {
    throw new LoadError(initrd.name, 'the initial RAM disk is empty', 'Build it again, or leave it out.');
  }
  for (const alignment of [DTB_ALIGNMENT, PAGE]) {
    const dtbAt = alignDown(top - need, alignment);
    const diskAt = alignDown(dtbAt - diskSize, PAGE);
    if (!isFree(dtbAt, need) || (diskSize > 0 && !isFree(diskAt, diskSize))) continue;
    const range = initrd && { start: diskAt, end: diskAt + diskSize };
    const dtb = input.fdt(range);
    const segments: LoadSegment[] = [{ pa: dtbAt, bytes: dtb, memsz: dtb.length, name: 'device tree' }];
    const infoAt = info === undefined ? 0 : dtbAt + infoOffset;
    if (info !== undefined) segments.push({ pa: infoAt, bytes: info, memsz: info.length, name: 'boot information' });
    if (initrd !== undefined) segments.push({ pa: diskAt, bytes: initrd.bytes, memsz: diskSize, name: initrd.name });
    return { segments, dtbAt, infoAt, initrd: range };
  }
  const what = initrd === undefined ? 'the device tree' : 'the device tree and the initial RAM disk';
  throw new LoadError(
    '--memory',
    `no room is left for ${what} beside the kernel in ${sizeOf(memory)}`,
    'Give more memory.',
  );
}

function checkInRam(segment: LoadSegment, input: LoadInput): void {
  const { board, memory } = input;
  const end = segment.pa + segment.memsz;
  if (segment.pa >= board.ramBase && end <= board.ramBase + memory) return;
  if (segment.pa >= board.ramBase && end <= board.ramBase + MAX_MEMORY) {
    throw new LoadError(
      segment.name,
      `it needs memory up to ${hex(end)}, but RAM (${sizeOf(memory)}) ends at ${hex(board.ramBase + memory)}`,
      `Give it more memory, at least ${Math.ceil((end - board.ramBase) / MEBIBYTE) + 2}M.`,
    );
  }
  throw outsideRam(segment.name, BigInt(segment.pa), BigInt(end), input);
}

const outsideRam = (name: string, start: bigint, end: bigint, { board, memory }: LoadInput): LoadError =>
  new LoadError(
    name,
    `it is to lie at ${hex(start)}–${hex(end)}, outside RAM (${hex(board.ramBase)}–${hex(board.ramBase + memory)})`,
    `Link it for ${hex(board.kernelBase)}, or give another load address.`,
  );

function checkOverlaps(segments: readonly LoadSegment[]): void {
  const sorted = [...segments].sort((a, b) => a.pa - b.pa);
  for (const [index, segment] of sorted.entries()) {
    const next = sorted[index + 1];
    if (next === undefined || segment.pa + segment.memsz <= next.pa) continue;
    throw new LoadError(
      next.name,
      `at ${hex(next.pa)} it overlaps ${segment.name}, which ends at ${hex(segment.pa + segment.memsz)}`,
      'Link or load one of them elsewhere.',
    );
  }
}

function checkFlash(file: NamedFile | undefined, size: number): void {
  if (file === undefined || file.bytes.length <= size) return;
  throw new LoadError(
    file.name,
    `the flash image has ${sizeOf(file.bytes.length)}; a bank holds ${sizeOf(size)}`,
    'Cut it.',
  );
}
