/** Every root of translation that has been in force: which world's it is, who set it, and when. */
import { keepLast } from '../base/last-used';
import {
  byRoot,
  firstRoots,
  hasStage,
  hasTwoStages,
  isVmEntry,
  stage2Alone,
  tablesKey,
  type World,
} from '../isa/core/world';
import { isCrossing, type Machine, type RootChangedEvent, type TraceEvent } from '../machine/contract';
import type { CodePlace } from './past';

/** Who wrote a root, at which count of retired instructions. */
export interface RootSetter {
  readonly hart: number;
  readonly at: bigint;
  readonly register: string;
  readonly place: CodePlace | undefined;
}

/** A root table, with that of the second stage below it where a guest has two. */
export interface KnownRoot {
  /** `r1`, `r2` …, in the order in which they were first seen. */
  readonly key: string;
  /** The kernel of its space, with this root alone: over stage 2 for a guest, stage 2's for a guest's physical memory. */
  readonly world: World;
  /** The registers that name the tables and their format, as they were when the root was in force. */
  readonly registers: ReadonlyMap<string, bigint>;
  /** Absent when it was there before anybody looked. */
  readonly setBy?: RootSetter;
}

/** Roots kept, the last used ones: a guest that invents them must not fill our memory. */
const MOST_ROOTS = 128;

/** A history at a moment. */
export interface SavedRoots {
  readonly roots: ReadonlyMap<string, KnownRoot>;
  readonly writes: ReadonlyMap<number, ReadonlyMap<string, RootChangedEvent>>;
  readonly count: number;
}

/** Collects the roots of a machine from its events. */
export class RootHistory {
  private readonly roots = new Map<string, KnownRoot>();
  /** The last write of each root register by each hart: what it sets may be in force much later. */
  private readonly writes = new Map<number, Map<string, RootChangedEvent>>();
  private count = 0;

  constructor(
    private readonly machine: Machine,
    /** Who wrote a root; `isNow` while the hart executes the write, so that its stack says more than its pc. */
    private readonly placeOf: (event: RootChangedEvent, isNow: boolean) => CodePlace | undefined,
  ) {}

  /** What was collected, for {@link restore}. */
  save(): SavedRoots {
    const writes = [...this.writes].map(([hart, of]) => [hart, new Map(of)] as const);
    return { roots: new Map(this.roots), writes: new Map(writes), count: this.count };
  }

  restore({ roots, writes, count }: SavedRoots): void {
    this.roots.clear();
    for (const [name, root] of roots) this.roots.set(name, root);
    this.writes.clear();
    for (const [hart, of] of writes) this.writes.set(hart, new Map(of));
    this.count = count;
  }

  /** Takes an event that changed a root or entered a world. */
  note(event: TraceEvent): void {
    if (event.kind === 'rootChanged') this.changed(event);
    else if (isCrossing(event) && isVmEntry(event.from, event.to)) {
      // A guest's root may have been written by its hypervisor, long before it is used.
      for (const world of this.worlds(event.hart).filter((one) => one.guest)) this.add(event.hart, world);
    }
  }

  private changed(event: RootChangedEvent): void {
    const { hart, register } = event;
    const writes = this.writes.get(hart) ?? new Map<string, RootChangedEvent>();
    this.writes.set(hart, writes.set(register, event));
    const isInside = this.machine.cpus[hart]?.world.guest === true;
    for (const world of this.worlds(hart)) {
      // What a hypervisor writes in the middle of a switch pairs the roots of two guests for a moment.
      if (isInside ? world.guest : !hasStage(world, 1) || !world.guest) this.add(hart, world, event);
    }
  }

  /** The roots of kernels that the registers of a hart name now, each as a world, and each guest's physical memory. */
  private worlds(hart: number): World[] {
    const cpu = this.machine.cpus[hart];
    if (cpu === undefined) return [];
    const kernels = this.machine.isa
      .worlds((name) => cpu.readRegister(name))
      .filter(({ level }) => level === 'kernel' || level === 'hypervisor');
    return [...kernels, ...kernels.filter(hasTwoStages).map(stage2Alone)].flatMap(byRoot);
  }

  /** @param now the write that a hart executes at the moment */
  private add(hart: number, world: World, now?: RootChangedEvent): void {
    const name = nameOf(world);
    const known = this.roots.get(name);
    const write = known === undefined ? this.writeOf(hart, world) : undefined;
    const root: KnownRoot = known ?? {
      key: `r${++this.count}`,
      world,
      registers: new Map([...(this.writes.get(hart) ?? [])].map(([register, { value }]) => [register, value])),
      ...(write !== undefined && {
        setBy: { hart, at: write.at, register: write.register, place: this.placeOf(write, write === now) },
      }),
    };
    keepLast(this.roots, name, root, MOST_ROOTS);
  }

  /** The last write that made the registers of a world's roots what they are; undefined if nobody saw it. */
  private writeOf(hart: number, { roots }: World): RootChangedEvent | undefined {
    const cpu = this.machine.cpus[hart];
    const seen = roots.flatMap(({ register }) => this.writes.get(hart)?.get(register) ?? []);
    const inForce = seen.filter(({ register, value }) => cpu?.readRegister(register) === value);
    return inForce.reduce<RootChangedEvent | undefined>(
      (last, one) => (last && last.at > one.at ? last : one),
      undefined,
    );
  }

  /** All that are known, in the order in which they were first seen; those that the registers name now among them. */
  get all(): KnownRoot[] {
    for (const cpu of this.machine.cpus) {
      for (const world of this.worlds(cpu.hart)) {
        const isBelow = cpu.world.guest || !world.guest || !hasStage(world, 1);
        if (isBelow && !this.roots.has(nameOf(world))) this.add(cpu.hart, world);
      }
    }
    return [...this.roots.values()].sort((a, b) => Number(a.key.slice(1)) - Number(b.key.slice(1)));
  }

  /** The root of that key. */
  find(key: string): KnownRoot | undefined {
    return this.all.find((root) => root.key === key);
  }

  /** Whether the registers of a hart name this root now. */
  isCurrent(root: KnownRoot): boolean {
    const name = nameOf(root.world);
    return this.machine.cpus.some(({ hart }) => this.worlds(hart).some((world) => nameOf(world) === name));
  }
}

const nameOf = (world: World): string =>
  `${world.guest} ${tablesKey(world)} ${firstRoots(world)[0]?.asid ?? ''} ${world.vmid}`;
