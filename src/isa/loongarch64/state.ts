/** All that a LoongArch processor keeps beside its pc, and its values at reset. */
import type { HartState } from '../core/privileged';
import type { StateLayout } from '../core/state-layout';
import { CSRS } from './csrs';
import { TLB_ENTRIES } from './tlb-layout';

/**
 * Slots that are no CSR: `lines` (interrupts as the board drives them, bits as in ESTAT.IS), `timerStart` (the stable counter
 * when the timer was set), `llbit`, `llAddress` and `llValue` (of ll and sc), `fcsr` (fcsr0).
 */
const OTHERS = ['lines', 'timerStart', 'llbit', 'llAddress', 'llValue', 'fcsr'] as const;

/** CSRs that are wholly computed keep nothing; the rest have a slot of their own name. */
const STORED = CSRS.map(({ name }) => name).filter((name) => name !== 'PGD' && name !== 'TICLR');

export const STATE: StateLayout = {
  files: [
    { name: 'r', count: 32, bits: 64, zero: 0 },
    { name: 'v', count: 32, bits: 128, low: 'f' },
    { name: 'fcc', count: 8, bits: 64 },
  ],
  views: [{ name: 'f', of: 'v', bits: 64 }],
  slots: [...STORED, ...OTHERS],
  // STLB first, then MTLB: see tlb.ts for the cells.
  banks: [
    { name: 'tlbMisc', cells: TLB_ENTRIES },
    { name: 'tlbLo0', cells: TLB_ENTRIES },
    { name: 'tlbLo1', cells: TLB_ENTRIES },
  ],
};

/** Values of all slots and banks at reset. Registers and pc are the engine's and the board's. */
export const resetState = (state: Pick<HartState, 'set' | 'bank'>, { cpu }: { readonly cpu: number }): void => {
  for (const name of STATE.slots) state.set(name, 0n);
  for (const { name, reset = 0n } of CSRS) if (STATE.slots.includes(name)) state.set(name, reset);
  state.set('CPUID', BigInt(cpu));
  state.set('TID', BigInt(cpu));
  for (const { name } of STATE.banks ?? []) state.bank(name).fill(0n);
};
