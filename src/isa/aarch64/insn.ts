/** How rows of A64 are written. */
import { insnBuilder } from '../core/insn';
import { type A64Fields, type A64Ops, a64Ops, FIELDS } from './ops';

export const { insn, variant } = insnBuilder({ fields: FIELDS, ops: a64Ops });

/** What an instruction does. */
export type Sem = (o: A64Ops, f: A64Fields) => void;

/** What rows say of the manual they follow. */
export const MANUAL = 'Arm Architecture Reference Manual for A-profile, C6.2';
