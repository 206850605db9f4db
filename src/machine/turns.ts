/** Which hart runs, and for how long: harts take turns in fixed quanta of the one clock. */
import type { HartView } from '../engine/hart-view';
import type { EmulatedMachine } from './machine';

/** Cycles a hart runs before the next one's turn, when there are several. */
const QUANTUM = 10_000n;
/** Longest stretch given to the engine at once, cycles. */
export const LONGEST = 1n << 30n;

/** Where the turns stand; plain, part of a snapshot. */
export interface Schedule {
  /** Cycles at the start of the current round. */
  clock: bigint;
  /** Hart whose turn it is, and the cycles it has had of it. */
  turn: number;
  used: bigint;
  /** Some hart executed in this round. */
  hasRun: boolean;
}

/** The turns of one machine's harts. */
export class Turns {
  schedule: Schedule = { clock: 0n, turn: 0, used: 0n, hasRun: false };

  constructor(private readonly machine: Pick<EmulatedMachine, 'engine' | 'hardware' | 'alarms' | 'parts' | 'cycles'>) {}

  /** Hart whose turn it is. */
  get hart(): number {
    return this.schedule.turn;
  }

  /** Cycles when the engine began to run last. */
  get clock(): bigint {
    return this.schedule.clock + this.schedule.used;
  }

  /** Cycles the hart may run now; 0 when it waits, is stopped, or has had its turn. `isAlone`: no other hart runs. */
  share(view: HartView, isAlone: boolean): bigint {
    if (view.activity === 1 && this.machine.hardware.engineIsa.wakesFromWait(view)) view.activity = 0;
    if (view.activity !== 0) return 0n;
    const untilAlarm = this.untilAlarm();
    if (this.hasNoTurns(isAlone)) return untilAlarm ?? LONGEST;
    return least(QUANTUM - this.schedule.used, untilAlarm ?? QUANTUM);
  }

  /** A hart has executed so many instructions. */
  spend(executed: bigint, isAlone: boolean): void {
    if (executed > 0n) this.schedule.hasRun = true;
    if (this.hasNoTurns(isAlone)) this.schedule.clock += executed;
    else this.schedule.used += executed;
  }

  /** Ends the current turn; false when no hart can run and no alarm is set. */
  end(): boolean {
    const { schedule } = this;
    schedule.used = 0n;
    schedule.turn = (schedule.turn + 1) % this.machine.engine.harts.length;
    if (schedule.turn !== 0) return true;
    if (schedule.hasRun) {
      if (!this.hasNoTurns(false)) schedule.clock += QUANTUM;
      schedule.hasRun = false;
      return true;
    }
    const skipped = this.untilAlarm();
    schedule.clock += skipped ?? 0n;
    return skipped !== undefined;
  }

  private hasNoTurns(isAlone: boolean): boolean {
    return isAlone || this.machine.engine.harts.length === 1;
  }

  /** Cycles until the next alarm, at least 1. */
  private untilAlarm(): bigint | undefined {
    const { next } = this.machine.alarms;
    if (next === undefined) return undefined;
    const perInstruction = this.machine.parts.spec.nanosecondsPerInstruction;
    const at = (next + perInstruction - 1n) / perInstruction;
    return at > this.machine.cycles ? at - this.machine.cycles : 1n;
  }
}

/** The least of some numbers. */
export const least = (first: bigint, ...rest: bigint[]): bigint => {
  let result = first;
  for (const value of rest) if (value < result) result = value;
  return result;
};
