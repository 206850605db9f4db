import { describe, expect, it } from 'vitest';
import { peekCsr, pokeCsr } from '../../../../src/isa/riscv64/csr-access';
import { CSRS, MISA } from '../../../../src/isa/riscv64/csrs';
import { resetState, SLOTS, STATE } from '../../../../src/isa/riscv64/csrs-slots';
import { HELPERS } from '../../../../src/isa/riscv64/helpers';
import { FakeHart, trapOf } from '../../../support/fake-hart';

const MODES = { U: 0n, S: 1n, M: 3n } as const;
type Mode = keyof typeof MODES;

const hartIn = (mode: Mode, slots: Record<string, bigint> = {}): FakeHart => {
  const hart = new FakeHart(STATE);
  resetState(hart, { hartid: 0, start: 'machine' });
  hart.set('priv', MODES[mode]);
  for (const [slot, value] of Object.entries(slots)) hart.set(slot, value);
  hart.calls.length = 0;
  return hart;
};

const number = (name: string): number => {
  const csr = CSRS.find((row) => row.name === name);
  if (!csr) throw new Error(`no CSR ${name}`);
  return csr.number;
};

/** Runs `mnemonic rd=x5, csr, rs1=x6` with `operand` in x6 (or as the immediate) and yields x5. */
const access = (hart: FakeHart, mnemonic: string, csr: string | number, operand: bigint, source = 6): bigint => {
  hart.write('x', 6, operand);
  const fields: Record<string, number> = {
    csr: typeof csr === 'number' ? csr : number(csr),
    rd: 5,
    rs1: source,
    uimm: Number(operand & 31n),
  };
  hart.word = 0xdead_beef | 0;
  HELPERS[mnemonic]!(hart, (name) => {
    const value = fields[name];
    if (value === undefined) throw new Error(`no field ${name}`);
    return value;
  });
  return hart.read('x', 5);
};
const read = (hart: FakeHart, csr: string | number): bigint => access(hart, 'csrrs', csr, 0n, 0);

const ONES = (1n << 64n) - 1n;
const XL = (2n << 32n) | (2n << 34n);

describe('WARL: what a CSR holds after all ones, and after zero, are written in M-mode', () => {
  const rows: [csr: string, ones: bigint, zero: bigint][] = [
    // MPP = 3 and FS = 3 are legal, so SD follows; UXL and SXL are fixed at 64 bits.
    ['mstatus', 0x8000_00ca_007e_79aan, XL],
    ['sstatus', 0x8000_0002_000c_6122n, 2n << 32n],
    ['misa', MISA, MISA],
    ['medeleg', 0xf0_b7ffn, 0n],
    ['mideleg', 0x666n, 0x444n],
    ['mie', 0xeeen, 0n],
    // STIP is read-only once STCE is on, which it is not here; of the guest's bits only VSSIP can be written.
    ['mip', 0x226n, 0n],
    // MODE = 3 is reserved: the write is ignored.
    ['mtvec', 0n, 0n],
    ['stvec', 0n, 0n],
    ['mcounteren', 0xffff_ffffn, 0n],
    ['scounteren', 0xffff_ffffn, 0n],
    ['mcountinhibit', 5n, 0n],
    ['menvcfg', 0xe000_0000_0000_0001n, 0n],
    ['senvcfg', 1n, 0n],
    ['mscratch', ONES, 0n],
    ['sscratch', ONES, 0n],
    ['mepc', ONES - 1n, 0n],
    ['sepc', ONES - 1n, 0n],
    ['mcause', ONES, 0n],
    ['scause', ONES, 0n],
    ['mtval', ONES, 0n],
    ['stval', ONES, 0n],
    // MODE 15 does not exist: the write is ignored.
    ['satp', 0n, 0n],
    ['pmpaddr0', (1n << 54n) - 1n, 0n],
    ['mhpmevent3', 0n, 0n],
    ['mhpmcounter31', 0n, 0n],
  ];
  it.each(rows)('%s', (csr, ones, zero) => {
    const hart = hartIn('M');
    access(hart, 'csrrw', csr, ONES);
    expect(read(hart, csr)).toBe(ones);
    const other = hartIn('M');
    access(other, 'csrrw', csr, 0n);
    expect(read(other, csr)).toBe(zero);
  });

  const exact: [csr: string, before: bigint, written: bigint, after: bigint, rule: string][] = [
    ['mstatus', 1n << 11n, 2n << 11n, XL | (1n << 11n), 'MPP = 2 is no mode: MPP keeps its value'],
    ['mstatus', 0n, 3n << 13n, XL | (3n << 13n) | (1n << 63n), 'SD reads 1 while FS is Dirty'],
    ['mstatus', 0n, (2n << 13n) | (1n << 63n), XL | (2n << 13n), 'SD cannot be written'],
    ['mtvec', 0x8000_0000n, 0x8000_0101n, 0x8000_0101n, 'vectored mode is legal'],
    ['stvec', 0x8000_0000n, 0x9000_0002n, 0x8000_0000n, 'a reserved mode leaves the vector alone'],
    ['satp', 0n, 0x8123_4000_0008_0000n, 0x8123_4000_0008_0000n, 'Sv39, ASID and PPN are kept'],
    ['satp', 0n, 0x9fff_f000_0000_0001n, 0x9fff_f000_0000_0001n, 'Sv48 with all 16 ASID bits'],
    ['satp', 0n, 0xa000_0fff_ffff_ffffn, 0xa000_0fff_ffff_ffffn, 'Sv57 with all 44 PPN bits'],
    ['satp', 0x8000_0000_0008_0000n, 0xb000_0000_0000_1234n, 0x8000_0000_0008_0000n, 'MODE 11: nothing changes'],
    ['satp', 0x8000_0000_0008_0000n, 0x1000_0000_0000_1234n, 0x8000_0000_0008_0000n, 'MODE 1: nothing changes'],
    ['sepc', 0n, 0x8000_0003n, 0x8000_0002n, 'bit 0 is always 0, bit 1 is not (C is there)'],
    ['pmpcfg0', 0n, 0xffn, 0x9fn, 'bits 6 and 5 read 0'],
    ['pmpcfg0', 0n, 0x1an, 0x18n, 'W without R is reserved and loses W'],
    ['pmpcfg0', 0x9bn, 0x0n, 0x9bn, 'a locked entry keeps its byte'],
    ['pmpcfg2', 0x1f00_0000_0000_0080n, 0x0n, 0x80n, 'locking is per byte'],
  ];
  it.each(exact)('%s from %s written %s reads %s: %s', (csr, before, written, after) => {
    const hart = hartIn('M');
    hart.set(csr, csr === 'mstatus' ? XL | before : before);
    access(hart, 'csrrw', csr, written);
    expect(read(hart, csr)).toBe(after);
  });

  it('misa says RV64IMAFDCBHSU', () => {
    expect(MISA).toBe(0x8000_0000_0014_11afn);
  });
});

describe('access rules', () => {
  const illegal: [mode: Mode, what: string, csr: string | number, mnemonic: string, slots?: Record<string, bigint>][] =
    [
      ['U', 'a supervisor CSR', 'sscratch', 'csrrs'],
      ['U', 'a machine CSR', 'mscratch', 'csrrs'],
      ['S', 'a machine CSR', 'mstatus', 'csrrs'],
      ['S', 'a PMP register', 'pmpaddr0', 'csrrs'],
      ['M', 'a CSR that does not exist', 0x5c0, 'csrrs'],
      ['M', 'the trigger registers, which do not exist', 0x7a0, 'csrrs'],
      ['M', 'an odd pmpcfg, which RV64 lacks', 0x3a1, 'csrrs'],
      ['M', 'pmpaddr16, beyond the 16 entries', 0x3c0, 'csrrs'],
      ['M', 'mhartid by writing', 'mhartid', 'csrrw'],
      ['M', 'cycle by writing', 'cycle', 'csrrw'],
      ['U', 'cycle without scounteren', 'cycle', 'csrrs', { mcounteren: 7n }],
      ['U', 'cycle without mcounteren', 'cycle', 'csrrs', { scounteren: 7n }],
      ['S', 'time without mcounteren', 'time', 'csrrs', { mcounteren: 5n, scounteren: 7n }],
      ['S', 'hpmcounter31 without its bit', 'hpmcounter31', 'csrrs', { mcounteren: 0x7fff_ffffn }],
      ['S', 'satp under TVM', 'satp', 'csrrs', { mstatus: XL | (1n << 20n) }],
      ['U', 'satp', 'satp', 'csrrs'],
      ['M', 'fcsr while FS is Off', 'fcsr', 'csrrs'],
      ['M', 'fflags while FS is Off', 'fflags', 'csrrw'],
      ['U', 'frm while FS is Off', 'frm', 'csrrs'],
    ];
  it.each(illegal)(
    '%s may not touch %s: illegal instruction with the word in tval',
    (mode, _what, csr, mnemonic, slots) => {
      const hart = hartIn(mode, slots);
      expect(trapOf(() => access(hart, mnemonic, csr, 1n))).toEqual({ cause: 2, tval: 0xdead_beefn });
      expect(hart.read('x', 5)).toBe(0n);
    },
  );

  const legal: [mode: Mode, what: string, csr: string, slots?: Record<string, bigint>][] = [
    ['S', 'time with mcounteren.TM', 'time', { mcounteren: 2n }],
    ['U', 'instret with both enables', 'instret', { mcounteren: 4n, scounteren: 4n }],
    ['U', 'hpmcounter3 with both enables', 'hpmcounter3', { mcounteren: 8n, scounteren: 8n }],
    ['M', 'cycle without any enable', 'cycle'],
    ['M', 'satp under TVM', 'satp', { mstatus: XL | (1n << 20n) }],
    ['U', 'fcsr when FS is Initial', 'fcsr', { mstatus: XL | (1n << 13n) }],
    ['M', 'mconfigptr', 'mconfigptr'],
  ];
  it.each(legal)('%s may read %s', (mode, _what, csr, slots) => {
    expect(() => read(hartIn(mode, slots), csr)).not.toThrow();
  });

  it.each(['csrrs', 'csrrc'])('%s with rs1 = x0 does not write, so it may read a read-only CSR', (mnemonic) => {
    expect(access(hartIn('M', { mhartid: 3n }), mnemonic, 'mhartid', 0n, 0)).toBe(3n);
  });
  it.each(['csrrs', 'csrrc'])('%s with a register other than x0 writes even when the register holds 0', (mnemonic) => {
    expect(trapOf(() => access(hartIn('M'), mnemonic, 'mhartid', 0n, 6)).cause).toBe(2);
  });
  it.each(['csrrsi', 'csrrci'])('%s with immediate 0 does not write', (mnemonic) => {
    expect(access(hartIn('M', { mhartid: 3n }), mnemonic, 'mhartid', 0n)).toBe(3n);
    expect(trapOf(() => access(hartIn('M'), mnemonic, 'mhartid', 1n)).cause).toBe(2);
  });
  it('csrrwi writes even when its immediate is 0', () => {
    const hart = hartIn('M', { mscratch: 77n });
    expect(access(hart, 'csrrwi', 'mscratch', 0n)).toBe(77n);
    expect(hart.get('mscratch')).toBe(0n);
    expect(trapOf(() => access(hart, 'csrrwi', 'mhartid', 0n)).cause).toBe(2);
  });
  it.each([
    ['csrrw', 0xf0n, 0x3cn, 0x3cn],
    ['csrrs', 0xf0n, 0x3cn, 0xfcn],
    ['csrrc', 0xf0n, 0x3cn, 0xc0n],
    ['csrrwi', 0xf0n, 0x1fn, 0x1fn],
    ['csrrsi', 0xf0n, 0x1fn, 0xffn],
    ['csrrci', 0xf0n, 0x1fn, 0xe0n],
  ])('%s returns the old value %s and with operand %s leaves %s', (mnemonic, old, operand, after) => {
    const hart = hartIn('M', { mscratch: old });
    expect(access(hart, mnemonic, 'mscratch', operand)).toBe(old);
    expect(hart.get('mscratch')).toBe(after);
  });
  it('csrrw with rd = rs1 swaps', () => {
    const hart = hartIn('M', { mscratch: 1n });
    hart.write('x', 6, 2n);
    const fields: Record<string, number> = { csr: 0x340, rd: 6, rs1: 6 };
    HELPERS.csrrw!(hart, (name) => fields[name]!);
    expect([hart.read('x', 6), hart.get('mscratch')]).toEqual([1n, 2n]);
  });
});

describe('views', () => {
  it('sstatus shows and changes only its part of mstatus', () => {
    const hart = hartIn('S', { mstatus: XL | 0x7e_79aan });
    expect(read(hart, 'sstatus')).toBe(0x8000_0002_000c_6122n);
    access(hart, 'csrrw', 'sstatus', 0n);
    expect(hart.get('mstatus')).toBe(XL | (0x7e_79aan & ~0xc_6122n));
  });
  it('sie reads and writes only delegated interrupts', () => {
    const hart = hartIn('S', { mideleg: 0x20n, mie: 0xaaan });
    expect(read(hart, 'sie')).toBe(0x20n);
    access(hart, 'csrrw', 'sie', 0n);
    expect(hart.get('mie')).toBe(0xa8an);
  });
  it('sip shows delegated pending interrupts, lines included', () => {
    expect(read(hartIn('S', { mideleg: 0x222n, mip: 0x2n, mipLines: 0xa80n | 0x20n }), 'sip')).toBe(0x222n);
    expect(read(hartIn('S', { mideleg: 0x2n, mip: 0x2n, mipLines: 0xa80n }), 'sip')).toBe(0x2n);
  });
  it('sip writes only SSIP, and only when it is delegated', () => {
    const hart = hartIn('S', { mideleg: 0x222n });
    access(hart, 'csrrw', 'sip', ONES);
    expect(hart.get('mip')).toBe(2n);
    const kept = hartIn('S', { mideleg: 0x220n });
    access(kept, 'csrrw', 'sip', ONES);
    expect(kept.get('mip')).toBe(0n);
  });
  it('mip.SEIP reads as line or software bit; csrrs and csrrc modify the software bit alone', () => {
    const hart = hartIn('M', { mipLines: 0x200n });
    expect(access(hart, 'csrrs', 'mip', 2n)).toBe(0x200n);
    expect(hart.get('mip')).toBe(2n);
    expect(access(hart, 'csrrs', 'mip', 0x200n)).toBe(0x202n);
    hart.set('mipLines', 0n);
    expect(read(hart, 'mip')).toBe(0x202n);
    access(hart, 'csrrc', 'mip', 0x200n);
    expect(read(hart, 'mip')).toBe(2n);
  });
  it('fcsr joins frm and fflags; writing any of them makes FS Dirty, reading does not', () => {
    const hart = hartIn('U', { mstatus: XL | (1n << 13n), fflags: 0x11n, frm: 3n });
    expect(read(hart, 'fcsr')).toBe(0x71n);
    expect(hart.get('mstatus')).toBe(XL | (1n << 13n));
    access(hart, 'csrrw', 'fcsr', ONES);
    expect([hart.get('fflags'), hart.get('frm')]).toEqual([31n, 7n]);
    expect(hart.get('mstatus')).toBe(XL | (3n << 13n));
    access(hart, 'csrrw', 'frm', 0x1an);
    expect([hart.get('fflags'), hart.get('frm')]).toEqual([31n, 2n]);
    access(hart, 'csrrc', 'fflags', 1n);
    expect(hart.get('fflags')).toBe(30n);
  });
});

describe('counters', () => {
  it('minstret written is what the next instruction reads', () => {
    const hart = hartIn('M');
    hart.retired = 1000n;
    access(hart, 'csrrw', 'minstret', 5n);
    hart.retired = 1001n;
    expect(read(hart, 'minstret')).toBe(5n);
    hart.retired = 1003n;
    expect(read(hart, 'instret')).toBe(7n);
  });
  it('an inhibited counter stands still and goes on from there', () => {
    const hart = hartIn('M');
    hart.cycles = 100n;
    access(hart, 'csrrw', 'mcountinhibit', 1n);
    hart.cycles = 500n;
    expect(read(hart, 'mcycle')).toBe(100n);
    access(hart, 'csrrw', 'mcycle', 42n);
    hart.cycles = 600n;
    expect(read(hart, 'mcycle')).toBe(42n);
    access(hart, 'csrrw', 'mcountinhibit', 0n);
    hart.cycles = 601n;
    expect(read(hart, 'mcycle')).toBe(42n);
    hart.cycles = 611n;
    expect(read(hart, 'cycle')).toBe(52n);
  });
  it('time is the board timer', () => {
    const hart = hartIn('M');
    hart.time = 123n;
    expect(read(hart, 'time')).toBe(123n);
  });
});

describe('what the engine is told', () => {
  const rows: [csr: string, value: bigint, calls: string[]][] = [
    ['satp', 8n << 60n, ['host translations', 'context']],
    ['vsatp', 8n << 60n, ['guest translations', 'context']],
    ['hgatp', 8n << 60n, ['guest translations', 'context']],
    ['vsstatus', 1n << 18n, ['context']],
    ['vsstatus', 1n << 1n, ['interrupts']],
    ['hideleg', 4n, ['interrupts']],
    ['hvip', 4n, ['interrupts']],
    ['menvcfg', 1n << 62n, ['translations']],
    ['menvcfg', 0xa000_0000_0000_0000n, ['timers']],
    ['stimecmp', 5n, ['timers']],
    ['vstimecmp', 5n, ['timers']],
    ['htimedelta', 5n, ['timers']],
    ['pmpaddr3', 5n, ['translations', 'context']],
    ['pmpcfg0', 0x1fn, ['translations', 'context']],
    ['mstatus', XL | (1n << 3n), ['interrupts']],
    ['mstatus', XL | (1n << 17n), ['context']],
    ['sstatus', 1n << 18n, ['context']],
    ['sstatus', 1n << 1n, ['interrupts']],
    ['mie', 0x80n, ['interrupts']],
    ['mip', 2n, ['interrupts']],
    ['mideleg', 2n, ['interrupts']],
    ['mscratch', 2n, []],
    ['satp', 0n, []],
  ];
  it.each(rows)('after csrrw %s, %s: %s', (csr, value, calls) => {
    const hart = hartIn('M');
    access(hart, 'csrrw', csr, value);
    expect(hart.calls).toEqual(calls);
  });
});

describe('the table', () => {
  it('has unique numbers and names', () => {
    expect(new Set(CSRS.map((csr) => csr.number)).size).toBe(CSRS.length);
    expect(new Set(CSRS.map((csr) => csr.name)).size).toBe(CSRS.length);
  });
  it('is documented, and fields lie in order without overlap', () => {
    for (const csr of CSRS) {
      expect(csr.doc.length, csr.name).toBeGreaterThan(10);
      let next = 0;
      for (const field of csr.fields ?? []) {
        expect(field.low, `${csr.name}.${field.name}`).toBeGreaterThanOrEqual(next);
        expect(field.high).toBeGreaterThanOrEqual(field.low);
        next = field.high + 1;
      }
    }
  });
  it('keeps every CSR stable under writing back what was read', () => {
    for (const csr of CSRS) {
      const hart = hartIn('M', { mstatus: XL | (1n << 13n), mie: 0x2aan, mideleg: 0x222n, pmpcfg0: 0x1f9bn });
      const before = csr.read(hart);
      if (!csr.write) continue;
      csr.write(hart, before);
      // A counter written is what the next instruction reads.
      hart.cycles += 1n;
      hart.retired += 1n;
      expect(csr.read(hart), csr.name).toBe(before);
    }
  });
  it('lets a debugger read any CSR in U-mode and write what is writable', () => {
    const hart = hartIn('U', { mscratch: 9n });
    expect(peekCsr(hart, 'mscratch')).toBe(9n);
    expect(pokeCsr(hart, 'mscratch', 10n)).toBe(true);
    expect(hart.get('mscratch')).toBe(10n);
    expect(pokeCsr(hart, 'cycle', 1n)).toBe(false);
    expect(peekCsr(hart, 'nothing')).toBeUndefined();
  });
});

describe('reset', () => {
  it('starts in M-mode with interrupts, paging, PMP and FP off', () => {
    const hart = hartIn('M');
    expect(SLOTS.filter((slot) => hart.get(slot) !== 0n)).toEqual([
      'priv',
      'mstatus',
      'mideleg',
      'menvcfg',
      'reservation',
      'hstatus',
      'vsstatus',
    ]);
  });
  it('under machine-provided SBI starts in S-mode with everything delegated but its own ecall', () => {
    const hart = new FakeHart(STATE);
    resetState(hart, { hartid: 2, start: 'supervisor' });
    expect(hart.get('priv')).toBe(1n);
    expect(hart.get('sbi')).toBe(1n);
    expect(hart.get('mhartid')).toBe(2n);
    expect(hart.get('mideleg')).toBe(0x666n);
    expect(hart.get('medeleg')).toBe(0xf0_b5ffn);
    expect(peekCsr(hart, 'sstatus')).toBe(0x8000_0002_0000_6000n);
  });
});
