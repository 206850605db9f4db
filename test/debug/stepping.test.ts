import { describe, expect, it } from 'vitest';
import { type DrivenTarget, trapsKernel } from '../support/debug-target';

/** Stopped at a marked line. */
function at(target: DrivenTarget, mark: string): DrivenTarget {
  target.breakAt(mark);
  target.go();
  target.breakAt();
  return target;
}

const steps = (target: DrivenTarget, ...how: ('into' | 'over' | 'out')[]): string[] =>
  how.map((one) => target.step(one));

describe('steps by line', () => {
  it('go over calls, page faults and breakpoint traps to the next line', () => {
    const target = at(trapsKernel(), 'main');
    expect(steps(target, 'over', 'over', 'over')).toEqual([
      'step kernel_main:@call_touch',
      'step kernel_main:@ebreak',
      'step kernel_main:@call_recurse',
    ]);
    expect(target.value('faults')).toBe('2');
  });

  it('go into calls behind their prologue and out again', () => {
    const target = at(trapsKernel(), 'main');
    expect(steps(target, 'into', 'over', 'over', 'over')).toEqual([
      'step twice:@twice',
      'step twice:@twice_return',
      expect.stringMatching(/^step twice:/),
      'step kernel_main:@main',
    ]);
    expect(steps(target, 'into', 'into', 'out', 'over')).toEqual([
      'step kernel_main:@call_touch',
      expect.stringMatching(/^step touch:/),
      'step kernel_main:@call_touch',
      'step kernel_main:@ebreak',
    ]);
  });

  it('do not follow a fault into its handler', () => {
    const target = at(trapsKernel(), 'touch');
    expect(steps(target, 'into')).toEqual(['step touch:@touched']);
    expect(target.value('faults')).toBe('1');
  });

  it('are not lost when timer interrupts come all the time', () => {
    const target = at(trapsKernel(), 'busy');
    for (let step = 0; step < 150; step++) {
      const place = target.step('into');
      expect(place).toMatch(/^step (busy|twice):/);
    }
    expect(Number(target.value('ticks'))).toBeGreaterThan(0);
  });

  it('run a loop on one line at full speed', () => {
    const target = at(trapsKernel(), 'busy');
    expect(steps(target, 'over', 'over')).toEqual(['step busy:@loop', 'step busy:@busy_end']);
    expect(target.value('sum')).toBe('2450');
  });

  it('stay in their activation of a recursive function', () => {
    const target = trapsKernel();
    target.breakAt({ name: 'recurse', condition: 'depth == 3' });
    target.go();
    target.breakAt();
    expect(target.step('over')).toBe('step sum_to:@recursed');
    expect([target.value('depth'), target.value('rest')]).toEqual(['3', '3']);
    expect(steps(target, 'out', 'over')).toEqual(['step sum_to:@recurse', 'step sum_to:@recursed']);
    expect([target.value('depth'), target.value('rest')]).toEqual(['4', '6']);
  });

  it('stop at a breakpoint on the way', () => {
    const target = at(trapsKernel(), 'call_busy');
    target.breakAt({ name: 'twice', condition: 'value == 7' });
    expect(target.step('over')).toBe('breakpoint twice:@twice');
    expect(target.value('value')).toBe('7');
  });
});

describe('steps by instruction', () => {
  it('execute exactly one, over traps', () => {
    const target = at(trapsKernel(), 'touch');
    const before = target.target.cpu(0).pc;
    const places: bigint[] = [];
    for (let step = 0; step < 8 && target.value('faults') === '0'; step++) {
      target.step('into', 'instruction');
      places.push(target.target.cpu(0).pc);
    }
    expect(target.value('faults')).toBe('1');
    expect(places.every((pc, index) => pc - (places[index - 1] ?? before) <= 4n)).toBe(true);
  });

  it('run a called function through when stepping over', () => {
    const target = at(trapsKernel(), 'main');
    const depths = new Set<number>();
    for (let step = 0; step < 12; step++) {
      target.step('over', 'instruction');
      depths.add(target.stack().length);
    }
    expect(depths.size).toBe(1);
  });
});

describe('step out', () => {
  it('of a handler returns to the interrupted line', () => {
    const target = at(trapsKernel(), 'fault');
    expect(target.step('out')).toMatch(/^step touch:@touch/);
  });

  it('of the outermost frame says why it is not possible', () => {
    const target = trapsKernel();
    expect(target.target.step({ hart: 0, how: 'out', unit: 'line' })).toMatch(/^Step Out is not possible: /);
  });
});

describe('step into a chosen call', () => {
  it('offers the calls of the line and enters the chosen one only', () => {
    const target = at(trapsKernel(), 'loop');
    const frame = target.target.topFrame(0);
    if (frame === undefined) throw new Error('no frame');
    const targets = target.target.stepTargets(frame);
    expect(targets.map((one) => one.label)).toEqual(['twice']);
    const stop = target.go(target.target.step({ hart: 0, how: 'into', unit: 'line', target: targets[0]!.address }));
    expect(`${stop.kind} ${target.place()}`).toBe('step twice:@twice');
  });
});
