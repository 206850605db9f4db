/** Advanced SIMD: lanes copied from and to registers, permutations, tables. */
import type { LaneBits, V64 } from '../../core/ops';
import type { A64Ops } from '../ops';
import { type SimdRow, simdRow } from '../simd/row';
import { byQ, everyLane, extracted, ordered, sized, withLane } from '../simd/words';
import { BITS, bitQ, type Letter, lanesText, lettersOf, SIZE } from './simd-shapes';

/** The number of a lane in front of a one that says its width. */
const NUMBER: Readonly<Record<Letter, string>> = {
  b: 'index:4 1',
  h: 'index:3 10',
  s: 'index:2 100',
  d: 'index:1 1000',
  q: '',
};
/** A second number, in the high bits of its field. */
const NUMBER2: Readonly<Record<Letter, string>> = {
  b: 'index2:4',
  h: 'index2:3 -',
  s: 'index2:2 --',
  d: 'index2:1 ---',
  q: '',
};

/** The general register that holds a lane. */
const generalOf = (letter: Letter): 'w' | 'x' => (letter === 'd' ? 'x' : 'w');

const copies = (letter: Letter): SimdRow[] => {
  const bits = BITS[letter] as LaneBits;
  const number = NUMBER[letter];
  const r = generalOf(letter);
  const mask = (1n << BigInt(bits)) - 1n;
  return [
    simdRow(
      `dup-v${letter}`,
      `0 ${bitQ(letter)} 0 01110000 ${number} 0 0000 1 Vn:5 Vd:5`,
      { asm: `${lanesText(letter, 'Vd')}, {v${letter}:Vn}[{index}]`, doc: 'Vd = one lane of Vn in every lane.' },
      {
        sem: (o, f) => {
          const made = everyLane(o, bits, o.v(f.Vn), f.index);
          o.setV(f.Vd, letter === 'd' ? made : sized(o, f, made));
        },
      },
    ),
    simdRow(
      `dup-${letter}`,
      `01 0 11110000 ${number} 0 0000 1 Vn:5 Vd:5`,
      { asm: `{${letter}:Vd}, {v${letter}:Vn}[{index}]`, doc: 'Vd = one lane of Vn.' },
      {
        sem: (o, f) => {
          const lane = o.half(everyLane(o, bits, o.v(f.Vn), f.index), 'low');
          o.setD(f.Vd, o.and(lane, o.c(mask)));
        },
      },
    ),
    simdRow(
      `dup-${r}${letter}`,
      `0 ${bitQ(letter)} 0 01110000 ${number.replace(/index:\d/, (field) => '-'.repeat(Number(field.slice(-1))))} 0 0001 1 Rn:5 Vd:5`,
      { asm: `${lanesText(letter, 'Vd')}, {${r}:Rn}`, doc: `Vd = the low ${bits} bits of Rn in every lane.` },
      {
        sem: (o, f) => {
          const made = o.splat(bits, o.in64.r(f.Rn));
          o.setV(f.Vd, letter === 'd' ? made : sized(o, f, made));
        },
      },
    ),
    simdRow(
      `ins-${r}${letter}`,
      `0100 1110000 ${number} 0 0011 1 Rn:5 Vd:5`,
      { asm: `{v${letter}:Vd}[{index}], {${r}:Rn}`, doc: `One lane of Vd = the low ${bits} bits of Rn.` },
      { sem: (o, f) => o.setV(f.Vd, withLane(o, bits, o.v(f.Vd), f.index, o.in64.r(f.Rn))) },
    ),
    simdRow(
      `ins-v${letter}`,
      `0110 1110000 ${number} 0 ${NUMBER2[letter]} 1 Vn:5 Vd:5`,
      { asm: `{v${letter}:Vd}[{index}], {v${letter}:Vn}[{index2}]`, doc: 'One lane of Vd = one lane of Vn.' },
      {
        sem: (o, f) => {
          const lane = o.half(everyLane(o, bits, o.v(f.Vn), f.index2), 'low');
          o.setV(f.Vd, withLane(o, bits, o.v(f.Vd), f.index, lane));
        },
      },
    ),
    simdRow(
      `umov-${r}${letter}`,
      `0${letter === 'd' ? '1' : '0'}00 1110000 ${number} 0 0111 1 Vn:5 Rd:5`,
      { asm: `{${r}:Rd}, {v${letter}:Vn}[{index}]`, doc: 'Rd = one lane of Vn, with zeros above it.' },
      {
        sem: (o, f) => {
          const lane = o.half(everyLane(o, bits, o.v(f.Vn), f.index), 'low');
          o.in64.setR(f.Rd, o.and(lane, o.c(mask)));
        },
      },
    ),
  ];
};

const signExtended = (o: A64Ops, bits: LaneBits, v: V64): V64 =>
  bits === 8 ? o.sx8(v) : bits === 16 ? o.sx16(v) : o.sx32(o.lo32(v));

const signedMoves = (letter: Letter, r: 'w' | 'x'): SimdRow => {
  const bits = BITS[letter] as LaneBits;
  return simdRow(
    `smov-${r}${letter}`,
    `0${r === 'x' ? '1' : '0'}00 1110000 ${NUMBER[letter]} 0 0101 1 Vn:5 Rd:5`,
    { asm: `{${r}:Rd}, {v${letter}:Vn}[{index}]`, doc: 'Rd = one lane of Vn, with its sign above it.' },
    {
      sem: (o, f) => {
        const lane = signExtended(o, bits, o.half(everyLane(o, bits, o.v(f.Vn), f.index), 'low'));
        if (r === 'x') o.in64.setR(f.Rd, lane);
        else o.in32.setR(f.Rd, o.lo32(lane));
      },
    },
  );
};

/** Lanes of Vn and Vm by their numbers, for a vector of `count` lanes; those of Vm are numbered from `count`. */
const PERMUTATIONS: readonly {
  readonly name: string;
  readonly opcode: string;
  readonly doc: string;
  readonly order: (lane: number, count: number) => number;
}[] = [
  { name: 'uzp1', opcode: '001', doc: 'Vd = the even lanes of Vn and, behind them, of Vm.', order: (lane) => 2 * lane },
  {
    name: 'uzp2',
    opcode: '101',
    doc: 'Vd = the odd lanes of Vn and, behind them, of Vm.',
    order: (lane) => 2 * lane + 1,
  },
  {
    name: 'trn1',
    opcode: '010',
    doc: 'Vd = the even lanes of Vn and, behind each, of Vm.',
    order: (lane, count) => (lane % 2 ? count + lane - 1 : lane),
  },
  {
    name: 'trn2',
    opcode: '110',
    doc: 'Vd = the odd lanes of Vn and, behind each, of Vm.',
    order: (lane, count) => (lane % 2 ? count + lane : lane + 1),
  },
  {
    name: 'zip1',
    opcode: '011',
    doc: 'Vd = the lower lanes of Vn and, behind each, of Vm.',
    order: (lane, count) => (lane % 2 ? count : 0) + (lane >> 1),
  },
  {
    name: 'zip2',
    opcode: '111',
    doc: 'Vd = the upper lanes of Vn and, behind each, of Vm.',
    order: (lane, count) => (lane % 2 ? count : 0) + ((lane + count) >> 1),
  },
];

const permutations = (): SimdRow[] =>
  PERMUTATIONS.flatMap(({ name, opcode, doc, order }) =>
    lettersOf('bhsd').map((letter) => {
      const bits = BITS[letter] as LaneBits;
      const [all, half] = [128 / bits, 64 / bits];
      /** The same of vectors of half as many lanes, in the lower half. */
      const ofHalves = (lane: number): number => {
        const number = order(lane % half, half);
        return number < half ? number : number - half + all;
      };
      return simdRow(
        `${name}-v${letter}`,
        `0 ${bitQ(letter)} 0 01110 ${SIZE[letter]} 0 Vm:5 0 ${opcode} 10 Vn:5 Vd:5`,
        { asm: ['Vd', 'Vn', 'Vm'].map((register) => lanesText(letter, register)).join(', '), doc },
        {
          sem: (o, f) => {
            const [n, m] = [o.v(f.Vn), o.v(f.Vm)];
            const whole = ordered(o, bits, n, m, order);
            o.setV(f.Vd, letter === 'd' ? whole : sized(o, f, byQ(o, f, whole, ordered(o, bits, n, m, ofHalves))));
          },
        },
      );
    }),
  );

const COUNTS = ['', 'one vector', 'two vectors', 'three vectors', 'four vectors'];

/** The bytes of vectors behind one another, by numbers. */
const table = (registers: 1 | 2 | 3 | 4, isExtension: boolean): SimdRow => {
  const name = isExtension ? 'tbx' : 'tbl';
  return simdRow(
    `${name}-${registers}`,
    `0 Q:1 001110000 Vm:5 0 ${(registers - 1).toString(2).padStart(2, '0')} ${isExtension ? '1' : '0'} 00 Vn:5 Vd:5`,
    {
      asm: `{tb:Vd}, {list${registers}v16b:Vn}, {tb:Vm}`,
      doc: `Vd = bytes of ${COUNTS[registers]} from Vn by the numbers in Vm; ${isExtension ? 'as it was' : '0'} where there is no such.`,
    },
    registers === 1
      ? {
          sem: (o, f) => {
            const [by, found] = [o.v(f.Vm), o.pickBytes(o.v(f.Vn), o.v(f.Vm))];
            if (!isExtension) {
              o.setV(f.Vd, sized(o, f, found));
              return;
            }
            const sixteen = o.vector(o.c(0x1010_1010_1010_1010n), o.c(0x1010_1010_1010_1010n));
            o.setV(f.Vd, sized(o, f, o.selectBits(o.lanes('ltU', 8, by, sixteen), found, o.v(f.Vd))));
          },
        }
      : {
          helper: (state, field) => {
            const all = Array.from({ length: registers }, (_, at) => state.read('v', (field('Vn') + at) & 31));
            const by = state.read('v', field('Vm'));
            const before = state.read('v', field('Vd'));
            let made = 0n;
            for (let at = 0n; at < (field('Q') ? 128n : 64n); at += 8n) {
              const number = Number((by >> at) & 0xffn);
              const source = all[number >> 4];
              const byte = source !== undefined ? source >> BigInt(8 * (number & 15)) : isExtension ? before >> at : 0n;
              made |= (byte & 0xffn) << at;
            }
            state.write('v', field('Vd'), made);
          },
        },
  );
};

/** Rows that move lanes. */
export const simdMove = (): readonly SimdRow[] => [
  ...lettersOf('bhsd').flatMap(copies),
  signedMoves('b', 'w'),
  signedMoves('h', 'w'),
  signedMoves('b', 'x'),
  signedMoves('h', 'x'),
  signedMoves('s', 'x'),
  ...permutations(),
  ...([1, 2, 3, 4] as const).flatMap((registers) => [table(registers, false), table(registers, true)]),
  ...(['0', '1'] as const).map((Q) =>
    simdRow(
      `ext-${Q === '1' ? '16b' : '8b'}`,
      `0 ${Q} 101110000 Vm:5 0 ${Q === '1' ? 'index:4' : '0 index:3'} 0 Vn:5 Vd:5`,
      {
        asm: ['Vd', 'Vn', 'Vm']
          .map((register) => `{v${Q === '1' ? 16 : 8}b:${register}}`)
          .join(', ')
          .concat(', #{index}'),
        doc: 'Vd = bytes of Vn and, behind them, of Vm, from the one that the immediate numbers.',
      },
      {
        sem: (o, f) => {
          const [n, m] = [o.v(f.Vn), o.v(f.Vm)];
          if (Q === '1') o.setV(f.Vd, extracted(o, n, m, f.index));
          else o.setD(f.Vd, o.half(extracted(o, o.vector(o.half(n, 'low'), o.half(m, 'low')), m, f.index), 'low'));
        },
      },
    ),
  ),
];
