/** A64 assembly as GNU as and LLVM read it. */
import type { AssemblyLanguage } from '../core/assembly/language';
import { createTableLanguage } from '../core/assembly/table-language';
import { insns } from './insns/all';
import { PSEUDO_INSTRUCTIONS, unscaledForms } from './pseudo-instructions';
import { REGISTERS } from './registers';
import { SPELLING } from './spelling';

const SAME: Readonly<Record<string, string>> = { fp: 'x29', lr: 'x30', ip0: 'x16', ip1: 'x17' };
const REGISTER = /^([wx]([0-9]|[12]\d|30|zr)|w?sp|[bhsdqv]([0-9]|[12]\d|3[01])|v([0-9]|[12]\d|3[01])\.(\d*[bhsdq]))$/;

const NAMED = new Set(REGISTERS.filter(({ group }) => group === 'system').map(({ name }) => name.toLowerCase()));
/** A system register by its encoding. */
const UNNAMED = /^s[0-3]_[0-7]_c\d+_c\d+_[0-7]$/;
const THREE_BITS = { least: 0n, most: 7n, step: 1n };
/** `sys` and `sysl` by number: op1, CRn, CRm, op2. */
const OPERATIONS = new Map(
  Array.from({ length: 256 }, (_, at) => [`N , c${at >> 4} , c${at & 15} , N`, [THREE_BITS, THREE_BITS]] as const),
);

export const AARCH64_ASSEMBLY: AssemblyLanguage = createTableLanguage({
  name: 'aarch64',
  insns,
  spelling: {
    ...SPELLING,
    operand: (insn, name, format) =>
      format === 'minus' ? ({ fields }) => String(-(fields[name] ?? 0)) : SPELLING.operand(insn, name, format),
  },
  pseudo: () => [...PSEUDO_INSTRUCTIONS, ...unscaledForms(insns())],
  registers: REGISTERS,
  syntax: { comments: [], lineComments: ['#'], separators: [';'] },
  operands: { isRegister: (word) => REGISTER.test(word) || word in SAME },
  canonical: (word) => SAME[word] ?? word,
  refine: (name, _, slot) => {
    if (name === 'sysreg') return { ...slot, isNamed: true, takes: (word) => NAMED.has(word) || UNNAMED.test(word) };
    return name === 'sysop' ? { ...slot, keys: OPERATIONS, lengths: [7] } : slot;
  },
});
