/** What assemblers of A64 take besides the instructions and the disassembler's aliases. */
import type { PseudoInstruction } from '../core/assembly/table-language';
import type { Insn } from '../core/insn';

const REGISTERS = ['w', 'x'] as const;
const MASKS = { w: 'mask32', x: 'mask' } as const;

export const PSEUDO_INSTRUCTIONS: readonly PseudoInstruction[] = [
  ...['w', 'x'].map((r) => ({
    ...{ as: 'ldr', of: `add-${r}-imm`, asm: `{${r}:Rd}, ={symbol}` },
    ...{ doc: 'Load an address or a constant, from the literal pool where no move can make it.' },
  })),
  // Of the complement of a mask, which is a mask, too.
  ...[
    ['bic', 'and'],
    ['bics', 'ands'],
    ['orn', 'orr'],
    ['eon', 'eor'],
  ].flatMap(([as = '', of = '']) =>
    REGISTERS.map((r) => ({
      ...{ as, of: `${of}-${r}-imm`, asm: `{${of === 'ands' ? r : `${r}sp`}:Rd}, {${r}:Rn}, #{hex:${MASKS[r]}}` },
      ...{ doc: `${of} with the complement of a constant.`, expansion: `${of} Rd, Rn, #~imm` },
    })),
  ),
  // Of a negative constant: the opposite instruction.
  ...[
    ['add', 'sub'],
    ['sub', 'add'],
    ['adds', 'subs'],
    ['subs', 'adds'],
  ].flatMap(([as = '', of = '']) =>
    REGISTERS.map((r) => ({
      ...{ as, of: `${of}-${r}-imm`, asm: `{${of.endsWith('s') ? r : `${r}sp`}:Rd}, {${r}sp:Rn}, #{minus:imm}` },
      ...{ doc: `${of}, of a negative constant.`, expansion: `${of} Rd, Rn, #-imm` },
    })),
  ),
  ...[
    ['cmp', 'adds'],
    ['cmn', 'subs'],
  ].flatMap(([as = '', of = '']) =>
    REGISTERS.map((r) => ({
      ...{ as, of: `${of}-${r}-imm`, asm: `{${r}sp:Rn}, #{minus:imm}` },
      ...{ doc: `${as === 'cmp' ? 'cmn' : 'cmp'}, of a negative constant.` },
    })),
  ),
  // Of a constant that is a multiple of 4096.
  ...['add', 'sub', 'adds', 'subs'].flatMap((as) =>
    REGISTERS.map((r) => ({
      ...{ as, of: `${as}-${r}-imm12`, asm: `{${as.endsWith('s') ? r : `${r}sp`}:Rd}, {${r}sp:Rn}, #{imm}` },
      ...{ doc: `${as} of a constant that is shifted.`, expansion: `${as} Rd, Rn, #imm >> 12, lsl #12` },
    })),
  ),
  ...[
    ['cmp', 'subs'],
    ['cmn', 'adds'],
  ].flatMap(([as = '', of = '']) =>
    REGISTERS.map((r) => ({
      ...{ as, of: `${of}-${r}-imm12`, asm: `{${r}sp:Rn}, #{imm}` },
      ...{ doc: `${as} of a constant that is shifted.`, expansion: `${as} Rn, #imm >> 12, lsl #12` },
    })),
  ),
];

/** Loads and stores whose offset no scaled form can have: assemblers take the unscaled one. */
export const unscaledForms = (insns: readonly Insn[]): PseudoInstruction[] =>
  insns.flatMap(({ mnemonic, asm, doc }) => {
    const [, start, rest] = /^(ld|st)u(r\w*)(?:-|$)/.exec(mnemonic) ?? [];
    if (start === undefined || rest === undefined) return [];
    const own = mnemonic.split('-', 1)[0] ?? mnemonic;
    return [{ as: `${start}${rest}`, of: mnemonic, asm, doc, expansion: own }];
  });
