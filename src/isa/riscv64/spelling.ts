/** How assemblers write RISC-V where the rows' templates do not say it. */
import { hex } from '../../base/address';
import type { Operands, Spelling } from '../core/disassembler';
import { wordOf } from '../core/encoding';
import type { Insn } from '../core/insn';
import { F_NAMES, X_NAMES } from './abi';
import { csrOfNumber } from './csrs';
import { ALIASES } from './insns/aliases';

const ROUNDING_MODES = ['rne', 'rtz', 'rdn', 'rup', 'rmm'];

/** The set of a fence. */
const fenceSet = (set: number): string => [...'iorw'].filter((_, index) => set & (8 >> index)).join('') || '0';

/**
 * `{rd}`, `{rs1}` print registers by ABI name, `{frd}` float registers (an `f` before the field's name), `{csr}` the CSR's
 * name, `{rm}` the rounding mode (with its leading comma, empty when dynamic), `{exact:rm}` the same where it changes
 * nothing (empty when 0), `{hi:imm}` an upper immediate without its low 12 zeros, `{fence:pred}` a fence's set. `{aqrl}`
 * prints nothing: the ordering is appended to the mnemonic (`.aq`, `.rl`, `.aqrl`).
 */
const operand: Spelling['operand'] = (insn, name, format) => {
  if (name === 'aqrl') return () => '';
  const isFloat = !insn.fields.has(name) && name.startsWith('f');
  const field = isFloat ? name.slice(1) : name;
  if (!insn.fields.has(field)) return undefined;
  const value = ({ fields }: Operands): number => fields[field] ?? 0;
  switch (format) {
    case undefined:
      return plainOperand(field, isFloat, value);
    case 'hi':
      return (operands) => hex((value(operands) >>> 12) & 0xfffff);
    case 'fence':
      return (operands) => fenceSet(value(operands));
    case 'exact':
      // The mode changes nothing; assemblers write 0 there.
      return (operands) => (value(operands) === 0 ? '' : `, ${ROUNDING_MODES[value(operands)] || 'dyn'}`);
    default:
      return undefined;
  }
};

const plainOperand = (
  field: string,
  isFloat: boolean,
  value: (operands: Operands) => number,
): ((operands: Operands) => string) | undefined => {
  if (isFloat) return (operands) => F_NAMES[value(operands)] ?? `f${value(operands)}`;
  if (/^r[ds]\d?'?$/.test(field)) return (operands) => X_NAMES[value(operands)] ?? `x${value(operands)}`;
  if (field === 'csr') return (operands) => csrOfNumber(value(operands))?.name ?? hex(value(operands));
  if (field !== 'rm') return undefined;
  return (operands) => {
    const mode = ROUNDING_MODES[value(operands)];
    return mode ? `, ${mode}` : '';
  };
};

const ordering = ({ fields }: Operands): string => {
  const [acquire, release] = [fields.aq === 1, fields.rl === 1];
  if (acquire && release) return '.aqrl';
  return acquire ? '.aq' : release ? '.rl' : '';
};

export const SPELLING: Spelling = {
  operand,
  stackPointer: { file: 'x', index: 2 },
  suffix: ({ asm }: Insn) => (asm.includes('{aqrl}') ? ordering : undefined),
  aliases: ALIASES,
  undecodable: (bytes) => {
    const value = hex(wordOf(bytes), bytes.length * 2);
    if (bytes.length === 4) return { mnemonic: '.insn', operands: `4, ${value}` };
    return { mnemonic: bytes.length === 2 ? '.half' : '.byte', operands: value };
  },
};
