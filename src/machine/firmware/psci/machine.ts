/** Puts PSCI onto a machine's processors: registers in and out, which of them are on. */
import type { HartView } from '../../../engine/hart-view';
import type { BoardServices } from '../../boards/board';
import { handlePsci, type ProcessorEntry, type PsciHost } from './psci';

/** Of a hart's `activity`. */
const RUNNING = 0;
const STOPPED = 2;
const INSN_BYTES = 4;

/**
 * The board's firmware.
 * @param enter puts a processor into its state at reset, with pc and x0 as the entry says
 * @returns what answers an `hvc` or `smc`
 */
export const createPsciFirmware = (
  services: BoardServices,
  enter: (view: HartView, entry: ProcessorEntry) => void,
): ((view: HartView) => boolean) => {
  const host: PsciHost = {
    processors: services.harts,
    isOn: (processor) => services.hart(processor).activity !== STOPPED,
    start: (processor, entry) => {
      const view = services.hart(processor);
      enter(view, entry);
      view.activity = RUNNING;
      services.attention(processor);
    },
    stop: (processor) => {
      services.hart(processor).activity = STOPPED;
      services.attention(processor);
    },
    suspend: (processor) => services.hart(processor).wait(),
    isMemory: (at) => at < 1n << 52n && services.readPhysical(at, INSN_BYTES) !== undefined,
    power: (event) => services.power(event),
  };
  return (view) => {
    const [x0, x1, x2, x3] = [0, 1, 2, 3].map((index) => view.read('x', index));
    const result = handlePsci(host, view.hart, [x0 ?? 0n, x1 ?? 0n, x2 ?? 0n, x3 ?? 0n]);
    if (result !== undefined) view.write('x', 0, BigInt.asUintN(64, result));
    return true;
  };
};
