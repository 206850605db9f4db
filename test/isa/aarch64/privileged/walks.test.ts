/** Walks of each granule and level as the manual draws them, and tables that lead nowhere. @see Arm ARM, D8.2 "Translation process" */
import { describe, expect, it } from 'vitest';
import { va as toVa } from '../../../../src/base/address';
import { CPUS } from '../../../../src/isa/aarch64/cpus';
import { cpuTranslate } from '../../../../src/isa/aarch64/paging-cpu';
import { translate } from '../../../../src/isa/aarch64/paging-view';
import { readRegister } from '../../../../src/isa/aarch64/register-access';
import { resetState, STATE } from '../../../../src/isa/aarch64/state';
import { mappings, tableEntries, tableShape } from '../../../../src/isa/aarch64/tables';
import { worldOf } from '../../../../src/isa/aarch64/worlds';
import { FakeHart, trapOf } from '../../../support/fake-hart';
import { Physical, RAM_BASE } from './physical';

const BASE = BigInt(RAM_BASE);
const AF = 1n << 10n;
/** Granule: TG0, log2 of its bytes. */
const GRANULES = { '4 KiB': [0n, 12], '16 KiB': [2n, 14], '64 KiB': [1n, 16] } as const;

interface Row {
  readonly granule: keyof typeof GRANULES;
  readonly t0sz: number;
  /** Level of the first table, and of the leaf. */
  readonly from: number;
  readonly to: number;
  /** log2 of what the leaf maps. */
  readonly size: number;
}
const row = (granule: Row['granule'], t0sz: number, from: number, to: number, size: number): Row => ({
  granule,
  t0sz,
  from,
  to,
  size,
});

const ROWS: readonly Row[] = [
  row('4 KiB', 16, 0, 3, 12),
  row('4 KiB', 16, 0, 2, 21),
  row('4 KiB', 16, 0, 1, 30),
  row('4 KiB', 24, 0, 3, 12),
  row('4 KiB', 25, 1, 3, 12),
  row('4 KiB', 34, 2, 3, 12),
  row('4 KiB', 43, 3, 3, 12),
  row('16 KiB', 16, 0, 3, 14),
  row('16 KiB', 17, 1, 3, 14),
  row('16 KiB', 17, 1, 2, 25),
  row('16 KiB', 28, 2, 3, 14),
  row('16 KiB', 39, 3, 3, 14),
  row('64 KiB', 16, 1, 3, 16),
  row('64 KiB', 16, 1, 2, 29),
  row('64 KiB', 22, 2, 3, 16),
  row('64 KiB', 35, 3, 3, 16),
];

const processor = (slots: Readonly<Record<string, bigint>>): FakeHart => {
  const hart = new FakeHart(STATE);
  resetState(hart, { cpu: CPUS.length - 1, el: 1 });
  for (const [name, value] of Object.entries({ SCTLR_EL1: 1n, MAIR_EL1: 0xffn, ...slots })) hart.set(name, value);
  return hart;
};
const tcr = (granule: Row['granule'], t0sz: number): bigint =>
  BigInt(t0sz) | (GRANULES[granule][0] << 14n) | (5n << 32n) | (1n << 23n);

const registersOf = (hart: FakeHart) => (name: string) => readRegister(hart, name) ?? 0n;

describe('a walk', () => {
  for (const { granule, t0sz, from, to, size } of ROWS) {
    it(`with pages of ${granule} and T0SZ ${t0sz} starts at level ${from}; a leaf of level ${to} maps 2^${size} bytes`, () => {
      const bits = GRANULES[granule][1];
      const memory = new Physical(0x10_0000);
      const address = 0x5a5a_1234_5678n & ((1n << BigInt(64 - t0sz)) - 1n);
      const shift = (level: number): bigint => BigInt(bits + (3 - level) * (bits - 3));
      const table = (level: number): bigint => BASE + BigInt(level) * 0x1_0000n;
      const target = (0x1234_5678_9000n >> BigInt(size)) << BigInt(size);
      for (let level = from; level <= to; level++) {
        const indices =
          level === from ? (1n << BigInt(64 - t0sz)) - 1n : (1n << (shift(level) + BigInt(bits - 3))) - 1n;
        const index = (address & indices) >> shift(level);
        const leaf = target | AF | (level === 3 ? 3n : 1n);
        memory.writeU64(table(level) + index * 8n, level === to ? leaf : table(level + 1) | 3n);
      }
      const hart = processor({ TCR_EL1: tcr(granule, t0sz), TTBR0_EL1: table(from) });
      const inLeaf = address & ((1n << BigInt(size)) - 1n);
      expect(BigInt(cpuTranslate(hart, memory, address, 'write').pa)).toBe(target | inLeaf);
      const world = worldOf(hart);
      const registers = registersOf(hart);
      const seen = translate(world, memory.read, toVa(address), 'read', registers);
      expect(seen.result).toMatchObject({ ok: true, pa: target | inLeaf, pageSize: 2 ** size });
      expect(seen.steps.map((step) => step.source === 'table' && step.level)).toEqual(
        Array.from({ length: to - from + 1 }, (_, at) => from + at),
      );
      const [mapping] = mappings(world, memory.read, registers, 10);
      expect(mapping).toMatchObject({ va: address - inLeaf, pa: target, size: 1n << BigInt(size) });
      const root = world.roots[0]!;
      expect(tableEntries(world, memory.read, registers, root.table as never, from, toVa(root.from)).length).toBe(1);
      const first = Math.min(2 ** bits, 8 * 2 ** (64 - t0sz - Number(shift(from))));
      expect(tableShape(world, from, registers)).toEqual({ entryBytes: 8, tableBytes: first });
    });
  }
});

describe('what leads nowhere is a fault', () => {
  const memory = new Physical(0x1_0000);
  const read = (slots: Readonly<Record<string, bigint>>, va = 0x1000n): number =>
    trapOf(() => cpuTranslate(processor({ TCR_EL1: tcr('4 KiB', 25), TTBR0_EL1: BASE, ...slots }), memory, va, 'read'))
      .cause;
  const abort = (status: number): number => (0x24 << 6) | status;

  it('of an external abort where a table is in no memory', () => {
    expect(read({ TTBR0_EL1: 0x1000n })).toBe(abort(0b010101));
  });
  it('of translation, level 0, where T0SZ is out of range or the address is', () => {
    for (const t0sz of [0, 15, 49, 63]) expect(read({ TCR_EL1: tcr('4 KiB', t0sz) })).toBe(abort(0b000100));
    expect(read({}, 1n << 39n)).toBe(abort(0b000100));
    expect(read({}, 1n << 63n)).toBe(abort(0b000100));
  });
  it('of address size where the first table lies beyond IPS', () => {
    expect(read({ TCR_EL1: tcr('4 KiB', 25) & ~(7n << 32n), TTBR0_EL1: 1n << 40n })).toBe(abort(0b000000));
  });
  it('of translation, level 3, where a table contains itself', () => {
    const looped = new Physical(0x1000);
    for (let at = 0n; at < 0x1000n; at += 8n) looped.writeU64(BASE + at, BASE | 1n | 2n);
    const hart = processor({ TCR_EL1: tcr('4 KiB', 16), TTBR0_EL1: BASE });
    // The entry of level 3 is a page: the table itself, whose access flag is clear.
    expect(trapOf(() => cpuTranslate(hart, looped, 0n, 'read')).cause).toBe(abort(0b001011));
    expect(mappings(worldOf(hart), looped.read, registersOf(hart), 20).length).toBeLessThanOrEqual(20);
  });
  it('taken to EL2 where tables of stage 2 contain themselves', () => {
    const looped = new Physical(0x4000);
    for (let at = 0n; at < 0x4000n; at += 8n) looped.writeU64(BASE + at, BASE | 3n);
    const hart = processor({
      HCR_EL2: 1n,
      VTCR_EL2: 24n | (1n << 6n) | (5n << 16n),
      VTTBR_EL2: BASE,
      TCR_EL1: tcr('4 KiB', 25),
      TTBR0_EL1: BASE,
    });
    // Of the table of stage 1: S1PTW.
    expect(trapOf(() => cpuTranslate(hart, looped, 0x1000n, 'read')).cause).toBe(0x2000 | abort(0b001011));
    expect(mappings(worldOf(hart), looped.read, registersOf(hart), 20).length).toBeLessThanOrEqual(20);
  });
});
