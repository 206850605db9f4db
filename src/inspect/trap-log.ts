/**
 * What the traps and VM exits views show: every trap a machine took, and when its handler's world was left again. It is
 * kept from the target's first instruction on, because nobody knows beforehand that they will want to see it; the oldest
 * records go when there are too many. Recording costs one small object a trap; all words are made when somebody looks.
 */
import type { Ipa, Va } from '../base/address';

import type { TrapCause, TrapReport } from '../isa/core/isa';
import { hasSameTables, isVmExit, type World } from '../isa/core/world';
import {
  isPassage,
  isTrap,
  type Machine,
  type PassageEvent,
  type TraceEvent,
  type TrapEvent,
} from '../machine/contract';

/** How many traps there were, and how long those took whose end is known, in instructions. */
export class Tally {
  count = 0;
  timed = 0;
  total = 0n;
  longest = 0n;

  /** Counts the end of a trap. */
  ended(took: bigint): void {
    this.timed++;
    this.total += took;
    if (took > this.longest) this.longest = took;
  }
}

/** What traps of one reason have in common; their records share it. */
export interface TrapKind {
  readonly cause: number;
  readonly isInterrupt: boolean;
  /** For calls with numbers: the values of the registers that say which call it is. */
  readonly call: readonly bigint[];
  /** All that were ever taken, and those of them that were VM exits. */
  readonly all: Tally;
  readonly exits: Tally;
}

/** A trap, and the return that ended it. Counts are retired instructions. */
export interface TrapRecord {
  /** From 1 on, in the order in which they were taken; VM exits and all traps are numbered each for themselves. */
  readonly number: number;
  /** The number among VM exits; absent for a trap that is none. */
  readonly exit: number | undefined;
  readonly hart: number;
  readonly kind: TrapKind;
  readonly epc: Va;
  readonly tval: bigint;
  /** The guest physical address that stage 2 did not translate. */
  readonly guestPhysical: Ipa | undefined;
  /** What `syndrome` of its instruction set puts in words, as it was when the trap was taken. */
  readonly syndrome: bigint | undefined;
  /** What the processor tells beside cause and tval. */
  readonly report: TrapReport | undefined;
  readonly from: World;
  readonly to: World;
  /** Retired by all harts, and guest nanoseconds since reset. */
  readonly at: bigint;
  readonly now: bigint;
  /** Retired by this hart alone. */
  readonly own: bigint;
  /** Instructions this hart had run in the interrupted world since it last came there; unknown for the first trap. */
  readonly ran: bigint | undefined;
  /** When the handler's world was left for a less privileged one; of a VM exit, when a guest was entered again. */
  returned: TrapReturn | undefined;
}

/** The end of a trap. */
export interface TrapReturn {
  readonly at: bigint;
  readonly now: bigint;
  readonly own: bigint;
  readonly pc: Va;
  readonly to: World;
}

/** A ring of records, oldest first. */
export class TrapRing {
  private slots: TrapRecord[] = [];
  /** Where the oldest one is, once it is full. */
  private oldest = 0;
  /** All that were ever added. */
  total = 0;

  constructor(readonly capacity: number) {}

  add(record: TrapRecord): void {
    this.total++;
    if (this.slots.length < this.capacity) {
      this.slots.push(record);
      return;
    }
    this.slots[this.oldest] = record;
    this.oldest = (this.oldest + 1) % this.capacity;
  }

  /** Forgets the records behind the first `total`; older ones that had to go stay gone. */
  rewind(total: number): void {
    this.slots = this.all().slice(0, Math.max(0, total - this.dropped));
    this.oldest = 0;
    this.total = total;
  }

  get length(): number {
    return this.slots.length;
  }

  /** Records that had to go. */
  get dropped(): number {
    return this.total - this.slots.length;
  }

  all(): TrapRecord[] {
    return [...this.slots.slice(this.oldest), ...this.slots.slice(0, this.oldest)];
  }
}

/** Records that are kept of each kind. */
export const MOST_RECORDS = 100_000;

/** Different calls that are told apart. */
const MOST_CALLS = 1000;

/** What a hart is in the middle of. */
interface HartNow {
  /** Traps whose handler's world has not been left, by the rank of that world. */
  readonly open: Map<number, TrapRecord>;
  exit: TrapRecord | undefined;
  /** The hart's own count when it last came into each mode, by rank. */
  readonly came: Map<number, bigint>;
}

const sameWorld = (one: World, other: World): boolean =>
  one.rank === other.rank && one.asid === other.asid && one.vmid === other.vmid && hasSameTables(one, other);

const kindOf = (cause: number, isInterrupt: boolean, call: readonly bigint[]): TrapKind => ({
  cause,
  isInterrupt,
  call,
  all: new Tally(),
  exits: new Tally(),
});

function known<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

function end(record: TrapRecord, returned: TrapReturn): void {
  record.returned = returned;
  const took = returned.own - record.own;
  record.kind.all.ended(took);
  if (record.exit !== undefined) record.kind.exits.ended(took);
}

/** A log at a moment. */
interface SavedLog {
  readonly at: bigint;
  readonly traps: number;
  readonly exits: number;
  readonly byCause: SavedKinds<number>;
  readonly byCall: SavedKinds<string>;
  readonly harts: ReadonlyMap<number, HartNow>;
  readonly firstEntry: TrapLog['firstEntry'];
  readonly entries: number;
}

/** Kinds with their counts. */
type SavedKinds<K> = readonly (readonly [K, TrapKind, Tally, Tally])[];

const savedKinds = <K>(kinds: ReadonlyMap<K, TrapKind>): SavedKinds<K> =>
  [...kinds].map(([key, kind]) => [key, kind, { ...kind.all } as Tally, { ...kind.exits } as Tally]);

/** Records share their kinds: the counts change, and the kinds stay the same objects. */
function restoreKinds<K>(kinds: Map<K, TrapKind>, saved: SavedKinds<K>): void {
  kinds.clear();
  for (const [key, kind, all, exits] of saved) {
    Object.assign(kind.all, all);
    Object.assign(kind.exits, exits);
    kinds.set(key, kind);
  }
}

const copied = ({ open, exit, came }: HartNow): HartNow => ({ open: new Map(open), exit, came: new Map(came) });

/** All traps of one machine since it was made. Dispose it with the target. */
export class TrapLog {
  readonly traps: TrapRing;
  readonly exits: TrapRing;
  /** The first time that a guest was entered. */
  firstEntry: (TrapReturn & { readonly hart: number }) | undefined;
  /** How often a guest was entered. */
  entries = 0;
  readonly dispose: () => void;
  private readonly harts = new Map<number, HartNow>();
  private readonly callCauses: ReadonlyMap<number, TrapCause>;
  private readonly byCause = new Map<number, TrapKind>();
  private readonly byCall = new Map<string, TrapKind>();
  /** Worlds seen lately: records share them. */
  private worlds: World[] = [];

  constructor(
    private readonly machine: Machine,
    capacity = MOST_RECORDS,
  ) {
    this.traps = new TrapRing(capacity);
    this.exits = new TrapRing(capacity);
    const calls = machine.isa.causes.filter((cause) => cause.group === 'ecall' && !cause.isInterrupt);
    this.callCauses = new Map(calls.map((cause) => [cause.cause, cause]));
    this.dispose = machine.observe(['crossing', 'refill'], (event) => this.note(event));
  }

  /** What was collected, for {@link restore}. The rings' records are not copied: going back only takes some away. */
  save(): SavedLog {
    return {
      at: this.machine.retired,
      traps: this.traps.total,
      exits: this.exits.total,
      byCause: savedKinds(this.byCause),
      byCall: savedKinds(this.byCall),
      harts: new Map([...this.harts].map(([hart, now]) => [hart, copied(now)])),
      firstEntry: this.firstEntry,
      entries: this.entries,
    };
  }

  restore(log: unknown): void {
    const saved = log as SavedLog;
    this.traps.rewind(saved.traps);
    this.exits.rewind(saved.exits);
    for (const record of this.traps.all()) {
      if (record.returned !== undefined && record.returned.at > saved.at) record.returned = undefined;
    }
    restoreKinds(this.byCause, saved.byCause);
    restoreKinds(this.byCall, saved.byCall);
    this.harts.clear();
    for (const [hart, now] of saved.harts) this.harts.set(hart, copied(now));
    this.firstEntry = saved.firstEntry;
    this.entries = saved.entries;
  }

  private note(event: TraceEvent): void {
    if (isTrap(event)) this.taken(event);
    else if (isPassage(event)) this.left(event);
  }

  private taken(event: TrapEvent): void {
    const { hart, cause, isInterrupt, instruction, tval, guestPhysical, report, at } = event;
    const state = this.hart(hart);
    const from = this.shared(event.from);
    const to = this.shared(event.to);
    const own = this.ownCount(hart, at);
    const came = state.came.get(from.rank);
    const isExit = isVmExit(from, to);
    const kind = this.kindOf(hart, cause, isInterrupt);
    kind.all.count++;
    const record: TrapRecord = {
      number: this.traps.total + 1,
      exit: isExit ? this.exits.total + 1 : undefined,
      hart,
      kind,
      epc: instruction,
      tval,
      guestPhysical,
      syndrome: isInterrupt ? undefined : this.syndrome(hart, event.to),
      report,
      from,
      to,
      at,
      now: this.machine.now,
      own,
      ran: came === undefined ? undefined : own - came,
      returned: undefined,
    };
    this.traps.add(record);
    if (isExit) {
      kind.exits.count++;
      this.exits.add(record);
      state.exit = record;
    }
    if (from.rank < to.rank) {
      state.open.set(to.rank, record);
      state.came.set(to.rank, own);
    }
  }

  private left(event: PassageEvent): void {
    const { hart, at, pc } = event;
    const state = this.hart(hart);
    const own = this.ownCount(hart, at);
    const returned: TrapReturn = { at, now: this.machine.now, own, pc, to: this.shared(event.to) };
    state.came.set(event.to.rank, own);
    const open = state.open.get(event.from.rank);
    state.open.delete(event.from.rank);
    // A hypervisor may run programs of its own before it enters the guest again: that ends no VM exit.
    if (open !== undefined && open !== state.exit) end(open, returned);
    if (!event.to.guest || event.from.guest) return;
    this.entries++;
    this.firstEntry ??= { ...returned, hart };
    if (state.exit !== undefined) end(state.exit, returned);
    state.exit = undefined;
  }

  private hart(hart: number): HartNow {
    const known = this.harts.get(hart);
    if (known !== undefined) return known;
    const fresh: HartNow = { open: new Map(), exit: undefined, came: new Map() };
    this.harts.set(hart, fresh);
    return fresh;
  }

  /** A hart's counter is brought up to date when it hands over; the machine's sum has what is missing. */
  private ownCount(hart: number, at: bigint): bigint {
    const { cpus } = this.machine;
    if (cpus.length === 1) return at;
    const sum = cpus.reduce((total, cpu) => total + cpu.retired, 0n);
    return (cpus[hart]?.retired ?? 0n) + at - sum;
  }

  /** All kinds seen so far. */
  get kinds(): readonly TrapKind[] {
    return [...this.byCause.values(), ...this.byCall.values()];
  }

  private kindOf(hart: number, cause: number, isInterrupt: boolean): TrapKind {
    const call = isInterrupt ? undefined : this.callCauses.get(cause);
    const numbers = call === undefined ? [] : this.callNumbers(hart, call.id);
    if (numbers.length === 0) {
      const key = isInterrupt ? -1 - cause : cause;
      return known(this.byCause, key, () => kindOf(cause, isInterrupt, []));
    }
    const key = `${cause} ${numbers.join()}`;
    // A guest may call with whatever numbers it likes; those that are too many count as calls without any.
    if (this.byCall.size >= MOST_CALLS && !this.byCall.has(key)) {
      return known(this.byCause, cause, () => kindOf(cause, isInterrupt, []));
    }
    return known(this.byCall, key, () => kindOf(cause, isInterrupt, numbers));
  }

  private syndrome(hart: number, to: World): bigint | undefined {
    const register = this.machine.isa.syndrome?.register(to);
    return register === undefined ? undefined : this.machine.cpus[hart]?.readRegister(register);
  }

  /** The numbers of the call that a hart is making, as far as they matter. */
  private callNumbers(hart: number, cause: string): bigint[] {
    const cpu = this.machine.cpus[hart];
    if (cpu === undefined) return [];
    const { calls } = this.machine.isa;
    const values = calls.registers.map((name) => cpu.readRegister(name));
    return values.slice(0, calls.name(cause, values)?.registersUsed ?? 0);
  }

  private shared(world: World): World {
    const known = this.worlds.find((one) => sameWorld(one, world));
    if (known !== undefined) return known;
    this.worlds = [world, ...this.worlds.slice(0, 15)];
    return world;
  }
}
