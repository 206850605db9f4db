import { describe, expect, it } from 'vitest';
import { hex, pa as toPa, va as toVa } from '../../../../src/base/address';
import { ALL_ADDRESSES, firstRoots, type World } from '../../../../src/isa/core/world';
import { mappings, rootLevel, tableEntries } from '../../../../src/isa/riscv64/paging-tables';
import { translate } from '../../../../src/isa/riscv64/paging-view';
import { Physical, pointer, pte, RAM_BASE, tableAt, tableSteps } from './physical';

const world = (mode: string, root?: number): World => ({
  isa: 'riscv64',
  mode,
  rank: 3,
  guest: false,
  level: 'kernel',
  asid: 0,
  vmid: 0,
  roots:
    root === undefined ? [] : [{ stage: 1, table: toPa(BigInt(root)), ...ALL_ADDRESSES, register: 'satp', asid: 0 }],
});
const kernel = world('S', RAM_BASE);
const registers =
  (satpMode: bigint, mstatus = 0n) =>
  (name: string): bigint =>
    name === 'satp' ? (satpMode << 60n) | BigInt(RAM_BASE >>> 12) : name === 'mstatus' ? mstatus : 0n;
const SV39 = registers(8n);
const levels = (of: World, all: (name: string) => bigint) => firstRoots(of).map((root) => rootLevel(of, root, all));

/** A kernel's usual layout: RAM linear by gigapage and by pages, a user page, holes. */
const sample = (): Physical => {
  const memory = new Physical(8);
  memory.writeU64(tableAt(0) + 2 * 8, pte(0x8000_0000, 'VRWXGAD'));
  memory.writeU64(tableAt(0) + 3 * 8, pte(0xc000_0000, 'VRWXGAD'));
  memory.writeU64(tableAt(0) + 511 * 8, pointer(1));
  memory.writeU64(tableAt(1), pointer(2));
  memory.writeU64(tableAt(1) + 1 * 8, pte(0x8020_0000, 'VRXA'));
  memory.writeU64(tableAt(1) + 2 * 8, pte(0x8020_1000, 'VRXA'));
  for (let i = 0; i < 4; i++) memory.writeU64(tableAt(2) + i * 8, pte(0x8100_0000 + i * 4096, 'VRWUAD'));
  memory.writeU64(tableAt(2) + 4 * 8, pte(0x8100_4000, 'VRWUA'));
  memory.writeU64(tableAt(2) + 5 * 8, pte(0x8200_0000, 'VRWUA'));
  memory.writeU64(tableAt(2) + 6 * 8, pte(0x8200_1000, 'VW'));
  memory.writeU64(tableAt(2) + 7 * 8, pointer(3));
  return memory;
};

describe('mappings', () => {
  it('lists every mapping in address order, equal neighbours merged, entries that always fault left out', () => {
    const lines = mappings(kernel, sample().read, SV39, 100).map(
      ({ va, pa, size, pageSize, perms, flags }) =>
        `${hex(va)} ${hex(pa)} ${hex(size)} ${pageSize} ${perms.read ? 'r' : '-'}${perms.write ? 'w' : '-'}${perms.execute ? 'x' : '-'}${perms.user ? 'u' : '-'} ${flags}`,
    );
    expect(lines).toEqual([
      '0x80000000 0x80000000 0x80000000 1073741824 rwx- GAD',
      '0xffffffffc0000000 0x81000000 0x4000 4096 rw-u AD',
      '0xffffffffc0004000 0x81004000 0x1000 4096 rw-u A',
      '0xffffffffc0005000 0x82000000 0x1000 4096 rw-u A',
      '0xffffffffc0200000 0x80200000 0x200000 2097152 r-x- A',
    ]);
  });
  it('stops at the limit', () => {
    expect(mappings(kernel, sample().read, SV39, 2)).toHaveLength(2);
  });
  it('is empty without paging', () => {
    expect(mappings(world('S'), sample().read, registers(0n), 10)).toEqual([]);
    expect(mappings(world('M', RAM_BASE), sample().read, SV39, 10)).toEqual([]);
  });
  it('ends on tables that contain themselves', () => {
    const memory = new Physical(1);
    for (let i = 0; i < 512; i++) memory.writeU64(RAM_BASE + i * 8, pointer(0));
    for (const mode of [8n, 9n, 10n]) expect(mappings(kernel, memory.read, registers(mode), 1000)).toEqual([]);
  });
  it('skips tables that lie nowhere', () => {
    const memory = new Physical(1);
    memory.writeU64(RAM_BASE, pte(0x1000, 'V'));
    memory.writeU64(RAM_BASE + 8, pte(2 ** 55, 'V'));
    memory.writeU64(RAM_BASE + 16, pte(2 ** 55, 'VRA'));
    expect(mappings(kernel, memory.read, SV39, 10)).toHaveLength(1);
  });
});

describe('tables', () => {
  it('the root of each scheme has its level', () => {
    expect([0n, 8n, 9n, 10n].flatMap((mode) => levels(mode ? kernel : world('S'), registers(mode)))).toEqual([2, 3, 4]);
  });
  it('list valid entries with their addresses and where they lead', () => {
    const rows = tableEntries(kernel, sample().read, SV39, toPa(BigInt(RAM_BASE)), 2, toVa(0n));
    expect(
      rows.map(({ index, at, va, next, target, pageSize }) => ({ index, at, va, next, target, pageSize })),
    ).toEqual([
      { index: 2, at: 0x8000_0010n, va: 0x8000_0000n, next: undefined, target: 0x8000_0000n, pageSize: 2 ** 30 },
      { index: 3, at: 0x8000_0018n, va: 0xc000_0000n, next: undefined, target: 0xc000_0000n, pageSize: 2 ** 30 },
      {
        index: 511,
        at: 0x8000_0ff8n,
        va: 0xffff_ffff_c000_0000n,
        next: 0x8000_1000n,
        target: undefined,
        pageSize: 2 ** 30,
      },
    ]);
  });
  it('drill down under an address of the upper half, malformed entries included', () => {
    const base = toVa(0xffff_ffff_c000_0000n);
    const rows = tableEntries(kernel, sample().read, SV39, toPa(BigInt(tableAt(2))), 0, base);
    expect(rows.map((row) => [row.index, hex(row.va), row.entry.isLeaf, row.next])).toEqual([
      [0, '0xffffffffc0000000', true, undefined],
      [1, '0xffffffffc0001000', true, undefined],
      [2, '0xffffffffc0002000', true, undefined],
      [3, '0xffffffffc0003000', true, undefined],
      [4, '0xffffffffc0004000', true, undefined],
      [5, '0xffffffffc0005000', true, undefined],
      [6, '0xffffffffc0006000', true, undefined],
      // A pointer at level 0 leads nowhere.
      [7, '0xffffffffc0007000', false, undefined],
    ]);
  });
  it('are empty where no memory is', () => {
    expect(tableEntries(kernel, sample().read, SV39, toPa(0x1000n), 2, toVa(0n))).toEqual([]);
  });
});

describe('a walk as data', () => {
  it('shows every entry with level, index and place', () => {
    const seen = translate(kernel, sample().read, toVa(0xffff_ffff_c000_2345n), 'read', registers(8n, 1n << 18n));
    expect(seen.scheme).toBe('Sv39');
    expect(tableSteps(seen).map(({ stage, level, index, at }) => ({ stage, level, index, at }))).toEqual([
      { stage: 1, level: 2, index: 511, at: 0x8000_0ff8n },
      { stage: 1, level: 1, index: 0, at: 0x8000_1000n },
      { stage: 1, level: 0, index: 2, at: 0x8000_2010n },
    ]);
    expect(seen.result).toEqual({
      ok: true,
      ipa: 0x8100_2345n,
      pa: 0x8100_2345n,
      pageSize: 4096,
      perms: { read: true, write: true, execute: false, user: true },
    });
  });
  it('walks another world of the same root with that world’s privilege', () => {
    const address = toVa(0xffff_ffff_c000_2345n);
    expect(translate(world('U', RAM_BASE), sample().read, address, 'write', SV39).result.ok).toBe(true);
    expect(translate(kernel, sample().read, address, 'write', SV39).result).toMatchObject({
      ok: false,
      fault: { causeName: 'Store/AMO page fault', tval: address },
    });
  });
});
