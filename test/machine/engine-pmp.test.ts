import { describe, expect, it } from 'vitest';
import { createMachine } from '../../src/machine/create';
import { assemble, type Line } from '../support/assemble';

const PMPCFG0 = 0x3a0;
const PMPADDR0 = 0x3b0;
const MTVEC = 0x305;
const MEPC = 0x341;

/** M-mode lets S-mode reach only the first 0x80 bytes of the page, and goes there at 0x40, where nops lead to the border. */
const BORDER: readonly Line[] = [
  ['auipc', { rd: 5, imm: 0 }],
  ['addi', { rd: 6, rs1: 5, imm: 0x80 }],
  ['srli', { rd: 6, rs1: 6, shamt: 2 }],
  ['csrrw', { rd: 0, rs1: 6, csr: PMPADDR0 }],
  ['addi', { rd: 7, rs1: 0, imm: 0x0f }],
  ['csrrw', { rd: 0, rs1: 7, csr: PMPCFG0 }],
  ['addi', { rd: 6, rs1: 5, imm: 0x100 }],
  ['csrrw', { rd: 0, rs1: 6, csr: MTVEC }],
  ['lui', { rd: 7, imm: 0x1000 }],
  ['srli', { rd: 7, rs1: 7, shamt: 1 }],
  ['csrrs', { rd: 0, rs1: 7, csr: 0x300 }],
  ['addi', { rd: 6, rs1: 5, imm: 0x40 }],
  ['csrrw', { rd: 0, rs1: 6, csr: MEPC }],
  ['mret', {}],
];

describe('a page that PMP permits in part', () => {
  it('executes up to the border and faults there', () => {
    const bytes = new Uint8Array(0x200);
    const nop = assemble([['addi', { rd: 0, rs1: 0, imm: 0 }]]);
    for (let at = 0; at < 0x100; at += 4) bytes.set(nop, at);
    bytes.set(assemble(BORDER));
    bytes.set(assemble([['wfi', {}]]), 0x100);
    const { machine } = createMachine({ memory: 2 ** 22, bios: { name: 'border', bytes } });
    expect(machine.run({ budget: 10_000n })).toEqual({ kind: 'idle' });
    const [cpu] = machine.cpus;
    expect(cpu?.readRegister('mcause')).toBe(1n);
    expect(cpu?.readRegister('mepc')).toBe(0x8000_0080n);
    expect(machine.retired).toBe(BigInt(BORDER.length) + 0x10n + 1n);
  });
});
