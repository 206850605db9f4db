import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { pa, va } from '../../src/base/address';
import { isTrap } from '../../src/machine/contract';
import type { EmulatedMachine } from '../../src/machine/machine';
import { bareGuest, consoleOf, messageQueue, runToEnd } from '../support/guests';
import { Random, SEED } from '../support/random';

interface End {
  readonly hash: string;
  readonly retired: bigint;
  readonly text: string;
}

const endOf = (machine: EmulatedMachine, run: (machine: EmulatedMachine) => void): End => {
  const console = consoleOf(machine);
  run(machine);
  return { hash: machine.stateHash(), retired: machine.retired, text: console.text };
};

const GUESTS: readonly (readonly [string, () => EmulatedMachine])[] = [
  ['one hart', () => bareGuest('harts')],
  ['two harts that fight for locks', () => bareGuest('harts', { harts: 2 })],
  ['four harts that fight for locks', () => bareGuest('harts', { harts: 4 })],
  ['eight harts that fight for locks', () => bareGuest('harts', { harts: 8 })],
  ['the message queue', messageQueue],
];

/** A worker thread runs JavaScript only. */
const bundled = buildSync({
  entryPoints: [join(__dirname, 'determinism.worker.ts')],
  bundle: true,
  platform: 'node',
  write: false,
  // The bundle has no folder of its own; the guests are found from the tests' support folder.
  define: { __dirname: JSON.stringify(join(__dirname, '../support')) },
}).outputFiles[0]!.text;

describe.each(GUESTS)('%s', (name, make) => {
  const whole = endOf(make(), (machine) => {
    expect(runToEnd(machine)).toEqual({ kind: 'power', event: { kind: 'off', code: 0 } });
  });
  const isSmall = name !== 'the message queue';

  it('ends in the same state when it runs again', () => {
    expect(endOf(make(), (machine) => runToEnd(machine))).toEqual(whole);
  });

  it.each(isSmall ? [1n, 2n, 97n, 1000n, 10_007n] : [997n, 100_003n])(
    'ends in the same state when it runs %d instructions at a time',
    (budget) => {
      expect(endOf(make(), (machine) => runToEnd(machine, budget))).toEqual(whole);
    },
  );

  it('is in the same state at the same count, however it came there', () => {
    const random = new Random(SEED);
    const [straight, cut] = [make(), make()];
    for (let round = 0; round < 4; round++) {
      let steps = 1000n + BigInt(random.below(Number(whole.retired / 6n)));
      straight.run({ budget: steps });
      while (steps > 0n) {
        const part = 1n + BigInt(random.below(3000));
        cut.run({ budget: part < steps ? part : steps });
        steps -= part;
      }
      expect(cut.retired, `WORLDSTEP_SEED=${SEED}`).toBe(straight.retired);
      expect(cut.stateHash(), `WORLDSTEP_SEED=${SEED}, at ${cut.retired}`).toBe(straight.stateHash());
    }
  });

  it('goes on the same way in a fresh machine that a snapshot is put into', () => {
    const random = new Random(SEED);
    const first = make();
    const before = consoleOf(first);
    first.run({ budget: 1n + BigInt(random.below(Number(whole.retired) - 2)) });
    const snapshot = structuredClone(first.save());
    const second = make();
    // What the second machine did before must not matter.
    second.run({ budget: BigInt(random.below(20_000)) });
    second.restore(snapshot);
    expect(second.stateHash(), `WORLDSTEP_SEED=${SEED}`).toBe(first.stateHash());
    const after = consoleOf(second);
    runToEnd(second);
    expect(
      { hash: second.stateHash(), retired: second.retired, text: before.text + after.text },
      `WORLDSTEP_SEED=${SEED}, snapshot at ${first.retired}`,
    ).toEqual(whole);
  });

  it('is not disturbed by breakpoints, watchpoints, observers and looks at memory', () => {
    const machine = make();
    // Somewhere the guest has been: where it is after a while, and what its stack pointer points to.
    const scout = make();
    scout.run({ budget: whole.retired / 3n });
    const [cpu] = scout.cpus;
    if (!cpu) throw new Error('no hart');
    const stack = cpu.translate(va(cpu.readRegister('sp')), 'read').result;
    machine.setBreakpoints({ physical: [], virtual: [cpu.pc] });
    const at = stack.ok ? stack.pa : pa(0x8000_0000n);
    machine.setWatches([{ id: 1, pa: at, length: 8, access: 'readWrite' }]);
    machine.observe(['crossing', 'refill', 'rootChanged', 'stored'], () => {});
    machine.observeStores([{ pa: pa(BigInt(at) & ~0xfffn), length: 4096 }]);
    let stops = 0;
    const end = endOf(machine, () => {
      let skip = false;
      for (;;) {
        const exit = machine.run({
          budget: 50_000n,
          skipFirstBreakpoint: skip,
          stopOn: (event) => isTrap(event) && stops % 3 === 0,
        });
        skip = exit.kind === 'breakpoint';
        if (exit.kind === 'power') return;
        if (exit.kind !== 'budget') stops += 1;
        machine.readPhysical(pa(0x1000_0000n), 8);
        machine.cpus[0]?.translate(va(0x1000n), 'write');
        if (stops > 200) machine.setBreakpoints({ physical: [], virtual: [] });
        if (stops > 400) machine.setWatches([]);
      }
    });
    expect(stops).toBeGreaterThan(0);
    expect(end).toEqual(whole);
  });

  it('ends in the same state in a worker', async () => {
    const worker = new Worker(bundled, { eval: true, workerData: name });
    const answer = await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    expect(answer).toEqual(whole);
  });
});
