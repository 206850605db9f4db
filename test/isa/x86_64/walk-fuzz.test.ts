/** Random tables, own and nested, walked by the CPU, by the debugger, and by a model that is written from the manual on BigInts. */
import { expect, it } from 'vitest';
import { va as toVa } from '../../../src/base/address';
import { Trap } from '../../../src/isa/core/privileged';
import type { Access } from '../../../src/isa/core/translation';
import { CR0, CR4, EFER, RFLAGS } from '../../../src/isa/x86_64/bits';
import { cpuTranslate } from '../../../src/isa/x86_64/paging-cpu';
import { translate } from '../../../src/isa/x86_64/paging-view';
import { readRegister } from '../../../src/isa/x86_64/register-access';
import { STATE } from '../../../src/isa/x86_64/state';
import { worldOf } from '../../../src/isa/x86_64/worlds';
import { FakeHart } from '../../support/fake-hart';
import { Random, SEED } from '../../support/random';
import { Physical } from './physical';

const RAM = 0x4_0000;
const PHYSICAL = 40n;
const ACCESSES: readonly Access[] = ['read', 'write', 'execute'];
const PAGING_BITS = CR4.PSE | CR4.SMEP | CR4.SMAP;

/** An entry that mostly leads on inside RAM, with a bit wrong here and there. */
const entry = (random: Random): bigint => {
  const kind = random.below(24);
  if (kind === 0) return random.u64();
  const at = BigInt(random.below(RAM >> 12)) << 12n;
  const flags = random.below(6) === 0 ? random.u64() & 0xfffn : 7n | (random.u64() & 0x160n);
  const high = random.below(16) === 0 ? 1n << BigInt(32 + random.below(32)) : 0n;
  // Large pages begin where RAM does.
  return (kind < 4 ? 0x80n : at) | flags | high | (kind < 4 ? 7n : 0n);
};

interface Rules {
  readonly levels: number;
  readonly table: bigint;
  readonly isUser: boolean;
  readonly wp: boolean;
  readonly pse: boolean;
  readonly nxe: boolean;
  readonly smep: boolean;
  readonly smap: boolean;
  readonly isNested: boolean;
}
type Fault = { readonly code: number; readonly stage?: 'final' | 'table'; readonly at?: bigint };
type Answer = bigint | Fault;

const bit = (value: bigint, at: number): boolean => ((value >> BigInt(at)) & 1n) === 1n;
const ones = (high: number, low: number): bigint => ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low);

/** @see AMD64 APM volume 2, 5.2, 5.3, 5.6, 8.4.2 */
const model = (
  rules: Rules,
  address: bigint,
  access: Access,
  read: (at: bigint, bytes: number) => bigint | Fault | undefined,
): Answer => {
  const { levels, nxe, isNested } = rules;
  const isWide = levels > 2;
  const fail = (isPresent: boolean, isReserved = false): Fault => ({
    code:
      (isPresent ? 1 : 0) |
      (access === 'write' ? 2 : 0) |
      (rules.isUser ? 4 : 0) |
      (isReserved ? 8 : 0) |
      (access === 'execute' && (rules.smep || (nxe && isWide)) ? 16 : 0),
  });
  if (isNested && address >> BigInt(levels <= 3 ? 32 : levels === 4 ? 48 : 57)) return fail(false);
  let table = rules.table;
  let [user, write, execute] = [true, true, true];
  for (let level = levels; ; level--) {
    const shift = BigInt(12 + (isWide ? 9 : 10) * (level - 1));
    const width = !isWide ? 10n : levels === 3 && level === 3 ? 2n : 9n;
    const index = (address >> shift) & ((1n << width) - 1n);
    const found = read(table + index * (isWide ? 8n : 4n), isWide ? 8 : 4);
    if (found === undefined) return fail(true, true);
    if (typeof found !== 'bigint') return found;
    if (!bit(found, 0)) return fail(false);
    const isPdpte = levels === 3 && level === 3;
    const mayBeLarge = level === 2 ? isWide || rules.pse : level === 3 && levels > 3;
    const isLarge = mayBeLarge && bit(found, 7);
    let reserved = isWide ? ones(51, Number(PHYSICAL)) | (nxe && !isPdpte ? 0n : ones(63, 63)) : 0n;
    if (levels === 3) reserved |= ones(62, 52);
    if (isLarge) reserved |= !isWide ? ones(21, 21) : level === 2 ? ones(20, 13) : ones(29, 13);
    if (levels > 3 && level >= 4) reserved |= ones(7, 7);
    if (isNested && levels > 3 && level >= 3 && !isLarge) reserved |= ones(8, 8);
    if (isNested && isPdpte) reserved |= ones(8, 5) | ones(2, 1);
    if (found & reserved) return fail(true, true);
    if (!isPdpte) {
      user &&= bit(found, 2);
      write &&= bit(found, 1);
      execute &&= !bit(found, 63);
    }
    if (level > 1 && !isLarge) {
      table = found & (isWide ? ones(51, 12) : ones(31, 12));
      continue;
    }
    const isAllowed = ((): boolean => {
      if (rules.isUser) return user && (access === 'read' || (access === 'write' ? write : execute));
      if (access === 'execute') return execute && !(user && rules.smep);
      return !(user && rules.smap) && (access === 'read' || write || !rules.wp);
    })();
    if (!isAllowed) return fail(true);
    const size = 1n << shift;
    const above = isLarge && !isWide ? ((found >> 13n) & 0xffn) << 32n : 0n;
    return (above | (found & (isWide ? ones(51, 12) : ones(31, 12)) & ~(size - 1n))) + (address & (size - 1n));
  }
};

it(`random tables are walked as the manual says, by the CPU and by the debugger (WORLDSTEP_SEED=${SEED})`, () => {
  const random = new Random(SEED);
  const counts = { reached: 0, own: 0, nested: 0 };
  const memory = new Physical(RAM);
  for (let round = 0; round < 6000; round++) {
    // Others in between meet what the walks before them have set.
    for (let at = 0; round % 64 === 0 && at < RAM; at += 8) {
      memory.writeU64(at, random.below(8) < 7 ? entry(random) : 0n);
    }
    const formats = [0n, CR4.PAE, CR4.PAE, CR4.PAE, CR4.PAE | CR4.LA57];
    const mode = () => {
      const cr4 = (formats[random.below(5)] ?? 0n) | (random.u64() & PAGING_BITS);
      const isLong = (cr4 & CR4.PAE) !== 0n && ((cr4 & CR4.LA57) !== 0n || random.below(3) > 0);
      const efer = (random.below(4) > 0 ? EFER.NXE : 0n) | (isLong ? EFER.LMA | EFER.LME : 0n);
      return { cr4, efer, levels: !(cr4 & CR4.PAE) ? 2 : !isLong ? 3 : cr4 & CR4.LA57 ? 5 : 4 };
    };
    const [own, host] = [mode(), mode()];
    const isNested = random.below(2) === 0;
    const [cr3, nestedCr3] = [BigInt(random.below(RAM >> 12)) << 12n, BigInt(random.below(RAM >> 12)) << 12n];
    const slots = {
      cr0: CR0.PE | CR0.PG | (random.below(2) === 0 ? CR0.WP : 0n),
      ...{ cr3, cr4: own.cr4, efer: own.efer, cpl: random.below(2) === 0 ? 3n : 0n },
      rflags: RFLAGS.fixed | (random.below(2) === 0 ? RFLAGS.AC : 0n),
      ...{ isGuest: isNested ? 1n : 0n, isNested: isNested ? 1n : 0n },
      ...{ nestedCr3, hostCr4: host.cr4, hostEfer: host.efer },
    };
    const hart = new FakeHart(STATE);
    for (const [name, value] of Object.entries(slots)) hart.set(name, value);
    const address =
      ((random.u64() & 0x3fn) << 12n) | (random.u64() & 0xfffn) | (random.below(4) === 0 ? 0x60_0000n : 0n);
    const access = ACCESSES[random.below(3)] ?? 'read';

    const physical = (at: bigint, bytes: number): bigint | undefined => {
      if (at + BigInt(bytes) > BigInt(RAM)) return undefined;
      return bytes === 8 ? memory.readU64(at) : BigInt(memory.readU32(Number(at)));
    };
    const second: Rules = {
      ...{ levels: host.levels, table: nestedCr3, isUser: true, wp: true, smap: false, isNested: true },
      ...{ pse: (host.cr4 & CR4.PSE) !== 0n, nxe: (host.efer & EFER.NXE) !== 0n, smep: (host.cr4 & CR4.SMEP) !== 0n },
    };
    const through = (at: bigint, kind: Access, stage: 'final' | 'table'): Answer => {
      if (!isNested) return at;
      const answer = model(second, at, kind, physical);
      return typeof answer === 'bigint' ? answer : { ...answer, stage, at };
    };
    const first: Rules = {
      ...{ levels: own.levels, table: cr3, isUser: slots.cpl === 3n, wp: (slots.cr0 & CR0.WP) !== 0n, isNested: false },
      ...{ pse: (own.cr4 & CR4.PSE) !== 0n, nxe: (own.efer & EFER.NXE) !== 0n, smep: (own.cr4 & CR4.SMEP) !== 0n },
      smap: (own.cr4 & CR4.SMAP) !== 0n && (slots.rflags & RFLAGS.AC) === 0n,
    };
    const middle = model(first, address, access, (at, bytes) => {
      const place = through(at, 'write', 'table');
      return typeof place === 'bigint' ? physical(place, bytes) : place;
    });
    const wanted = typeof middle === 'bigint' ? through(middle, access, 'final') : middle;

    const seen = translate(
      worldOf(hart),
      memory.read,
      toVa(address),
      access,
      (name) => readRegister(hart, name) ?? -1n,
    );
    let got: Answer;
    try {
      got = BigInt(cpuTranslate(hart, memory, address, access).pa);
    } catch (error) {
      if (!(error instanceof Trap)) throw error;
      const { trapCause, tval, detail } = error;
      const at = detail?.guestPhysical;
      if (at === undefined) got = { code: (trapCause >> 8) & 0xff };
      else got = { code: Number(tval & 0xffn), stage: tval & (1n << 33n) ? 'table' : 'final', at };
    }
    expect(got, `round ${round}`).toEqual(wanted);
    expect(seen.result.ok ? seen.result.pa : undefined, `round ${round}`).toBe(
      typeof wanted === 'bigint' ? wanted : undefined,
    );
    if (typeof wanted === 'bigint') counts.reached++;
    else counts[wanted.stage ? 'nested' : 'own']++;
  }
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(300);
});
