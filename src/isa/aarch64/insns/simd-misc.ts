/** Advanced SIMD: integers of one source, and sums and extremes of all its lanes. */
import type { LaneBits, V128 } from '../../core/ops';
import type { A64Ops } from '../ops';
import { type LaneType, lanesOf, type OfLanes, vectorOf, wider } from '../simd/lanes';
import { type SimdRow, saturating, simdRow } from '../simd/row';
import { both, isBelow, narrowed, negated, type OfVectors, onesOfBytes, ordered, sized, widened } from '../simd/words';
import { intoHalf } from './simd-long-shapes';
import {
  BITS,
  bitQ,
  type Family,
  lanesText,
  lettersOf,
  SIZE,
  twoSame,
  twoScalars,
  typeOf,
  WIDER,
  wideText,
} from './simd-shapes';

type ComputeFor = (bits: LaneBits) => OfVectors | undefined;

const one = (
  name: string,
  U: 0 | 1,
  opcode: string,
  sizes: string,
  doc: string,
  run: OfLanes,
  compute?: ComputeFor,
  more: Partial<Family> = {},
): Family => ({ name, U, opcode, sizes, doc, signed: true, run, ...(compute && { compute }), ...more });

const zeros = (o: A64Ops): V128 => both(o, 0n);
const claim = (is: boolean): bigint => (is ? -1n : 0n);

/** Comparisons with zero, which is printed. */
const COMPARISONS: readonly Family[] = [
  one(
    'cmgt',
    0,
    '01000',
    'bhsd',
    'Vd = ones where Vn > 0, else zeros',
    (a) => claim(a > 0n),
    (bits) => (o, a) => isBelow('ltS', true, bits)(o, zeros(o), a),
  ),
  one(
    'cmge',
    1,
    '01000',
    'bhsd',
    'Vd = ones where Vn >= 0, else zeros',
    (a) => claim(a >= 0n),
    (bits) => (o, a) => isBelow('leS', true, bits)(o, zeros(o), a),
  ),
  one(
    'cmeq',
    0,
    '01001',
    'bhsd',
    'Vd = ones where Vn = 0, else zeros',
    (a) => claim(a === 0n),
    (bits) => (o, a) => o.lanes('eq', bits, a, zeros(o)),
  ),
  one(
    'cmle',
    1,
    '01001',
    'bhsd',
    'Vd = ones where Vn <= 0, else zeros',
    (a) => claim(a <= 0n),
    (bits) => (o, a) => isBelow('leS', true, bits)(o, a, zeros(o)),
  ),
  one(
    'cmlt',
    0,
    '01010',
    'bhsd',
    'Vd = ones where Vn < 0, else zeros',
    (a) => claim(a < 0n),
    (bits) => (o, a) => isBelow('ltS', true, bits)(o, a, zeros(o)),
  ),
].map((family) => ({ ...family, mark: 'z' }));

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);
const unsigned = (value: bigint, bits: number): bigint => BigInt.asUintN(bits, value);
const leadingZeros = (value: bigint, bits: number): bigint =>
  BigInt(value === 0n ? bits : bits - value.toString(2).length);
const onesIn = (value: bigint): bigint => BigInt(value.toString(2).replaceAll('0', '').length);
const mirrored = (value: bigint, bits: number): bigint =>
  BigInt(`0b${[...value.toString(2).padStart(bits, '0')].reverse().join('')}`);

const abs = one('abs', 0, '01011', 'bhsd', 'Vd = the absolute value of Vn', absolute, (bits) => (o, a) => {
  const sign = o.shiftLanes('shrS', bits, a, o.c32(bits - 1));
  return o.lanes('sub', bits, o.vectorXor(a, sign), sign);
});
const neg = one(
  'neg',
  1,
  '01011',
  'bhsd',
  'Vd = 0 - Vn',
  (a) => -a,
  (bits) => (o, a) => negated(o, bits, a),
);

const SATURATING: readonly Family[] = [
  one('suqadd', 0, '00011', 'bhsd', 'Vd = Vd + Vn, which is unsigned, saturated', (a, _, d, lane) =>
    lane.fit(d + unsigned(a, lane.bits)),
  ),
  one('usqadd', 1, '00011', 'bhsd', 'Vd = Vd, which is unsigned, + Vn, saturated', (a, _, d, lane) =>
    lane.fit(unsigned(d, lane.bits) + a, { bits: lane.bits, signed: false }),
  ),
  one('sqabs', 0, '00111', 'bhsd', 'Vd = the absolute value of Vn, saturated', (a, _b, _d, lane) =>
    lane.fit(absolute(a)),
  ),
  one('sqneg', 1, '00111', 'bhsd', 'Vd = 0 - Vn, saturated', (a, _b, _d, lane) => lane.fit(-a)),
];

/** Lanes of so many bits in reverse within groups. */
const reversed = (name: string, U: 0 | 1, opcode: string, sizes: string, group: 16 | 32 | 64): SimdRow[] =>
  lettersOf(sizes).map((letter) => {
    const bits = BITS[letter] as LaneBits;
    const count = group / bits;
    return simdRow(
      `${name}-v${letter}`,
      `0 ${bitQ(letter)} ${U} 01110 ${SIZE[letter]} 10000 ${opcode} 10 Vn:5 Vd:5`,
      {
        asm: `${lanesText(letter, 'Vd')}, ${lanesText(letter, 'Vn')}`,
        doc: `Vd = the lanes of Vn in reverse within each ${group} bits.`,
      },
      {
        sem: (o, f) => {
          const v = o.v(f.Vn);
          o.setV(
            f.Vd,
            sized(
              o,
              f,
              ordered(o, bits, v, v, (lane) => lane - (lane % count) + count - 1 - (lane % count)),
            ),
          );
        },
      },
    );
  });

/** Lanes as numbers of `from` fitted into half the width, as numbers of `to`. */
const narrowing = (name: string, U: 0 | 1, opcode: string, from: boolean, to: boolean): SimdRow[] =>
  lettersOf('bhs').flatMap((letter) => {
    const narrow = typeOf(letter, to);
    const source: LaneType = { ...wider(narrow), signed: from };
    const doc = `Vd = the lanes of Vn, ${from ? 'signed' : 'unsigned'}, in half the width, ${to ? 'signed' : 'unsigned'} and saturated.`;
    return [
      simdRow(
        `${name}{2}-v${letter}`,
        `0 Q:1 ${U} 01110 ${SIZE[letter]} 10000 ${opcode} 10 Vn:5 Vd:5`,
        { asm: `${lanesText(letter, 'Vd')}, ${wideText(WIDER[letter], 'Vn')}`, doc },
        {
          helper: (state, field) => {
            const made = saturating(state, narrow, (lane) =>
              lanesOf(state.read('v', field('Vn')), source).map((each) => lane.fit(each)),
            );
            state.write('v', field('Vd'), intoHalf(made, narrow.bits, state.read('v', field('Vd')), field('Q') === 1));
          },
        },
      ),
      simdRow(
        `${name}-${letter}`,
        `01 ${U} 11110 ${SIZE[letter]} 10000 ${opcode} 10 Vn:5 Vd:5`,
        { asm: `{${letter}:Vd}, {${WIDER[letter]}:Vn}`, doc: doc.replace('the lanes of ', '') },
        {
          helper: (state, field) => {
            const [value = 0n] = lanesOf(state.read('v', field('Vn')), source, 1);
            const made = saturating(state, narrow, (lane) => lane.fit(value));
            state.write('v', field('Vd'), vectorOf([made], narrow.bits));
          },
        },
      ),
    ];
  });

const changedWidths = (): SimdRow[] =>
  lettersOf('bhs').flatMap((letter) => {
    const bits = BITS[letter] as 8 | 16 | 32;
    const [narrow, wide] = [lanesText(letter, letter), wideText(WIDER[letter], letter)];
    const named = (text: string, register: string) => text.replace(`:${letter}`, `:${register}`);
    return [
      simdRow(
        `xtn{2}-v${letter}`,
        `0 Q:1 0 01110 ${SIZE[letter]} 10000 10010 10 Vn:5 Vd:5`,
        { asm: `${named(narrow, 'Vd')}, ${named(wide, 'Vn')}`, doc: 'Vd = the lower halves of the lanes of Vn.' },
        {
          sem: (o, f) =>
            o.setV(
              f.Vd,
              narrowed(o, f, bits, o.v(f.Vn), () => o.v(f.Vd)),
            ),
        },
      ),
      simdRow(
        `shll{2}-v${letter}`,
        `0 Q:1 1 01110 ${SIZE[letter]} 10000 10011 10 Vn:5 Vd:5`,
        {
          asm: `${named(wide, 'Vd')}, ${named(narrow, 'Vn')}, #${bits}`,
          doc: 'Vd = the lanes of Vn as upper halves of lanes of twice the width.',
        },
        {
          sem: (o, f) => {
            const lanes = widened(o, f, bits, false, o.v(f.Vn));
            o.setV(f.Vd, o.shiftLanes('shl', (2 * bits) as LaneBits, lanes, o.c32(bits)));
          },
        },
      ),
    ];
  });

const bytes = (
  name: string,
  U: 0 | 1,
  opcode: string,
  size: string,
  doc: string,
  run: OfLanes,
  compute?: OfVectors,
): SimdRow[] => twoSame(one(name, U, opcode, 'b', doc, run, compute && (() => compute), { size, signed: false }));

/** Rows of integers with one source. */
export const simdMisc = (): readonly SimdRow[] => [
  ...COMPARISONS.flatMap((family) => [...twoSame(family, ', #0'), ...twoScalars({ ...family, sizes: 'd' }, ', #0')]),
  ...[abs, neg].flatMap((family) => [...twoSame(family), ...twoScalars({ ...family, sizes: 'd' })]),
  ...SATURATING.flatMap((family) => [...twoSame(family), ...twoScalars(family)]),
  ...twoSame(
    one(
      'cls',
      0,
      '00100',
      'bhs',
      'Vd = bits of Vn below the highest that are like it',
      (a, _b, _d, { bits }) => leadingZeros(unsigned(a < 0n ? ~a : a, bits), bits) - 1n,
    ),
  ),
  ...twoSame(
    one('clz', 1, '00100', 'bhs', 'Vd = zeros of Vn above its highest one', (a, _b, _d, { bits }) =>
      leadingZeros(unsigned(a, bits), bits),
    ),
  ),
  ...bytes('cnt', 0, '00101', '00', 'Vd = ones in each byte of Vn', onesIn, onesOfBytes),
  ...bytes(
    'not',
    1,
    '00101',
    '00',
    'Vd = not Vn',
    (a) => ~a,
    (o, a) => o.vectorNot(a),
  ),
  ...bytes('rbit', 1, '00101', '01', 'Vd = the bits of each byte of Vn in reverse', (a) => mirrored(a, 8)),
  ...reversed('rev64', 0, '00000', 'bhs', 64),
  ...reversed('rev16', 0, '00001', 'b', 16),
  ...reversed('rev32', 1, '00000', 'bh', 32),
  ...changedWidths(),
  ...narrowing('sqxtn', 0, '10100', true, true),
  ...narrowing('uqxtn', 1, '10100', false, false),
  ...narrowing('sqxtun', 1, '10010', true, false),
];
