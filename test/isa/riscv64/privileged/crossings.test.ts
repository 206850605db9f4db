import { describe, expect, it } from 'vitest';
import { tryInsn } from '../../../../src/isa/core/trial';
import { RISCV64_ENGINE, resetState, worldOf } from '../../../../src/isa/riscv64';
import { STATE } from '../../../../src/isa/riscv64/csrs-slots';
import { assemble } from '../../../support/assemble';
import { FakeHart } from '../../../support/fake-hart';

/** Modes by the state's two slots. */
const MODES = { U: [0n, 0n], S: [1n, 0n], M: [3n, 0n], VU: [0n, 1n], VS: [1n, 1n] } as const;

function from(mode: keyof typeof MODES, mnemonic: string, values: Record<string, bigint>): string {
  const hart = new FakeHart(STATE);
  resetState(hart, { hartid: 0, start: 'machine' });
  const [priv, v] = MODES[mode];
  for (const [name, value] of Object.entries({ priv, v, ...values })) hart.set(name, value);
  const before = structuredClone(STATE.slots.map((name) => hart.get(name)));
  const bytes = assemble([[mnemonic, mnemonic === 'addi' ? { rd: 1, rs1: 1, imm: 1 } : {}]]);
  const nothing = { readVirtual: () => undefined, readPhysical: () => undefined };
  const end = tryInsn(RISCV64_ENGINE, hart, 0x8000_0000n, bytes, nothing);
  expect(STATE.slots.map((name) => hart.get(name))).toEqual(before);
  expect(hart.calls).toEqual([]);
  return end === undefined ? 'nowhere' : `${worldOf(end).mode} ${end.pc.toString(16)}`;
}

const vectors = { mtvec: 0x100n, stvec: 0x200n, vstvec: 0x301n };

describe('where crossings between privileges lead', () => {
  it('is the handler that delegation chooses', () => {
    expect(from('U', 'ecall', vectors)).toBe('M 100');
    expect(from('U', 'ecall', { ...vectors, medeleg: 1n << 8n })).toBe('S 200');
    expect(from('VU', 'ecall', { ...vectors, medeleg: 1n << 8n })).toBe('S 200');
    expect(from('VU', 'ecall', { ...vectors, medeleg: 1n << 8n, hedeleg: 1n << 8n })).toBe('VS 300');
    expect(from('VS', 'ecall', { ...vectors, medeleg: 1n << 10n })).toBe('S 200');
    expect(from('S', 'ecall', vectors)).toBe('M 100');
    expect(from('S', 'ebreak', { ...vectors, medeleg: 8n })).toBe('S 200');
    expect(from('S', 'c.ebreak', { ...vectors, medeleg: 8n })).toBe('S 200');
    expect(from('M', 'ecall', { ...vectors, medeleg: 2n ** 64n - 1n })).toBe('M 100');
  });

  it('is nowhere when the machine itself answers as firmware, when it faults, and for other instructions', () => {
    expect(from('S', 'ecall', { stvec: 0x200n, sbi: 1n })).toBe('nowhere');
    expect(from('U', 'sret', vectors)).toBe('nowhere');
    expect(from('S', 'mret', vectors)).toBe('nowhere');
    expect(from('S', 'addi', vectors)).toBe('nowhere');
  });

  it('is where the previous privilege and virtualization say', () => {
    const set = { sepc: 0x1000n, vsepc: 0x2000n, mepc: 0x3000n };
    expect(from('S', 'sret', set)).toBe('U 1000');
    expect(from('S', 'sret', { ...set, mstatus: 1n << 8n })).toBe('S 1000');
    expect(from('S', 'sret', { ...set, hstatus: 1n << 7n })).toBe('VU 1000');
    expect(from('S', 'sret', { ...set, hstatus: 1n << 7n, mstatus: 1n << 8n })).toBe('VS 1000');
    expect(from('VS', 'sret', set)).toBe('VU 2000');
    expect(from('VS', 'sret', { ...set, vsstatus: 1n << 8n })).toBe('VS 2000');
    expect(from('M', 'mret', { ...set, mstatus: 1n << 11n })).toBe('S 3000');
    expect(from('M', 'mret', { ...set, mstatus: (1n << 11n) | (1n << 39n) })).toBe('VS 3000');
    expect(from('M', 'mret', { ...set, mstatus: (3n << 11n) | (1n << 39n) })).toBe('M 3000');
  });
});
