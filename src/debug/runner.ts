/**
 * Runs the guest in slices until something that the user asked for happens. The machine reports every breakpoint, watch
 * and trap; this file decides which of them are stops. Pausing is the caller's business: it stops calling {@link Runner.slice}.
 */
import { pa, type Va, va } from '../base/address';
import { hasSameTables, type World } from '../isa/core/world';
import {
  type Cpu,
  comparePoints,
  isTrap,
  type Machine,
  type Point,
  type RunExit,
  type RunOptions,
  type StopEvent,
  type TravelMachine,
} from '../machine/contract';
import type { BoundPlace, Breakpoints, CodeBreakpoint } from './breakpoints';
import type { ConditionTester } from './conditions';
import type { DataBreakpoints } from './data-breakpoints';
import type { ExceptionFilters } from './exceptions';
import type { ImageFinder } from './image-finder';
import { insnAt } from './instructions';
import type { PlaceTest } from './place-test';
import type { LogLine, SliceResult, Stop } from './stop';
import { isSameWorld } from './trap-policy';

/** Why a plan is asked. */
export type PlanEvent = 'start' | 'halt' | 'stepped' | 'event';

/** A goal other than running on: steps, run-to. The runner asks it where to halt and what to do when there. */
export interface Plan {
  /** The hart that moves; `undefined`: any hart that arrives counts. */
  readonly hart: number | undefined;
  /** Virtual addresses where the hart must halt; read anew after every `next`. */
  readonly halts: ReadonlySet<bigint>;
  /** Whether the plan wants to be asked where this has led: at the handler of a trap, behind any other instruction. */
  wants?(event: StopEvent): boolean;
  /** Called at the start, at a halt, after a single step and after what it wanted to be asked about. */
  next(event: PlanEvent, hart: number, cause?: StopEvent): 'run' | 'single' | 'done';
  /** The stop to report when done. */
  stop(hart: number): Stop;
}

/** Where the code that a trap interrupted goes on after its handler. */
interface TrapReturn {
  readonly again: bigint;
  readonly after: bigint;
  readonly sp: bigint;
  readonly world: World;
  /** The interrupted code is of a lower rank than its handler, which does not change its address space under it. */
  readonly hasOwnRoot: boolean;
}

/** Silent breakpoints of one owner: see {@link Runner.addInternal}. */
interface InternalBreakpoints {
  readonly places: readonly BoundPlace[];
  readonly hit: (hart: number) => void;
}

/** What is looked for while a part of the run is executed again. */
export interface Visits {
  /** Virtual addresses where harts are looked at before they execute the instruction. */
  readonly halts: ReadonlySet<bigint>;
  at(hart: number): void;
  /** A range that the machine watches was touched; the instruction is complete. */
  touched?(exit: Extract<RunExit, { kind: 'watch' }>): void;
}

/** One single step costs about as much host time as this many instructions of a long run. */
const SINGLE_COST = 2000n;
/** The same for a breakpoint that is passed by. */
const VISIT_COST = 100n;
/** After so many single steps the other harts get a turn, so that a spin lock they hold is released. */
const TURN = 32;

export class Runner {
  private plan: Plan | undefined;
  private mode: 'run' | 'single' = 'run';
  private trapReturn: TrapReturn | undefined;
  /** Where each hart's present breakpoint has been dealt with: it must not be hit again before it executes. */
  private readonly handled = new Map<number, bigint>();
  private installed = '';
  private singles = 0;
  private onlyHart: number | undefined;
  private internals: readonly InternalBreakpoints[] = [];
  /** Changes with {@link internals}. */
  private internalVersion = 0;
  /** Where and when each hart was last told to the owners of silent breakpoints. */
  private readonly told = new Map<number, { readonly pc: bigint; readonly retired: bigint }>();
  /** Set while a part of the run is executed again: up to where, and whether it stops where the user's run would. */
  private again: { readonly until: Point; readonly stops: boolean; readonly visits?: Visits } | undefined;
  /** Breakpoints of our own: Rust panic entry points. */
  panicPlaces: readonly (BoundPlace & { readonly symbol: string })[] = [];
  onLog: (line: LogLine) => void = () => {};
  /** Looks for images whose place is not known, where harts enter other worlds. */
  finder: Pick<ImageFinder, 'isDone' | 'wants' | 'look'> | undefined;

  constructor(
    private readonly machine: Machine,
    private readonly breakpoints: Breakpoints,
    private readonly data: DataBreakpoints,
    private readonly filters: ExceptionFilters,
    private readonly tester: ConditionTester,
    private readonly places: PlaceTest,
    /** What runs the machine, and keeps what is needed to go back. */
    private readonly timeline: Pick<Machine, 'run'> = machine,
  ) {}

  /** Forgets the past: the machine was reset or restored. */
  reset(): void {
    this.plan = undefined;
    this.trapReturn = undefined;
    this.handled.clear();
    this.told.clear();
    this.installed = '';
  }

  /**
   * Adds silent breakpoints: they never stop the guest and are in no list. `hit` is called once each time a hart arrives
   * at one of `places`, before its instruction executes and before a user's breakpoint there stops. `hit` may look at
   * everything but must not run the machine. Returns their removal.
   */
  addInternal(places: readonly BoundPlace[], hit: (hart: number) => void): () => void {
    const added: InternalBreakpoints = { places, hit };
    this.internals = [...this.internals, added];
    this.internalVersion++;
    return () => {
      this.internals = this.internals.filter((one) => one !== added);
      this.internalVersion++;
    };
  }

  /** Sets the goal of the following slices; `undefined` runs until a breakpoint. `onlyHart`: the others stand still. */
  begin(plan: Plan | undefined, onlyHart?: number): SliceResult {
    this.onlyHart = onlyHart;
    this.trapReturn = undefined;
    this.mode = 'run';
    this.plan = undefined;
    this.singles = 0;
    if (plan === undefined) return { kind: 'running' };
    const action = plan.next('start', plan.hart ?? 0);
    if (action === 'done') return { kind: 'stopped', stop: plan.stop(plan.hart ?? 0) };
    this.plan = plan;
    this.mode = action;
    return { kind: 'running' };
  }

  /** The goal is given up; where harts stand on breakpoints, those count as hit. */
  interrupt(): void {
    this.plan = undefined;
    this.trapReturn = undefined;
    this.mode = 'run';
  }

  /**
   * Executes again what lies before `until`, about `budget` instructions of it; true when it is reached. Nothing stops, and
   * nobody but the owners of silent breakpoints and `visits` is told.
   */
  replay(machine: TravelMachine, until: Point, budget: bigint, visits?: Visits): boolean {
    const again = { until, stops: false, ...(visits && { visits }) };
    return this.executeAgain(machine, again, budget) === 'there' || comparePoints(machine.point, until) >= 0;
  }

  /** The same as the user's run would go: yields its stops. Hits are not counted and nothing is logged. */
  rehearse(machine: TravelMachine, until: Point, budget: bigint): SliceResult | 'there' {
    const hits = this.breakpoints.all.map((one) => one.hits);
    const { onLog } = this;
    this.onLog = () => {};
    try {
      return this.executeAgain(machine, { until, stops: true }, budget);
    } finally {
      this.onLog = onLog;
      for (const [index, one] of this.breakpoints.all.entries()) one.hits = hits[index] ?? one.hits;
    }
  }

  private executeAgain(
    machine: TravelMachine,
    again: NonNullable<typeof this.again>,
    budget: bigint,
  ): SliceResult | 'there' {
    this.again = again;
    try {
      for (let left = budget; left > 0n; ) {
        if (comparePoints(machine.point, again.until) >= 0) return 'there';
        const before = machine.retired;
        const result = this.run(left);
        if (result?.kind === 'idle') return 'there';
        if (result !== undefined) return this.settle(result);
        const spent = machine.retired - before;
        left -= spent > VISIT_COST ? spent : VISIT_COST;
      }
      return { kind: 'running' };
    } finally {
      this.again = undefined;
    }
  }

  /** Harts stand where they are now: what is there does not stop them when they go on. */
  arrive(): void {
    this.interrupt();
    this.handled.clear();
    for (const cpu of this.machine.cpus) this.handled.set(cpu.hart, cpu.pc);
  }

  /** Runs about `budget` instructions' worth of work. */
  slice(budget: bigint): SliceResult {
    let left = budget;
    while (left > 0n) {
      const before = this.machine.retired;
      const result = this.mode === 'single' && this.trapReturn === undefined ? this.single() : this.run(left);
      if (result !== undefined) return this.settle(result);
      const spent = this.machine.retired - before;
      left -= spent > SINGLE_COST ? spent : SINGLE_COST;
    }
    return { kind: 'running' };
  }

  private settle(result: SliceResult): SliceResult {
    if (result.kind !== 'stopped') return result;
    this.interrupt();
    const { hart } = result.stop;
    const cpu = this.machine.cpus[hart];
    if (cpu !== undefined) {
      this.tellOwners(cpu);
      this.handled.set(hart, cpu.pc);
    }
    return result;
  }

  /** Calls the owners of silent breakpoints where the hart has just arrived; once for each arrival. */
  private tellOwners(cpu: Cpu): void {
    if (this.internals.length === 0) return;
    const last = this.told.get(cpu.hart);
    if (last !== undefined && last.pc === cpu.pc && last.retired === cpu.retired) return;
    this.told.set(cpu.hart, { pc: cpu.pc, retired: cpu.retired });
    const isHere = this.places.of(cpu);
    for (const { places, hit } of this.internals) if (places.some(isHere)) hit(cpu.hart);
  }

  private run(budget: bigint): SliceResult | undefined {
    this.install();
    const standing = this.standingHart();
    const { again } = this;
    // Harts take the turns that they had: the one that stands at a breakpoint is the one whose turn it is.
    const only = again === undefined ? { onlyHart: standing } : {};
    const exit = this.timeline.run({
      budget: standing === undefined ? budget : 1n,
      ...(standing === undefined ? this.only : { ...only, skipFirstBreakpoint: true }),
      ...(again?.stops === false ? {} : this.stops),
      ...(again && { until: again.until }),
    });
    if (standing !== undefined) this.handled.delete(standing);
    return this.after(exit);
  }

  /** Whether the plan has asked for an event; not while the handler of a trap runs that it does not follow. */
  private isOfPlan(event: StopEvent): boolean {
    const { plan } = this;
    if (plan === undefined || this.trapReturn !== undefined) return false;
    if (plan.hart !== undefined && plan.hart !== event.hart) return false;
    return plan.wants?.(event) ?? false;
  }

  private get stops(): Pick<RunOptions, 'stopOn' | 'registers'> {
    const { finder, filters } = this;
    return {
      stopOn: (event) => finder?.wants(event) === true || filters.wants(event) || this.isOfPlan(event),
      ...(filters.registers.length === 0 ? {} : { registers: filters.registers }),
    };
  }

  private get only(): { onlyHart?: number } {
    return this.onlyHart === undefined ? {} : { onlyHart: this.onlyHart };
  }

  /** A hart that still stands on a breakpoint that has been dealt with. */
  private standingHart(): number | undefined {
    for (const [hart, pc] of this.handled) {
      const cpu = this.machine.cpus[hart];
      const isHeld = this.onlyHart !== undefined && this.onlyHart !== hart;
      if (cpu !== undefined && cpu.pc === pc && cpu.activity === 'running') {
        if (isHeld) continue;
        return hart;
      }
      this.handled.delete(hart);
    }
    return undefined;
  }

  private single(): SliceResult | undefined {
    const plan = this.plan;
    const cpu = plan?.hart === undefined ? undefined : this.machine.cpus[plan.hart];
    if (plan === undefined || cpu === undefined) return undefined;
    if (++this.singles % TURN === 0 && this.onlyHart === undefined) {
      const other = this.turnOfOthers(cpu.hart);
      if (other !== undefined) return other;
    }
    const before = { pc: cpu.pc, sp: cpu.readRegister(this.machine.isa.stackPointer) };
    const { stopOn, ...stops } = this.stops;
    const exit = this.timeline.run({
      budget: 1n,
      onlyHart: cpu.hart,
      skipFirstBreakpoint: true,
      ...stops,
      stopOn: (event) => (isTrap(event) && event.hart === cpu.hart) || stopOn?.(event) === true,
    });
    this.handled.delete(cpu.hart);
    if (exit.kind === 'event' && isTrap(exit.event) && exit.event.hart === cpu.hart) {
      const { event } = exit;
      const stopped = this.filters.wants(event) ? this.byFilter(event) : undefined;
      if (stopped !== undefined) return stopped;
      if (this.isOfPlan(event)) return this.advance('event', cpu.hart, event);
      // Not part of the step: run until the handler returns to the interrupted code.
      const length = this.lengthAt(cpu, before.pc, event.from);
      this.trapReturn = {
        again: event.instruction,
        after: event.instruction + BigInt(length),
        sp: before.sp,
        world: event.from,
        hasOwnRoot: event.from.rank < event.to.rank,
      };
      return undefined;
    }
    if (exit.kind !== 'budget') {
      const stopped = this.after(exit);
      // What happened is of no filter after all, and the instruction is complete.
      if (stopped !== undefined || exit.kind !== 'event' || exit.event.hart !== cpu.hart) return stopped;
    }
    if (cpu.pc === before.pc && cpu.activity !== 'running') return undefined;
    this.tellOwners(cpu);
    return this.advance('stepped', cpu.hart);
  }

  private turnOfOthers(hart: number): SliceResult | undefined {
    for (const other of this.machine.cpus) {
      if (other.hart === hart || other.activity !== 'running') continue;
      this.install();
      const skipFirstBreakpoint = this.handled.get(other.hart) === other.pc;
      const exit = this.timeline.run({
        budget: 500n,
        onlyHart: other.hart,
        skipFirstBreakpoint,
        stopOn: (event) => this.filters.wants(event),
      });
      this.handled.delete(other.hart);
      const result = exit.kind === 'idle' ? undefined : this.after(exit);
      if (result !== undefined) return result;
    }
    return undefined;
  }

  /** The length of the instruction that `world` executes at `pc`; the hart may be in its handler already. */
  private lengthAt(cpu: Cpu, pc: Va, world: World): number {
    const found = cpu.translate(pc, 'execute', world).result;
    const { isa } = this.machine;
    if (!found.ok) return isa.minLength;
    const read = (at: bigint, length: number) => this.machine.readPhysical(pa(found.pa + at - pc), length);
    return insnAt(isa, read, pc, world)?.length ?? isa.minLength;
  }

  /** Asks the plan what to do now. */
  private advance(event: PlanEvent, hart: number, cause?: StopEvent): SliceResult | undefined {
    const plan = this.plan;
    if (plan === undefined) return undefined;
    const action = plan.next(event, hart, cause);
    if (action !== 'done') {
      this.mode = action;
      if (event === 'halt' && action === 'run') this.stay(hart);
      return undefined;
    }
    const cpu = this.machine.cpus[hart];
    const here = cpu === undefined || this.handled.get(hart) === cpu.pc ? undefined : this.hitAt(hart, cpu.pc);
    return { kind: 'stopped', stop: here ?? plan.stop(hart) };
  }

  /** The hart goes on from where it stands without hitting that address again. */
  private stay(hart: number): void {
    const cpu = this.machine.cpus[hart];
    if (cpu !== undefined) this.handled.set(hart, cpu.pc);
  }

  private after(exit: RunExit): SliceResult | undefined {
    const isMuted = this.again?.stops === false;
    if (isMuted && exit.kind === 'breakpoint') return this.passBy(exit.hart);
    if (isMuted && exit.kind === 'watch') this.again?.visits?.touched?.(exit);
    if (isMuted && exit.kind !== 'power' && exit.kind !== 'idle') return undefined;
    // Where it ends is no stop of a part that is executed again.
    if (this.again !== undefined && (exit.kind === 'power' || exit.kind === 'idle')) return { kind: 'idle' };
    switch (exit.kind) {
      case 'budget':
        return undefined;
      case 'idle':
        return { kind: 'idle' };
      case 'power':
        return { kind: 'stopped', stop: { kind: 'power', hart: 0, event: exit.event } };
      case 'stuck':
        return { kind: 'stopped', stop: { ...exit, hart: exit.event.hart } };
      case 'event':
        return this.happened(exit.event);
      case 'watch': {
        const stop = this.data.hit(exit, this.tester);
        return stop === undefined ? undefined : { kind: 'stopped', stop };
      }
      case 'breakpoint':
        return this.atBreakpoint(exit.hart, exit.pc);
    }
  }

  private happened(event: StopEvent): SliceResult | undefined {
    this.lookForImages(event);
    const stopped = this.filters.wants(event) ? this.byFilter(event) : undefined;
    if (stopped !== undefined) return stopped;
    // A single step goes on behind an instruction that is complete, whatever else it did.
    const isOpen = isTrap(event) || this.mode === 'run';
    return isOpen && this.isOfPlan(event) ? this.advance('event', event.hart, event) : undefined;
  }

  /** The stop that an exception filter makes of an event, unless its condition does not hold. */
  private byFilter(event: StopEvent): SliceResult | undefined {
    const problem = this.filters.test(event, this.tester);
    if (problem === false) return undefined;
    const extra = typeof problem === 'string' ? { problem } : {};
    const { hart } = event;
    if (isTrap(event)) return { kind: 'stopped', stop: { kind: 'trap', hart, event, ...extra } };
    return { kind: 'stopped', stop: { kind: 'context', hart, event, ...extra } };
  }

  private lookForImages(event: StopEvent): void {
    const cpu = this.machine.cpus[event.hart];
    if (cpu !== undefined && this.finder?.wants(event) === true) this.finder.look(cpu);
  }

  private passBy(hart: number): undefined {
    const cpu = this.machine.cpus[hart];
    if (cpu === undefined) return;
    this.tellOwners(cpu);
    const visits = this.again?.visits;
    if (visits?.halts.has(cpu.pc)) visits.at(hart);
    this.stay(hart);
  }

  private atBreakpoint(hart: number, pc: Va): SliceResult | undefined {
    const cpu = this.machine.cpus[hart];
    if (cpu !== undefined) this.tellOwners(cpu);
    const stop = this.hitAt(hart, pc);
    if (stop !== undefined) return { kind: 'stopped', stop };
    this.stay(hart);
    const plan = this.plan;
    if (plan === undefined || (plan.hart !== undefined && plan.hart !== hart)) return undefined;
    const back = this.trapReturn;
    if (back !== undefined) {
      if (pc !== back.again && pc !== back.after) return undefined;
      if (cpu === undefined || !isSameWorld(cpu.world, back.world)) return undefined;
      if (cpu.readRegister(this.machine.isa.stackPointer) !== back.sp) return undefined;
      if (back.hasOwnRoot && !hasSameTables(cpu.world, back.world)) return undefined;
      this.trapReturn = undefined;
      // Interrupted before the instruction: do it now. A trap it asked for (ecall) returns behind it.
      return pc === back.again ? undefined : this.advance('stepped', hart);
    }
    return plan.halts.has(pc) ? this.advance('halt', hart) : undefined;
  }

  /** The stop that the user's breakpoints make of a hart at `pc`; counts hits and prints log points. */
  private hitAt(hart: number, pc: Va): Stop | undefined {
    const cpu = this.machine.cpus[hart];
    if (cpu === undefined) return undefined;
    const isHere = this.places.of(cpu);
    const panic = this.panicPlaces.find(isHere);
    const ids: number[] = [];
    let problem: string | undefined;
    let type: CodeBreakpoint['type'] | undefined;
    for (const breakpoint of this.breakpoints.all) {
      if (!breakpoint.places.some(isHere)) continue;
      const held = breakpoint.condition === undefined ? true : this.tester.test(hart, breakpoint.condition);
      if (held === false) continue;
      breakpoint.hits++;
      if (breakpoint.hitTest !== undefined && !breakpoint.hitTest(breakpoint.hits)) continue;
      if (typeof held === 'string') problem = held;
      else if (breakpoint.log !== undefined) {
        this.onLog({ text: this.tester.render(hart, breakpoint.log), hart, pc });
        continue;
      }
      ids.push(breakpoint.id);
      type ??= breakpoint.type;
    }
    if (type !== undefined)
      return { kind: 'breakpoint', hart, ids, type, ...(problem === undefined ? {} : { problem }) };
    const panics = panic === undefined ? false : this.filters.testPanic(hart, this.tester);
    if (panic === undefined || panics === false) return undefined;
    return { kind: 'panic', hart, symbol: panic.symbol, ...(panics === true ? {} : { problem: panics }) };
  }

  /** Tells the machine where to report; cheap when nothing changed. */
  private install(): void {
    const extra = new Set<bigint>();
    const isMuted = this.again?.stops === false;
    for (const halt of this.again?.visits?.halts ?? []) extra.add(halt);
    if (this.trapReturn !== undefined) {
      extra.add(this.trapReturn.again);
      extra.add(this.trapReturn.after);
    } else for (const halt of this.plan?.halts ?? []) extra.add(halt);
    const key = `${isMuted}:${this.breakpoints.version}:${this.panicPlaces.length}:${this.internalVersion}:${[...extra].join()}`;
    if (key === this.installed) return;
    this.installed = key;
    const places = [
      ...(isMuted ? [] : this.breakpoints.all.flatMap((breakpoint) => breakpoint.places)),
      ...(isMuted ? [] : this.panicPlaces),
      ...this.internals.flatMap((internal) => internal.places),
    ];
    this.machine.setBreakpoints({
      physical: places.flatMap((place) => (place.pa === undefined ? [] : [place.pa])),
      virtual: [...places.map((place) => place.va), ...[...extra].map((at) => va(at))],
    });
  }
}
