/**
 * All interrupts of a generic interrupt controller, as distributors of all versions keep them: those that the processors share, and
 * each processor's own. What an input does to them, which is the most urgent one, and the outputs to the processors.
 * @see Arm Generic Interrupt Controller Architecture Specification, version 2.0 (IHI 0048B), chapter 3 "Interrupt Handling and Prioritization"
 */
import type { DeviceContext } from '../device';
import {
  type GicCandidate,
  type GicInterrupts,
  type GicRequest,
  PRIVATE,
  readyWord,
  SGIS,
  setInput,
  testBit,
} from './gic-interrupts';

/** Interrupt output `line` is the processor times this, plus one of {@link GIC_LINE}. */
export const GIC_LINES = 4;
/** Outputs to each processor. */
export const GIC_LINE = { irq: 0, fiq: 1, virtualIrq: 2, virtualFiq: 3 } as const;
/** The maintenance interrupt of a virtual interface, a private one. */
export const MAINTENANCE = 25;

export interface GicOptions {
  readonly processors: number;
  /** Ids, private ones included. */
  readonly interrupts: number;
}

export type GicBanks = {
  shared: GicInterrupts;
  /** By processor. */
  privates: GicInterrupts[];
};

/** Drives a shared interrupt's input; ids from 32. False where there is none, or it has that level. */
export const setSharedInput = ({ shared }: GicBanks, id: number, level: boolean): boolean => {
  const index = id - PRIVATE;
  if (index < 0 || index >= shared.priority.length || testBit(shared.level, index) === level) return false;
  setInput(shared, index, level);
  return true;
};

/** Drives an input of a processor's own; ids 16 to 31. False where there is none, or it has that level. */
export const setPrivateInput = ({ privates }: GicBanks, processor: number, id: number, level: boolean): boolean => {
  const bank = privates[processor];
  if (!bank || id < SGIS || id >= PRIVATE || testBit(bank.level, id) === level) return false;
  setInput(bank, id, level);
  return true;
};

/** After a reset: levels belong to the devices, which drive them low in their own resets. */
export const keepLevels = (banks: GicBanks, { shared, privates }: GicBanks): void => {
  banks.shared.level = shared.level;
  for (const [processor, { level }] of privates.entries()) {
    const bank = banks.privates[processor];
    if (bank) bank.level = level;
  }
};

/** Where that is kept which an id means to a processor; `undefined` for ids that there are not. */
export const placeOf = (
  { shared, privates }: GicBanks,
  processor: number,
  id: number,
): { readonly bank: GicInterrupts; readonly index: number } | undefined => {
  const bank = id < PRIVATE ? privates[processor] : shared;
  const index = id < PRIVATE ? id : id - PRIVATE;
  return bank && index < bank.priority.length ? { bank, index } : undefined;
};

/** What a processor's most urgent interrupt is chosen among. */
export interface Choice {
  /** Groups that are forwarded, a bit each. */
  readonly groups: number;
  /** Private interrupts that are pending beside what their bank says. */
  readonly asked: number;
  /** Whether a shared interrupt, counted from the first, goes to the processor. */
  isTarget(index: number): boolean;
}

/** The most urgent interrupt of a processor; of equal ones that with the lowest id. */
export const mostUrgent = (
  { shared, privates }: GicBanks,
  processor: number,
  { groups, asked, isTarget }: Choice,
): GicCandidate | undefined => {
  const own = privates[processor];
  if (!own || groups === 0) return undefined;
  let best: GicCandidate | undefined;
  const look = (from: GicInterrupts, first: number, word: number, ready: number): void => {
    for (let bits = ready; bits !== 0; bits &= bits - 1) {
      const index = 32 * word + 31 - Math.clz32(bits & -bits);
      const priority = from.priority[index] ?? 0;
      if (first === PRIVATE && !isTarget(index)) continue;
      if (best && priority >= best.priority) continue;
      best = { id: first + index, priority, group: testBit(from.group, index) ? 1 : 0 };
    }
  };
  look(own, 0, 0, readyWord(own, 0, groups, asked));
  for (let word = 0; word < shared.enable.length; word++) look(shared, PRIVATE, word, readyWord(shared, word, groups));
  return best;
};

/** What of a processor's parts its outputs say. */
export interface GicOutputs {
  readonly interface: { readonly request: GicRequest };
  readonly virtual: { readonly request: GicRequest; readonly needsMaintenance: boolean };
}

/** Drives all outputs, and the maintenance interrupts, which are inputs. @param parts by processor */
export const driveOutputs = (context: DeviceContext, { privates }: GicBanks, parts: readonly GicOutputs[]): void => {
  for (const [processor, { interface: own, virtual }] of parts.entries()) {
    const bank = privates[processor];
    if (bank) setInput(bank, MAINTENANCE, virtual.needsMaintenance);
    const [request, guest] = [own.request, virtual.request];
    const first = processor * GIC_LINES;
    context.irq(request === 'irq', first + GIC_LINE.irq);
    context.irq(request === 'fiq', first + GIC_LINE.fiq);
    context.irq(guest === 'irq', first + GIC_LINE.virtualIrq);
    context.irq(guest === 'fiq', first + GIC_LINE.virtualFiq);
  }
};
