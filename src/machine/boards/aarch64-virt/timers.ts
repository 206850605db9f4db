/**
 * Each processor's generic timers against the board's time: their lines are levels, as the registers say whenever they change and
 * when a count reaches a comparator.
 * @see Arm ARM, D12.2.4 "Timers"
 */
import type { HartView } from '../../../engine/hart-view';
import { TIMERS as COMPARATORS, isAsserted, type Timer, ticksLeft } from '../../../isa/aarch64/timers';
import type { BoardServices } from '../board';
import { AARCH64_VIRT } from './map';

/** Owner of the alarms. */
export const TIMERS = 'timers';

const { physical, virtual, hypervisor, hypervisorVirtual } = AARCH64_VIRT.timers;
/** Comparators with their private interrupts. */
const LINES: readonly (readonly [timer: Timer, interrupt: number])[] = [
  [COMPARATORS.CNTP, physical],
  [COMPARATORS.CNTV, virtual],
  [COMPARATORS.CNTHP, hypervisor],
  [COMPARATORS.CNTHV, hypervisorVirtual],
];

export interface Timers {
  /** A comparator, its control or its offset was written. */
  changed(view: HartView): void;
  /** An alarm of {@link TIMERS} is due. */
  fired(tag: string): void;
}

/** @param tick guest nanoseconds of one tick of the counter */
export const createTimers = (
  services: BoardServices,
  tick: bigint,
  setLine: (processor: number, interrupt: number, level: boolean) => void,
): Timers => {
  const changed = (view: HartView): void => {
    for (const [timer, interrupt] of LINES) {
      setLine(view.hart, interrupt, isAsserted(view, timer));
      const left = ticksLeft(view, timer);
      // Time runs on for less than 2^62 ticks in any session.
      const isAhead = left !== undefined && left > 0n && left < 1n << 62n;
      services.alarm(TIMERS, `${view.hart}/${timer.name}`, isAhead ? (view.time + left) * tick : undefined);
    }
    services.attention(view.hart);
  };
  return { changed, fired: (tag) => changed(services.hart(Number.parseInt(tag, 10))) };
};
