import { describe, expect, it } from 'vitest';
import { trapsKernel } from '../support/debug-target';

describe('silent breakpoints of the debugger itself', () => {
  it('call their owner at each arrival and never stop the guest', () => {
    const driven = trapsKernel();
    const calls: string[] = [];
    for (const name of ['sum_to', 'twice']) {
      driven.target.runner.addInternal(driven.target.functionPlaces(name), (hart) => calls.push(`${name} on ${hart}`));
    }
    driven.breakAt('busy');
    driven.go();
    expect(calls).toEqual(['twice on 0', ...Array.from({ length: 5 }, () => 'sum_to on 0')]);
    expect(driven.target.breakpoints.all).toHaveLength(1);
  });

  it('are told once where a breakpoint of the user or a step stops too', () => {
    const driven = trapsKernel();
    let calls = 0;
    const remove = driven.target.runner.addInternal(driven.target.functionPlaces('twice'), () => calls++);
    const [place] = driven.target.functionPlaces('twice');
    if (place === undefined) throw new Error('twice is not in the kernel');
    driven.target.breakpoints.setInstructions([{ address: place.va }]);
    expect(driven.go()).toMatchObject({ kind: 'breakpoint' });
    expect(calls).toBe(1);
    driven.target.breakpoints.setInstructions([]);
    driven.step('over', 'instruction');
    expect(calls).toBe(1);
    driven.breakAt('loop');
    driven.go();
    while (driven.target.cpu(0).pc !== place.va) driven.step('into', 'instruction');
    expect(calls).toBe(2);
    remove();
    driven.breakAt('busy_end');
    driven.go();
    expect(calls).toBe(2);
  });

  it('see calls that a step over runs through, and leave the run as it is', () => {
    const hash = (isWatched: boolean): string => {
      const driven = trapsKernel();
      let calls = 0;
      if (isWatched) driven.target.runner.addInternal(driven.target.functionPlaces('sum_to'), () => calls++);
      driven.breakAt('call_recurse');
      driven.go();
      driven.step('over');
      expect(calls).toBe(isWatched ? 5 : 0);
      driven.breakAt('done');
      driven.go();
      return driven.target.machine.stateHash();
    };
    expect(hash(true)).toBe(hash(false));
  });
});
