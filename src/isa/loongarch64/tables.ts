/**
 * Page tables as PWCL and PWCH describe them to the TLB refill handler: the processor modelled walks none itself.
 * @see LoongArch Reference Manual, Volume 1, "Multi-level Page Table Structure Supported by Page Walking"
 */
import { type Pa, pa, type Va, va } from '../../base/address';
import type { FieldSpec } from '../../base/fields';
import { t } from '../../base/l10n';
import type { PhysicalReader } from '../core/isa';
import type { Mapping, PageEntry, Permissions, TableEntry, TableShape, TableStep } from '../core/translation';
import { rootAt, type TableRoot, type World } from '../core/world';
import { DIRECTORY, TLBELO, VALEN } from './bits';
import { isPermitted } from './paging-cpu';
import { directoryField, type IndexField, pageTableField } from './walk-layout';

export type Registers = (name: string) => bigint;

const flag = (name: string, at: number, doc: string): FieldSpec => ({ name, high: at, low: at, doc });

/** Layout of an entry of a page table, which is that of half a TLB entry. */
export const ENTRY_FIELDS: readonly FieldSpec[] = [
  flag('V', 0, 'The entry is valid.'),
  flag('D', 1, 'Stores are allowed.'),
  { name: 'PLV', high: 3, low: 2, doc: 'The least privileged level that may use the page.' },
  { name: 'MAT', high: 5, low: 4, doc: 'Memory type.', values: { 0: 'SUC', 1: 'CC', 2: 'WUC', 3: 'reserved' } },
  flag('G', 6, 'The mapping is the same in all address spaces; in a directory: a huge page.'),
  flag('P', 7, 'Present, for software.'),
  flag('W', 8, 'Writable, for software.'),
  { name: 'PPN', high: 47, low: 12, doc: 'Page number of the page or the next table.' },
  flag('NR', 61, 'Loads are not allowed.'),
  flag('NX', 62, 'Fetches are not allowed.'),
  flag('RPLV', 63, 'Only the level PLV itself may use the page.'),
];

const ADDRESS = 0xffff_ffff_f000n;
/** Tables read before giving up on a structure that contains itself. */
const MAX_TABLES = 1 << 14;

/** Levels from the page tables (0) up. */
export const levelsOf = (registers: Registers): readonly IndexField[] => {
  const state = { get: registers };
  const directories = [1, 2, 3, 4].map((level) => directoryField(state, level));
  const used = directories.filter((field): field is IndexField => field !== undefined && field.width > 0);
  const table = pageTableField(state);
  return table.width === 0 ? [] : [table, ...used];
};

const isUpperHalf = (address: bigint): boolean => ((address >> (VALEN - 1n)) & 1n) === 1n;

/** The first address of a half of the address space, as its tables count it: they may not cover all bits. */
const firstOf = (levels: readonly IndexField[], isUpper: boolean): bigint => {
  const { base, width } = levels.at(-1) ?? { base: 0, width: 0 };
  const covered = BigInt(base + width);
  return isUpper && covered < VALEN ? BigInt.asUintN(64, -(1n << covered)) : 0n;
};

/** Implements {@link Isa.rootLevel}: both halves have tables of the same form. */
export const rootLevel = (_world: World, _root: TableRoot, registers: Registers): number | undefined => {
  const levels = levelsOf(registers);
  return levels.length === 0 ? undefined : levels.length - 1;
};

const ENTRY_BYTES = 8;

const bytesOf = (levels: readonly IndexField[], level: number): number => ENTRY_BYTES << (levels[level]?.width ?? 0);

/** Implements {@link Isa.tableShape}. */
export const tableShape = (_world: World, level: number, registers: Registers): TableShape => ({
  entryBytes: ENTRY_BYTES,
  tableBytes: bytesOf(levelsOf(registers), level),
});

const isHuge = (raw: bigint, level: number): boolean => level > 0 && (raw & DIRECTORY.HUGE) !== 0n;

export const pageEntry = (raw: bigint, level: number): PageEntry => ({
  raw,
  fields: ENTRY_FIELDS,
  isValid: level === 0 || isHuge(raw, level) ? (raw & TLBELO.V) !== 0n : (raw & ADDRESS) !== 0n,
  isLeaf: level === 0 || isHuge(raw, level),
});

/** What a leaf allows to a program, or to the kernel where programs may not use it. */
export const permissions = (raw: bigint): Permissions => {
  const user = isPermitted(raw, 3);
  return {
    read: (raw & TLBELO.NR) === 0n,
    write: (raw & TLBELO.D) !== 0n,
    execute: (raw & TLBELO.NX) === 0n,
    user,
  };
};

const sizeAt = (levels: readonly IndexField[], level: number): bigint => 1n << BigInt(levels[level]?.base ?? 12);

const readEntry = (read: PhysicalReader, at: bigint): bigint | undefined => {
  const bytes = read(pa(at), ENTRY_BYTES);
  return bytes && new DataView(bytes.buffer, bytes.byteOffset, ENTRY_BYTES).getBigUint64(0, true);
};

export interface TableWalk {
  readonly steps: readonly TableStep[];
  /** The leaf's word as a TLB entry has it, where the address lies in it and how large the page is. */
  readonly leaf?: { readonly raw: bigint; readonly pa: bigint; readonly size: bigint };
  /** Why there is none. */
  readonly rule?: string;
}

/** Looks an address up as a refill handler does that uses lddir and ldpte. */
export const walkTables = (world: World, address: bigint, registers: Registers, read: PhysicalReader): TableWalk => {
  const levels = levelsOf(registers);
  const steps: TableStep[] = [];
  if (levels.length === 0) return { steps, rule: t`PWCL describes no page table` };
  const root = rootAt(world, address);
  if (root === undefined) {
    return { steps, rule: t`${isUpperHalf(address) ? 'PGDH' : 'PGDL'} names no table for this half of the addresses` };
  }
  let table: bigint = root.table;
  for (let level = levels.length - 1; level >= 0; level--) {
    const { base, width } = levels[level] ?? { base: 0, width: 0 };
    const index = (address >> BigInt(base)) & ((1n << BigInt(width)) - 1n);
    const at = (table & ADDRESS) + index * BigInt(ENTRY_BYTES);
    const raw = readEntry(read, at);
    if (raw === undefined) return { steps, rule: t`there is no memory for the table of level ${level}` };
    const entry = pageEntry(raw, level);
    steps.push({ source: 'table', stage: 1, level, index: Number(index), at: pa(at), entry });
    if (entry.isLeaf) {
      const size = sizeAt(levels, level);
      if (!entry.isValid) return { steps, rule: t`the entry is not valid (V = 0) at level ${level}` };
      const target = raw & ADDRESS & ~(size - 1n);
      return { steps, leaf: { raw, pa: target | (address & (size - 1n)), size } };
    }
    if (!entry.isValid) return { steps, rule: t`the directory entry is empty at level ${level}` };
    table = raw;
  }
  return { steps, rule: t`the tables end without a page` };
};

/** The address that an entry translates, with its sign. */
const addressOf = (levels: readonly IndexField[], base: bigint, index: number, level: number): bigint =>
  BigInt.asUintN(64, BigInt.asIntN(Number(VALEN), base + BigInt(index) * sizeAt(levels, level)));

/** Implements {@link Isa.tableEntries}. */
export const tableEntries = (
  _world: World,
  read: PhysicalReader,
  registers: Registers,
  table: Pa,
  level: number,
  base: Va,
): TableEntry[] => {
  const levels = levelsOf(registers);
  const length = bytesOf(levels, level);
  const count = length / ENTRY_BYTES;
  const bytes = levels[level] && read(pa(table & ADDRESS), length);
  if (!bytes) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const isRoot = level === levels.length - 1;
  const isUpper = isUpperHalf(base);
  const first = isRoot ? firstOf(levels, isUpper) : base;
  const entries: TableEntry[] = [];
  for (let index = 0; index < count; index++) {
    const raw = view.getBigUint64(index * ENTRY_BYTES, true);
    const entry = pageEntry(raw, level);
    if (!entry.isValid) continue;
    const at = addressOf(levels, first, index, level);
    // A root serves one half of the addresses; no access reaches its other entries.
    if (isRoot && isUpperHalf(at) !== isUpper) continue;
    const pageSize = Number(sizeAt(levels, level));
    entries.push({
      level,
      index,
      at: pa((table & ADDRESS) + BigInt(index * ENTRY_BYTES)),
      va: va(at),
      entry,
      pageSize,
      ...(entry.isLeaf ? { target: pa(raw & ADDRESS & ~(BigInt(pageSize) - 1n)) } : { next: pa(raw & ADDRESS) }),
    });
  }
  return entries;
};

/** Implements {@link Isa.mappings}: what the tables of its roots map. Windows are no tables and are not among them. */
export const mappings = (world: World, read: PhysicalReader, registers: Registers, limit: number): Mapping[] => {
  const levels = levelsOf(registers);
  const found: Mapping[] = [];
  let count = 0;
  const visit = (table: bigint, level: number, base: bigint, isUpper: boolean): void => {
    if (found.length > limit || ++count > MAX_TABLES) return;
    const length = bytesOf(levels, level);
    const bytes = read(pa(table & ADDRESS), length);
    if (!bytes) return;
    const view = new DataView(bytes.buffer, bytes.byteOffset, length);
    for (let index = 0; index < length / ENTRY_BYTES && found.length <= limit; index++) {
      const raw = view.getBigUint64(index * ENTRY_BYTES, true);
      if (raw === 0n) continue;
      const { isValid, isLeaf } = pageEntry(raw, level);
      if (!isValid) continue;
      const at = addressOf(levels, base, index, level);
      if (isUpperHalf(at) !== isUpper) continue;
      if (isLeaf) append(found, at, raw, sizeAt(levels, level));
      else visit(raw, level - 1, at, isUpper);
    }
  };
  if (levels.length === 0) return found;
  for (const { table, from } of world.roots) {
    const isUpper = isUpperHalf(from);
    visit(table, levels.length - 1, firstOf(levels, isUpper), isUpper);
  }
  return found.slice(0, limit);
};

/** Adds a leaf to the list, to the last mapping when it continues that one. */
const append = (found: Mapping[], at: bigint, raw: bigint, size: bigint): void => {
  const target = raw & ADDRESS & ~(size - 1n);
  const flags = `${raw & DIRECTORY.HUGE_GLOBAL && size > 4096n ? 'G' : raw & TLBELO.G && size === 4096n ? 'G' : ''}`;
  const perms = permissions(raw);
  const last = found.at(-1);
  const continues =
    last !== undefined &&
    last.pageSize === Number(size) &&
    last.flags === flags &&
    last.va + last.size === at &&
    last.pa + last.size === target &&
    (['read', 'write', 'execute', 'user'] as const).every((right) => last.perms[right] === perms[right]);
  if (continues) found[found.length - 1] = { ...last, size: last.size + size };
  else found.push({ va: va(at), pa: pa(target), size, pageSize: Number(size), perms, flags });
};
