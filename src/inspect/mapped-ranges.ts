/** What an address space maps: its root table and every mapped range. */

import { type Pa, pa, type Va, va } from '../base/address';
import { keepLast } from '../base/last-used';
import { isLastLevel, levelBelow } from '../isa/core/isa';
import type { Mapping, Permissions, TableShape } from '../isa/core/translation';
import { firstRoots, hasSameTables, type TableRoot, tablesKey, type World } from '../isa/core/world';
import { type AddressSpace, backingOf, spaceOf, translateIn } from './address-spaces';
import type { InspectContext } from './inspector';
import { PageCopies } from './page-copies';

/** Ranges looked for before giving up: tables that are garbage map everything in pieces. */
export const MOST_RANGES = 4096;

/** `RW- U`: what a page allows, and to whom. */
export const permissionText = ({ read, write, execute, user }: Permissions): string =>
  `${read ? 'R' : '-'}${write ? 'W' : '-'}${execute ? 'X' : '-'}${user ? ' U' : ''}`;

/** A root table, its level and the addresses whose walks start there. */
export interface Root extends TableRoot {
  readonly level: number;
}

/** The root tables of a space, by address; none when addresses are physical. */
export function rootsIn(context: Pick<InspectContext, 'machine'>, { world, registers }: AddressSpace): Root[] {
  return firstRoots(world).flatMap((root) => {
    const level = context.machine.isa.rootLevel(world, root, registers);
    return level === undefined ? [] : [{ ...root, level }];
  });
}

/** The mapped ranges by address; `isCut` when there are more. */
export interface MappedRanges {
  readonly list: readonly Mapping[];
  readonly isCut: boolean;
}

const NOTHING: MappedRanges = { list: [], isCut: false };

/**
 * The tables of one address space at one moment. Keeping them takes a copy of their few pages; what they map is worked
 * out when somebody asks, which takes long.
 */
export class TableState {
  private made: MappedRanges | undefined;

  private constructor(
    private readonly isa: InspectContext['machine']['isa'],
    readonly world: World,
    private readonly values: ReadonlyMap<string, bigint>,
    private readonly copies: PageCopies,
    private readonly space: AddressSpace,
  ) {}

  /** The tables as they are now. */
  static of(context: InspectContext, space: AddressSpace): TableState {
    const { isa } = context.machine;
    const copies = new PageCopies(space.read);
    const values = new Map<string, bigint>();
    const registers = (name: string): bigint => {
      const known = values.get(name);
      if (known !== undefined) return known;
      const value = space.registers(name);
      values.set(name, value);
      return value;
    };
    const state = new TableState(isa, space.world, values, copies, space);
    copyTables(context, { world: space.world, read: copies.read, registers });
    return state;
  }

  /** Whether `space` still has these tables, with the same contents. A page that could not be read is not trusted. */
  isCurrent(space: AddressSpace): boolean {
    if (this.world.guest !== space.world.guest || !hasSameTables(this.world, space.world)) return false;
    for (const [name, value] of this.values) if (space.registers(name) !== value) return false;
    return this.copies.isCurrent(space.read);
  }

  /** The pages the tables lie in. */
  get pages(): Pa[] {
    return this.copies.addresses;
  }

  /** Every range that the tables map, or mapped. */
  get ranges(): MappedRanges {
    this.made ??= this.list();
    return this.made;
  }

  private list(): MappedRanges {
    const registers = (name: string) => this.values.get(name) ?? this.space.registers(name);
    const found = this.isa.mappings(this.world, this.copies.read, registers, MOST_RANGES + 1);
    return { list: found.slice(0, MOST_RANGES), isCut: found.length > MOST_RANGES };
  }
}

/** Tables read before giving up on a structure that contains itself. */
const MOST_TABLES = 4096;

/** A table of a space and what it translates. */
export interface LiveTable {
  /** Where it lies. */
  readonly at: Pa;
  /** Its address as the entry above names it: a guest physical one in stage 1 of a guest with two stages. */
  readonly table: Pa;
  readonly level: number;
  /** The first address that it translates. */
  readonly base: Va;
  readonly shape: TableShape;
}

/** Every table of a space, each once a level. Those that hold no pointers are not taken apart: they are the most. */
export function liveTables(context: Pick<InspectContext, 'machine'>, space: AddressSpace): LiveTable[] {
  const { isa } = context.machine;
  const { world, read, registers } = space;
  const below = backingOf(space);
  const seen = new Set<string>();
  const found: LiveTable[] = [];
  const visit = (table: Pa, at: number, base: Va): void => {
    const name = `${table} ${at}`;
    if (seen.has(name) || seen.size >= MOST_TABLES) return;
    seen.add(name);
    const lies = below === undefined ? undefined : translateIn(context, below, va(table), 'read').result;
    if (lies?.ok === false) return;
    const shape = isa.tableShape(world, at, registers);
    found.push({ at: lies?.pa ?? table, table, level: at, base, shape });
    if (isLastLevel(isa, at)) return;
    for (const entry of isa.tableEntries(world, read, registers, table, at, base)) {
      if (entry.next !== undefined) visit(entry.next, levelBelow(isa, at), entry.va);
    }
  };
  for (const root of rootsIn(context, space)) visit(pa(root.table), root.level, va(root.from));
  return found;
}

/** Reads every table of both stages once, so that they are copied. */
function copyTables(context: InspectContext, space: AddressSpace): void {
  const below = backingOf(space);
  if (below !== undefined) copyTables(context, below);
  for (const { at, level, shape } of liveTables(context, space)) {
    if (isLastLevel(context.machine.isa, level)) space.read(at, shape.tableBytes);
  }
}

/** Spaces whose tables are remembered for each machine, the last used ones. */
const MOST_STATES = 16;

const states = new WeakMap<InspectContext['machine'], Map<string, TableState>>();

/** The tables of a space as they stand; the same object as before when nothing was stored in them. */
export function tableState(context: InspectContext, space: AddressSpace): TableState {
  const { machine, cpu } = context;
  // What is mapped depends on the tables, whichever mode of theirs looks.
  const key = `${cpu.hart} ${space.world.guest} ${tablesKey(space.world)}`;
  const known = states.get(machine) ?? new Map<string, TableState>();
  states.set(machine, known);
  const last = known.get(key);
  const state = last?.isCurrent(space) ? last : TableState.of(context, space);
  keepLast(known, key, state, MOST_STATES);
  return state;
}

/** Every range that the tables of a space map now; by default the hart's current space. */
export function mappedRanges(context: InspectContext, space = spaceOf(context)): MappedRanges {
  return rootsIn(context, space).length === 0 ? NOTHING : tableState(context, space).ranges;
}
