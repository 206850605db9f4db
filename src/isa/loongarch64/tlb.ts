/**
 * The TLB as architectural state: what finds, reads, writes, fills and drops its entries. An entry maps two neighbouring pages.
 * @see LoongArch Reference Manual, Volume 1, "TLB Organizational Structure", "TLB Maintenance Instructions"
 */
import type { HartState } from '../core/privileged';
import { ASID_MASK, ELO, isPageSize, TLBELO, TLBIDX, TLBRERA, virtualBits } from './bits';
import {
  MTLB_ENTRIES,
  packEntry,
  STLB_ENTRIES,
  STLB_SETS,
  STLB_WAYS,
  TLB_ENTRIES,
  type TlbEntry,
  unpackEntry,
} from './tlb-layout';

type TlbState = Pick<HartState, 'get' | 'bank'>;

export const asidOf = (state: Pick<HartState, 'get'>): number => Number(state.get('ASID') & ASID_MASK);

const isGlobal = (state: TlbState, index: number): boolean =>
  ((state.bank('tlbLo0')[index] ?? 0n) & (state.bank('tlbLo1')[index] ?? 0n) & TLBELO.G) !== 0n;

/** The set of the STLB that an address belongs to: the bits above the pair of pages. */
const setOf = (va: bigint, ps: number): number => Number((virtualBits(va) >> BigInt(ps + 1)) & BigInt(STLB_SETS - 1));

const covers = ({ vppn, ps }: TlbEntry, va: bigint): boolean =>
  (virtualBits(va) ^ vppn) >> BigInt(Math.max(13, ps + 1)) === 0n;

/** Index of the entry for `va` in the current address space, or -1. */
export const findEntry = (state: TlbState, va: bigint, asid = asidOf(state)): number => {
  const misc = state.bank('tlbMisc');
  const matches = (index: number): boolean => {
    const packed = misc[index] ?? 0n;
    if ((packed & 1n) === 0n) return false;
    const entry = unpackEntry(packed);
    return covers(entry, va) && (entry.asid === asid || isGlobal(state, index));
  };
  const set = setOf(va, Number(state.get('STLBPS') & 0x3fn));
  for (let way = 0; way < STLB_WAYS; way++) if (matches(way * STLB_SETS + set)) return way * STLB_SETS + set;
  for (let index = STLB_ENTRIES; index < TLB_ENTRIES; index++) if (matches(index)) return index;
  return -1;
};

/** An entry as the debugger sees it; undefined where there is none. */
export const entryAt = (
  state: TlbState,
  index: number,
): (TlbEntry & { readonly lo: readonly [bigint, bigint]; readonly isGlobal: boolean }) | undefined => {
  const entry = unpackEntry(state.bank('tlbMisc')[index] ?? 0n);
  if (!entry.isThere) return undefined;
  const lo = [state.bank('tlbLo0')[index] ?? 0n, state.bank('tlbLo1')[index] ?? 0n] as const;
  return { ...entry, lo, isGlobal: isGlobal(state, index) };
};

/** Empties an entry. What is cached of an entry that was there is wrong from now on. */
const drop = (state: HartState, index: number): void => {
  const misc = state.bank('tlbMisc');
  if (((misc[index] ?? 0n) & 1n) === 0n) return;
  misc[index] = 0n;
  state.flushTranslations();
};

const isInRefill = (state: Pick<HartState, 'get'>): boolean => (state.get('TLBRERA') & TLBRERA.IS_TLBR) !== 0n;

/** What tlbwr and tlbfill write: from the CSRs of the refill in one, else from the others. */
const prepared = (state: HartState) =>
  isInRefill(state)
    ? {
        ps: Number(state.get('TLBREHI') & 0x3fn),
        high: state.get('TLBREHI'),
        lo0: state.get('TLBRELO0'),
        lo1: state.get('TLBRELO1'),
      }
    : {
        ps: Number((state.get('TLBIDX') & TLBIDX.PS) >> 24n),
        high: state.get('TLBEHI'),
        lo0: state.get('TLBELO0'),
        lo1: state.get('TLBELO1'),
      };

const put = (state: HartState, index: number): void => {
  const { ps, high, lo0, lo1 } = prepared(state);
  drop(state, index);
  // The manual leaves a page size that PRCFG2 does not offer open. Nothing is written then.
  if (!isPageSize(ps)) return;
  state.bank('tlbMisc')[index] = packEntry(asidOf(state), ps, high);
  // The entry is global if both of its pages are.
  const kept = lo0 & lo1 & TLBELO.G ? ELO : ELO & ~TLBELO.G;
  state.bank('tlbLo0')[index] = lo0 & kept;
  state.bank('tlbLo1')[index] = lo1 & kept;
};

const setIndex = (state: HartState, index: number): void => {
  const kept = state.get('TLBIDX') & ~(TLBIDX.INDEX | TLBIDX.NE);
  state.set('TLBIDX', index < 0 ? state.get('TLBIDX') | TLBIDX.NE : kept | BigInt(index));
};

export const tlbsrch = (state: HartState): void =>
  setIndex(state, findEntry(state, isInRefill(state) ? state.get('TLBREHI') : state.get('TLBEHI')));

export const tlbrd = (state: HartState): void => {
  const entry = entryAt(state, Number(state.get('TLBIDX') & TLBIDX.INDEX));
  const kept = state.get('TLBIDX') & ~(TLBIDX.PS | TLBIDX.NE);
  const asid = state.get('ASID') & ~ASID_MASK;
  if (!entry) {
    state.set('TLBIDX', kept | TLBIDX.NE);
    state.set('TLBEHI', 0n);
    state.set('TLBELO0', 0n);
    state.set('TLBELO1', 0n);
    changeAsid(state, asid);
    return;
  }
  state.set('TLBIDX', kept | (BigInt(entry.ps) << 24n));
  state.set('TLBEHI', entry.vppn);
  state.set('TLBELO0', entry.lo[0]);
  state.set('TLBELO1', entry.lo[1]);
  changeAsid(state, asid | BigInt(entry.asid));
};

const changeAsid = (state: HartState, value: bigint): void => {
  if (state.get('ASID') === value) return;
  state.set('ASID', value);
  state.flushTranslations();
};

export const tlbwr = (state: HartState): void => {
  const index = Number(state.get('TLBIDX') & TLBIDX.INDEX);
  if (index >= TLB_ENTRIES) return;
  if (state.get('TLBIDX') & TLBIDX.NE && !isInRefill(state)) drop(state, index);
  else put(state, index);
};

/** The entry that is given up: a free one, else one of another address space, else the next in turn. */
const victim = (state: HartState, indices: readonly number[]): number => {
  const misc = state.bank('tlbMisc');
  const free = indices.find((index) => ((misc[index] ?? 0n) & 1n) === 0n);
  if (free !== undefined) return free;
  const asid = asidOf(state);
  const foreign = indices.find((index) => unpackEntry(misc[index] ?? 0n).asid !== asid && !isGlobal(state, index));
  if (foreign !== undefined) return foreign;
  // The manual leaves the choice to the processor. Instructions retired decide, so that the same run makes the same choices.
  return indices[Number(state.retired % BigInt(indices.length))] ?? 0;
};

export const tlbfill = (state: HartState): void => {
  const { ps, high } = prepared(state);
  const isStlb = ps === Number(state.get('STLBPS') & 0x3fn);
  const set = setOf(high, ps);
  const indices = isStlb
    ? Array.from({ length: STLB_WAYS }, (_, way) => way * STLB_SETS + set)
    : Array.from({ length: MTLB_ENTRIES }, (_, entry) => STLB_ENTRIES + entry);
  put(state, victim(state, indices));
};

/** Drops the entries that `matches` says. */
const dropAll = (state: HartState, matches: (entry: TlbEntry, index: number) => boolean): void => {
  const misc = state.bank('tlbMisc');
  let dropped = false;
  for (let index = 0; index < TLB_ENTRIES; index++) {
    const packed = misc[index] ?? 0n;
    if ((packed & 1n) === 0n || !matches(unpackEntry(packed), index)) continue;
    misc[index] = 0n;
    dropped = true;
  }
  if (dropped) state.flushTranslations();
};

/** Whether an entry is of the part that TLBIDX names: one set of the STLB, or the whole MTLB. */
const isNamed = (state: HartState): ((index: number) => boolean) => {
  const named = Number(state.get('TLBIDX') & TLBIDX.INDEX);
  if (named >= STLB_ENTRIES) return (index) => index >= STLB_ENTRIES;
  return (index) => index < STLB_ENTRIES && index % STLB_SETS === named % STLB_SETS;
};

export const tlbclr = (state: HartState): void => {
  const named = isNamed(state);
  const asid = asidOf(state);
  dropAll(state, (entry, index) => named(index) && !isGlobal(state, index) && entry.asid === asid);
};

export const tlbflush = (state: HartState): void => {
  const named = isNamed(state);
  dropAll(state, (_, index) => named(index));
};

/** @returns false for an operation that the manual does not define */
export const invtlb = (state: HartState, op: number, asid: number, va: bigint): boolean => {
  const global = (index: number): boolean => isGlobal(state, index);
  switch (op) {
    case 0:
    case 1:
      dropAll(state, () => true);
      return true;
    case 2:
      dropAll(state, (_, index) => global(index));
      return true;
    case 3:
      dropAll(state, (_, index) => !global(index));
      return true;
    case 4:
      dropAll(state, (entry, index) => !global(index) && entry.asid === asid);
      return true;
    case 5:
      dropAll(state, (entry, index) => !global(index) && entry.asid === asid && covers(entry, va));
      return true;
    case 6:
      dropAll(state, (entry, index) => (global(index) || entry.asid === asid) && covers(entry, va));
      return true;
    default:
      return false;
  }
};
