/** The processors' inputs as the local APICs drive them: interrupts, INIT and startup messages; and address line 20. */
import type { HartView } from '../../../engine/hart-view';
import { LINE } from '../../../isa/x86_64/causes';
import { initState, RESET_PC, startAt } from '../../../isa/x86_64/reset';
import type { BoardServices } from '../board';
import type { Q35Host } from './devices';

/** Activities of a hart. */
const RUNNING = 0;
/** Since INIT, until a startup message comes. */
export const STOPPED = 2;

/** Slot `a20`: what addresses are masked with. */
const A20 = { open: 0xffff_ffff_ffff_ffffn, closed: ~(1n << 20n) & 0xffff_ffff_ffff_ffffn } as const;

/** @param hasFirmware whether there is code at the reset vector */
export const processorInputs = (
  services: BoardServices,
  hasFirmware: () => boolean,
): Pick<Q35Host, 'interrupt' | 'nmi' | 'init' | 'holdsInit' | 'startup' | 'apicBase' | 'setA20'> => {
  const setLine = (processor: number, line: bigint, level: boolean): void => {
    const view = services.hart(processor);
    const lines = view.get('lines');
    const changed = level ? lines | line : lines & ~line;
    if (changed === lines) return;
    view.set('lines', changed);
    services.attention(processor);
  };
  const initialise = (view: HartView): void => {
    initState(view);
    view.set('lines', view.get('lines') & ~(LINE.nmi | LINE.init));
    view.pc = RESET_PC;
    view.activity = view.hart === 0 ? RUNNING : STOPPED;
    services.flushTranslations(view.hart);
    services.attention(view.hart);
  };
  return {
    interrupt: (processor, level) => setLine(processor, LINE.intr, level),
    nmi: (processor) => setLine(processor, LINE.nmi, true),
    holdsInit: (processor) => {
      const view = services.hart(processor);
      // A hypervisor may want to hear of it, and holds it off without the global interrupt flag.
      if (view.get('isGuest') === 0n && view.get('gif') !== 0n) return false;
      setLine(processor, LINE.init, true);
      return true;
    },
    init: (processor) => {
      if (processor > 0 || hasFirmware()) initialise(services.hart(processor));
      else services.power({ kind: 'reset', code: 0 });
    },
    startup: (processor, vector) => {
      const view = services.hart(processor);
      if (view.activity !== STOPPED) return;
      view.pc = startAt(view, vector);
      view.activity = RUNNING;
      services.attention(processor);
    },
    apicBase: (processor) => services.hart(processor).get('APIC_BASE'),
    setA20: (isOpen) => {
      for (let processor = 0; processor < services.harts; processor++) {
        services.hart(processor).set('a20', isOpen ? A20.open : A20.closed);
        services.flushTranslations(processor);
      }
    },
  };
};
