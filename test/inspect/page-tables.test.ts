import { describe, expect, it } from 'vitest';
import { type Pa, pa, va } from '../../src/base/address';
import { ImageSet } from '../../src/debug/images';
import type { InspectorNode } from '../../src/inspect/contract';
import { explainAddress, explainLines } from '../../src/inspect/explain';
import type { InspectContext } from '../../src/inspect/inspector';
import { pageTables } from '../../src/inspect/page-tables';
import { Past } from '../../src/inspect/past';
import { TrapLog } from '../../src/inspect/trap-log';
import { ALL_ADDRESSES, type World } from '../../src/isa/core/world';
import { RISCV64 } from '../../src/isa/riscv64';
import type { Cpu, Machine } from '../../src/machine/contract';
import { SEED } from '../support/random';

const BASE = 0x80000000n;
const ROOT = 0x80001000n;
const V = 1n;
const RW = 6n;
const AD = 0xc0n;

const pointer = (table: bigint) => ((table >> 12n) << 10n) | V;
const leaf = (page: bigint, flags = RW) => ((page >> 12n) << 10n) | V | AD | flags;

/** A machine that is nothing but RAM with these entries, and a hart in S mode with Sv39 and this root. */
function contextWith(entries: Readonly<Record<string, bigint>>, options: { root?: bigint; pages?: number } = {}) {
  const ram = new Uint8Array((options.pages ?? 16) * 4096);
  const view = new DataView(ram.buffer);
  for (const [at, value] of Object.entries(entries)) view.setBigUint64(Number(BigInt(at) - BASE), value, true);
  const root = options.root ?? ROOT;
  const registers = new Map<string, bigint>([['satp', (8n << 60n) | (root >> 12n)]]);
  const readPhysical = (at: Pa, length: number) => {
    const from = Number(at - BASE);
    return from < 0 || from + length > ram.length ? undefined : ram.slice(from, from + length);
  };
  const world: World = {
    isa: 'riscv64',
    mode: 'S',
    rank: 1,
    guest: false,
    level: 'kernel',
    asid: 7,
    vmid: 0,
    roots: [{ stage: 1, table: pa(root), ...ALL_ADDRESSES, register: 'satp', asid: 7 }],
  };
  const readRegister = (name: string) => registers.get(name) ?? 0n;
  const cpu = {
    hart: 0,
    world,
    readRegister,
    translate: (at, access) => RISCV64.translate(world, readPhysical, at, access, readRegister),
  } as Partial<Cpu> as Cpu;
  const machine = {
    isa: RISCV64,
    ram: [{ base: pa(BASE), size: ram.length }],
    readPhysical,
  } as Partial<Machine> as Machine;
  const context: InspectContext = {
    machine,
    cpu,
    images: new ImageSet(),
    windows: [{ name: 'uart0', base: 0x10000000n, size: 0x100n }],
    past: new Past(),
    traps: new TrapLog({ ...machine, observe: () => () => undefined }),
    statics: () => [],
    locals: () => [],
    suspended: () => [],
    clientPath: (source) => source.path,
    isOwnSource: () => true,
  };
  return { context, ram };
}

const texts = (nodes: readonly InspectorNode[]) =>
  nodes.map(({ label, description }) => `${label}: ${description ?? ''}`);

/** Opens everything, as far down as it goes, and counts the rows. */
function countRows(context: InspectContext, key?: string, depth = 0): number {
  if (depth > 12) throw new Error(`the tree does not end at ${key}`);
  const nodes = pageTables.children(context, key);
  // The first, a middle and the last row of each list stand for the others.
  const some = [nodes[0], nodes[nodes.length >> 1], nodes.at(-1)].filter((node) => node?.hasChildren);
  return nodes.length + some.reduce((sum, node) => sum + countRows(context, node?.key, depth + 1), 0);
}

describe('page tables that are sound', () => {
  const { context } = contextWith({
    [`${ROOT + 8n * 256n}`]: pointer(0x80002000n),
    [`${ROOT + 8n * 2n}`]: leaf(0x80000000n, 0xen),
    '0x80002000': pointer(0x80003000n),
    '0x80003000': leaf(0x10000000n),
    '0x80003008': leaf(0x10001000n),
    '0x80003010': leaf(0x80004000n, 0x2n | 0x10n),
  });

  it('merge neighbours and name what they hold', () => {
    expect(texts(pageTables.children(context))).toEqual([
      'Sv39 root table at 0x80001000: hart 0, S mode, address space 7',
      '0x80000000 – 0xbfffffff: RWX AD · RAM · → 0x80000000 · 1 GiB page',
      '0xffffffc000000000 – 0xffffffc000001fff: RW- AD · uart0 · → 0x10000000 · 8 KiB in 4 KiB pages',
      '0xffffffc000002000 – 0xffffffc000002fff: R-- U AD · RAM · → 0x80004000 · 4 KiB page',
    ]);
  });

  it('lead from the root to the bits of a leaf', () => {
    expect(texts(pageTables.children(context, 'root/256'))).toEqual([
      'bits of the entry: 0x0000000020000801 at 0x80001800',
      '[0] 0xffffffc000000000: 0x0000000020000c01 → table 0x80003000 · V PPN=0x80003',
    ]);
    expect(texts(pageTables.children(context, 'root/256/0/2')).slice(0, 5)).toEqual([
      'V [0]: 1',
      'R [1]: 1',
      'W [2]: 0',
      'X [3]: 0',
      'U [4]: 1',
    ]);
    expect(pageTables.table(context, 'root/256/0').rows).toHaveLength(3);
  });

  it('mark an entry that changed since the last stop', () => {
    const { context: changing, ram } = contextWith({ [`${ROOT}`]: leaf(0n), [`${ROOT + 8n}`]: leaf(0x40000000n) });
    expect(pageTables.children(changing, 'root').some((node) => node.isChanged)).toBe(false);
    changing.past.turn();
    ram[0x1000] = 0;
    new DataView(ram.buffer).setBigUint64(0x1008, leaf(0xc0000000n), true);
    expect(texts(pageTables.children(changing, 'root').filter((node) => node.isChanged))).toEqual([
      '[1] 0x40000000: 0x00000000300000c7 → 0xc0000000 · 1 GiB · V R W A D PPN=0xc0000',
    ]);
    expect(texts(pageTables.children(changing))).toHaveLength(2);
  });

  it('are explained for a page that faults', () => {
    expect(explainLines(explainAddress(context, { space: 'va', address: va(0xffffffc000002000n) }, 'read'))).toEqual([
      'read 0xffffffc000002000 in kernel (S), hart 0',
      'Sv39, root table at pa 0x80001000, address space 7',
      'level 2, entry 256 at pa 0x80001800: 0x0000000020000801 (table) V PPN=0x80002',
      'level 1, entry 0 at pa 0x80002000: 0x0000000020000c01 (table) V PPN=0x80003',
      'level 0, entry 2 at pa 0x80003010: 0x00000000200010d3 (page) V R U A D PPN=0x80004',
      '→ Load page fault (cause 13, tval 0xffffffc000002000)',
      '  because: page belongs to U-mode (U = 1 at level 0) and SUM = 0 keeps S-mode from loading and storing there',
      'write: Store/AMO page fault, page belongs to U-mode (U = 1 at level 0) and SUM = 0 keeps S-mode from loading and storing there',
      'execute: Instruction page fault, page belongs to U-mode (U = 1 at level 0); S-mode never executes such pages',
    ]);
  });
});

describe('page tables that are garbage', () => {
  it('end where a table points to itself', () => {
    const { context } = contextWith({ [`${ROOT}`]: pointer(ROOT), [`${ROOT + 8n}`]: pointer(ROOT) });
    expect(texts(pageTables.children(context))[1]).toBe('No address is mapped: ');
    expect(countRows(context)).toBeGreaterThan(4);
    expect(texts(pageTables.children(context, 'root/0/1/0'))[0]).toBe('V [0]: 1');
    expect(pageTables.children(context, 'root/0/1/0/1')).toEqual([]);
  });

  it('say that the root is not in memory', () => {
    const { context } = contextWith({}, { root: 0x7000_0000n });
    expect(texts(pageTables.children(context))).toEqual([
      'Sv39 root table at 0x70000000: hart 0, S mode, address space 7',
      'No address is mapped: the root table is not in memory',
    ]);
    expect(texts(pageTables.children(context, 'root'))).toEqual([
      'The table at 0x70000000 is not in memory: no RAM and none of the 1 device',
    ]);
  });

  it('say that a table is empty', () => {
    const { context } = contextWith({ [`${ROOT}`]: pointer(0x80005000n) });
    expect(texts(pageTables.children(context, 'root/0')).at(-1)).toBe('The table at 0x80005000 has no valid entry: ');
  });

  it('are listed in pieces, and cut where there are too many ranges', () => {
    const entries: Record<string, bigint> = {};
    for (let index = 0n; index < 512n; index++) {
      entries[`${ROOT + 8n * index}`] = pointer(0x80002000n);
      entries[`${0x80002000n + 8n * index}`] = leaf(index % 2n === 0n ? 0x200000n : 0x40000000n);
    }
    const { context } = contextWith(entries);
    const top = texts(pageTables.children(context));
    expect(top[257]).toBe('more: 257 to 512: of 4,096 ranges');
    expect(top.at(-1)).toBe('More than 4,096 ranges: the rest is not listed: open the root table to see every entry');
    expect(pageTables.children(context, 'ranges@3840')).toHaveLength(256);
    expect(pageTables.children(context, 'ranges@4096')).toEqual([]);
    expect(pageTables.table(context).summary).toContain('More follow that are not listed.');
  });

  it('are survived when they are random, whatever the seed', () => {
    let state = SEED;
    const next = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state;
    };
    for (let round = 0; round < 4; round++) {
      const { context, ram } = contextWith({}, { pages: 16 });
      const words = new DataView(ram.buffer);
      for (let at = 0; at < ram.length; at += 8) {
        // Half of the entries lead back into RAM, so that tables of tables come up.
        const inside = pointer(BASE + BigInt(next() % 16) * 4096n) | BigInt((next() >> 8) & 0xff);
        words.setBigUint64(at, next() & 0x100 ? inside : (BigInt(next()) << 32n) | BigInt(next()), true);
      }
      expect(countRows(context), `WORLDSTEP_SEED=${SEED}`).toBeGreaterThan(0);
      for (let address = 0n; address < 1n << 64n; address += (1n << 61n) + 0x12345n) {
        for (const access of ['read', 'write', 'execute'] as const)
          explainAddress(context, { space: 'va', address }, access);
      }
      explainAddress(context, { space: 'pa', address: BASE }, 'read');
    }
  });
});
