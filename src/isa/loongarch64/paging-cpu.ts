/**
 * Translation as the processor does it: direct addresses, windows, or the TLB; raising exceptions.
 * @see LoongArch Reference Manual, Volume 1, "Memory Management"
 */
import type { CpuTranslation, WalkMemory } from '../core/engine-isa';
import { type HartState, Trap } from '../core/privileged';
import type { Access } from '../core/translation';
import { CRMD, isCanonical, PALEN, TLBELO, virtualBits } from './bits';
import { CAUSE } from './causes';
import { plvOf } from './exceptions';
import { entryAt, findEntry } from './tlb';

type TranslationState = Pick<HartState, 'get' | 'bank'>;

/** Direct addresses: DA without PG. With both, as kernels set CRMD to 0x18, addresses are mapped, as QEMU takes it. */
export const isDirect = (state: Pick<HartState, 'get'>): boolean => (state.get('CRMD') & CRMD.PG) === 0n;

/** Index of the set of cached translations in use: one for each PLV, direct or mapped. */
export const translationContext = (state: Pick<HartState, 'get'>): number => plvOf(state) + (isDirect(state) ? 4 : 0);

const PPN = ((1n << PALEN) - 1n) & ~0xfffn;

/** The first windows are for fetches, too; QEMU fetches through all four. */
const FETCH_WINDOWS = 2;
const WINDOWS = 4;

/** The window that an access of `va` at a privilege level goes through: its number, or -1. */
export const windowOf = (state: Pick<HartState, 'get'>, va: bigint, plv: number, access: Access): number => {
  const count = access === 'execute' ? FETCH_WINDOWS : WINDOWS;
  for (let index = 0; index < count; index++) {
    const window = state.get(`DMW${index}`);
    if (((window >> BigInt(plv)) & 1n) === 1n && window >> 60n === va >> 60n) return index;
  }
  return -1;
};

const open = (pa: bigint, execute: boolean): CpuTranslation => ({
  pa: Number(pa),
  read: true,
  write: true,
  execute,
  isCacheable: true,
});

const addressError = (access: Access): number => (access === 'execute' ? CAUSE.fetchAddress : CAUSE.memoryAddress);
const REFILL: Readonly<Record<Access, number>> = {
  read: CAUSE.tlbRefillLoad,
  write: CAUSE.tlbRefillStore,
  execute: CAUSE.tlbRefillFetch,
};
const INVALID: Readonly<Record<Access, number>> = {
  read: CAUSE.loadPageInvalid,
  write: CAUSE.storePageInvalid,
  execute: CAUSE.fetchPageInvalid,
};

/** The half of a TLB entry for an address: its word, and where the address lies. */
export const pageOf = (
  { lo, ps }: { readonly lo: readonly [bigint, bigint]; readonly ps: number },
  va: bigint,
): { readonly entry: bigint; readonly pa: bigint } => {
  const entry = lo[Number((va >> BigInt(ps)) & 1n) as 0 | 1];
  const offset = (1n << BigInt(ps)) - 1n;
  return { entry, pa: (entry & PPN & ~offset) | (va & offset) };
};

/** Whether a privilege level may use a page: at that of the page and above it, or at that only. */
export const isPermitted = (entry: bigint, plv: number): boolean => {
  const page = Number((entry & TLBELO.PLV) >> 2n);
  return entry & TLBELO.RPLV ? plv === page : plv <= page;
};

/** Why an access of a page that the TLB has is refused: the cause, in the manual's order. QEMU has NR before the privilege. */
export const refusal = (entry: bigint, plv: number, access: Access): number | undefined => {
  if ((entry & TLBELO.V) === 0n) return INVALID[access];
  if (access === 'execute' && entry & TLBELO.NX) return CAUSE.pageNonExecutable;
  if (!isPermitted(entry, plv)) return CAUSE.pagePrivilege;
  if (access === 'read' && entry & TLBELO.NR) return CAUSE.pageNonReadable;
  if (access === 'write' && (entry & TLBELO.D) === 0n) return CAUSE.pageModification;
  return undefined;
};

/** @throws Trap with tval = `va` */
export const cpuTranslate = (
  state: TranslationState,
  _memory: WalkMemory,
  va: bigint,
  access: Access,
): CpuTranslation => {
  if (access === 'execute' && (va & 3n) !== 0n) throw new Trap(CAUSE.fetchAddress, va);
  if (isDirect(state)) return open(virtualBits(va), true);
  const plv = plvOf(state);
  const window = windowOf(state, va, plv, access);
  if (window >= 0) return open(virtualBits(va), window < FETCH_WINDOWS);
  if (!isCanonical(va)) throw new Trap(addressError(access), va);
  const index = findEntry(state, va);
  const found = index < 0 ? undefined : entryAt(state, index);
  if (!found) throw new Trap(REFILL[access], va);
  const { entry, pa } = pageOf(found, va);
  const cause = refusal(entry, plv, access);
  if (cause !== undefined) throw new Trap(cause, va);
  return {
    pa: Number(pa),
    read: refusal(entry, plv, 'read') === undefined,
    write: refusal(entry, plv, 'write') === undefined,
    execute: refusal(entry, plv, 'execute') === undefined,
    isCacheable: true,
  };
};
