/** Page tables read whole, for debugger and inspector: entries of one table, and all that the roots map. Changes nothing. */
import { type Pa, pa, type Va, va } from '../../base/address';
import type { PhysicalReader } from '../core/isa';
import { backed } from '../core/stage-ranges';
import type { Mapping, Permissions, TableEntry, TableShape } from '../core/translation';
import { firstRoots, hasTwoStages, stage2Alone, type TableRoot, type World } from '../core/world';
import { pageEntry, permissions } from './entry-fields';
import { type WalkSpace, walk } from './paging';
import { entryReader, reachedMemory } from './paging-view';
import { entriesAt, entryBytes, isWide, LOW, leafBits, NX, reservedBits, shiftOf, targetOf } from './table-entries';
import { type Registers, secondSpaceOf, spaceOfRoot } from './world-spaces';

/** Implements {@link Isa.rootLevel}. */
export const rootLevel = (world: World, root: TableRoot, registers: Registers): number =>
  spaceOfRoot(world, root, registers).levels;

/** Implements {@link Isa.tableShape}. */
export const tableShape = (world: World, level: number, registers: Registers): TableShape => {
  const [root] = firstRoots(world);
  if (!root) return { entryBytes: 8, tableBytes: 4096 };
  const space = spaceOfRoot(world, root, registers);
  return { entryBytes: entryBytes(space), tableBytes: entriesAt(space, level) * entryBytes(space) };
};

/** What finds a table in physical memory; undefined where nested tables have none. */
const locator = (world: World, read: PhysicalReader, registers: Registers) => {
  const second = hasTwoStages(world) ? secondSpaceOf(world, registers) : undefined;
  if (!second) return (table: number): number | undefined => table;
  const memory = entryReader(read);
  return (table: number): number | undefined => {
    const end = walk(second, memory, Math.floor(table / 2 ** 32), table >>> 0, 'write');
    return end.fault ? undefined : end.pa;
  };
};
type Locate = ReturnType<typeof locator>;

interface Entry {
  readonly index: number;
  readonly at: number;
  readonly low: number;
  readonly high: number;
}

/** The present entries of a table; undefined where it is not in memory. */
const presentEntries = (
  read: PhysicalReader,
  locate: Locate,
  space: WalkSpace,
  table: number,
  level: number,
): Entry[] | undefined => {
  const at = locate(table);
  const bytes = entryBytes(space);
  const count = entriesAt(space, level);
  const found = at === undefined ? undefined : read(pa(BigInt(at)), count * bytes);
  if (at === undefined || found === undefined) return undefined;
  const view = new DataView(found.buffer, found.byteOffset, count * bytes);
  const entries: Entry[] = [];
  for (let index = 0; index < count; index++) {
    const low = view.getUint32(index * bytes, true);
    if (!(low & LOW.present)) continue;
    const high = isWide(space) ? view.getUint32(index * bytes + 4, true) : 0;
    entries.push({ index, at: at + index * bytes, low, high });
  }
  return entries;
};

/** The address that an entry translates first: the upper half of long mode's addresses has all ones above. */
const addressAt = (space: WalkSpace, level: number, base: bigint, index: number): bigint => {
  const address = base + (BigInt(index) << BigInt(shiftOf(space, level)));
  if (space.stage === 2 || space.levels <= 3) return address;
  return BigInt.asUintN(64, BigInt.asIntN(space.levels === 5 ? 57 : 48, address));
};

/** Implements {@link Isa.tableEntries}: those that are present. */
export const tableEntries = (
  world: World,
  read: PhysicalReader,
  registers: Registers,
  table: Pa,
  level: number,
  base: Va,
): TableEntry[] => {
  const [root] = firstRoots(world);
  if (!root) return [];
  const space = spaceOfRoot(world, root, registers);
  const memory = reachedMemory(read, registers);
  const entries = presentEntries(memory, locator(world, memory, registers), space, Number(table), level) ?? [];
  return entries.map(({ index, at, low, high }) => {
    const entry = pageEntry(space, level, low, high);
    const target = pa(BigInt(targetOf(space, level, low, high)));
    return {
      level,
      index,
      at: pa(BigInt(at)),
      va: va(addressAt(space, level, base, index)),
      entry,
      pageSize: 2 ** shiftOf(space, level),
      ...(entry.isLeaf ? { target } : entry.isValid ? { next: target } : {}),
    };
  });
};

/** Entries read before giving up on a structure that contains itself. */
const MAX_ENTRIES = 1 << 22;
/** Ranges of each stage looked at where there are two; merged, guests' memory has few. */
const MOST_RANGES = 1 << 16;

/** Implements {@link Isa.mappings}. What faults on every access is left out. */
export const mappings = (world: World, read: PhysicalReader, registers: Registers, limit: number): Mapping[] => {
  const memory = reachedMemory(read, registers);
  if (!hasTwoStages(world)) return listed(world, memory, registers, limit);
  const backing = listed(stage2Alone(world), memory, registers, MOST_RANGES);
  // Not cut at `limit` yet: nested tables may back none of the first ones.
  return listed(world, memory, registers, MOST_RANGES)
    .flatMap((range) => backed(range, backing))
    .slice(0, limit);
};

/** What the entries on the way forbid: levels as in `WalkEnd`. */
interface Forbidden {
  readonly systemLevel: number;
  readonly readOnlyLevel: number;
  readonly noExecuteLevel: number;
}
const NOTHING: Forbidden = { systemLevel: 0, readOnlyLevel: 0, noExecuteLevel: 0 };

const withEntry = (above: Forbidden, space: WalkSpace, level: number, low: number, high: number): Forbidden => {
  if (space.levels === 3 && level === 3) return above;
  return {
    systemLevel: above.systemLevel || (low & LOW.user ? 0 : level),
    readOnlyLevel: above.readOnlyLevel || (low & LOW.writable ? 0 : level),
    noExecuteLevel: above.noExecuteLevel || (high & NX ? level : 0),
  };
};

/** Every leaf of one stage, neighbours merged. */
const listed = (world: World, read: PhysicalReader, registers: Registers, limit: number): Mapping[] => {
  const found: Mapping[] = [];
  const locate = locator(world, read, registers);
  let count = 0;
  const visit = (space: WalkSpace, table: number, level: number, base: bigint, above: Forbidden): void => {
    if (found.length > limit || count > MAX_ENTRIES) return;
    count += entriesAt(space, level);
    for (const { index, low, high } of presentEntries(read, locate, space, table, level) ?? []) {
      if (found.length > limit) return;
      if (reservedBits(space, level, low, high)) continue;
      const at = addressAt(space, level, base, index);
      const forbidden = withEntry(above, space, level, low, high);
      const target = targetOf(space, level, low, high);
      const bits = leafBits(space, level, low);
      if (bits === 0) visit(space, target, level - 1, at, forbidden);
      else append(found, { at, target, size: 2 ** bits, low, perms: permissions(space, forbidden) });
    }
  };
  for (const root of firstRoots(world)) {
    const space = spaceOfRoot(world, root, registers);
    visit(space, space.table, space.levels, root.from, NOTHING);
  }
  return found.slice(0, limit);
};

interface Leaf {
  readonly at: bigint;
  readonly target: number;
  readonly size: number;
  readonly low: number;
  readonly perms: Permissions;
}

/** Adds a leaf to the list, to the last mapping when it continues that one. */
const append = (found: Mapping[], { at, target, size, low, perms }: Leaf): void => {
  const letter = (bit: number, name: string): string => (low & bit ? name : '');
  const flags = `${letter(LOW.global, 'G')}${letter(LOW.accessed, 'A')}${letter(LOW.dirty, 'D')}`;
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
