/**
 * Which interrupt is taken next: what holds it off, and whether a guest is left by it.
 * @see AMD64 APM volume 2, 8.5 "Priorities", 15.13 "Interrupts and Exceptions", 15.17 "Global Interrupt Flag" and 15.21
 */
import type { HartState } from '../core/privileged';
import { INTERRUPT, LINE, MARK } from './causes';
import { isDebugDue } from './debug';
import { injectedCause } from './svm/event-injection';
import { exitOfEvent, PHYSICAL, physicalIf, virtualInterrupt } from './svm/events';

type Source = Pick<HartState, 'get' | 'pc' | 'retired'>;

/** The space of interrupt controllers, and the address where reading is the acknowledge cycle. */
const ACKNOWLEDGE = 0x1000;
/** Writing here tells that INIT is taken. */
const INIT_TAKEN = 0x1004;

/** Whether the instruction that comes next is behind STI or MOV SS, and holds interrupts off. */
const isInShadow = (state: Pick<Source, 'get' | 'pc'>): boolean =>
  state.get('isShadowed') !== 0n && state.get('shadow') === state.pc;

/** The physical interrupt or exit that `lines` lead to. */
const physicalInterrupt = (state: Pick<Source, 'get' | 'pc'>, isShadowed: boolean): number | undefined => {
  const lines = state.get('lines');
  if (lines === 0n || state.get('gif') === 0n) return undefined;
  if (lines & LINE.init) {
    return exitOfEvent(state, PHYSICAL.INIT) ?? INTERRUPT.init;
  }
  if (lines & LINE.nmi) {
    const exit = exitOfEvent(state, PHYSICAL.NMI);
    if (exit !== undefined) return exit;
    if (state.get('nmiBlocked') === 0n && !isShadowed) return INTERRUPT.nmi;
  }
  if ((lines & LINE.intr) === 0n || !physicalIf(state)) return undefined;
  const exit = exitOfEvent(state, PHYSICAL.INTR);
  if (exit !== undefined) return exit;
  return isShadowed ? undefined : INTERRUPT.external;
};

const interruptAt = (state: Pick<Source, 'get' | 'pc'>): number | undefined =>
  physicalInterrupt(state, isInShadow(state)) ?? virtualInterrupt(state);

/** The interrupt to take before the next instruction, if any. */
export const pendingInterrupt = (state: Source): number | undefined => {
  const injected = injectedCause(state);
  if (injected !== undefined) return injected;
  return isDebugDue(state) ? undefined : interruptAt(state);
};

/** Whether only the next instruction, or what is to be raised in front of it, holds one off. */
export const holdsInterrupts = (state: Source): boolean => {
  if (!isInShadow(state) && !isDebugDue(state)) return false;
  if (pendingInterrupt(state) !== undefined) return false;
  // Behind it nothing is held off: looked at from any other address.
  return interruptAt({ get: (slot) => state.get(slot), pc: state.pc + 1n }) !== undefined;
};

/**
 * The interrupt is about to be taken: the vector of an external one is its controller's, and NMI is no longer pending. An exit of a
 * guest leaves both as they are. INIT is the board's to do, for processors stop by it.
 */
export const acknowledge = (state: HartState, pending: number): number => {
  if (pending === INTERRUPT.nmi) state.set('lines', state.get('lines') & ~LINE.nmi);
  if (pending === INTERRUPT.init) state.writeSpace('apic', INIT_TAKEN, 8, 1n);
  if (pending !== INTERRUPT.external) return pending;
  return Number(state.readSpace('apic', ACKNOWLEDGE, 8) ?? 0n) & 0xff;
};

/** What ends HLT: an interrupt that would be taken, or leaves the guest. */
export const wakesFromWait = (state: Source): boolean => {
  const cause = pendingInterrupt(state);
  return cause !== undefined && (cause & MARK.injected) === 0;
};
