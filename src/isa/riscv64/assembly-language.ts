/** RISC-V assembly as GNU as and LLVM read it. */
import type { AssemblyLanguage } from '../core/assembly/language';
import { createTableLanguage } from '../core/assembly/table-language';
import { INSNS } from './insns/all';
import { PSEUDO_INSTRUCTIONS } from './pseudo-instructions';
import { REGISTERS, registerOfName } from './registers';
import { SPELLING } from './spelling';

const isRegister = (word: string): boolean => {
  const spec = registerOfName(word);
  return spec !== undefined && spec.group !== 'system' && spec.name !== 'pc';
};

const CSR_NUMBERS = { least: 0n, most: 0xfffn, step: 1n };

export const RISCV64_ASSEMBLY: AssemblyLanguage = createTableLanguage({
  name: 'riscv64',
  insns: () => INSNS,
  // Compressed forms take nothing that the others do not; Svinval's, which are disassembled without registers, are written with them.
  spelling: { ...SPELLING, aliases: SPELLING.aliases.filter(({ of }) => !/^(c|sinval|hinval)\./.test(of)) },
  pseudo: () => PSEUDO_INSTRUCTIONS,
  registers: REGISTERS,
  syntax: { comments: ['#'], lineComments: [], separators: [';'] },
  operands: { isRegister },
  canonical: (word) => registerOfName(word)?.name ?? word,
  refine: (name, _, slot) =>
    name === 'csr' ? { ...slot, isNamed: true, keys: new Map([...slot.keys, ['N', [CSR_NUMBERS]]]) } : slot,
  directives: {
    '.option': 'Assembler options: `push`, `pop`, `rvc`, `norvc`, `relax`, `norelax`, `pic`, `nopic`, `arch`.',
    '.attribute': 'An attribute of the object file, such as the instruction set it needs.',
    '.insn': 'An instruction by its format and fields, or its bits.',
    '.variant_cc': 'The function has a calling convention of its own.',
  },
});
