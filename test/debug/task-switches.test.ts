/** Where the CPU goes from one task to another: steps and runs. */
import { describe, expect, it } from 'vitest';
import { BundledTarget } from '../support/bundled-target';
import { type DrivenTarget, tasksKernel } from '../support/debug-target';

/** In the first task, about to hand over to the second, which has run before. */
function atSwitch(): DrivenTarget {
  const driven = tasksKernel();
  driven.breakAt({ name: 'pong', condition: 'turns > 3' });
  driven.go();
  driven.breakAt();
  expect(driven.step('into')).toBe('step yield:@switch');
  return driven;
}

describe('a function without lines that loads another stack pointer', () => {
  it('is stepped into: the step ends in the task that it gives the CPU to', () => {
    const driven = atSwitch();
    expect(driven.stack()).toEqual(['yield', 'start', '_start+0xc']);
    // Behind the call in the other task's yield.
    expect(driven.step('into')).toMatch(/^step yield:/);
    expect(driven.stack()).toEqual(['yield', 'ping']);
    expect(driven.step('out')).toMatch(/^step ping:/);
  });

  it('is stepped over: the step ends in the same task, when it has the CPU again', () => {
    const driven = atSwitch();
    const turns = Number(driven.value('turns'));
    expect(driven.step('over')).toBe('step yield:@switched');
    expect(driven.stack()).toEqual(['yield', 'start', '_start+0xc']);
    expect(Number(driven.value('turns'))).toBe(turns + 1);
  });

  it('is what Run To Task Switch finds where no function has a known name', () => {
    const driven = atSwitch();
    const stops = Array.from({ length: 3 }, () => {
      const { kind } = driven.go(driven.target.runToGoal('taskSwitch', 0));
      return `${kind} ${driven.stack().slice(0, 2)}`;
    });
    expect(stops).toEqual(['goal yield,ping', 'goal yield,start', 'goal yield,ping']);
  });
});

describe('the scheduler of ArceOS', () => {
  it('is stepped into with its switch of tasks, up to the task that runs next', async () => {
    const driven = await BundledTarget.open('msgqueue');
    const names = () =>
      driven.target
        .stack(0)
        .frames(0, 30)
        .map(({ name }) => name);
    driven.goTo('src/main.rs', 'None => thread::yield_now()');
    for (let steps = 0; names()[0] !== '<axcpu::riscv::context::TaskContext>::switch_to'; steps++) {
      expect(steps).toBeLessThan(80);
      driven.step('into');
    }
    expect(names()).toContain('msgqueue::consumer');
    driven.step('into');
    expect(names()).toContain('msgqueue::producer');
    expect(names()).not.toContain('msgqueue::consumer');
  });

  it('is stepped into past what core and alloc have inlined there', async () => {
    const driven = await BundledTarget.open('msgqueue');
    driven.goTo('src/main.rs', 'None => thread::yield_now()');
    for (let step = 0; step < 40; step++) {
      driven.step('into');
      expect(driven.target.topFrame(0)).toMatchObject({ isSubtle: false });
    }
  });
});
