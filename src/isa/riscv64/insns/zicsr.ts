/** Zicsr: access to control and status registers. Which accesses are legal, and what they do, the helpers know. Counters (Zicntr) are read this way too. */

import type { PatternInsn } from '../../core/insn';
import { insn } from '../insn';

const REF = 'RISC-V Unprivileged ISA 20240411, Zicsr: CSR Instructions';

const byRegister = (mnemonic: string, funct3: string, doc: string): PatternInsn =>
  insn(mnemonic, `csr:12 rs1:5 ${funct3} rd:5 1110011`, {
    asm: '{rd}, {csr}, {rs1}',
    ref: REF,
    doc,
    sem: (o) => o.helper(mnemonic),
  });

const byImmediate = (mnemonic: string, funct3: string, doc: string): PatternInsn =>
  insn(mnemonic, `csr:12 uimm:5 ${funct3} rd:5 1110011`, {
    asm: '{rd}, {csr}, {uimm}',
    ref: REF,
    doc,
    sem: (o) => o.helper(mnemonic),
  });

/** CSR instructions. */
export const INSNS_ZICSR: readonly PatternInsn[] = [
  byRegister('csrrw', '001', 'Swap: rd = CSR, CSR = rs1. With rd = x0 the CSR is not read.'),
  byRegister('csrrs', '010', 'rd = CSR, then set the bits that are 1 in rs1. With rs1 = x0 the CSR is not written.'),
  byRegister('csrrc', '011', 'rd = CSR, then clear the bits that are 1 in rs1. With rs1 = x0 the CSR is not written.'),
  byImmediate('csrrwi', '101', 'rd = CSR, CSR = 5-bit immediate. With rd = x0 the CSR is not read.'),
  byImmediate('csrrsi', '110', 'rd = CSR, then set the bits of the 5-bit immediate. With 0 the CSR is not written.'),
  byImmediate('csrrci', '111', 'rd = CSR, then clear the bits of the 5-bit immediate. With 0 the CSR is not written.'),
];
