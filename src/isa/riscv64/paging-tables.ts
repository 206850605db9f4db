/** Page tables read whole, for debugger and inspector: entries of one table, and all that a root maps. Changes nothing. */
import { type Pa, pa, type Va, va } from '../../base/address';
import type { PhysicalReader } from '../core/isa';
import { backed } from '../core/stage-ranges';
import type { Mapping, TableEntry, TableShape } from '../core/translation';
import type { TableRoot, World } from '../core/world';
import {
  isMalformed,
  isPointer,
  leafTarget,
  PHYSICAL_LIMIT,
  PTE,
  pageSizeOf,
  pteTarget,
  type WalkSpace,
  walk,
} from './paging';
import { guestSpaceOf, hostSpaceOf, pageEntry, permissions, type Registers } from './paging-view';

const ENTRIES = 512;
const SECOND_ROOT_ENTRIES = 2048;
const PTE_BYTES = 8;

const entriesOf = ({ isSecond, levels }: WalkSpace, level: number): number =>
  isSecond && level === levels - 1 ? SECOND_ROOT_ENTRIES : ENTRIES;

/** Tables of one stage: where they start, and what finds one of them in physical memory. */
interface Tables {
  readonly space: WalkSpace;
  /** Physical address of the table at an address of this stage's; undefined where the stage below has none. */
  locate(table: number): number | undefined;
  /** The stage below, when its tables lie in a guest. */
  readonly below?: Tables;
}

const here = (table: number): number => table;

/** The tables a world's addresses are translated by first: its own, or the second stage's when it has none. */
const tablesOf = (world: World, read: PhysicalReader, registers: Registers): Tables => {
  if (!world.guest) return { space: hostSpaceOf(world, registers), locate: here };
  const { first, second } = guestSpaceOf(world, registers);
  const below: Tables = { space: second, locate: here };
  if (first.levels === 0) return below;
  if (second.levels === 0) return { space: first, locate: here };
  const memory = {
    readU32(at: number): number {
      const bytes = read(pa(BigInt(at)), 4);
      return bytes ? new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true) : -1;
    },
  };
  const locate = (table: number): number | undefined => {
    const end = walk({ ...second, updates: true }, memory, Math.floor(table / 2 ** 32), table >>> 0, 'read');
    return end.fault ? undefined : end.pa;
  };
  return { space: first, locate, below };
};

/** Implements {@link Isa.rootLevel}. */
export const rootLevel = (world: World, _root: TableRoot, registers: Registers): number | undefined => {
  const { levels } = tablesOf(world, () => undefined, registers).space;
  return levels === 0 ? undefined : levels - 1;
};

/** The address an entry translates, with the sign of its highest translated bit extended in a first stage. */
const entryVa = ({ levels, isSecond }: WalkSpace, base: bigint, index: number, level: number): bigint => {
  const bits = 12 + 9 * levels;
  const offset = BigInt(index) << BigInt(12 + 9 * level);
  if (isSecond) return BigInt.asUintN(bits + 2, base) + offset;
  return BigInt.asUintN(64, BigInt.asIntN(bits, BigInt.asUintN(bits, base) + offset));
};

/** Implements {@link Isa.tableShape}: the root of a second stage is four times as long as all others. */
export const tableShape = (world: World, level: number, registers: Registers): TableShape => {
  const { space } = tablesOf(world, () => undefined, registers);
  return { entryBytes: PTE_BYTES, tableBytes: entriesOf(space, level) * PTE_BYTES };
};

interface TablePage {
  readonly at: number;
  readonly entries: number;
  readonly bytes: DataView;
}

/** One table as low and high halves, or undefined where there is no memory. */
const tablePage = (read: PhysicalReader, { space, locate }: Tables, table: number, level: number) => {
  const at = locate(table);
  if (at === undefined || at >= PHYSICAL_LIMIT) return undefined;
  const entries = entriesOf(space, level);
  const found = read(pa(BigInt(at)), entries * PTE_BYTES);
  if (!found) return undefined;
  const bytes = new DataView(found.buffer, found.byteOffset, entries * PTE_BYTES);
  return { at, entries, bytes } satisfies TablePage;
};

/** Implements {@link Isa.tableEntries}: valid entries, well-formed or not. */
export const tableEntries = (
  world: World,
  read: PhysicalReader,
  registers: Registers,
  table: Pa,
  level: number,
  base: Va,
): TableEntry[] => {
  const tables = tablesOf(world, read, registers);
  const { space } = tables;
  const page = space.levels === 0 ? undefined : tablePage(read, tables, Number(table), level);
  if (!page) return [];
  const entries: TableEntry[] = [];
  for (let index = 0; index < page.entries; index++) {
    const low = page.bytes.getUint32(index * 8, true);
    if (!(low & PTE.V)) continue;
    const high = page.bytes.getUint32(index * 8 + 4, true);
    const row = {
      level,
      index,
      at: pa(BigInt(page.at + index * 8)),
      va: va(entryVa(space, base, index, level)),
      entry: pageEntry(low, high),
      pageSize: pageSizeOf(level),
    };
    if (!isPointer(low)) entries.push({ ...row, target: pa(BigInt(leafTarget(low, high, index))) });
    else entries.push(level > 0 ? { ...row, next: pa(BigInt(pteTarget(low, high))) } : row);
  }
  return entries;
};

/** Tables read before giving up on a structure that contains itself. */
const MAX_TABLES = 1 << 14;

/** Implements {@link Isa.mappings}. Entries that fault on every access are left out. */
export const mappings = (world: World, read: PhysicalReader, registers: Registers, limit: number): Mapping[] => {
  const tables = tablesOf(world, read, registers);
  if (!tables.below) return listed(tables, read, limit);
  const backing = listed(tables.below, read, MOST_RANGES);
  // Not cut at `limit` yet: the second stage may back none of the first ones.
  return listed(tables, read, MOST_RANGES)
    .flatMap((range) => backed(range, backing))
    .slice(0, limit);
};

/** Ranges of each stage looked at where there are two; merged, guests' memory has few. */
const MOST_RANGES = 1 << 16;

/** Every leaf of one stage, neighbours merged. */
const listed = (tables: Tables, read: PhysicalReader, limit: number): Mapping[] => {
  const { space } = tables;
  const found: Mapping[] = [];
  let count = 0;
  const visit = (table: number, level: number, base: bigint): void => {
    if (found.length > limit || ++count > MAX_TABLES) return;
    const page = tablePage(read, tables, table, level);
    if (!page) return;
    for (let index = 0; index < page.entries && found.length <= limit && count <= MAX_TABLES; index++) {
      const low = page.bytes.getUint32(index * 8, true);
      if (!(low & PTE.V)) continue;
      const high = page.bytes.getUint32(index * 8 + 4, true);
      if (isMalformed(space, level, low, high)) continue;
      const isLeaf = !isPointer(low);
      if (!isLeaf && level === 0) continue;
      const at = entryVa(space, base, index, level);
      if (!isLeaf) visit(pteTarget(low, high), level - 1, at);
      else if (!space.isSecond || low & PTE.U) {
        append(found, at, leafTarget(low, high, index), pageSizeOf(level), low);
      }
    }
  };
  if (space.levels > 0) visit(space.root, space.levels - 1, 0n);
  return found.slice(0, limit);
};

/** Adds a leaf to the list, to the last mapping when it continues that one. */
const append = (found: Mapping[], at: bigint, target: number, pageSize: number, leaf: number): void => {
  if (target % pageSize !== 0) return;
  const flags = `${leaf & PTE.G ? 'G' : ''}${leaf & PTE.A ? 'A' : ''}${leaf & PTE.D ? 'D' : ''}`;
  const perms = permissions(leaf);
  const last = found.at(-1);
  const continues =
    last !== undefined &&
    last.pageSize === pageSize &&
    last.flags === flags &&
    last.va + last.size === at &&
    last.pa + last.size === BigInt(target) &&
    last.perms.read === perms.read &&
    last.perms.write === perms.write &&
    last.perms.execute === perms.execute &&
    last.perms.user === perms.user;
  if (continues) found[found.length - 1] = { ...last, size: last.size + BigInt(pageSize) };
  else found.push({ va: va(at), pa: pa(BigInt(target)), size: BigInt(pageSize), pageSize, perms, flags });
};
