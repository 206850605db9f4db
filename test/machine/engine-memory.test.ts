import { describe, expect, it, vi } from 'vitest';
import { pa } from '../../src/base/address';
import { createMachine } from '../../src/machine/create';
import type { EmulatedMachine } from '../../src/machine/machine';
import { assemble, type Line } from '../support/assemble';

const BASE = 0x8000_0000;
const KERNEL = 0x8020_0000;
const GIBIBYTE = 2 ** 30;

const machineOf = (lines: readonly Line[], memory: number): EmulatedMachine =>
  createMachine({ memory, kernel: { name: 'k', bytes: assemble(lines) }, loadAddress: KERNEL }).machine;

const word = (value: bigint): Uint8Array => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
};

describe('RAM of 3 GiB', () => {
  const lines: Line[] = [
    ['csrrw', { rd: 0, csr: 0x180, rs1: 10 }],
    ['addi', { rd: 9, rs1: 9, imm: 1 }],
    ['sd', { rs1: 11, rs2: 9, imm: 0 }],
    ['ld', { rd: 12, rs1: 11, imm: 0 }],
    ['jal', { rd: 0, imm: -12 }],
  ];

  it('holds page tables, code and data near its end', () => {
    const machine = machineOf([['jal', { rd: 0, imm: 0 }]], 3 * GIBIBYTE);
    const end = BigInt(BASE + 3 * GIBIBYTE);
    const root = end - 0x1000n;
    const code = end - 0x4000n;
    machine.writePhysical(pa(code + 0xfean), assemble(lines)); // the last instruction but one crosses the page
    // One gigapage each for the code's and the data's gigabyte, identity.
    const gigapage = Number(code >> 30n);
    machine.writePhysical(pa(root + BigInt(gigapage * 8)), word(((code >> 30n) << 28n) | 0xcfn));
    const cpu = machine.cpus[0]!;
    cpu.writeRegister('pc', code + 0xfean);
    cpu.writeRegister('a0', (8n << 60n) | (root >> 12n));
    cpu.writeRegister('a1', end - 0x2008n);
    expect(machine.run({ budget: 4001n })).toEqual({ kind: 'budget' });
    expect(cpu.readRegister('scause')).toBe(0n);
    expect(cpu.readRegister('a2')).toBe(1000n);
    expect(machine.readPhysical(pa(end - 0x2008n), 8)).toEqual(word(1000n));
  });

  it('counts in the state hash up to its end', () => {
    const hashes = [1n, 2n].map((value) => {
      const machine = machineOf([['jal', { rd: 0, imm: 0 }]], 3 * GIBIBYTE);
      machine.writePhysical(pa(BigInt(BASE + 3 * GIBIBYTE - 4096)), word(value));
      return machine.stateHash();
    });
    expect(hashes[0]).not.toBe(hashes[1]);
  });
});

describe('RAM that the host cannot give', () => {
  it('is an error that names the option and the way on', () => {
    const memory = vi.spyOn(WebAssembly, 'Memory').mockImplementation(function refuse() {
      throw new RangeError('could not allocate memory');
    });
    try {
      expect(() => machineOf([['jal', { rd: 0, imm: 0 }]], 3 * GIBIBYTE)).toThrow(
        '--memory: this host has no room for 3072 MiB of RAM. Give less, such as 128M.',
      );
    } finally {
      memory.mockRestore();
    }
  });
});

describe('the end of RAM', () => {
  it.each([4096 * 3 + 2 ** 22, 2 ** 22])('faults where an access leaves %d bytes of RAM', (memory) => {
    const end = BigInt(BASE + memory);
    for (const [insn, cause] of [
      ['ld', 5n],
      ['sd', 7n],
    ] as const) {
      const fields: Line[1] = insn === 'ld' ? { rd: 12, rs1: 11, imm: 0 } : { rs2: 12, rs1: 11, imm: 0 };
      const machine = machineOf(
        [
          [insn, fields],
          ['jal', { rd: 0, imm: 0 }],
        ],
        memory,
      );
      const cpu = machine.cpus[0]!;
      cpu.writeRegister('stvec', BigInt(KERNEL + 4));
      cpu.writeRegister('a1', end - 4n);
      machine.run({ budget: 100n });
      expect(cpu.readRegister('scause')).toBe(cause);
    }
  });
});
