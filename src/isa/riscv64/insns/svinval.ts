/** Svinval: fences taken apart, so that many invalidations share the waiting. Here each invalidation is a whole fence. */

import type { PatternInsn } from '../../core/insn';
import { insn } from '../insn';

const REF = 'RISC-V Privileged ISA 20240411, Svinval: Fine-Grained Address-Translation Cache Invalidation';

const invalidation = (mnemonic: string, funct7: string, doc: string): PatternInsn =>
  insn(mnemonic, `${funct7} rs2:5 rs1:5 000 00000 1110011`, {
    asm: '{rs1}, {rs2}',
    ref: REF,
    doc,
    sem: (o) => o.helper(mnemonic),
  });

const half = (mnemonic: string, rs2: string, doc: string): PatternInsn =>
  insn(mnemonic, `0001100 ${rs2} 00000 000 00000 1110011`, {
    asm: '',
    ref: REF,
    doc,
    sem: (o) => o.helper(mnemonic),
  });

/** Fine-grained invalidation of cached translations. */
export const INSNS_SVINVAL: readonly PatternInsn[] = [
  invalidation('sinval.vma', '0001011', 'Forget what sfence.vma rs1, rs2 would, between the two fences.'),
  half('sfence.w.inval', '00000', 'Earlier stores come before later invalidations.'),
  half('sfence.inval.ir', '00001', 'Earlier invalidations come before later implicit accesses to page tables.'),
  invalidation('hinval.vvma', '0010011', 'Forget what hfence.vvma rs1, rs2 would, between the two fences.'),
  invalidation('hinval.gvma', '0110011', 'Forget what hfence.gvma rs1, rs2 would, between the two fences.'),
];
