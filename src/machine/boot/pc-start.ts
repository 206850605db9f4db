/**
 * What the boot protocols of a PC have in common: what they get, what they decide, and how their tables find a place in memory
 * beside the program.
 */
import { t } from '../../base/l10n';
import { LoadError } from './load-error';
import type { LoadPlan, LoadSegment, NamedFile, PhysicalRange } from './load-plan';
import type { MemoryRange } from './memory-map';
import { alignUp, PAGE, type Placed, type ProgramSpace } from './place';

/** `e_machine` of 32-bit programs, which a PC starts as well. */
export const EM_386 = 3;

/** A PC around the program that is started. */
export interface PcSetting {
  readonly space: ProgramSpace;
  readonly map: readonly MemoryRange[];
  /** What lies in memory already, and stays. */
  readonly taken: readonly LoadSegment[];
  /** The root of the ACPI tables and its address. */
  readonly rsdp: { readonly at: number; readonly bytes: Uint8Array };
  readonly append?: string;
  readonly initrd?: NamedFile;
}

/** The mode of the processor at the first instruction, by the manual's word. */
export type PcMode = 'real' | 'protected' | 'long';

/** How a program starts. */
export interface PcStart extends Placed {
  readonly mode: PcMode;
  /** Where code and data segments of 4 GiB from 0 are in the descriptor table; not in real mode. */
  readonly selectors: { readonly code: number; readonly data: number };
  /** General registers, by name. */
  readonly registers: LoadPlan['registers'];
  readonly initrd?: PhysicalRange;
}

/** The selectors of whoever does not ask for others: QEMU's. */
export const FLAT_SELECTORS = { code: 8, data: 0x10 } as const;

/** Where tables go that have no place of their own, below what a BIOS keeps for itself. */
export const LOW = { start: 0x9000, end: 0x9_fc00 } as const;
/** Below it are a PC's own memory and its devices. */
export const HIGH_START = 0x10_0000;

/** The lowest multiple of `alignment` from `start` on where `size` bytes up to `end` are free. */
export function lowestFree(
  taken: readonly LoadSegment[],
  size: number,
  { start, end }: PhysicalRange,
  alignment = PAGE,
): number | undefined {
  let at = alignUp(start, alignment);
  for (const { pa, memsz } of [...taken].sort((a, b) => a.pa - b.pa)) {
    if (pa + memsz <= at) continue;
    if (pa >= at + size) break;
    at = alignUp(pa + memsz, alignment);
  }
  return at + size <= end ? at : undefined;
}

/** The highest multiple of a page from `start` on where `size` bytes up to `end` are free. */
export function highestFree(
  taken: readonly LoadSegment[],
  size: number,
  { start, end }: PhysicalRange,
): number | undefined {
  const down = (value: number): number => value - (value % PAGE);
  let at = down(end - size);
  for (const { pa, memsz } of [...taken].sort((a, b) => b.pa - a.pa)) {
    if (pa >= at + size) continue;
    if (pa + memsz <= at) break;
    at = down(pa - size);
  }
  return at >= start ? at : undefined;
}

/** Low RAM above 1 MiB, where programs and what belongs to them lie. */
export const highMemory = ({ space }: PcSetting): PhysicalRange => {
  const range = space.ram.find(({ base, size }) => base <= HIGH_START && HIGH_START < base + size);
  return { start: HIGH_START, end: range ? range.base + range.size : HIGH_START };
};

/** There is no room left for `what` beside the program. */
export const noRoomFor = (what: string): LoadError =>
  new LoadError('--memory', t`no room is left for ${what} beside the kernel`, t`Give more memory.`);

/** A file name without its folders: the same on every host. */
export const baseName = (name: string): string => name.split(/[/\\]/).at(-1) ?? name;

/** What a kernel finds as its command line: its own name first, as boot loaders have it. */
export const commandLine = ({ name }: NamedFile, { append = '' }: PcSetting): string => `${baseName(name)} ${append}`;

/** A piece of memory that is filled from its start, at addresses that are known at once. */
export class Area {
  readonly #parts: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  #end = 0;

  /** @param base physical address of its first byte */
  constructor(readonly base: number) {}

  /** Bytes so far. */
  get size(): number {
    return this.#end;
  }

  /** Appends bytes; gives their physical address. */
  add(bytes: Uint8Array, alignment = 8): number {
    const at = alignUp(this.#end, alignment);
    this.#parts.push({ at, bytes });
    this.#end = at + bytes.length;
    return this.base + at;
  }

  /** Appends a text and a zero. */
  addText(text: string): number {
    return this.add(zeroEnded(text), 1);
  }

  get bytes(): Uint8Array {
    const all = new Uint8Array(this.#end);
    for (const { at, bytes } of this.#parts) all.set(bytes, at);
    return all;
  }
}

/** A text as C has it. */
export const zeroEnded = (text: string): Uint8Array => new TextEncoder().encode(`${text}\0`);

/**
 * Fills an area below 640 KiB, or above the program where it has that for itself.
 * @param fill puts everything into an area; called twice, first to learn how much it is
 */
export function placeArea<T>(
  name: string,
  taken: readonly LoadSegment[],
  setting: PcSetting,
  fill: (area: Area) => T,
): { readonly segment: LoadSegment; readonly result: T } {
  const trial = new Area(0);
  fill(trial);
  const at = lowestFree(taken, trial.size, LOW) ?? lowestFree(taken, trial.size, highMemory(setting));
  if (at === undefined) throw noRoomFor(name);
  const area = new Area(at);
  const result = fill(area);
  return { segment: { pa: at, bytes: area.bytes, memsz: area.size, name }, result };
}

/** The initial RAM disk as the one module of a kernel, behind it if there is room. */
export function placeModule(program: readonly LoadSegment[], setting: PcSetting): LoadSegment | undefined {
  const { initrd, taken } = setting;
  if (!initrd) return undefined;
  const { start, end } = highMemory(setting);
  const behind = program.map(({ pa, memsz }) => pa + memsz).filter((one) => one < end);
  const size = initrd.bytes.length;
  const all = [...taken, ...program];
  const at = lowestFree(all, size, { start: Math.max(start, ...behind), end }) ?? lowestFree(all, size, { start, end });
  if (at === undefined) throw noRoomFor(t`the initial RAM disk`);
  return { pa: at, bytes: initrd.bytes, memsz: size, name: initrd.name };
}

/** The range of a segment. */
export const rangeOf = ({ pa, memsz }: LoadSegment): PhysicalRange => ({ start: pa, end: pa + memsz });
