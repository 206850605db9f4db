/** Page tables as the debugger lists them: two roots, one for each half of the addresses. */
import { describe, expect, it } from 'vitest';
import { hex, type Pa, pa, va } from '../../../../src/base/address';
import { byRoot, firstRoots, type World } from '../../../../src/isa/core/world';
import { CRMD } from '../../../../src/isa/loongarch64/bits';
import { mappings, rootLevel, tableEntries, walkTables } from '../../../../src/isa/loongarch64/tables';
import { worldOfPlv } from '../../../../src/isa/loongarch64/worlds';

const LOW = 0x1000n;
const HIGH = 0x2000n;

/** The world of a level with mapped addresses under registers. */
const world = (level: 'user' | 'kernel', values: Record<string, bigint>): World =>
  worldOfPlv({ get: registers({ CRMD: CRMD.PG, ...values }) }, level === 'user' ? 3 : 0);

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
  const roots = { PGDL: LOW, PGDH: HIGH };
  const all = registers(layout(levels));
  const lines = (of: World, limit = 10) =>
    mappings(of, sample(levels), all, limit).map(({ va, pa, size }) => `${hex(va)} ${hex(pa)} ${hex(size)}`);
  const [lower, upper] = ['0x1000 0x400000 0x1000', '0xfffffffffffff000 0x500000 0x1000'];

  it('are listed for both halves, in either of which the world may be', () => {
    expect(lines(world('kernel', roots))).toEqual([lower, upper]);
    expect(lines(world('user', roots))).toEqual([lower, upper]);
  });

  it('are those of one half where the root of the other is not set', () => {
    expect(lines(world('kernel', { PGDH: HIGH }))).toEqual([upper]);
    expect(lines(world('kernel', { PGDL: LOW }))).toEqual([lower]);
  });

  it('are listed for each root alone', () => {
    expect(byRoot(world('kernel', roots)).map((part) => lines(part))).toEqual([[lower], [upper]]);
  });

  it('end at the limit', () => expect(lines(world('kernel', roots), 1)).toHaveLength(1));

  it('are none without a root', () => expect(lines(world('kernel', {}))).toEqual([]));

  it('have roots whose entries lie in the half that each serves', () => {
    const kernel = world('kernel', roots);
    const found = firstRoots(kernel).map((root) => {
      const level = rootLevel(kernel, root, all) ?? 0;
      const [entry] = tableEntries(kernel, sample(levels), all, pa(root.table), level, va(root.from));
      return [root.register, level, entry?.index, hex(entry?.va ?? -1n)];
    });
    expect(found).toEqual([
      ['PGDL', levels - 1, 0, '0x0'],
      ['PGDH', levels - 1, 511, levels === 4 ? '0xffffff8000000000' : '0xffffffffc0000000'],
    ]);
  });

  it('are found from the root that serves the address, or it is said that none does', () => {
    const steps = (of: World, address: bigint) => {
      const { steps: found, leaf, rule } = walkTables(of, address, all, sample(levels));
      return [found.map(({ at }) => hex(at))[0], leaf?.pa ?? rule];
    };
    const kernel = world('kernel', roots);
    expect(steps(kernel, 0x1234n)).toEqual([hex(LOW), 0x40_0234n]);
    expect(steps(kernel, 0xffff_ffff_ffff_f234n)).toEqual([hex(HIGH + 511n * 8n), 0x50_0234n]);
    expect(steps(world('kernel', { PGDH: HIGH }), 0x1234n)).toEqual([
      undefined,
      'PGDL names no table for this half of the addresses',
    ]);
  });
});

it('entries of a root for the other half are reached by no access and are not shown', () => {
  const read = memory({ [`${HIGH}`]: 0x3000n });
  const all = registers(layout(4));
  const kernel = world('kernel', { PGDH: HIGH });
  const [root] = firstRoots(kernel);
  expect(tableEntries(kernel, read, all, pa(HIGH), 3, va(root?.from ?? 0n))).toEqual([]);
  expect(mappings(kernel, read, all, 10)).toEqual([]);
});

it('a root has the number of the address space in the lower half, and belongs to all of them in the upper one', () => {
  const { roots } = world('user', { PGDL: LOW, PGDH: HIGH, ASID: 7n });
  expect(roots.map(({ register, asid }) => [register, asid])).toEqual([
    ['PGDL', 7],
    ['PGDH', undefined],
  ]);
});

it('direct addresses have no roots', () => {
  expect(worldOfPlv({ get: registers({ CRMD: CRMD.DA, PGDL: LOW, PGDH: HIGH }) }, 0).roots).toEqual([]);
});
