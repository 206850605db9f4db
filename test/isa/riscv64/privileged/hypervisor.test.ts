import { describe, expect, it } from 'vitest';
import { peekCsr } from '../../../../src/isa/riscv64/csr-access';
import { CSRS, csrOfName } from '../../../../src/isa/riscv64/csrs';
import { resetState, STATE } from '../../../../src/isa/riscv64/csrs-slots';
import { HELPERS } from '../../../../src/isa/riscv64/helpers';
import { pendingInterrupt, takeTrap } from '../../../../src/isa/riscv64/traps';
import { worldOf } from '../../../../src/isa/riscv64/worlds';
import { FakeHart, trapOf } from '../../../support/fake-hart';

const MODES = { U: [0n, 0n], S: [1n, 0n], M: [3n, 0n], VU: [0n, 1n], VS: [1n, 1n] } as const;
type Mode = keyof typeof MODES;
const ALL: readonly Mode[] = ['M', 'S', 'U', 'VS', 'VU'];
const WORD = 0xdead_beefn;

const hartIn = (mode: Mode, slots: Record<string, bigint> = {}): FakeHart => {
  const hart = new FakeHart(STATE);
  resetState(hart, { hartid: 0, start: 'machine' });
  const [priv, v] = MODES[mode];
  hart.set('priv', priv);
  hart.set('v', v);
  for (const [slot, value] of Object.entries(slots)) hart.set(slot, value);
  hart.word = Number(WORD) | 0;
  hart.calls.length = 0;
  return hart;
};

const access = (hart: FakeHart, mnemonic: 'csrrs' | 'csrrw', name: string, operand = 0n): bigint => {
  const csr = CSRS.find((row) => row.name === name);
  if (!csr) throw new Error(`no CSR ${name}`);
  hart.write('x', 6, operand);
  const fields: Record<string, number> = { csr: csr.number, rd: 5, rs1: mnemonic === 'csrrs' ? 0 : 6 };
  HELPERS[mnemonic]!(hart, (field) => fields[field]!);
  return hart.read('x', 5);
};

/** `.` when the action completes, `i` illegal instruction, `v` virtual instruction. */
const outcome = (action: () => void): string => {
  try {
    action();
    return '.';
  } catch {
    const { cause, tval } = trapOf(action);
    expect(tval).toBe(WORD);
    return cause === 2 ? 'i' : cause === 22 ? 'v' : `${cause}`;
  }
};

const OPEN = { mcounteren: 7n, hcounteren: 7n, scounteren: 7n, menvcfg: 7n << 61n, henvcfg: 7n << 61n };
const STATUS = 0xa_0000_0000n;

describe('which access to a CSR traps how, in M, S, U, VS, VU', () => {
  const rows: [csr: string, way: 'csrrs' | 'csrrw', expected: string, slots?: Record<string, bigint>][] = [
    ['mstatus', 'csrrs', '.iiii'],
    ['sstatus', 'csrrs', '..i.v'],
    ['sscratch', 'csrrw', '..i.v'],
    ['satp', 'csrrs', '..i.v'],
    ['satp', 'csrrs', '.ii.v', { mstatus: STATUS | (1n << 20n) }],
    ['satp', 'csrrs', '..ivv', { hstatus: 1n << 20n }],
    ['hgatp', 'csrrw', '..ivv'],
    ['hgatp', 'csrrs', '.iivv', { mstatus: STATUS | (1n << 20n) }],
    ['vsatp', 'csrrs', '..ivv', { mstatus: STATUS | (1n << 20n) }],
    ['hstatus', 'csrrs', '..ivv'],
    ['vsstatus', 'csrrw', '..ivv'],
    ['hgeip', 'csrrs', '..ivv'],
    ['hgeip', 'csrrw', 'iiiii'],
    ['mhartid', 'csrrs', '.iiii'],
    ['time', 'csrrs', '.....'],
    ['time', 'csrrw', 'iiiii'],
    ['time', 'csrrs', '.iiii', { mcounteren: 5n }],
    ['time', 'csrrs', '...vv', { hcounteren: 5n }],
    ['time', 'csrrs', '..i.v', { scounteren: 5n }],
    ['stimecmp', 'csrrw', '..i.v'],
    ['stimecmp', 'csrrw', '.iiii', { menvcfg: 0n }],
    ['stimecmp', 'csrrw', '.iiii', { mcounteren: 5n }],
    ['stimecmp', 'csrrw', '..ivv', { henvcfg: 0n }],
    ['stimecmp', 'csrrw', '..ivv', { hcounteren: 5n }],
    ['vstimecmp', 'csrrw', '..ivv'],
    ['vstimecmp', 'csrrw', '.iiii', { menvcfg: 0n }],
    ['fcsr', 'csrrs', '...ii', { mstatus: STATUS | (1n << 13n) }],
    ['fcsr', 'csrrs', '.....', { mstatus: STATUS | (1n << 13n), vsstatus: 1n << 13n }],
  ];
  it.each(rows)('%s by %s: %s', (csr, way, expected, slots) => {
    const seen = ALL.map((mode) => outcome(() => access(hartIn(mode, { ...OPEN, ...slots }), way, csr)));
    expect(seen.join('')).toBe(expected);
  });
});

describe('which instruction traps how, in M, S, U, VS, VU', () => {
  const rows: [mnemonic: string, expected: string, slots?: Record<string, bigint>][] = [
    ['mret', '.iiii'],
    ['sret', '..i.v'],
    ['sret', '.ii.v', { mstatus: STATUS | (1n << 22n) }],
    ['sret', '..ivv', { hstatus: 1n << 22n }],
    ['wfi', '..i.v'],
    ['wfi', '..ivv', { hstatus: 1n << 21n }],
    ['wfi', '.iiii', { mstatus: STATUS | (1n << 21n), hstatus: 1n << 21n }],
    ['sfence.vma', '..i.v'],
    ['sinval.vma', '..i.v'],
    ['sfence.vma', '.ii.v', { mstatus: STATUS | (1n << 20n) }],
    ['sfence.vma', '..ivv', { hstatus: 1n << 20n }],
    ['sfence.w.inval', '..i.v', { hstatus: 1n << 20n }],
    ['sfence.inval.ir', '..i.v', { mstatus: STATUS | (1n << 20n) }],
    ['hfence.vvma', '..ivv', { mstatus: STATUS | (1n << 20n) }],
    ['hfence.gvma', '..ivv'],
    ['hfence.gvma', '.iivv', { mstatus: STATUS | (1n << 20n) }],
    ['hinval.gvma', '.iivv', { mstatus: STATUS | (1n << 20n) }],
    ['hlv.d', '..ivv'],
    ['hlvx.wu', '..ivv'],
    ['hsv.b', '...vv', { hstatus: 1n << 9n }],
  ];
  it.each(rows)('%s: %s', (mnemonic, expected, slots) => {
    const seen = ALL.map((mode) => outcome(() => HELPERS[mnemonic]!(hartIn(mode, slots), () => 6)));
    expect(seen.join('')).toBe(expected);
  });
});

describe('what a fence covers', () => {
  const rows: [mnemonic: string, mode: Mode, scope: string, of: string][] = [
    ['sfence.vma', 'S', 'host', 'host'],
    ['sfence.vma', 'VS', 'guest', 'guest'],
    ['sinval.vma', 'VS', 'guest', 'guest'],
    ['hfence.vvma', 'S', 'guest', 'guest'],
    ['hinval.vvma', 'M', 'guest', 'guest'],
    ['hfence.gvma', 'S', 'guest', 'stage2'],
    ['hinval.gvma', 'M', 'guest', 'stage2'],
  ];
  it.each(rows)('%s in %s drops translations of the %s and names %s, an address or all, a space or all', (...row) => {
    const [mnemonic, mode, scope, of] = row;
    for (const form of [0, 1, 2, 3]) {
      const hart = hartIn(mode);
      hart.write('x', 11, 0x8765_4321_0000n);
      // Bits beyond a VMID's 14 and an ASID's 16 are ignored.
      hart.write('x', 12, 0xf_c123n);
      const told: unknown[] = [];
      hart.flushTranslations = (...args) => void told.push(args);
      const fields: Record<string, number> = { rs1: form & 1 ? 11 : 0, rs2: form & 2 ? 12 : 0 };
      HELPERS[mnemonic]!(hart, (field) => fields[field]!);
      const fence = {
        of,
        // The guest physical address of HFENCE.GVMA is shifted right by 2.
        ...(form & 1 && { address: of === 'stage2' ? 0x2_1d95_0c84_0000n : 0x8765_4321_0000n }),
        ...(form & 2 && { asid: of === 'stage2' ? 0x123 : 0xc123 }),
      };
      expect(told).toEqual([[scope, fence]]);
    }
  });
});

describe('traps from a guest', () => {
  const to = (hart: FakeHart): string => worldOf(hart).mode;
  const rows: [cause: number, isInterrupt: boolean, slots: Record<string, bigint>, mode: string][] = [
    [13, false, {}, 'M'],
    [13, false, { medeleg: 1n << 13n }, 'S'],
    [13, false, { hedeleg: 1n << 13n }, 'M'],
    [13, false, { medeleg: 1n << 13n, hedeleg: 1n << 13n }, 'VS'],
    [6, true, {}, 'S'],
    [6, true, { hideleg: 1n << 6n }, 'VS'],
    [5, true, {}, 'M'],
  ];
  it.each(rows)('cause %s (interrupt: %s) with %s goes to %s', (cause, isInterrupt, slots, mode) => {
    const hart = hartIn('VU', slots);
    takeTrap(hart, cause, isInterrupt, 0x1234n, 0x4000n);
    expect(to(hart)).toBe(mode);
  });
  it('tell HS where they came from, and a guest-page fault its guest physical address', () => {
    const hart = hartIn('VS', { medeleg: 1n << 21n });
    takeTrap(hart, 21, false, 0x5678n, 0x4000n, { guestPhysical: 0x9_8765_4320n, implicit: 'write' });
    expect(hart.get('hstatus') & 0x1c0n).toBe(0x1c0n);
    expect([hart.get('htval'), hart.get('htinst')]).toEqual([0x9_8765_4320n >> 2n, 0x3020n]);
    expect(hart.get('mstatus') & 0x100n).toBe(0x100n);
  });
  it('are seen by the guest under the numbers of a supervisor', () => {
    const hart = hartIn('VU', { hideleg: 1n << 10n, vstvec: 0x8000_0001n });
    takeTrap(hart, 10, true, 0n, 0x4000n);
    expect(hart.get('vscause')).toBe((1n << 63n) | 9n);
    expect(hart.target).toBe(0x8000_0024n);
  });
});

describe('interrupts with guests', () => {
  const rows: [what: string, mode: Mode, slots: Record<string, bigint>, cause: number | undefined][] = [
    ['HS takes its own in a guest whatever SIE', 'VS', { mideleg: 0x666n, mie: 0x20n, mip: 0x20n }, 5],
    ['a guest takes its own with SIE', 'VS', { hideleg: 4n, mie: 4n, mip: 4n, vsstatus: 2n }, 2],
    ['and not without', 'VS', { hideleg: 4n, mie: 4n, mip: 4n }, undefined],
    ['in VU always', 'VU', { hideleg: 4n, mie: 4n, mip: 4n }, 2],
    ['outside a guest never', 'S', { hideleg: 4n, mie: 4n, mip: 4n, mstatus: STATUS | 2n }, undefined],
    ['HS handles what it keeps', 'S', { mie: 4n, mip: 4n, mstatus: STATUS | 2n }, 2],
    ['external, software, timer', 'VU', { hideleg: 0x444n, mie: 0x444n, mip: 0x444n }, 10],
    ['HS comes before the guest', 'VU', { mideleg: 0x666n, hideleg: 0x444n, mie: 0x466n, mip: 0x466n }, 1],
  ];
  it.each(rows)('%s', (_what, mode, slots, cause) => {
    expect(pendingInterrupt(hartIn(mode, slots))).toBe(cause);
  });
  it('are shown and cleared in sip and sie of the guest as hideleg says', () => {
    const hart = hartIn('VS', { hideleg: 0x44n, mip: 0x444n, mie: 0x444n });
    expect([access(hart, 'csrrs', 'sip'), access(hart, 'csrrs', 'sie')]).toEqual([0x22n, 0x22n]);
    access(hart, 'csrrw', 'sip', 0n);
    expect(hart.get('mip')).toBe(0x440n);
    access(hart, 'csrrw', 'sie', 0x20n);
    expect(hart.get('mie')).toBe(0x440n);
  });
});

describe('WARL', () => {
  it('hgatp with a MODE that does not exist keeps MODE alone, and its root reads as aligned to 16 KiB', () => {
    const hart = hartIn('S');
    access(hart, 'csrrw', 'hgatp', (8n << 60n) | (0xffffn << 44n) | 7n);
    expect(csrOfName('hgatp')?.read(hart)).toBe((8n << 60n) | (0x3fffn << 44n) | 4n);
    // The walk starts where QEMU's does, and the debugger reads that.
    expect(peekCsr(hart, 'hgatp')).toBe((8n << 60n) | (0x3fffn << 44n) | 7n);
    access(hart, 'csrrw', 'hgatp', (5n << 60n) | 0x100n);
    expect(hart.get('hgatp')).toBe((8n << 60n) | 0x100n);
  });
  it('henvcfg has no bit that menvcfg lacks', () => {
    const hart = hartIn('S', { menvcfg: 1n << 61n });
    access(hart, 'csrrw', 'henvcfg', (1n << 64n) - 1n);
    expect(access(hart, 'csrrs', 'henvcfg')).toBe((1n << 61n) | 1n);
  });
});
