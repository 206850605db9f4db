/** A64 assembly as GNU as and LLVM read it. */
import type { AssemblyLanguage } from '../core/assembly/language';
import { createTableLanguage } from '../core/assembly/table-language';
import { insns } from './insns/all';
import { PSEUDO_INSTRUCTIONS } from './pseudo-instructions';
import { REGISTERS } from './registers';
import { SPELLING } from './spelling';

const SAME: Readonly<Record<string, string>> = { fp: 'x29', lr: 'x30', ip0: 'x16', ip1: 'x17' };
const REGISTER = /^([wx]([0-9]|[12]\d|30|zr)|w?sp|[bhsdqv]([0-9]|[12]\d|3[01])|v([0-9]|[12]\d|3[01])\.(\d*[bhsdq]))$/;

export const AARCH64_ASSEMBLY: AssemblyLanguage = createTableLanguage({
  name: 'aarch64',
  insns,
  spelling: SPELLING,
  pseudo: PSEUDO_INSTRUCTIONS,
  registers: REGISTERS,
  syntax: { comments: [], lineComments: ['#'], separators: [';'] },
  operands: { isRegister: (word) => REGISTER.test(word) || word in SAME },
  canonical: (word) => SAME[word] ?? word,
});
