/**
 * One address translated for debugger and inspector: by windows, the TLB, and the tables behind it. Changes nothing.
 * Where the TLB has no entry yet, the tables say what its refill will put there; where both differ, the TLB holds.
 */
import { ipa, pa, type Va } from '../../base/address';
import { t } from '../../base/l10n';
import type { PhysicalReader } from '../core/isa';
import {
  type Access,
  type Permissions,
  type Regime,
  type Translation,
  type TranslationResult,
  translateBy,
} from '../core/translation';
import type { World } from '../core/world';
import { isCanonical, TLBELO, virtualBits } from './bits';
import { CAUSE, causeName } from './causes';
import { pageOf, refusal, windowOf } from './paging-cpu';
import { levelsOf, pageEntry, permissions, type Registers, walkTables } from './tables';
import { MTLB_ENTRIES, STLB_ENTRIES, STLB_SETS, STLB_WAYS, unpackEntry } from './tlb-layout';

const ALL: Permissions = { read: true, write: true, execute: true, user: true };
const PLV: Readonly<Record<string, number>> = { PLV0: 0, PLV1: 1, PLV2: 2, PLV3: 3 };
const PAGE = 4096n;

/** The names by which a TLB entry's cells are asked for, as registers are. */
export const tlbCell = (index: number, cell: 'misc' | 'lo0' | 'lo1'): string => `TLB${index}.${cell}`;

interface Found {
  readonly index: number;
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
    if (entry.asid === asid || (lo[0] & lo[1] & TLBELO.G) !== 0n) return { index, ps: entry.ps, lo };
  }
  return undefined;
};

const REFILL: Readonly<Record<Access, number>> = {
  read: CAUSE.tlbRefillLoad,
  write: CAUSE.tlbRefillStore,
  execute: CAUSE.tlbRefillFetch,
};

/** Why a page that the TLB has, or would have, refuses an access. */
const ruleOf = (cause: number): string => {
  switch (cause) {
    case CAUSE.loadPageInvalid:
    case CAUSE.storePageInvalid:
    case CAUSE.fetchPageInvalid:
      return t`the page is not valid (V = 0)`;
    case CAUSE.pageNonExecutable:
      return t`fetches are not allowed (NX = 1)`;
    case CAUSE.pageNonReadable:
      return t`loads are not allowed (NR = 1)`;
    case CAUSE.pagePrivilege:
      return t`this privilege level may not use the page (PLV)`;
    case CAUSE.pageModification:
      return t`stores are not allowed (D = 0)`;
    default:
      return causeName(cause, false);
  }
};

const reached = (at: bigint, size: bigint, perms: Permissions): TranslationResult => ({
  ok: true,
  ipa: ipa(at),
  pa: pa(at),
  pageSize: Number(size),
  perms,
});

const failed = (address: Va, rule: string, cause: number): TranslationResult => ({
  ok: false,
  fault: { rule, cause, causeName: causeName(cause, false), tval: address },
});

/** What a page's entry allows, as the TLB has it. */
const throughPage = (address: Va, access: Access, plv: number, raw: bigint, at: bigint, size: bigint) => {
  const cause = refusal(raw, plv, access);
  return cause === undefined ? reached(at, size, permissions(raw)) : failed(address, ruleOf(cause), cause);
};

/** Addresses are physical: their lower bits, that is. */
const direct: Regime = (address) => ({
  steps: [{ source: 'direct' }],
  result: reached(virtualBits(address), PAGE, ALL),
});

const windows =
  (registers: Registers, plv: number): Regime =>
  (address, access) => {
    const index = windowOf({ get: registers }, address, plv, access);
    if (index < 0) return { steps: [] };
    const at = virtualBits(address);
    const from = address - at;
    const to = from + virtualBits(-1n);
    return {
      steps: [{ source: 'window', name: `DMW${index}`, from, to, base: pa(0n) }],
      result: reached(at, PAGE, ALL),
    };
  };

/** Tables translate addresses whose upper bits repeat the sign only. */
const range: Regime = (address, access) => {
  if (isCanonical(address)) return { steps: [] };
  const cause = access === 'execute' ? CAUSE.fetchAddress : CAUSE.memoryAddress;
  const rule = t`the address is in no window, and its upper bits do not repeat bit 47`;
  return { steps: [], result: failed(address, rule, cause) };
};

/** The TLB: what it holds counts. Without an entry its refill brings what the tables say, which are read in either case. */
const tlb =
  (world: World, read: PhysicalReader, registers: Registers, plv: number): Regime =>
  (address, access) => {
    const { steps, leaf, rule } = walkTables(world, address, registers, read);
    const found = tlbEntry(address, world.asid, registers);
    if (found === undefined) {
      const result = leaf
        ? throughPage(address, access, plv, leaf.raw, leaf.pa, leaf.size)
        : failed(address, rule ?? t`nothing is mapped`, REFILL[access]);
      return { steps: [{ source: 'tlb' }, ...steps], result };
    }
    const { entry: raw, pa: at } = pageOf(found, address);
    const hit = { index: found.index, entry: pageEntry(raw, 0), isAsTables: isSame(leaf, raw, at) };
    const result = throughPage(address, access, plv, raw, at, 1n << BigInt(found.ps));
    return { steps: [{ source: 'tlb', hit }, ...steps], result };
  };

/** Implements {@link Isa.translate}. */
export const translate = (
  world: World,
  read: PhysicalReader,
  address: Va,
  access: Access,
  registers: Registers,
): Translation => {
  if (world.isDirect === true) {
    return translateBy(t`direct`, [direct], address, access);
  }
  const plv = PLV[world.mode] ?? 0;
  const scheme = t`${levelsOf(registers).length}-level`;
  const regimes = [windows(registers, plv), range, tlb(world, read, registers, plv)];
  return translateBy(scheme, regimes, address, access);
};

/** Whether the tables say of the page what the TLB does: where it is, and who may do what. */
const isSame = (
  leaf: { readonly raw: bigint; readonly pa: bigint } | undefined,
  entry: bigint,
  at: bigint,
): boolean => {
  if ((entry & TLBELO.V) === 0n) return leaf === undefined;
  const rights = TLBELO.NX | TLBELO.NR | TLBELO.RPLV | TLBELO.PLV | TLBELO.D;
  return leaf !== undefined && leaf.pa === at && (leaf.raw & rights) === (entry & rights);
};
