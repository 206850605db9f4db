/** Conditional selects and comparisons. @see Arm ARM, C6.2: CSEL to CSNEG, CCMN, CCMP; C1.2.4 "Condition code" */
import type { Vector } from '../../driver';
import { addWithCarry, conditionHolds } from './manual';
import { type Fields, held, isWord, type Num, operation, RD, RM, RN, vector, ZERO } from './rows';

const FLAGS = Array.from({ length: 16 }, (_, nzcv) => nzcv);

const NAMES = ['eq', 'ne', 'hs', 'lo', 'mi', 'pl', 'vs', 'vc', 'hi', 'ls', 'ge', 'lt', 'gt', 'le', 'al', 'nv'];

/** Every condition under every value of the flags. */
const selects = (name: string, otherwise: (m: bigint) => bigint): Vector[] =>
  NAMES.flatMap((condition, cond) => {
    const mnemonic = `${name}-${condition}`;
    const row = (n: bigint, m: bigint, nzcv: number): Vector =>
      operation(mnemonic, {}, { n, m, nzcv }, { d: conditionHolds(cond, nzcv) ? n : otherwise(m) });
    const never = FLAGS.find((nzcv) => !conditionHolds(cond, nzcv)) ?? 0;
    return [
      ...FLAGS.map((nzcv) => row(0x1111_2222_3333_4444n, 0x8765_4321_89ab_cdefn, nzcv)),
      row(1n, -1n, never),
      row(1n, 0n, never),
      vector(
        mnemonic,
        { Rd: RD, Rn: ZERO, Rm: ZERO },
        'of zeros',
        { slots: { nzcv: BigInt(never), sp: 0x77n } },
        {
          x: {
            [RD]: BigInt.asUintN(isWord(mnemonic) ? 32 : 64, conditionHolds(cond, never) ? 0n : otherwise(0n)),
          },
        },
      ),
    ];
  });

/** Operands, and flags before, under which `eq` holds and does not. */
const compares = (name: 'ccmp' | 'ccmn', r: string, which: '' | '-imm'): Vector[] => {
  const mnemonic = `${name}-${r}${which}`;
  const bits = r === 'w' ? 32 : 64;
  const pairs: readonly (readonly [Num, number])[] = [
    [0, 0],
    [5, 7],
    [7, 5],
    [1n << BigInt(bits - 1), 1],
    [(1n << BigInt(bits - 1)) - 1n, 31],
    [-5, 5],
  ];
  const row = (n: Num, m: number, cond: number, before: number, given: number): Vector => {
    const [a, b] = [BigInt(n), BigInt(m)];
    const flags = name === 'ccmn' ? addWithCarry(bits, a, b, 0n) : addWithCarry(bits, a, ~b, 1n);
    const fields: Fields = { Rn: RN, cond, nzcv: given, ...(which ? { imm: m } : { Rm: RM }) };
    return vector(
      mnemonic,
      fields,
      `${n}, ${m}, ${cond}, ${before}, ${given}`,
      { x: { [RN]: held(mnemonic, n), [RM]: held(mnemonic, m) }, slots: { nzcv: BigInt(before) } },
      { slots: { nzcv: BigInt(conditionHolds(cond, before) ? flags.nzcv : given) } },
    );
  };
  return [
    ...pairs.flatMap(([n, m], at) => [row(n, m, 0, 4, 15), row(n, m, 0, 0, at + 1)]),
    ...FLAGS.map((given) => row(1, 2, 1, 4, given)),
    ...FLAGS.map((cond) => row(3, 9, cond, 0b1001, 6)),
  ];
};

export const CONDITIONALS: readonly Vector[] = ['w', 'x'].flatMap((r) => [
  ...selects(`csel-${r}`, (m) => m),
  ...selects(`csinc-${r}`, (m) => m + 1n),
  ...selects(`csinv-${r}`, (m) => ~m),
  ...selects(`csneg-${r}`, (m) => -m),
  ...(['ccmp', 'ccmn'] as const).flatMap((name) => [...compares(name, r, ''), ...compares(name, r, '-imm')]),
]);
