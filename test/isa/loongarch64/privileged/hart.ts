/** A processor at reset with some state, for what TypeScript does to one. */

import { resetState, STATE } from '../../../../src/isa/loongarch64/state';
import { packEntry } from '../../../../src/isa/loongarch64/tlb-layout';
import { FakeHart } from '../../../support/fake-hart';

export type Slots = Readonly<Record<string, bigint>>;

/** An entry of the TLB: two pages. */
export interface Entry {
  readonly index: number;
  readonly va: bigint;
  readonly asid?: number;
  /** Log2 of the page size; 4 KiB when absent. */
  readonly ps?: number;
  readonly lo0?: bigint;
  readonly lo1?: bigint;
}

export const hartWith = (slots: Slots, entries: readonly Entry[] = []): FakeHart => {
  const hart = new FakeHart(STATE);
  resetState(hart, { cpu: 0 });
  for (const [slot, value] of Object.entries(slots)) hart.set(slot, value);
  for (const { index, va, asid = 0, ps = 12, lo0 = 0n, lo1 = 0n } of entries) {
    hart.bank('tlbMisc')[index] = packEntry(asid, ps, va);
    hart.bank('tlbLo0')[index] = lo0;
    hart.bank('tlbLo1')[index] = lo1;
  }
  return hart;
};

/** Bits of CRMD. */
export const IE = 1n << 2n;
export const DA = 1n << 3n;
export const PG = 1n << 4n;
export const WE = 1n << 9n;
