/**
 * What `sys` does: maintenance of caches and of translations, and `at`. Caches are not there; what their maintenance checks, is.
 * @see Arm ARM, C5.3 "A64 System instructions for cache maintenance", C5.4 "… for address translation", C5.5 "… for TLB maintenance"
 */
import type { HartState } from '../core/privileged';
import { AT_FORMS, at } from './address-translate';
import type { Feature } from './features';
import { zeroBlock } from './maintenance-caches';
import { TRAP, type TrapRule, USER, type UserRule } from './sysreg-traps';
import { type Encoding, numberOf } from './sysregs-rows';
import { TLBI_FORMS, tlbi } from './tlb-maintenance';

export interface MaintenanceRow {
  /** `dc civac`, as assemblers write it. */
  readonly name: string;
  readonly number: number;
  readonly doc: string;
  /** The lowest exception level that may execute it, before rules. */
  readonly el: 0 | 1 | 2;
  readonly user?: UserRule;
  readonly traps?: readonly TrapRule[];
  readonly feature?: Feature;
  /** There is no register operand: Rt is 31. */
  readonly hasNoOperand?: true;
  run(state: HartState, operand: bigint): void;
}

/** How a row is written, without op0, which is 1. */
export type OperationEncoding = readonly [op1: number, crn: number, crm: number, op2: number];

const row = (
  name: string,
  [op1, crn, crm, op2]: OperationEncoding,
  doc: string,
  run: MaintenanceRow['run'],
  more: Partial<MaintenanceRow> = {},
): MaintenanceRow => {
  const encoding: Encoding = [1, op1, crn, crm, op2];
  return { name, number: numberOf(encoding), doc, el: op1 === 3 ? 0 : op1 === 4 ? 2 : 1, run, ...more };
};

/** By address: it faults as a load does, and is told of as maintenance. */
const byAddress = (state: HartState, address: bigint): void => state.check(address, 'read');
const nothing = (): void => {};
const instructions = (state: HartState): void => state.flushCode();

const user = { user: USER.UCI } as const;
const POC = { ...user, traps: [TRAP.TPCP] } as const;
const POU = { ...user, traps: [TRAP.TPU] } as const;
const SETS = { traps: [TRAP.TSW] } as const;

const caches: readonly MaintenanceRow[] = [
  row('ic ialluis', [0, 7, 1, 0], 'Invalidates instruction caches of all processors.', instructions, {
    traps: [TRAP.TPU],
    hasNoOperand: true,
  }),
  row('ic iallu', [0, 7, 5, 0], 'Invalidates instruction caches.', instructions, {
    traps: [TRAP.TPU],
    hasNoOperand: true,
  }),
  row('ic ivau', [3, 7, 5, 1], 'Invalidates instruction caches by address.', instructions, POU),
  row('dc zva', [3, 7, 4, 1], 'Clears a block of memory.', zeroBlock, { user: USER.DZE, traps: [TRAP.TDZ] }),
  row('dc ivac', [0, 7, 6, 1], 'Invalidates data caches by address.', byAddress, { traps: [TRAP.TPCP] }),
  row('dc isw', [0, 7, 6, 2], 'Invalidates a data cache by set and way.', nothing, SETS),
  row('dc cvac', [3, 7, 10, 1], 'Cleans data caches by address.', byAddress, POC),
  row('dc csw', [0, 7, 10, 2], 'Cleans a data cache by set and way.', nothing, SETS),
  row('dc cvau', [3, 7, 11, 1], 'Cleans data caches by address, for instructions.', byAddress, POU),
  row('dc cvap', [3, 7, 12, 1], 'Cleans data caches by address, to persistence.', byAddress, {
    ...POC,
    feature: 'DPB',
  }),
  row('dc cvadp', [3, 7, 13, 1], 'Cleans data caches by address, to deep persistence.', byAddress, {
    ...POC,
    feature: 'DPB2',
  }),
  row('dc civac', [3, 7, 14, 1], 'Cleans and invalidates data caches by address.', byAddress, POC),
  row('dc cisw', [0, 7, 14, 2], 'Cleans and invalidates a data cache by set and way.', nothing, SETS),
];

/** The feature that a form of `tlbi` comes with: ranges, whose names begin with r, and outer shareable domains. */
const featureOf = (name: string): { readonly feature?: Feature } => {
  if (/^r(va|ipas)/.test(name)) return { feature: 'TLBIRANGE' };
  return name.endsWith('os') ? { feature: 'TLBIOS' } : {};
};

const translations: readonly MaintenanceRow[] = [
  ...AT_FORMS.map((form) =>
    row(
      `at ${form.name}`,
      [form.op1, 7, form.CRm, form.op2],
      'PAR_EL1 = where an access of that kind would go.',
      (state, address) => at(state, form, address),
      form.CRm === 9 ? { feature: 'PAN2' } : {},
    ),
  ),
  ...TLBI_FORMS.map((form) =>
    row(
      `tlbi ${form.name}`,
      [form.op1, 8, form.CRm, form.op2],
      'Drops cached translations.',
      (state, operand) => tlbi(state, form, operand),
      {
        ...featureOf(form.name),
        ...(!form.takesRegister && { hasNoOperand: true as const }),
        ...(form.op1 === 0 && { traps: [TRAP.TTLB] }),
      },
    ),
  ),
];

export const MAINTENANCE: readonly MaintenanceRow[] = [...caches, ...translations];

const BY_NUMBER = new Map(MAINTENANCE.map((one) => [one.number, one]));

export const maintenanceOf = (number: number): MaintenanceRow | undefined => BY_NUMBER.get(number);
