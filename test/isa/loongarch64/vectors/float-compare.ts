/** Comparisons. @see LoongArch Reference Manual, Volume 1, 3.2.2 */
import type { Vector } from '../../driver';
import { FORMATS, type Suffix } from '../../float-landmarks';
import { disabled, FJ, FK, h, NV, operandOf, RM, raising } from './float-rows';

/** Where a condition is true, by the manual's table: unordered, less, equal, greater. */
const CONDITIONS = {
  af: '',
  un: 'UN',
  eq: 'EQ',
  ueq: 'UN EQ',
  lt: 'LT',
  ult: 'UN LT',
  le: 'LT EQ',
  ule: 'UN LT EQ',
  ne: 'GT LT',
  or: 'GT LT EQ',
  une: 'UN GT LT',
} as const;

const CD = 3;

const comparisons = (suffix: Suffix): Vector[] => {
  const k = FORMATS[suffix];
  const pairs = [
    [k.one, k.two, 'LT'],
    [k.sign | k.inf, k.sign | k.max, 'LT'],
    [k.two, k.two, 'EQ'],
    [0n, k.sign, 'EQ'],
    [k.tiny, k.sign | k.tiny, 'GT'],
    [k.inf, k.max, 'GT'],
    [k.oddNan, k.oddNan, 'UN'],
    [k.one, k.oddNan, 'UN'],
    [k.signalling, k.one, 'UN'],
  ] as const;
  return Object.entries(CONDITIONS).flatMap(([condition, holds]) =>
    (['c', 's'] as const).flatMap((kind) => {
      const mnemonic = `fcmp.${kind}${condition}.${suffix}`;
      const fields = { cd: CD, fj: FJ, fk: FK };
      return [
        ...pairs.flatMap(([a, b, relation]) =>
          raising({
            mnemonic,
            fields,
            name: `${h(a)}, ${h(b)}`,
            f: { [FJ]: operandOf(suffix, a), [FK]: operandOf(suffix, b) },
            rm: RM,
            // The quiet kind takes a signalling NaN alone for invalid.
            raised: relation === 'UN' && (kind === 's' || a === k.signalling) ? NV : 0n,
            result: { fcc: { [CD]: holds.split(' ').includes(relation) ? 1n : 0n } },
          }),
        ),
        disabled(mnemonic, fields),
      ];
    }),
  );
};

export const FLOAT_COMPARE: readonly Vector[] = [...comparisons('s'), ...comparisons('d')];
