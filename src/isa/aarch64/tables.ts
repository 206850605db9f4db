/** Page tables read whole, for debugger and inspector: entries of one table, and all that the roots map. Changes nothing. */
import { type Pa, pa, type Va, va } from '../../base/address';
import type { PhysicalReader } from '../core/isa';
import { backed } from '../core/stage-ranges';
import type { Mapping, TableEntry, TableShape } from '../core/translation';
import { firstRoots, hasTwoStages, rootAt, stage2Alone, type TableRoot, type World } from '../core/world';
import { pageEntry, permissions } from './descriptors';
import { HIGH, isTable, LOW, malformed, targetOf, type WalkSpace, walk } from './paging';
import { descriptorReader } from './paging-view';
import { bitsPerLevel, ENTRY_BYTES, LAST_LEVEL, shiftOf, startIndexBits } from './table-geometry';
import { type Registers, secondStageOf, spaceOfRoot } from './world-spaces';

const sizeAt = ({ granuleBits }: WalkSpace, level: number): number => 2 ** shiftOf(granuleBits, level);

/** Entries of a table: the first one of a walk may have fewer than others, or more. */
const entriesOf = (space: WalkSpace, level: number): number =>
  2 ** (level === space.startLevel ? startIndexBits(space, level) : bitsPerLevel(space.granuleBits));

/** Implements {@link Isa.rootLevel}. */
export const rootLevel = (world: World, root: TableRoot, registers: Registers): number | undefined =>
  spaceOfRoot(world, root, registers)?.startLevel;

/** Implements {@link Isa.tableShape}; of roots that differ, the larger table. */
export const tableShape = (world: World, level: number, registers: Registers): TableShape => {
  const spaces = firstRoots(world).flatMap((root) => spaceOfRoot(world, root, registers) ?? []);
  const sizes = spaces.map((space) => entriesOf(space, level) * ENTRY_BYTES);
  return { entryBytes: ENTRY_BYTES, tableBytes: sizes.length === 0 ? 4096 : Math.max(...sizes) };
};

/** What finds a table in physical memory; undefined where the stage below has none. */
const locator = (world: World, read: PhysicalReader, registers: Registers) => {
  const second = hasTwoStages(world) ? secondStageOf(world, registers) : undefined;
  if (!second) return (table: number): number | undefined => table;
  const memory = descriptorReader(read);
  return (table: number): number | undefined => {
    const end = second.fault ? undefined : walk(second.space, memory, table, 'read');
    return end === undefined || end.fault ? undefined : end.pa;
  };
};

interface TablePage {
  readonly at: number;
  readonly entries: number;
  readonly bytes: DataView;
}

type Locate = (table: number) => number | undefined;

const tablePage = (
  read: PhysicalReader,
  locate: Locate,
  space: WalkSpace,
  table: number,
  level: number,
): TablePage | undefined => {
  const at = locate(table);
  const entries = entriesOf(space, level);
  const found = at === undefined ? undefined : read(pa(BigInt(at)), entries * ENTRY_BYTES);
  if (at === undefined || found === undefined) return undefined;
  return { at, entries, bytes: new DataView(found.buffer, found.byteOffset, entries * ENTRY_BYTES) };
};

/** Implements {@link Isa.tableEntries}: valid descriptors. */
export const tableEntries = (
  world: World,
  read: PhysicalReader,
  registers: Registers,
  table: Pa,
  level: number,
  base: Va,
): TableEntry[] => {
  const root = rootAt(world, base);
  const space = root && spaceOfRoot(world, root, registers);
  const page = space && tablePage(read, locator(world, read, registers), space, Number(table), level);
  if (!page) return [];
  const pageSize = sizeAt(space, level);
  const rows: TableEntry[] = [];
  for (let index = 0; index < page.entries; index++) {
    const low = page.bytes.getUint32(index * ENTRY_BYTES, true);
    if (!(low & LOW.valid)) continue;
    const high = page.bytes.getUint32(index * ENTRY_BYTES + 4, true);
    const entry = pageEntry(space, level, low, high);
    const target = pa(
      BigInt(targetOf(low, high, entry.isLeaf ? shiftOf(space.granuleBits, level) : space.granuleBits)),
    );
    const leads = entry.isLeaf ? { target } : isTable(low, level) ? { next: target } : {};
    rows.push({
      level,
      index,
      at: pa(BigInt(page.at + index * ENTRY_BYTES)),
      va: va(BigInt.asUintN(64, base + BigInt(index) * BigInt(pageSize))),
      entry,
      pageSize,
      ...leads,
    });
  }
  return rows;
};

/** Descriptors read before giving up on a structure that contains itself. */
const MAX_ENTRIES = 1 << 22;
/** Ranges of each stage looked at where there are two; merged, guests' memory has few. */
const MOST_RANGES = 1 << 16;

/** Implements {@link Isa.mappings}. What faults on every access is left out. */
export const mappings = (world: World, read: PhysicalReader, registers: Registers, limit: number): Mapping[] => {
  if (!hasTwoStages(world)) return listed(world, read, registers, limit);
  const backing = listed(stage2Alone(world), read, registers, MOST_RANGES);
  // Not cut at `limit` yet: stage 2 may back none of the first ones.
  return listed(world, read, registers, MOST_RANGES)
    .flatMap((range) => backed(range, backing))
    .slice(0, limit);
};

/** Every leaf of one stage, neighbours merged. */
const listed = (world: World, read: PhysicalReader, registers: Registers, limit: number): Mapping[] => {
  const found: Mapping[] = [];
  const locate = locator(world, read, registers);
  let count = 0;
  const visit = (space: WalkSpace, table: number, level: number, base: bigint, hierarchy: number): void => {
    if (found.length > limit || count > MAX_ENTRIES) return;
    const page = tablePage(read, locate, space, table, level);
    if (!page) return;
    count += page.entries;
    const shift = shiftOf(space.granuleBits, level);
    for (let index = 0; index < page.entries && found.length <= limit; index++) {
      const low = page.bytes.getUint32(index * ENTRY_BYTES, true);
      if (malformed(space.granuleBits, low, level)) continue;
      const high = page.bytes.getUint32(index * ENTRY_BYTES + 4, true);
      const at = BigInt.asUintN(64, base + (BigInt(index) << BigInt(shift)));
      if (isTable(low, level)) {
        const above = space.hasNoHierarchy ? 0 : hierarchy | high;
        visit(space, targetOf(low, high, space.granuleBits), level + 1, at, above);
      } else if (low & LOW.accessed || space.setsAccessed) {
        append(found, space, { at, target: targetOf(low, high, shift), size: 2 ** shift, low, high, hierarchy });
      }
    }
  };
  for (const root of firstRoots(world)) {
    const space = spaceOfRoot(world, root, registers);
    if (space && space.startLevel <= LAST_LEVEL) visit(space, space.table, space.startLevel, root.from, 0);
  }
  return found.slice(0, limit);
};

interface Leaf {
  readonly at: bigint;
  readonly target: number;
  readonly size: number;
  readonly low: number;
  readonly high: number;
  readonly hierarchy: number;
}

/** Adds a leaf to the list, to the last mapping when it continues that one. */
const append = (found: Mapping[], space: WalkSpace, { at, target, size, low, high, hierarchy }: Leaf): void => {
  const isGlobal = space.stage === 1 && space.hasUsers && !(low & LOW.notGlobal);
  const flags = `${isGlobal ? 'G' : ''}${low & LOW.accessed ? 'A' : ''}${high & HIGH.contiguous ? 'C' : ''}`;
  const perms = permissions(space, low, high, hierarchy);
  const last = found.at(-1);
  const continues =
    last !== undefined &&
    last.pageSize === size &&
    last.flags === flags &&
    last.va + last.size === at &&
    last.pa + last.size === BigInt(target) &&
    (['read', 'write', 'execute', 'user'] as const).every((right) => last.perms[right] === perms[right]);
  if (continues) found[found.length - 1] = { ...last, size: last.size + BigInt(size) };
  else found.push({ va: va(at), pa: pa(BigInt(target)), size: BigInt(size), pageSize: size, perms, flags });
};
