import { expect, it } from 'vitest';
import { va as toVa } from '../../../../src/base/address';
import { GuestTrap } from '../../../../src/isa/core/privileged';
import type { Access } from '../../../../src/isa/core/translation';
import { peekCsr } from '../../../../src/isa/riscv64/csr-access';
import { resetState, SLOTS } from '../../../../src/isa/riscv64/csrs-slots';
import { cpuTranslate } from '../../../../src/isa/riscv64/paging-cpu';
import { mappings, rootLevel } from '../../../../src/isa/riscv64/paging-tables';
import { translate } from '../../../../src/isa/riscv64/paging-view';
import { worldOf } from '../../../../src/isa/riscv64/worlds';
import { FakeHart } from '../../../support/fake-hart';
import { Physical, RAM_BASE } from './physical';
import { randomFrom, SEED } from './random';

const PAGES = 16;
const ACCESSES: readonly Access[] = ['read', 'write', 'execute'];

/** Address, or what the trap says: cause, and the guest physical address of a guest-page fault. */
type Answer = { pa: bigint } | { cause: number; guestPhysical: bigint | undefined };

/**
 * Sv39 over Sv39x4 by the manual's steps, on BigInts and with nothing of ours: no N, no memory types, A and D set by
 * hardware. Table and target addresses are looked up in RAM only where an entry is read.
 */
const reference = (hart: FakeHart, memory: Physical, va: bigint, access: Access, isUser: boolean): Answer => {
  const kind = { execute: 0, read: 1, write: 3 }[access];
  const read = (at: bigint): bigint | undefined => {
    const bytes = memory.read(at as never, 8);
    return bytes && new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  };
  const accessFault: Answer = { cause: { execute: 1, read: 5, write: 7 }[access], guestPhysical: undefined };
  type Step = { at: bigint; perms: bigint } | 'page' | 'access';
  const walk = (
    root: bigint,
    address: bigint,
    bits: bigint,
    locate: (at: bigint) => bigint | Answer,
  ): Step | Answer => {
    let table = root;
    for (let level = 2n; level >= 0n; level--) {
      const index = (address >> (12n + 9n * level)) & (level === 2n ? (1n << (bits - 30n)) - 1n : 511n);
      const at = locate(table + index * 8n);
      if (typeof at !== 'bigint') return at;
      const pte = read(at);
      if (pte === undefined) return 'access';
      const isTable = (pte & 0xan) === 0n;
      if (!(pte & 1n) || (pte & 6n) === 4n || pte >> 54n || (isTable && pte & 0xd0n)) return 'page';
      const target = ((pte >> 10n) & ((1n << 44n) - 1n)) << 12n;
      if (isTable) table = target;
      else {
        const size = 1n << (12n + 9n * level);
        return target % size ? 'page' : { at: target + (address % size), perms: pte };
      }
    }
    return 'page';
  };
  const allows = (pte: bigint, how: Access, mxr: boolean): boolean =>
    how === 'write'
      ? (pte & 4n) !== 0n
      : how === 'execute'
        ? (pte & 8n) !== 0n
        : (pte & 2n) !== 0n || (mxr && (pte & 8n) !== 0n);
  const hostMxr = (hart.get('mstatus') & (1n << 19n)) !== 0n;
  const second = (gpa: bigint, how: Access, mxr: boolean): bigint | Answer => {
    const fault: Answer = { cause: 20 + kind, guestPhysical: gpa };
    if (gpa >> 41n) return fault;
    const found = walk((hart.get('hgatp') & ((1n << 44n) - 1n)) << 12n, gpa, 41n, (at) => at);
    if (found === 'access') return accessFault;
    if (found === 'page' || !('at' in found) || !(found.perms & 16n) || !allows(found.perms, how, mxr)) return fault;
    return found.at;
  };
  const pageFault: Answer = { cause: 12 + kind, guestPhysical: undefined };
  if (BigInt.asUintN(64, BigInt.asIntN(39, va)) !== va) return pageFault;
  let entryAt = 0n;
  const found = walk((hart.get('vsatp') & ((1n << 44n) - 1n)) << 12n, BigInt.asUintN(39, va), 39n, (at) => {
    entryAt = at;
    return second(at, 'read', false);
  });
  if (found === 'access') return accessFault;
  if (found === 'page') return pageFault;
  if (!('at' in found)) return found;
  const vsstatus = hart.get('vsstatus');
  const isUserPage = (found.perms & 16n) !== 0n;
  const isOpen = isUser ? isUserPage : !isUserPage || (access !== 'execute' && (vsstatus & (1n << 18n)) !== 0n);
  if (!isOpen || !allows(found.perms, access, hostMxr || (vsstatus & (1n << 19n)) !== 0n)) return pageFault;
  const needed = access === 'write' ? 0xc0n : 0x40n;
  if ((found.perms & needed) !== needed) {
    const updated = second(entryAt, 'write', false);
    if (typeof updated !== 'bigint') return updated;
  }
  const end = second(found.at, access, hostMxr);
  if (typeof end !== 'bigint') return end;
  return end >> 53n ? accessFault : { pa: end };
};

it(`random tables of both stages: CPU, debugger and a plain reading of the manual agree (WORLDSTEP_SEED=${SEED})`, () => {
  const { bits, bits64, pick } = randomFrom(SEED);
  let [successes, guestFaults] = [0, 0];
  for (let round = 0; round < 120; round++) {
    const memory = new Physical(PAGES);
    for (let at = 0; at < PAGES * 4096; at += 8) {
      const inRam = (BigInt(RAM_BASE / 4096 + (bits() % PAGES)) << 10n) | BigInt(bits() & 0x3ff);
      const block = (BigInt(RAM_BASE) >> 2n) | 0xdfn;
      const kind = bits() % 16;
      const entry = kind < 5 ? (inRam & ~0xden) | 1n : kind < 9 ? block | BigInt(bits() & 0xc0) : inRam | 0x53n;
      memory.writeU64(RAM_BASE + at, kind === 0 ? bits64() & ((1n << 54n) - 1n) : entry);
    }
    // Most guest physical addresses of RAM lie where they are.
    memory.writeU64(RAM_BASE + 16, pick([(BigInt(RAM_BASE) >> 2n) | 0xdfn, memory.readU64(RAM_BASE + 16)]));
    const hart = new FakeHart(SLOTS);
    resetState(hart, { hartid: 0, start: 'supervisor' });
    const isUser = bits() % 3 === 0;
    hart.set('v', 1n);
    hart.set('priv', isUser ? 0n : 1n);
    hart.set('menvcfg', 1n << 61n);
    hart.set('henvcfg', 1n << 61n);
    hart.set('hgatp', (8n << 60n) | BigInt(RAM_BASE / 4096));
    hart.set('vsatp', (8n << 60n) | BigInt(RAM_BASE / 4096 + (bits() % PAGES)));
    hart.set('mstatus', BigInt(bits()) & 0x8_0000n);
    hart.set('vsstatus', BigInt(bits()) & 0xc_0000n);
    const registers = (name: string): bigint => peekCsr(hart, name)!;
    for (let i = 0; i < 60; i++) {
      const address = BigInt.asUintN(64, BigInt.asIntN(64, bits64()) >> pick([1n, 25n, 25n, 26n, 34n]));
      const access = pick(ACCESSES);
      const expected = reference(hart, memory, address, access, isUser);
      const seen = translate(worldOf(hart), memory.read, toVa(address), access, registers);
      let actual: Answer;
      try {
        actual = { pa: BigInt(cpuTranslate(hart, memory, address, access).pa) };
        successes++;
      } catch (error) {
        if (!(error instanceof GuestTrap)) throw error;
        actual = { cause: error.trapCause, guestPhysical: error.detail?.guestPhysical };
        if (error.trapCause >= 20) guestFaults++;
      }
      const shown: Answer = seen.result.ok
        ? { pa: seen.result.pa }
        : { cause: seen.result.fault.cause, guestPhysical: seen.result.fault.guestPhysical };
      expect({ address, access, actual }).toEqual({ address, access, actual: expected });
      expect({ address, access, shown }).toEqual({ address, access, shown: expected });
    }
    expect(rootLevel(worldOf(hart), registers)).toBe(2);
    if (round % 20 === 0) expect(mappings(worldOf(hart), memory.read, registers, 50).length).toBeLessThanOrEqual(50);
  }
  expect(successes).toBeGreaterThan(100);
  expect(guestFaults).toBeGreaterThan(100);
});
