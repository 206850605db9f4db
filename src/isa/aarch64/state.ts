/** All that an AArch64 processor keeps beside its pc, and its values at reset. */
import type { HartState } from '../core/privileged';
import type { StateLayout } from '../core/state-layout';
import { DAIF } from './bits';

/** PSTATE. The flags are lazy: N and V are set where the slot is negative, Z where it is 0, C is 0 or 1. */
const PSTATE = ['EL', 'SP', 'DAIF', 'N', 'Z', 'C', 'V', 'PAN', 'UAO', 'DIT', 'SSBS', 'TCO', 'BTYPE', 'SS', 'IL'];

/**
 * Slots that are neither PSTATE nor a system register: `sp` (the stack pointer in use; the others are in SP_EL0 to SP_EL2),
 * `lines` (interrupts as the board drives them, see `LINE`), `cpu` (the model), `exclusive…` (the monitor: its address, the
 * bytes it holds, 0 when open, and what was read).
 */
const OTHERS = [
  'sp',
  'lines',
  'cpu',
  'exclusiveAddress',
  'exclusiveBytes',
  'exclusiveValue',
  'exclusiveValue2',
] as const;

/** Until the rows of system registers name them all. */
const SYSTEM = [
  'VBAR_EL1',
  'VBAR_EL2',
  'SP_EL0',
  'SP_EL1',
  'SP_EL2',
  'ELR_EL1',
  'ELR_EL2',
  'SPSR_EL1',
  'SPSR_EL2',
  'HCR_EL2',
  'SCTLR_EL1',
  'SCTLR_EL2',
  'TCR_EL1',
  'TCR_EL2',
  'TTBR0_EL1',
  'TTBR1_EL1',
  'TTBR0_EL2',
  'TTBR1_EL2',
  'MAIR_EL1',
  'MAIR_EL2',
  'VTCR_EL2',
  'VTTBR_EL2',
  'PAR_EL1',
  'FPCR',
  'FPSR',
];

export const STATE: StateLayout = {
  files: [
    { name: 'x', count: 32, bits: 64, zero: 31 },
    { name: 'v', count: 32, bits: 128, low: 'd' },
  ],
  views: [
    { name: 'xsp', of: 'x', slots: { 31: 'sp' } },
    { name: 'd', of: 'v', bits: 64 },
  ],
  slots: [...PSTATE, ...OTHERS, ...SYSTEM],
};

/** Values of all slots at reset, at the highest exception level there is. Registers and pc are the engine's and the board's. */
export const resetState = (
  state: Pick<HartState, 'set'>,
  { cpu, el }: { readonly cpu: number; readonly el: 1 | 2 },
): void => {
  for (const name of STATE.slots) state.set(name, 0n);
  state.set('cpu', BigInt(cpu));
  state.set('EL', BigInt(el));
  state.set('SP', 1n);
  state.set('DAIF', DAIF.all);
  // Z is set where its slot is 0: at reset no flag is.
  state.set('Z', 1n);
};
