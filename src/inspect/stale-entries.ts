/**
 * Page-table entries that were changed while processors may still use what they were: live entries that stores took away
 * or turned elsewhere, until a fence of each hart. Watches the tables' memory; knows only stores that came while it did.
 */
import { type Pa, pa, type Va, va } from '../base/address';
import type { Access, TableEntry } from '../isa/core/translation';
import { firstRoots, hasStage, includesTables, type World } from '../isa/core/world';
import type { FenceEvent, Machine, StoredEvent, TranslatedEvent } from '../machine/contract';
import { type AddressSpace, translateIn } from './address-spaces';
import { type LiveTable, liveTables } from './mapped-ranges';
import type { CodePlace } from './past';
import type { KnownRoot, RootHistory } from './root-history';

/** An entry that was changed, and whom no fence has told yet. */
export interface StaleEntry {
  readonly root: KnownRoot;
  /** The addresses that the entry translates: virtual, or guest physical of a second stage. */
  readonly from: bigint;
  readonly size: bigint;
  /** Where the entry lies. */
  readonly at: Pa;
  readonly old: TableEntry;
  /** Undefined when it is no valid entry now. */
  readonly now: TableEntry | undefined;
  /** The kinds of access that the old entry led elsewhere than the new one. */
  readonly accesses: readonly Access[];
  readonly store: StoredEvent;
  readonly place: CodePlace | undefined;
  /** Harts without a fence since. */
  readonly unfenced: Set<number>;
}

/** The use of an address that a stale entry may still translate. */
export interface StaleUse {
  readonly entry: StaleEntry;
  readonly hart: number;
  readonly access: Access | 'enter';
  readonly address: bigint;
  readonly pc: Va;
}

const ACCESSES: readonly Access[] = ['read', 'write', 'execute'];
/** Memory is watched by pages. */
const PAGE = 4096n;
/** Roots whose tables are watched, the last used ones. */
const MOST_ROOTS = 8;
/** Stale entries and pages of theirs that are remembered; behind them something other than tables is stored to. */
const MOST_ENTRIES = 1024;
const MOST_PAGES = 4096;

interface Watched {
  readonly root: KnownRoot;
  readonly table: LiveTable;
}

export class StaleEntries {
  private tables = new Map<bigint, Watched[]>();
  private copies = new Map<bigint, Uint8Array>();
  private readonly entries = new Map<string, StaleEntry>();
  private watchedRoots = new Set<string>();

  constructor(
    private readonly machine: Machine,
    private readonly roots: RootHistory,
    private readonly placeOf: (event: StoredEvent) => CodePlace | undefined,
    private readonly used: (use: StaleUse) => void,
  ) {}

  /** What was collected, for {@link restore}. */
  save(): ReadonlyMap<string, StaleEntry> {
    return new Map([...this.entries].map(([name, entry]) => [name, { ...entry, unfenced: new Set(entry.unfenced) }]));
  }

  /** Goes back to what was collected; the tables must be looked for anew. */
  restore(saved: ReadonlyMap<string, StaleEntry>): void {
    this.entries.clear();
    for (const [name, entry] of saved) this.entries.set(name, { ...entry, unfenced: new Set(entry.unfenced) });
    this.watchUses();
  }

  /** The tables of the last roots, as ranges to watch; they are looked for anew. */
  ranges(): { readonly pa: Pa; readonly length: number }[] {
    this.tables = new Map();
    const copies = new Map<bigint, Uint8Array>();
    const roots = this.roots.all.slice(-MOST_ROOTS);
    this.watchedRoots = new Set(roots.map(({ key }) => key));
    for (const root of roots) {
      for (const table of liveTables({ machine: this.machine }, this.spaceOf(root))) {
        for (let at: bigint = table.at & -PAGE; at < table.at + BigInt(table.shape.tableBytes); at += PAGE) {
          const known = this.tables.get(at) ?? [];
          this.tables.set(at, [...known, { root, table }]);
          const copy = copies.get(at) ?? this.machine.readPhysical(pa(at), Number(PAGE));
          if (copy !== undefined) copies.set(at, copy);
        }
      }
    }
    this.copies = copies;
    return [...this.tables.keys()].map((at) => ({ pa: pa(at), length: Number(PAGE) }));
  }

  private spaceOf({ world, registers }: KnownRoot): AddressSpace {
    const cpu = this.machine.cpus[0];
    return {
      world,
      read: (at, length) => this.machine.readPhysical(at, length),
      registers: (name) => registers.get(name) ?? cpu?.readRegister(name) ?? 0n,
    };
  }

  /** Whether a root is in force that is not watched yet. */
  get lacksRoots(): boolean {
    return this.roots.all.slice(-MOST_ROOTS).some(({ key }) => !this.watchedRoots.has(key));
  }

  /** A store to watched memory. True when it made a new table, which should be watched, too. */
  stored(event: StoredEvent): boolean {
    const end = event.pa + BigInt(event.length);
    let isGrown = false;
    for (let at: bigint = event.pa; at < end; ) {
      const size = BigInt(this.tables.get(at & -PAGE)?.[0]?.table.shape.entryBytes ?? PAGE);
      const first = at & -size;
      if (this.entryStored(pa(first), Number(size), event)) isGrown = true;
      at = first + size;
    }
    return isGrown;
  }

  private entryStored(at: Pa, length: number, event: StoredEvent): boolean {
    const page = at & -PAGE;
    const copy = this.copies.get(page);
    const now = copy && this.machine.readPhysical(at, length);
    if (copy === undefined || now === undefined) return false;
    const offset = Number(at - page);
    const old = copy.slice(offset, offset + length);
    copy.set(now, offset);
    if (old.every((byte, index) => byte === now[index])) return false;
    let isGrown = false;
    for (const watched of this.tables.get(page) ?? []) {
      const before = this.parsed(watched, at, old);
      const after = this.parsed(watched, at, now);
      if (after?.next !== undefined && after.next !== before?.next) isGrown = true;
      if (before !== undefined) this.changed(watched.root, at, before, after, old, event);
    }
    return isGrown;
  }

  /** An entry as `bytes` would make it; undefined when they make none. */
  private parsed({ root, table }: Watched, at: Pa, bytes: Uint8Array): TableEntry | undefined {
    const space = this.spaceOf(root);
    const { isa } = this.machine;
    const read = overlay(space.read, at, bytes, table.at);
    return isa
      .tableEntries(space.world, read, space.registers, table.table, table.level, table.base)
      .find((entry) => entry.at === at);
  }

  private changed(
    root: KnownRoot,
    at: Pa,
    old: TableEntry,
    now: TableEntry | undefined,
    oldBytes: Uint8Array,
    store: StoredEvent,
  ): void {
    const name = `${root.key} ${at}`;
    const known = this.entries.get(name);
    if (known !== undefined && now?.entry.raw === known.old.entry.raw) {
      // As it was: whatever a processor holds is right again.
      this.entries.delete(name);
      return this.watchUses();
    }
    if (known !== undefined) {
      this.entries.set(name, { ...known, now });
      return;
    }
    const accesses = this.lostAccesses(root, at, old, now, oldBytes);
    if (accesses.length === 0) return;
    const unfenced = this.machine.cpus.filter(({ activity }) => activity !== 'stopped').map(({ hart }) => hart);
    this.entries.set(name, {
      root,
      from: old.va,
      size: BigInt(old.pageSize),
      at,
      old,
      now,
      accesses,
      store,
      place: this.placeOf(store),
      unfenced: new Set(unfenced),
    });
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= MOST_ENTRIES) break;
      this.entries.delete(oldest);
    }
    this.watchUses();
  }

  /** What was allowed by the old entry and is forbidden by the new one, or led elsewhere. */
  private lostAccesses(
    root: KnownRoot,
    at: Pa,
    old: TableEntry,
    now: TableEntry | undefined,
    bytes: Uint8Array,
  ): readonly Access[] {
    if (old.next !== undefined) return now?.next === old.next ? [] : ACCESSES;
    const { machine } = this;
    const space = this.spaceOf(root);
    const before = { ...space, read: overlay(space.read, at, bytes) };
    const worlds = [root.world, ...userOf(machine, root, space)];
    return ACCESSES.filter((access) =>
      worlds.some((world) => {
        const was = translateIn({ machine }, { ...before, world }, va(old.va), access).result;
        if (!was.ok) return false;
        const is = translateIn({ machine }, { ...space, world }, va(old.va), access).result;
        return !is.ok || is.pa !== was.pa;
      }),
    );
  }

  /** A fence tells a hart of everything that it covers. */
  fenced({ hart, of, address, asid }: FenceEvent): void {
    let isLess = false;
    for (const [name, entry] of this.entries) {
      const { world } = entry.root;
      const kind = !hasStage(world, 1) ? 'stage2' : world.guest ? 'guest' : 'host';
      const id = kind === 'stage2' ? world.vmid : firstRoots(world)[0]?.asid;
      const isCovered = address === undefined || (address >= entry.from && address < entry.from + entry.size);
      if (kind !== of || !isCovered || (asid !== undefined && id !== undefined && asid !== id)) continue;
      if (!entry.unfenced.delete(hart) || entry.unfenced.size > 0) continue;
      this.entries.delete(name);
      isLess = true;
    }
    if (isLess) this.watchUses();
  }

  /** An access in a page of a stale entry. */
  translated({ hart, va: address, access, pc }: TranslatedEvent): void {
    const world = this.machine.cpus[hart]?.world;
    if (world === undefined) return;
    this.use((entry) => entry.accesses.includes(access) && isOf(entry, world) && this.find(entry, address), {
      hart,
      access,
      address,
      pc,
    });
  }

  /** A hart goes on in a guest: its second stage may be used from now on. */
  entered(hart: number, world: World, pc: Va): void {
    if (this.entries.size === 0) return;
    this.use(({ root }) => !hasStage(root.world, 1) && includesTables(world, root.world), {
      hart,
      access: 'enter',
      address: pc,
      pc,
    });
  }

  private find({ from, size }: StaleEntry, address: bigint): boolean {
    return address >= from && address < from + size;
  }

  /** Reports a use of each entry once. */
  private use(isMeant: (entry: StaleEntry) => boolean, use: Omit<StaleUse, 'entry'>): void {
    for (const [name, entry] of this.entries) {
      if (!entry.unfenced.has(use.hart) || !isMeant(entry)) continue;
      this.entries.delete(name);
      this.used({ entry, ...use });
      this.watchUses();
    }
  }

  /** Entries that may still be used as they were at an address of a world. */
  of(world: World, address: bigint): StaleEntry[] {
    return [...this.entries.values()].filter((entry) => isOf(entry, world) && this.find(entry, address));
  }

  get all(): StaleEntry[] {
    return [...this.entries.values()];
  }

  private watchUses(): void {
    const pages: Va[] = [];
    for (const { from, size, root } of this.entries.values()) {
      if (!hasStage(root.world, 1)) continue;
      for (let at = from; at < from + size && pages.length < MOST_PAGES; at += PAGE) pages.push(va(at));
    }
    this.machine.observeUses(pages);
  }
}

/** Whether an entry is of the tables that a world is translated by first. */
const isOf = ({ root }: StaleEntry, world: World): boolean =>
  root.world.guest === world.guest &&
  hasStage(root.world, 1) === hasStage(world, 1) &&
  includesTables(world, root.world);

/** The world of the programs under a kernel's root. */
const userOf = (machine: Machine, { world }: KnownRoot, { registers }: AddressSpace): World[] =>
  machine.isa
    .worlds(registers)
    .filter(({ guest, level }) => level === 'user' && guest === world.guest)
    .map(({ mode, rank, level }) => ({ ...world, mode, rank, level }));

/** Memory in which `bytes` lie at `at`, and in the table around it nothing else. */
function overlay(read: AddressSpace['read'], at: Pa, bytes: Uint8Array, alone?: Pa): AddressSpace['read'] {
  return (from, length) => {
    const end = from + BigInt(length);
    if (at + BigInt(bytes.length) <= from || at >= end) return read(from, length);
    const found = alone === from && length >= Number(PAGE) ? new Uint8Array(length) : read(from, length)?.slice();
    if (found === undefined) return undefined;
    for (const [index, byte] of bytes.entries()) {
      const offset = Number(at - from) + index;
      if (offset >= 0 && offset < found.length) found[offset] = byte;
    }
    return found;
  };
}
