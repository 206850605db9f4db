/** Registers and worlds as a debugger has them. */
import { describe, expect, it } from 'vitest';
import { CPUS } from '../../../../src/isa/aarch64/cpus';
import { runsGuests } from '../../../../src/isa/aarch64/guest-entry';
import { readRegister, writeRegister } from '../../../../src/isa/aarch64/register-access';
import { REGISTERS, registerOfDwarf, registerOfName } from '../../../../src/isa/aarch64/registers';
import { resetState, STATE } from '../../../../src/isa/aarch64/state';
import { worldAt, worldOf, worldsOf } from '../../../../src/isa/aarch64/worlds';
import { FakeHart } from '../../../support/fake-hart';

const at = (el: 1 | 2, slots: Readonly<Record<string, bigint>> = {}): FakeHart => {
  const hart = new FakeHart(STATE);
  resetState(hart, { cpu: CPUS.length - 1, el });
  for (const [name, value] of Object.entries(slots)) hart.set(name, value);
  return hart;
};

describe('registers', () => {
  it('have names of their own, and can all be read', () => {
    const names = REGISTERS.flatMap(({ name, aliases }) => [name, ...aliases]).map((name) => name.toLowerCase());
    expect(new Set(names).size).toBe(names.length);
    const hart = at(2);
    expect(REGISTERS.filter(({ name }) => readRegister(hart, name) === undefined)).toEqual([]);
  });

  it('keep what is written to them, in their width', () => {
    const hart = at(2);
    for (const name of ['x3', 'lr', 'sp', 'v5', 'TTBR0_EL1', 'ELR_EL2', 'SP_EL0', 'SP_EL1', 'SP_EL2']) {
      expect(writeRegister(hart, name, 0x1234_5678_9abc_d000n)).toBe(true);
      expect(readRegister(hart, name)).toBe(0x1234_5678_9abc_d000n);
    }
    expect(writeRegister(hart, 'v6', (7n << 64n) | 5n)).toBe(true);
    expect([readRegister(hart, 'd6'), readRegister(hart, 'v6')]).toEqual([5n, (7n << 64n) | 5n]);
    expect(writeRegister(hart, 's6', 9n)).toBe(true);
    expect(readRegister(hart, 'q6')).toBe(9n);
    expect(writeRegister(hart, 'MIDR_EL1', 0n)).toBe(false);
    expect(writeRegister(hart, 'nothing', 0n)).toBe(false);
  });

  it('have the flags by their meaning', () => {
    const hart = at(1);
    for (let flags = 0n; flags < 16n; flags++) {
      expect(writeRegister(hart, 'NZCV', flags << 28n)).toBe(true);
      expect(readRegister(hart, 'NZCV')).toBe(flags << 28n);
      expect((readRegister(hart, 'cpsr') ?? 0n) >> 28n).toBe(flags);
    }
    // What a subtraction leaves: N and V as signs, Z as a zero.
    hart.set('N', 1n << 63n);
    hart.set('Z', 5n);
    hart.set('C', 1n);
    hart.set('V', 3n);
    expect(readRegister(hart, 'NZCV')).toBe(0b1010n << 28n);
  });

  it('have each stack pointer, in use or not', () => {
    const hart = at(1, { sp: 0x1000n, SP_EL0: 0x2000n, SP_EL1: 0xdeadn });
    expect([readRegister(hart, 'sp'), readRegister(hart, 'SP_EL1'), readRegister(hart, 'SP_EL0')]).toEqual([
      0x1000n,
      0x1000n,
      0x2000n,
    ]);
    expect(writeRegister(hart, 'cpsr', 0x3c4n)).toBe(true);
    expect([readRegister(hart, 'sp'), readRegister(hart, 'SP_EL1')]).toEqual([0x2000n, 0x1000n]);
    expect(writeRegister(hart, 'cpsr', 0x3dfn)).toBe(false);
  });

  it('have DWARF’s numbers', () => {
    expect([0, 30, 31, 64, 95, 36].map((dwarf) => registerOfDwarf(dwarf)?.name)).toEqual([
      'x0',
      'x30',
      'sp',
      'v0',
      'v31',
      'TPIDR_EL0',
    ]);
    expect(registerOfName('FP')?.name).toBe('x29');
  });
});

/** 48 bits below, 39 above, 4 KiB. */
const TCR = 16n | (25n << 16n) | (2n << 30n) | (5n << 32n);

it('code that writes VTCR_EL2 runs guests, other code does not', () => {
  const code = (word: number) => new Uint8Array(new Uint32Array([0xd503201f, word]).buffer);
  expect([0xd51c2145, 0xd51c1105].map((word) => runsGuests(code(word)))).toEqual([true, false]);
});

describe('worlds', () => {
  const kinds = (hart: FakeHart) =>
    worldsOf((name) => readRegister(hart, name) ?? 0n).map(
      ({ mode, level, guest, rank }) => `${rank} ${mode} ${level}${guest ? ' guest' : ''}`,
    );

  it('are those of the levels there are', () => {
    expect(kinds(at(1))).toEqual(['3 EL1 kernel', '2 EL0 user']);
    expect(kinds(at(2))).toEqual(['4 EL2 hypervisor', '3 EL1 kernel', '2 EL0 user']);
    expect(kinds(at(2, { HCR_EL2: 1n << 34n }))[0]).toBe('4 EL2 kernel');
    expect(kinds(at(2, { VTTBR_EL2: 0x4000_0000n }))).toEqual([
      '4 EL2 hypervisor',
      '3 EL1 kernel',
      '2 EL0 user',
      '1 vEL1 kernel guest',
      '0 vEL0 user guest',
    ]);
  });

  it('have a root for each half of the addresses, with the ASID where entries have one', () => {
    const hart = at(1, { SCTLR_EL1: 1n, TCR_EL1: TCR, TTBR0_EL1: 0x0007_0000_4000_0000n, TTBR1_EL1: 0x4100_0000n });
    const { roots, asid } = worldOf(hart);
    expect(asid).toBe(7);
    expect(roots).toEqual([
      { stage: 1, table: 0x4000_0000n, from: 0n, to: 0xffff_ffff_ffffn, register: 'TTBR0_EL1', asid: 7 },
      {
        stage: 1,
        table: 0x4100_0000n,
        from: 0xffff_ff80_0000_0000n,
        to: 0xffff_ffff_ffff_ffffn,
        register: 'TTBR1_EL1',
      },
    ]);
  });

  it('of a half whose walks are off have no root for it', () => {
    const hart = at(1, { SCTLR_EL1: 1n, TCR_EL1: TCR | (1n << 7n), TTBR0_EL1: 0x4000_0000n, TTBR1_EL1: 0x4100_0000n });
    expect(worldOf(hart).roots.map(({ register }) => register)).toEqual(['TTBR1_EL1']);
  });

  it('are direct while the MMU is off', () => {
    expect(worldOf(at(1))).toMatchObject({ mode: 'EL1', isDirect: true, roots: [] });
  });

  it('of guests have stage 2 behind stage 1, and the VMID', () => {
    const hart = at(2, {
      EL: 1n,
      HCR_EL2: 1n,
      VTTBR_EL2: (9n << 48n) | 0x4200_0000n,
      VTCR_EL2: 24n | (1n << 6n) | (5n << 16n),
      SCTLR_EL1: 1n,
      TCR_EL1: TCR,
      TTBR1_EL1: 0x4100_0000n,
    });
    expect(worldOf(hart)).toMatchObject({ mode: 'vEL1', guest: true, vmid: 9, level: 'kernel' });
    expect(
      worldOf(hart).roots.map(({ stage, table, register }) => `${stage} ${table.toString(16)} ${register}`),
    ).toEqual(['1 41000000 TTBR1_EL1', '2 42000000 VTTBR_EL2']);
    expect(worldAt(hart, 2)).toMatchObject({ mode: 'EL2', isDirect: true });
  });

  it('of a host at EL2 have its own two halves, and programs use them, too', () => {
    const hart = at(2, {
      HCR_EL2: (1n << 34n) | (1n << 27n),
      SCTLR_EL2: 1n,
      TCR_EL2: TCR,
      TTBR0_EL2: 0x4000_0000n,
      TTBR1_EL2: 0x4100_0000n,
    });
    for (const el of [2, 0]) {
      expect(worldAt(hart, el).roots.map(({ register }) => register)).toEqual(['TTBR0_EL2', 'TTBR1_EL2']);
    }
  });
});
