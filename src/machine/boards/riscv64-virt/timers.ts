/**
 * Sstc: a hart's stimecmp and vstimecmp against the board's time. They drive bits STIP and VSTIP of `mipLines`, as a
 * device would.
 * @see RISC-V Privileged ISA 20240411, "Sstc" Extension for Supervisor-mode Timer Interrupts
 */
import type { HartView } from '../../../engine/hart-view';
import type { BoardServices } from '../board';

const STIP = 1n << 5n;
const VSTIP = 1n << 6n;
const STCE = 1n << 63n;

/** Owner of the alarms. */
export const TIMERS = 'sstc';

export interface HartTimers {
  changed(view: HartView): void;
  /** An alarm of {@link TIMERS} is due. */
  fired(tag: string): void;
}

/** @param tick guest nanoseconds of one tick of time. */
export const createHartTimers = (services: BoardServices, tick: bigint): HartTimers => {
  /** Sets one line for a compare register that sees time `delta` ticks ahead. */
  const compare = (view: HartView, line: bigint, isOn: boolean, register: string, delta: bigint): void => {
    const tag = `${register}${view.hart}`;
    const ticks = services.now() / tick;
    const time = BigInt.asUintN(64, ticks + delta);
    const at = view.get(register);
    const isDue = isOn && time >= at;
    const lines = view.get('mipLines');
    view.set('mipLines', isDue ? lines | line : lines & ~line);
    // Time runs on for less than 2^63 ticks in any session.
    const isAhead = isOn && !isDue && at - time < 1n << 63n;
    services.alarm(TIMERS, tag, isAhead ? (ticks + (at - time)) * tick : undefined);
  };
  const changed = (view: HartView): void => {
    const menvcfg = view.get('menvcfg');
    compare(view, STIP, (menvcfg & STCE) !== 0n, 'stimecmp', 0n);
    const isGuestOn = (menvcfg & view.get('henvcfg') & STCE) !== 0n;
    compare(view, VSTIP, isGuestOn, 'vstimecmp', view.get('htimedelta'));
    services.attention(view.hart);
  };
  return { changed, fired: (tag) => changed(services.hart(Number(/\d+$/.exec(tag)?.[0] ?? 0))) };
};
