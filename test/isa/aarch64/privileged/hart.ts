/** A processor at reset with some state, for what TypeScript does to one. */
import { CPUS } from '../../../../src/isa/aarch64/cpus';
import { type ResetOptions, resetState, STATE } from '../../../../src/isa/aarch64/state';
import { FakeHart } from '../../../support/fake-hart';

export type Slots = Readonly<Record<string, bigint>>;

export interface Model extends Omit<ResetOptions, 'cpu' | 'el'> {
  /** `max` when absent. */
  readonly model?: string;
  /** The highest exception level; 2 when absent. */
  readonly highest?: 1 | 2;
}

export const hartWith = (slots: Slots, { model = 'max', highest = 2, ...more }: Model = {}): FakeHart => {
  const hart = new FakeHart(STATE);
  resetState(hart, { cpu: CPUS.findIndex(({ name }) => name === model), el: highest, ...more });
  for (const [slot, value] of Object.entries(slots)) hart.set(slot, value);
  return hart;
};

/** HCR_EL2 of a host: EL0 is its own. */
export const HOST: Slots = { HCR_EL2: (1n << 34n) | (1n << 27n) | (1n << 31n) };
/** PSTATE at a level, with its own stack pointer. */
export const at = (el: 0 | 1 | 2): Slots => ({ EL: BigInt(el), SP: el === 0 ? 0n : 1n });

/** The word of `mrs` or `msr` for a register's number, as `state.word` has it. */
export const accessWord = (isRead: boolean, number: number, rt: number): number =>
  (0xd500_0000 | (isRead ? 1 << 21 : 0) | (number << 5) | rt) >>> 0;
