/**
 * What the traps and VM exits views show: every trap a machine took, and when its handler's world was left again. It is
 * kept from the target's first instruction on, because nobody knows beforehand that they will want to see it; the oldest
 * records go when there are too many. Recording costs one small object a trap; all words are made when somebody looks.
 */
import type { Ipa, Va } from '../base/address';
import { isVmExit } from '../debug/trap-policy';
import type { TrapCause } from '../isa/core/isa';
import type { World } from '../isa/core/world';
import type { Machine, TraceEvent, TrapEvent } from '../machine/contract';

/** A trap, and the return that ended it. Counts are retired instructions. */
export interface TrapRecord {
  /** From 1 on, in the order in which they were taken; VM exits and all traps are numbered each for themselves. */
  readonly number: number;
  /** The number among VM exits; absent for a trap that is none. */
  readonly exit: number | undefined;
  readonly hart: number;
  readonly cause: number;
  readonly isInterrupt: boolean;
  readonly epc: Va;
  readonly tval: bigint;
  /** The guest physical address that stage 2 did not translate. */
  readonly guestPhysical: Ipa | undefined;
  readonly from: World;
  readonly to: World;
  /** Retired by all harts, and guest nanoseconds since reset. */
  readonly at: bigint;
  readonly now: bigint;
  /** Retired by this hart alone. */
  readonly own: bigint;
  /** Values of the registers that say which call it is, for causes of group `ecall`. */
  readonly call: readonly bigint[] | undefined;
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
  private readonly slots: TrapRecord[] = [];
  /** All that were ever added. */
  total = 0;

  constructor(readonly capacity: number) {}

  add(record: TrapRecord): void {
    this.slots[this.total++ % this.capacity] = record;
  }

  get length(): number {
    return this.slots.length;
  }

  /** Records that had to go. */
  get dropped(): number {
    return this.total - this.slots.length;
  }

  all(): TrapRecord[] {
    const start = this.total % this.capacity;
    return this.dropped === 0 ? [...this.slots] : [...this.slots.slice(start), ...this.slots.slice(0, start)];
  }
}

/** Records that are kept of each kind. */
export const MOST_RECORDS = 100_000;

/** What a hart is in the middle of. */
interface HartNow {
  /** Traps whose handler's world has not been left, by the rank of that world. */
  readonly open: Map<number, TrapRecord>;
  exit: TrapRecord | undefined;
  /** The hart's own count when it last came into each mode, by rank. */
  readonly came: Map<number, bigint>;
}

const sameWorld = (one: World, other: World): boolean =>
  one.rank === other.rank &&
  one.asid === other.asid &&
  one.vmid === other.vmid &&
  one.stage1 === other.stage1 &&
  one.stage2 === other.stage2;

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
    this.dispose = machine.observe(['trap', 'trapReturn'], (event) => this.note(event));
  }

  private note(event: TraceEvent): void {
    if (event.kind === 'trap') this.taken(event);
    else if (event.kind === 'trapReturn') this.left(event);
  }

  private taken(event: TrapEvent): void {
    const { hart, cause, isInterrupt, epc, tval, guestPhysical, at } = event;
    const state = this.hart(hart);
    const from = this.shared(event.from);
    const to = this.shared(event.to);
    const own = this.ownCount(hart, at);
    const came = state.came.get(from.rank);
    const isExit = isVmExit(from, to);
    const isCall = !isInterrupt && this.callCauses.has(cause);
    const record: TrapRecord = {
      number: this.traps.total + 1,
      exit: isExit ? this.exits.total + 1 : undefined,
      hart,
      cause,
      isInterrupt,
      epc,
      tval,
      guestPhysical,
      from,
      to,
      at,
      now: this.machine.now,
      own,
      call: isCall ? this.callNumbers(hart) : undefined,
      ran: came === undefined ? undefined : own - came,
      returned: undefined,
    };
    this.traps.add(record);
    if (isExit) {
      this.exits.add(record);
      state.exit = record;
    }
    if (from.rank < to.rank) {
      state.open.set(to.rank, record);
      state.came.set(to.rank, own);
    }
  }

  private left(event: Extract<TraceEvent, { kind: 'trapReturn' }>): void {
    const { hart, at, pc } = event;
    const state = this.hart(hart);
    const own = this.ownCount(hart, at);
    const returned: TrapReturn = { at, now: this.machine.now, own, pc, to: this.shared(event.to) };
    state.came.set(event.to.rank, own);
    const open = state.open.get(event.from.rank);
    state.open.delete(event.from.rank);
    // A hypervisor may run programs of its own before it enters the guest again: that ends no VM exit.
    if (open !== undefined && open !== state.exit) open.returned = returned;
    if (!event.to.guest || event.from.guest) return;
    this.entries++;
    this.firstEntry ??= { ...returned, hart };
    if (state.exit !== undefined) state.exit.returned = returned;
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

  private callNumbers(hart: number): bigint[] {
    const cpu = this.machine.cpus[hart];
    return cpu === undefined ? [] : this.machine.isa.calls.registers.map((name) => cpu.readRegister(name));
  }

  private shared(world: World): World {
    const known = this.worlds.find((one) => sameWorld(one, world));
    if (known !== undefined) return known;
    this.worlds = [world, ...this.worlds.slice(0, 15)];
    return world;
  }
}
