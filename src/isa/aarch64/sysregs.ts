/**
 * All system registers of EL0 to EL2 as data, and how to find them. State is in the hart's slots, which have the registers' names.
 * Registers that are a device's, of GICv3, have rows without values: they are in the address space `sysreg`.
 * @see Arm ARM, D19 "AArch64 System Register Descriptions"
 */
import { SYSREGS_CONTROL } from './sysregs-control';
import { SYSREGS_DEBUG } from './sysregs-debug';
import { SYSREGS_ID } from './sysregs-id';
import { SYSREGS_OTHERS } from './sysregs-others';
import { PMU_SLOTS, SYSREGS_PMU } from './sysregs-pmu';
import type { Sysreg, SysregSource } from './sysregs-rows';
import { SYSREGS_STATE } from './sysregs-state';
import { SYSREGS_TIMERS } from './sysregs-timers';
import { SYSREGS_VIRTUALIZATION } from './sysregs-virtualization';

export type { Sysreg, SysregGroup, SysregSource } from './sysregs-rows';

export const SYSREGS: readonly Sysreg[] = [
  ...SYSREGS_STATE,
  ...SYSREGS_ID,
  ...SYSREGS_CONTROL,
  ...SYSREGS_VIRTUALIZATION,
  ...SYSREGS_TIMERS,
  ...SYSREGS_DEBUG,
  ...SYSREGS_PMU,
  ...SYSREGS_OTHERS,
];

/** Names of the slots that system registers need. */
export const SYSREG_SLOTS: readonly string[] = [
  ...SYSREGS.filter(({ isComputed }) => !isComputed).map(({ name }) => name),
  ...PMU_SLOTS,
];

const BY_NUMBER = new Map(SYSREGS.map((row) => [row.number, row]));
const BY_NAME = new Map(SYSREGS.map((row) => [row.name.toLowerCase(), row]));

export const sysregOfNumber = (number: number): Sysreg | undefined => BY_NUMBER.get(number);

/** By its name, in any case. */
export const sysregOfName = (name: string): Sysreg | undefined => BY_NAME.get(name.toLowerCase());

/** op1 of the names that a host has for registers of its guests: `_EL12` and `_EL02`. */
const ALIAS_OP1 = 5 << 11;
const OP1 = 7 << 11;

/** The register of a guest that a host accesses by a number of `_EL12` or `_EL02`. */
export const guestSysregOf = (number: number): Sysreg | undefined => {
  if ((number & OP1) !== ALIAS_OP1) return undefined;
  const own = number & ~OP1;
  const row = BY_NUMBER.get(own) ?? BY_NUMBER.get(own | (3 << 11));
  return row?.host === undefined ? undefined : row;
};

/** `SCTLR_EL12`, `CNTV_CTL_EL02`: what a host calls a register of its guests. */
export const guestNameOf = ({ name }: Sysreg): string => name.replace(/_EL([01])$/, '_EL$12');

export const readSysreg = (state: SysregSource, row: Sysreg): bigint => row.read?.(state) ?? state.get(row.name);

/** What assemblers write for a number that has no name. */
const generic = (number: number): string =>
  `S${number >> 14}_${(number >> 11) & 7}_C${(number >> 7) & 15}_C${(number >> 3) & 15}_${number & 7}`;

/** A register's name as assemblers write it. */
export const sysregName = (number: number): string => {
  const guest = guestSysregOf(number);
  return BY_NUMBER.get(number)?.name ?? (guest ? guestNameOf(guest) : generic(number));
};
