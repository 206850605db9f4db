/** How rows of RISC-V are written. */
import { insnBuilder } from '../core/insn';
import { FIELDS, riscvOps } from './ops';

export const { insn, variant } = insnBuilder({ fields: FIELDS, ops: riscvOps });
