/**
 * Replaying a run: a machine made from the same parts, given the same inputs at the same points, goes through the same
 * states. The log is all that a run depends on beside its files.
 */
import type { InputRecord, Machine, RunExit } from '../machine/contract';

export type ReplayableMachine = Pick<Machine, 'run' | 'retired'> & {
  scheduleInputs(log: readonly InputRecord[]): void;
};

/**
 * Runs a fresh `machine` up to `until` retired instructions, with the inputs of `log` on the way.
 * @returns how it ended: `budget` when `until` was reached.
 */
export const replay = (machine: ReplayableMachine, log: readonly InputRecord[], until: bigint): RunExit => {
  machine.scheduleInputs(log);
  for (;;) {
    const left = until - machine.retired;
    if (left <= 0n) return { kind: 'budget' };
    const exit = machine.run({ budget: left });
    if (exit.kind !== 'budget') return exit;
  }
};
