/**
 * Steps by line. They do not single-step: they halt only where control leaves the line (see regions.ts), so loops and
 * called functions run at full speed and traps pass unnoticed, unless the step shall follow them.
 */

import { va } from '../base/address';
import { isVmEntry } from '../isa/core/world';
import { type CrossingEvent, isTrap, type PassageEvent, type TrapEvent } from '../machine/contract';
import { bodyOf, exitsOf, isInside, lineRegion, type Range, type RegionExits, rowRegion } from './regions';
import type { PlanEvent } from './runner';
import { logicalFrames, type PhysicalFrame } from './stack';
import { type Anchor, Arrival, depthOf, isInteresting, returnOf, type StepContext, StepPlan } from './step-plan';
import { LONGEST_SWITCH, switchesTasks } from './task-switches';
import { isSameWorld } from './trap-policy';

/** Instructions of a handler without lines that are looked through for the first one with a line. */
const LONGEST_VECTOR = 4000;

/** One source line, into calls or over them. */
export class LineStep extends StepPlan {
  private ranges: Range[] = [];
  private exits: RegionExits = { landings: new Set(), unknowns: new Set(), calls: [], crossings: [] };
  private entries: ReadonlySet<bigint> = new Set();
  private home: Anchor | undefined;
  /** Set while code is run through that the step does not stop in. */
  private waiting: { readonly arrival: Arrival; readonly isEnd: boolean } | undefined;
  /** Logical frames that the user sees in the activation where the step began. */
  private visible = 0;
  /** Instructions that may still pass until there is a line in the world that was entered; set while looking for it. */
  private seeking: number | undefined;
  /** Set while a function without lines runs that gives the CPU to another task. */
  private switching: { left: number; readonly lo: bigint; readonly hi: bigint; isOver: boolean } | undefined;

  constructor(
    context: StepContext,
    hart: number,
    private readonly how: 'into' | 'over',
    /** Step only into the call, the trap or the return from a trap at this address. */
    private readonly target: bigint | undefined = undefined,
  ) {
    super(context, hart);
  }

  /** A trap or return that was chosen by name is followed whatever the setting is. */
  private get policy() {
    return this.target !== undefined && this.context.traps === 'skip' ? 'follow' : this.context.traps;
  }

  private get isFollowing(): boolean {
    return this.how === 'into' && this.policy !== 'skip' && this.seeking === undefined && !this.waiting?.isEnd;
  }

  protected override follows(event: CrossingEvent): boolean {
    return isTrap(event) ? this.followsTrap(event) : this.followsPassage(event);
  }

  /** Traps of the line itself and of what it calls; interrupts and what their handlers do are no doing of the line. */
  private followsTrap(event: TrapEvent): boolean {
    const { home } = this;
    if (!this.isFollowing || event.isInterrupt || home?.world === undefined) return false;
    if (!isSameWorld(home.world, event.from)) return false;
    const isOwn =
      this.target === undefined ? isInside(this.ranges, event.instruction) : event.instruction === this.target;
    if (!isOwn && this.target !== undefined) return false;
    if (!isOwn && (home.cfa === undefined || !this.context.isCalledFrom(event, home.cfa))) return false;
    // Firmware and others without symbols have nothing to show.
    return this.policy === 'stopAtHandler' || this.top().image !== undefined;
  }

  /** Returns to other worlds by functions that the line calls. */
  private followsPassage(event: PassageEvent): boolean {
    const { home } = this;
    if (!this.isFollowing || home?.world === undefined) return false;
    if (this.target !== undefined || !isSameWorld(home.world, event.from)) return false;
    // Another task may return to its own user program meanwhile.
    return home.cfa === undefined || this.context.isCalledFrom(event, home.cfa);
  }

  next(event: PlanEvent): 'run' | 'single' | 'done' {
    const frame = this.top();
    if (event === 'start') {
      this.visible = depthOf(frame) - this.context.concealed(this.hart);
      return this.adopt(frame);
    }
    if (this.hasLeftGuest(event)) return this.landed(frame, this.home !== undefined && this.isAtHome(this.home, frame));
    if (event === 'event') return this.inOtherWorld(frame);
    if (this.seeking !== undefined) return this.seek(frame, this.seeking);
    if (this.switching !== undefined) return this.throughSwitch(frame, this.switching);
    if (this.waiting !== undefined) return this.arrived(frame, this.waiting);
    const home = this.home;
    if (home === undefined) return 'done';
    if (event === 'stepped' && home.world !== undefined && !isSameWorld(home.world, this.cpu.world)) {
      if (this.isFollowing) return this.inOtherWorld(frame);
      if (isVmEntry(home.world, this.cpu.world)) return this.runGuest();
    }
    const isHome = this.isAtHome(home, frame);
    if (event === 'halt' && !isHome) return 'run';
    if (isInside(this.ranges, frame.pc) && isHome) return this.inside(frame);
    if (event === 'stepped' && this.isCallee(home, frame)) return this.entered(frame);
    // Called in the last place, by a jump.
    if (this.how === 'into' && this.isCallee(home, frame) && this.isTaskSwitch(frame)) return this.enterSwitch(frame);
    return this.landed(frame, isHome);
  }

  /** Makes the line around `frame` the one to get through. */
  private adopt(frame: PhysicalFrame): 'run' | 'single' | 'done' {
    // A target may be inside a call that is inlined into the line.
    this.ranges = lineRegion(frame, this.target === undefined ? this.how : 'over', this.visible);
    if (this.ranges.length === 0) this.ranges = rowRegion(frame);
    this.home = this.anchor(frame);
    this.waiting = undefined;
    if (this.ranges.length === 0) {
      // Neither lines nor symbols: one instruction at a time until there are some.
      const insn = this.insnAt(frame.pc);
      this.ranges = [{ lo: frame.pc, hi: frame.pc + BigInt(insn?.length ?? 1) }];
    }
    this.exits = exitsOf(this.ranges, this.context.machine.isa, this.read, this.cpu.world);
    const wanted =
      this.how === 'over' ? [] : this.exits.calls.filter((call) => this.wantsCall(call.address, call.target));
    this.entries = new Set([...wanted.map((call) => call.address), ...this.exits.unknowns]);
    this.halts = new Set([...this.exits.landings, ...this.entries]);
    return this.inside(frame);
  }

  private inside(frame: PhysicalFrame): 'run' | 'single' {
    return this.entries.has(frame.pc) ? 'single' : 'run';
  }

  /** Calls of functions without lines or of the library are not entered, unless they switch tasks. */
  private wantsCall(address: bigint, target: bigint | undefined): boolean {
    if (this.target !== undefined) return address === this.target;
    if (target === undefined) return true;
    const frame = this.context.unwinder.frame(this.cpu, va(target), new Map(), false);
    return isInteresting(frame) || this.isTaskSwitch(frame);
  }

  private isTaskSwitch({ image, link }: PhysicalFrame): boolean {
    return image !== undefined && switchesTasks(image.program, link, this.context.machine.isa);
  }

  /** Control is at the first instruction of another world's code. */
  private inOtherWorld(frame: PhysicalFrame): 'run' | 'single' | 'done' {
    return this.policy === 'stopAtHandler' ? 'done' : this.seek(frame, LONGEST_VECTOR);
  }

  /** Goes on to the first line: vectors of assembly often have none. */
  private seek(frame: PhysicalFrame, left: number): 'run' | 'single' | 'done' {
    this.waiting = undefined;
    if (!isInteresting(frame) && left > 0) {
      this.seeking = left - 1;
      return 'single';
    }
    this.seeking = undefined;
    // Where a line begins, what is inlined into it has not been entered yet.
    if (frame.image?.program.lineAt(frame.link)?.lo === frame.link) this.concealed = depthOf(frame) - 1;
    return this.toBody(frame);
  }

  private isCallee(home: Anchor, frame: PhysicalFrame): boolean {
    const symbol = frame.image?.program.symbolAt(frame.link);
    const isHere = home.world === undefined || isSameWorld(home.world, this.cpu.world);
    return symbol?.offset === 0n && this.sp <= home.sp && isHere;
  }

  /** A single step went through a call instruction. */
  private entered(frame: PhysicalFrame): 'run' | 'single' | 'done' {
    if (this.how === 'into' && (this.target !== undefined || isInteresting(frame))) return this.toBody(frame);
    if (this.how === 'into' && this.isTaskSwitch(frame)) return this.enterSwitch(frame);
    return this.through(frame, false);
  }

  /**
   * Follows the CPU to the task that the function at `frame` gives it to: that function returns there. Waiting for its
   * return in this task instead would mean to step over it.
   */
  private enterSwitch(frame: PhysicalFrame): 'single' {
    const [region] = rowRegion(frame);
    this.switching = { left: LONGEST_SWITCH, lo: region?.lo ?? frame.pc, hi: region?.hi ?? frame.pc, isOver: false };
    return this.inSwitch(frame, this.switching);
  }

  private inSwitch({ pc }: PhysicalFrame, switching: NonNullable<typeof this.switching>): 'single' {
    const isInside = pc >= switching.lo && pc < switching.hi;
    switching.isOver = switching.left-- === 0 || (isInside && this.insnAt(pc)?.kind === 'return');
    return 'single';
  }

  private throughSwitch(
    frame: PhysicalFrame,
    switching: NonNullable<typeof this.switching>,
  ): 'run' | 'single' | 'done' {
    if (!switching.isOver) return this.inSwitch(frame, switching);
    this.switching = undefined;
    return this.back(frame);
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
    // What is written in assembly has no prologue of a compiler.
    if (program === undefined || outer === undefined || outer.language === 'asm' || outer.language === 'other')
      return 'done';
    const body = bodyOf(program, outer);
    if (frame.link !== outer.lo || body === outer.lo) return 'done';
    const arrival = new Arrival(body + frame.slide, this.anchor(frame));
    this.waiting = { arrival, isEnd: true };
    this.halts = arrival.halts;
    return 'run';
  }

  private arrived(frame: PhysicalFrame, waiting: { arrival: Arrival; isEnd: boolean }): 'run' | 'single' | 'done' {
    if (!waiting.arrival.isAt(frame.pc)) return 'run';
    if (!this.isIn(waiting.arrival.anchor, frame)) return 'run';
    this.waiting = undefined;
    if (waiting.isEnd) {
      // In the body of the called function; calls inlined at its first line have not been entered.
      this.concealed = depthOf(frame) - 1;
      return 'done';
    }
    return this.back(frame);
  }

  /** Behind a call: in the line or elsewhere. */
  private back(frame: PhysicalFrame): 'run' | 'single' | 'done' {
    const isHome = this.home !== undefined && this.isIn(this.home, frame);
    if (!isHome || !isInside(this.ranges, frame.pc)) return this.landed(frame, isHome);
    this.halts = new Set([...this.exits.landings, ...this.entries]);
    return this.inside(frame);
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
    if (isInteresting(frame)) return 'done';
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
