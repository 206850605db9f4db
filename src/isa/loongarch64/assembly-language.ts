/** LoongArch assembly as GNU as and LLVM read it. */
import type { AssemblyLanguage } from '../core/assembly/language';
import { createTableLanguage } from '../core/assembly/table-language';
import { insns } from './insns/all';
import { PSEUDO_INSTRUCTIONS } from './pseudo-instructions';
import { REGISTERS, registerOfName } from './registers';
import { SPELLING } from './spelling';

const SIGN = '$';

/** The register that a word with its sign names; `fcsr0` to `fcsr3` are views of one. */
const named = (word: string): string | undefined => {
  if (!word.startsWith(SIGN)) return undefined;
  const name = word.slice(1);
  if (/^fcsr[0-3]$/.test(name)) return name;
  const spec = registerOfName(name === 's9' ? 'fp' : name);
  return spec === undefined || spec.group === 'system' || spec.name === 'pc' ? undefined : spec.name;
};

export const LOONGARCH64_ASSEMBLY: AssemblyLanguage = createTableLanguage({
  name: 'loongarch64',
  insns,
  spelling: SPELLING,
  pseudo: () => PSEUDO_INSTRUCTIONS,
  registers: REGISTERS,
  syntax: { comments: ['#'], lineComments: [], separators: [';'] },
  operands: { registerSign: SIGN, isRegister: (word) => named(word) !== undefined },
  canonical: (word) => {
    const name = named(word);
    return name === undefined ? word : SIGN + name;
  },
  // Assemblers know CSRs by number only.
  refine: (name, _, slot) =>
    name === 'csr' ? { ...slot, keys: new Map([['N', [{ least: 0n, most: 0x3fffn, step: 1n }]]]) } : slot,
});
