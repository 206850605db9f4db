/** The shapes of Advanced SIMD's floating-point instructions, each a family for lanes of 16, 32 and 64 bits. */
import { DOUBLE, type Format, HALF, SINGLE } from '../../core/float/format';
import type { HartState, Helper } from '../../core/privileged';
import type { Feature } from '../cpus';
import type { FloatResult } from '../float/control';
import { type LaneWidth, lanesOf, vectorOf } from '../simd/lanes';
import { type SimdRow, simdRow } from '../simd/row';
import { lanesText } from './simd-shapes';

/** What a lane becomes of those of Vn, Vm and Vd. */
export type OfFloats = (fpcr: number, f: Format, a: bigint, b: bigint, d: bigint) => FloatResult;

export type FloatLetter = 'h' | 's' | 'd';
export const FORMATS = { h: HALF, s: SINGLE, d: DOUBLE } as const satisfies Record<FloatLetter, Format>;
export const FLOATS: readonly FloatLetter[] = ['h', 's', 'd'];

/** One operation. Of its code `a` is the upper bit of the lanes' width, which there says something else. */
export interface FloatFamily {
  readonly name: string;
  readonly U: 0 | 1;
  readonly a: 0 | 1;
  /** Five bits; instructions on halves have the low three of those with two sources. */
  readonly opcode: string;
  readonly doc: string;
  readonly run: OfFloats;
  readonly mark?: string;
  /** What the processor must have for lanes of any width. */
  readonly feature?: Feature;
}

/** A family of that name and code. */
export const family = (name: string, U: 0 | 1, a: 0 | 1, opcode: string, doc: string, run: OfFloats): FloatFamily => ({
  name,
  U,
  a,
  opcode,
  doc: `${doc}.`,
  run,
});

type Field = (name: string) => number;
type Register = (name: string) => bigint;

/** What operations on lanes give, with the flags that they raise together put into FPSR. */
export const raising = (
  state: HartState,
  run: (of: (result: FloatResult) => bigint, fpcr: number) => bigint,
): bigint => {
  let flags = 0;
  const made = run(
    (result) => {
      flags |= result.fpsr;
      return result.bits;
    },
    Number(state.get('FPCR')),
  );
  if (flags) state.set('FPSR', state.get('FPSR') | BigInt(flags));
  return made;
};

export const typeOf = (letter: FloatLetter) => ({ bits: FORMATS[letter].width as LaneWidth, signed: false });

/** How many lanes a vector has: those of scalars are alone. */
type Extent = 'vector' | 'scalar';

export const countOf = (field: Field, letter: FloatLetter, extent: Extent): number => {
  if (extent === 'scalar') return 1;
  return (letter === 'd' || field('Q') ? 128 : 64) / FORMATS[letter].width;
};

const helperOf =
  (letter: FloatLetter, extent: Extent, run: OfFloats, second?: (register: Register, field: Field) => bigint): Helper =>
  (state, field) => {
    const type = typeOf(letter);
    const count = countOf(field, letter, extent);
    const register: Register = (name) => state.read('v', field(name));
    const d = lanesOf(register('Vd'), type, count);
    const made = raising(state, (of, fpcr) => {
      const b = lanesOf(second?.(register, field) ?? 0n, type, count);
      return vectorOf(
        lanesOf(register('Vn'), type, count).map((a, at) =>
          of(run(fpcr, FORMATS[letter], a, b[at] ?? 0n, d[at] ?? 0n)),
        ),
        type.bits,
      );
    });
    state.write('v', field('Vd'), made);
  };

/** Instructions on halves came with Armv8.2. */
export const featureOf = (letter: FloatLetter): { readonly feature?: 'FP16' } =>
  letter === 'h' ? { feature: 'FP16' } : {};
const bitQ = (letter: FloatLetter): string => (letter === 'd' ? '1' : 'Q:1');
/** The front of a word: a vector, or the scalar beside it. */
const front = (letter: FloatLetter, U: 0 | 1, extent: Extent): string =>
  extent === 'vector' ? `0 ${bitQ(letter)} ${U} 01110` : `01 ${U} 11110`;
export const textOf = (letter: FloatLetter, extent: Extent, ...registers: readonly string[]): string =>
  registers
    .map((register) => (extent === 'vector' ? lanesText(letter, register) : `{${letter}:${register}}`))
    .join(', ');
const nameOf = ({ name, mark = '' }: FloatFamily, letter: FloatLetter, extent: Extent): string =>
  `${name}-${mark}${extent === 'vector' ? 'v' : ''}${letter}`;
/** The bit of doubles. */
const sz = (letter: FloatLetter): string => (letter === 'd' ? '1' : '0');

/** The word of an instruction with two sources. */
export const threeWord = ({ U, a, opcode }: FloatFamily, letter: FloatLetter, extent: Extent): string =>
  letter === 'h'
    ? `${front(letter, U, extent)} ${a}10 Vm:5 00 ${opcode.slice(2)} 1 Vn:5 Vd:5`
    : `${front(letter, U, extent)} ${a}${sz(letter)} 1 Vm:5 ${opcode} 1 Vn:5 Vd:5`;

/** Vd of Vn and Vm. */
export const threeFloats = (family: FloatFamily, extent: Extent): SimdRow[] =>
  FLOATS.map((letter) =>
    simdRow(
      nameOf(family, letter, extent),
      threeWord(family, letter, extent),
      { asm: textOf(letter, extent, 'Vd', 'Vn', 'Vm'), doc: family.doc, ...featureOf(letter) },
      { helper: helperOf(letter, extent, family.run, (register) => register('Vm')) },
    ),
  );

/** Vd of neighbours in Vn and, behind them, in Vm. */
export const floatPairs = (family: FloatFamily): SimdRow[] =>
  FLOATS.map((letter) =>
    simdRow(
      nameOf(family, letter, 'vector'),
      threeWord(family, letter, 'vector'),
      { asm: textOf(letter, 'vector', 'Vd', 'Vn', 'Vm'), doc: family.doc, ...featureOf(letter) },
      {
        helper: (state, field) => {
          const type = typeOf(letter);
          const count = countOf(field, letter, 'vector');
          const all = ['Vn', 'Vm'].flatMap((name) => lanesOf(state.read('v', field(name)), type, count));
          const made = raising(state, (of, fpcr) =>
            vectorOf(
              Array.from({ length: count }, (_, at) =>
                of(family.run(fpcr, FORMATS[letter], all[2 * at] ?? 0n, all[2 * at + 1] ?? 0n, 0n)),
              ),
              type.bits,
            ),
          );
          state.write('v', field('Vd'), made);
        },
      },
    ),
  );

/** Both lanes of half a vector, or of a whole one, into one. */
export const pairOfFloats = (family: FloatFamily): SimdRow[] =>
  FLOATS.map((letter) =>
    simdRow(
      `${family.name}-${letter}`,
      `01 ${letter === 'h' ? 0 : 1} 11110 ${family.a}${sz(letter)} 11000 ${family.opcode} 10 Vn:5 Vd:5`,
      { asm: `{${letter}:Vd}, {v2${letter}:Vn}`, doc: family.doc, ...featureOf(letter) },
      {
        helper: (state, field) => {
          const [a = 0n, b = 0n] = lanesOf(state.read('v', field('Vn')), typeOf(letter), 2);
          state.write(
            'v',
            field('Vd'),
            raising(state, (of, fpcr) => of(family.run(fpcr, FORMATS[letter], a, b, 0n))),
          );
        },
      },
    ),
  );

/** All lanes into one, halves with halves as the manual folds them, of which a NaN may depend. */
export const acrossFloats = (family: FloatFamily): SimdRow[] =>
  (['h', 's'] as const).map((letter) =>
    simdRow(
      `${family.name}-v${letter}`,
      `0 ${letter === 'h' ? 'Q:1 0' : '1 1'} 01110 ${family.a}0 11000 ${family.opcode} 10 Vn:5 Vd:5`,
      {
        asm: `{${letter}:Vd}, ${letter === 'h' ? '{th:Vn}' : '{v4s:Vn}'}`,
        doc: family.doc,
        ...featureOf(letter),
      },
      {
        helper: (state, field) => {
          const count = letter === 's' || field('Q') ? 128 : 64;
          const lanes = lanesOf(state.read('v', field('Vn')), typeOf(letter), count / FORMATS[letter].width);
          const made = raising(state, (of, fpcr) => {
            const folded = (part: readonly bigint[]): bigint => {
              const half = part.length / 2;
              if (half < 1) return part[0] ?? 0n;
              const [low, high] = [folded(part.slice(0, half)), folded(part.slice(half))];
              return of(family.run(fpcr, FORMATS[letter], low, high, 0n));
            };
            return folded(lanes);
          });
          state.write('v', field('Vd'), made);
        },
      },
    ),
  );

/** Vd of Vn. `more` follows the operands in text; without `letters` lanes of all widths. */
export const twoFloats = (
  family: FloatFamily,
  extent: Extent,
  { more = '', letters = FLOATS }: { readonly more?: string; readonly letters?: readonly FloatLetter[] } = {},
): SimdRow[] =>
  letters.map((letter) => {
    const { U, a, opcode } = family;
    return simdRow(
      nameOf(family, letter, extent),
      letter === 'h'
        ? `${front(letter, U, extent)} ${a} 111100 ${opcode} 10 Vn:5 Vd:5`
        : `${front(letter, U, extent)} ${a}${sz(letter)} 10000 ${opcode} 10 Vn:5 Vd:5`,
      {
        asm: `${textOf(letter, extent, 'Vd', 'Vn')}${more}`,
        doc: family.doc,
        ...featureOf(letter),
        ...(family.feature && { feature: family.feature }),
      },
      { helper: helperOf(letter, extent, family.run) },
    );
  });

/** How the number of a lane of Vm lies in the word. */
const ELEMENT: Readonly<Record<FloatLetter, { readonly low: string; readonly high: string }>> = {
  h: { low: '00 index[1:0] Vm:4', high: 'index[2]' },
  s: { low: '10 index[0] Vm:5', high: 'index[1]' },
  d: { low: '11 0 Vm:5', high: 'index[0]' },
};

/** Vd of Vn and one lane of Vm. */
export const floatsByElement = (family: FloatFamily, extent: Extent): SimdRow[] =>
  FLOATS.map((letter) => {
    const { low, high } = ELEMENT[letter];
    const { width } = FORMATS[letter];
    const [begin, mark] =
      extent === 'vector'
        ? [`0 ${bitQ(letter)} ${family.U} 01111`, `e${letter}`]
        : [`01 ${family.U} 11111`, `${letter}e`];
    return simdRow(
      `${family.name}-${mark}`,
      `${begin} ${low} ${family.opcode} ${high} 0 Vn:5 Vd:5`,
      { asm: `${textOf(letter, extent, 'Vd', 'Vn')}, {v${letter}:Vm}[{index}]`, doc: family.doc, ...featureOf(letter) },
      {
        helper: helperOf(letter, extent, family.run, (register, field) => {
          const element = lanesOf(register('Vm'), typeOf(letter))[field('index')] ?? 0n;
          return vectorOf(
            Array.from({ length: 128 / width }, () => element),
            width,
          );
        }),
      },
    );
  });

/** Shifts by as many bits as a fixed-point number has behind its point. */
const AMOUNT = { h: '001 imm:4', s: '01 imm:5', d: '1 imm:6' } as const;

/** To and from fixed-point numbers. */
export const fixedPoint = (
  name: string,
  U: 0 | 1,
  opcode: string,
  doc: string,
  run: (fpcr: number, f: Format, a: bigint, fractionBits: number) => FloatResult,
): SimdRow[] =>
  (['vector', 'scalar'] as const).flatMap((extent) =>
    FLOATS.map((letter) => {
      const { width } = FORMATS[letter];
      const begin = extent === 'vector' ? `0 ${bitQ(letter)} ${U} 011110` : `01 ${U} 111110`;
      return simdRow(
        `${name}-${extent === 'vector' ? `i${letter}` : `${letter}i`}`,
        `${begin} ${AMOUNT[letter]} ${opcode} 1 Vn:5 Vd:5`,
        { asm: `${textOf(letter, extent, 'Vd', 'Vn')}, #{right${width}:imm}`, doc, ...featureOf(letter) },
        {
          helper: (state, field) =>
            helperOf(letter, extent, (fpcr, f, a) => run(fpcr, f, a, width - field('imm')))(state, field),
        },
      );
    }),
  );
