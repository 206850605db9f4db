/**
 * Replaying a run: a machine made from the same parts, given the same inputs at the same counts, goes through the same
 * states. The log is all that a run depends on beside its files.
 */
import type { InputRecord, Machine, RunExit } from '../machine/contract';

/**
 * Runs a fresh `machine` up to `until` retired instructions, feeding it `log` on the way.
 * @returns how the last stretch ended: `budget` when `until` was reached.
 */
export const replay = (
  machine: Pick<Machine, 'run' | 'input' | 'retired'>,
  log: readonly InputRecord[],
  until: bigint,
): RunExit => {
  for (const { at, bytes } of log) {
    if (at > until) break;
    const exit = runTo(machine, at);
    // An idle machine stands at the count where its input came.
    if (exit.kind !== 'budget' && exit.kind !== 'idle') return exit;
    machine.input(bytes);
  }
  return runTo(machine, until);
};

const runTo = (machine: Pick<Machine, 'run' | 'retired'>, count: bigint): RunExit => {
  for (;;) {
    const left = count - machine.retired;
    if (left <= 0n) return { kind: 'budget' };
    const exit = machine.run({ budget: left });
    if (exit.kind !== 'budget') return exit;
  }
};
