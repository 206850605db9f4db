/** The words that begin instructions in RISC-V assembly. */
import { ALIASES } from './insns/aliases';
import { INSNS } from './insns/all';

/**
 * What assemblers take besides the instructions and the disassembler's aliases: they choose one or several instructions.
 * RISC-V Assembly Programmer's Manual, "A listing of standard RISC-V pseudoinstructions".
 */
const PSEUDO = 'la lla lga la.tls.ie la.tls.gd call tail jump bgt bgtu ble bleu sext.b sext.h unimp fmv.x.s fmv.s.x';

/** All of them, each once, in order. Atomic instructions stand with each of their orderings. */
export function mnemonics(): readonly string[] {
  const all = new Set([...PSEUDO.split(' '), ...ALIASES.map(({ as }) => as)]);
  for (const { mnemonic, pattern } of INSNS) {
    all.add(mnemonic);
    if (!pattern.fields.has('aq')) continue;
    for (const ordering of ['aq', 'rl', 'aqrl']) all.add(`${mnemonic}.${ordering}`);
  }
  return [...all].sort();
}
