/**
 * What all steps share: plans for the runner that know the activation they began in. The canonical frame address tells it
 * from recursive ones and from other tasks that run the same code; the world tells it from other address spaces and from
 * guests.
 */
import { isVmExit, type World } from '../isa/core/world';
import { type Cpu, type CrossingEvent, isCrossing, type Machine, type StopEvent } from '../machine/contract';
import type { Image } from './images';
import { insnAt } from './instructions';
import type { Plan, PlanEvent } from './runner';
import { isLibraryPath } from './sources';
import { type Caller, logicalFrames, type PhysicalFrame, type Unwinder } from './stack';
import type { Stop } from './stop';
import { isSameMachine, isSameWorld, type TrapPolicy } from './trap-policy';

/** What a step needs of the target. */
export interface StepContext {
  readonly machine: Machine;
  readonly unwinder: Unwinder;
  /** Like the unwinder's, but knows a trap that has just been taken. */
  callerOf(frame: PhysicalFrame): Caller;
  /** Inlined calls at the hart's pc that the user has not stepped into. */
  concealed(hart: number): number;
  /** What steps into traps do. */
  readonly traps: TrapPolicy;
  /**
   * Whether the code that has just left its world was called, directly or not, by the activation with this frame address: not
   * by another task or by the handler of an interrupt.
   */
  isCalledFrom(event: CrossingEvent, cfa: bigint): boolean;
}

/** An activation: where its frame is, in which world it runs. */
export interface Anchor {
  /** Unknown for what a trap interrupted some time ago: only the return from it tells. */
  readonly world: World | undefined;
  readonly cfa: bigint | undefined;
  readonly sp: bigint;
  readonly image: Image | undefined;
}

/** A stack deeper or shallower than this is another stack. */
const STACK_REACH = 1n << 20n;

export abstract class StepPlan implements Plan {
  halts: ReadonlySet<bigint> = new Set();
  /** Inlined calls at the pc that shall not be shown as entered. */
  protected concealed = 0;
  /** The guest that runs until its next exit, where the step goes on. */
  private guest: World | undefined;

  constructor(
    protected readonly context: StepContext,
    readonly hart: number,
  ) {}

  abstract next(event: PlanEvent, hart: number, cause?: StopEvent): 'run' | 'single' | 'done';

  wants(event: StopEvent): boolean {
    if (!isCrossing(event)) return false;
    if (this.guest === undefined) return this.follows(event);
    return isVmExit(event.from, event.to) && isSameMachine(event.from, this.guest);
  }

  /** Whether a step that is not waiting for a guest goes on where this has led. */
  protected follows(_event: CrossingEvent): boolean {
    return false;
  }

  /** Lets the guest that was just entered run; {@link next} is asked with `event` at its exit. */
  protected runGuest(): 'run' {
    this.guest = this.cpu.world;
    this.halts = new Set();
    return 'run';
  }

  /** Whether the guest has run until its exit; asked once. */
  protected hasLeftGuest(event: PlanEvent): boolean {
    if (event !== 'event' || this.guest === undefined) return false;
    this.guest = undefined;
    return true;
  }

  stop(hart: number): Stop {
    return { kind: 'step', hart, concealed: this.concealed };
  }

  protected get cpu(): Cpu {
    const cpu = this.context.machine.cpus[this.hart];
    if (cpu === undefined) throw new Error(`no hart ${this.hart}`);
    return cpu;
  }

  protected get sp(): bigint {
    return this.cpu.readRegister(this.context.machine.isa.stackPointer);
  }

  protected top(): PhysicalFrame {
    return this.context.unwinder.top(this.cpu);
  }

  protected anchor(frame: PhysicalFrame): Anchor {
    return { world: this.cpu.world, cfa: frame.cfa, sp: this.sp, image: frame.image };
  }

  /** Whether the hart is in the anchored activation, `sp` alone deciding where no call frame information exists. */
  protected isIn(anchor: Anchor, frame: PhysicalFrame): boolean {
    if (frame.image !== anchor.image || !this.isInWorld(anchor)) return false;
    if (anchor.cfa !== undefined && frame.cfa !== undefined) return anchor.cfa === frame.cfa;
    const { sp } = this;
    return sp >= anchor.sp && sp - anchor.sp < STACK_REACH;
  }

  /** As {@link isIn}; assembly that moves or swaps the stack pointer counts as the same activation wherever it stands. */
  protected isAtHome(anchor: Anchor, frame: PhysicalFrame): boolean {
    if (anchor.cfa === undefined && frame.cfa === undefined) return this.isInWorld(anchor);
    return this.isIn(anchor, frame);
  }

  private isInWorld({ world }: Anchor): boolean {
    return world === undefined || isSameWorld(world, this.cpu.world);
  }

  protected read = (at: bigint, length: number): Uint8Array | undefined =>
    this.context.unwinder.reader(this.cpu)(at, length);

  protected insnAt(pc: bigint) {
    return insnAt(this.context.machine.isa, this.read, pc, this.cpu.world);
  }
}

/** Waits for an activation to come (back) to an address: the end of a step out, of a call stepped over, of a prologue. */
export class Arrival {
  constructor(
    readonly at: bigint,
    readonly anchor: Anchor,
    /** The other address where it may come back. */
    readonly orAt: bigint = at,
  ) {}

  get halts(): ReadonlySet<bigint> {
    return new Set([this.at, this.orAt]);
  }

  isAt(pc: bigint): boolean {
    return pc === this.at || pc === this.orAt;
  }
}

const hasNoLine = ({ image, link }: PhysicalFrame): boolean => image?.program.lineAt(link) === undefined;

/** The caller of `frame` as an arrival, or `undefined` when the stack cannot be unwound. */
export function returnOf(context: StepContext, frame: PhysicalFrame): Arrival | undefined {
  const direct = context.callerOf(frame);
  if (direct.kind !== 'frame') return undefined;
  // The way out of a handler leads through the trap vector, which has no lines, to what was interrupted.
  const vector = direct.border === undefined && hasNoLine(direct.frame) ? context.callerOf(direct.frame) : undefined;
  const up = vector?.kind === 'frame' && vector.border !== undefined ? vector : direct;
  const { isa } = context.machine;
  const spNumber = isa.register(isa.stackPointer)?.dwarf;
  const sp = spNumber === undefined ? undefined : up.frame.state.registers.get(spNumber);
  const isKnown = up.border === undefined || up.frame.cpu !== frame.cpu;
  const world = isKnown ? up.frame.cpu.world : undefined;
  const anchor = { world, cfa: up.frame.cfa, sp: sp ?? frame.cfa ?? 0n, image: up.frame.image };
  if (up.border === undefined) return new Arrival(up.frame.pc, anchor);
  // Handlers return to the interrupted instruction or, having done its work, behind it.
  const read = context.unwinder.reader(up.frame.cpu);
  const length = insnAt(isa, read, up.frame.pc, up.frame.cpu.world)?.length ?? isa.minLength;
  return new Arrival(up.frame.pc, anchor, up.frame.pc + BigInt(length));
}

/** How many logical frames share the pc. */
export const depthOf = (frame: PhysicalFrame): number => logicalFrames(frame).length;

/** Whether the code at a frame has lines that are the user's, not the library's. */
export function isInteresting(frame: PhysicalFrame): boolean {
  const row = frame.image?.program.lineAt(frame.link);
  return row !== undefined && row.line > 0 && !isLibraryPath(row.source.path);
}
