/** Floating point of LSX: lanes of the operations in float/table.ts, and of those that only vectors have. */
import { convert, fromInteger, toInteger } from '../../core/float/conversion';
import { roundToIntegral } from '../../core/float/exponent';
import { DOUBLE, FLAG, type Format, HALF, SINGLE } from '../../core/float/format';
import type { HartState } from '../../core/privileged';
import { CONDITIONS } from '../float/conditions';
import { classBit, exactUnderflow, isUnderflowEnabled, raise, roundingOf } from '../float/functions';
import { FP, type FpFunction, ROUNDINGS, rounded } from '../float/table';
import type { VectorFunction } from './families';
import { type LaneType, lanesOf, vectorOf } from './lanes';

/** As {@link VectorFunction}, with the state for its rounding mode and flags. */
export type VectorFloatFunction = (state: HartState, j: bigint, k: bigint, d: bigint) => bigint;

type Operands = readonly [j: bigint, k: bigint, d: bigint];

/** Operations on lanes, which raise flags together; `bits` wide are those they make. */
const lanes = (
  name: string,
  operation: FpFunction | undefined,
  bits: number,
  operands: (j: bigint, k: bigint, d: bigint) => readonly Operands[],
): VectorFloatFunction => {
  if (!operation) throw new Error(`no operation ${name}`);
  const isTiny = exactUnderflow(name);
  return (state, j, k, d) => {
    const rm = roundingOf(state);
    const results = operands(j, k, d).map((lane) => operation(...lane, rm));
    let flags = results.reduce((all, result) => all | result.flags, 0);
    if (isTiny && isUnderflowEnabled(state) && results.some((result) => isTiny(result.bits))) flags |= FLAG.UF;
    raise(state, flags);
    return vectorOf(
      results.map((result) => result.bits),
      bits,
    );
  };
};

const unsigned = (vector: bigint, bits: LaneType['bits']): bigint[] => lanesOf(vector, { bits, signed: false });
const alone = (values: readonly bigint[]): Operands[] => values.map((value) => [value, 0n, 0n]);

/** Lanes of equal number in all vectors. */
const together =
  (bits: LaneType['bits']) =>
  (j: bigint, k: bigint, d: bigint): Operands[] => {
    const [ofK, ofD] = [unsigned(k, bits), unsigned(d, bits)];
    return unsigned(j, bits).map((lane, at) => [lane, ofK[at] ?? 0n, ofD[at] ?? 0n]);
  };
/** The lanes of vk and, above them, of vj. */
const joined =
  (bits: LaneType['bits']) =>
  (j: bigint, k: bigint): Operands[] =>
    alone([...unsigned(k, bits), ...unsigned(j, bits)]);
/** The lower or the upper half of the lanes. */
const halved =
  (bits: LaneType['bits'], half: 'l' | 'h') =>
  (j: bigint): Operands[] => {
    const all = unsigned(j, bits);
    return alone(half === 'l' ? all.slice(0, all.length / 2) : all.slice(all.length / 2));
  };

const FORMATS = [
  ['s', 32, SINGLE],
  ['d', 64, DOUBLE],
] as const;
const ARITHMETIC =
  'fadd fsub fmul fdiv fmax fmin fmaxa fmina fmadd fmsub fnmadd fnmsub flogb fsqrt frecip frsqrt frint';

const arithmetic = (): [string, VectorFloatFunction][] =>
  FORMATS.flatMap(([s, bits, format]) => [
    ...ARITHMETIC.split(' ').map((name): [string, VectorFloatFunction] => [
      `v${name}.${s}`,
      lanes(`${name}.${s}`, FP[`${name}.${s}`], bits, together(bits)),
    ]),
    ...Object.entries(ROUNDINGS).map(([letters, mode]): [string, VectorFloatFunction] => [
      `vfrint${letters}.${s}`,
      lanes('frint', (a) => roundToIntegral(format, a, mode), bits, together(bits)),
    ]),
    ...CONDITIONS.flatMap(({ name }) =>
      ['c', 's'].map((letter): [string, VectorFloatFunction] => {
        const compare = FP[`fcmp.${letter}${name}.${s}`];
        const mask: FpFunction | undefined =
          compare &&
          ((a, b, c, rm) => {
            const { bits, flags } = compare(a, b, c, rm);
            return { bits: -bits, flags };
          });
        return [`vfcmp.${letter}${name}.${s}`, lanes('fcmp', mask, bits, together(bits))];
      }),
    ),
  ]);

const INTEGERS = {
  w: { width: 32, signed: true },
  wu: { width: 32, signed: false },
  l: { width: 64, signed: true },
  lu: { width: 64, signed: false },
} as const;

const toFloat = (format: Format, type: keyof typeof INTEGERS): FpFunction =>
  rounded((a, _b, _c, mode) => fromInteger(format, INTEGERS[type], a, mode));
const toUnsigned = (format: Format, type: 'wu' | 'lu'): FpFunction =>
  rounded((a, _b, _c, mode) => toInteger(format, INTEGERS[type], a, mode));
const truncated = (format: Format, type: 'wu' | 'lu'): FpFunction | undefined => {
  const { rz } = ROUNDINGS;
  return rz && ((a) => toInteger(format, INTEGERS[type], a, rz));
};
const changed = (from: Format, to: Format): FpFunction => rounded((a, _b, _c, mode) => convert(from, to, a, mode));

const toIntegers = (letters: string): Record<string, VectorFloatFunction> => {
  const name = `ftint${letters}`;
  return {
    [`v${name}.w.s`]: lanes(name, FP[`${name}.w.s`], 32, together(32)),
    [`v${name}.l.d`]: lanes(name, FP[`${name}.l.d`], 64, together(64)),
    [`v${name}.w.d`]: lanes(name, FP[`${name}.w.d`], 32, joined(64)),
    [`v${name}l.l.s`]: lanes(name, FP[`${name}.l.s`], 64, halved(32, 'l')),
    [`v${name}h.l.s`]: lanes(name, FP[`${name}.l.s`], 64, halved(32, 'h')),
  };
};

/** By mnemonic. */
export const floatFunctions = (): Readonly<Record<string, VectorFloatFunction>> => ({
  ...Object.fromEntries(arithmetic()),
  ...Object.fromEntries(['', ...Object.keys(ROUNDINGS)].flatMap((letters) => Object.entries(toIntegers(letters)))),
  'vftint.wu.s': lanes('ftint', toUnsigned(SINGLE, 'wu'), 32, together(32)),
  'vftint.lu.d': lanes('ftint', toUnsigned(DOUBLE, 'lu'), 64, together(64)),
  'vftintrz.wu.s': lanes('ftint', truncated(SINGLE, 'wu'), 32, together(32)),
  'vftintrz.lu.d': lanes('ftint', truncated(DOUBLE, 'lu'), 64, together(64)),
  'vffint.s.w': lanes('ffint', toFloat(SINGLE, 'w'), 32, together(32)),
  'vffint.s.wu': lanes('ffint', toFloat(SINGLE, 'wu'), 32, together(32)),
  'vffint.d.l': lanes('ffint', toFloat(DOUBLE, 'l'), 64, together(64)),
  'vffint.d.lu': lanes('ffint', toFloat(DOUBLE, 'lu'), 64, together(64)),
  'vffint.s.l': lanes('ffint', toFloat(SINGLE, 'l'), 32, joined(64)),
  'vffintl.d.w': lanes('ffint', toFloat(DOUBLE, 'w'), 64, halved(32, 'l')),
  'vffinth.d.w': lanes('ffint', toFloat(DOUBLE, 'w'), 64, halved(32, 'h')),
  'vfcvt.h.s': lanes('fcvt.h.s', changed(SINGLE, HALF), 16, joined(32)),
  'vfcvt.s.d': lanes('fcvt.s.d', changed(DOUBLE, SINGLE), 32, joined(64)),
  'vfcvtl.s.h': lanes('fcvt.s.h', changed(HALF, SINGLE), 32, halved(16, 'l')),
  'vfcvth.s.h': lanes('fcvt.s.h', changed(HALF, SINGLE), 32, halved(16, 'h')),
  'vfcvtl.d.s': lanes('fcvt.d.s', changed(SINGLE, DOUBLE), 64, halved(32, 'l')),
  'vfcvth.d.s': lanes('fcvt.d.s', changed(SINGLE, DOUBLE), 64, halved(32, 'h')),
});

const classes =
  (format: Format, bits: 32 | 64): VectorFunction =>
  (j) =>
    vectorOf(
      unsigned(j, bits).map((lane) => classBit(format, lane)),
      bits,
    );

/** Those that raise nothing; by mnemonic. */
export const classFunctions = (): Readonly<Record<string, VectorFunction>> => ({
  'vfclass.s': classes(SINGLE, 32),
  'vfclass.d': classes(DOUBLE, 64),
});
