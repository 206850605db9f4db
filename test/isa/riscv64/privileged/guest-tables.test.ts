import { describe, expect, it } from 'vitest';
import { ipa, pa, va as toVa } from '../../../../src/base/address';
import type { Mapping } from '../../../../src/isa/core/translation';
import { firstRoots, stage2Alone, type World } from '../../../../src/isa/core/world';
import { peekCsr } from '../../../../src/isa/riscv64/csr-access';
import { ENVCFG } from '../../../../src/isa/riscv64/csrs-bits';
import { resetState, STATE } from '../../../../src/isa/riscv64/csrs-slots';
import { mappings, rootLevel, tableEntries } from '../../../../src/isa/riscv64/paging-tables';
import { translate } from '../../../../src/isa/riscv64/paging-view';
import { worldOf } from '../../../../src/isa/riscv64/worlds';
import { FakeHart } from '../../../support/fake-hart';
import { SEED } from '../../../support/random';
import { Physical, pte, RAM_BASE } from './physical';
import { randomFrom } from './random';

const levels = (of: World, registers: (name: string) => bigint) =>
  firstRoots(of).map((root) => rootLevel(of, root, registers));

const RAM = BigInt(RAM_BASE);
const frame = (index: number): bigint => RAM + BigInt(index) * 4096n;

const guestWith = (vsatp: bigint, hgatp: bigint): { world: World; registers: (name: string) => bigint } => {
  const hart = new FakeHart(STATE);
  resetState(hart, { hartid: 0, start: 'supervisor' });
  const slots = { v: 1n, henvcfg: ENVCFG.ADUE | ENVCFG.PBMTE, vsatp, hgatp };
  for (const [name, value] of Object.entries(slots)) hart.set(name, value);
  return { world: worldOf(hart), registers: (name) => peekCsr(hart, name)! };
};
const atp = (mode: bigint, root: bigint): bigint => (mode << 60n) | (root >> 12n);
const put = (memory: Physical, table: bigint, index: number, entry: bigint): void =>
  memory.writeU64(Number(table) + index * 8, entry);

/** `va → ipa → pa, bytes, page size, permissions`, as numbers in hexadecimal. */
const text = ({ va, ipa: between, pa: at, size, pageSize, perms, flags }: Mapping): string => {
  const hex = (value: bigint | number): string => value.toString(16);
  const letters = `${perms.read ? 'r' : '-'}${perms.write ? 'w' : '-'}${perms.execute ? 'x' : '-'}${perms.user ? 'u' : '-'}`;
  return `${hex(va)}${between === undefined ? '' : ` ${hex(between)}`} ${hex(at)} +${hex(size)} /${hex(pageSize)} ${letters} ${flags}`;
};

describe('a guest with both stages', () => {
  // Second stage (16 KiB root at 0): 1 GiB where it is, and a window of 4 pages at 0x4000_0000 with a hole.
  const memory = new Physical(16);
  put(memory, frame(0), 2, pte(RAM, 'VRWXUAD'));
  put(memory, frame(0), 1, pte(frame(4), 'V'));
  put(memory, frame(4), 0, pte(frame(5), 'V'));
  put(memory, frame(5), 0, pte(frame(12), 'VRWXUAD'));
  put(memory, frame(5), 1, pte(frame(13), 'VRUA'));
  put(memory, frame(5), 3, pte(frame(14), 'VRWUAD'));
  put(memory, frame(5), 4, pte(frame(14), 'VRWAD'));
  // The last index of the root that Sv39x4 adds.
  put(memory, frame(0), 2047, pte(0x4000_0000n, 'VRWUAD'));
  // First stage, whose tables lie in the guest's RAM: root at frame 8.
  put(memory, frame(8), 0, pte(frame(9), 'V'));
  put(memory, frame(8), 511, pte(0x8000_0000n, 'VRWXAD'));
  put(memory, frame(9), 0, pte(frame(10), 'V'));
  // A table where the second stage has nothing, and one where it has a hole.
  put(memory, frame(9), 1, pte(0x5000_0000n, 'V'));
  put(memory, frame(9), 2, pte(0x4000_2000n, 'V'));
  for (let page = 0; page < 5; page++) put(memory, frame(10), page, pte(0x4000_0000n + BigInt(page) * 4096n, 'VRWXAD'));
  put(memory, frame(10), 16, pte(0x4000_3000n, 'VRUA'));
  put(memory, frame(10), 17, pte(0x6000_0000n, 'VRWAD'));
  const { world, registers } = guestWith(atp(8n, frame(8)), atp(8n, frame(0)));

  it('maps what both stages map, with what both allow, cut where the second stage is', () => {
    expect(mappings(world, memory.read, registers, 100).map(text)).toEqual([
      '0 40000000 8000c000 +1000 /1000 rwx- AD',
      '1000 40001000 8000d000 +1000 /1000 r--- AD',
      '3000 40003000 8000e000 +1000 /1000 rw-- AD',
      '10000 40003000 8000e000 +1000 /1000 r--u A',
      'ffffffffc0000000 80000000 80000000 +40000000 /40000000 rwx- AD',
    ]);
  });
  it('lists no more than asked for', () => {
    expect(mappings(world, memory.read, registers, 2).length).toBe(2);
  });
  it('finds what comes after many ranges that nothing backs', () => {
    const many = new Physical(16);
    many.bytes.set(memory.bytes);
    // 200 ranges below the one that is there, none of them backed.
    for (let page = 100; page < 500; page += 2) put(many, frame(10), page, pte(0x6000_0000n, 'VRWAD'));
    put(many, frame(10), 510, pte(0x4000_0000n, 'VRAD'));
    const found = mappings(world, many.read, registers, 20).map(({ va }) => va);
    expect(found).toContain(toVa(510n * 4096n));
  });
  it('shows the entries of a table of the first stage, which lies where the second stage says', () => {
    expect(levels(world, registers)).toEqual([2]);
    const root = tableEntries(world, memory.read, registers, pa(frame(8)), 2, toVa(0n));
    expect(root.map(({ index, next, target }) => [index, next, target])).toEqual([
      [0, frame(9), undefined],
      [511, undefined, 0x8000_0000n],
    ]);
    expect(root[1]).toMatchObject({ va: 0xffff_ffff_c000_0000n, pageSize: 2 ** 30, at: frame(8) + 511n * 8n });
    const middle = tableEntries(world, memory.read, registers, pa(frame(9)), 1, toVa(0n));
    expect(middle.map(({ index, next }) => [index, next])).toEqual([
      [0, frame(10)],
      [1, 0x5000_0000n],
      [2, 0x4000_2000n],
    ]);
    expect(tableEntries(world, memory.read, registers, pa(0x5000_0000n), 0, toVa(0x20_0000n))).toEqual([]);
    expect(tableEntries(world, memory.read, registers, pa(0x4000_2000n), 0, toVa(0x40_0000n))).toEqual([]);
    const leaves = tableEntries(world, memory.read, registers, pa(frame(10)), 0, toVa(0n));
    expect(leaves.map(({ va, target }) => [va, target]).slice(-2)).toEqual([
      [0x1_0000n, 0x4000_3000n],
      [0x1_1000n, 0x6000_0000n],
    ]);
  });
  it('shows the second stage to a world without a first: 2048 entries in its root, addresses not signed', () => {
    const bare = guestWith(0n, atp(8n, frame(0)));
    expect(bare.world).toEqual({ ...stage2Alone(world), asid: 0 });
    expect(levels(bare.world, bare.registers)).toEqual([2]);
    expect(mappings(bare.world, memory.read, bare.registers, 100).map(text)).toEqual([
      '40000000 8000c000 +1000 /1000 rwxu AD',
      '40001000 8000d000 +1000 /1000 r--u A',
      '40003000 8000e000 +1000 /1000 rw-u AD',
      '80000000 80000000 +40000000 /40000000 rwxu AD',
      '1ffc0000000 40000000 +40000000 /40000000 rw-u AD',
    ]);
    const root = tableEntries(bare.world, memory.read, bare.registers, pa(frame(0)), 2, toVa(0n));
    expect(root.map(({ index, va }) => [index, va])).toEqual([
      [1, 0x4000_0000n],
      [2, 0x8000_0000n],
      [2047, 0x1ff_c000_0000n],
    ]);
    // U = 0 closes a page to every guest, but the entry is there.
    const pages = tableEntries(bare.world, memory.read, bare.registers, pa(frame(5)), 0, toVa(0x4000_0000n));
    expect(pages.map(({ index }) => index)).toEqual([0, 1, 3, 4]);
  });
  it('maps the first stage alone where the second is Bare', () => {
    const first = guestWith(atp(8n, frame(8)), 0n);
    expect(mappings(first.world, memory.read, first.registers, 3).map(text)).toEqual([
      '0 40000000 +5000 /1000 rwx- AD',
      '10000 40003000 +1000 /1000 r--u A',
      '11000 60000000 +1000 /1000 rw-- AD',
    ]);
  });
  it('has nothing to list where both are Bare, and nothing where a root points nowhere', () => {
    const none = guestWith(0n, 0n);
    expect(mappings(none.world, memory.read, none.registers, 9)).toEqual([]);
    expect(levels(none.world, none.registers)).toEqual([]);
    for (const [vsatp, hgatp] of [
      [atp(8n, frame(8)), atp(8n, 0xff_ffff_c000n)],
      [atp(10n, 0xfff_ffff_f000n), atp(8n, frame(0))],
      [0n, atp(10n, 0xfff_ffff_c000n)],
    ] as const) {
      const lost = guestWith(vsatp, hgatp);
      expect(mappings(lost.world, memory.read, lost.registers, 9)).toEqual([]);
      expect(tableEntries(lost.world, memory.read, lost.registers, pa(0xff_ffff_c000n), 2, toVa(0n))).toEqual([]);
    }
  });
});

describe('random trees of tables', () => {
  it.each([1, SEED])('list exactly the pages that translate (WORLDSTEP_SEED=%s)', (seed) => {
    const { bits, pick } = randomFrom(seed);
    for (let round = 0; round < 16; round++) {
      const memory = new Physical(48);
      let next = 4;
      const table = (): bigint => frame(next++);
      /** A table with a few entries, whose tables lie at `nameOf` of where they are. */
      const grow = (at: bigint, level: number, entries: number, isSecond: boolean, depth: number): void => {
        for (let i = 0; i < 3; i++) {
          const index = i === 0 ? 0 : bits() % entries;
          const flags =
            pick(['VRWXAD', 'VRA', 'VXA', 'VRWAD', 'VRW', 'VRX']) +
            (isSecond ? pick(['U', 'U', 'U', '']) : pick(['', 'U']));
          if (level > 0 && (i === 0 || bits() % 2) && next < 40) {
            const below = table();
            put(memory, at, index, pte(below, 'V'));
            grow(below, level - 1, 512, isSecond, depth + 1);
          } else if (level === 0) {
            const isRange = bits() % 4 === 0;
            const target = isRange ? (frame(32) & ~0xffffn) | 0x8000n : frame(bits() % 64);
            put(memory, at, index, pte(target, flags, isRange ? 1n << 63n : pick([0n, 0n, 1n << 61n])));
          } else put(memory, at, index, pte(RAM & ~((1n << BigInt(12 + 9 * level)) - 1n), flags));
        }
      };
      const [firstMode, secondMode] = [pick([0n, 8n, 9n, 10n]), pick([8n, 8n, 9n, 10n])];
      const [firstLevels, secondLevels] = [Number(firstMode) - 5, Number(secondMode) - 5];
      const root = table();
      if (firstMode > 0n) grow(root, firstLevels - 1, 512, false, 0);
      grow(frame(0), secondLevels - 1, 2048, true, 0);
      // The tables of the first stage lie where they are.
      let at = frame(0);
      for (let level = secondLevels - 1; level > 2; level--) {
        const below = frame(40 + level);
        put(memory, at, 0, pte(below, 'V'));
        at = below;
      }
      put(memory, at, 2, pte(RAM, 'VRWXUAD'));
      const { world, registers } = guestWith(firstMode > 0n ? atp(firstMode, root) : 0n, atp(secondMode, frame(0)));
      const privileged = { ...world, mode: 'VS' };
      const user = { ...world, mode: 'VU' };
      const listed = mappings(world, memory.read, registers, 10_000);
      const isListed = (address: bigint): Mapping | undefined =>
        listed.find(({ va, size }) => va <= address && address < va + size);
      for (const [index, mapping] of listed.entries()) {
        const previous = listed[index - 1];
        if (previous) expect(mapping.va).toBeGreaterThanOrEqual(previous.va + previous.size);
        const probes = [mapping.va, mapping.va + mapping.size - 1n, mapping.va + (BigInt(bits()) % mapping.size)];
        for (const address of probes) {
          for (const access of ['read', 'write', 'execute'] as const) {
            const as = mapping.perms.user || firstMode === 0n ? user : privileged;
            const { result } = translate(as, memory.read, toVa(address), access, registers);
            const offset = address - mapping.va;
            const place = {
              pa: pa(mapping.pa + offset),
              ipa: ipa((mapping.ipa ?? (firstMode ? mapping.pa : mapping.va)) + offset),
            };
            if (mapping.perms[access]) expect({ address, ...result }).toMatchObject({ address, ok: true, ...place });
            else expect({ address, access, ok: result.ok }).toEqual({ address, access, ok: false });
          }
        }
      }
      // And what is not listed does not translate: beside every range, and anywhere.
      const around = listed.flatMap(({ va, size }) => [va - 1n, va + size]);
      const width = firstMode > 0n ? firstLevels * 9 + 12 : secondLevels * 9 + 14;
      for (let i = 0; i < 200; i++) {
        const anywhere = (BigInt(bits()) << 32n) | BigInt(bits());
        around.push(firstMode > 0n ? BigInt.asIntN(width, anywhere) : BigInt.asUintN(width, anywhere));
      }
      for (const address of around.map((value) => BigInt.asUintN(64, value))) {
        if (isListed(address)) continue;
        for (const as of [privileged, user]) {
          for (const access of ['read', 'write', 'execute'] as const) {
            const { result } = translate(as, memory.read, toVa(address), access, registers);
            expect({ address, access, ok: result.ok }).toEqual({ address, access, ok: false });
          }
        }
      }
    }
  });
});
