/**
 * Puts a user's programs into a board's memory: building blocks of boot protocols. Pure: bytes in, places out. Everything a
 * user can get wrong is a {@link LoadError}.
 */

import { hex } from '../../base/address';
import type { Architecture } from '../../base/architectures';
import { t } from '../../base/l10n';
import { sizeOf } from '../memory-size';
import { type ElfImage, isElf, readElf } from './elf-image';
import { refuseForeign } from './foreign';
import { type LinuxHeader, readLinuxHeader } from './linux-image';
import { LoadError } from './load-error';
import type { BootInput, LoadPlan, LoadSegment, NamedFile, PlacedFile } from './load-plan';
import { unpackZboot } from './zboot';

/** Where programs can go on a board. */
export interface ProgramSpace {
  readonly architecture: Architecture;
  /** RAM as the machine has it, by address. */
  readonly ram: readonly { readonly base: number; readonly size: number }[];
  /** The same of a machine with as much memory as can be had. */
  readonly mostRam: readonly { readonly base: number; readonly size: number }[];
  /** Where kernels go that do not say themselves. */
  readonly kernelBase: number;
  /** Where a Linux Image goes. */
  linuxAt(header: LinuxHeader): number;
  /** Bits of a linked address that are physical, where those above choose a window of the processor; all by default. */
  readonly physicalBits?: number;
}

/** A program's place, before it is known what else there is. */
export interface Placed {
  readonly format: LoadPlan['format'];
  readonly segments: readonly LoadSegment[];
  readonly entry: number;
  /** `entry` as the file has it: with the bits of a window, if it is linked into one. */
  readonly pc?: bigint;
  readonly physicalOf: LoadPlan['physicalOf'];
  readonly tohost?: number;
  readonly fromhost?: number;
}

export const PAGE = 4096;
export const MEBIBYTE = 1024 * 1024;

export const alignDown = (value: number, alignment: number): number => value - (value % alignment);

export const alignUp = (value: number, alignment: number): number => alignDown(value + alignment - 1, alignment);

/**
 * Reads a program and decides where it goes.
 * @param base physical address for one that does not say itself
 * @param isAnywhere a Linux Image goes to `base`, too
 */
export function placeProgram(given: NamedFile, space: ProgramSpace, base: number, isAnywhere = false): Placed {
  if (given.bytes.length === 0) {
    throw new LoadError(given.name, t`the file is empty`, t`Build it again, or name another file.`);
  }
  const file = unpackZboot(given);
  if (isElf(file.bytes)) {
    return placeElf(file, readElf(file.name, file.bytes, ['tohost', 'fromhost'], space.architecture), space, base);
  }
  refuseForeign(file.name, file.bytes, space.architecture);
  const header = readLinuxHeader(file.name, file.bytes, space.architecture);
  if (header === undefined) return placeFlat(file, 'flat', base, file.bytes.length);
  const at = isAnywhere ? base : space.linuxAt(header);
  const placed = placeFlat(file, 'linux-image', at, Math.max(header.imageSize, file.bytes.length));
  return { ...placed, entry: at + header.entryOffset };
}

/** The kernel, and further files in their order. Without a kernel, firmware or flash the first file is the kernel. */
export function placePrograms(
  { kernel: file, loaded = [], loadAddress, bios, pflash0 }: BootInput,
  space: ProgramSpace,
): { readonly kernel?: Placed; readonly others: readonly Placed[] } {
  const others = loaded.map((one) => placeFile(one, space));
  if (file) {
    const kernel = placeProgram(file, space, loadAddress ?? space.kernelBase, loadAddress !== undefined);
    return { kernel, others };
  }
  return bios || pflash0 ? { others } : { kernel: others[0], others: others.slice(1) };
}

/** A file that is put into memory beside what starts. */
export function placeFile({ file, at }: PlacedFile, space: ProgramSpace): Placed {
  if (at === undefined && !isElf(file.bytes)) {
    throw new LoadError(
      file.name,
      t`it is no ELF file, and nothing says where it is to lie`,
      t`Write its physical address behind its name: ${file.name}@${hex(space.kernelBase)}.`,
    );
  }
  if (at === undefined || file.bytes.length === 0) return placeProgram(file, space, space.kernelBase);
  return placeFlat(file, 'flat', at, file.bytes.length);
}

/**
 * What starts, at the entry that the user wants.
 * @throws LoadError for an entry where no instruction can be
 */
export function enteredAt(placed: Placed, entry: number | undefined): Placed {
  if (entry === undefined) return placed;
  if (entry % 2 === 0) return { ...placed, entry, pc: BigInt(entry) };
  throw new LoadError('--entry', t`there is no instruction at the odd address ${hex(entry)}`, t`Give an even one.`);
}

/** Bytes that lie where they are put. */
export function placeFlat(
  { name, bytes }: NamedFile,
  format: 'flat' | 'linux-image' | 'boot-sector',
  base: number,
  memsz: number,
): Placed {
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
export function placeElf({ name }: NamedFile, elf: ElfImage, space: ProgramSpace, base: number): Placed {
  const physical = (at: bigint): bigint => BigInt.asUintN(space.physicalBits ?? 64, at);
  const isSilent = elf.segments.every(({ paddr }) => paddr === 0n);
  const loads = elf.segments.map(({ paddr, vaddr }) => physical(isSilent ? vaddr : paddr));
  const isLinkedToRam = loads.some((at) => couldBeRam(space, at));
  const lowest = [...loads].sort((a, b) => (a < b ? -1 : 1))[0] ?? 0n;
  const bias = isLinkedToRam ? 0n : BigInt(base) - lowest;

  const segments = elf.segments.map((segment, index) => {
    const at = (loads[index] ?? 0n) + bias;
    // Beyond exact numbers it is beyond RAM as well; say so before the conversion would blur the address.
    if (at + segment.memsz > 1n << 52n) throw outsideRam(`${name}, segment ${index}`, at, at + segment.memsz, space);
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
  const entry = entryOf(name, elf.entry, physical(elf.entry), segments, translate);
  return {
    format: 'elf',
    segments,
    entry,
    ...(physical(elf.entry) === BigInt(entry) && { pc: elf.entry }),
    physicalOf,
    tohost: symbol('tohost'),
    fromhost: symbol('fromhost'),
  };
}

/**
 * An entry may be given physically, virtually or through another window; one of 0 means the linker was told none, and
 * loading starts low.
 */
function entryOf(
  name: string,
  entry: bigint,
  physical: bigint,
  segments: readonly LoadSegment[],
  translate: (at: bigint) => number | undefined,
): number {
  const isLoaded = (at: bigint): boolean =>
    segments.some(({ pa, memsz }) => at >= BigInt(pa) && at < BigInt(pa + memsz));
  if (entry === 0n) return Math.min(...segments.map(({ pa }) => pa));
  const at = isLoaded(entry)
    ? Number(entry)
    : (translate(entry) ?? (isLoaded(physical) ? Number(physical) : undefined));
  if (at !== undefined) return at;
  throw new LoadError(
    name,
    t`the entry point ${hex(entry)} lies in none of its segments`,
    t`Check ENTRY in the linker script.`,
  );
}

/** Whether RAM can be at `at` if there is enough of it. */
const couldBeRam = ({ mostRam }: ProgramSpace, at: bigint): boolean =>
  mostRam.some(({ base, size }) => at >= BigInt(base) && at < BigInt(base + size));

const totalOf = (ram: ProgramSpace['ram']): number => ram.reduce((sum, { size }) => sum + size, 0);

/** @throws LoadError for a segment that is not all in RAM */
export function checkInRam(segment: LoadSegment, space: ProgramSpace): void {
  const { ram, mostRam } = space;
  const end = segment.pa + segment.memsz;
  const isWithin = ({ base, size }: ProgramSpace['ram'][number]): boolean => segment.pa >= base && end <= base + size;
  if (ram.some(isWithin)) return;
  const index = mostRam.findIndex(isWithin);
  const range = mostRam[index];
  const last = ram.at(-1);
  if (range && last) {
    const wanted = totalOf(mostRam.slice(0, index)) + end - range.base;
    throw new LoadError(
      segment.name,
      t`it needs memory up to ${hex(end)}, but RAM (${sizeOf(totalOf(ram))}) ends at ${hex(last.base + last.size)}`,
      t`Give it more memory, at least ${Math.ceil(wanted / MEBIBYTE) + 2}M.`,
    );
  }
  throw outsideRam(segment.name, BigInt(segment.pa), BigInt(end), space);
}

const outsideRam = (name: string, start: bigint, end: bigint, { ram, kernelBase }: ProgramSpace): LoadError => {
  const ranges = ram.map(({ base, size }) => `${hex(base)}–${hex(base + size)}`).join(t` and `);
  return new LoadError(
    name,
    t`it is to lie at ${hex(start)}–${hex(end)}, outside RAM (${ranges})`,
    t`Link it for ${hex(kernelBase)}, or give another load address.`,
  );
};

/** @throws LoadError where two segments share bytes */
export function checkOverlaps(segments: readonly LoadSegment[]): void {
  const sorted = [...segments].sort((a, b) => a.pa - b.pa);
  for (const [index, segment] of sorted.entries()) {
    const next = sorted[index + 1];
    if (next === undefined || segment.pa + segment.memsz <= next.pa) continue;
    throw new LoadError(
      next.name,
      t`at ${hex(next.pa)} it overlaps ${segment.name}, which ends at ${hex(segment.pa + segment.memsz)}`,
      t`Link or load one of them elsewhere.`,
    );
  }
}

/** @throws LoadError for a number of processors that the board cannot have */
export function checkHarts(harts: number, most: number): void {
  if (Number.isInteger(harts) && harts >= 1 && harts <= most) return;
  throw new LoadError('--harts', t`${harts} harts cannot be had`, t`Give 1 to ${most}.`);
}
