/** Calls into and returns from more privileged modes, waiting, and address-translation fences. All are done by helpers. */

import type { PatternInsn } from '../../core/insn';
import { insn } from '../insn';

const CALL = 'RISC-V Unprivileged ISA 20240411, RV32I: Environment Call and Breakpoints';
const RETURN = 'RISC-V Privileged ISA 20240411, Machine-Mode Privileged Instructions: Trap-Return Instructions';
const WAIT = 'RISC-V Privileged ISA 20240411, Machine-Mode Privileged Instructions: Wait for Interrupt';
const FENCE = 'RISC-V Privileged ISA 20240411, Supervisor Instructions: Supervisor Memory-Management Fence Instruction';

const system = (
  mnemonic: string,
  bits: string,
  kind: 'trap' | 'trapReturn' | undefined,
  ref: string,
  doc: string,
): PatternInsn =>
  insn(mnemonic, `${bits} 00000 000 00000 1110011`, {
    asm: '',
    ref,
    doc,
    ...(kind && { kind }),
    sem: (o) => o.helper(mnemonic),
  });

/** Environment calls, trap returns, `wfi` and `sfence.vma`. */
export const INSNS_PRIVILEGED: readonly PatternInsn[] = [
  system(
    'ecall',
    '0000000 00000',
    'trap',
    CALL,
    'Call the next more privileged environment: trap with the cause of this mode.',
  ),
  system('ebreak', '0000000 00001', 'trap', CALL, 'Breakpoint: trap into the debugger or the kernel.'),
  system(
    'sret',
    '0001000 00010',
    'trapReturn',
    RETURN,
    'Return from a trap taken in S-mode: pc = sepc, mode = sstatus.SPP.',
  ),
  system(
    'mret',
    '0011000 00010',
    'trapReturn',
    RETURN,
    'Return from a trap taken in M-mode: pc = mepc, mode = mstatus.MPP.',
  ),
  system('wfi', '0001000 00101', undefined, WAIT, 'Wait until an interrupt is pending.'),
  insn('sfence.vma', '0001001 rs2:5 rs1:5 000 00000 1110011', {
    asm: '{rs1}, {rs2}',
    ref: FENCE,
    doc: 'Forget cached translations: of address rs1 (x0: all) in address space rs2 (x0: all).',
    sem: (o) => o.helper('sfence.vma'),
  }),
];
