/**
 * The shapes of Advanced SIMD's integer instructions: which lanes of which width they take and make. A family is one
 * operation; each shape makes its rows, for lanes of every width it has, out of what the operation does with a lane.
 */
import type { LaneBits } from '../../core/ops';
import type { HartState, Helper } from '../../core/privileged';
import type { Feature } from '../cpus';
import type { A64Fields, A64Ops } from '../ops';
import { type Lane, type LaneType, lanesOf, type OfLanes, vectorOf } from '../simd/lanes';
import { type How, type SimdRow, saturating, simdRow } from '../simd/row';
import { type OfVectors, sized } from '../simd/words';

/** Letters of widths of lanes, as arrangements and scalar registers have them. */
export type Letter = 'b' | 'h' | 's' | 'd' | 'q';
/** Their bits. */
export const BITS = { b: 8, h: 16, s: 32, d: 64, q: 128 } as const;
/** How the width is coded. */
export const SIZE = { b: '00', h: '01', s: '10', d: '11', q: '' } as const;
/** The letter of twice the width. */
export const WIDER = { b: 'h', h: 's', s: 'd', d: 'q', q: 'q' } as const;
const ALL: readonly Letter[] = ['b', 'h', 's', 'd', 'q'];

/** Those in a text, the narrowest first. */
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

/** The fields of an instruction. */
export type Field = (name: string) => number;

/** The lanes of a vector, of which there may be half as many. */
const countOf = (field: Field, bits: number): number => (bits >= 64 || field('Q') === 1 ? 128 : 64) / bits;

/** The numbers that lanes of a letter are. */
export const typeOf = (letter: Letter, signed: boolean): LaneType => ({ bits: BITS[letter], signed });

/** `{tb:Vd}` of lanes whose number Q says, `{v2d:Vd}` of lanes that only whole vectors have. */
export const lanesText = (letter: Letter, register: string): string =>
  letter === 'd' ? `{v2d:${register}}` : letter === 'q' ? `{v1q:${register}}` : `{t${letter}:${register}}`;
/** Lanes of a whole vector. */
export const wideText = (letter: Letter, register: string): string => `{v${128 / BITS[letter]}${letter}:${register}}`;

/** The bit Q, which is set where lanes are as wide as half a vector. */
export const bitQ = (letter: Letter): string => (letter === 'd' || letter === 'q' ? '1' : 'Q:1');

/** What a row says of a family. */
export const textOf = ({ doc, feature }: Pick<Family, 'doc' | 'feature'>, asm: string) => ({
  asm,
  doc: `${doc}.`,
  ...(feature && { feature }),
});

/** What a helper makes of its registers. */
export type Vectors = (register: (name: string) => bigint, lane: Lane, field: Field) => bigint;

/** A helper that writes what is made of its registers. */
export const helperOf =
  (letter: Letter, signed: boolean, run: Vectors): Helper =>
  (state: HartState, field: Field) => {
    const register = (name: string): bigint => state.read('v', field(name));
    const made = saturating(state, typeOf(letter, signed), (lane) => run(register, lane, field));
    state.write('v', field('Vd'), made);
  };

/** A row that WebAssembly does where it can. */
export const either = (sem: ((o: A64Ops, f: A64Fields) => void) | undefined, helper: () => Helper): How =>
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
export const lanewise =
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
