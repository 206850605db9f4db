/**
 * Translation contexts: the sets of cached translations that do not mix. Address spaces are not told apart: a write of CR3 drops
 * those of its machine, whatever PCID or ASID they belong to, and global ones with them.
 */
import type { Fence, HartState, TranslationScope } from '../core/privileged';
import { mustAlign } from './alignment';
import { CR4, RFLAGS } from './bits';

type SlotReader = Pick<HartState, 'get'>;

/**
 * In the order of their numbers. `…Open`: with RFLAGS.AC set under CR4.SMAP; `guest…`: while an SVM guest runs; `…Aligned`: data
 * accesses while alignment is checked, whose translations are not kept (see alignment.ts), so that all others need not ask.
 */
export const CONTEXT = {
  user: 0,
  supervisor: 1,
  supervisorOpen: 2,
  guestUser: 3,
  guestSupervisor: 4,
  guestSupervisorOpen: 5,
  /** Added to those of fetches while every instruction is looked at: see debug.ts. */
  stepping: 6,
  userAligned: 12,
  guestUserAligned: 13,
} as const;

const OF_GUESTS = (1 << CONTEXT.guestUser) | (1 << CONTEXT.guestSupervisor) | (1 << CONTEXT.guestSupervisorOpen);

/** Bit per context of guests. */
export const GUEST_CONTEXTS = OF_GUESTS | (OF_GUESTS << CONTEXT.stepping) | (1 << CONTEXT.guestUserAligned);

const isGuest = (state: SlotReader): boolean => state.get('isGuest') !== 0n;

const ringContext = (state: SlotReader): number => {
  const base = isGuest(state) ? CONTEXT.guestUser : CONTEXT.user;
  return state.get('cpl') === 3n ? base : base + 1;
};

/** The context of loads and stores. */
export const dataContext = (state: SlotReader): number => {
  if (mustAlign(state)) return isGuest(state) ? CONTEXT.guestUserAligned : CONTEXT.userAligned;
  const own = ringContext(state);
  if (state.get('cpl') === 3n || (state.get('cr4') & CR4.SMAP) === 0n) return own;
  return (state.get('rflags') & RFLAGS.AC) === 0n ? own : own + 1;
};

/** Whether every instruction is looked at as it is fetched: it is stepped, resumed, or something is to be raised in front of it. */
export const isSteppingFetch = (state: SlotReader): boolean =>
  (state.get('rflags') & (RFLAGS.TF | RFLAGS.RF)) !== 0n ||
  state.get('stepped') !== 0n ||
  state.get('pendingDebug') !== 0n;

/** The context of fetches: SMAP is about data only. */
export const fetchContext = (state: SlotReader): number =>
  ringContext(state) + (isSteppingFetch(state) ? CONTEXT.stepping : 0);

const scopeOf = (state: SlotReader): TranslationScope => (state.get('isGuest') === 0n ? 'host' : 'guest');
const fenceOf = (state: SlotReader): Fence['of'] => (state.get('isGuest') === 0n ? 'host' : 'guest');

/**
 * Drops all cached translations of the machine that runs, host or guest: CR3 was written, INVPCID executed, or a bit of CR0, CR4
 * or EFER changed that translation depends on.
 */
export const flushSpace = (state: HartState): void => state.flushTranslations(scopeOf(state), { of: fenceOf(state) });

/** INVLPG: drops the translations of the page at a linear address, in the machine that runs. */
export const flushPage = (state: HartState, address: bigint): void =>
  state.flushTranslations(scopeOf(state), { of: fenceOf(state), address });

/** INVLPGA of a guest's ASID, and VMRUN with TLB_CONTROL: drops the guests' translations. */
export const flushGuests = (state: HartState): void => state.flushTranslations('guest', { of: 'guest' });
