/** Every root of translation that has been in force: which world's it is, who set it, and when. */
import { keepLast } from '../base/last-used';
import { isVmEntry, type World } from '../isa/core/world';
import { isCrossing, type Machine, type RootChangedEvent, type TraceEvent } from '../machine/contract';
import type { CodePlace } from './past';

/** Who wrote a root, at which count of retired instructions. */
export interface RootSetter {
  readonly hart: number;
  readonly at: bigint;
  readonly register: string;
  readonly place: CodePlace | undefined;
}

/** A root table, or a pair of them where a guest has two stages. */
export interface KnownRoot {
  /** `r1`, `r2` …, in the order in which they were first seen. */
  readonly key: string;
  /** The kernel of its space: with `stage1` and `stage2` for a guest, with `stage2` alone for a guest's physical memory. */
  readonly world: World;
  /** The registers that name the tables and their format, as they were when the root was in force. */
  readonly registers: ReadonlyMap<string, bigint>;
  /** Absent when it was there before anybody looked. */
  readonly setBy?: RootSetter;
}

/** Roots kept, the last used ones: a guest that invents them must not fill our memory. */
const MOST_ROOTS = 128;

/** Collects the roots of a machine from its events. */
export class RootHistory {
  private readonly roots = new Map<string, KnownRoot>();
  private readonly values = new Map<number, Map<string, bigint>>();
  /** The last write of a root by each hart, for the guests it may be meant for. */
  private readonly lastWrites = new Map<number, RootChangedEvent>();
  private count = 0;

  constructor(
    private readonly machine: Machine,
    /** Who wrote a root; `isNow` while the hart executes the write, so that its stack says more than its pc. */
    private readonly placeOf: (event: RootChangedEvent, isNow: boolean) => CodePlace | undefined,
  ) {}

  /** Takes an event that changed a root or entered a world. */
  note(event: TraceEvent): void {
    if (event.kind === 'rootChanged') this.changed(event);
    else if (isCrossing(event) && isVmEntry(event.from, event.to)) {
      // A guest's root may have been written by its hypervisor, long before it is used.
      const write = this.lastWrites.get(event.hart);
      for (const world of this.worlds(event.hart).filter((one) => one.guest)) this.add(event.hart, world, write, false);
    }
  }

  private changed(event: RootChangedEvent): void {
    const { hart, register, value } = event;
    const values = this.values.get(hart) ?? new Map<string, bigint>();
    this.values.set(hart, values.set(register, value));
    this.lastWrites.set(hart, event);
    const isInside = this.machine.cpus[hart]?.world.guest === true;
    for (const world of this.worlds(hart)) {
      // What a hypervisor writes in the middle of a switch pairs the roots of two guests for a moment.
      if (isInside ? world.guest : world.stage1 === undefined || !world.guest) this.add(hart, world, event, true);
    }
  }

  /** The kernels' worlds that the registers of a hart name now, and each guest's physical memory. */
  private worlds(hart: number): World[] {
    const cpu = this.machine.cpus[hart];
    if (cpu === undefined) return [];
    const kernels = this.machine.isa.worlds((name) => cpu.readRegister(name)).filter(({ level }) => level === 'kernel');
    const backing = kernels.flatMap(({ stage1: _, ...world }): World[] => (world.stage2 === undefined ? [] : [world]));
    return [...kernels, ...backing].filter(({ stage1, stage2 }) => stage1 !== undefined || stage2 !== undefined);
  }

  private add(hart: number, world: World, write: RootChangedEvent | undefined, isNow: boolean): void {
    const name = nameOf(world);
    const root: KnownRoot = this.roots.get(name) ?? {
      key: `r${++this.count}`,
      world,
      registers: new Map(this.values.get(hart)),
      ...(write !== undefined && {
        setBy: { hart, at: write.at, register: write.register, place: this.placeOf(write, isNow) },
      }),
    };
    keepLast(this.roots, name, root, MOST_ROOTS);
  }

  /** All that are known, in the order in which they were first seen; those that the registers name now among them. */
  get all(): KnownRoot[] {
    for (const cpu of this.machine.cpus) {
      for (const world of this.worlds(cpu.hart)) {
        const isBelow = cpu.world.guest || !world.guest || world.stage1 === undefined;
        if (isBelow && !this.roots.has(nameOf(world))) this.add(cpu.hart, world, undefined, false);
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

const nameOf = ({ guest, stage1, stage2, asid, vmid }: World): string =>
  `${guest} ${stage1} ${stage1 === undefined ? '' : asid} ${stage2} ${vmid}`;
