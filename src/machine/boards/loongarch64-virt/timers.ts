/**
 * Each processor's timer against the board's time: when TVAL reaches 0 it requests its interrupt, and a periodic one begins anew.
 * @see LoongArch Reference Manual, Volume 1, "Timer Configuration"
 */
import type { HartView } from '../../../engine/hart-view';
import type { BoardServices } from '../board';
import { LOONGARCH64_VIRT } from './map';

const EN = 1n;
const PERIODIC = 2n;
/** The timer's bit in ESTAT.IS. */
const TIMER = 11;

/** Owner of the alarms. */
export const TIMERS = 'timers';

export interface Timers {
  /** TCFG was written. */
  changed(view: HartView): void;
  /** An alarm of {@link TIMERS} is due. */
  fired(tag: string): void;
}

export const createTimers = (
  services: BoardServices,
  setLine: (processor: number, bit: number, level: boolean) => void,
): Timers => {
  const tick = BigInt(LOONGARCH64_VIRT.nanosecondsPerInstruction);
  const changed = (view: HartView): void => {
    const tcfg = view.get('TCFG');
    const isOn = (tcfg & EN) !== 0n;
    const due = (view.get('timerStart') + (tcfg & ~3n)) * tick;
    services.alarm(TIMERS, String(view.hart), isOn ? due : undefined);
    services.attention(view.hart);
  };
  return {
    changed,
    fired: (tag) => {
      const view = services.hart(Number(tag));
      const tcfg = view.get('TCFG');
      if ((tcfg & EN) === 0n) return;
      setLine(view.hart, TIMER, true);
      const initial = tcfg & ~3n;
      if ((tcfg & PERIODIC) === 0n || initial === 0n) return;
      view.set('timerStart', view.get('timerStart') + initial);
      changed(view);
    },
  };
};
