/** Zifencei: instruction fetch after stores to code. */

import type { PatternInsn } from '../../core/insn';
import { insn } from '../insn';

/** The instruction-fetch fence. */
export const INSNS_ZIFENCEI: readonly PatternInsn[] = [
  // The manual reserves the immediate, rs1 and rd for finer fences and tells implementations to ignore them.
  insn('fence.i', '------------ ----- 001 ----- 0001111', {
    asm: '',
    ref: 'RISC-V Unprivileged ISA 20240411, Zifencei: Instruction-Fetch Fence',
    doc: "Make this hart's earlier stores visible to its instruction fetches.",
    sem: (o) => o.helper('fence.i'),
  }),
];
