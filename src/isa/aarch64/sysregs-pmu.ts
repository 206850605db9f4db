/**
 * The performance monitors: the cycle counter, which counts instructions here, and no event counters (PMCR_EL0.N is 0).
 * QEMU 10 has six, of which Linux can use those for cycles and software.
 * @see Arm ARM, D13 "The Performance Monitors Extension"
 */
import type { HartState } from '../core/privileged';
import { U64 } from './bits';
import { cpuOf } from './cpus';
import { TRAP, USER } from './sysreg-traps';
import { fields, rowsOf, type Sysreg, type SysregSource } from './sysregs-rows';

const row = rowsOf('performance');

const PMCR = { E: 1n, C: 1n << 2n, writable: 0x79n } as const;
/** Bits of PMCCFILTR_EL0. */
const FILTER = 0xfc00_0000n;
/** The cycle counter's bit in masks, and its number in PMSELR_EL0. */
const CYCLES = 1n << 31n;
const CYCLES_SELECTED = 31n;

const traps = [TRAP.TPM];

const isCounting = (state: Pick<HartState, 'get'>): boolean =>
  (state.get('PMCR_EL0') & PMCR.E) !== 0n && (state.get('PMCNTEN') & CYCLES) !== 0n;

/** While it counts, the slot holds what the counter is ahead of the processor's cycles. */
const countOf = (state: SysregSource): bigint =>
  BigInt.asUintN(64, state.get('PMCCNTR_EL0') + (isCounting(state) ? state.cycles : 0n));

const setCount = (state: HartState, value: bigint): void =>
  state.set('PMCCNTR_EL0', BigInt.asUintN(64, value - (isCounting(state) ? state.cycles : 0n)));

/** Changes what decides whether the counter counts. */
const controlled = (state: HartState, change: () => void): void => {
  const count = countOf(state);
  change();
  setCount(state, count);
};

/** A mask of counters that one register sets bits of and another clears. */
const masks = (
  slot: 'PMCNTEN' | 'PMINTEN' | 'PMOVS',
  [set, clear]: readonly [Parameters<typeof row>[1], Parameters<typeof row>[1]],
  names: readonly [string, string],
  doc: string,
  user: boolean,
): Sysreg[] => {
  const more = { isComputed: true, traps, ...(user && { user: USER.performance }) } as const;
  const read = (state: SysregSource): bigint => state.get(slot);
  return [
    row(names[0], set, CYCLES, `${doc}: sets.`, {
      ...more,
      read,
      write: (state, value) => controlled(state, () => state.set(slot, state.get(slot) | (value & CYCLES))),
    }),
    row(names[1], clear, CYCLES, `${doc}: clears.`, {
      ...more,
      read,
      write: (state, value) => controlled(state, () => state.set(slot, state.get(slot) & ~(value & CYCLES))),
    }),
  ];
};

const isCycleSelected = (state: SysregSource): boolean => state.get('PMSELR_EL0') === CYCLES_SELECTED;

/** Slots of the masks, which have no register of their name. */
export const PMU_SLOTS = ['PMCNTEN', 'PMINTEN', 'PMOVS'] as const;

export const SYSREGS_PMU: readonly Sysreg[] = [
  row('PMCR_EL0', [3, 3, 9, 12, 0], 0x7fn, 'Control of the performance monitors.', {
    user: USER.performance,
    traps: [TRAP.TPM, TRAP.TPMCR],
    read: (state) => (cpuOf(state).id.PMCR_EL0 ?? 0n) | (state.get('PMCR_EL0') & PMCR.writable),
    write: (state, value) => {
      controlled(state, () => state.set('PMCR_EL0', value & PMCR.writable));
      if (value & PMCR.C) setCount(state, 0n);
    },
    fields: fields(
      ['IMP', 31, 24],
      ['IDCODE', 23, 16],
      ['N', 15, 11, 'event counters'],
      ['LC', 6],
      ['DP', 5],
      ['X', 4],
      ['D', 3],
      ['C', 2, 2, 'resets the cycle counter'],
      ['P', 1],
      ['E', 0, 0, 'on'],
    ),
  }),
  ...masks(
    'PMCNTEN',
    [
      [3, 3, 9, 12, 1],
      [3, 3, 9, 12, 2],
    ],
    ['PMCNTENSET_EL0', 'PMCNTENCLR_EL0'],
    'Counters that count',
    true,
  ),
  ...masks(
    'PMOVS',
    [
      [3, 3, 9, 14, 3],
      [3, 3, 9, 12, 3],
    ],
    ['PMOVSSET_EL0', 'PMOVSCLR_EL0'],
    'Counters that overflowed',
    true,
  ),
  ...masks(
    'PMINTEN',
    [
      [3, 0, 9, 14, 1],
      [3, 0, 9, 14, 2],
    ],
    ['PMINTENSET_EL1', 'PMINTENCLR_EL1'],
    'Counters that interrupt',
    false,
  ),
  row('PMSWINC_EL0', [3, 3, 9, 12, 4], 0n, 'Counts a software event.', {
    access: 'wo',
    isComputed: true,
    read: () => 0n,
    user: USER.softwareIncrement,
    traps,
  }),
  row('PMSELR_EL0', [3, 3, 9, 12, 5], 0x1fn, 'Which counter PMXEVTYPER_EL0 and PMXEVCNTR_EL0 are.', {
    user: USER.eventSelection,
    traps,
  }),
  row('PMCEID0_EL0', [3, 3, 9, 12, 6], 0n, 'Events that can be counted.', {
    access: 'ro',
    isComputed: true,
    read: () => 0n,
    user: USER.performance,
    traps,
  }),
  row('PMCEID1_EL0', [3, 3, 9, 12, 7], 0n, 'Events that can be counted.', {
    access: 'ro',
    isComputed: true,
    read: () => 0n,
    user: USER.performance,
    traps,
  }),
  row('PMCCNTR_EL0', [3, 3, 9, 13, 0], U64, 'Cycles.', {
    user: USER.cycleCounter,
    traps,
    read: countOf,
    write: setCount,
  }),
  row('PMXEVTYPER_EL0', [3, 3, 9, 13, 1], 0xffff_ffffn, 'What the selected counter counts.', {
    isComputed: true,
    user: USER.performance,
    traps,
    read: (state) => (isCycleSelected(state) ? state.get('PMCCFILTR_EL0') : 0n),
    write: (state, value) => {
      if (isCycleSelected(state)) state.set('PMCCFILTR_EL0', value & FILTER);
    },
  }),
  row('PMXEVCNTR_EL0', [3, 3, 9, 13, 2], 0xffff_ffffn, 'The selected counter: none counts events.', {
    isComputed: true,
    user: USER.eventCounter,
    traps,
    read: () => 0n,
    write: () => {},
  }),
  row('PMUSERENR_EL0', [3, 3, 9, 14, 0], 0xfn, 'What of the performance monitors EL0 may access.', {
    isReadOnlyAtEl0: true,
    traps,
    fields: fields(['ER', 3], ['CR', 2], ['SW', 1], ['EN', 0]),
  }),
  row('PMCCFILTR_EL0', [3, 3, 14, 15, 7], FILTER, 'At which levels cycles count; here at all.', {
    user: USER.performance,
    traps,
  }),
];
