import { describe, expect, it } from 'vitest';
import { va } from '../../src/base/address';
import { DebugTarget } from '../../src/debug/target';
import { ScriptedMachine, type ScriptStep, trapAt } from '../support/scripted-machine';

const START = 0x80000000n;

function target(harts: number, ...script: ScriptStep[]): { target: DebugTarget; machine: ScriptedMachine } {
  const machine = new ScriptedMachine(harts, script);
  return { target: new DebugTarget(machine, []), machine };
}

const hit = (hart: number, pc: bigint): ScriptStep => ({
  exit: { kind: 'breakpoint', hart, pc: va(pc) },
  retires: 1n,
  pcs: Array.from({ length: hart + 1 }, () => pc),
});

describe('running', () => {
  it('goes on while the budget lasts and comes back when it is used up', () => {
    const { target: t, machine } = target(1, { exit: { kind: 'budget' } });
    t.resume();
    expect(t.slice(10_000n)).toEqual({ kind: 'running' });
    expect(machine.runs[0]?.budget).toBe(10_000n);
  });

  it('says when every hart waits', () => {
    const { target: t } = target(1, { exit: { kind: 'idle' } });
    t.resume();
    expect(t.slice(10_000n)).toEqual({ kind: 'idle' });
    expect(t.stop).toBeUndefined();
  });

  it('stops when the guest is stuck or switches off', () => {
    const stuck = target(1, {
      exit: { kind: 'stuck', event: trapAt(0, 0n, 1), explanation: 'the handler faults on itself' },
    });
    stuck.target.resume();
    expect(stuck.target.slice(10n)).toMatchObject({
      kind: 'stopped',
      stop: { kind: 'stuck', explanation: 'the handler faults on itself' },
    });
    const off = target(1, { exit: { kind: 'power', event: { kind: 'fail', code: 3 } } });
    off.target.resume();
    expect(off.target.slice(10n)).toMatchObject({ kind: 'stopped', stop: { kind: 'power', event: { code: 3 } } });
  });

  it('executes the instruction under a hit breakpoint by its hart alone before all go on', () => {
    const { target: t, machine } = target(2, hit(1, START + 8n), {
      exit: { kind: 'budget' },
      retires: 1n,
      pcs: [START, START + 12n],
    });
    t.breakpoints.setInstructions([{ address: va(START + 8n) }]);
    t.resume();
    expect(t.slice(1000n)).toMatchObject({ kind: 'stopped', stop: { kind: 'breakpoint', hart: 1 } });
    t.resume();
    t.slice(5000n);
    expect(machine.runs[1]).toMatchObject({ budget: 1n, onlyHart: 1, skipFirstBreakpoint: true });
    expect(machine.runs[2]?.onlyHart).toBeUndefined();
  });

  it('goes on past a breakpoint whose condition does not hold', () => {
    const { target: t, machine } = target(1, hit(0, START + 8n), {
      exit: { kind: 'budget' },
      retires: 1n,
      pcs: [START + 12n],
    });
    t.breakpoints.setInstructions([{ address: va(START + 8n), condition: '$a0 == 5' }]);
    t.resume();
    expect(t.slice(5000n)).toEqual({ kind: 'running' });
    expect(machine.runs[1]).toMatchObject({ budget: 1n, onlyHart: 0, skipFirstBreakpoint: true });
  });

  it('lets the other harts stand still when asked to', () => {
    const { target: t, machine } = target(2);
    t.resume(1);
    t.slice(1000n);
    expect(machine.runs.every((run) => run.onlyHart === 1)).toBe(true);
  });

  it('tells the machine about breakpoints once, and again when they change', () => {
    const { target: t, machine } = target(1);
    t.breakpoints.setInstructions([{ address: va(START) }]);
    t.resume();
    t.slice(100n);
    expect(machine.breakpoints.virtual).toEqual([START]);
    t.breakpoints.setInstructions([]);
    t.slice(100n);
    expect(machine.breakpoints.virtual).toEqual([]);
  });
});

describe('a single step', () => {
  it('moves its hart alone by one instruction', () => {
    const { target: t, machine } = target(2, { exit: { kind: 'budget' }, retires: 1n, pcs: [START, START + 4n] });
    t.step({ hart: 1, how: 'into', unit: 'instruction' });
    expect(t.slice(5000n)).toMatchObject({ kind: 'stopped', stop: { kind: 'step', hart: 1 } });
    expect(machine.runs[0]).toMatchObject({ budget: 1n, onlyHart: 1 });
  });

  it('that takes a trap runs the handler through and then does the instruction', () => {
    const { target: t, machine } = target(
      1,
      { exit: { kind: 'event', event: trapAt(0, START) }, retires: 0n, pcs: [START + 0x100n] },
      hit(0, START),
      { exit: { kind: 'budget' }, retires: 1n, pcs: [START + 4n] },
    );
    t.step({ hart: 0, how: 'into', unit: 'instruction' });
    expect(t.slice(50_000n)).toMatchObject({ kind: 'stopped', stop: { kind: 'step' } });
    expect(t.cpu(0).pc).toBe(START + 4n);
    expect(machine.runs[1]?.onlyHart).toBeUndefined();
  });

  it('whose trap returns behind the instruction is over there', () => {
    const { target: t, machine } = target(
      1,
      { exit: { kind: 'event', event: trapAt(0, START, 9) }, retires: 0n, pcs: [START + 0x100n] },
      hit(0, START + 4n),
    );
    // A nop of four bytes, so that "behind it" is known.
    machine.bytes.set([0x13, 0, 0, 0]);
    t.step({ hart: 0, how: 'into', unit: 'instruction' });
    expect(t.slice(50_000n)).toMatchObject({ kind: 'stopped', stop: { kind: 'step' } });
    expect(t.cpu(0).pc).toBe(START + 4n);
  });

  it('stops in the handler when the trap is one the user asked for', () => {
    const { target: t } = target(1, {
      exit: { kind: 'event', event: trapAt(0, START) },
      retires: 0n,
      pcs: [START + 0x100n],
    });
    t.setExceptionFilters([{ id: 'load-page-fault' }]);
    t.step({ hart: 0, how: 'into', unit: 'instruction' });
    expect(t.slice(5000n)).toMatchObject({ kind: 'stopped', stop: { kind: 'trap', event: { cause: 13 } } });
  });

  it('gives the other harts turns, so that locks they hold are released', () => {
    const { target: t, machine } = target(2);
    t.step({ hart: 0, how: 'over', unit: 'line' });
    for (let slice = 0; slice < 60; slice++) t.slice(5000n);
    expect(machine.runs.some((run) => run.onlyHart !== 0)).toBe(true);
  });

  it('interrupted by a pause leaves nothing behind', () => {
    const { target: t, machine } = target(1, {
      exit: { kind: 'event', event: trapAt(0, START) },
      retires: 0n,
      pcs: [START + 0x100n],
    });
    t.step({ hart: 0, how: 'into', unit: 'instruction' });
    t.slice(3000n);
    t.halt({ kind: 'pause', hart: 0 });
    t.resume();
    t.slice(100n);
    expect(machine.breakpoints.virtual).toEqual([]);
  });
});
