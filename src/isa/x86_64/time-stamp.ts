/** The time stamp counter. @see AMD64 APM volume 2, 13.2.4 "Time-Stamp Counter" */
import { type HartState, Trap } from '../core/privileged';
import { CR4 } from './bits';
import { causeOf, VECTOR } from './causes';
import { hasFeature } from './cpus';
import { EXIT } from './svm/exit-codes';
import { checkIntercept } from './svm/intercepts';

type TimeSource = Pick<HartState, 'get' | 'time' | 'readSpace'>;

/** In the space of the local APICs: the latest guest time that any processor has read. */
const LATEST_TIME = 0x1003;

/** TSC_RATIO's 1. */
const ONE = 1n << 32n;

const isAlone = (state: TimeSource): boolean => state.get('processors') <= 1n;

/**
 * Guest time for a counter that all processors have in step, as TscInvariant says: none reads less than another has read before.
 * Processors take turns, and one whose turn comes later is behind for a while.
 */
const timeInStep = (state: TimeSource): bigint => {
  const { time } = state;
  const latest = isAlone(state) ? 0n : (state.readSpace('apic', LATEST_TIME, 8) ?? 0n);
  return time > latest ? time : latest;
};

/** What RDTSC reads: in a guest with the guest's rate and offset. */
export const tscOf = (state: TimeSource): bigint => {
  const physical = BigInt.asUintN(64, timeInStep(state) + state.get('TSC_OFFSET'));
  if (state.get('isGuest') === 0n) return physical;
  const ratio = state.get('TSC_RATIO');
  const scaled = ratio === ONE ? physical : (physical * ratio) >> 32n;
  return BigInt.asUintN(64, scaled + state.get('vmTscOffset'));
};

/** Sets the processor's counter; TSC_ADJUST tells by how much. */
export const setTsc = (state: HartState, value: bigint): void => {
  const offset = BigInt.asUintN(64, value - timeInStep(state));
  const delta = offset - state.get('TSC_OFFSET');
  state.set('TSC_OFFSET', offset);
  state.set('TSC_ADJUST', BigInt.asUintN(64, state.get('TSC_ADJUST') + delta));
};

const [RAX, RCX, RDX] = [0, 1, 2];

const requireTime = (state: HartState): void => {
  const isProgram = state.get('cpl') !== 0n && (state.get('cr0') & 1n) !== 0n;
  if (isProgram && state.get('cr4') & CR4.TSD) throw new Trap(causeOf(VECTOR.GP), 0n);
};

const writeTime = (state: HartState): void => {
  if (!isAlone(state)) state.writeSpace('apic', LATEST_TIME, 8, timeInStep(state));
  const value = tscOf(state);
  state.write('r', RAX, value & 0xffff_ffffn);
  state.write('r', RDX, value >> 32n);
};

/** @throws Trap #GP at other levels than 0 with CR4.TSD; #VMEXIT */
export const rdtsc = (state: HartState): void => {
  requireTime(state);
  checkIntercept(state, EXIT.RDTSC);
  writeTime(state);
};

/** @throws Trap as RDTSC; #UD where there is none */
export const rdtscp = (state: HartState): void => {
  if (!hasFeature(state, 'RDTSCP')) throw new Trap(causeOf(VECTOR.UD), 0n);
  requireTime(state);
  checkIntercept(state, EXIT.RDTSCP);
  writeTime(state);
  state.write('r', RCX, state.get('TSC_AUX'));
};
