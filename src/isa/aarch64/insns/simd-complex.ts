/** Advanced SIMD beyond Armv8.0: dot products, products of halves added to singles, and complex numbers. */
import { type Format, HALF, SINGLE } from '../../core/float/format';
import type { HartState, Helper } from '../../core/privileged';
import { fpAdd, fpMulAdd, fpMulAddHalf, fpNeg } from '../float/arithmetic';
import type { FloatResult } from '../float/control';
import { lanesOf, vectorOf } from '../simd/lanes';
import { type SimdRow, simdRow } from '../simd/row';
import { countOf, FLOATS, type FloatLetter, FORMATS, raising, textOf, typeOf } from './simd-float-shapes';

type Field = (name: string) => number;

/** Sums of four products of bytes in each word; by element, of one group of Vm. */
const dots = (): SimdRow[] =>
  (['sdot', 'udot'] as const).flatMap((name, U) => {
    const bytes = { bits: 8, signed: U === 0 } as const;
    const doc = `Vd = Vd + the sums of each four products of bytes of Vn and Vm, ${U === 0 ? 'signed' : 'unsigned'}.`;
    const helper =
      (isIndexed: boolean): Helper =>
      (state, field) => {
        const count = field('Q') ? 4 : 2;
        const [n, m] = ['Vn', 'Vm'].map((register) => lanesOf(state.read('v', field(register)), bytes));
        const d = lanesOf(state.read('v', field('Vd')), { bits: 32, signed: false }, count);
        const made = d.map((before, word) => {
          const group = isIndexed ? field('index') : word;
          return [0, 1, 2, 3].reduce(
            (sum, at) => sum + (n?.[4 * word + at] ?? 0n) * (m?.[4 * group + at] ?? 0n),
            before,
          );
        });
        state.write('v', field('Vd'), vectorOf(made, 32));
      };
    return [
      simdRow(
        `${name}-vs`,
        `0 Q:1 ${U} 01110 10 0 Vm:5 1 0010 1 Vn:5 Vd:5`,
        { asm: '{ts:Vd}, {tb:Vn}, {tb:Vm}', doc, feature: 'DotProd' },
        { helper: helper(false) },
      ),
      simdRow(
        `${name}-es`,
        `0 Q:1 ${U} 01111 10 index[0] Vm:5 1110 index[1] 0 Vn:5 Vd:5`,
        { asm: '{ts:Vd}, {tb:Vn}, {v4b:Vm}[{index}]', doc, feature: 'DotProd' },
        { helper: helper(true) },
      ),
    ];
  });

/** Singles with products of the lower or the upper halves' lanes added. */
const LONG_PRODUCTS = [
  { name: 'fmlal', U: 0, S: 0, opcode: '11101', indexed: '0000', upper: false, isNegated: false },
  { name: 'fmlsl', U: 0, S: 1, opcode: '11101', indexed: '0100', upper: false, isNegated: true },
  { name: 'fmlal2', U: 1, S: 0, opcode: '11001', indexed: '1000', upper: true, isNegated: false },
  { name: 'fmlsl2', U: 1, S: 1, opcode: '11001', indexed: '1100', upper: true, isNegated: true },
] as const;

const longProducts = (): SimdRow[] =>
  LONG_PRODUCTS.flatMap(({ name, U, S, opcode, indexed, upper, isNegated }) => {
    const doc = `Vd = Vd ${isNegated ? '-' : '+'} the products of the ${upper ? 'upper' : 'lower'} halves of Vn and Vm.`;
    const helper =
      (isIndexed: boolean): Helper =>
      (state, field) => {
        const count = field('Q') ? 4 : 2;
        const halves = (register: string): bigint[] => lanesOf(state.read('v', field(register)), typeOf('h'));
        const [n, m] = [halves('Vn'), halves('Vm')];
        const d = lanesOf(state.read('v', field('Vd')), typeOf('s'), count);
        const first = upper ? count : 0;
        const made = raising(state, (of, fpcr) =>
          vectorOf(
            d.map((addend, lane) => {
              const a = n[first + lane] ?? 0n;
              const b = m[isIndexed ? field('index') : first + lane] ?? 0n;
              return of(fpMulAddHalf(fpcr, addend, isNegated ? fpNeg(HALF, a) : a, b));
            }),
            SINGLE.width,
          ),
        );
        state.write('v', field('Vd'), made);
      };
    return [
      simdRow(
        `${name}-vs`,
        `0 Q:1 ${U} 01110 ${S}0 1 Vm:5 ${opcode} 1 Vn:5 Vd:5`,
        { asm: '{ts:Vd}, {tn:Vn}, {tn:Vm}', doc, feature: 'FHM' },
        { helper: helper(false) },
      ),
      simdRow(
        `${name}-es`,
        `0 Q:1 ${U} 01111 10 index[1:0] Vm:4 ${indexed} index[2] 0 Vn:5 Vd:5`,
        { asm: '{ts:Vd}, {tn:Vn}, {vh:Vm}[{index}]', doc, feature: 'FHM' },
        { helper: helper(true) },
      ),
    ];
  });

/** A complex number: its real part is in the even lane. */
type Complex = readonly [real: bigint, imaginary: bigint];
type OfComplex = (fpcr: number, f: Format, n: Complex, m: Complex, d: Complex) => readonly [FloatResult, FloatResult];

/** @param lanesThere how many there are, where Q does not say it */
const complexHelper =
  (letter: FloatLetter, run: OfComplex, lanesThere?: number, element?: (field: Field) => number): Helper =>
  (state: HartState, field) => {
    const type = typeOf(letter);
    const count = lanesThere ?? countOf(field, letter, 'vector');
    const f = FORMATS[letter];
    const lanes = (register: string): bigint[] => lanesOf(state.read('v', field(register)), type);
    const at = (all: readonly bigint[], pair: number): Complex => [all[2 * pair] ?? 0n, all[2 * pair + 1] ?? 0n];
    const [n, m, d] = [lanes('Vn'), lanes('Vm'), lanes('Vd')];
    const made = raising(state, (of, fpcr) =>
      vectorOf(
        Array.from({ length: count / 2 }, (_, pair) =>
          run(fpcr, f, at(n, pair), at(m, element?.(field) ?? pair), at(d, pair)).map(of),
        ).flat(),
        f.width,
      ),
    );
    state.write('v', field('Vd'), made);
  };

/** Vn plus Vm turned by 90 or 270 degrees. */
const turnedSum =
  (isFar: boolean): OfComplex =>
  (fpcr, f, [a, b], [x, y]) => [fpAdd(fpcr, f, a, isFar ? y : fpNeg(f, y)), fpAdd(fpcr, f, b, isFar ? fpNeg(f, x) : x)];

/** One half of a product onto Vd: by `quarters` of a turn. */
const turnedProduct =
  (quarters: number): OfComplex =>
  (fpcr, f, [a, b], [x, y], [real, imaginary]) => {
    const from = quarters % 2 === 0 ? a : b;
    const [first, second] = quarters % 2 === 0 ? [x, y] : [y, x];
    const negated = (value: bigint, is: boolean): bigint => (is ? fpNeg(f, value) : value);
    return [
      fpMulAdd(fpcr, f, real, from, negated(first, quarters === 1 || quarters === 2)),
      fpMulAdd(fpcr, f, imaginary, from, negated(second, quarters >= 2)),
    ];
  };

const SIZE = { h: '01', s: '10', d: '11' } as const;

/** Products by one complex number of Vm: of how many there are, Q and the width tell. */
const BY_ELEMENT = [
  { letter: 'h', Q: '0', low: '01 index:1', high: '0', count: 4 },
  { letter: 'h', Q: '1', low: '01 index[0]', high: 'index[1]', count: 8 },
  { letter: 's', Q: '1', low: '10 0', high: 'index:1', count: 4 },
] as const;

const sums = (): SimdRow[] =>
  FLOATS.flatMap((letter) =>
    [false, true].map((isFar) => {
      const degrees = isFar ? 270 : 90;
      return simdRow(
        `fcadd-v${letter}-${degrees}`,
        `0 ${letter === 'd' ? '1' : 'Q:1'} 1 01110 ${SIZE[letter]} 0 Vm:5 111${isFar ? 1 : 0}01 Vn:5 Vd:5`,
        {
          asm: `${textOf(letter, 'vector', 'Vd', 'Vn', 'Vm')}, #${degrees}`,
          doc: `Vd = the complex numbers Vn + Vm turned by ${degrees} degrees.`,
          feature: 'FCMA',
        },
        { helper: complexHelper(letter, turnedSum(isFar)) },
      );
    }),
  );

const productDoc = 'Vd = the complex numbers Vd + half of the product of Vn and Vm, turned.';

const products = (): SimdRow[] => [
  ...FLOATS.map((letter) =>
    simdRow(
      `fcmla-v${letter}`,
      `0 ${letter === 'd' ? '1' : 'Q:1'} 1 01110 ${SIZE[letter]} 0 Vm:5 110 rot:2 1 Vn:5 Vd:5`,
      {
        asm: `${textOf(letter, 'vector', 'Vd', 'Vn', 'Vm')}, #{quarters:rot}`,
        doc: productDoc,
        feature: 'FCMA',
      },
      { helper: (state, field) => complexHelper(letter, turnedProduct(field('rot')))(state, field) },
    ),
  ),
  ...BY_ELEMENT.map(({ letter, Q, low, high, count }) =>
    simdRow(
      `fcmla-e${count}${letter}`,
      `0 ${Q} 1 01111 ${low} Vm:5 0 rot:2 1 ${high} 0 Vn:5 Vd:5`,
      {
        asm: `{v${count}${letter}:Vd}, {v${count}${letter}:Vn}, {v${letter}:Vm}[{index}], #{quarters:rot}`,
        doc: productDoc,
        feature: 'FCMA',
      },
      {
        helper: (state, field) => {
          const run = turnedProduct(field('rot'));
          complexHelper(letter, run, count, (each) => each('index'))(state, field);
        },
      },
    ),
  ),
];

/** Rows of these. */
export const simdComplex = (): readonly SimdRow[] => [...dots(), ...longProducts(), ...sums(), ...products()];
