/** Translation contexts: the sets of cached translations that do not mix. Which one an access uses follows from PSTATE and HCR_EL2. */
import type { HartState } from '../core/privileged';
import { HCR } from './bits';

type SlotReader = Pick<HartState, 'get'>;

/** In the order of their numbers. `host`: the EL2&0 regime (HCR_EL2.E2H); `guest`: EL1&0 with stage 2; PAN: with PSTATE.PAN set. */
export const CONTEXT = {
  el0: 0,
  el1: 1,
  el1Pan: 2,
  el2: 3,
  hostEl0: 4,
  hostEl2: 5,
  hostEl2Pan: 6,
  guestEl0: 7,
  guestEl1: 8,
  guestEl1Pan: 9,
  /** Of fetches while PSTATE.IL is set: each raises an exception, and nothing is cached. */
  illegal: 10,
} as const;

const bitsOf = (...contexts: number[]): number => contexts.reduce((bits, context) => bits | (1 << context), 0);

/**
 * Bit per context of the EL1&0 regime, guests' or not: the same registers name the tables of all of them, and the same
 * instructions flush them.
 */
export const EL1_CONTEXTS = bitsOf(
  CONTEXT.el0,
  CONTEXT.el1,
  CONTEXT.el1Pan,
  CONTEXT.guestEl0,
  CONTEXT.guestEl1,
  CONTEXT.guestEl1Pan,
);

/** Whether EL2 is implemented: it is the level of reset then. */
export const hasEl2 = (state: Pick<HartState, 'get'>): boolean => state.get('highest') === 2n;

/** Whether EL0 belongs to EL2: HCR_EL2.TGE with E2H. */
export const isHostUser = (hcr: bigint): boolean => (hcr & (HCR.TGE | HCR.E2H)) === (HCR.TGE | HCR.E2H);

/** Whether a level is a host's: EL2 with HCR_EL2.E2H, and EL0 where it belongs to EL2. */
export const isHostLevel = (hcr: bigint, el: number): boolean =>
  el === 2 ? (hcr & HCR.E2H) !== 0n : el === 0 && isHostUser(hcr);

/** Whether EL1 and EL0 are translated by stage 2, too. */
export const hasStage2 = (hcr: bigint): boolean => (hcr & (HCR.VM | HCR.DC)) !== 0n && (hcr & HCR.TGE) === 0n;

/** The context of accesses at an exception level under the PSTATE.PAN and HCR_EL2 there are now. */
export const contextAt = (state: SlotReader, el: number, isPan: boolean): number => {
  const hcr = state.get('HCR_EL2');
  if (el === 2) {
    if ((hcr & HCR.E2H) === 0n) return CONTEXT.el2;
    return isPan ? CONTEXT.hostEl2Pan : CONTEXT.hostEl2;
  }
  if (el === 0 && isHostUser(hcr)) return CONTEXT.hostEl0;
  const base = hasStage2(hcr) ? CONTEXT.guestEl0 : CONTEXT.el0;
  if (el === 0) return base;
  return base + (isPan ? 2 : 1);
};

export const dataContext = (state: SlotReader): number =>
  contextAt(state, Number(state.get('EL')), state.get('PAN') !== 0n);
/** PAN is about data only. */
export const fetchContext = (state: SlotReader): number =>
  state.get('IL') === 0n ? contextAt(state, Number(state.get('EL')), false) : CONTEXT.illegal;
