import { describe, expect, it } from 'vitest';
import { ImageSet } from '../../src/debug/images';
import type { InspectContext } from '../../src/inspect/inspector';
import { Past } from '../../src/inspect/past';
import { registers } from '../../src/inspect/registers';
import { TrapLog } from '../../src/inspect/trap-log';
import type { World } from '../../src/isa/core/world';
import { RISCV64 } from '../../src/isa/riscv64';
import type { Cpu, Machine } from '../../src/machine/contract';

/** A hart whose registers are these, without memory. */
function contextWith(values: Map<string, bigint>): InspectContext {
  const world: World = {
    isa: 'riscv64',
    mode: 'M',
    rank: 3,
    guest: false,
    level: 'firmware',
    asid: 0,
    vmid: 0,
    roots: [],
  };
  const readRegister = (name: string) => values.get(name) ?? 0n;
  const readPhysical = () => undefined;
  const cpu = {
    hart: 0,
    world,
    readRegister,
    translate: (at, access) => RISCV64.translate(world, readPhysical, at, access, readRegister),
  } as Partial<Cpu> as Cpu;
  const machine = { isa: RISCV64, ram: [], readPhysical } as Partial<Machine> as Machine;
  return {
    machine,
    cpu,
    images: new ImageSet(),
    windows: [],
    past: new Past(),
    traps: new TrapLog({ ...machine, observe: () => () => undefined }),
    statics: () => [],
    locals: () => [],
    suspended: () => [],
    clientPath: () => '',
    isOwnSource: () => false,
  };
}

/** The rows that are open, from the top, and how many registers they say to have changed. */
function openRows(context: InspectContext, key?: string): string[] {
  return registers
    .children(context, key)
    .filter(({ isOpen }) => isOpen)
    .flatMap((node) => [
      `${node.label}: ${/\d+ changed/.exec(node.description ?? '')?.[0] ?? 'none'}`,
      ...openRows(context, node.key),
    ]);
}

describe('the Registers view', () => {
  it('opens the groups down to the registers that changed since the last stop', () => {
    const values = new Map<string, bigint>();
    const context = contextWith(values);
    registers.note?.(context);
    expect(openRows(context)).toEqual(['General: none']);
    const stopAfter = (...changes: [string, bigint][]) => {
      context.past.turn();
      for (const [name, value] of changes) values.set(name, value);
      registers.note?.(context);
      return openRows(context);
    };
    expect(stopAfter(['x10', 1n], ['pc', 4n])).toEqual(['General: 2 changed']);
    expect(stopAfter(['sepc', 4n], ['hpmcounter9', 1n], ['mtval', 8n])).toEqual([
      'General: none',
      'System: 3 changed',
      'User: 1 changed',
      'hpmcounter3 … hpmcounter31: 1 changed',
      'Supervisor: 1 changed',
      'Machine: 1 changed',
    ]);
  });

  it('opens nothing for registers that count by themselves', () => {
    const values = new Map<string, bigint>();
    const context = contextWith(values);
    registers.note?.(context);
    context.past.turn();
    for (const name of ['cycle', 'time', 'instret', 'mcycle', 'minstret']) values.set(name, 7n);
    expect(openRows(context)).toEqual(['General: none']);
  });
});
