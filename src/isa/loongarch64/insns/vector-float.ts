/** LSX: floating point, exact in TypeScript. Each raises in fcsr0 what its lanes do, together. */
import type { PatternInsn } from '../../core/insn';
import { CONDITIONS } from '../float/conditions';
import { REF, top, vectorInsn } from './vector';

const ofThree = (mnemonic: string, word: number, ref: string, doc: string): PatternInsn =>
  vectorInsn(mnemonic, `${top(word, 17)} vk:5 vj:5 vd:5`, { asm: '{vd}, {vj}, {vk}', ref, doc });
const ofTwo = (mnemonic: string, word: number, ref: string, doc: string): PatternInsn =>
  vectorInsn(mnemonic, `${top(word, 22)} vj:5 vd:5`, { asm: '{vd}, {vj}', ref, doc });

const FORMATS = [
  ['s', 0, 'singles'],
  ['d', 1, 'doubles'],
] as const;

/** Rows for singles, and `step` above them for doubles. */
const both = (
  row: (mnemonic: string, word: number, ref: string, doc: string) => PatternInsn,
  step: number,
  name: string,
  first: number,
  ref: string,
  doc: string,
): PatternInsn[] =>
  FORMATS.map(([suffix, at, what]) => row(`${name}.${suffix}`, first + at * step, ref, `${doc}; ${what}.`));

const binary = (name: string, first: number, doc: string) => both(ofThree, 0x8000, name, first, REF.float, doc);
const unary = (name: string, first: number, doc: string, ref: string = REF.float) =>
  both(ofTwo, 0x400, name, first, ref, doc);

const fused = (name: string, first: number, doc: string): PatternInsn[] =>
  FORMATS.map(([suffix, at, what]) =>
    vectorInsn(`${name}.${suffix}`, `${top(first + at * 0x10_0000, 12)} va:5 vk:5 vj:5 vd:5`, {
      asm: '{vd}, {vj}, {vk}, {va}',
      ref: REF.fused,
      doc: `vd = ${doc}, rounded once; ${what}.`,
    }),
  );

const comparisons: readonly PatternInsn[] = FORMATS.flatMap(([suffix, at, what]) =>
  CONDITIONS.flatMap(({ name, bits, relations }) =>
    (['c', 's'] as const).map((letter) =>
      vectorInsn(
        `vfcmp.${letter}${name}.${suffix}`,
        `${top(at ? 0x0c60_0000 : 0x0c50_0000, 12)} ${bits}${letter === 's' ? 1 : 0} vk:5 vj:5 vd:5`,
        {
          asm: '{vd}, {vj}, {vk}',
          ref: REF.floatComparison,
          doc: `vd = ${relations.length ? `ones where vj and vk are ${relations.join(' or ')}, else zeros` : 'zeros'}; ${what}. ${letter === 's' ? 'Any NaN' : 'A signalling NaN'} is invalid.`,
        },
      ),
    ),
  ),
);

const ROUNDINGS = [
  ['', 'as fcsr0 says'],
  ['rm', 'down'],
  ['rp', 'up'],
  ['rz', 'towards zero'],
  ['rne', 'to the nearest, ties to even'],
] as const;

const conversion = (mnemonic: string, word: number, doc: string) => ofTwo(mnemonic, word, REF.floatConversion, doc);

/** Those to integers of the same width, of doubles to words, and of singles to doublewords. */
const toIntegers: readonly PatternInsn[] = ROUNDINGS.flatMap(([letters, how], at) => [
  conversion(
    `vftint${letters}.w.s`,
    0x729e_3000 + at * 0x800,
    `vd = the singles of vj as signed words, rounded ${how}.`,
  ),
  conversion(
    `vftint${letters}.l.d`,
    0x729e_3400 + at * 0x800,
    `vd = the doubles of vj as signed doublewords, rounded ${how}.`,
  ),
  ofThree(
    `vftint${letters}.w.d`,
    0x7149_8000 + at * 0x8000,
    REF.floatConversion,
    `vd = the doubles of vk and, above them, of vj as signed words, rounded ${how}.`,
  ),
  ...['l', 'h'].map((half, upper) =>
    conversion(
      `vftint${letters}${half}.l.s`,
      0x729e_8000 + at * 0x800 + upper * 0x400,
      `vd = the ${upper ? 'upper' : 'lower'} two singles of vj as signed doublewords, rounded ${how}.`,
    ),
  ),
]);

export const vectorFloat = (): readonly PatternInsn[] => [
  ...fused('vfmadd', 0x0910_0000, 'vj × vk + va'),
  ...fused('vfmsub', 0x0950_0000, 'vj × vk - va'),
  ...fused('vfnmadd', 0x0990_0000, '-(vj × vk + va)'),
  ...fused('vfnmsub', 0x09d0_0000, '-(vj × vk - va)'),
  ...comparisons,
  ...binary('vfadd', 0x7130_8000, 'vd = vj + vk'),
  ...binary('vfsub', 0x7132_8000, 'vd = vj - vk'),
  ...binary('vfmul', 0x7138_8000, 'vd = vj × vk'),
  ...binary('vfdiv', 0x713a_8000, 'vd = vj ÷ vk'),
  ...binary('vfmax', 0x713c_8000, 'vd = the larger of vj and vk'),
  ...binary('vfmin', 0x713e_8000, 'vd = the smaller of vj and vk'),
  ...binary('vfmaxa', 0x7140_8000, 'vd = that of vj and vk whose absolute value is larger'),
  ...binary('vfmina', 0x7142_8000, 'vd = that of vj and vk whose absolute value is smaller'),
  ...unary('vflogb', 0x729c_c400, 'vd = the exponent of vj', REF.floatMisc),
  ...unary('vfclass', 0x729c_d400, 'vd = a bit for the class of vj', REF.floatMisc),
  ...unary('vfsqrt', 0x729c_e400, 'vd = the square root of vj'),
  ...unary('vfrecip', 0x729c_f400, 'vd = 1 ÷ vj'),
  ...unary('vfrsqrt', 0x729d_0400, 'vd = 1 ÷ the square root of vj'),
  ...ROUNDINGS.flatMap(([letters, how], at) =>
    unary(`vfrint${letters}`, 0x729d_3400 + at * 0x1000, `vd = vj made integral, rounded ${how}`, REF.floatMisc),
  ),
  ofThree('vfcvt.h.s', 0x7146_0000, REF.floatConversion, 'vd = the singles of vk and, above them, of vj as halves.'),
  ofThree('vfcvt.s.d', 0x7146_8000, REF.floatConversion, 'vd = the doubles of vk and, above them, of vj as singles.'),
  conversion('vfcvtl.s.h', 0x729d_e800, 'vd = the lower four halves of vj as singles.'),
  conversion('vfcvth.s.h', 0x729d_ec00, 'vd = the upper four halves of vj as singles.'),
  conversion('vfcvtl.d.s', 0x729d_f000, 'vd = the lower two singles of vj as doubles.'),
  conversion('vfcvth.d.s', 0x729d_f400, 'vd = the upper two singles of vj as doubles.'),
  conversion('vffint.s.w', 0x729e_0000, 'vd = the signed words of vj as singles.'),
  conversion('vffint.s.wu', 0x729e_0400, 'vd = the unsigned words of vj as singles.'),
  conversion('vffint.d.l', 0x729e_0800, 'vd = the signed doublewords of vj as doubles.'),
  conversion('vffint.d.lu', 0x729e_0c00, 'vd = the unsigned doublewords of vj as doubles.'),
  conversion('vffintl.d.w', 0x729e_1000, 'vd = the lower two signed words of vj as doubles.'),
  conversion('vffinth.d.w', 0x729e_1400, 'vd = the upper two signed words of vj as doubles.'),
  ofThree(
    'vffint.s.l',
    0x7148_0000,
    REF.floatConversion,
    'vd = the signed doublewords of vk and, above them, of vj as singles.',
  ),
  ...toIntegers,
  conversion('vftint.wu.s', 0x729e_5800, 'vd = the singles of vj as unsigned words, rounded as fcsr0 says.'),
  conversion('vftint.lu.d', 0x729e_5c00, 'vd = the doubles of vj as unsigned doublewords, rounded as fcsr0 says.'),
  conversion('vftintrz.wu.s', 0x729e_7000, 'vd = the singles of vj as unsigned words, rounded towards zero.'),
  conversion('vftintrz.lu.d', 0x729e_7400, 'vd = the doubles of vj as unsigned doublewords, rounded towards zero.'),
];
