/** A guest's accesses through nested tables: the faults that they end in. @see AMD64 APM volume 2, 15.25 "Nested Paging" */
import { describe, expect, it } from 'vitest';
import { Trap } from '../../../src/isa/core/privileged';
import type { Access } from '../../../src/isa/core/translation';
import { CR0, CR4, EFER } from '../../../src/isa/x86_64/bits';
import { causeOf, VECTOR, vmExitOf } from '../../../src/isa/x86_64/causes';
import { cpuTranslate } from '../../../src/isa/x86_64/paging-cpu';
import { STATE } from '../../../src/isa/x86_64/state';
import { FakeHart } from '../../support/fake-hart';
import { Physical } from './physical';

const P = 1n;
const W = 2n;
const U = 4n;
const A = 0x20n;
const D = 0x40n;
const PS = 0x80n;
const NX = 1n << 63n;

const NPF = vmExitOf(0x400);
/** Nested tables from 0x1000 on: level n at n * 0x1000. Guest physical memory of 2 MiB lies at 0x8_0000, by pages of 4 KiB. */
const GUEST = 0x8_0000n;
/** The guest's own tables lie in its memory: level n at n * 0x1000. */
const nestedEntry = (guestPhysical: bigint): number => Number(0x1000n + (guestPhysical >> 12n) * 8n);
const guestEntry = (level: number, index: bigint): number => Number(GUEST + 0x1000n * BigInt(level) + index * 8n);

const ADDRESS = 0x5678n;
/** Where the guest's page lies, guest physical. */
const PAGE = 0x6000n;

const LONG = { cr4: CR4.PAE, efer: EFER.LMA | EFER.LME | EFER.NXE } as const;

/** A guest in long mode whose tables and pages are all there, for everyone. */
const machine = () => {
  const memory = new Physical();
  const pointer = P | W | U;
  for (let level = 4; level > 1; level--) {
    memory.writeU64(0x1000 * level, (0x1000n * BigInt(level - 1)) | pointer);
    memory.writeU64(guestEntry(level, 0n), (0x1000n * BigInt(level - 1)) | pointer);
  }
  for (let page = 0n; page < 16n; page++) memory.writeU64(nestedEntry(page << 12n), (GUEST + (page << 12n)) | pointer);
  memory.writeU64(guestEntry(1, ADDRESS >> 12n), PAGE | pointer);
  const hart = new FakeHart(STATE);
  const slots = {
    ...{ cr0: CR0.PG | CR0.PE | CR0.WP, cr3: 0x4000n, rflags: 2n, ...LONG },
    ...{ isGuest: 1n, isNested: 1n, nestedCr3: 0x4000n, hostCr4: LONG.cr4, hostEfer: LONG.efer },
  };
  for (const [name, value] of Object.entries(slots)) hart.set(name, value);
  return { hart, memory };
};

const trapped = (action: () => unknown): Trap => {
  try {
    action();
  } catch (error) {
    if (error instanceof Trap) return error;
    throw error;
  }
  throw new Error('no trap was raised');
};

describe('a guest with nested paging', () => {
  it('reaches what both tables map, which sets A and D in both', () => {
    const { hart, memory } = machine();
    expect(cpuTranslate(hart, memory, ADDRESS, 'read')).toMatchObject({
      pa: Number(GUEST | PAGE) + 0x678,
      write: false,
    });
    expect(memory.readU64(guestEntry(1, 5n))).toBe(PAGE | P | W | U | A);
    expect(memory.readU64(nestedEntry(PAGE))).toBe(GUEST | PAGE | P | W | U | A);
    // Pages with tables of the guest's are written, as far as nested tables know.
    expect(memory.readU64(nestedEntry(0x1000n))).toBe(GUEST | 0x1000n | P | W | U | A | D);
    expect(memory.readU64(0x4000)).toBe(0x3000n | P | W | U | A);
    expect(cpuTranslate(hart, memory, ADDRESS, 'write')).toMatchObject({ write: true });
    expect(memory.readU64(guestEntry(1, 5n))).toBe(PAGE | P | W | U | A | D);
    expect(memory.readU64(nestedEntry(PAGE))).toBe(GUEST | PAGE | P | W | U | A | D);
  });

  it("without paging of its own is translated by nested tables alone, in the host's format", () => {
    const { hart, memory } = machine();
    hart.set('cr0', CR0.PE);
    hart.set('efer', 0n);
    hart.set('cr4', 0n);
    expect(cpuTranslate(hart, memory, 0x6123n, 'write').pa).toBe(Number(GUEST) + 0x6123);
    const { trapCause, tval, detail } = trapped(() => cpuTranslate(hart, memory, 0x20_0000n, 'execute'));
    expect([trapCause, tval, detail?.guestPhysical]).toEqual([NPF, 0x1_0000_0014n, 0x20_0000n]);
  });

  it('gets page faults of its own tables itself', () => {
    const { hart, memory } = machine();
    memory.writeU64(guestEntry(1, 5n), 0n);
    const { trapCause, tval } = trapped(() => cpuTranslate(hart, memory, ADDRESS, 'write'));
    expect([trapCause, tval]).toEqual([causeOf(VECTOR.PF, 2), ADDRESS]);
  });

  it('has A and D set in its own tables although the nested ones then refuse the access', () => {
    const { hart, memory } = machine();
    memory.writeU64(nestedEntry(PAGE), 0n);
    trapped(() => cpuTranslate(hart, memory, ADDRESS, 'write'));
    expect(memory.readU64(guestEntry(1, 5n))).toBe(PAGE | P | W | U | A | D);
  });
});

interface Case {
  readonly what: string;
  /** Changes the nested entry of the page, or of the page with the guest's first table. */
  readonly entry: (entry: bigint) => bigint;
  readonly access: Access;
  readonly info: bigint;
  readonly hostEfer?: bigint;
  readonly hostCr4?: bigint;
}
const FINAL = 1n << 32n;
const TABLE = 1n << 33n;
const NO_NX = EFER.LMA | EFER.LME;

const OF_PAGE: readonly Case[] = [
  { what: 'not there, of a read', entry: () => 0n, access: 'read', info: FINAL | 4n },
  { what: 'not there, of a write', entry: () => 0n, access: 'write', info: FINAL | 6n },
  { what: 'not there, of a fetch', entry: () => 0n, access: 'execute', info: FINAL | 0x14n },
  { what: 'not there, of a fetch without NX', entry: () => 0n, access: 'execute', info: FINAL | 4n, hostEfer: NO_NX },
  {
    what: 'not there, of a fetch with SMEP alone',
    entry: () => 0n,
    access: 'execute',
    info: FINAL | 0x14n,
    hostEfer: NO_NX,
    hostCr4: CR4.PAE | CR4.SMEP,
  },
  { what: 'read-only', entry: (entry) => entry & ~W, access: 'write', info: FINAL | 7n },
  {
    what: "the supervisor's: all nested accesses are a user's",
    entry: (entry) => entry & ~U,
    access: 'read',
    info: FINAL | 5n,
  },
  { what: 'not executable', entry: (entry) => entry | NX, access: 'execute', info: FINAL | 0x15n },
  {
    what: 'reserved by NX without NXE',
    entry: (entry) => entry | NX,
    access: 'read',
    info: FINAL | 0xdn,
    hostEfer: NO_NX,
  },
  { what: 'beyond physical addresses', entry: (entry) => entry | (1n << 45n), access: 'execute', info: FINAL | 0x1dn },
];
const OF_TABLE: readonly Case[] = [
  { what: 'not there', entry: () => 0n, access: 'read', info: TABLE | 6n },
  {
    what: 'read-only: tables are written, whatever is accessed',
    entry: (entry) => entry & ~W,
    access: 'execute',
    info: TABLE | 7n,
  },
  { what: "the supervisor's", entry: (entry) => entry & ~U, access: 'read', info: TABLE | 7n },
  { what: 'reserved', entry: (entry) => entry | (1n << 45n), access: 'read', info: TABLE | 0xfn },
];

describe('a nested page fault where', () => {
  const ROWS = [
    ...OF_PAGE.map((row) => ({ ...row, name: 'the page', at: PAGE, told: PAGE + 0x678n })),
    ...OF_TABLE.map((row) => ({ ...row, name: "the guest's page table", at: 0x1000n, told: 0x1028n })),
  ];
  for (const { name, what, entry, access, info, hostEfer, hostCr4, at, told } of ROWS) {
    it(`${name} is ${what}: EXITINFO1 0x${info.toString(16)}, EXITINFO2 the guest physical address`, () => {
      const { hart, memory } = machine();
      memory.writeU64(nestedEntry(at), entry(memory.readU64(nestedEntry(at))));
      if (hostEfer !== undefined) hart.set('hostEfer', hostEfer);
      if (hostCr4 !== undefined) hart.set('hostCr4', hostCr4);
      const { trapCause, tval, detail } = trapped(() => cpuTranslate(hart, memory, ADDRESS, access));
      expect([trapCause, tval, detail?.guestPhysical]).toEqual([NPF, info, told]);
    });
  }

  it("an entry that leads to a table has bit 8, or 7 at level 4, it is reserved, though QEMU's is not", () => {
    for (const [level, bit] of [
      [4, 0x100n],
      [4, PS],
      [3, 0x100n],
    ] as const) {
      const { hart, memory } = machine();
      memory.writeU64(0x1000 * level, memory.readU64(0x1000 * level) | bit);
      const { trapCause, tval, detail } = trapped(() => cpuTranslate(hart, memory, ADDRESS, 'execute'));
      expect([trapCause, tval, detail?.guestPhysical]).toEqual([NPF, TABLE | 0xfn, 0x4000n]);
    }
  });

  it('the guest physical address has more bits than nested tables translate, nothing is there', () => {
    const { hart, memory } = machine();
    memory.writeU64(guestEntry(1, 5n), 0x1_0000_0000n | P);
    hart.set('hostCr4', 0n);
    hart.set('hostEfer', 0n);
    hart.set('nestedCr3', 0x9000n);
    // One page of 4 MiB that is not large without PSE: 32-bit tables.
    memory.writeU32(0x9000, 0xa000 | 7);
    for (let page = 0; page < 16; page++) memory.writeU32(0xa000 + page * 4, Number(GUEST) + page * 4096 + 7);
    const { tval, detail } = trapped(() => cpuTranslate(hart, memory, ADDRESS, 'read'));
    expect([tval, detail?.guestPhysical]).toEqual([FINAL | 4n, 0x1_0000_0678n]);
  });
});
