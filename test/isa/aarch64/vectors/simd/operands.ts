/** The operands that rows of Advanced SIMD choose from. */
import type { PatternInsn } from '../../../../../src/isa/core/insn';
import type { Random } from '../../../../support/random';
import { DOUBLES, HALVES, INTEGERS, SINGLES } from '../../../../support/vector-operands';

/** All, in the order in which rows number them. */
export const OPERANDS: readonly bigint[] = [...INTEGERS, ...SINGLES, ...DOUBLES, ...HALVES];

/** What general registers hold in all rows. */
export const GENERAL = { Rn: 0xfedc_ba98_7654_3285n, Rd: 0x5eed_0000_0000_0000n } as const;

/** Whether lanes are floating-point numbers, which also decides about FPCR. */
export const isFloat = ({ mnemonic }: PatternInsn): boolean => /^(f|[su]cvtf|bf|urecpe|ursqrte)/.test(mnemonic);

const POOLS: Readonly<Record<string, readonly bigint[]>> = { h: HALVES, s: SINGLES, d: DOUBLES };

/** A vector for an operand of the instruction, by its number. */
export const operandFor = (random: Random, row: PatternInsn): number => {
  const from = (list: readonly bigint[]): number => OPERANDS.indexOf(random.pick(list));
  const letter = /-(?:v|e|z|zv|i)?\d*([hsd])[ei]?$/.exec(row.mnemonic)?.[1] ?? '';
  if (!isFloat(row) || random.below(6) === 0) return from(INTEGERS);
  return from(POOLS[letter] ?? random.pick([HALVES, SINGLES, DOUBLES]));
};
