/** Shapes of Advanced SIMD with lanes of two widths, and with one lane of a source for all. */
import type { LaneBits } from '../../core/ops';
import type { A64Fields } from '../ops';
import { type Lane, type LaneType, lanesOf, type OfLanes, vectorOf, wider } from '../simd/lanes';
import { type SimdRow, simdRow } from '../simd/row';
import { everyLane, narrowed, sized, widened } from '../simd/words';
import {
  BITS,
  either,
  type Family,
  type Field,
  helperOf,
  type Letter,
  lanesText,
  lanewise,
  lettersOf,
  SIZE,
  textOf,
  type Vectors,
  WIDER,
  wideText,
} from './simd-shapes';

/** Which sources have lanes of twice the width; what is made of `long` and `wide` has. */
export type Difference = 'long' | 'wide' | 'narrow';

const threeText = (letter: Letter, shape: Difference): string => {
  const [narrow, wide] = [(name: string) => lanesText(letter, name), (name: string) => wideText(WIDER[letter], name)];
  if (shape === 'long') return `${wide('Vd')}, ${narrow('Vn')}, ${narrow('Vm')}`;
  if (shape === 'wide') return `${wide('Vd')}, ${wide('Vn')}, ${narrow('Vm')}`;
  return `${narrow('Vd')}, ${wide('Vn')}, ${wide('Vm')}`;
};

/** The lanes of the half that an instruction takes. */
const halfOf = (vector: bigint, lane: LaneType, upper: boolean): bigint[] => {
  const count = 64 / lane.bits;
  return lanesOf(vector, lane, count, upper ? count : 0);
};

/** Puts lanes into the half that an instruction makes. */
export const intoHalf = (lanes: readonly bigint[], bits: number, d: bigint, upper: boolean): bigint => {
  const half = vectorOf(lanes, bits);
  return upper ? (half << 64n) | BigInt.asUintN(64, d) : half;
};

const differences =
  (run: OfLanes, shape: Difference): Vectors =>
  (register, lane, field) => {
    const upper = field('Q') === 1;
    const wide = wider(lane);
    const of = (name: string, type: LaneType): bigint[] =>
      type.bits === wide.bits ? lanesOf(register(name), wide) : halfOf(register(name), lane, upper);
    const a = of('Vn', shape === 'long' ? lane : wide);
    const b = of('Vm', shape === 'narrow' ? wide : lane);
    if (shape === 'narrow') {
      const made = a.map((each, at) => run(each, b[at] ?? 0n, 0n, lane));
      return intoHalf(made, lane.bits, register('Vd'), upper);
    }
    const d = lanesOf(register('Vd'), wide);
    const into: Lane = { ...lane, ...wide, fit: (value, type = wide) => lane.fit(value, type) };
    return vectorOf(
      a.map((each, at) => run(each, b[at] ?? 0n, d[at] ?? 0n, into)),
      wide.bits,
    );
  };

/** Sources and result of different widths. `compute` gets all sources in the wider one; of `narrow` it makes the wider one. */
export const threeDifferent = (family: Family, shape: Difference): SimdRow[] =>
  lettersOf(family.sizes).map((letter) => {
    const { name, U, opcode, signed, run } = family;
    const bits = BITS[letter];
    const compute = bits < 64 ? family.compute?.((2 * bits) as LaneBits) : undefined;
    return simdRow(
      `${name}{2}-v${letter}`,
      `0 Q:1 ${U} 01110 ${SIZE[letter]} 1 Vm:5 ${opcode} 00 Vn:5 Vd:5`,
      textOf(family, threeText(letter, shape)),
      either(
        compute &&
          ((o, f) => {
            const lane = bits as 8 | 16 | 32;
            const wide = (register: A64Fields['Vn'], isWide: boolean) =>
              isWide ? o.v(register) : widened(o, f, lane, signed, o.v(register));
            const made = compute(o, wide(f.Vn, shape !== 'long'), wide(f.Vm, shape === 'narrow'), () => o.v(f.Vd));
            o.setV(f.Vd, shape === 'narrow' ? narrowed(o, f, lane, made, () => o.v(f.Vd)) : made);
          }),
        () => helperOf(letter, signed, differences(run, shape)),
      ),
    );
  });

/** The longer forms with scalars. */
export const threeDifferentScalars = (family: Family): SimdRow[] =>
  lettersOf(family.sizes).map((letter) => {
    const { name, U, opcode, signed, run } = family;
    return simdRow(
      `${name}-${letter}`,
      `01 ${U} 11110 ${SIZE[letter]} 1 Vm:5 ${opcode} 00 Vn:5 Vd:5`,
      textOf(family, `{${WIDER[letter]}:Vd}, {${letter}:Vn}, {${letter}:Vm}`),
      {
        helper: helperOf(
          letter,
          signed,
          longScalar(run, (register, lane) => lanesOf(register('Vm'), lane, 1)[0] ?? 0n),
        ),
      },
    );
  });

const longScalar =
  (run: OfLanes, second: (register: (name: string) => bigint, lane: Lane, field: Field) => bigint): Vectors =>
  (register, lane, field) => {
    const wide = wider(lane);
    const into: Lane = { ...lane, ...wide, fit: (value, type = wide) => lane.fit(value, type) };
    const a = lanesOf(register('Vn'), lane, 1)[0] ?? 0n;
    const d = lanesOf(register('Vd'), wide, 1)[0] ?? 0n;
    return BigInt.asUintN(wide.bits, run(a, second(register, lane, field), d, into));
  };

/** How the number of a lane of Vm lies in the word. */
export const ELEMENT: Readonly<Record<'h' | 's' | 'd', { readonly low: string; readonly high: string }>> = {
  h: { low: '01 index[1:0] Vm:4', high: 'index[2]' },
  s: { low: '10 index[0] Vm:5', high: 'index[1]' },
  d: { low: '11 0 Vm:5', high: 'index[0]' },
};

const isElement = (letter: Letter): letter is 'h' | 's' | 'd' => letter !== 'b' && letter !== 'q';
const elementsOf = (sizes: string): ('h' | 's' | 'd')[] => lettersOf(sizes).filter(isElement);

const elementIn = (register: (name: string) => bigint, lane: Lane, field: Field): bigint =>
  lanesOf(register('Vm'), lane)[field('index')] ?? 0n;

/** Vd of Vn and one lane of Vm. */
export const byElement = (family: Family, shape: 'same' | 'long'): SimdRow[] =>
  elementsOf(family.sizes).map((letter) => {
    const { name, U, opcode, signed, run } = family;
    const bits = BITS[letter];
    const { low, high } = ELEMENT[letter];
    const compute = family.compute?.((shape === 'long' ? 2 * bits : bits) as LaneBits);
    const made = shape === 'long' ? wideText(WIDER[letter], 'Vd') : lanesText(letter, 'Vd');
    return simdRow(
      `${name}${shape === 'long' ? '{2}' : ''}-e${letter}`,
      `0 Q:1 ${U} 01111 ${low} ${opcode} ${high} 0 Vn:5 Vd:5`,
      textOf(family, `${made}, ${lanesText(letter, 'Vn')}, {v${letter}:Vm}[{index}]`),
      either(
        compute &&
          ((o, f) => {
            const element = everyLane(o, bits as LaneBits, o.v(f.Vm), f.index);
            const d = () => o.v(f.Vd);
            if (shape === 'same') {
              o.setV(f.Vd, sized(o, f, compute(o, o.v(f.Vn), element, d)));
              return;
            }
            const wide = (v: typeof element) => widened(o, f, bits as 16 | 32, signed, v);
            o.setV(f.Vd, compute(o, wide(o.v(f.Vn)), wide(element), d));
          }),
        () =>
          helperOf(letter, signed, (register, lane, field) => {
            const element = vectorOf(
              Array.from({ length: 128 / bits }, () => elementIn(register, lane, field)),
              bits,
            );
            const replaced = (each: string): bigint => (each === 'Vm' ? element : register(each));
            return (shape === 'same' ? lanewise(run) : differences(run, 'long'))(replaced, lane, field);
          }),
      ),
    );
  });

/** The same with scalars. */
export const scalarByElement = (family: Family, shape: 'same' | 'long'): SimdRow[] =>
  elementsOf(family.sizes).map((letter) => {
    const { name, U, opcode, signed, run } = family;
    const { low, high } = ELEMENT[letter];
    const made = shape === 'long' ? WIDER[letter] : letter;
    return simdRow(
      `${name}-${letter}e`,
      `01 ${U} 11111 ${low} ${opcode} ${high} 0 Vn:5 Vd:5`,
      textOf(family, `{${made}:Vd}, {${letter}:Vn}, {v${letter}:Vm}[{index}]`),
      {
        helper: helperOf(letter, signed, (register, lane, field) => {
          if (shape === 'long') return longScalar(run, elementIn)(register, lane, field);
          const one = (each: string): bigint => lanesOf(register(each), lane, 1)[0] ?? 0n;
          return BigInt.asUintN(lane.bits, run(one('Vn'), elementIn(register, lane, field), one('Vd'), lane));
        }),
      },
    );
  });
