/** Going back and forth in runs of the bundled kernels: at a point everything is as it was when it was first passed. */
import { describe, expect, it } from 'vitest';
import { pa } from '../../src/base/address';
import { canTravel, comparePoints, type Point, type TravelMachine } from '../../src/machine/contract';
import { Timeline } from '../../src/timeline/timeline';
import { BundledTarget } from '../support/bundled-target';
import { Random, SEED } from '../support/random';

const machineOf = async (kernel: string, launch: object): Promise<TravelMachine> => {
  const { target } = await BundledTarget.open(kernel, launch);
  if (!canTravel(target.machine)) throw new Error('no machine to travel in');
  return target.machine;
};

/** Runs on to a point, from wherever a timeline puts the machine. */
const goTo = (timeline: Timeline, point: Point): void => {
  timeline.goBefore(point);
  for (let runs = 0; comparePoints(timeline.now, point) < 0 && runs < 10_000; runs++) {
    const exit = timeline.run({ budget: 50_000_000n, until: point });
    if (exit.kind === 'idle' || exit.kind === 'power') break;
  }
};

/** A register whose value nothing hangs on. */
const SCRATCH = { riscv64: 'sscratch', aarch64: 'tpidr_el0', x86_64: 'cr2', loongarch64: 'save7' } as const;

interface Seen {
  readonly point: Point;
  readonly hash: string;
}

describe(`a run that is gone back in (seed ${SEED})`, () => {
  for (const [kernel, arch, harts] of [
    ['msgqueue', 'riscv64', 1],
    ['msgqueue', 'aarch64', 1],
    ['msgqueue', 'x86_64', 1],
    ['msgqueue', 'loongarch64', 1],
    ['guestmonolithickernel', 'riscv64', 1],
    ['msgqueue', 'riscv64', 2],
  ] as const) {
    it(`is in the same states: ${kernel} on ${arch} with ${harts}`, { timeout: 60_000 }, async () => {
      const machine = await machineOf(kernel, { arch, machine: { harts } });
      let console = '';
      machine.onConsole((bytes) => {
        console += new TextDecoder().decode(bytes);
      });
      const timeline = new Timeline(machine, { spacing: 700_000n });
      const random = new Random(SEED);
      const seen: Seen[] = [];
      const last = machine.ram[0];
      if (last === undefined) throw new Error('no RAM');
      const note = (): void => void seen.push({ point: timeline.now, hash: machine.stateHash() });
      const below = (limit: number): number => random.below(limit);
      for (let runs = 0; runs < 12; runs++) {
        // Some runs end at traps, some write memory or one hart's register, as a debugger does, some type.
        const exit = timeline.run({
          budget: BigInt(1 + below(600_000)),
          ...(runs % 3 === 1 && { stopOn: () => true }),
          ...(harts > 1 && runs % 4 === 2 && { onlyHart: below(harts) }),
        });
        if (exit.kind === 'power') break;
        note();
        if (runs % 5 === 1)
          machine.writePhysical(pa(last.base + BigInt(last.size - 8 * runs)), new Uint8Array([runs, 1]));
        if (runs % 5 === 2) machine.cpus[0]?.writeRegister(SCRATCH[arch], BigInt(runs));
        if (runs % 4 === 3) machine.input(new TextEncoder().encode('x'));
      }
      while (timeline.run({ budget: 50_000_000n }).kind === 'budget');
      note();
      const printed = console;
      for (let trips = 0; trips < 8; trips++) {
        const one = seen[below(seen.length)];
        if (one === undefined) continue;
        goTo(timeline, one.point);
        expect(timeline.now).toEqual(one.point);
        expect(machine.stateHash()).toBe(one.hash);
      }
      expect(console).toBe(printed);
    });
  }
});
