import { pa, type Va, va } from '../base/address';
import type { CompanionName, ElfImage, ElfSymbol, MachineName, Section, Segment, SymbolHit } from './types';

/** What the wasm module writes for the container. */
export interface RawHeader {
  readonly machine: string;
  readonly addressSize: number;
  readonly isLittleEndian: boolean;
  readonly entry: string;
  readonly segments: readonly {
    readonly vaddr: string;
    readonly paddr: string;
    readonly offset: number;
    readonly filesz: string;
    readonly memsz: string;
    readonly flags: number;
  }[];
  readonly sections: readonly {
    readonly name: string;
    readonly address: string;
    readonly offset: number;
    readonly size: string;
    readonly isExecutable: boolean;
    readonly isWritable: boolean;
  }[];
  readonly buildId: string | null;
  readonly hasDebugInfo: boolean;
  readonly hasLines: boolean;
  readonly threadLocal: { readonly size: number; readonly alignment: number } | null;
  readonly companions: readonly CompanionName[];
}

/** Name, demangled name ('' when the same), address, size, kind, section index, whether global. */
export type RawSymbol = readonly [string, string, string, string, ElfSymbol['kind'], number, boolean];

const PF_X = 1;
const PF_W = 2;
const PF_R = 4;

/** The container; its symbols are read when first touched. */
export function elfImage(raw: RawHeader, readSymbols: () => readonly RawSymbol[]): ElfImage {
  const sections: Section[] = raw.sections.map((s) => ({
    name: s.name,
    address: va(BigInt(s.address)),
    offset: s.offset,
    size: BigInt(s.size),
    isExecutable: s.isExecutable,
    isWritable: s.isWritable,
  }));
  const segments: Segment[] = raw.segments.map((s) => ({
    vaddr: va(BigInt(s.vaddr)),
    paddr: pa(BigInt(s.paddr)),
    offset: s.offset,
    filesz: BigInt(s.filesz),
    memsz: BigInt(s.memsz),
    flags: { read: (s.flags & PF_R) !== 0, write: (s.flags & PF_W) !== 0, execute: (s.flags & PF_X) !== 0 },
  }));
  let symbols: readonly ElfSymbol[] | undefined;
  return {
    machine: raw.machine as MachineName,
    addressSize: raw.addressSize === 4 ? 4 : 8,
    isLittleEndian: raw.isLittleEndian,
    entry: va(BigInt(raw.entry)),
    segments,
    sections,
    buildId: raw.buildId ?? undefined,
    threadLocal: raw.threadLocal ?? undefined,
    get symbols() {
      // The section index counts the null section, which the list has left out.
      symbols ??= readSymbols()
        .map((s) => symbolOf(s, sections[s[5] - 1]?.name))
        .sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
      return symbols;
    },
  };
}

function symbolOf(
  [name, demangled, address, size, kind, , isGlobal]: RawSymbol,
  section: string | undefined,
): ElfSymbol {
  return {
    name,
    demangled: demangled === '' ? name : demangled,
    address: va(BigInt(address)),
    size: BigInt(size),
    kind,
    section,
    isGlobal,
  };
}

/** Bytes the file loads at an address. */
export function loadedBytes(elf: ElfImage, file: Uint8Array, vaddr: Va, length: number): Uint8Array | undefined {
  const end = vaddr + BigInt(length);
  const segment = elf.segments.find((s) => s.vaddr <= vaddr && end <= s.vaddr + s.memsz);
  if (segment === undefined || length < 0) return undefined;
  const from = Number(vaddr - segment.vaddr);
  const inFile = Math.max(0, Math.min(length, Number(segment.filesz) - from));
  const bytes = file.subarray(segment.offset + from, segment.offset + from + inFile);
  if (bytes.length === length) return bytes.slice();
  const padded = new Uint8Array(length);
  padded.set(bytes);
  return padded;
}

/** A nested label hides at most this many symbols before the function around it. */
const LOOK_BACK = 256;

/**
 * The symbol that covers an address: the nearest sized one around it, else the nearest label before it in its section.
 */
export function symbolCovering(elf: ElfImage, at: Va): SymbolHit | undefined {
  const { symbols } = elf;
  let lo = 0;
  let hi = symbols.length;
  while (lo < hi) {
    const middle = (lo + hi) >> 1;
    const symbol = symbols[middle];
    if (symbol !== undefined && symbol.address <= at) lo = middle + 1;
    else hi = middle;
  }
  let label: ElfSymbol | undefined;
  let sized: ElfSymbol | undefined;
  for (let i = lo - 1; i >= 0 && i >= lo - LOOK_BACK; i--) {
    const symbol = symbols[i];
    if (symbol === undefined || symbol.kind === 'absolute') continue;
    if (sized !== undefined && symbol.address < sized.address) break;
    if (symbol.size > 0n && at < symbol.address + symbol.size) sized = better(sized, symbol);
    else if (symbol.size === 0n && (label === undefined || symbol.address === label.address))
      label = better(label, symbol);
  }
  const found = sized ?? (label !== undefined && isInSection(elf, label, at) ? label : undefined);
  return found === undefined ? undefined : { symbol: found, offset: at - found.address };
}

/** Of symbols at one address, a function is more telling than a label, and a global name than a local one. */
function better(a: ElfSymbol | undefined, b: ElfSymbol): ElfSymbol {
  if (a === undefined) return b;
  const rank = (s: ElfSymbol) => (s.kind === 'function' ? 4 : s.kind === 'object' ? 2 : 0) + (s.isGlobal ? 1 : 0);
  return rank(b) > rank(a) ? b : a;
}

function isInSection(elf: ElfImage, symbol: ElfSymbol, at: Va): boolean {
  const section = elf.sections.find(
    (s) => s.size > 0n && s.address <= symbol.address && symbol.address < s.address + s.size,
  );
  return section !== undefined && at < section.address + section.size;
}
