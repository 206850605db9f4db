/**
 * The part of an ELF file a loader needs: segments, notes, sections, entry and the two HTIF symbols. Only little-endian
 * executables. See the System V gABI, "Object Files" and "Program Loading".
 */

import { hex } from '../../base/address';
import { ARCHITECTURES, type Architecture } from '../../base/architectures';
import { ELF_MACHINES } from '../../base/elf-machines';
import { t } from '../../base/l10n';
import { LoadError } from './load-error';

export interface ElfSegment {
  readonly vaddr: bigint;
  readonly paddr: bigint;
  /** File contents; the rest up to `memsz` is zero. */
  readonly bytes: Uint8Array;
  readonly memsz: bigint;
}

export interface ElfImage {
  readonly entry: bigint;
  /** Non-empty PT_LOAD segments in file order. */
  readonly segments: readonly ElfSegment[];
  /** Contents of its PT_NOTE segments. */
  readonly notes: readonly Uint8Array[];
  /** Virtual addresses of the symbols asked for that the symbol table has. */
  readonly symbols: ReadonlyMap<string, bigint>;
}

const MAGIC = [0x7f, 0x45, 0x4c, 0x46] as const;
const HEADER_SIZE = 64;
const SECTION_HEADER_SIZE = 64;
const SYMBOL_SIZE = 24;
const CLASS_32 = 1;
const CLASS_64 = 2;
/** Where the two classes of file have what loaders read: offsets in the header and in program headers. */
const FORMS = {
  32: {
    header: 52,
    entry: 24,
    table: 28,
    entrySize: 42,
    count: 44,
    program: 32,
    offset: 4,
    vaddr: 8,
    paddr: 12,
    filesz: 16,
    memsz: 20,
  },
  64: {
    header: 64,
    entry: 24,
    table: 32,
    entrySize: 54,
    count: 56,
    program: 56,
    offset: 8,
    vaddr: 16,
    paddr: 24,
    filesz: 32,
    memsz: 40,
  },
} as const;
const DATA_LITTLE = 1;
const TYPE = { REL: 1, EXEC: 2, DYN: 3, CORE: 4 } as const;
const PT_LOAD = 1;
const PT_NOTE = 4;
const SHT_SYMTAB = 2;

/** True when `bytes` begin like an ELF file. */
export const isElf = (bytes: Uint8Array): boolean => MAGIC.every((byte, index) => bytes[index] === byte);

/** The architecture that an ELF file is for, if it is one that has a name here. */
export function elfArchitecture(bytes: Uint8Array): Architecture | undefined {
  if (!isElf(bytes) || bytes.length < HEADER_SIZE) return undefined;
  const isLittle = bytes[5] === DATA_LITTLE;
  return ELF_MACHINES[new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint16(18, isLittle)]?.arch;
}

/**
 * Reads an ELF for `architecture`; every defect that would load wrong bytes is a {@link LoadError}.
 * @param wanted names of symbols to look up
 * @param machine32 `e_machine` of 32-bit programs that are taken as well
 */
export function readElf(
  name: string,
  bytes: Uint8Array,
  wanted: readonly string[],
  architecture: Architecture,
  machine32?: number,
): ElfImage {
  const bad = (problem: string, nextStep = t`Build the file again, or copy it again if it was copied.`): LoadError =>
    new LoadError(name, problem, nextStep);
  const is32 = bytes[4] === CLASS_32 && machine32 !== undefined;
  const form = FORMS[is32 ? 32 : 64];
  if (bytes.length < form.header) {
    throw bad(t`the ELF header is cut off (${bytes.length} of ${form.header} bytes)`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const word = (at: number): bigint => (is32 ? BigInt(view.getUint32(at, true)) : view.getBigUint64(at, true));
  checkIdentity(bytes, view, bad, architecture, is32 ? machine32 : undefined);

  const tableAt = word(form.table);
  const entrySize = view.getUint16(form.entrySize, true);
  const count = view.getUint16(form.count, true);
  if (count === 0)
    throw bad(t`this ELF has no program headers, so nothing says what to load`, t`Link it as an executable.`);
  if (entrySize !== form.program || count === 0xffff) throw bad(t`the ELF program header table has an unknown form`);
  const tableEnd = tableAt + BigInt(count * form.program);
  if (tableEnd > BigInt(bytes.length)) {
    throw bad(t`the program headers end at ${hex(tableEnd)}, past the end of the file (${hex(bytes.length)})`);
  }

  const segments: ElfSegment[] = [];
  const notes: Uint8Array[] = [];
  for (let index = 0; index < count; index++) {
    const at = Number(tableAt) + index * form.program;
    const type = view.getUint32(at, true);
    if (type !== PT_LOAD && type !== PT_NOTE) continue;
    const offset = word(at + form.offset);
    const vaddr = word(at + form.vaddr);
    const paddr = word(at + form.paddr);
    const filesz = word(at + form.filesz);
    const memsz = word(at + form.memsz);
    const isInFile = offset + filesz <= BigInt(bytes.length);
    if (type === PT_NOTE) {
      // Notes are no condition for loading: broken ones are none.
      if (isInFile) notes.push(bytes.subarray(Number(offset), Number(offset + filesz)));
      continue;
    }
    if (memsz === 0n) continue;
    if (filesz > memsz) throw bad(t`segment ${index} has more bytes in the file than in memory`);
    if (!isInFile) {
      const [end, size] = [hex(offset + filesz), hex(bytes.length)];
      throw bad(t`segment ${index} ends at ${end}, past the end of the file (${size}); the file is truncated`);
    }
    segments.push({ vaddr, paddr, memsz, bytes: bytes.subarray(Number(offset), Number(offset + filesz)) });
  }
  if (segments.length === 0) throw bad(t`this ELF has no loadable segment`, t`Link it as an executable.`);
  const symbols = is32 ? new Map<string, bigint>() : findSymbols(bytes, view, wanted);
  return { entry: word(form.entry), segments, notes, symbols };
}

function checkIdentity(
  bytes: Uint8Array,
  view: DataView,
  bad: (problem: string, next?: string) => LoadError,
  architecture: Architecture,
  machine32: number | undefined,
): void {
  const isLittle = bytes[5] === DATA_LITTLE;
  const machine = view.getUint16(18, isLittle);
  const { title, elfMachine } = ARCHITECTURES[architecture];
  if (machine !== (machine32 ?? elfMachine)) {
    const known = ELF_MACHINES[machine];
    const what = known === undefined ? t`an ELF for machine number ${machine}` : t`an ELF for ${known.name}`;
    const choice = known?.arch === undefined ? '' : t`, or choose a machine for ${known.arch}`;
    throw bad(t`this is ${what}, and the machine is ${architecture}`, t`Build it for ${architecture}${choice}.`);
  }
  if (bytes[4] !== CLASS_64 && machine32 === undefined)
    throw bad(t`this is a 32-bit ${title} ELF, and the machine is ${architecture}`, t`Build it for ${architecture}.`);
  if (!isLittle) throw bad(t`this is a big-endian ELF`, t`Build it little-endian.`);
  const type = view.getUint16(16, true);
  if (type === TYPE.REL) throw bad(t`this is an object file, not a program`, t`Link it and load the result.`);
  if (type === TYPE.CORE) throw bad(t`this is a core dump, not a program`, t`Load the program that left it.`);
  if (type !== TYPE.EXEC && type !== TYPE.DYN) throw bad(t`the ELF type ${type} is not that of a program`);
}

/** Symbol tables are no condition for loading: what is broken in them is simply not found. */
function findSymbols(bytes: Uint8Array, view: DataView, wanted: readonly string[]): Map<string, bigint> {
  const found = new Map<string, bigint>();
  const sections = view.getBigUint64(40, true);
  const count = view.getUint16(60, true);
  const fits = (at: bigint, size: bigint): boolean => at + size <= BigInt(bytes.length);
  if (wanted.length === 0 || sections === 0n || !fits(sections, BigInt(count * SECTION_HEADER_SIZE))) return found;
  const sectionAt = (index: number): number => Number(sections) + index * SECTION_HEADER_SIZE;
  const extent = (at: number): [bigint, bigint] => [view.getBigUint64(at + 24, true), view.getBigUint64(at + 32, true)];
  for (let index = 0; index < count; index++) {
    const at = sectionAt(index);
    const link = view.getUint32(at + 40, true);
    if (view.getUint32(at + 4, true) !== SHT_SYMTAB || link >= count) continue;
    const [tableAt, tableSize] = extent(at);
    const [stringsAt, stringsSize] = extent(sectionAt(link));
    if (!fits(tableAt, tableSize) || !fits(stringsAt, stringsSize)) continue;
    const strings = bytes.subarray(Number(stringsAt), Number(stringsAt + stringsSize));
    const encoded = wanted.map((symbol) => [symbol, new TextEncoder().encode(`${symbol}\0`)] as const);
    const end = Number(tableAt + tableSize) - SYMBOL_SIZE;
    for (let entry = Number(tableAt); entry <= end; entry += SYMBOL_SIZE) {
      const nameAt = view.getUint32(entry, true);
      // Section index 0: the symbol is used here but defined elsewhere.
      if (nameAt === 0 || view.getUint16(entry + 6, true) === 0) continue;
      for (const [symbol, text] of encoded) {
        if (text.every((byte, offset) => strings[nameAt + offset] === byte))
          found.set(symbol, view.getBigUint64(entry + 8, true));
      }
    }
  }
  return found;
}
