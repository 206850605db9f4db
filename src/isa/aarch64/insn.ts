/** How rows of A64 are written. */
import { insnBuilder } from '../core/insn';
import { a64Ops, FIELDS } from './ops';

export const { insn, variant } = insnBuilder({ fields: FIELDS, ops: a64Ops });
