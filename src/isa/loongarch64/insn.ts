/** How rows of LoongArch are written. */
import { insnBuilder } from '../core/insn';
import { FIELDS, loongOps } from './ops';

export const { insn, variant } = insnBuilder({ fields: FIELDS, ops: loongOps });
