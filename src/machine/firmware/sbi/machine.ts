/** Puts the SBI implementation onto a machine's harts: registers in and out, timer, interrupts, hart state. */
import type { Pa, Va } from '../../../base/address';
import type { HartView } from '../../../engine/hart-view';
import type { BoardServices } from '../../boards/board';
import type { HartTimers } from '../../boards/riscv64-virt/timers';
import { HART_STATE, type HartState, type SbiHost } from './host';
import { handleSbi } from './sbi';

const SSIP = 1n << 1n;
/** Argument registers a0–a7 are x10–x17. */
const A0 = 10;

/** Puts a hart at the start of S-mode: interrupts and paging off, a0 = its id, a1 = the caller's word. */
export type EnterSupervisor = (view: HartView, entry: { readonly at: bigint; readonly opaque: bigint }) => void;

export interface SbiFirmware {
  /** Answers an `ecall` from S-mode. */
  call(view: HartView): boolean;
}

/** The board's firmware. It sets the supervisor's timer as OpenSBI does: through stimecmp. */
export const createSbiFirmware = (
  services: BoardServices,
  /** Takes bytes typed at the console. */
  receive: (limit: number) => Uint8Array,
  timers: HartTimers,
  enterSupervisor: EnterSupervisor,
): SbiFirmware => {
  const setPending = (hart: number, bit: bigint, level: boolean) => {
    const view = services.hart(hart);
    view.set('mip', level ? view.get('mip') | bit : view.get('mip') & ~bit);
    services.attention(hart);
  };
  const host: SbiHost = {
    harts: services.harts,
    identity: { mvendorid: 0n, marchid: 0n, mimpid: 0n },
    setTimer: (hart, at) => {
      const view = services.hart(hart);
      view.set('stimecmp', at);
      timers.changed(view);
    },
    setSoftwareInterrupt: (hart, level) => setPending(hart, SSIP, level),
    fenceInstructions: () => {},
    fenceMemory: (hart) => services.fence(hart, { of: 'host' }),
    fenceGuest: (hart) => {
      services.fence(hart, { of: 'guest' });
      services.fence(hart, { of: 'stage2' });
    },
    hartState: (hart): HartState => {
      const { activity } = services.hart(hart);
      if (activity === 2) return HART_STATE.STOPPED;
      return activity === 1 ? HART_STATE.SUSPENDED : HART_STATE.STARTED;
    },
    startHart: (hart, { at, opaque }) => {
      const view = services.hart(hart);
      enterSupervisor(view, { at, opaque });
      view.activity = 0;
      services.attention(hart);
    },
    stopHart: (hart) => {
      services.hart(hart).activity = 2;
      services.attention(hart);
    },
    suspendHart: (hart, resume) => {
      if (resume) enterSupervisor(services.hart(hart), { at: resume.at, opaque: resume.opaque });
      services.hart(hart).wait();
    },
    readMemory: (at: Pa, length) => services.readPhysical(at, length),
    writeMemory: (at: Pa, bytes) => services.writePhysical(at, bytes),
    readVirtual: (hart, at: Va, length) => services.readVirtual(hart, at, length),
    writeConsole: (bytes) => services.output(bytes),
    readConsole: receive,
    power: (event) => services.power(event),
  };
  const call = (view: HartView): boolean => {
    const [a0, a1, a2, a3, a4, a5, a6, a7] = Array.from({ length: 8 }, (_, index) => view.read('x', A0 + index)) as [
      bigint,
      bigint,
      bigint,
      bigint,
      bigint,
      bigint,
      bigint,
      bigint,
    ];
    const before = view.pc;
    const result = handleSbi(host, view.hart, { a0, a1, a2, a3, a4, a5, a6, a7 });
    switch (result.kind) {
      case 'return':
        view.write('x', A0, result.error);
        view.write('x', A0 + 1, result.value);
        break;
      case 'legacy':
        view.write('x', A0, result.a0);
        break;
      case 'halted':
        // A suspended hart goes on where `enterSupervisor` put it; others do not go on.
        if (view.pc !== before) view.jump(view.pc);
        break;
    }
    return true;
  };
  return { call };
};
