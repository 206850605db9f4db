import { describe, expect, it } from 'vitest';
import { crossing } from '../../../../src/isa/riscv64/crossings';
import { worldOfPrivilege } from '../../../../src/isa/riscv64/worlds';

const [U, S, M, VU, VS] = [0, 1, 3, 4, 5];

function from(mode: number, mnemonic: string, values: Record<string, bigint>): string {
  const registers = (name: string) => values[name] ?? 0n;
  const found = crossing({ mnemonic }, worldOfPrivilege({ get: registers }, mode), registers);
  return found === undefined ? 'nowhere' : `${found.world.mode} ${found.pc.toString(16)}`;
}

const vectors = { mtvec: 0x100n, stvec: 0x200n, vstvec: 0x301n };

describe('where crossings between privileges lead', () => {
  it('is the handler that delegation chooses', () => {
    expect(from(U, 'ecall', vectors)).toBe('M 100');
    expect(from(U, 'ecall', { ...vectors, medeleg: 1n << 8n })).toBe('S 200');
    expect(from(VU, 'ecall', { ...vectors, medeleg: 1n << 8n })).toBe('S 200');
    expect(from(VU, 'ecall', { ...vectors, medeleg: 1n << 8n, hedeleg: 1n << 8n })).toBe('VS 300');
    expect(from(VS, 'ecall', { ...vectors, medeleg: 1n << 10n })).toBe('S 200');
    expect(from(S, 'ecall', vectors)).toBe('M 100');
    expect(from(S, 'ebreak', { ...vectors, medeleg: 8n })).toBe('S 200');
    expect(from(M, 'ecall', { ...vectors, medeleg: ~0n })).toBe('M 100');
  });

  it('is nowhere when the machine itself answers as firmware, and for other instructions', () => {
    expect(from(S, 'ecall', { stvec: 0x200n })).toBe('nowhere');
    expect(from(U, 'sret', vectors)).toBe('nowhere');
    expect(from(S, 'mret', vectors)).toBe('nowhere');
    expect(from(S, 'addi', vectors)).toBe('nowhere');
  });

  it('is where the previous privilege and virtualization say', () => {
    const set = { sepc: 0x1000n, vsepc: 0x2000n, mepc: 0x3000n };
    expect(from(S, 'sret', set)).toBe('U 1000');
    expect(from(S, 'sret', { ...set, mstatus: 1n << 8n })).toBe('S 1000');
    expect(from(S, 'sret', { ...set, hstatus: 1n << 7n })).toBe('VU 1000');
    expect(from(S, 'sret', { ...set, hstatus: 1n << 7n, mstatus: 1n << 8n })).toBe('VS 1000');
    expect(from(VS, 'sret', set)).toBe('VU 2000');
    expect(from(VS, 'sret', { ...set, vsstatus: 1n << 8n })).toBe('VS 2000');
    expect(from(M, 'mret', { ...set, mstatus: 1n << 11n })).toBe('S 3000');
    expect(from(M, 'mret', { ...set, mstatus: (1n << 11n) | (1n << 39n) })).toBe('VS 3000');
    expect(from(M, 'mret', { ...set, mstatus: (3n << 11n) | (1n << 39n) })).toBe('M 3000');
  });
});
