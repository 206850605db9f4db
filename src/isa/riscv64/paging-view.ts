/** Page tables for debugger and inspector: the CPU's walker with every step kept, and tables read whole. Changes nothing. */
import { hex, type Ipa, type Pa, pa, type Va, va } from '../../base/address';
import type { FieldSpec } from '../../base/fields';
import type { PhysicalReader } from '../core/isa';
import type { Access, Mapping, PageEntry, Permissions, TableEntry, Translation, WalkStep } from '../core/translation';
import type { World } from '../core/world';
import { PRIV_M, PRIV_S, PRIV_U } from './csrs-bits';
import {
  isMalformed,
  isPointer,
  levelsOfMode,
  PHYSICAL_LIMIT,
  PTE,
  type PteReader,
  pageSizeOf,
  pteTarget,
  schemeName,
  type WalkSpace,
  walk,
} from './paging';
import { accessFaultCause, walkFaultCause, walkRule } from './paging-rules';
import { type PmpRegion, pmpIncludes, pmpRegions, regionsAllow } from './pmp';
import { causeName } from './traps';

type Registers = (name: string) => bigint;

const flag = (name: string, at: number, doc: string): FieldSpec => ({ name, high: at, low: at, doc });

/** Layout of a page-table entry of Sv39, Sv48 and Sv57. */
export const PTE_FIELDS: readonly FieldSpec[] = [
  flag('V', 0, 'The entry is valid.'),
  flag('R', 1, 'Loads are allowed. With W and X clear too, the entry points to a table.'),
  flag('W', 2, 'Stores are allowed.'),
  flag('X', 3, 'Fetches are allowed.'),
  flag('U', 4, 'The page belongs to U-mode.'),
  flag('G', 5, 'The mapping is the same in all address spaces.'),
  flag('A', 6, 'The page was accessed since A was last cleared.'),
  flag('D', 7, 'The page was written since D was last cleared.'),
  { name: 'RSW', high: 9, low: 8, doc: 'Free for the kernel.' },
  { name: 'PPN', high: 53, low: 10, doc: 'Page number of the page or the next table.' },
  {
    name: 'PBMT',
    high: 62,
    low: 61,
    doc: 'Memory type override; reserved without Svpbmt.',
    values: { 0: 'PMA', 1: 'NC', 2: 'IO' },
  },
  flag('N', 63, 'The entry is one of a contiguous range; reserved without Svnapot.'),
];

const pageEntry = (low: number, high: number): PageEntry => ({
  raw: (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0),
  fields: PTE_FIELDS,
  isValid: (low & PTE.V) !== 0,
  isLeaf: (low & PTE.V) !== 0 && (low & (PTE.R | PTE.W | PTE.X)) !== 0,
});

const permissions = (leaf: number): Permissions => ({
  read: (leaf & PTE.R) !== 0,
  write: (leaf & PTE.W) !== 0,
  execute: (leaf & PTE.X) !== 0,
  user: (leaf & PTE.U) !== 0,
});
const ALL_PERMISSIONS: Permissions = { read: true, write: true, execute: true, user: true };

const PRIVILEGE_OF_MODE: Readonly<Record<string, number>> = { U: PRIV_U, S: PRIV_S, M: PRIV_M };

/** The walk's start for `world`. A root kept from a time when paging was on is read as Sv39 should it now be off. */
const spaceOf = (world: World, registers: Registers): WalkSpace => {
  const privilege = PRIVILEGE_OF_MODE[world.mode] ?? PRIV_S;
  const mstatus = registers('mstatus');
  const isPaged = world.stage1 !== undefined && privilege !== PRIV_M;
  return {
    levels: isPaged ? levelsOfMode(Number(registers('satp') >> 60n)) || 3 : 0,
    root: Number(world.stage1 ?? 0n),
    privilege,
    sum: (mstatus & (1n << 18n)) !== 0n,
    mxr: (mstatus & (1n << 19n)) !== 0n,
  };
};

/** PMP as a debugger sees it: with no entry on, nothing is known to be denied. */
const regionsOf = (registers: Registers): readonly PmpRegion[] => pmpRegions({ get: registers });
const denies = (regions: readonly PmpRegion[], privilege: number, at: number, bytes: number, access: Access): boolean =>
  regions.length > 0 && !pmpIncludes(regionsAllow(regions, privilege, at, at + bytes), access);

const pteReader = (read: PhysicalReader, regions: readonly PmpRegion[]): PteReader => ({
  readU32(at) {
    if (at % 8 === 0 && denies(regions, PRIV_S, at, 8, 'read')) return -2;
    const bytes = read(pa(BigInt(at)), 4);
    return bytes ? new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true) : -1;
  },
});

/** Implements {@link Isa.translate}. PMP takes part when one of its entries is on. */
export const translate = (
  world: World,
  read: PhysicalReader,
  address: Va,
  access: Access,
  registers: Registers,
): Translation => {
  const space = spaceOf(world, registers);
  const regions = regionsOf(registers);
  const scheme = schemeName(space.levels);
  const steps: WalkStep[] = [];
  const failed = (rule: string, cause: number): Translation => ({
    va: address,
    scheme,
    steps,
    result: { ok: false, fault: { rule, cause, causeName: causeName(cause, false), tval: address } },
  });
  const reached = (at: number, pageSize: number, perms: Permissions): Translation => {
    if (denies(regions, space.privilege, at, 1, access)) {
      return failed(
        `PMP denies ${access} at physical address ${hex(at)} in ${world.mode}-mode`,
        accessFaultCause(access),
      );
    }
    const target = BigInt(at);
    return { va: address, scheme, steps, result: { ok: true, ipa: target as Ipa, pa: pa(target), pageSize, perms } };
  };
  if (space.levels === 0) {
    if (address < BigInt(PHYSICAL_LIMIT)) return reached(Number(address), pageSizeOf(0), ALL_PERMISSIONS);
    return failed(`physical address ${hex(address)} has over 53 bits: nothing is there`, accessFaultCause(access));
  }
  const high = Number(address >> 32n);
  const low = Number(BigInt.asUintN(32, address));
  const end = walk(space, pteReader(read, regions), high, low, access, (level, index, at, pteLow, pteHigh) => {
    steps.push({ stage: 1, level, index, at: pa(BigInt(at)), entry: pageEntry(pteLow, pteHigh) });
  });
  if (end.fault) return failed(walkRule(end.fault, end, space.levels), walkFaultCause(end.fault, access));
  return reached(end.pa, pageSizeOf(end.level), permissions(end.leaf));
};

/** Implements {@link Isa.rootLevel}. */
export const rootLevel = (world: World, registers: Registers): number | undefined => {
  const { levels } = spaceOf(world, registers);
  return levels === 0 ? undefined : levels - 1;
};

const ENTRIES = 512;

/** The address an entry translates, with the sign of its highest translated bit extended. */
const entryVa = (levels: number, base: bigint, index: number, level: number): bigint => {
  const bits = 12 + 9 * levels;
  const plain = BigInt.asUintN(bits, base) + (BigInt(index) << BigInt(12 + 9 * level));
  return BigInt.asUintN(64, BigInt.asIntN(bits, plain));
};

/** One table page as low and high halves, or undefined where there is no memory. */
const tablePage = (read: PhysicalReader, table: number): DataView | undefined => {
  if (table >= PHYSICAL_LIMIT) return undefined;
  const bytes = read(pa(BigInt(table)), ENTRIES * 8);
  return bytes ? new DataView(bytes.buffer, bytes.byteOffset, ENTRIES * 8) : undefined;
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
  const { levels } = spaceOf(world, registers);
  const page = tablePage(read, Number(table));
  if (!page || levels === 0) return [];
  const entries: TableEntry[] = [];
  for (let index = 0; index < ENTRIES; index++) {
    const low = page.getUint32(index * 8, true);
    if (!(low & PTE.V)) continue;
    const high = page.getUint32(index * 8 + 4, true);
    const target = pa(BigInt(pteTarget(low, high)));
    const row = {
      level,
      index,
      at: pa(table + BigInt(index * 8)),
      va: va(entryVa(levels, base, index, level)),
      entry: pageEntry(low, high),
      pageSize: pageSizeOf(level),
    };
    if (!isPointer(low)) entries.push({ ...row, target });
    else entries.push(level > 0 ? { ...row, next: target } : row);
  }
  return entries;
};

/** Tables read before giving up on a structure that contains itself. */
const MAX_TABLES = 1 << 14;

/** Implements {@link Isa.mappings}. Entries that fault on every access are left out. */
export const mappings = (world: World, read: PhysicalReader, registers: Registers, limit: number): Mapping[] => {
  const space = spaceOf(world, registers);
  const found: Mapping[] = [];
  let tables = 0;
  const visit = (table: number, level: number, base: bigint): void => {
    if (found.length > limit || ++tables > MAX_TABLES) return;
    const page = tablePage(read, table);
    if (!page) return;
    for (let index = 0; index < ENTRIES && found.length <= limit && tables <= MAX_TABLES; index++) {
      const low = page.getUint32(index * 8, true);
      if (!(low & PTE.V)) continue;
      const high = page.getUint32(index * 8 + 4, true);
      if (isMalformed(low, high)) continue;
      const isLeaf = !isPointer(low);
      if (!isLeaf && level === 0) continue;
      const at = entryVa(space.levels, base, index, level);
      const target = pteTarget(low, high);
      if (isLeaf) append(found, at, target, pageSizeOf(level), low);
      else visit(target, level - 1, at);
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
