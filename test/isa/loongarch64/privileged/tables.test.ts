/** Page tables as the debugger lists them: two roots, one for each half of the addresses. */
import { describe, expect, it } from 'vitest';
import { hex, type Pa, pa, va } from '../../../../src/base/address';
import type { World } from '../../../../src/isa/core/world';
import { mappings, rootLevel, tableEntries } from '../../../../src/isa/loongarch64/tables';

const LOW = 0x1000n;
const HIGH = 0x2000n;

const world = (level: 'user' | 'kernel', stage1?: bigint): World => ({
  isa: 'loongarch64',
  mode: level === 'user' ? 'PLV3' : 'PLV0',
  rank: 0,
  guest: false,
  level,
  asid: 0,
  vmid: 0,
  ...(stage1 !== undefined && { stage1: pa(stage1) }),
});

/** PWCL and PWCH of tables with indices of 9 bits. */
const layout = (levels: 3 | 4): Record<string, bigint> => ({
  PWCL: 12n | (9n << 5n) | (21n << 10n) | (9n << 15n) | (30n << 20n) | (9n << 25n),
  PWCH: levels === 4 ? 39n | (9n << 6n) : 0n,
});

const registers =
  (values: Record<string, bigint>) =>
  (name: string): bigint =>
    values[name] ?? 0n;

/** Physical memory that holds these words. */
const memory = (words: Record<string, bigint>) => {
  const bytes = new Uint8Array(0x9000);
  const view = new DataView(bytes.buffer);
  for (const [at, word] of Object.entries(words)) view.setBigUint64(Number(at), word, true);
  return (at: Pa, length: number) =>
    Number(at) + length <= bytes.length ? bytes.subarray(Number(at), Number(at) + length) : undefined;
};

const PAGE = 0x191n;
const USER = 0x9dn;

/** A page of a program at 0x1000, and the kernel's last page: three levels below the roots at `LOW` and `HIGH`. */
const sample = (levels: 3 | 4) => {
  const words: Record<string, bigint> = {
    [`${0x5008n}`]: 0x40_0000n | USER,
    [`${0x6ff8n}`]: 0x50_0000n | PAGE,
    [`${0x4000n}`]: 0x5000n,
    [`${0x7ff8n}`]: 0x6000n,
  };
  if (levels === 4) {
    words[`${LOW}`] = 0x3000n;
    words[`${0x3000n}`] = 0x4000n;
    words[`${HIGH + 511n * 8n}`] = 0x8000n;
    words[`${0x8ff8n}`] = 0x7000n;
  } else {
    words[`${LOW}`] = 0x4000n;
    words[`${HIGH + 511n * 8n}`] = 0x7000n;
  }
  return memory(words);
};

describe.each([3, 4] as const)('tables of %i levels', (levels) => {
  const all = registers({ ...layout(levels), PGDL: LOW, PGDH: HIGH });
  const lines = (of: World, limit = 10) =>
    mappings(of, sample(levels), all, limit).map(({ va, pa, size }) => `${hex(va)} ${hex(pa)} ${hex(size)}`);

  it('are listed for both halves, in either of which the world may be', () => {
    const both = ['0x1000 0x400000 0x1000', '0xfffffffffffff000 0x500000 0x1000'];
    expect(lines(world('kernel', HIGH))).toEqual(both);
    expect(lines(world('user', LOW))).toEqual(both);
  });

  it('are those of the other half alone where the root of one is not set', () => {
    expect(
      mappings(world('kernel', HIGH), sample(levels), registers({ ...layout(levels), PGDH: HIGH }), 10).map(
        ({ va }) => va,
      ),
    ).toEqual([va(0xffff_ffff_ffff_f000n)]);
  });

  it('end at the limit', () => expect(lines(world('kernel', HIGH), 1)).toHaveLength(1));

  it('are none without a root', () => expect(lines(world('kernel'))).toEqual([]));

  it('have a root whose entries lie in the half that it serves', () => {
    const level = rootLevel(world('kernel', HIGH), all) ?? 0;
    expect(level).toBe(levels - 1);
    const [upper] = tableEntries(world('kernel', HIGH), sample(levels), all, pa(HIGH), level, va(0n));
    const [lower] = tableEntries(world('user', LOW), sample(levels), all, pa(LOW), level, va(0n));
    expect([upper?.index, hex(upper?.va ?? 0n)]).toEqual([
      511,
      levels === 4 ? '0xffffff8000000000' : '0xffffffffc0000000',
    ]);
    expect([lower?.index, lower?.va]).toEqual([0, va(0n)]);
  });
});

it('entries of a root for the other half are reached by no access and are not shown', () => {
  const read = memory({ [`${HIGH}`]: 0x3000n });
  const all = registers({ ...layout(4), PGDH: HIGH });
  expect(tableEntries(world('kernel', HIGH), read, all, pa(HIGH), 3, va(0n))).toEqual([]);
  expect(mappings(world('kernel', HIGH), read, all, 10)).toEqual([]);
});
