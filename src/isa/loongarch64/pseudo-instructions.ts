/** What assemblers of LoongArch take besides the instructions and the disassembler's aliases. @see LoongArch Assembly Language, "Macro instructions" */
import type { PseudoInstruction } from '../core/assembly/table-language';

const ADDRESSES = [
  'la',
  'la.abs',
  'la.pcrel',
  'la.local',
  'la.global',
  'la.got',
  'la.tls.le',
  'la.tls.ie',
  'la.tls.ld',
  'la.tls.gd',
];

const ZERO_BRANCHES = [
  ['bgtz', 'blt', 'greater than 0', 'blt $zero, rj, offs'],
  ['bgez', 'bge', 'not negative', 'bge rj, $zero, offs'],
  ['blez', 'bge', 'not greater than 0', 'bge $zero, rj, offs'],
  ['bltz', 'blt', 'negative', 'blt rj, $zero, offs'],
] as const;

const SWAPPED = [
  ['bgt', 'blt', 'rj is greater than rd, signed'],
  ['ble', 'bge', 'rj is not greater than rd, signed'],
  ['bgtu', 'bltu', 'rj is greater than rd, unsigned'],
  ['bleu', 'bgeu', 'rj is not greater than rd, unsigned'],
] as const;

export const PSEUDO_INSTRUCTIONS: readonly PseudoInstruction[] = [
  ...['li.w', 'li.d'].map((as) => ({
    ...{ as, of: 'addi.d', asm: '{rd}, {number}', doc: `Load a constant of ${as === 'li.w' ? 32 : 64} bits.` },
    expansion: 'lu12i.w, ori, lu32i.d, lu52i.d as the constant needs',
  })),
  ...ADDRESSES.flatMap((as) => [
    { as, of: 'addi.d', asm: '{rd}, {symbol}', doc: 'Load the address of a symbol.' },
    {
      as,
      of: 'addi.d',
      asm: '{rd}, {rj}, {symbol}',
      doc: 'Load the address of a symbol, with another register to compute it.',
    },
  ]),
  ...['call36', 'call30'].map((as) => ({
    as,
    asm: '{symbol}',
    doc: 'Call a function anywhere.',
    expansion: 'pcaddu18i; jirl',
  })),
  ...['tail36', 'tail30'].map((as) => ({
    as,
    of: 'addi.d',
    asm: '{rj}, {symbol}',
    doc: 'Jump to a function anywhere.',
    expansion: 'pcaddu18i; jirl',
  })),
  { as: 'call', asm: '{symbol}', doc: 'Call a function.', expansion: 'bl symbol' },
  ...ZERO_BRANCHES.map(([as, of, claim, expansion]) => ({
    ...{ as, of, asm: '{rj}, {target:offs}', doc: `Branch if rj is ${claim}.`, expansion },
  })),
  ...SWAPPED.map(([as, of, claim]) => ({
    ...{ as, of, asm: '{rj}, {rd}, {target:offs}', doc: `Branch if ${claim}.`, expansion: `${of} rd, rj, offs` },
  })),
  { as: 'jr', of: 'jirl', asm: '{rj}', doc: 'Jump to rj.', expansion: 'jirl $zero, rj, 0' },
];
