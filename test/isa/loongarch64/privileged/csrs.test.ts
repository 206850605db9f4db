/** Control and status registers by instructions. @see LoongArch Reference Manual, Volume 1, "Control and Status Registers" */
import { describe, expect, it } from 'vitest';
import { CSRS } from '../../../../src/isa/loongarch64/csrs';
import { HELPERS } from '../../../../src/isa/loongarch64/helpers';
import { STATE } from '../../../../src/isa/loongarch64/state';
import type { FakeHart } from '../../../support/fake-hart';
import { hartWith } from './hart';

const RD = 12;
const ONES = (1n << 64n) - 1n;

/** Executes csrrd, or csrwr of `value`: what rd has afterwards. */
const access = (hart: FakeHart, mnemonic: 'csrrd' | 'csrwr', csr: number, value = 0n): bigint => {
  hart.write('r', RD, value);
  HELPERS[mnemonic]?.(hart, (field) => (field === 'csr' ? csr : RD));
  return hart.read('r', RD);
};
const read = (hart: FakeHart, csr: number): bigint => access(hart, 'csrrd', csr);
const write = (hart: FakeHart, csr: number, value: bigint): bigint => access(hart, 'csrwr', csr, value);

const PAGES = ONES - 0xfffn;
const PHYSICAL_PAGE = 0xffff_ffff_f000n;
const ELO = 0xe000_ffff_ffff_f07fn;
const WINDOW = 0xf000_0000_0000_003fn;

/** Number, name, what is read at reset, after ones were written, and after zeros, where that is not as at reset. */
const ROWS: readonly (readonly [number, string, bigint, bigint, bigint?])[] = [
  // And PLV.
  [0x0, 'CRMD', 8n, 0x3fcn, 0n],
  [0x1, 'PRMD', 0n, 0xfn],
  [0x2, 'EUEN', 0n, 3n],
  [0x3, 'MISC', 0n, 0n],
  [0x4, 'ECFG', 0n, 0x7_1fffn],
  [0x5, 'ESTAT', 0n, 3n],
  [0x6, 'ERA', 0n, ONES],
  [0x7, 'BADV', 0n, ONES],
  [0x8, 'BADI', 0n, 0n],
  [0xc, 'EENTRY', 0n, PAGES],
  [0x10, 'TLBIDX', 0n, 0xffff_ffff_bf00_0fffn],
  [0x11, 'TLBEHI', 0n, ONES - 0x1fffn],
  [0x12, 'TLBELO0', 0n, ELO],
  [0x13, 'TLBELO1', 0n, ELO],
  [0x18, 'ASID', 0xa_0000n, 0xa_03ffn],
  [0x19, 'PGDL', 0n, PAGES],
  [0x1a, 'PGDH', 0n, PAGES],
  [0x1b, 'PGD', 0n, 0n],
  [0x1c, 'PWCL', 0n, ONES],
  [0x1d, 'PWCH', 0n, 0xff_ffffn],
  [0x1e, 'STLBPS', 12n, 0x3fn, 0n],
  [0x1f, 'RVACFG', 0n, 0n],
  [0x20, 'CPUID', 0n, 0n],
  [0x21, 'PRCFG1', 0x72f8n, 0x72f8n],
  [0x22, 'PRCFG2', 0x3fff_f000n, 0x3fff_f000n],
  [0x23, 'PRCFG3', 0x80_73f2n, 0x80_73f2n],
  ...Array.from({ length: 8 }, (_, index) => [0x30 + index, `SAVE${index}`, 0n, ONES] as const),
  [0x40, 'TID', 0n, ONES],
  [0x41, 'TCFG', 0n, 0xffff_ffff_ffffn],
  [0x42, 'TVAL', 0n, 0n],
  [0x43, 'CNTC', 0n, ONES],
  [0x44, 'TICLR', 0n, 0n],
  [0x60, 'LLBCTL', 0n, 4n],
  [0x88, 'TLBRENTRY', 0n, PHYSICAL_PAGE],
  [0x89, 'TLBRBADV', 0n, ONES],
  [0x8a, 'TLBRERA', 0n, ONES - 2n],
  [0x8b, 'TLBRSAVE', 0n, ONES],
  [0x8c, 'TLBRELO0', 0n, ELO],
  [0x8d, 'TLBRELO1', 0n, ELO],
  [0x8e, 'TLBREHI', 0n, ONES - 0x1fc0n],
  [0x8f, 'TLBRPRMD', 0n, 0x17n],
  [0x90, 'MERRCTL', 0n, 0x1fden],
  [0x93, 'MERRENTRY', 0n, PHYSICAL_PAGE],
  [0x94, 'MERRERA', 0n, ONES],
  [0x95, 'MERRSAVE', 0n, ONES],
  ...Array.from({ length: 4 }, (_, index) => [0x180 + index, `DMW${index}`, 0n, WINDOW] as const),
  [0x501, 'DERA', 0n, ONES],
  [0x502, 'DSAVE', 0n, ONES],
];

describe('CSRs', () => {
  for (const [csr, name, reset, ones, zeros = reset] of ROWS) {
    it(`${name}, 0x${csr.toString(16)}, has the bits that the manual gives it`, () => {
      expect(CSRS.find(({ number }) => number === csr)?.name).toBe(name);
      const hart = hartWith({});
      // Below PLV0 nobody reads what was written.
      const written = (value: bigint): bigint => {
        write(hart, csr, value);
        hart.set('CRMD', hart.get('CRMD') & ~3n);
        return read(hart, csr);
      };
      expect(read(hart, csr)).toBe(reset);
      expect(written(ONES)).toBe(ones);
      expect(written(0n)).toBe(zeros);
    });
  }

  it('that are not listed and do nothing here read as 0, whatever is written to them', () => {
    const listed = new Set(ROWS.map(([csr]) => csr));
    // Implementation control, which belongs to the implementation.
    for (const csr of [0x80, 0x81]) listed.add(csr);
    const hart = hartWith({});
    const before = STATE.slots.map((slot) => hart.get(slot));
    const answering: number[] = [];
    for (let csr = 0; csr < 1 << 14; csr++) {
      if (listed.has(csr)) continue;
      write(hart, csr, ONES);
      if (read(hart, csr) !== 0n) answering.push(csr);
    }
    expect(answering).toEqual([]);
    expect(STATE.slots.map((slot) => hart.get(slot))).toEqual(before);
  });

  it.each([
    [0x0, 4n, ['interrupts', 'context']],
    [0x4, 1n, ['interrupts']],
    [0x5, 1n, ['interrupts']],
    [0x18, 1n, ['translations']],
    [0x180, 1n, ['translations']],
    [0x41, 1n, ['timers']],
    [0x44, 1n, ['interrupts']],
  ])('0x%s is told the engine when it changes what it decides by', (csr, value, calls) => {
    const hart = hartWith({ lines: 1n << 11n });
    write(hart, csr, value);
    expect([...new Set(hart.calls)].sort()).toEqual([...calls].sort());
  });
});

describe('the timer', () => {
  const [TCFG, TVAL] = [0x41, 0x42];
  const EN = 1n;
  const PERIODIC = 2n;
  const valueAt = (hart: FakeHart, time: bigint): bigint => {
    hart.time = time;
    return read(hart, TVAL);
  };

  it('counts down from TCFG, and stays at 0', () => {
    const hart = hartWith({});
    hart.time = 1000n;
    write(hart, TCFG, 100n | EN);
    expect([1000n, 1030n, 1099n, 1100n, 9999n].map((time) => valueAt(hart, time))).toEqual([100n, 70n, 1n, 0n, 0n]);
  });
  it('begins anew when it is periodic', () => {
    const hart = hartWith({});
    write(hart, TCFG, 100n | EN | PERIODIC);
    expect([0n, 99n, 100n, 130n, 250n].map((time) => valueAt(hart, time))).toEqual([100n, 1n, 100n, 70n, 50n]);
  });
  it('that is switched off stays where it is', () => {
    const hart = hartWith({});
    write(hart, TCFG, 100n | EN);
    hart.time = 30n;
    write(hart, TCFG, 100n);
    expect(valueAt(hart, 50n)).toBe(70n);
  });
  it('that was never on is 0, though it has a value to begin with', () => {
    const hart = hartWith({});
    write(hart, TCFG, 100n);
    expect(valueAt(hart, 50n)).toBe(0n);
  });
});
