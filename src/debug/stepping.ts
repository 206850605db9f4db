/** Steps by instruction and out of functions, as plans for the runner. Steps by line are in line-step.ts. */
import { t } from '../base/l10n';
import { isVmEntry } from '../isa/core/world';
import { type CrossingEvent, isTrap, type StopEvent } from '../machine/contract';
import { exitsOf, inlinedRegion, isInside, type Range } from './regions';
import type { PlanEvent } from './runner';
import type { Caller, PhysicalFrame } from './stack';
import { type Anchor, Arrival, depthOf, returnOf, type StepContext, StepPlan } from './step-plan';
import { whatRunsIn } from './trap-policy';

/** One instruction; `over` runs a called function to its return and a guest to its exit. */
export class InstructionStep extends StepPlan {
  private back: Arrival | undefined;
  private readonly from = this.cpu.world;

  constructor(
    context: StepContext,
    hart: number,
    private readonly how: 'into' | 'over',
  ) {
    super(context, hart);
  }

  next(event: PlanEvent): 'run' | 'single' | 'done' {
    if (event === 'event') return 'done';
    if (event === 'stepped')
      return this.how === 'over' && isVmEntry(this.from, this.cpu.world) ? this.runGuest() : 'done';
    const frame = this.top();
    if (event === 'halt') return this.back !== undefined && this.isIn(this.back.anchor, frame) ? 'done' : 'run';
    const insn = this.how === 'over' ? this.insnAt(frame.pc) : undefined;
    if (insn?.kind !== 'call') return 'single';
    this.back = new Arrival(frame.pc + BigInt(insn.length), this.anchor(frame));
    this.halts = this.back.halts;
    return 'run';
  }

  protected override follows(event: CrossingEvent): boolean {
    return this.how === 'into' && this.context.traps !== 'skip' && isTrap(event) && !event.isInterrupt;
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
      const exits = exitsOf(this.ranges, context.machine.isa, this.read, this.cpu.world);
      this.halts = new Set([...exits.landings, ...exits.unknowns]);
      return;
    }
    this.back = returnOf(context, frame);
    if (this.back === undefined) {
      this.problem = this.whyNot(context.callerOf(frame));
      return;
    }
    this.halts = this.back.halts;
  }

  next(event: PlanEvent, _hart?: number, _cause?: StopEvent): 'run' | 'single' | 'done' {
    const frame = this.top();
    if (this.back !== undefined) {
      if (event === 'start') return 'run';
      return this.isIn(this.back.anchor, frame) ? 'done' : 'run';
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

  private whyNot(up: Caller): string {
    if (up.kind === 'missing') return up.why;
    const { world } = this.cpu;
    const outermost = t`this is the outermost function of ${whatRunsIn(world)}`;
    if (world.guest) return t`${outermost}. To leave the guest, use "Run To: Next VM Exit"`;
    if (world.level === 'user')
      return t`${outermost}. To enter its kernel, let steps follow traps and use Step Into, or set an exception filter`;
    return outermost;
  }
}
