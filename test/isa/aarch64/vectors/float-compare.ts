/** Floating-point comparisons and selection. @see Arm ARM, C7.2 "FCMP", "FCCMP", "FCSEL"; J1.3 FPCompare */
import type { Vector } from '../../driver';
import {
  DN,
  flushOf,
  IOC,
  LANDMARKS,
  type Landmarks,
  minus,
  plain,
  RN,
  raising,
  SUFFIXES,
  type Suffix,
} from './float-rows';

const EQUAL = 0b0110;
const LESS = 0b1000;
const GREATER = 0b0010;
const UNORDERED = 0b0011;

const EQ = 0;
const MI = 4;
const HI = 8;
const AL = 14;
const NV = 15;

/** Operands, FPCR, flags, and what is raised where only signalling NaNs are invalid, and where all are. */
type Comparison = readonly [a: bigint, b: bigint, fpcr: bigint, nzcv: number, quiet: bigint, signalling: bigint];

const comparisons = (k: Landmarks, suffix: Suffix): Comparison[] => {
  const { mode, input } = flushOf(suffix);
  return [
    [k.one, k.one, RN, EQUAL, 0n, 0n],
    [k.one, k.two, RN, LESS, 0n, 0n],
    [k.two, k.one, RN, GREATER, 0n, 0n],
    [0n, k.sign, RN, EQUAL, 0n, 0n],
    [minus(k, k.one), minus(k, k.two), RN, GREATER, 0n, 0n],
    [minus(k, k.inf), k.inf, RN, LESS, 0n, 0n],
    [minus(k, k.tiny), k.tiny, RN, LESS, 0n, 0n],
    [minus(k, k.tiny), k.tiny, mode, EQUAL, input, input],
    [k.nan, k.one, RN, UNORDERED, 0n, IOC],
    [k.oddNan, k.oddNan, DN, UNORDERED, 0n, IOC],
    [k.one, k.signalling, RN, UNORDERED, IOC, IOC],
    [k.signalling, k.tiny, mode, UNORDERED, IOC | input, IOC | input],
  ];
};

const rows = (suffix: Suffix): Vector[] => {
  const k = LANDMARKS[suffix];
  return (['quiet', 'signalling'] as const).flatMap((kind) => {
    const e = kind === 'signalling' ? 'e' : '';
    const raisedBy = ([, , , , quiet, signalling]: Comparison): bigint => (e ? signalling : quiet);
    const conditional = `fccmp${e}-${suffix}`;
    return [
      ...comparisons(k, suffix).flatMap((comparison) => {
        const [a, b, fpcr, nzcv] = comparison;
        const common = { from: suffix, fpcr, raised: raisedBy(comparison) };
        const compared = { ...common, operands: [a, b] };
        return [
          ...raising({ ...compared, mnemonic: `fcmp${e}-${suffix}`, fields: {}, nzcv: 0b1111, result: { nzcv } }),
          // The condition holds.
          ...raising({
            ...compared,
            mnemonic: conditional,
            fields: { cond: EQ, nzcv: 0b1001 },
            nzcv: 0b0100,
            result: { nzcv },
          }),
        ];
      }),
      // It does not: nothing is compared, and nothing raised.
      ...(
        [
          [EQ, 0b1011, 0b0000],
          [EQ, 0b0000, 0b1111],
          [MI, 0b0111, 0b1010],
          [HI, 0b0110, 0b0101],
        ] as const
      ).flatMap(([cond, nzcv, given]) =>
        raising({
          mnemonic: conditional,
          fields: { cond, nzcv: given },
          from: suffix,
          operands: [k.signalling, k.tiny],
          fpcr: flushOf(suffix).mode,
          raised: 0n,
          nzcv,
          result: { nzcv: given },
        }),
      ),
      // Two conditions hold always.
      ...[AL, NV].flatMap((cond) =>
        raising({
          mnemonic: conditional,
          fields: { cond, nzcv: 0 },
          from: suffix,
          operands: [k.one, k.two],
          fpcr: RN,
          raised: 0n,
          nzcv: 0,
          result: { nzcv: LESS },
        }),
      ),
      ...(
        [
          [0n, RN, EQUAL, 0n],
          [k.sign, RN, EQUAL, 0n],
          [minus(k, k.tiny), RN, LESS, 0n],
          [k.tiny, flushOf(suffix).mode, EQUAL, flushOf(suffix).input],
          [k.inf, RN, GREATER, 0n],
          [k.oddNan, RN, UNORDERED, e ? IOC : 0n],
          [k.signalling, RN, UNORDERED, IOC],
        ] as const
      ).flatMap(([a, fpcr, nzcv, raised]) =>
        raising({
          mnemonic: `fcmp${e}-${suffix}-zero`,
          fields: {},
          from: suffix,
          operands: [a],
          fpcr,
          raised,
          nzcv: 0b0101,
          result: { nzcv },
        }),
      ),
    ];
  });
};

const selection = (suffix: Suffix): Vector[] => {
  const k = LANDMARKS[suffix];
  const name = `fcsel-${suffix}`;
  return [
    ...plain(name, suffix, [[[k.signalling, k.two], k.signalling]], { fields: { cond: EQ }, nzcv: 0b0100 }),
    ...plain(name, suffix, [[[k.signalling, k.tiny], k.tiny]], { fields: { cond: EQ }, nzcv: 0b1011 }),
    ...plain(name, suffix, [[[k.one, minus(k, k.two)], minus(k, k.two)]], { fields: { cond: HI }, nzcv: 0b0110 }),
    ...plain(name, suffix, [[[k.one, k.two], k.one]], { fields: { cond: HI }, nzcv: 0b0010 }),
    ...plain(name, suffix, [[[k.one, k.two], k.one]], { fields: { cond: NV }, nzcv: 0b0000 }),
  ];
};

export const FLOAT_COMPARE: readonly Vector[] = SUFFIXES.flatMap((suffix) => [...rows(suffix), ...selection(suffix)]);
