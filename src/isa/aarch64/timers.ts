/**
 * The generic timer of a processor: four comparators on one counter. The board asks when each is due and drives its line.
 * @see Arm ARM, D12 "The Generic Timer in AArch64 state"
 */
import type { HartState } from '../core/privileged';

type Source = Pick<HartState, 'get' | 'time'>;

/** A comparator, by the beginning of its registers' names. */
export interface Timer {
  readonly name: 'CNTP' | 'CNTV' | 'CNTHP' | 'CNTHV';
  /** Slots of its control and of the value that it compares with. */
  readonly ctl: string;
  readonly cval: string;
  /** It counts from CNTVOFF_EL2. */
  readonly isVirtual: boolean;
}

const timer = (name: Timer['name'], level: string, isVirtual = false): Timer => ({
  name,
  ctl: `${name}_CTL_${level}`,
  cval: `${name}_CVAL_${level}`,
  isVirtual,
});

/** All comparators; those of EL2 are there with EL2, CNTHV with VHE. */
export const TIMERS = {
  CNTP: timer('CNTP', 'EL0'),
  CNTV: timer('CNTV', 'EL0', true),
  CNTHP: timer('CNTHP', 'EL2'),
  CNTHV: timer('CNTHV', 'EL2'),
} as const satisfies Readonly<Record<Timer['name'], Timer>>;

/** Bits of a control register. */
export const CTL = { ENABLE: 1n, IMASK: 2n, ISTATUS: 4n } as const;

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);

/** The count that a comparator compares with: CNTPCT_EL0, less CNTVOFF_EL2 for the virtual one. */
export const countOf = (state: Source, { isVirtual }: Pick<Timer, 'isVirtual'>): bigint =>
  isVirtual ? u64(state.time - state.get('CNTVOFF_EL2')) : u64(state.time);

/** Whether the count has reached the comparator's value, as an unsigned number. */
const isReached = (state: Source, timer: Timer): boolean => countOf(state, timer) >= state.get(timer.cval);

/** The control register as it reads: ISTATUS is 0 while the timer is off. */
export const controlOf = (state: Source, timer: Timer): bigint => {
  const ctl = state.get(timer.ctl) & (CTL.ENABLE | CTL.IMASK);
  return ctl & CTL.ENABLE && isReached(state, timer) ? ctl | CTL.ISTATUS : ctl;
};

/** Whether a timer asserts its interrupt. */
export const isAsserted = (state: Source, timer: Timer): boolean =>
  (state.get(timer.ctl) & (CTL.ENABLE | CTL.IMASK)) === CTL.ENABLE && isReached(state, timer);

/** Ticks of the counter until a timer that is on asserts its interrupt; 0 when it does, `undefined` when it will not. */
export const ticksLeft = (state: Source, timer: Timer): bigint | undefined => {
  if ((state.get(timer.ctl) & (CTL.ENABLE | CTL.IMASK)) !== CTL.ENABLE) return undefined;
  const [count, value] = [countOf(state, timer), state.get(timer.cval)];
  return count >= value ? 0n : value - count;
};

/** The view of a comparator's value as what is left, 32 bits. */
export const timerValue = (state: Source, timer: Timer): bigint =>
  BigInt.asUintN(32, state.get(timer.cval) - countOf(state, timer));

/** Sets a comparator so many ticks ahead; 32 bits, signed. */
export const setTimerValue = (state: Source & Pick<HartState, 'set'>, timer: Timer, value: bigint): void =>
  state.set(timer.cval, u64(countOf(state, timer) + BigInt.asIntN(32, value)));
