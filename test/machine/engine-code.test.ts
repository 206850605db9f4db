import { describe, expect, it } from 'vitest';
import { pa } from '../../src/base/address';
import { createMachine } from '../../src/machine/create';
import type { EmulatedMachine } from '../../src/machine/machine';
import { assemble, type Line } from '../support/assemble';

const BASE = 0x8000_0000;

/** A machine whose S-mode kernel is `lines`. */
const machineOf = (lines: readonly Line[], memory = 2 ** 22, harts = 1): EmulatedMachine =>
  createMachine({ memory, harts, kernel: { name: 'k', bytes: assemble(lines) }, loadAddress: BASE }).machine;

const x = (machine: EmulatedMachine, name: string): bigint => machine.cpus[0]!.readRegister(name);

describe('decoded code', () => {
  it.each([8, 9, 10, 11])('keeps a fused pair right when a byte %d bytes behind its beginning changes', (at) => {
    // addiw+addiw is a pair, and its second is the first of another pair.
    const machine = machineOf([
      ['addiw', { rd: 8, rs1: 8, imm: 1 }],
      ['addiw', { rd: 9, rs1: 9, imm: 1 }],
      ['addiw', { rd: 18, rs1: 18, imm: 1 }],
      ['addiw', { rd: 19, rs1: 19, imm: 1 }],
      ['jal', { rd: 0, imm: -16 }],
    ]);
    machine.run({ budget: 50_000n });
    const code = machine.readPhysical(pa(BigInt(BASE + at)), 1)!;
    machine.writePhysical(pa(BigInt(BASE + at)), code);
    machine.run({ budget: 50_000n });
    expect(['s0', 's1', 's2', 's3'].map((name) => x(machine, name))).toEqual([20_000n, 20_000n, 20_000n, 20_000n]);
  });
});
