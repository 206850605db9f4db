/** Running on until the machine does something: enters user code, leaves a guest, takes a page fault, switches tasks. */

import { pa } from '../base/address';
import type { TrapCause } from '../isa/core/isa';
import { isVmEntry, isVmExit } from '../isa/core/world';
import { isCrossing, isTrap, type Machine, type StopEvent, type TrapEvent } from '../machine/contract';
import { addressesOfPlaces, type BoundPlace } from './images';
import { insnAt } from './instructions';
import type { Plan, PlanEvent } from './runner';
import type { Stop } from './stop';
import { LONGEST_SWITCH } from './task-switches';

/** What a run can be told to go on to. */
export type RunGoal = 'userInstruction' | 'vmExit' | 'vmEntry' | 'pageFault' | 'taskSwitch';

/** What goals need of the target. */
export interface GoalContext {
  readonly machine: Machine;
  /** The hart that the user looks at. */
  readonly hart: number;
  causeOf(event: TrapEvent): TrapCause | undefined;
  /** Where functions that switch tasks begin. */
  readonly switches: readonly BoundPlace[];
  /** Whether the hart stands at one of `switches`. */
  isAtSwitch(hart: number): boolean;
}

/** A run to `goal`, reached by whichever hart is first. */
export class RunToGoal implements Plan {
  hart: number | undefined;
  readonly halts: ReadonlySet<bigint>;
  private cause: StopEvent | undefined;
  /** Instructions of the switch function that may still pass, and the stack it came from. */
  private switching: { left: number; readonly sp: bigint; isOver: boolean } | undefined;

  constructor(
    private readonly context: GoalContext,
    private readonly goal: RunGoal,
  ) {
    this.halts = addressesOfPlaces(goal === 'taskSwitch' ? context.switches : []);
  }

  wants(event: StopEvent): boolean {
    if (!isCrossing(event)) return false;
    switch (this.goal) {
      case 'vmExit':
        return isVmExit(event.from, event.to);
      case 'vmEntry':
        return isVmEntry(event.from, event.to);
      case 'pageFault':
        return isTrap(event) && (this.context.causeOf(event)?.group.endsWith('page-fault') ?? false);
      case 'userInstruction':
        return !isTrap(event) && event.to.level === 'user';
      case 'taskSwitch':
        return false;
    }
  }

  next(event: PlanEvent, hart: number, cause?: StopEvent): 'run' | 'single' | 'done' {
    switch (event) {
      case 'start':
        if (this.goal !== 'userInstruction' || this.levelOf(this.context.hart) !== 'user') return 'run';
        // In user mode already: the next instruction of the same program, behind a trap if there is one.
        this.hart = this.context.hart;
        return 'single';
      case 'halt':
        if (!this.context.isAtSwitch(hart)) return 'run';
        this.hart = hart;
        this.switching = { left: LONGEST_SWITCH, sp: this.spOf(hart), isOver: false };
        return 'single';
      case 'stepped':
        return this.switching === undefined ? 'done' : this.switched(hart, this.switching);
      case 'event':
        this.cause = cause;
        return 'done';
    }
  }

  stop(hart: number): Stop {
    return { kind: 'goal', hart, goal: this.goal, ...(this.cause === undefined ? {} : { event: this.cause }) };
  }

  /** In the new task, behind the return of the function that has changed stacks. */
  private switched(hart: number, switching: NonNullable<typeof this.switching>): 'single' | 'done' {
    if (switching.isOver || switching.left-- === 0) return 'done';
    switching.isOver = this.spOf(hart) !== switching.sp && this.isAtReturn(hart);
    return 'single';
  }

  private isAtReturn(hart: number): boolean {
    const { machine } = this.context;
    const cpu = machine.cpus[hart];
    const found = cpu?.translate(cpu.pc, 'execute').result;
    if (cpu === undefined || !found?.ok) return false;
    const read = (at: bigint, length: number) => machine.readPhysical(pa(found.pa + at - cpu.pc), length);
    return insnAt(machine.isa, read, cpu.pc, cpu.world)?.kind === 'return';
  }

  private spOf(hart: number): bigint {
    return this.context.machine.cpus[hart]?.readRegister(this.context.machine.isa.stackPointer) ?? 0n;
  }

  private levelOf(hart: number) {
    return this.context.machine.cpus[hart]?.world.level;
  }
}
