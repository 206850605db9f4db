/** Interrupts while a guest runs: which of them leave it, and the virtual one. @see AMD64 APM volume 2, 15.13, 15.17, 15.21 */
import type { HartState } from '../../core/privileged';
import { RFLAGS } from '../bits';
import { MARK, vmExitOf } from '../causes';
import { hasFeature } from '../cpus';
import { EXIT } from './exit-codes';
import { isInGuest, isIntercepted } from './intercepts';
import { vmcbReader } from './vmcb';
import { V_INTR } from './vmcb-control';

type SlotState = Pick<HartState, 'get' | 'set'>;
type SlotReader = Pick<HartState, 'get'>;

/** Physical events in which a guest may be left. */
export const PHYSICAL = { INTR: EXIT.INTR, NMI: EXIT.NMI, SMI: EXIT.SMI, INIT: EXIT.INIT } as const;

/** Whether the guest's IF and CR8 are for virtual interrupts only. */
export const masksVirtually = (state: SlotReader): boolean =>
  isInGuest(state) && (state.get('vIntr') & V_INTR.masking) !== 0n;

/** The interrupt flag that counts for physical interrupts. GIF is another matter. */
export const physicalIf = (state: SlotReader): boolean =>
  masksVirtually(state) ? state.get('hostIf') !== 0n : (state.get('rflags') & RFLAGS.IF) !== 0n;

/**
 * The cause of the exit that a physical event, one of {@link PHYSICAL}, leads to; undefined where it is delivered to whom runs.
 * An exit is no delivery: interrupt shadows do not hold it off.
 */
export const exitOfEvent = (state: SlotReader, event: number): number | undefined =>
  isIntercepted(state, event) ? vmExitOf(event) : undefined;

const isShadowed = (state: Pick<HartState, 'get' | 'pc'>): boolean =>
  state.get('isShadowed') !== 0n && state.get('shadow') === state.pc;

/** The guest's global interrupt flag: its own where it has one. */
const guestGif = (vIntr: bigint): boolean => (vIntr & V_INTR.gifEnable) === 0n || (vIntr & V_INTR.gif) !== 0n;

/** The virtual interrupt that can be taken now, or the exit that it leads to; it is taken only where no physical one can be. */
export const virtualInterrupt = (state: Pick<HartState, 'get' | 'pc'>): number | undefined => {
  if (!isInGuest(state)) return undefined;
  const vIntr = state.get('vIntr');
  if ((vIntr & V_INTR.irq) === 0n || !guestGif(vIntr)) return undefined;
  if ((state.get('rflags') & RFLAGS.IF) === 0n || isShadowed(state)) return undefined;
  const priority = (vIntr >> V_INTR.priorityAt) & 0xfn;
  if ((vIntr & V_INTR.ignoreTpr) === 0n && priority <= (vIntr & V_INTR.tpr)) return undefined;
  if (isIntercepted(state, EXIT.VINTR)) return vmExitOf(EXIT.VINTR);
  return MARK.virtual | Number((vIntr >> V_INTR.vectorAt) & 0xffn);
};

/** The virtual interrupt is taken, and waits no longer. */
export const acknowledgeVirtual = (state: SlotState): void => state.set('vIntr', state.get('vIntr') & ~V_INTR.irq);

/** The guest's CR8 where it is virtual, else undefined. */
export const virtualTpr = (state: SlotReader): bigint | undefined =>
  masksVirtually(state) ? state.get('vIntr') & V_INTR.tpr : undefined;

/** Writes the guest's CR8; false where it is the physical one. */
export const setVirtualTpr = (state: Pick<HartState, 'get' | 'set' | 'interruptsChanged'>, value: bigint): boolean => {
  if (!masksVirtually(state)) return false;
  state.set('vIntr', (state.get('vIntr') & ~V_INTR.tpr) | (value & V_INTR.tpr));
  state.interruptsChanged();
  return true;
};

/**
 * Whether an intercepted PAUSE leaves the guest: the filter lets no more of them pass. Counts it.
 * @see AMD64 APM volume 2, 15.14.4
 */
export const countsPause = (state: HartState): boolean => {
  const at = state.get('vmcb');
  const hasThreshold = hasFeature(state, 'PauseFilterThreshold');
  const threshold = hasThreshold ? vmcbReader(state, at)('PAUSE_FILTER_THRESHOLD') : 0n;
  const gap = state.cycles - state.get('pauseAt');
  state.set('pauseAt', state.cycles);
  if (threshold !== 0n && gap > threshold) {
    state.set('pauseCount', vmcbReader(state, at)('PAUSE_FILTER_COUNT'));
  }
  const left = state.get('pauseCount');
  if (left === 0n) return true;
  state.set('pauseCount', left - 1n);
  return false;
};
