/** What the debugger sees of translation: steps, rules in words, tables and mappings, under the same registers as the CPU. */
import { describe, expect, it } from 'vitest';
import { va as toVa } from '../../../src/base/address';
import type { Access } from '../../../src/isa/core/translation';
import { CR0, CR4, EFER } from '../../../src/isa/x86_64/bits';
import { translate } from '../../../src/isa/x86_64/paging-view';
import { readRegister } from '../../../src/isa/x86_64/register-access';
import { resetState } from '../../../src/isa/x86_64/reset';
import { STATE } from '../../../src/isa/x86_64/state';
import { mappings, rootLevel, tableEntries, tableShape } from '../../../src/isa/x86_64/tables';
import { worldAt, worldOf, worldsOf } from '../../../src/isa/x86_64/worlds';
import { FakeHart } from '../../support/fake-hart';
import { Physical } from './physical';

const P = 1n;
const W = 2n;
const U = 4n;
const PS = 0x80n;
const NX = 1n << 63n;

const LONG = { cr0: CR0.PG | CR0.PE | CR0.WP, cr4: CR4.PAE, efer: EFER.LMA | EFER.LME | EFER.NXE, cr3: 0x1000n };

const processor = (slots: Readonly<Record<string, bigint>>): FakeHart => {
  const hart = new FakeHart(STATE);
  resetState(hart, { cpu: 0 });
  for (const [name, value] of Object.entries(slots)) hart.set(name, value);
  return hart;
};
const registersOf = (hart: FakeHart) => (name: string) => readRegister(hart, name) ?? -1n;

/** PML4 at 0x1000: a user page at 0x40_0000, 1 GiB at the upper half's start and its last 2 MiB. */
const longTables = (): Physical => {
  const memory = new Physical();
  memory.writeU64(0x1000, 0x2000n | P | W | U);
  memory.writeU64(0x1000 + 256 * 8, 0x5000n | P | W);
  memory.writeU64(0x1000 + 511 * 8, 0x6000n | P | W);
  memory.writeU64(0x2000, 0x3000n | P | W | U);
  memory.writeU64(0x3000 + 2 * 8, 0x4000n | P | W | U);
  memory.writeU64(0x4000, 0x8000n | P | U | NX);
  memory.writeU64(0x4000 + 8, 0x9000n | P | U | NX);
  memory.writeU64(0x5000, P | W | PS);
  memory.writeU64(0x6000 + 511 * 8, 0x7000n | P | W);
  memory.writeU64(0x7000 + 511 * 8, 0x20_0000n | P | PS);
  return memory;
};

describe('in long mode', () => {
  it('mappings list both halves of the addresses, neighbours merged, with what all levels allow', () => {
    const hart = processor(LONG);
    const list = mappings(worldOf(hart), longTables().read, registersOf(hart), 10);
    const all = { read: true, write: true, execute: true, user: false };
    expect(list).toEqual([
      {
        ...{ va: 0x40_0000n, pa: 0x8000n, size: 0x2000n, pageSize: 4096, flags: '' },
        perms: { read: true, write: false, execute: false, user: true },
      },
      { va: 0xffff_8000_0000_0000n, pa: 0n, size: 1n << 30n, pageSize: 2 ** 30, flags: '', perms: all },
      {
        ...{ va: 0xffff_ffff_ffe0_0000n, pa: 0x20_0000n, size: 0x20_0000n, pageSize: 2 ** 21, flags: '' },
        perms: { ...all, write: false },
      },
    ]);
  });

  it('tables are listed entry by entry, from level 4 down', () => {
    const hart = processor(LONG);
    const [world, memory, registers] = [worldOf(hart), longTables(), registersOf(hart)];
    const [root] = world.roots;
    expect(root && rootLevel(world, root, registers)).toBe(4);
    expect(tableShape(world, 4, registers)).toEqual({ entryBytes: 8, tableBytes: 4096 });
    const rows = tableEntries(world, memory.read, registers, 0x1000n as never, 4, toVa(0n));
    expect(rows.map(({ index, va, next }) => [index, va, next])).toEqual([
      [0, 0n, 0x2000n],
      [256, 0xffff_8000_0000_0000n, 0x5000n],
      [511, 0xffff_ff80_0000_0000n, 0x6000n],
    ]);
    const [gigabyte] = tableEntries(world, memory.read, registers, 0x5000n as never, 3, toVa(rows[1]!.va));
    expect(gigabyte).toMatchObject({ target: 0n, pageSize: 2 ** 30, entry: { isLeaf: true } });
  });

  it('an address is translated with each step, and with what the page allows', () => {
    const hart = processor(LONG);
    const seen = translate(worldOf(hart), longTables().read, toVa(0x40_1234n), 'read', registersOf(hart));
    expect(seen.scheme).toBe('4-level');
    expect(seen.steps.map((step) => step.source === 'table' && [step.level, step.index])).toEqual([
      [4, 0],
      [3, 0],
      [2, 2],
      [1, 1],
    ]);
    const perms = { read: true, write: false, execute: false, user: true };
    expect(seen.result).toEqual({ ok: true, ipa: 0x9234n, pa: 0x9234n, pageSize: 4096, perms });
  });

  const RULES: readonly { ring: number; address: bigint; access: Access; rule: string; cause: number }[] = [
    { ring: 0, address: 0x80_0000n, access: 'read', rule: 'the PDE is not present (P = 0)', cause: 14 },
    {
      ...{ ring: 3, address: 0xffff_8000_0000_1000n, access: 'write', cause: 0x100e },
      rule: "the PML4E is the supervisor's (U/S = 0), and CPL is 3",
    },
    { ring: 0, address: 0x40_0000n, access: 'execute', rule: 'the PTE is not executable (NX = 1)', cause: 0x200e },
    { ring: 3, address: 0x40_0000n, access: 'write', rule: 'the PTE is read-only (R/W = 0)', cause: 0x100e },
    {
      ...{ ring: 0, address: 0x40_0000n, access: 'write', cause: 0x100e },
      rule: 'the PTE is read-only (R/W = 0), and CR0.WP is 1',
    },
    {
      ...{ ring: 0, address: 0x8000_0000_0000n, access: 'read', cause: 13 },
      rule: 'the address is not canonical: its bits above 47 are not all equal to that one',
    },
  ];
  for (const { ring, address, access, rule, cause } of RULES) {
    it(`a ${access} in ring ${ring} at 0x${address.toString(16)} breaks a rule: ${rule}`, () => {
      const hart = processor(LONG);
      const world = worldAt(hart, ring);
      const { result } = translate(world, longTables().read, toVa(address), access, registersOf(hart));
      expect(result).toMatchObject({ ok: false, fault: { rule, cause, tval: address } });
    });
  }
});

describe('a world', () => {
  const MODES = [
    { slots: {}, mode: 'real', level: 'kernel', isDirect: true },
    { slots: { cr0: CR0.PE }, mode: 'ring0', level: 'kernel', isDirect: true },
    { slots: { ...LONG }, mode: 'ring0', level: 'kernel' },
    { slots: { ...LONG, cpl: 3n }, mode: 'ring3', level: 'user' },
    { slots: { ...LONG, efer: 0n, cpl: 3n, rflags: 0x2_0002n }, mode: 'v86', level: 'user' },
    { slots: { ...LONG, isGuest: 1n, asid: 5n }, mode: 'vring0', level: 'kernel' },
    { slots: { ...LONG, isGuest: 1n, asid: 5n, cpl: 3n }, mode: 'vring3', level: 'user' },
  ] as const;
  for (const { slots, mode, level, ...more } of MODES) {
    it(`is called ${mode} and is one of a ${level}`, () => {
      expect(worldOf(processor(slots))).toMatchObject({ mode, level, ...more });
    });
  }

  it('of a guest lies below its host by rank, and has nested tables behind its own', () => {
    const hart = processor({
      ...LONG,
      isGuest: 1n,
      isNested: 1n,
      nestedCr3: 0x9000n,
      hostCr4: LONG.cr4,
      hostEfer: LONG.efer,
    });
    const host = worldOf(processor({ ...LONG, cpl: 3n }));
    expect(worldOf(hart).rank).toBeLessThan(host.rank);
    expect(worldOf(hart).roots).toMatchObject([
      { stage: 1, table: 0x1000n, register: 'cr3' },
      { stage: 2, table: 0x9000n, register: 'nestedCr3' },
    ]);
  });

  it('has the PCID of CR3 where CR4.PCIDE makes it one', () => {
    const world = worldOf(processor({ ...LONG, cr3: 0x1005n, cr4: CR4.PAE | CR4.PCIDE }));
    expect([world.asid, world.roots[0]?.asid, world.roots[0]?.table]).toEqual([5, 5, 0x1000n]);
    expect(worldOf(processor({ ...LONG, cr3: 0x1018n })).roots[0]).not.toHaveProperty('asid');
  });

  it('of a guest is known from the host by the VMCB that ran last', () => {
    const hart = processor({
      ...LONG,
      lastVmcb: 0x7000n,
      isNested: 1n,
      nestedCr3: 0x9000n,
      hostCr4: LONG.cr4,
      hostEfer: LONG.efer,
    });
    const field = (offset: number, value: bigint): void => hart.store(0x7000n + BigInt(offset), 8, value);
    field(0x400 + 0xd0, LONG.efer);
    field(0x400 + 0x148, CR4.PAE);
    field(0x400 + 0x150, 0xa000n);
    field(0x400 + 0x158, LONG.cr0);
    const worlds = worldsOf(registersOf(hart));
    expect(worlds.map(({ mode }) => mode)).toEqual(['ring0', 'ring3', 'vring0', 'vring3']);
    expect(worlds[2]?.roots.map(({ table }) => table)).toEqual([0xa000n, 0x9000n]);
    expect(worlds[0]?.roots.map(({ table }) => table)).toEqual([0x1000n]);
  });
});

it('a guest is translated by both tables, each entry of its own with how it was found', () => {
  const memory = new Physical();
  const guest = 0x8_0000n;
  for (let level = 4; level > 1; level--) {
    memory.writeU64(0x1000 * level, (0x1000n * BigInt(level - 1)) | P | W | U);
    memory.writeU64(guest + 0x1000n * BigInt(level), (0x1000n * BigInt(level - 1)) | P | W | U);
  }
  for (let page = 0n; page < 8n; page++) memory.writeU64(0x1000n + page * 8n, (guest + (page << 12n)) | P | W | U);
  memory.writeU64(guest + 0x1000n + 5n * 8n, 0x6000n | P | W);
  memory.writeU64(guest + 0x1000n + 6n * 8n, 0x70_0000n | P | W);
  const hart = processor({
    ...LONG,
    cr3: 0x4000n,
    isGuest: 1n,
    isNested: 1n,
    nestedCr3: 0x4000n,
    hostCr4: LONG.cr4,
    hostEfer: LONG.efer,
  });
  const [world, registers] = [worldOf(hart), registersOf(hart)];
  const seen = translate(world, memory.read, toVa(0x5123n), 'read', registers);
  expect(seen.scheme).toBe('4-level over 4-level');
  expect(seen.result).toMatchObject({ ok: true, ipa: 0x6123n, pa: guest + 0x6123n });
  expect(seen.steps.map((step) => step.source === 'table' && [step.stage, step.level, step.nested?.va])).toEqual([
    [1, 4, 0x4000n],
    [1, 3, 0x3000n],
    [1, 2, 0x2000n],
    [1, 1, 0x1028n],
    [2, 4, undefined],
    [2, 3, undefined],
    [2, 2, undefined],
    [2, 1, undefined],
  ]);
  const { result } = translate(world, memory.read, toVa(0x6123n), 'write', registers);
  expect(result).toMatchObject({
    ok: false,
    fault: {
      rule: 'nested tables, for guest physical address 0x700123: the PDE is not present (P = 0)',
      guestPhysical: 0x70_0123n,
      cause: 0x1_1400,
    },
  });
  expect(mappings(world, memory.read, registers, 10)).toMatchObject([
    { va: 0x5000n, ipa: 0x6000n, pa: guest + 0x6000n, size: 0x1000n },
  ]);
});
