/** What assemblers of A64 take besides the instructions and the disassembler's aliases. */
import type { PseudoInstruction } from '../core/assembly/table-language';

export const PSEUDO_INSTRUCTIONS: readonly PseudoInstruction[] = [
  ...['w', 'x'].map((r) => ({
    ...{ as: 'ldr', of: `add-${r}-imm`, asm: `{${r}:Rd}, ={symbol}` },
    ...{ doc: 'Load an address or a constant, from the literal pool where no move can make it.' },
  })),
  ...['w', 'x'].map((r) => ({
    as: 'mov',
    of: `add-${r}-imm`,
    asm: `{${r}:Rd}, {number}`,
    doc: 'Move a constant, by movz, movn or orr.',
  })),
];
