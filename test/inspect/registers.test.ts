import { describe, expect, it } from 'vitest';
import { ImageSet } from '../../src/debug/images';
import type { InspectContext } from '../../src/inspect/inspector';
import { Past } from '../../src/inspect/past';
import { registers } from '../../src/inspect/registers';
import { TrapLog } from '../../src/inspect/trap-log';
import type { Isa } from '../../src/isa/core/isa';
import type { World } from '../../src/isa/core/world';
import { LOONGARCH64 } from '../../src/isa/loongarch64';
import { RISCV64 } from '../../src/isa/riscv64';
import type { Cpu, Machine } from '../../src/machine/contract';

/** A hart whose registers are these, without memory. */
function contextWith(values: Map<string, bigint>, isa: Isa = RISCV64): InspectContext {
  const world: World = {
    isa: isa.name,
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
    translate: (at, access) => isa.translate(world, readPhysical, at, access, readRegister),
  } as Partial<Cpu> as Cpu;
  const machine = { isa, ram: [], readPhysical } as Partial<Machine> as Machine;
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

  it('has vectors in a section of their own where there are such', () => {
    const labels = (context: InspectContext) => registers.children(context).map(({ label }) => label);
    expect(labels(contextWith(new Map()))).toEqual(['General', 'Floating point', 'System']);
    const values = new Map([
      ['EUEN', 3n],
      ['vr7', (1n << 127n) | 0x2an],
    ]);
    const context = contextWith(values, LOONGARCH64);
    expect(labels(context)).toEqual(['General', 'Floating point', 'Vectors', 'System']);
    const rows = registers.children(context, 'vector');
    expect(rows.length).toBe(32);
    expect(rows[7]).toMatchObject({
      label: 'vr7',
      description: '0x8000000000000000000000000000002a',
      editable: '$vr7',
    });
  });

  it('says which unit is switched off', () => {
    const context = contextWith(new Map([['EUEN', 1n]]), LOONGARCH64);
    const [, float, vectors] = registers.children(context);
    expect(float?.hasChildren).toBe(true);
    expect(vectors).toMatchObject({ hasChildren: false, description: 'switched off: EUEN.SXE is Off' });
    expect(registers.table?.(context)?.summary).toContain('The vector registers are left out: EUEN.SXE is Off.');
  });
});
