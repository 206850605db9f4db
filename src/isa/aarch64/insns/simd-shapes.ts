/**
 * The shapes of Advanced SIMD's integer instructions: which lanes of which width they take and make. A family is one
 * operation; each shape makes its rows, for lanes of every width it has, out of what the operation does with a lane.
 */
import type { LaneBits } from '../../core/ops';
import type { HartState, Helper } from '../../core/privileged';
import type { Feature } from '../cpus';
import type { A64Fields, A64Ops } from '../ops';
import { type Lane, type LaneType, lanesOf, type OfLanes, vectorOf, wider } from '../simd/lanes';
import { type How, type SimdRow, saturating, simdRow } from '../simd/row';
import { everyLane, narrowed, type OfVectors, sized, widened } from '../simd/words';

/** Letters of widths of lanes, as arrangements and scalar registers have them. */
export type Letter = 'b' | 'h' | 's' | 'd' | 'q';
export const BITS = { b: 8, h: 16, s: 32, d: 64, q: 128 } as const;
export const SIZE = { b: '00', h: '01', s: '10', d: '11', q: '' } as const;
/** The letter of twice the width. */
export const WIDER = { b: 'h', h: 's', s: 'd', d: 'q', q: 'q' } as const;
const ALL: readonly Letter[] = ['b', 'h', 's', 'd', 'q'];

export const lettersOf = (text: string): Letter[] => ALL.filter((letter) => text.includes(letter));

/** One operation, for lanes of several widths. */
export interface Family {
  /** As printed; with `{2}` where the instruction on upper halves has a 2. */
  readonly name: string;
  readonly U: 0 | 1;
  readonly opcode: string;
  /** Letters of the widths there are. */
  readonly sizes: string;
  /** The bits where the width stands, when they say something else. */
  readonly size?: string;
  /** What is said of it, without the last point. */
  readonly doc: string;
  /** Whether lanes are numbers with sign. */
  readonly signed: boolean;
  readonly run: OfLanes;
  /** The same in WebAssembly, for widths where it has it. */
  readonly compute?: (bits: LaneBits) => OfVectors | undefined;
  readonly feature?: Feature;
  /** What tells its rows from others of the name. */
  readonly mark?: string;
  /** Bit 21, where it is not 1. */
  readonly bit21?: '0';
}

type Field = (name: string) => number;

/** The lanes of a vector, of which there may be half as many. */
const countOf = (field: Field, bits: number): number => (bits >= 64 || field('Q') === 1 ? 128 : 64) / bits;

export const typeOf = (letter: Letter, signed: boolean): LaneType => ({ bits: BITS[letter], signed });

/** `{tb:Vd}` of lanes whose number Q says, `{v2d:Vd}` of lanes that only whole vectors have. */
export const lanesText = (letter: Letter, register: string): string =>
  letter === 'd' ? `{v2d:${register}}` : letter === 'q' ? `{v1q:${register}}` : `{t${letter}:${register}}`;
/** Lanes of a whole vector. */
export const wideText = (letter: Letter, register: string): string => `{v${128 / BITS[letter]}${letter}:${register}}`;

/** The bit Q, which is set where lanes are as wide as half a vector. */
export const bitQ = (letter: Letter): string => (letter === 'd' || letter === 'q' ? '1' : 'Q:1');

const textOf = ({ doc, feature }: Pick<Family, 'doc' | 'feature'>, asm: string) => ({
  asm,
  doc: `${doc}.`,
  ...(feature && { feature }),
});

/** What a helper makes of its registers. */
type Vectors = (register: (name: string) => bigint, lane: Lane, field: Field) => bigint;

const helperOf =
  (letter: Letter, signed: boolean, run: Vectors): Helper =>
  (state: HartState, field: Field) => {
    const register = (name: string): bigint => state.read('v', field(name));
    const made = saturating(state, typeOf(letter, signed), (lane) => run(register, lane, field));
    state.write('v', field('Vd'), made);
  };

/** A row that WebAssembly does where it can. */
const either = (sem: ((o: A64Ops, f: A64Fields) => void) | undefined, helper: () => Helper): How =>
  sem ? { sem } : { helper: helper() };

/** Vd of Vn and Vm, lane by lane. */
export const threeSame = (family: Family): SimdRow[] =>
  lettersOf(family.sizes).map((letter) => {
    const { name, U, opcode, signed, run } = family;
    const bits = BITS[letter];
    const compute = family.compute?.(bits as LaneBits);
    return simdRow(
      `${name}-v${letter}`,
      `0 ${bitQ(letter)} ${U} 01110 ${family.size ?? SIZE[letter]} ${family.bit21 ?? '1'} Vm:5 ${opcode} 1 Vn:5 Vd:5`,
      textOf(family, ['Vd', 'Vn', 'Vm'].map((register) => lanesText(letter, register)).join(', ')),
      either(
        compute &&
          ((o, f) => {
            const made = compute(o, o.v(f.Vn), o.v(f.Vm), () => o.v(f.Vd));
            o.setV(f.Vd, letter === 'd' ? made : sized(o, f, made));
          }),
        () => helperOf(letter, signed, lanewise(run)),
      ),
    );
  });

/** Lanes of equal numbers. */
const lanewise =
  (run: OfLanes): Vectors =>
  (register, lane, field) => {
    const count = countOf(field, lane.bits);
    const [b, d] = [lanesOf(register('Vm'), lane, count), lanesOf(register('Vd'), lane, count)];
    return vectorOf(
      lanesOf(register('Vn'), lane, count).map((a, at) => run(a, b[at] ?? 0n, d[at] ?? 0n, lane)),
      lane.bits,
    );
  };

/** The same with scalars, of the widths there are. */
export const threeScalars = (family: Family): SimdRow[] =>
  lettersOf(family.sizes).map((letter) => {
    const { name, U, opcode, signed, run } = family;
    const compute = letter === 'd' ? family.compute?.(64) : undefined;
    return simdRow(
      `${name}-${letter}`,
      `01 ${U} 11110 ${SIZE[letter]} ${family.bit21 ?? '1'} Vm:5 ${opcode} 1 Vn:5 Vd:5`,
      textOf(family, `{${letter}:Vd}, {${letter}:Vn}, {${letter}:Vm}`),
      either(
        compute &&
          ((o, f) =>
            o.setD(
              f.Vd,
              o.half(
                compute(o, o.v(f.Vn), o.v(f.Vm), () => o.v(f.Vd)),
                'low',
              ),
            )),
        () => helperOf(letter, signed, ofScalars(run)),
      ),
    );
  });

const ofScalars =
  (run: OfLanes): Vectors =>
  (register, lane) => {
    const one = (name: string): bigint => lanesOf(register(name), lane, 1)[0] ?? 0n;
    return BigInt.asUintN(lane.bits, run(one('Vn'), one('Vm'), one('Vd'), lane));
  };

/** Vd of neighbours in Vn and, behind them, in Vm. */
export const pairwise = (
  family: Family,
  compute?: (bits: LaneBits) => ((o: A64Ops, f: A64Fields) => void) | undefined,
): SimdRow[] =>
  lettersOf(family.sizes).map((letter) => {
    const { name, U, opcode, signed, run } = family;
    return simdRow(
      `${name}-v${letter}`,
      `0 ${bitQ(letter)} ${U} 01110 ${family.size ?? SIZE[letter]} 1 Vm:5 ${opcode} 1 Vn:5 Vd:5`,
      textOf(family, ['Vd', 'Vn', 'Vm'].map((register) => lanesText(letter, register)).join(', ')),
      either(compute?.(BITS[letter] as LaneBits), () =>
        helperOf(letter, signed, (register, lane, field) => {
          const count = countOf(field, lane.bits);
          const all = ['Vn', 'Vm'].flatMap((source) => lanesOf(register(source), lane, count));
          const made = Array.from({ length: count }, (_, at) =>
            run(all[2 * at] ?? 0n, all[2 * at + 1] ?? 0n, 0n, lane),
          );
          return vectorOf(made, lane.bits);
        }),
      ),
    );
  });

/** Lanes of one vector. `more` follows the operands in text. */
export const twoSame = (family: Family, more = ''): SimdRow[] =>
  lettersOf(family.sizes).map((letter) => {
    const { name, U, opcode, signed, run } = family;
    const bits = BITS[letter];
    const compute = family.compute?.(bits as LaneBits);
    return simdRow(
      `${name}-${family.mark ?? ''}v${letter}`,
      `0 ${bitQ(letter)} ${U} 01110 ${family.size ?? SIZE[letter]} 10000 ${opcode} 10 Vn:5 Vd:5`,
      textOf(family, `${lanesText(letter, 'Vd')}, ${lanesText(letter, 'Vn')}${more}`),
      either(
        compute &&
          ((o, f) => {
            const made = compute(o, o.v(f.Vn), o.v(f.Vn), () => o.v(f.Vd));
            o.setV(f.Vd, letter === 'd' ? made : sized(o, f, made));
          }),
        () =>
          helperOf(letter, signed, (register, lane, field) => {
            const count = countOf(field, lane.bits);
            const d = lanesOf(register('Vd'), lane, count);
            return vectorOf(
              lanesOf(register('Vn'), lane, count).map((a, at) => run(a, 0n, d[at] ?? 0n, lane)),
              lane.bits,
            );
          }),
      ),
    );
  });

/** The same with scalars. */
export const twoScalars = (family: Family, more = ''): SimdRow[] =>
  lettersOf(family.sizes).map((letter) => {
    const { name, U, opcode, signed, run } = family;
    const compute = letter === 'd' ? family.compute?.(64) : undefined;
    return simdRow(
      `${name}-${family.mark ?? ''}${letter}`,
      `01 ${U} 11110 ${SIZE[letter]} 10000 ${opcode} 10 Vn:5 Vd:5`,
      textOf(family, `{${letter}:Vd}, {${letter}:Vn}${more}`),
      either(
        compute &&
          ((o, f) =>
            o.setD(
              f.Vd,
              o.half(
                compute(o, o.v(f.Vn), o.v(f.Vn), () => o.v(f.Vd)),
                'low',
              ),
            )),
        () =>
          helperOf(letter, signed, (register, lane) => {
            const one = (name: string): bigint => lanesOf(register(name), lane, 1)[0] ?? 0n;
            return BigInt.asUintN(lane.bits, run(one('Vn'), 0n, one('Vd'), lane));
          }),
      ),
    );
  });

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
