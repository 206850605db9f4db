/**
 * One address translated for debugger and inspector: by windows, the TLB, and the tables behind it. Changes nothing.
 * Where the TLB has no entry yet, the tables say what its refill will put there; where both differ, the TLB holds.
 */
import { ipa, pa, type Va } from '../../base/address';
import type { PhysicalReader } from '../core/isa';
import type { Access, Fault, Permissions, Translation, WalkStep } from '../core/translation';
import type { World } from '../core/world';
import { ASID_MASK, isCanonical, TLBELO, virtualBits } from './bits';
import { CAUSE, causeName } from './causes';
import { isDirect, pageOf, refusal, windowOf } from './paging-cpu';
import { levelsOf, permissions, type Registers, type TableWalk, walkTables } from './tables';
import { MTLB_ENTRIES, STLB_ENTRIES, STLB_SETS, STLB_WAYS, unpackEntry } from './tlb-layout';

const ALL: Permissions = { read: true, write: true, execute: true, user: true };
const PLV: Readonly<Record<string, number>> = { PLV0: 0, PLV1: 1, PLV2: 2, PLV3: 3 };

/** The names by which a TLB entry's cells are asked for, as registers are. */
export const tlbCell = (index: number, cell: 'misc' | 'lo0' | 'lo1'): string => `TLB${index}.${cell}`;

interface Found {
  readonly ps: number;
  readonly lo: readonly [bigint, bigint];
}

const tlbEntry = (address: bigint, asid: number, registers: Registers): Found | undefined => {
  const ps = Number(registers('STLBPS') & 0x3fn);
  const set = Number((virtualBits(address) >> BigInt(ps + 1)) & BigInt(STLB_SETS - 1));
  const indices = [
    ...Array.from({ length: STLB_WAYS }, (_, way) => way * STLB_SETS + set),
    ...Array.from({ length: MTLB_ENTRIES }, (_, entry) => STLB_ENTRIES + entry),
  ];
  for (const index of indices) {
    const entry = unpackEntry(registers(tlbCell(index, 'misc')));
    if (!entry.isThere || (virtualBits(address) ^ entry.vppn) >> BigInt(Math.max(13, entry.ps + 1)) !== 0n) continue;
    const lo = [registers(tlbCell(index, 'lo0')), registers(tlbCell(index, 'lo1'))] as const;
    if (entry.asid === asid || (lo[0] & lo[1] & TLBELO.G) !== 0n) return { ps: entry.ps, lo };
  }
  return undefined;
};

const REFILL: Readonly<Record<Access, number>> = {
  read: CAUSE.tlbRefillLoad,
  write: CAUSE.tlbRefillStore,
  execute: CAUSE.tlbRefillFetch,
};

const RULES: ReadonlyMap<number, string> = new Map([
  [CAUSE.loadPageInvalid, 'the page is not valid (V = 0)'],
  [CAUSE.storePageInvalid, 'the page is not valid (V = 0)'],
  [CAUSE.fetchPageInvalid, 'the page is not valid (V = 0)'],
  [CAUSE.pageNonExecutable, 'fetches are not allowed (NX = 1)'],
  [CAUSE.pageNonReadable, 'loads are not allowed (NR = 1)'],
  [CAUSE.pagePrivilege, 'this privilege level may not use the page (PLV)'],
  [CAUSE.pageModification, 'stores are not allowed (D = 0)'],
]);

/** How addresses are translated: directly, or by tables of so many levels. */
const schemeName = (world: World, registers: Registers): string =>
  world.roots.length === 0 && isDirect({ get: registers }) ? 'direct' : `${levelsOf(registers).length}-level`;

/** Implements {@link Isa.translate}. */
export const translate = (
  world: World,
  read: PhysicalReader,
  address: Va,
  access: Access,
  registers: Registers,
): Translation => {
  const state = { get: registers };
  const plv = PLV[world.mode] ?? 0;
  const scheme = schemeName(world, registers);
  const reached = (
    source: string | undefined,
    steps: readonly WalkStep[],
    at: bigint,
    size: bigint,
    perms: Permissions,
  ): Translation => ({
    va: address,
    scheme,
    ...(source !== undefined && { source }),
    steps,
    result: { ok: true, ipa: ipa(at), pa: pa(at), pageSize: Number(size), perms },
  });
  const failed = (source: string | undefined, steps: readonly WalkStep[], rule: string, cause: number): Translation => {
    const fault: Fault = { rule, cause, causeName: causeName(cause, false), tval: address };
    return { va: address, scheme, ...(source !== undefined && { source }), steps, result: { ok: false, fault } };
  };
  if (world.roots.length === 0 && isDirect(state)) {
    return reached(undefined, [], virtualBits(address), 4096n, ALL);
  }
  const window = windowOf(state, address, plv, access);
  if (window >= 0)
    return reached(
      `window DMW${window}: the physical address is the lower 48 bits`,
      [],
      virtualBits(address),
      4096n,
      ALL,
    );
  if (!isCanonical(address)) {
    const cause = access === 'execute' ? CAUSE.fetchAddress : CAUSE.memoryAddress;
    return failed(undefined, [], 'the address is in no window, and its upper bits do not repeat bit 47', cause);
  }
  const walk = walkTables(world, address, registers, read);
  const asid = world.asid === 0 ? Number(registers('ASID') & ASID_MASK) : world.asid;
  const cached = tlbEntry(address, asid, registers);
  if (cached) {
    const { entry, pa: at } = pageOf(cached, address);
    const source = isSame(walk, entry, at)
      ? 'the TLB has the entry'
      : 'the TLB has another entry than the tables: it holds until invtlb drops it';
    const cause = refusal(entry, plv, access);
    if (cause !== undefined) return failed(source, walk.steps, RULES.get(cause) ?? causeName(cause, false), cause);
    return reached(source, walk.steps, at, 1n << BigInt(cached.ps), permissions(entry));
  }
  const source = 'the TLB has no entry yet: its refill takes it from the tables';
  if (!walk.leaf) return failed(source, walk.steps, walk.rule ?? 'nothing is mapped', REFILL[access]);
  const cause = refusal(walk.leaf.raw, plv, access);
  if (cause !== undefined) return failed(source, walk.steps, RULES.get(cause) ?? causeName(cause, false), cause);
  return reached(source, walk.steps, walk.leaf.pa, walk.leaf.size, permissions(walk.leaf.raw));
};

/** Whether the tables say of the page what the TLB does: where it is, and who may do what. */
const isSame = ({ leaf }: TableWalk, entry: bigint, at: bigint): boolean => {
  if ((entry & TLBELO.V) === 0n) return leaf === undefined;
  const rights = TLBELO.NX | TLBELO.NR | TLBELO.RPLV | TLBELO.PLV | TLBELO.D;
  return leaf !== undefined && leaf.pa === at && (leaf.raw & rights) === (entry & rights);
};
