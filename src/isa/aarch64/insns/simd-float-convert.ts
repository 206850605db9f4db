/** Advanced SIMD: floating-point numbers to and from integers, fixed-point numbers and other widths. */
import { DOUBLE, type Format, ROUND, SINGLE } from '../../core/float/format';
import { fpConvert, fpFromFixed, fpToFixed } from '../float/conversion';
import { lanesOf, vectorOf } from '../simd/lanes';
import { type SimdRow, simdRow } from '../simd/row';
import { type FloatFamily, FORMATS, family, fixedPoint, raising, twoFloats, typeOf } from './simd-float-shapes';
import { intoHalf } from './simd-long-shapes';

const { RNE, RDN, RUP, RTZ, RMM } = ROUND;

const typeFor = (f: Format, signed: boolean, fractionBits = 0) => ({
  width: f.width as 16 | 32 | 64,
  signed,
  fractionBits,
});

/** To integers of the same width: the letter of the rounding, how it is coded, and what it is. */
const TO_INTEGER = [
  ['n', 0, '11010', RNE, 'to the nearest, ties to even'],
  ['m', 0, '11011', RDN, 'down'],
  ['a', 0, '11100', RMM, 'to the nearest, ties away from zero'],
  ['p', 1, '11010', RUP, 'up'],
  ['z', 1, '11011', RTZ, 'towards zero'],
] as const;

const CONVERSIONS: readonly FloatFamily[] = ([0, 1] as const).flatMap((U) => {
  const [letter, kind] = U === 0 ? ['s', 'signed'] : ['u', 'unsigned'];
  return [
    ...TO_INTEGER.map(([rounding, a, opcode, mode, how]) =>
      family(
        `fcvt${rounding}${letter}`,
        U,
        a,
        opcode,
        `Vd = Vn rounded ${how} to an ${kind} integer`.replace('an s', 'a s'),
        (fpcr, f, x) => fpToFixed(fpcr, f, typeFor(f, U === 0), x, mode),
      ),
    ),
    family(`${letter}cvtf`, U, 0, '11101', `Vd = the ${kind} integer Vn`, (fpcr, f, a) =>
      fpFromFixed(fpcr, f, typeFor(f, U === 0), a),
    ),
  ];
});

/** Lanes of other widths: into a half of Vd, or from a half of Vn. */
const widths = (narrow: 'h' | 's', wide: 's' | 'd'): SimdRow[] => {
  const bit = wide === 'd' ? '1' : '0';
  const [from, to] = [FORMATS[wide], FORMATS[narrow]];
  const wholeText = `{v${128 / from.width}${wide}:`;
  const narrowed = (rounding: number | undefined) => (name: string, U: 0 | 1, doc: string) =>
    simdRow(
      `${name}{2}-v${narrow}`,
      `0 Q:1 ${U} 01110 0${bit} 10000 10110 10 Vn:5 Vd:5`,
      { asm: `{t${narrow}:Vd}, ${wholeText}Vn}`, doc },
      {
        helper: (state, field) => {
          const made = raising(state, (of, fpcr) =>
            intoHalf(
              lanesOf(state.read('v', field('Vn')), typeOf(wide)).map((each) =>
                of(fpConvert(fpcr, from, to, each, rounding)),
              ),
              to.width,
              state.read('v', field('Vd')),
              field('Q') === 1,
            ),
          );
          state.write('v', field('Vd'), made);
        },
      },
    );
  return [
    narrowed(undefined)('fcvtn', 0, 'Vd = the lanes of Vn in half the width.'),
    simdRow(
      `fcvtl{2}-v${narrow}`,
      `0 Q:1 0 01110 0${bit} 10000 10111 10 Vn:5 Vd:5`,
      { asm: `${wholeText}Vd}, {t${narrow}:Vn}`, doc: 'Vd = the lanes of half of Vn in twice the width.' },
      {
        helper: (state, field) => {
          const count = 64 / to.width;
          const lanes = lanesOf(state.read('v', field('Vn')), typeOf(narrow), count, field('Q') ? count : 0);
          const made = raising(state, (of, fpcr) =>
            vectorOf(
              lanes.map((each) => of(fpConvert(fpcr, to, from, each))),
              from.width,
            ),
          );
          state.write('v', field('Vd'), made);
        },
      },
    ),
    ...(wide === 'd'
      ? [
          narrowed(ROUND.ODD)('fcvtxn', 1, 'Vd = the lanes of Vn in half the width, rounded to odd.'),
          simdRow(
            'fcvtxn-s',
            '01 1 11110 01 10000 10110 10 Vn:5 Vd:5',
            { asm: '{s:Vd}, {d:Vn}', doc: 'Vd = Vn as a single, rounded to odd.' },
            {
              helper: (state, field) => {
                const made = raising(state, (of, fpcr) =>
                  of(fpConvert(fpcr, DOUBLE, SINGLE, state.read('v', field('Vn')), ROUND.ODD)),
                );
                state.write('v', field('Vd'), made);
              },
            },
          ),
        ]
      : []),
  ];
};

/** Rows of conversions. */
export const simdFloatConvert = (): readonly SimdRow[] => [
  ...(['vector', 'scalar'] as const).flatMap((extent) => CONVERSIONS.flatMap((each) => twoFloats(each, extent))),
  ...widths('h', 's'),
  ...widths('s', 'd'),
  ...([0, 1] as const).flatMap((U) => [
    ...fixedPoint(
      U === 0 ? 'scvtf' : 'ucvtf',
      U,
      '11100',
      'Vd = the fixed-point number Vn.',
      (fpcr, f, a, fractionBits) => fpFromFixed(fpcr, f, typeFor(f, U === 0, fractionBits), a),
    ),
    ...fixedPoint(
      U === 0 ? 'fcvtzs' : 'fcvtzu',
      U,
      '11111',
      'Vd = Vn rounded towards zero to a fixed-point number.',
      (fpcr, f, a, fractionBits) => fpToFixed(fpcr, f, typeFor(f, U === 0, fractionBits), a, RTZ),
    ),
  ]),
];
