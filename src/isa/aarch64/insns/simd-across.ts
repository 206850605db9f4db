/** Advanced SIMD: sums and extremes of neighbours, and of all lanes. */
import type { LaneBits, LaneOperation } from '../../core/ops';
import { lanesOf, vectorOf } from '../simd/lanes';
import { type SimdRow, simdRow } from '../simd/row';
import { acrossLanes, filled, joined, pairs, sized } from '../simd/words';
import { bothSigns, larger, one, smaller } from './simd-integer';
import { BITS, type Family, type Letter, lanesText, lettersOf, pairwise, SIZE, typeOf, WIDER } from './simd-shapes';

const inPairs = (families: readonly Family[], operation: (signed: boolean) => LaneOperation): SimdRow[] =>
  families.flatMap((family) =>
    pairwise(family, (lanes) =>
      lanes === 64
        ? (o, f) => o.setV(f.Vd, pairs(o, operation(family.signed), lanes, o.v(f.Vn), o.v(f.Vm)))
        : (o, f) => {
            const [n, m] = [o.v(f.Vn), o.v(f.Vm)];
            o.setV(f.Vd, sized(o, f, pairs(o, operation(family.signed), lanes, joined(o, f, n, m), m)));
          },
    ),
  );

/** Sums of neighbours in lanes of twice the width, and onto Vd. */
const neighbours = (name: string, U: 0 | 1, opcode: string, onto: boolean): SimdRow[] =>
  lettersOf('bhs').map((letter) => {
    const bits = BITS[letter] as 8 | 16 | 32;
    const wide = (2 * bits) as LaneBits;
    const shift = U === 0 ? 'shrS' : 'shrU';
    const made = WIDER[letter];
    return simdRow(
      `${name}-v${letter}`,
      `0 Q:1 ${U} 01110 ${SIZE[letter]} 10000 ${opcode} 10 Vn:5 Vd:5`,
      {
        asm: `{t${made}:Vd}, {t${letter}:Vn}`,
        doc: `Vd = ${onto ? 'Vd + ' : ''}the sums of each two neighbours of Vn, ${U === 0 ? 'signed' : 'unsigned'}, in twice the width.`,
      },
      {
        sem: (o, f) => {
          const n = o.c32(bits);
          const odd = o.shiftLanes(shift, wide, o.v(f.Vn), n);
          const even = o.shiftLanes(shift, wide, o.shiftLanes('shl', wide, o.v(f.Vn), n), n);
          const sums = o.lanes('add', wide, even, odd);
          o.setV(f.Vd, sized(o, f, onto ? o.lanes('add', wide, o.v(f.Vd), sums) : sums));
        },
      },
    );
  });

type Operation = 'add' | 'minS' | 'minU' | 'maxS' | 'maxU';

/** Lanes of one vector that all go into one. */
const acrossText = (letter: Letter): string => (letter === 's' ? '{v4s:Vn}' : lanesText(letter, 'Vn'));
const acrossQ = (letter: Letter): string => (letter === 's' ? '1' : 'Q:1');

const across = (name: string, U: 0 | 1, opcode: string, doc: string, operation: Operation): SimdRow[] =>
  lettersOf('bhs').map((letter) => {
    const bits = BITS[letter] as LaneBits;
    return simdRow(
      `${name}-v${letter}`,
      `0 ${acrossQ(letter)} ${U} 01110 ${SIZE[letter]} 11000 ${opcode} 10 Vn:5 Vd:5`,
      { asm: `{${letter}:Vd}, ${acrossText(letter)}`, doc: `Vd = ${doc} of all lanes of Vn.` },
      {
        sem: (o, f) => {
          const upper = operation === 'add' ? 'zeros' : 'the lower half';
          const v = letter === 's' ? o.v(f.Vn) : filled(o, f, o.v(f.Vn), upper);
          const all = o.half(acrossLanes(o, operation, bits, v), 'low');
          o.setD(f.Vd, o.and(all, o.c((1n << BigInt(bits)) - 1n)));
        },
      },
    );
  });

/** The sum in twice the width. */
const longAcross = (name: string, U: 0 | 1): SimdRow[] =>
  lettersOf('bhs').map((letter) => {
    const type = typeOf(letter, U === 0);
    const made = WIDER[letter];
    return simdRow(
      `${name}-v${letter}`,
      `0 ${acrossQ(letter)} ${U} 01110 ${SIZE[letter]} 11000 00011 10 Vn:5 Vd:5`,
      {
        asm: `{${made}:Vd}, ${acrossText(letter)}`,
        doc: `Vd = the sum of all lanes of Vn, ${U === 0 ? 'signed' : 'unsigned'}, in twice the width.`,
      },
      {
        helper: (state, field) => {
          const count = (letter === 's' || field('Q') ? 128 : 64) / type.bits;
          const sum = lanesOf(state.read('v', field('Vn')), type, count).reduce((all, each) => all + each);
          state.write('v', field('Vd'), vectorOf([sum], BITS[made]));
        },
      },
    );
  });

/** Rows of sums and extremes. */
export const simdAcross = (): readonly SimdRow[] => [
  ...inPairs(
    bothSigns(['smaxp', 'umaxp'], '10100', 'bhs', 'Vd = the larger of each two neighbours', larger),
    (signed) => (signed ? 'maxS' : 'maxU'),
  ),
  ...inPairs(
    bothSigns(['sminp', 'uminp'], '10101', 'bhs', 'Vd = the smaller of each two neighbours', smaller),
    (signed) => (signed ? 'minS' : 'minU'),
  ),
  ...inPairs([one('addp', 0, '10111', 'bhsd', 'Vd = the sum of each two neighbours', (a, b) => a + b)], () => 'add'),
  ...neighbours('saddlp', 0, '00010', false),
  ...neighbours('uaddlp', 1, '00010', false),
  ...neighbours('sadalp', 0, '00110', true),
  ...neighbours('uadalp', 1, '00110', true),
  ...across('addv', 0, '11011', 'the sum', 'add'),
  ...across('smaxv', 0, '01010', 'the largest', 'maxS'),
  ...across('umaxv', 1, '01010', 'the largest, unsigned', 'maxU'),
  ...across('sminv', 0, '11010', 'the smallest', 'minS'),
  ...across('uminv', 1, '11010', 'the smallest, unsigned', 'minU'),
  ...longAcross('saddlv', 0),
  ...longAcross('uaddlv', 1),
  simdRow(
    'addp-d',
    '01 0 11110 11 11000 11011 10 Vn:5 Vd:5',
    { asm: '{d:Vd}, {v2d:Vn}', doc: 'Vd = the sum of both lanes of Vn.' },
    { sem: (o, f) => o.setD(f.Vd, o.add(o.half(o.v(f.Vn), 'low'), o.half(o.v(f.Vn), 'high'))) },
  ),
];
