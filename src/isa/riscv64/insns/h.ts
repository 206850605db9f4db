/** H: a hypervisor's accesses to its guest's memory, and fences for a guest's translations. All are done by helpers. */

import type { PatternInsn } from '../../core/insn';
import { insn } from '../insn';

const ACCESS = 'RISC-V Privileged ISA 20240411, H: Hypervisor Virtual-Machine Load and Store Instructions';
const FENCE = 'RISC-V Privileged ISA 20240411, H: Hypervisor Memory-Management Fence Instructions';

const load = (mnemonic: string, funct7: string, rs2: string, size: string, more = ''): PatternInsn =>
  insn(mnemonic, `${funct7} ${rs2} rs1:5 100 rd:5 1110011`, {
    asm: '{rd}, ({rs1})',
    ref: ACCESS,
    doc: `Load ${size} as the guest would in the mode hstatus.SPVP names${more}.`,
    sem: (o) => o.helper(mnemonic),
  });

const EXECUTABLE = ', where it may execute rather than read';

const store = (mnemonic: string, funct7: string, size: string): PatternInsn =>
  insn(mnemonic, `${funct7} rs2:5 rs1:5 100 00000 1110011`, {
    asm: '{rs2}, ({rs1})',
    ref: ACCESS,
    doc: `Store ${size} as the guest would in the mode hstatus.SPVP names.`,
    sem: (o) => o.helper(mnemonic),
  });

/** Instructions of the hypervisor extension. */
export const INSNS_H: readonly PatternInsn[] = [
  load('hlv.b', '0110000', '00000', 'a byte, sign-extended,'),
  load('hlv.bu', '0110000', '00001', 'a byte, zero-extended,'),
  load('hlv.h', '0110010', '00000', '2 bytes, sign-extended,'),
  load('hlv.hu', '0110010', '00001', '2 bytes, zero-extended,'),
  load('hlvx.hu', '0110010', '00011', '2 bytes, zero-extended,', EXECUTABLE),
  load('hlv.w', '0110100', '00000', '4 bytes, sign-extended,'),
  load('hlv.wu', '0110100', '00001', '4 bytes, zero-extended,'),
  load('hlvx.wu', '0110100', '00011', '4 bytes, zero-extended,', EXECUTABLE),
  load('hlv.d', '0110110', '00000', '8 bytes'),
  store('hsv.b', '0110001', 'a byte'),
  store('hsv.h', '0110011', '2 bytes'),
  store('hsv.w', '0110101', '4 bytes'),
  store('hsv.d', '0110111', '8 bytes'),
  insn('hfence.vvma', '0010001 rs2:5 rs1:5 000 00000 1110011', {
    asm: '{rs1}, {rs2}',
    ref: FENCE,
    doc: "Forget a guest's first stage: of guest virtual address rs1 (x0: all) in address space rs2 (x0: all).",
    sem: (o) => o.helper('hfence.vvma'),
  }),
  insn('hfence.gvma', '0110001 rs2:5 rs1:5 000 00000 1110011', {
    asm: '{rs1}, {rs2}',
    ref: FENCE,
    doc: 'Forget the second stage: of guest physical address rs1 << 2 (x0: all) in virtual machine rs2 (x0: all).',
    sem: (o) => o.helper('hfence.gvma'),
  }),
];
