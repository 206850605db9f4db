import { describe, expect, it } from 'vitest';
import { tryInsn } from '../../../../src/isa/core/trial';
import { LOONGARCH64_ENGINE, worldOf } from '../../../../src/isa/loongarch64';
import { STATE } from '../../../../src/isa/loongarch64/state';
import { FakeHart } from '../../../support/fake-hart';

const WORDS = { syscall: 0x002b_0000, break: 0x002a_0000, ertn: 0x0648_3800, nop: 0x0340_0000 } as const;

function from(plv: number, name: keyof typeof WORDS, values: Record<string, bigint>): string {
  const hart = new FakeHart(STATE);
  for (const [slot, value] of Object.entries({ CRMD: 0x10n | BigInt(plv), ...values })) hart.set(slot, value);
  const bytes = new Uint8Array(Uint32Array.of(WORDS[name]).buffer);
  const nothing = { readVirtual: () => undefined, readPhysical: () => undefined };
  const end = tryInsn(LOONGARCH64_ENGINE, hart, 0x1000n, bytes, nothing);
  expect(hart.get('ERA')).toBe(values.ERA ?? 0n);
  return end === undefined ? 'nowhere' : `${worldOf(end).mode} ${end.pc.toString(16)}`;
}

describe('where changes of privilege level lead', () => {
  it('is the entry of the exception, spaced as ECFG.VS says', () => {
    expect(from(3, 'syscall', { EENTRY: 0x8000n })).toBe('PLV0 8000');
    expect(from(3, 'syscall', { EENTRY: 0x8000n, ECFG: 2n << 16n })).toBe('PLV0 80b0');
    expect(from(0, 'break', { EENTRY: 0x8000n, ECFG: 2n << 16n })).toBe('PLV0 80c0');
  });

  it('is what ertn returns to, from a refill too, and nowhere where it may not execute', () => {
    expect(from(0, 'ertn', { PRMD: 3n, ERA: 0x4000n })).toBe('PLV3 4000');
    expect(from(0, 'ertn', { TLBRERA: 0x5001n, TLBRPRMD: 3n, ERA: 0x4000n })).toBe('PLV3 5000');
    expect(from(3, 'ertn', { PRMD: 3n, ERA: 0x4000n })).toBe('nowhere');
    expect(from(0, 'nop', {})).toBe('nowhere');
  });
});
