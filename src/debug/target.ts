/**
 * The debugger's view of one machine: images, breakpoints, stacks, values and the stop it is at. Plain calls and plain
 * results; nothing here knows the Debug Adapter Protocol. Start reading here; running and stepping are in runner.ts
 * and stepping.ts. What must not come here: IO, waiting, message formats.
 */
import { hex, type Va } from '../base/address';
import { t } from '../base/l10n';
import type { World } from '../isa/core/world';
import {
  type Cpu,
  type CrossingEvent,
  canTravel,
  isTrap,
  type Machine,
  type PassageEvent,
  type Point,
  type TrapEvent,
} from '../machine/contract';
import type { Program } from '../symbols/types';
import { Timeline, type TimelineOptions } from '../timeline/timeline';
import { Breakpoints } from './breakpoints';
import { rowsOfCode } from './code-rows';
import { DataBreakpoints } from './data-breakpoints';
import { DEFAULT_FILTERS } from './exception-list';
import { ExceptionFilters, PANIC_SYMBOLS } from './exceptions';
import { FlagNames } from './flag-names';
import { beginning, enter, freshStart } from './frame-restart';
import { ImageFinder } from './image-finder';
import type { ImageWorld } from './image-world';
import {
  addressesOf,
  addressesOfPlaces,
  type BoundPlace,
  type Image,
  type ImageHit,
  ImageSet,
  isMovable,
  type PlacementHints,
  placementsOf,
  placesOf,
} from './images';
import { LineStep } from './line-step';
import { TargetMemory } from './memory';
import type { MemoryPlace } from './memory-place';
import { PlaceTest } from './place-test';
import { type RunGoal, RunToGoal } from './run-goals';
import { type Plan, Runner } from './runner';
import { similarFunction } from './similar-function';
import type { SourceRules } from './source-map';
import { SourceCatalogue } from './sources';
import {
  type Caller,
  type CodeFrame,
  type FreshTrap,
  logicalFrames,
  type PhysicalFrame,
  trapLabel,
  Unwinder,
} from './stack';
import { StackWalk } from './stack-walk';
import { type StepTarget, stepTargetsOf } from './step-targets';
import { InstructionStep, StepOut } from './stepping';
import type { SliceResult, Stop } from './stop';
import { keptRegisters, suspendedCpu } from './suspended-cpu';
import { SWITCH_FUNCTIONS, switchesIn } from './task-switches';
import type { TrapPolicy } from './trap-policy';
import { type BackRequest, type Journey, Travel } from './travel';
import { TargetValues } from './values';
import { WorldContexts } from './world-contexts';

/** Calls between a line that is stepped and the instruction that enters another world, at most. */
const MOST_CALLS = 64;

/** A program to bind, and what the loader knows about its place. */
export interface TargetImage extends Omit<PlacementHints, 'ram'> {
  readonly name: string;
  readonly program: Program;
  /** Where its code runs; absent: it may run everywhere. */
  readonly worlds?: readonly ImageWorld[];
  /** It was found on a disk of the guest: nobody named it. */
  readonly isFound?: true;
}

/** How a step moves. */
export interface StepRequest {
  readonly hart: number;
  readonly how: 'into' | 'over' | 'out';
  readonly unit: 'line' | 'instruction';
  /** Step only into the call at this address. */
  readonly target?: Va;
  /** The other harts stand still meanwhile. */
  readonly isAlone?: boolean;
}

/** Choices of a target that its owner makes. */
export interface TargetOptions {
  readonly sourceMap?: SourceRules;
  /** Yields breakpoint ids; give one that outlives the target to keep ids unique over restarts. */
  readonly takeId?: () => number;
  /** How much of the run is kept to go back in. */
  readonly timeline?: TimelineOptions;
}

export class DebugTarget {
  readonly images = new ImageSet();
  readonly memory: TargetMemory;
  readonly sources: SourceCatalogue;
  readonly breakpoints: Breakpoints;
  readonly data: DataBreakpoints;
  readonly filters: ExceptionFilters;
  readonly unwinder: Unwinder;
  readonly runner: Runner;
  readonly values = new TargetValues(this);
  /** What was observed when harts changed between worlds. */
  readonly contexts: WorldContexts;
  /** The run so far; `undefined` for a machine that cannot be gone back in. */
  readonly timeline: Timeline | undefined;
  private readonly travel: Travel | undefined;
  /** The way back that the slices go now, and where it began. */
  private journey: { readonly way: Journey; readonly origin: Point } | undefined;
  /** What the bits of each program's flags types are called. */
  readonly flags = new Map<Program, FlagNames>();
  private readonly stacks = new Map<number, StackWalk>();
  private readonly traps = new Map<number, TrapEvent>();
  private readonly places: PlaceTest;
  private readonly stopObserving: () => void;
  /** What steps into traps do. */
  trapPolicy: TrapPolicy = 'skip';
  /** Told when it turned out where the guest has put a program. */
  onImageFound: (image: Image) => void = () => {};
  /** The stop the guest is at; `undefined` while it runs. */
  private current: Stop | undefined;

  constructor(
    readonly machine: Machine,
    images: readonly TargetImage[],
    options: TargetOptions = {},
  ) {
    this.memory = new TargetMemory(machine, this.images);
    const { ram } = machine;
    const lost = new Set<Image>();
    for (const { name, program, worlds, ...hints } of images) {
      const image = this.images.add(name, program, placementsOf(program, { ...hints, ram }), worlds);
      const flags = new FlagNames(program, machine.isa);
      program.flagsOf = (type) => flags.of(type);
      program.rowOfCode = rowsOfCode(program, machine.isa);
      this.flags.set(program, flags);
      if (isMovable(program, hints, worlds)) lost.add(image);
    }
    this.sources = new SourceCatalogue(this.images, options.sourceMap);
    let lastId = 0;
    const takeId = options.takeId ?? (() => ++lastId);
    this.breakpoints = new Breakpoints(this.images, this.sources, takeId, {
      cpu: () => this.cpu(this.current?.hart ?? 0),
      imageAt: (at) => this.imageAt(this.cpu(this.current?.hart ?? 0), at),
    });
    this.data = new DataBreakpoints(machine, this.memory, takeId);
    this.filters = new ExceptionFilters(machine.isa);
    this.unwinder = new Unwinder(machine, this.images, this.memory, (hart) => this.traps.get(hart));
    this.places = new PlaceTest(machine, (cpu, pc) => this.imageAt(cpu, pc)?.image);
    this.timeline = canTravel(machine) ? new Timeline(machine, options.timeline) : undefined;
    const { breakpoints, data, filters, values, places, timeline } = this;
    this.runner = new Runner(machine, breakpoints, data, filters, values, places, timeline);
    this.travel =
      timeline && canTravel(machine)
        ? new Travel({
            machine,
            timeline,
            runner: this.runner,
            unwinder: this.unwinder,
            data: this.data,
            cpu: (hart) => this.cpu(hart),
            callerOf: (frame) => this.callerOf(frame),
            concealed: (hart) => this.concealed(hart),
          })
        : undefined;
    this.runner.finder = new ImageFinder(
      this.images,
      lost,
      (cpu, at) => this.imageAt(cpu, at)?.image,
      (cpu, at, length) => this.memory.read(cpu, at, length),
      (image) => {
        this.breakpoints.rebind(image);
        this.contexts.imagesMoved();
        this.onImageFound(image);
      },
    );
    this.contexts = new WorldContexts(machine, this.images, this.unwinder);
    this.unwinder.observed = this.contexts;
    this.memory.inWorld = (cpu, world) => this.contexts.cpuIn(cpu, world);
    this.contexts.watch((places, hit) => this.runner.addInternal(places, hit));
    this.stopObserving = machine.observe(['crossing'], (event) => {
      if (!isTrap(event)) return;
      this.traps.set(event.hart, event);
      this.memory.noteWorld(event.from);
    });
    timeline?.remember(this.contexts);
    timeline?.remember({
      save: () => new Map(this.traps),
      restore: (saved) => {
        this.traps.clear();
        for (const [hart, event] of saved as ReadonlyMap<number, TrapEvent>) this.traps.set(hart, event);
      },
    });
    this.setExceptionFilters(DEFAULT_FILTERS);
  }

  /** Drops everything that refers to the machine. */
  dispose(): void {
    this.stopObserving();
    this.contexts.dispose();
    this.machine.setBreakpoints({ physical: [], virtual: [] });
    this.machine.setWatches([]);
  }

  get stop(): Stop | undefined {
    return this.current;
  }

  /** The hart with this number; the first for a number that does not exist. */
  cpu(hart: number): Cpu {
    const cpu = this.machine.cpus[hart] ?? this.machine.cpus[0];
    if (cpu === undefined) throw new Error('a machine without harts');
    return cpu;
  }

  // ------------------------------------------------------------------ running

  /** Starts to run on. Call {@link slice} until it reports a stop. */
  resume(onlyHart?: number): SliceResult {
    return this.begin(undefined, onlyHart);
  }

  /** Starts a step; a string says why it is not possible. */
  step(request: StepRequest): SliceResult | string {
    const hidden = this.concealed(request.hart);
    if (request.how === 'into' && request.unit === 'line' && hidden > 0 && request.target === undefined) {
      const concealed = this.nextConcealed(request.hart, hidden);
      // The inlined call begins right here: entering it is only a matter of showing it.
      if (concealed !== undefined)
        return this.settle({ kind: 'stopped', stop: { kind: 'step', hart: request.hart, concealed } });
    }
    const concealed = new Map([[request.hart, hidden]]);
    const only = request.isAlone === true ? request.hart : undefined;
    const context = {
      machine: this.machine,
      unwinder: this.unwinder,
      callerOf: (frame: PhysicalFrame) => this.callerOf(frame),
      concealed: (hart: number) => concealed.get(hart) ?? 0,
      traps: this.trapPolicy,
      isCalledFrom: (event: CrossingEvent, cfa: bigint) => this.isCalledFrom(event, cfa),
    };
    if (request.how === 'out') {
      const plan = new StepOut(context, request.hart);
      return plan.problem === undefined ? this.begin(plan, only) : t`Step Out is not possible: ${plan.problem}.`;
    }
    if (request.unit === 'instruction')
      return this.begin(new InstructionStep(context, request.hart, request.how), only);
    return this.begin(new LineStep(context, request.hart, request.how, request.target), only);
  }

  /** How many inlined calls stay concealed when the next one is entered that is no code of the library's. */
  private nextConcealed(hart: number, hidden: number): number | undefined {
    const entered = logicalFrames(this.unwinder.top(this.cpu(hart))).slice(0, hidden);
    const at = entered.findLastIndex((frame) => !frame.isSubtle);
    return at < 0 ? undefined : at;
  }

  private isCalledFrom(event: CrossingEvent, cfa: bigint): boolean {
    let frame = isTrap(event) ? this.interruptedBy(event) : this.enteredBy(event);
    // What cannot be unwound is followed: better a step too far than one that is missed.
    if (frame === undefined) return true;
    for (let depth = 0; depth < MOST_CALLS; depth++) {
      if (frame.cfa === cfa) return true;
      const up = this.unwinder.caller(frame);
      if (up.kind !== 'frame' || up.border !== undefined) return false;
      frame = up.frame;
    }
    return false;
  }

  /** The code that a trap has just interrupted; its registers still are the hart's. */
  private interruptedBy(event: TrapEvent): PhysicalFrame {
    const cpu = this.cpu(event.hart);
    return this.interruptedFrame(cpu, event, this.unwinder.top(cpu).state.registers);
  }

  private interruptedFrame(
    cpu: Cpu,
    { from, instruction }: TrapEvent,
    handlers: ReadonlyMap<number, bigint>,
  ): PhysicalFrame {
    const registers = new Map([...handlers, ...keptRegisters(cpu, this.machine.isa, from)]);
    return this.unwinder.frame(suspendedCpu(cpu, from), instruction, registers, false);
  }

  private enteredBy(event: PassageEvent): PhysicalFrame | undefined {
    const entry = this.contexts.entryOf(event.hart, event.to);
    return entry === undefined ? undefined : this.contexts.entryFrame(entry);
  }

  /** Starts to run to the first of some functions; a string says why it is not possible. */
  runTo(symbol: string): SliceResult | string {
    const places = this.functionPlaces(symbol);
    if (places.length === 0) {
      const similar = similarFunction(this.images, symbol);
      return similar === undefined
        ? t`No function matches "${symbol}". Check the name; a path such as module::function works.`
        : t`No function matches "${symbol}". Did you mean "${similar}"?`;
    }
    const plan: Plan = {
      hart: undefined,
      halts: addressesOfPlaces(places),
      next: (event, hart) => (event !== 'start' && places.some(this.places.of(this.cpu(hart))) ? 'done' : 'run'),
      stop: (hart) => ({ kind: 'runTo', hart, symbol }),
    };
    return this.begin(plan);
  }

  /** Starts to run to the next event of a kind; a string says why it is not possible. */
  runToGoal(goal: RunGoal, hart: number): SliceResult | string {
    const switches = goal === 'taskSwitch' ? this.switchPlaces() : [];
    if (goal === 'taskSwitch' && switches.length === 0)
      return t`No task switch can be recognised: no image has a function named ${SWITCH_FUNCTIONS.join(', ')}, or another one that loads a stack pointer and returns.`;
    const isAtSwitch = (at: number) => switches.some(this.places.of(this.cpu(at)));
    const causeOf = (event: TrapEvent) => this.filters.causeOf(event);
    return this.begin(new RunToGoal({ machine: this.machine, hart, causeOf, switches, isAtSwitch }, goal));
  }

  /** Where functions that switch tasks begin: those of known names, else those that look so. */
  private switchPlaces(): BoundPlace[] {
    const named = SWITCH_FUNCTIONS.flatMap((name) => this.functionPlaces(name));
    if (named.length > 0) return named;
    return this.images.all.flatMap((image) =>
      switchesIn(image.program, this.machine.isa).flatMap((at) => placesOf(image, at)),
    );
  }

  private begin(plan: Plan | undefined, onlyHart?: number): SliceResult {
    this.current = undefined;
    this.forget();
    return this.settle(this.runner.begin(plan, onlyHart));
  }

  /** Starts a way back; a string says why there is none. */
  goBack(request: BackRequest): SliceResult | string {
    const { travel, timeline } = this;
    if (travel === undefined || timeline === undefined) return t`This machine cannot go back.`;
    const way = travel.back(request);
    const origin = timeline.now;
    this.forget();
    this.journey = { way, origin };
    // What is concealed at this stop decides what the line before is: the first slice is done while it stands.
    return this.proceed();
  }

  /** Starts the way to the last store to some memory; a string says why there is none. */
  goToLastWrite(cpu: Cpu, name: string, { reference, length }: MemoryPlace): SliceResult | string {
    if (length === 0) return t`How much memory belongs to ${name} is not known.`;
    const ranges = this.data.rangesOf(cpu, reference, length);
    if (typeof ranges === 'string') return t`${name} is not mapped now: ${ranges}.`;
    return this.goBack({ how: 'write', hart: cpu.hart, name, ranges });
  }

  /** Whether parts of the run are being executed again. */
  get isGoingBack(): boolean {
    return this.journey !== undefined;
  }

  /** One slice of a way back. */
  private proceed(): SliceResult {
    const { journey } = this;
    if (journey === undefined) return { kind: 'running' };
    const step = journey.way.next();
    if (step.done !== true) {
      this.current = undefined;
      return { kind: 'running' };
    }
    this.journey = undefined;
    this.arrive();
    return this.settle({ kind: 'stopped', stop: step.value });
  }

  /** Gives up a way back: the guest stands again where it began. */
  private giveUp(): void {
    const { journey, travel } = this;
    this.journey = undefined;
    if (journey === undefined || travel === undefined) return;
    journey.way.return({ kind: 'pause', hart: 0 });
    for (const _ of travel.goTo(journey.origin, { kind: 'pause', hart: 0 }));
    this.arrive();
  }

  /** A way back is at its end: what was changed by hand there is changed again, and what is there does not stop. */
  private arrive(): void {
    if (canTravel(this.machine)) this.machine.applyEdits();
    this.runner.arrive();
  }

  /** Runs about `budget` instructions' worth of work. */
  slice(budget: bigint): SliceResult {
    if (this.journey !== undefined) return this.proceed();
    return this.settle(this.runner.slice(budget));
  }

  private settle(result: SliceResult): SliceResult {
    if (result.kind === 'stopped') this.halt(result.stop);
    return result;
  }

  /** Marks the guest as standing, for a reason that did not come from the runner (pause, entry, goto). */
  halt(stop: Stop): void {
    this.giveUp();
    this.runner.interrupt();
    this.forget();
    this.current = stop;
  }

  /** Drops what was computed about the stop; call after changing registers or memory. */
  forget(): void {
    this.stacks.clear();
  }

  // ------------------------------------------------------------------ places

  /** The image that a run-time address belongs to in the world of `cpu`. */
  imageAt(cpu: Cpu, at: bigint): ImageHit | undefined {
    return this.images.find(at, this.unwinder.reader(cpu), cpu.world);
  }

  /** The same for an address of the kernel below a hart's user program. */
  private kernelAt(cpu: Cpu, at: bigint): ImageHit | undefined {
    const { world } = cpu;
    return world.level === 'user' ? this.images.find(at, undefined, { ...world, level: 'kernel' }) : undefined;
  }

  /** Where functions of that name begin, for breakpoints of our own. */
  functionPlaces(name: string): BoundPlace[] {
    return this.images.all.flatMap((image) => {
      const functions = image.program.functions(name).flatMap((info) => info.addresses.map((code) => code.address));
      const links = functions.length > 0 ? functions : image.program.lookup(name).map((symbol) => symbol.address);
      return links.flatMap((link) => placesOf(image, link));
    });
  }

  /** Enables exactly these filters; the strings say what is wrong with the entries at the same index. */
  setExceptionFilters(
    enabled: readonly { readonly id: string; readonly condition?: string }[],
  ): (string | undefined)[] {
    const problems = this.filters.set(enabled);
    this.runner.panicPlaces = this.filters.hasPanic ? this.panicPlaces() : [];
    return problems;
  }

  private panicPlaces() {
    for (const symbol of PANIC_SYMBOLS) {
      const places = this.functionPlaces(symbol);
      if (places.length > 0) return places.map((place) => ({ ...place, symbol }));
    }
    return [];
  }

  /**
   * The symbol around a run-time address, `name+0x10`, as the hart's memory shows it, in `world` if it is another one; user
   * code names its kernel's too.
   */
  symbolText(at: bigint, hart?: number, world?: World): string | undefined {
    const own = hart === undefined ? undefined : this.cpu(hart);
    const cpu = own === undefined || world === undefined ? own : suspendedCpu(own, world);
    const found = cpu === undefined ? this.images.find(at) : (this.imageAt(cpu, at) ?? this.kernelAt(cpu, at));
    const hit = found?.image.program.symbolAt(found.link);
    if (hit === undefined) return undefined;
    return hit.offset === 0n ? hit.symbol.demangled : `${hit.symbol.demangled}+${hex(hit.offset)}`;
  }

  /** Where a link address of an image runs. */
  runtimeAddress(image: Image, link: bigint): Va | undefined {
    return addressesOf(image, link)?.va;
  }

  // ------------------------------------------------------------------ stacks

  /** The stack of a hart at this stop. */
  stack(hart: number): StackWalk {
    const known = this.stacks.get(hart);
    if (known !== undefined) return known;
    const walk = new StackWalk(
      this.unwinder,
      this.contexts,
      this.cpu(hart),
      this.freshTrap(hart),
      this.concealed(hart),
    );
    this.stacks.set(hart, walk);
    return walk;
  }

  /** The innermost logical frame that is shown. */
  topFrame(hart: number): CodeFrame | undefined {
    const frames = logicalFrames(this.unwinder.top(this.cpu(hart)));
    return frames[Math.min(this.concealed(hart), frames.length - 1)];
  }

  /** Inlined calls at the hart's pc that a step ended in front of. */
  private concealed(hart: number): number {
    const stop = this.current;
    const isConcealing = stop?.kind === 'step' || stop?.kind === 'restart';
    return isConcealing && stop.hart === hart ? stop.concealed : 0;
  }

  /** The trap whose handler the hart is just about to enter. */
  freshTrap(hart: number): (FreshTrap & { readonly event: TrapEvent }) | undefined {
    const event = this.traps.get(hart);
    const stop = this.current;
    const cpu = this.cpu(hart);
    const isStop = stop !== undefined && 'event' in stop && stop.event === event;
    if (event === undefined || !(isStop || event.at === this.machine.retired) || event.instruction === cpu.pc)
      return undefined;
    const interrupted = (handler: PhysicalFrame) => this.interruptedFrame(cpu, event, handler.state.registers);
    return { handlerPc: cpu.pc, epc: event.instruction, label: trapLabel(this.machine.isa, event), interrupted, event };
  }

  private callerOf(frame: PhysicalFrame): Caller {
    const fresh = this.freshTrap(frame.cpu.hart);
    const up = this.unwinder.caller(frame);
    if (fresh === undefined || frame.pc !== fresh.handlerPc) return up;
    // As the stack shows it: a handler may say how to get to the frames of its own world.
    if (up.kind === 'frame' && up.border === undefined && this.unwinder.hasRules(frame)) return up;
    return { kind: 'frame', frame: fresh.interrupted(frame), border: fresh.label };
  }

  /** Begins the function of a frame anew, of the hart's own calls, up to its first statement; a string says why it is not possible. */
  restartFrame(frame: CodeFrame): { readonly first: SliceResult; readonly isOptimised: boolean } | string {
    const { isa } = this.machine;
    const start = freshStart(isa, this.unwinder, frame);
    if (typeof start === 'string') return start;
    const { cpu } = frame.physical;
    enter(isa, cpu, start);
    this.forget();
    return { first: this.begin(beginning(this.unwinder, cpu, start)), isOptimised: start.isOptimised };
  }

  /** The calls, traps and returns of the current line, for `Step Into Target`. */
  stepTargets(frame: CodeFrame): StepTarget[] {
    const { hart } = frame.physical.cpu;
    return stepTargetsOf(this.machine, this.unwinder, frame, (at, world) => this.symbolText(at, hart, world));
  }
}
