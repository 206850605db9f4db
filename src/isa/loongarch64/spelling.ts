/** How assemblers write LoongArch where the rows' templates do not say it. */
import { hex } from '../../base/address';
import type { Alias, Operands, Spelling } from '../core/disassembler';
import { wordOf } from '../core/encoding';
import { F_NAMES, R_NAMES } from './abi';
import { csrOfNumber } from './csrs';

/**
 * `{rd}` prints general registers by ABI name, `{fd}` float registers, `{cd}` condition flags, `{csr}` the CSR's name;
 * `{upper:si}` and `{words:si}` an immediate without its low zeros, as the manual writes it.
 */
const operand: Spelling['operand'] = (insn, name, format) => {
  if (!insn.fields.has(name)) return undefined;
  const value = ({ fields }: Operands): number => fields[name] ?? 0;
  if (format === 'upper') return (operands) => String(value(operands) >> 12);
  if (format === 'words') return (operands) => String(value(operands) >> 2);
  if (format !== undefined) return undefined;
  if (/^r[djk]$/.test(name)) return (operands) => `$${R_NAMES[value(operands)]}`;
  if (/^f[djka]$/.test(name)) return (operands) => `$${F_NAMES[value(operands)]}`;
  if (/^v[djka]$/.test(name)) return (operands) => `$vr${value(operands)}`;
  if (/^c[dja]$/.test(name)) return (operands) => `$fcc${value(operands)}`;
  if (name === 'fcsr') return (operands) => `$fcsr${value(operands)}`;
  if (name === 'csr') return (operands) => csrOfNumber(value(operands))?.name ?? hex(value(operands));
  return undefined;
};

const ZERO = 0;
const RA = 1;

const ALIASES: readonly Alias[] = [
  { of: 'andi', when: { rd: ZERO, rj: ZERO, ui: 0 }, as: 'nop', asm: '' },
  { of: 'or', when: { rk: ZERO }, as: 'move', asm: '{rd}, {rj}' },
  { of: 'jirl', when: { rd: ZERO, rj: RA, offs: 0 }, as: 'ret', asm: '', kind: 'return' },
  { of: 'jirl', when: { rd: ZERO, offs: 0 }, as: 'jr', asm: '{rj}' },
  { of: 'jirl', when: { rd: RA }, as: 'jirl', kind: 'call' },
];

export const SPELLING: Spelling = {
  operand,
  stackPointer: { file: 'r', index: 3 },
  aliases: ALIASES,
  undecodable: (bytes) => ({
    mnemonic: bytes.length === 4 ? '.word' : '.byte',
    operands: hex(wordOf(bytes), bytes.length * 2),
  }),
};
