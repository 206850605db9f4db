/** All that an AArch64 processor keeps beside its pc, and its values at reset. */
import type { HartState } from '../core/privileged';
import type { StateLayout } from '../core/state-layout';
import { cpuOf } from './cpus';
import { SYSREG_SLOTS, SYSREGS } from './sysregs';
import { affinityOf } from './sysregs-id';
import { counterHz } from './sysregs-timers';

/** PSTATE. The flags are lazy: N and V are set where the slot is negative, Z where it is 0, C is 0 or 1. */
const PSTATE = ['EL', 'SP', 'N', 'Z', 'C', 'V', 'PAN', 'UAO', 'DIT', 'SSBS', 'TCO', 'BTYPE', 'SS', 'IL'];

/**
 * Slots that are neither PSTATE nor a system register: `sp` (the stack pointer in use; the others are in SP_EL0 to SP_EL2),
 * `lines` (interrupts as the board drives them, see `LINE`), `cpu` (the model), `exclusive…` (the monitor: its address, the
 * bytes it holds, 0 when open, and what was read), `event` (the event register of `wfe`), `stepped…` (see debug.ts), and what
 * the board says: `highest` (the highest exception level there is), `psci` (what the machine itself answers: 1 `hvc`, 2 `smc`),
 * `gicRegisters` (1 where it has a GIC with system registers).
 */
const OTHERS = [
  'sp',
  'lines',
  'cpu',
  'exclusiveAddress',
  'exclusiveBytes',
  'exclusiveValue',
  'exclusiveValue2',
  'event',
  'stepped',
  'steppedAt',
  'highest',
  'psci',
  'gicRegisters',
] as const;

export const STATE: StateLayout = {
  files: [
    { name: 'x', count: 32, bits: 64, zero: 31 },
    { name: 'v', count: 32, bits: 128, low: 'd' },
  ],
  views: [
    { name: 'xsp', of: 'x', slots: { 31: 'sp' } },
    { name: 'd', of: 'v', bits: 64 },
  ],
  slots: [...PSTATE, ...OTHERS, ...SYSREG_SLOTS],
};

export interface ResetOptions {
  /** Index in `CPUS`. */
  readonly cpu: number;
  /** The highest exception level there is, where it starts. */
  readonly el: 1 | 2;
  /** Its number, MPIDR_EL1.Aff0. */
  readonly hart?: number;
  /** The call that the machine answers itself as firmware. */
  readonly psci?: 'hvc' | 'smc';
  /** Whether its interrupt controller has system registers. */
  readonly hasGicRegisters?: boolean;
}

const PSCI = { hvc: 1n, smc: 2n } as const;

/** Values of all slots at reset, at the highest exception level there is. Registers and pc are the engine's and the board's. */
export const resetState = (
  state: Pick<HartState, 'get' | 'set'>,
  { cpu, el, hart = 0, psci, hasGicRegisters = false }: ResetOptions,
): void => {
  for (const name of STATE.slots) state.set(name, 0n);
  for (const { name, reset = 0n, isComputed } of SYSREGS) if (!isComputed) state.set(name, reset);
  state.set('cpu', BigInt(cpu));
  state.set('highest', BigInt(el));
  state.set('psci', psci ? PSCI[psci] : 0n);
  state.set('gicRegisters', hasGicRegisters ? 1n : 0n);
  state.set('EL', BigInt(el));
  state.set('SP', 1n);
  // Z is set where its slot is 0: at reset no flag is.
  state.set('Z', 1n);
  state.set('CNTFRQ_EL0', counterHz(state));
  state.set('VPIDR_EL2', cpuOf(state).id.MIDR_EL1 ?? 0n);
  state.set('VMPIDR_EL2', affinityOf(hart));
};
