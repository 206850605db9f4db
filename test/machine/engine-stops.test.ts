import { describe, expect, it } from 'vitest';
import { pa, va } from '../../src/base/address';
import { createMachine } from '../../src/machine/create';
import type { EmulatedMachine } from '../../src/machine/machine';
import { assemble, type Line } from '../support/assemble';

const BASE = 0x8020_0000;
const SPIN: Line = ['jal', { rd: 0, imm: 0 }];

const machineOf = (lines: readonly Line[], harts = 1): EmulatedMachine =>
  createMachine({ memory: 2 ** 23, harts, kernel: { name: 'k', bytes: assemble(lines) }, loadAddress: BASE }).machine;

const at = (offset: number) => va(BigInt(BASE + offset));
const physical = (offset: number) => pa(BigInt(BASE + offset));

describe('breakpoints', () => {
  it('stop at the handler when the first instruction of a run is interrupted', () => {
    const machine = machineOf([SPIN, SPIN, SPIN]);
    const cpu = machine.cpus[0]!;
    cpu.writeRegister('stvec', BigInt(BASE + 8));
    cpu.writeRegister('sie', 2n);
    cpu.writeRegister('sip', 2n);
    cpu.writeRegister('sstatus', 2n);
    machine.setBreakpoints({ physical: [], virtual: [at(0), at(8)] });
    expect(machine.run({ budget: 10n, skipFirstBreakpoint: true })).toEqual({ kind: 'breakpoint', hart: 0, pc: at(8) });
    expect(machine.retired).toBe(0n);
  });

  it('stop at the handler when the first instruction of a run cannot be fetched', () => {
    const machine = machineOf([SPIN, SPIN, SPIN]);
    const cpu = machine.cpus[0]!;
    cpu.writeRegister('stvec', BigInt(BASE + 8));
    cpu.writeRegister('pc', 0x1000_0000_0000n);
    machine.setBreakpoints({ physical: [], virtual: [at(8)] });
    expect(machine.run({ budget: 10n, skipFirstBreakpoint: true })).toEqual({ kind: 'breakpoint', hart: 0, pc: at(8) });
    expect(machine.retired).toBe(0n);
  });

  it('at a virtual address do not stop other addresses of the same memory', () => {
    // Gigapages map the kernel twice: at its own address and 1 GiB above.
    const machine = machineOf([
      ['addi', { rd: 8, rs1: 8, imm: 1 }],
      ['jal', { rd: 0, imm: -4 }],
    ]);
    const cpu = machine.cpus[0]!;
    const table = new Uint8Array(4096);
    for (const entry of [2, 3]) new DataView(table.buffer).setBigUint64(entry * 8, (2n << 28n) | 0xcfn, true);
    machine.writePhysical(physical(0x10_0000), table);
    cpu.writeRegister('satp', (8n << 60n) | BigInt((BASE + 0x10_0000) / 4096));
    const alias = va(0xc020_0000n);
    machine.setBreakpoints({ physical: [], virtual: [alias] });
    cpu.writeRegister('pc', alias);
    expect(machine.run({ budget: 100n })).toEqual({ kind: 'breakpoint', hart: 0, pc: alias });
    cpu.writeRegister('pc', BigInt(BASE));
    expect(machine.run({ budget: 5001n })).toEqual({ kind: 'budget' });
    expect(machine.retired).toBe(5001n);
    expect(cpu.readRegister('s0')).toBe(2501n);
  });
});

describe('watchpoints', () => {
  const watch = (access: 'read' | 'write' | 'readWrite', offset: number, length: number) => ({
    id: 1,
    pa: physical(offset),
    length,
    access,
  });

  it('see the load of an atomic operation after stores to the page', () => {
    const machine = machineOf([
      ['sd', { rs1: 11, rs2: 0, imm: 8 }],
      ['sd', { rs1: 11, rs2: 0, imm: 8 }],
      ['amoadd.d', { rd: 0, rs1: 11, rs2: 11, aq: 0, rl: 0 }],
      SPIN,
    ]);
    machine.cpus[0]!.writeRegister('a1', BigInt(BASE + 0x2000));
    machine.setWatches([watch('read', 0x2000, 8)]);
    expect(machine.run({ budget: 5000n })).toMatchObject({ kind: 'watch', accessPc: at(8), isWrite: false });
  });

  it('show the value before and after an atomic operation', () => {
    const machine = machineOf([['amoadd.w', { rd: 0, rs1: 11, rs2: 12, aq: 0, rl: 0 }], SPIN]);
    machine.cpus[0]!.writeRegister('a1', BigInt(BASE + 0x2000));
    machine.cpus[0]!.writeRegister('a2', 5n);
    machine.setWatches([watch('readWrite', 0x2000, 4)]);
    expect(machine.run({ budget: 10n })).toMatchObject({
      kind: 'watch',
      isWrite: true,
      old: Uint8Array.of(0, 0, 0, 0),
      value: Uint8Array.of(5, 0, 0, 0),
    });
  });

  it('show the whole value of a store across two pages', () => {
    const machine = machineOf([['sd', { rs1: 11, rs2: 12, imm: 0 }], SPIN]);
    machine.cpus[0]!.writeRegister('a1', BigInt(BASE + 0x1ffd));
    machine.cpus[0]!.writeRegister('a2', 0x0807_0605_0403_0201n);
    machine.setWatches([watch('write', 0x1ffd, 8)]);
    expect(machine.run({ budget: 10n })).toMatchObject({
      kind: 'watch',
      old: new Uint8Array(8),
      value: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    });
  });

  it('see what firmware writes for a call', () => {
    const machine = machineOf([['ecall', {}], SPIN]);
    const cpu = machine.cpus[0]!;
    for (const [name, value] of [
      ['a7', 0x4442434en],
      ['a6', 1n],
      ['a0', 4n],
      ['a1', BigInt(BASE + 0x2000)],
    ] as const)
      cpu.writeRegister(name, value);
    machine.input(Uint8Array.of(65));
    machine.setWatches([watch('write', 0x2000, 4)]);
    expect(machine.run({ budget: 10n })).toMatchObject({
      kind: 'watch',
      accessPc: at(0),
      value: Uint8Array.of(65, 0, 0, 0),
    });
  });
});

describe('firmware calls', () => {
  it.each([1n << 33n, 1n << 40n])('that print %d bytes from outside memory fail for the guest only', (count) => {
    const machine = machineOf([['ecall', {}], SPIN]);
    const cpu = machine.cpus[0]!;
    for (const [name, value] of [
      ['a7', 0x4442434en],
      ['a6', 0n],
      ['a0', count],
      ['a1', BigInt(BASE)],
    ] as const)
      cpu.writeRegister(name, value);
    expect(machine.run({ budget: 10n })).toEqual({ kind: 'budget' });
    expect(BigInt.asIntN(64, cpu.readRegister('a0'))).toBe(-3n);
  });
});

describe('alarms', () => {
  it('come at the same count with several harts, however a run is sliced', () => {
    const hashes = [1n, 7n, 100_000n].map((slice) => {
      const machine = machineOf(
        [
          ['ecall', {}],
          ['addi', { rd: 8, rs1: 8, imm: 1 }],
          ['jal', { rd: 0, imm: -4 }],
        ],
        2,
      );
      const cpu = machine.cpus[0]!;
      for (const [name, value] of [
        ['a7', 0x54494d45n],
        ['a0', 300n],
        ['stvec', BigInt(BASE + 8)],
        ['sie', 32n],
        ['sstatus', 2n],
      ] as const)
        cpu.writeRegister(name, value);
      for (let left = 9_000n; left > 0n; left -= slice) machine.run({ budget: slice < left ? slice : left });
      return [machine.retired, cpu.readRegister('sepc'), cpu.readRegister('s0'), machine.stateHash()];
    });
    expect(hashes[0]![1]).not.toBe(0n);
    expect(hashes[1]).toEqual(hashes[0]);
    expect(hashes[2]).toEqual(hashes[0]);
  });
});

describe('snapshots', () => {
  it('are not changed by what the machine does later, and stay small', () => {
    const machine = machineOf([
      ['sd', { rs1: 11, rs2: 12, imm: 0 }],
      ['addi', { rd: 12, rs1: 12, imm: 1 }],
      ['sb', { rs1: 13, rs2: 12, imm: 7 }],
      ['jal', { rd: 0, imm: -12 }],
    ]);
    machine.cpus[0]!.writeRegister('a1', BigInt(BASE + 0x2000));
    machine.cpus[0]!.writeRegister('a3', 0x1000_0000n);
    machine.run({ budget: 1000n });
    const snapshot = machine.save();
    const copy = structuredClone(snapshot);
    machine.run({ budget: 1000n });
    machine.input(Uint8Array.of(1, 2, 3));
    machine.run({ budget: 1000n });
    expect(snapshot).toEqual(copy);
    machine.restore(snapshot);
    expect((machine.save() as { ram: { pages: number[] } }).ram.pages).toEqual(
      (copy as { ram: { pages: number[] } }).ram.pages,
    );
  });
});
