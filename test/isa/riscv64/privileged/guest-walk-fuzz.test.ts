import { describe, expect, it } from 'vitest';
import { va as toVa } from '../../../../src/base/address';
import { Trap } from '../../../../src/isa/core/privileged';
import type { Access } from '../../../../src/isa/core/translation';
import { firstRoots } from '../../../../src/isa/core/world';
import { peekCsr } from '../../../../src/isa/riscv64/csr-access';
import { ENVCFG, GUEST, MSTATUS } from '../../../../src/isa/riscv64/csrs-bits';
import { resetState, STATE } from '../../../../src/isa/riscv64/csrs-slots';
import { AS_EXECUTABLE } from '../../../../src/isa/riscv64/effective-privilege';
import { cpuTranslate } from '../../../../src/isa/riscv64/paging-cpu';
import { rootLevel } from '../../../../src/isa/riscv64/paging-tables';
import { translate } from '../../../../src/isa/riscv64/paging-view';
import { worldOf } from '../../../../src/isa/riscv64/worlds';
import { FakeHart } from '../../../support/fake-hart';
import { SEED } from '../../../support/random';
import { type Answer, type Memory, manualWalk, type Rules } from './manual-walk';
import { Physical, RAM_BASE } from './physical';
import { type Random, randomFrom } from './random';

const PAGES = 16;
const FRAME = BigInt(RAM_BASE / 4096);
const ACCESSES: readonly Access[] = ['read', 'write', 'execute'];
const SCHEMES = [8n, 9n, 10n, 0n];
const LEVELS: Readonly<Record<string, number>> = { 0: 0, 8: 3, 9: 4, 10: 5 };

/** Tables of both stages in one heap: mostly entries that lead on in RAM, blocks that map RAM where it is, and noise. */
const fill = (memory: Physical, { bits, bits64, pick }: Random, isNoisy: boolean): void => {
  for (let at = 0; at < PAGES * 4096; at += 8) {
    const frame = FRAME + BigInt(bits() % PAGES);
    const table = (frame << 10n) | BigInt(bits() & 0x321) | 1n;
    const page = (frame << 10n) | BigInt(bits() & 0x3ff) | 0x13n;
    const block = (BigInt(RAM_BASE) >> 2n) | BigInt(bits() & 0xc0) | 0x1fn;
    const kind = bits() % 32;
    let entry = kind < 12 ? table : kind < 20 ? block : page;
    // Svnapot, Svpbmt, reserved bits, any bit.
    if (kind === 30) entry = (page & ~0x3c00n) | (pick([8n, 8n, 4n]) << 10n) | (1n << 63n);
    if (kind === 29) entry |= BigInt(bits() & 3) << 61n;
    if (isNoisy && kind === 31) entry = pick([entry | (1n << BigInt(bits() % 64)), bits64()]);
    memory.writeU64(RAM_BASE + at, entry);
  }
};

/** A hart in a guest, and PMP for each page of RAM. */
const setUp = (
  { bits, pick }: Random,
  memory: Physical,
  first: bigint,
  second: bigint,
): { hart: FakeHart; rules: Rules } => {
  const hart = new FakeHart(STATE);
  const isGuarded = bits() % 4 === 0;
  resetState(hart, { hartid: 0, start: isGuarded ? 'machine' : 'supervisor' });
  const pages = Array.from({ length: 4 }, () => ({ page: FRAME + BigInt(bits() % PAGES), rights: pick([0, 1, 3, 5]) }));
  if (isGuarded) {
    let config = 0x1fn << 32n;
    for (const [index, { page, rights }] of pages.entries()) {
      hart.set(`pmpaddr${index}`, (page << 10n) | 0x1ffn);
      config |= BigInt(0x18 | rights) << BigInt(index * 8);
    }
    hart.set('pmpaddr4', (1n << 54n) - 1n);
    hart.set('pmpcfg0', config);
  }
  const isUser = bits() % 3 === 0;
  const slots = {
    v: 1n,
    priv: isUser ? 0n : 1n,
    menvcfg: pick([ENVCFG.ADUE, ENVCFG.ADUE | ENVCFG.PBMTE, ENVCFG.ADUE, 0n]),
    henvcfg: pick([ENVCFG.ADUE | ENVCFG.PBMTE, ENVCFG.ADUE, ENVCFG.ADUE, 0n]),
    hgatp: (second << 60n) | (FRAME + BigInt((bits() % (PAGES / 4)) * 4)),
    vsatp: (first << 60n) | (FRAME + BigInt(bits() % PAGES)),
    mstatus: BigInt(bits()) & (MSTATUS.MXR | MSTATUS.SUM),
    vsstatus: BigInt(bits()) & (MSTATUS.MXR | MSTATUS.SUM),
  };
  for (const [name, value] of Object.entries(slots)) hart.set(name, value);
  // Guest physical addresses of RAM lie where they are, for most guests: a block at the root or one below.
  const root = Number(slots.hgatp & 0xfffffn) * 4096;
  const levels = LEVELS[String(slots.hgatp >> 60n)] ?? 0;
  const flags = pick([0xdfn, 0x1fn, 0x5bn]);
  if (levels === 3 && bits() % 4 > 0) memory.writeU64(root + 16, (BigInt(RAM_BASE) >> 2n) | flags);
  if (levels > 3 && bits() % 4 > 0) memory.writeU64(root, flags);
  const pmp = (page: bigint): number => pages.find((row) => row.page === page)?.rights ?? 7;
  return { hart, rules: { ...slots, isUser, ...(isGuarded && { pmp }) } };
};

const copyOf = (memory: Physical): Physical => {
  const copy = new Physical(PAGES);
  copy.bytes.set(memory.bytes);
  return copy;
};
const asMemory = (memory: Physical): Memory => ({
  read: (at) => (memory.read(at as never, 8) ? memory.readU64(Number(at)) : undefined),
  write: (at, value) => memory.writeU64(Number(at), value),
});

/** How often each way to end was met, alone and by the schemes of both stages. */
const compare = (seed: number): Map<string, number> => {
  const random = randomFrom(seed);
  const { bits, bits64, pick } = random;
  const counts = new Map<string, number>();
  for (let round = 0; round < 96; round++) {
    const memory = new Physical(PAGES);
    fill(memory, random, bits() % 2 === 1);
    const [first, second] = [SCHEMES[round % 4]!, SCHEMES[(round >> 2) % 4]!];
    const { hart, rules } = setUp(random, memory, first, second);
    const width = first === 0n ? 64 : 12 + 9 * LEVELS[String(first)]!;
    const registers = (name: string): bigint => peekCsr(hart, name)!;
    for (let i = 0; i < 60; i++) {
      const anywhere = BigInt.asUintN(64, BigInt.asIntN(64, bits64()) >> pick([0n, 4n, 6n, 15n, 24n, 32n, 34n]));
      const address = bits() % 4 === 0 ? anywhere : BigInt.asUintN(64, BigInt.asIntN(width, anywhere));
      const access = pick(ACCESSES);
      const isExecutableLoad = access === 'read' && bits() % 4 === 0;
      const mirror = copyOf(memory);
      const expected: Answer = manualWalk({ ...rules, isExecutableLoad }, asMemory(mirror), address, access);
      const what = { address, access, isExecutableLoad, vsatp: rules.vsatp, hgatp: rules.hgatp };
      const seen = translate(worldOf(hart), memory.read, toVa(address), access, registers);
      if (!isExecutableLoad) {
        const { result } = seen;
        if ('pa' in expected)
          expect({ ...what, result }).toMatchObject({ ...what, result: { ok: true, pa: expected.pa } });
        else {
          const { cause, guestPhysical } = expected;
          const shown = result.ok ? result : { cause: result.fault.cause, guestPhysical: result.fault.guestPhysical };
          expect({ ...what, shown }).toEqual({ ...what, shown: { cause, guestPhysical } });
        }
      }
      const mode = GUEST | (rules.isUser ? 0 : 1) | (isExecutableLoad ? AS_EXECUTABLE : 0);
      let actual: Answer;
      try {
        const { pa } = cpuTranslate(hart, memory, address, access, mode);
        actual = { pa: BigInt(pa), perms: 'perms' in expected ? expected.perms : 0n };
      } catch (error) {
        if (!(error instanceof Trap)) throw error;
        const { guestPhysical, implicit } = error.detail ?? {};
        expect(error.tval).toBe(address);
        actual = {
          cause: error.trapCause,
          ...(guestPhysical !== undefined && { guestPhysical }),
          ...(implicit && { implicit }),
        };
      }
      expect({ ...what, actual }).toEqual({ ...what, actual: expected });
      // The same A and D bits are set, and nothing else.
      expect({ ...what, same: Buffer.compare(memory.bytes, mirror.bytes) }).toEqual({ ...what, same: 0 });
      const key = 'pa' in actual ? 'ok' : `${actual.cause}${actual.implicit ?? ''}`;
      for (const name of [key, `${key} ${first} ${second}`]) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const level = (LEVELS[String(first)] || LEVELS[String(second)] || 0) - 1;
    const world = worldOf(hart);
    const found = firstRoots(world).map((root) => rootLevel(world, root, registers));
    expect(found).toEqual(level < 0 ? [] : [level]);
  }
  return counts;
};

describe('CPU, debugger and a plain reading of the manual agree on random tables of both stages', () => {
  it('on tables that meet every rule, with every pair of schemes', () => {
    const counts = compare(1);
    const causes = ['ok', '1', '5', '7', '12', '13', '15', '20', '21', '23', '20read', '21read', '23read', '23write'];
    const pairs = SCHEMES.flatMap((first) => SCHEMES.map((second) => `ok ${first} ${second}`));
    expect([...causes, ...pairs].filter((what) => !counts.has(what))).toEqual([]);
  });
  it(`on other ones (WORLDSTEP_SEED=${SEED})`, () => {
    expect(compare(SEED).get('ok')).toBeGreaterThan(0);
  });
});
