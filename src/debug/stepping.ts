/**
 * Steps as plans for the runner. A line step does not single-step: it halts only where control leaves the line
 * (see regions.ts), so loops and called functions run at full speed and traps pass unnoticed. The canonical frame
 * address tells the stepped activation from recursive ones and from other tasks that run the same code.
 */
import { va } from '../base/address';
import type { Cpu, Machine } from '../machine/contract';
import type { Image } from './images';
import { exitsOf, inlinedRegion, isInside, lineRegion, type Range, type RegionExits, rowRegion } from './regions';
import type { Plan } from './runner';
import { isLibraryPath } from './sources';
import { type Caller, logicalFrames, type PhysicalFrame, type Unwinder } from './stack';
import type { Stop } from './stop';

/** What a step needs of the target. */
export interface StepContext {
  readonly machine: Machine;
  readonly unwinder: Unwinder;
  /** Like the unwinder's, but knows a trap that has just been taken. */
  callerOf(frame: PhysicalFrame): Caller;
  /** Inlined calls at the hart's pc that the user has not stepped into. */
  concealed(hart: number): number;
}

/** An activation: where its frame is, in which mode it runs. */
interface Anchor {
  readonly mode: string;
  readonly cfa: bigint | undefined;
  readonly sp: bigint;
  readonly image: Image | undefined;
  /** Root of the address space, for programs that the guest loads: others may run at the same addresses. */
  readonly root: bigint | undefined;
}

/** Kernels run in every space, programs they load in one. */
const rootOf = (frame: PhysicalFrame): bigint | undefined =>
  frame.image?.placements.some((place) => place.pa !== undefined) === true ? undefined : frame.cpu.world.stage1;

/** A stack deeper or shallower than this is another stack. */
const STACK_REACH = 1n << 20n;

abstract class StepPlan implements Plan {
  halts: ReadonlySet<bigint> = new Set();
  /** Inlined calls at the pc that shall not be shown as entered. */
  protected concealed = 0;

  constructor(
    protected readonly context: StepContext,
    readonly hart: number,
  ) {}

  abstract next(event: 'start' | 'halt' | 'stepped', hart: number): 'run' | 'single' | 'done';

  stop(hart: number): Stop {
    return { kind: 'step', hart, concealed: this.concealed };
  }

  protected get cpu(): Cpu {
    const cpu = this.context.machine.cpus[this.hart];
    if (cpu === undefined) throw new Error(`no hart ${this.hart}`);
    return cpu;
  }

  protected top(): PhysicalFrame {
    return this.context.unwinder.top(this.cpu);
  }

  protected anchor(frame: PhysicalFrame): Anchor {
    const sp = this.cpu.readRegister(this.context.machine.isa.stackPointer);
    return { mode: this.cpu.world.mode, cfa: frame.cfa, sp, image: frame.image, root: rootOf(frame) };
  }

  /** Whether the hart is in the anchored activation, `sp` alone deciding where no call frame information exists. */
  protected isIn(anchor: Anchor, frame: PhysicalFrame): boolean {
    if (this.cpu.world.mode !== anchor.mode || frame.image !== anchor.image) return false;
    if (anchor.root !== undefined && anchor.root !== this.cpu.world.stage1) return false;
    if (anchor.cfa !== undefined && frame.cfa !== undefined) return anchor.cfa === frame.cfa;
    const sp = this.cpu.readRegister(this.context.machine.isa.stackPointer);
    return sp >= anchor.sp && sp - anchor.sp < STACK_REACH;
  }

  /** As {@link isIn}; assembly that moves or swaps the stack pointer counts as the same activation wherever it stands. */
  protected isAtHome(anchor: Anchor, frame: PhysicalFrame): boolean {
    if (anchor.cfa === undefined && frame.cfa === undefined) return this.cpu.world.mode === anchor.mode;
    return this.isIn(anchor, frame);
  }

  protected read = (at: bigint, length: number): Uint8Array | undefined =>
    this.context.unwinder.reader(this.cpu)(at, length);

  protected insnAt(pc: bigint) {
    const { isa } = this.context.machine;
    const bytes = this.read(pc, isa.maxLength) ?? this.read(pc, isa.minLength);
    return bytes === undefined ? undefined : isa.disassemble(bytes, pc);
  }
}

/** Waits for an activation to come (back) to an address: the end of a step out, of a call stepped over, of a prologue. */
class Arrival {
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
function returnOf(context: StepContext, frame: PhysicalFrame): Arrival | undefined {
  const direct = context.callerOf(frame);
  if (direct.kind !== 'frame') return undefined;
  // The way out of a handler leads through the trap vector, which has no lines, to what was interrupted.
  const vector = direct.border === undefined && hasNoLine(direct.frame) ? context.callerOf(direct.frame) : undefined;
  const up = vector?.kind === 'frame' && vector.border !== undefined ? vector : direct;
  const { isa } = context.machine;
  const spNumber = isa.register(isa.stackPointer)?.dwarf;
  const sp = spNumber === undefined ? undefined : up.frame.state.registers.get(spNumber);
  // A trap returns into a mode that only the return itself tells.
  const mode = up.border === undefined ? frame.cpu.world.mode : '';
  const root = rootOf(up.frame);
  const anchor = { mode, cfa: up.frame.cfa, sp: sp ?? frame.cfa ?? 0n, image: up.frame.image, root };
  if (up.border === undefined) return new Arrival(up.frame.pc, anchor);
  // Handlers return to the interrupted instruction or, having done its work, behind it.
  const read = context.unwinder.reader(frame.cpu);
  const bytes = read(up.frame.pc, isa.maxLength) ?? read(up.frame.pc, isa.minLength);
  const length = bytes === undefined ? isa.minLength : isa.disassemble(bytes, up.frame.pc).length;
  return new Arrival(up.frame.pc, anchor, up.frame.pc + BigInt(length));
}

/** One instruction; `over` runs a called function to its return. */
export class InstructionStep extends StepPlan {
  private back: Arrival | undefined;

  constructor(
    context: StepContext,
    hart: number,
    private readonly how: 'into' | 'over',
  ) {
    super(context, hart);
  }

  next(event: 'start' | 'halt' | 'stepped'): 'run' | 'single' | 'done' {
    if (event === 'stepped') return 'done';
    const frame = this.top();
    if (event === 'halt') return this.back !== undefined && this.isIn(this.back.anchor, frame) ? 'done' : 'run';
    const insn = this.how === 'over' ? this.insnAt(frame.pc) : undefined;
    if (insn?.kind !== 'call') return 'single';
    this.back = new Arrival(frame.pc + BigInt(insn.length), this.anchor(frame));
    this.halts = this.back.halts;
    return 'run';
  }
}

/** Runs to the caller: of the innermost inlined call by leaving its code, else by the return address. */
export class StepOut extends StepPlan {
  private back: Arrival | undefined;
  private ranges: Range[] = [];
  private home: Anchor | undefined;
  /** Logical frames of the caller that an inlined call returns to. */
  private readonly outer: number;

  /** Why the plan cannot start, if so. */
  readonly problem: string | undefined;

  constructor(context: StepContext, hart: number) {
    super(context, hart);
    const frame = this.top();
    const visible = depthOf(frame) - context.concealed(hart);
    this.outer = visible - 1;
    this.ranges = inlinedRegion(frame, visible);
    if (this.ranges.length > 0) {
      this.home = this.anchor(frame);
      const exits = exitsOf(this.ranges, context.machine.isa, this.read);
      this.halts = new Set([...exits.landings, ...exits.unknowns]);
      return;
    }
    this.back = returnOf(context, frame);
    if (this.back === undefined) {
      const up = context.callerOf(frame);
      this.problem = up.kind === 'missing' ? up.why : 'this is the outermost frame';
      return;
    }
    this.halts = this.back.halts;
  }

  next(event: 'start' | 'halt' | 'stepped'): 'run' | 'single' | 'done' {
    const frame = this.top();
    if (this.back !== undefined) {
      const { anchor } = this.back;
      if (event === 'start') return 'run';
      const here = anchor.mode === '' ? { ...anchor, mode: this.cpu.world.mode } : anchor;
      return this.isIn(here, frame) ? 'done' : 'run';
    }
    if (event === 'halt' && this.home !== undefined && !this.isIn(this.home, frame)) return 'run';
    if (!isInside(this.ranges, frame.pc)) return this.left(frame);
    return this.halts.has(frame.pc) ? 'single' : 'run';
  }

  /** Behind an inlined call: what is inlined next has not been entered. */
  private left(frame: PhysicalFrame): 'done' {
    if (this.home !== undefined && this.isIn(this.home, frame))
      this.concealed = Math.max(0, depthOf(frame) - this.outer);
    return 'done';
  }
}

/** How many logical frames share the pc. */
const depthOf = (frame: PhysicalFrame): number => logicalFrames(frame).length;

/** One source line, into calls or over them. */
export class LineStep extends StepPlan {
  private ranges: Range[] = [];
  private exits: RegionExits = { landings: new Set(), unknowns: new Set(), calls: [] };
  private entries: ReadonlySet<bigint> = new Set();
  private home: Anchor | undefined;
  /** Set while code is run through that the step does not stop in. */
  private waiting: { readonly arrival: Arrival; readonly isEnd: boolean } | undefined;
  /** Logical frames that the user sees in the activation where the step began. */
  private visible = 0;

  constructor(
    context: StepContext,
    hart: number,
    private readonly how: 'into' | 'over',
    /** Step only into the call at this address. */
    private readonly target: bigint | undefined = undefined,
  ) {
    super(context, hart);
  }

  next(event: 'start' | 'halt' | 'stepped'): 'run' | 'single' | 'done' {
    const frame = this.top();
    if (event === 'start') {
      this.visible = depthOf(frame) - this.context.concealed(this.hart);
      return this.adopt(frame);
    }
    if (this.waiting !== undefined) return this.arrived(frame, this.waiting);
    const home = this.home;
    if (home === undefined) return 'done';
    const isHome = this.isAtHome(home, frame);
    if (event === 'halt' && !isHome) return 'run';
    if (isInside(this.ranges, frame.pc) && isHome) return this.inside(frame);
    if (event === 'stepped' && this.isCallee(home, frame)) return this.entered(frame);
    return this.landed(frame, isHome);
  }

  /** Makes the line around `frame` the one to get through. */
  private adopt(frame: PhysicalFrame): 'run' | 'single' | 'done' {
    this.ranges = lineRegion(frame, this.how, this.visible);
    if (this.ranges.length === 0) this.ranges = rowRegion(frame);
    this.home = this.anchor(frame);
    this.waiting = undefined;
    if (this.ranges.length === 0) {
      // Neither lines nor symbols: one instruction at a time until there are some.
      const insn = this.insnAt(frame.pc);
      this.ranges = [{ lo: frame.pc, hi: frame.pc + BigInt(insn?.length ?? 1) }];
    }
    this.exits = exitsOf(this.ranges, this.context.machine.isa, this.read);
    const wanted =
      this.how === 'over' ? [] : this.exits.calls.filter((call) => this.wantsCall(call.address, call.target));
    this.entries = new Set([...wanted.map((call) => call.address), ...this.exits.unknowns]);
    this.halts = new Set([...this.exits.landings, ...this.entries]);
    return this.inside(frame);
  }

  private inside(frame: PhysicalFrame): 'run' | 'single' {
    return this.entries.has(frame.pc) ? 'single' : 'run';
  }

  /** Calls of functions without lines or of the library are not entered. */
  private wantsCall(address: bigint, target: bigint | undefined): boolean {
    if (this.target !== undefined) return address === this.target;
    if (target === undefined) return true;
    return this.isInteresting(this.context.unwinder.frame(this.cpu, va(target), new Map(), false));
  }

  private isInteresting(frame: PhysicalFrame): boolean {
    const row = frame.image?.program.lineAt(frame.link);
    return row !== undefined && row.line > 0 && !isLibraryPath(row.source.path);
  }

  private isCallee(home: Anchor, frame: PhysicalFrame): boolean {
    const sp = this.cpu.readRegister(this.context.machine.isa.stackPointer);
    const symbol = frame.image?.program.symbolAt(frame.link);
    return symbol?.offset === 0n && sp <= home.sp && this.cpu.world.mode === home.mode;
  }

  /** A single step went through a call instruction. */
  private entered(frame: PhysicalFrame): 'run' | 'single' | 'done' {
    if (this.how === 'into' && (this.target !== undefined || this.isInteresting(frame))) return this.toBody(frame);
    return this.through(frame, false);
  }

  /** Runs through the function at `frame` to its return; `isEnd`: the step is over there wherever it is. */
  private through(frame: PhysicalFrame, isEnd: boolean): 'run' | 'done' {
    const arrival = returnOf(this.context, frame);
    if (arrival === undefined) return 'done';
    this.waiting = { arrival, isEnd };
    this.halts = arrival.halts;
    return 'run';
  }

  /** Runs through the prologue, so that arguments can be read where the debug information says. */
  private toBody(frame: PhysicalFrame): 'run' | 'done' {
    const program = frame.image?.program;
    const outer = program?.framesAt(frame.link).at(-1);
    const rows = program === undefined || outer === undefined ? [] : program.linesIn({ lo: outer.lo, hi: outer.hi });
    const body = rows.find((row) => row.isStmt && row.line > 0 && row.lo > frame.link);
    if (outer === undefined || body === undefined || frame.link !== outer.lo) return 'done';
    const arrival = new Arrival(body.lo + frame.slide, this.anchor(frame));
    this.waiting = { arrival, isEnd: true };
    this.halts = arrival.halts;
    return 'run';
  }

  private arrived(frame: PhysicalFrame, waiting: { arrival: Arrival; isEnd: boolean }): 'run' | 'single' | 'done' {
    if (!waiting.arrival.isAt(frame.pc)) return 'run';
    const { anchor } = waiting.arrival;
    if (!this.isIn(anchor.mode === '' ? { ...anchor, mode: this.cpu.world.mode } : anchor, frame)) return 'run';
    this.waiting = undefined;
    if (waiting.isEnd) {
      // In the body of the called function; calls inlined at its first line have not been entered.
      this.concealed = depthOf(frame) - 1;
      return 'done';
    }
    if (this.home !== undefined && this.isIn(this.home, frame) && isInside(this.ranges, frame.pc)) {
      this.halts = new Set([...this.exits.landings, ...this.entries]);
      return this.inside(frame);
    }
    return this.landed(frame, this.home !== undefined && this.isIn(this.home, frame));
  }

  /** Control has left the line. */
  private landed(frame: PhysicalFrame, isHome: boolean): 'run' | 'single' | 'done' {
    const program = frame.image?.program;
    const row = program?.lineAt(frame.link);
    // Compilers leave code of their own without a line in the middle of functions.
    if (isHome && row === undefined && (program?.framesAt(frame.link).length ?? 0) > 0) return this.adopt(frame);
    if (isHome && row !== undefined) {
      const isStart = row.lo === frame.link && row.isStmt && row.line > 0;
      if (this.how === 'over') {
        if (!isStart) return this.adopt(frame);
        this.concealed = Math.max(0, depthOf(frame) - this.visible);
        return 'done';
      }
      if (isStart && !this.isLibraryInline(frame)) return 'done';
      this.visible = depthOf(frame);
      return this.adopt(frame);
    }
    if (this.isInteresting(frame)) return 'done';
    // Library code or code without lines: leave it by its return, then judge again.
    return this.through(frame, false) === 'run' ? 'run' : this.isLost(frame);
  }

  /** Neither lines nor a caller: going on by symbol is the best that can be done; without one the step ends here. */
  private isLost(frame: PhysicalFrame): 'run' | 'single' | 'done' {
    return rowRegion(frame).length > 0 && !isInside(this.ranges, frame.pc) ? this.adopt(frame) : 'done';
  }

  /** Inlined core and alloc code inside a line of the user's. */
  private isLibraryInline(frame: PhysicalFrame): boolean {
    const frames = logicalFrames(frame);
    const inner = frames[0];
    return inner?.isInlined === true && inner.isSubtle && frames.some((one) => !one.isSubtle);
  }
}
