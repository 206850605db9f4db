import { describe, expect, it } from 'vitest';
import { va as toVa } from '../../../../src/base/address';
import { peekCsr, pokeCsr } from '../../../../src/isa/riscv64/csr-access';
import { resetState, STATE } from '../../../../src/isa/riscv64/csrs-slots';
import { cpuTranslate } from '../../../../src/isa/riscv64/paging-cpu';
import { translate } from '../../../../src/isa/riscv64/paging-view';
import { pmpRegions, regionsAllow } from '../../../../src/isa/riscv64/pmp';
import { worldOf } from '../../../../src/isa/riscv64/worlds';
import { FakeHart, trapOf } from '../../../support/fake-hart';
import { Physical, placeWalk, pointer, pte, RAM_BASE, tableAt } from './physical';

const R = 1;
const RWX = 7;
const TOR = 1 << 3;
const NA4 = 2 << 3;
const NAPOT = 3 << 3;
const L = 0x80;
const S = 1;
const M = 3;

type Entry = readonly [config: number, address: bigint];

const hartWith = (entries: readonly Entry[], slots: Record<string, bigint> = {}): FakeHart => {
  const hart = new FakeHart(STATE);
  resetState(hart, { hartid: 0, start: 'machine' });
  for (const [index, [, address]] of entries.entries()) hart.set(`pmpaddr${index}`, address);
  for (const [first, name] of [
    [0, 'pmpcfg0'],
    [8, 'pmpcfg2'],
  ] as const) {
    const bytes = entries.slice(first, first + 8).map(([config], index) => BigInt(config) << BigInt(index * 8));
    hart.set(
      name,
      bytes.reduce((sum, byte) => sum | byte, 0n),
    );
  }
  for (const [slot, value] of Object.entries(slots)) hart.set(slot, value);
  return hart;
};

describe('ranges of entries', () => {
  const rows: [what: string, entries: Entry[], low: number, high: number][] = [
    ['TOR from 0', [[TOR, 0x2000_0000n]], 0, 0x8000_0000],
    [
      'TOR above the entry before, which is off',
      [
        [0, 0x2000_0000n],
        [TOR, 0x2000_0400n],
      ],
      0x8000_0000,
      0x8000_1000,
    ],
    ['NA4', [[NA4, 0x2000_0001n]], 0x8000_0004, 0x8000_0008],
    ['NAPOT of 8 bytes', [[NAPOT, 0x2000_0000n]], 0x8000_0000, 0x8000_0008],
    ['NAPOT of 16 bytes', [[NAPOT, 0x2000_0001n]], 0x8000_0000, 0x8000_0010],
    ['NAPOT of 4 KiB', [[NAPOT, 0x2000_01ffn]], 0x8000_0000, 0x8000_1000],
    ['NAPOT of 128 MiB', [[NAPOT, 0x20ff_ffffn]], 0x8000_0000, 0x8800_0000],
    ['NAPOT of everything', [[NAPOT, (1n << 54n) - 1n]], 0, 2 ** 57],
  ];
  it.each(rows)('%s', (_what, entries, low, high) => {
    expect(pmpRegions(hartWith(entries)).at(-1)).toMatchObject({ low, high, entry: entries.length - 1 });
  });
});

describe('who may do what', () => {
  const page: Entry = [NAPOT | R, 0x2000_01ffn];
  const all: Entry = [NAPOT | RWX, (1n << 54n) - 1n];
  const rows: [what: string, entries: Entry[], privilege: number, at: number, bytes: number, allowed: number][] = [
    ['S without any entry', [], S, 0x8000_0000, 4, 0],
    ['M without any entry', [], M, 0x8000_0000, 4, RWX],
    ['S in a matching entry', [page], S, 0x8000_0ffc, 4, R],
    ['S beyond the only entry', [page], S, 0x8000_1000, 4, 0],
    ['M in an unlocked entry', [page], M, 0x8000_0000, 4, RWX],
    ['M in a locked entry', [[NAPOT | R | L, 0x2000_01ffn]], M, 0x8000_0000, 4, R],
    ['M beyond a locked entry', [[NAPOT | R | L, 0x2000_01ffn]], M, 0x8000_1000, 4, RWX],
    ['the lowest-numbered match decides', [page, all], S, 0x8000_0000, 8, R],
    ['a later entry serves the rest', [page, all], S, 0x8000_1000, 8, RWX],
    ['an access over the end of the deciding entry', [page, all], S, 0x8000_0ffc, 8, -1],
    ['an access over the end fails even in M-mode', [page], M, 0x8000_0ffc, 8, -1],
    ['an empty TOR range matches nothing', [[0, 0x2000_0400n], [TOR | L, 0x2000_0400n], all], S, 0x8000_1000, 4, RWX],
    [
      'a TOR range upside down matches nothing',
      [[0, 0x3000_0000n], [TOR | L, 0x2000_0000n], all],
      S,
      0x8000_1000,
      4,
      RWX,
    ],
  ];
  it.each(rows)('%s', (_what, entries, privilege, at, bytes, allowed) => {
    expect(regionsAllow(pmpRegions(hartWith(entries)), privilege, at, at + bytes)).toBe(allowed);
  });
});

describe('locks', () => {
  it('a locked entry keeps its address', () => {
    const hart = hartWith([[NAPOT | L, 5n]]);
    pokeCsr(hart, 'pmpaddr0', 9n);
    expect(peekCsr(hart, 'pmpaddr0')).toBe(5n);
  });
  it('a locked TOR entry locks the address below it too', () => {
    const hart = hartWith([
      [0, 5n],
      [TOR | L, 6n],
      [0, 7n],
    ]);
    for (const name of ['pmpaddr0', 'pmpaddr1', 'pmpaddr2']) pokeCsr(hart, name, 9n);
    expect([0, 1, 2].map((index) => peekCsr(hart, `pmpaddr${index}`))).toEqual([5n, 6n, 9n]);
  });
  it('a locked entry of another kind does not', () => {
    const hart = hartWith([
      [0, 5n],
      [NAPOT | L, 6n],
    ]);
    pokeCsr(hart, 'pmpaddr0', 9n);
    expect(peekCsr(hart, 'pmpaddr0')).toBe(9n);
  });
  it('entry 8 locks pmpaddr7 across the configuration registers', () => {
    const hart = hartWith([...Array.from({ length: 8 }, (): Entry => [0, 1n]), [TOR | L, 2n]]);
    pokeCsr(hart, 'pmpaddr7', 9n);
    expect(peekCsr(hart, 'pmpaddr7')).toBe(1n);
  });
});

describe('translation under PMP', () => {
  const VA = 0x12_1234_5678n;
  const PAGE = 0x8000_7000;
  const all: Entry = [NAPOT | RWX, (1n << 54n) - 1n];
  const napot = (page: number, config: number): Entry => [NAPOT | config, BigInt(page / 4) | 0x1ffn];
  const setUp = (entries: readonly Entry[], flags = 'VRWXAD') => {
    const memory = new Physical(8);
    placeWalk(memory, 3, VA, [pointer(1), pointer(2), pte(PAGE, flags)]);
    const hart = hartWith(entries, { priv: 1n, satp: (8n << 60n) | BigInt(RAM_BASE >>> 12) });
    return { memory, hart };
  };
  const seen = ({ memory, hart }: ReturnType<typeof setUp>, access: 'read' | 'write' | 'execute') => {
    const { result } = translate(worldOf(hart), memory.read, toVa(VA), access, (name) => peekCsr(hart, name)!);
    return result.ok ? 'ok' : result.fault.rule;
  };

  it('reaches everything when one entry opens it', () => {
    const given = setUp([all]);
    expect(cpuTranslate(given.hart, given.memory, VA, 'write')).toMatchObject({ pa: PAGE + 0x678, isCacheable: true });
    expect(seen(given, 'write')).toBe('ok');
  });
  it('denies the walker a table with an access fault of the original access', () => {
    const given = setUp([napot(tableAt(1), 0), all]);
    expect(trapOf(() => cpuTranslate(given.hart, given.memory, VA, 'write'))).toEqual({ cause: 7, tval: VA });
    expect(seen(given, 'write')).toMatch(/^PTE at level 1 at 0x80001\w+ may not be read: PMP denies it$/);
  });
  it('denies the walker an entry that a region covers only half of', () => {
    const half: Entry = [NA4 | RWX, BigInt((tableAt(1) + ((0x12_1234_5678 / 2 ** 21) & 511) * 8 + 4) / 4)];
    const given = setUp([half, all]);
    expect(trapOf(() => cpuTranslate(given.hart, given.memory, VA, 'read')).cause).toBe(5);
    expect(seen(given, 'read')).toMatch(/PMP denies it$/);
  });
  it('denies the target, and narrows what may be cached', () => {
    const given = setUp([napot(PAGE, R), all]);
    expect(trapOf(() => cpuTranslate(given.hart, given.memory, VA, 'write')).cause).toBe(7);
    expect(trapOf(() => cpuTranslate(given.hart, given.memory, VA, 'execute')).cause).toBe(1);
    expect(seen(given, 'write')).toBe('PMP denies write at physical address 0x80007678 in S-mode');
    expect(cpuTranslate(given.hart, given.memory, VA, 'read')).toMatchObject({
      read: true,
      write: false,
      execute: false,
    });
  });
  it('does not set A in a table it may only read', () => {
    const given = setUp([napot(tableAt(2), R), all], 'VRWX');
    expect(trapOf(() => cpuTranslate(given.hart, given.memory, VA, 'read')).cause).toBe(5);
    expect(given.memory.writes).toBe(0);
  });
  it('a page cut by an entry is not cacheable and is decided per access', () => {
    const word: Entry = [NA4, BigInt((PAGE + 0x678) / 4)];
    const { hart, memory } = setUp([word, all]);
    expect(trapOf(() => cpuTranslate(hart, memory, VA, 'read')).cause).toBe(5);
    expect(cpuTranslate(hart, memory, VA + 4n, 'read')).toMatchObject({ isCacheable: false, read: true });
    expect(cpuTranslate(hart, memory, VA - 4n, 'read', undefined, 4).read).toBe(true);
    expect(trapOf(() => cpuTranslate(hart, memory, VA - 4n, 'read', undefined, 8)).cause).toBe(5);
  });
  it('without any entry S-mode reaches nothing, M-mode everything', () => {
    const { hart, memory } = setUp([]);
    expect(trapOf(() => cpuTranslate(hart, memory, VA, 'read')).cause).toBe(5);
    hart.set('priv', 3n);
    expect(cpuTranslate(hart, memory, 0x8000_0000n, 'execute').pa).toBe(0x8000_0000);
  });
  it('does not apply when the machine answers SBI', () => {
    const { hart, memory } = setUp([]);
    hart.set('sbi', 1n);
    expect(cpuTranslate(hart, memory, VA, 'read').pa).toBe(PAGE + 0x678);
  });
  it('binds M-mode to locked entries', () => {
    const { hart, memory } = setUp([napot(PAGE, R | L)]);
    hart.set('priv', 3n);
    expect(trapOf(() => cpuTranslate(hart, memory, BigInt(PAGE), 'write'))).toEqual({ cause: 7, tval: BigInt(PAGE) });
    expect(cpuTranslate(hart, memory, BigInt(PAGE), 'read')).toMatchObject({
      read: true,
      write: false,
      execute: false,
    });
  });
});
