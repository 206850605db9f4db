/** What `sys` does to translations and asks of them: `at` and `tlbi`, found by their encodings; rows are to call these (issue 12). */
import type { HartState } from '../core/privileged';
import { AT_FORMS, at } from './address-translate';
import { TLBI_FORMS, tlbi } from './tlb-maintenance';

/** A system instruction with its encoding: op0 is 1. */
export interface MaintenanceForm {
  readonly op1: number;
  readonly CRn: number;
  readonly CRm: number;
  readonly op2: number;
  /** `at` or `tlbi`. */
  readonly mnemonic: 'at' | 'tlbi';
  /** Its operand, e.g. `s1e1r`, `vae1is`. */
  readonly name: string;
  readonly takesRegister: boolean;
  /** Executes it, where it is allowed; `register` is Xt. @throws Trap where `at` faults instead of telling PAR_EL1 */
  run(state: HartState, register: bigint): void;
}

const AT_CRN = 7;
const TLBI_CRN = 8;

export const MAINTENANCE: readonly MaintenanceForm[] = [
  ...AT_FORMS.map((form): MaintenanceForm => {
    const { op1, CRm, op2, name } = form;
    const run = (state: HartState, register: bigint): void => at(state, form, register);
    return { op1, CRn: AT_CRN, CRm, op2, mnemonic: 'at', name, takesRegister: true, run };
  }),
  ...TLBI_FORMS.map((form): MaintenanceForm => {
    const { op1, CRm, op2, name, takesRegister } = form;
    const run = (state: HartState, register: bigint): void => tlbi(state, form, register);
    return { op1, CRn: TLBI_CRN, CRm, op2, mnemonic: 'tlbi', name, takesRegister, run };
  }),
];

const keyOf = ({ op1, CRn, CRm, op2 }: Pick<MaintenanceForm, 'op1' | 'CRn' | 'CRm' | 'op2'>): number =>
  (op1 << 11) | (CRn << 7) | (CRm << 3) | op2;
const BY_ENCODING = new Map(MAINTENANCE.map((form) => [keyOf(form), form]));

/** The form of an encoding; undefined where it is neither `at` nor `tlbi`. */
export const maintenanceOf = (encoding: Parameters<typeof keyOf>[0]): MaintenanceForm | undefined =>
  BY_ENCODING.get(keyOf(encoding));
