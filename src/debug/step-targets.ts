/** The calls of the current line, for `Step Into Target`. */
import { hex, type Va, va } from '../base/address';
import type { Machine } from '../machine/contract';
import type { ImageSet } from './images';
import { exitsOf, lineRegion } from './regions';
import type { CodeFrame, Unwinder } from './stack';

/** A call that a step can be sent into. */
export interface StepTarget {
  readonly address: Va;
  readonly label: string;
}

/** Calls of the frame's line that have not been passed yet come first; indirect ones are named by their instruction. */
export function stepTargetsOf(machine: Machine, unwinder: Unwinder, images: ImageSet, frame: CodeFrame): StepTarget[] {
  const { physical } = frame;
  const { calls } = exitsOf(lineRegion(physical, 'over'), machine.isa, unwinder.reader(physical.cpu));
  const ahead = [...calls].sort((a, b) => Number(a.address < physical.pc) - Number(b.address < physical.pc));
  return ahead.map((call) => {
    const found = call.target === undefined ? undefined : images.find(call.target);
    const symbol = found?.image.program.symbolAt(found.link)?.symbol.demangled;
    const place = call.target === undefined ? `${call.mnemonic} ${call.operands}` : hex(call.target);
    return { address: va(call.address), label: symbol ?? `${place} at ${hex(call.address)}` };
  });
}
