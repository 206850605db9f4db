/** The operands that rows of LSX choose from: vectors whose lanes are borders, special numbers, or plain ones. */

import type { PatternInsn } from '../../../../../src/isa/core/insn';
import type { Random } from '../../../../support/random';
import { DOUBLES, HALVES, INTEGERS, SINGLES } from '../../../../support/vector-operands';

/** All, in the order in which rows number them. */
export const OPERANDS: readonly bigint[] = [...INTEGERS, ...SINGLES, ...DOUBLES, ...HALVES];

/** What general registers hold in all rows. */
export const GENERAL = { rj: 0xfedc_ba98_7654_3285n, rk: 0x1_0000_0000_0013n } as const;

/** A vector for an operand of the instruction, by its number. */
export const operandFor = (random: Random, { mnemonic }: PatternInsn): number => {
  const from = (list: readonly bigint[]): number => OPERANDS.indexOf(random.pick(list));
  if (!mnemonic.startsWith('vf') || /^vf(rstp|fint)/.test(mnemonic)) return from(INTEGERS);
  const taken = mnemonic.split('.').at(-1);
  return from(taken === 'h' ? HALVES : taken === 'd' ? DOUBLES : SINGLES);
};
