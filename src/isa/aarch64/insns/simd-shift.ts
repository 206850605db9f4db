/** Advanced SIMD: shifts by an immediate. */
import type { LaneBits } from '../../core/ops';
import type { A64Fields } from '../ops';
import { type LaneType, lanesOf, type OfLanes, vectorOf, wider } from '../simd/lanes';
import { type How, type SimdRow, saturating, simdRow } from '../simd/row';
import { narrowed, type OfVectors, onto, shiftedRight, sized, widened } from '../simd/words';
import { intoHalf } from './simd-long-shapes';
import { BITS, type Letter, lanesText, lettersOf, typeOf, WIDER, wideText } from './simd-shapes';

/** The immediate's bits behind ones that say the width. */
const AMOUNT: Readonly<Record<Letter, string>> = {
  b: '0001 imm:3',
  h: '001 imm:4',
  s: '01 imm:5',
  d: '1 imm:6',
  q: '',
};

/** Right shifts are by the width less the immediate, which is how they are printed. */
type Direction = 'left' | 'right';

interface Shift {
  readonly name: string;
  readonly U: 0 | 1;
  readonly opcode: string;
  readonly direction: Direction;
  readonly doc: string;
  readonly signed: boolean;
  /** `b` is the amount. */
  readonly run: OfLanes;
  readonly compute?: (bits: LaneBits, f: A64Fields) => OfVectors | undefined;
}

const amountOf = (direction: Direction, bits: number, imm: number): bigint =>
  BigInt(direction === 'left' ? imm : bits - imm);
const amountText = (direction: Direction, bits: number): string =>
  direction === 'left' ? '#{imm}' : `#{right${bits}:imm}`;

const bitQ = (letter: Letter): string => (letter === 'd' ? '1' : 'Q:1');

/** Lanes of one width. */
const same = (shift: Shift): SimdRow[] =>
  lettersOf('bhsd').map((letter) => {
    const { name, U, opcode, direction, doc, signed, run } = shift;
    const type = typeOf(letter, signed);
    const bits = type.bits as LaneBits;
    const how = (): How => {
      if (shift.compute)
        return {
          sem: (o, f) => {
            const compute = shift.compute?.(bits, f);
            if (!compute) throw new Error(`${name}: nothing is computed`);
            const made = compute(o, o.v(f.Vn), o.v(f.Vn), () => o.v(f.Vd));
            o.setV(f.Vd, letter === 'd' ? made : sized(o, f, made));
          },
        };
      return {
        helper: (state, field) => {
          const count = (letter === 'd' || field('Q') ? 128 : 64) / bits;
          const amount = amountOf(direction, bits, field('imm'));
          const d = lanesOf(state.read('v', field('Vd')), type, count);
          const made = saturating(state, type, (lane) =>
            lanesOf(state.read('v', field('Vn')), type, count).map((a, at) => run(a, amount, d[at] ?? 0n, lane)),
          );
          state.write('v', field('Vd'), vectorOf(made, bits));
        },
      };
    };
    return simdRow(
      `${name}-i${letter}`,
      `0 ${bitQ(letter)} ${U} 011110 ${AMOUNT[letter]} ${opcode} 1 Vn:5 Vd:5`,
      {
        asm: `${lanesText(letter, 'Vd')}, ${lanesText(letter, 'Vn')}, ${amountText(direction, bits)}`,
        doc: `${doc}.`,
      },
      how(),
    );
  });

/** The same with scalars. */
const scalars = (shift: Shift, sizes: string): SimdRow[] =>
  lettersOf(sizes).map((letter) => {
    const { name, U, opcode, direction, doc, signed, run } = shift;
    const type = typeOf(letter, signed);
    return simdRow(
      `${name}-${letter}i`,
      `01 ${U} 111110 ${AMOUNT[letter]} ${opcode} 1 Vn:5 Vd:5`,
      { asm: `{${letter}:Vd}, {${letter}:Vn}, ${amountText(direction, type.bits)}`, doc: `${doc}.` },
      {
        helper: (state, field) => {
          const one = (register: string): bigint => lanesOf(state.read('v', field(register)), type, 1)[0] ?? 0n;
          const amount = amountOf(direction, type.bits, field('imm'));
          const made = saturating(state, type, (lane) => run(one('Vn'), amount, one('Vd'), lane));
          state.write('v', field('Vd'), vectorOf([made], type.bits));
        },
      },
    );
  });

const rounded = (value: bigint, amount: bigint): bigint => (value + (1n << (amount - 1n))) >> amount;

/** To the right: plain, rounded, and each onto Vd. */
const right = (): Shift[] =>
  ([0, 1] as const).flatMap((U): Shift[] => {
    const letter = U === 0 ? 's' : 'u';
    const kind = { U, direction: 'right', signed: U === 0 } as const;
    const text = `Vn shifted right, ${U === 0 ? 'signed' : 'unsigned'}`;
    const plain =
      (bits: LaneBits, f: A64Fields): OfVectors =>
      (o, a) =>
        shiftedRight(o, bits, U === 0, a, f.imm);
    return [
      { ...kind, name: `${letter}shr`, opcode: '00000', doc: `Vd = ${text}`, run: (a, n) => a >> n, compute: plain },
      {
        ...kind,
        name: `${letter}sra`,
        opcode: '00010',
        doc: `Vd = Vd + ${text}`,
        run: (a, n, d) => d + (a >> n),
        compute: (bits, f) => onto('add', bits, plain(bits, f)),
      },
      { ...kind, name: `${letter}rshr`, opcode: '00100', doc: `Vd = ${text} and rounded`, run: rounded },
      {
        ...kind,
        name: `${letter}rsra`,
        opcode: '00110',
        doc: `Vd = Vd + ${text} and rounded`,
        run: (a, n, d) => d + rounded(a, n),
      },
    ];
  });

const lowest = (value: bigint, count: bigint): bigint => value & ((1n << count) - 1n);

/** Bits of Vd that stay beside those of Vn. */
const inserting: readonly Shift[] = [
  {
    name: 'sri',
    U: 1,
    opcode: '01000',
    direction: 'right',
    doc: 'Vd = Vn shifted right, with the high bits of Vd',
    signed: false,
    run: (a, n, d, { bits }) => (a >> n) | (d - lowest(d, BigInt(bits) - n)),
  },
  {
    name: 'sli',
    U: 1,
    opcode: '01010',
    direction: 'left',
    doc: 'Vd = Vn shifted left, with the low bits of Vd',
    signed: false,
    run: (a, n, d) => (a << n) | lowest(d, n),
  },
];

const shl: Shift = {
  name: 'shl',
  U: 0,
  opcode: '01010',
  direction: 'left',
  doc: 'Vd = Vn shifted left',
  signed: false,
  run: (a, n) => a << n,
  compute: (bits, f) => (o, a) => o.shiftLanes('shl', bits, a, o.imm32(f.imm)),
};

const saturatingLeft: readonly Shift[] = [
  ['sqshlu', 1, '01100', true, false],
  ['sqshl', 0, '01110', true, true],
  ['uqshl', 1, '01110', false, false],
].map(([name, U, opcode, from, to]) => ({
  name: name as string,
  U: U as 0 | 1,
  opcode: opcode as string,
  direction: 'left',
  doc: `Vd = Vn shifted left, ${from ? 'signed' : 'unsigned'}, to ${to ? 'signed' : 'unsigned'} lanes and saturated`,
  signed: from as boolean,
  run: (a, n, _, lane) => lane.fit(a << n, { bits: lane.bits, signed: to as boolean }),
}));

/** To the right into half the width. */
interface Narrowing {
  readonly name: string;
  readonly U: 0 | 1;
  readonly opcode: string;
  readonly isRounded: boolean;
  /** Whether lanes have a sign before and after; saturated then. */
  readonly saturated?: { readonly from: boolean; readonly to: boolean };
}

const NARROWING: readonly Narrowing[] = [
  { name: 'shrn', U: 0, opcode: '10000', isRounded: false },
  { name: 'rshrn', U: 0, opcode: '10001', isRounded: true },
  { name: 'sqshrn', U: 0, opcode: '10010', isRounded: false, saturated: { from: true, to: true } },
  { name: 'sqrshrn', U: 0, opcode: '10011', isRounded: true, saturated: { from: true, to: true } },
  { name: 'uqshrn', U: 1, opcode: '10010', isRounded: false, saturated: { from: false, to: false } },
  { name: 'uqrshrn', U: 1, opcode: '10011', isRounded: true, saturated: { from: false, to: false } },
  { name: 'sqshrun', U: 1, opcode: '10000', isRounded: false, saturated: { from: true, to: false } },
  { name: 'sqrshrun', U: 1, opcode: '10001', isRounded: true, saturated: { from: true, to: false } },
];

const narrowing = ({ name, U, opcode, isRounded, saturated }: Narrowing): SimdRow[] =>
  lettersOf('bhs').flatMap((letter) => {
    const bits = BITS[letter] as 8 | 16 | 32;
    const made = typeOf(letter, saturated?.to ?? false);
    const source: LaneType = { ...wider(made), signed: saturated?.from ?? false };
    const doc = `Vd = Vn shifted right${isRounded ? ' and rounded' : ''} in half the width${saturated ? ', saturated' : ''}.`;
    const shift = (value: bigint, n: bigint): bigint => (isRounded ? rounded(value, n) : value >> n);
    const row = (mnemonic: string, pattern: string, asm: string, upper: boolean): SimdRow =>
      simdRow(
        mnemonic,
        pattern,
        { asm, doc },
        name === 'shrn'
          ? {
              sem: (o, f) => {
                const by = o.sub(o.c32(bits), o.imm32(f.imm));
                const wide = o.shiftLanes('shrU', (2 * bits) as LaneBits, o.v(f.Vn), by);
                o.setV(
                  f.Vd,
                  narrowed(o, f, bits, wide, () => o.v(f.Vd)),
                );
              },
            }
          : {
              helper: (state, field) => {
                const n = amountOf('right', bits, field('imm'));
                const lanes = lanesOf(state.read('v', field('Vn')), source, upper ? 64 / bits : 1);
                const results = saturating(state, made, (lane) =>
                  lanes.map((each) => (saturated ? lane.fit(shift(each, n)) : shift(each, n))),
                );
                const d = state.read('v', field('Vd'));
                state.write('v', field('Vd'), intoHalf(results, bits, d, upper && field('Q') === 1));
              },
            },
      );
    const n = amountText('right', bits);
    return [
      row(
        `${name}{2}-i${letter}`,
        `0 Q:1 ${U} 011110 ${AMOUNT[letter]} ${opcode} 1 Vn:5 Vd:5`,
        `${lanesText(letter, 'Vd')}, ${wideText(WIDER[letter], 'Vn')}, ${n}`,
        true,
      ),
      ...(saturated
        ? [
            row(
              `${name}-${letter}i`,
              `01 ${U} 111110 ${AMOUNT[letter]} ${opcode} 1 Vn:5 Vd:5`,
              `{${letter}:Vd}, {${WIDER[letter]}:Vn}, ${n}`,
              false,
            ),
          ]
        : []),
    ];
  });

/** To the left into twice the width. */
const lengthening = (U: 0 | 1): SimdRow[] =>
  lettersOf('bhs').map((letter) => {
    const bits = BITS[letter] as 8 | 16 | 32;
    return simdRow(
      `${U === 0 ? 's' : 'u'}shll{2}-i${letter}`,
      `0 Q:1 ${U} 011110 ${AMOUNT[letter]} 10100 1 Vn:5 Vd:5`,
      {
        asm: `${wideText(WIDER[letter], 'Vd')}, ${lanesText(letter, 'Vn')}, #{imm}`,
        doc: `Vd = Vn in twice the width, ${U === 0 ? 'signed' : 'unsigned'}, shifted left.`,
      },
      {
        sem: (o, f) => {
          const wide = widened(o, f, bits, U === 0, o.v(f.Vn));
          o.setV(f.Vd, o.shiftLanes('shl', (2 * bits) as LaneBits, wide, o.imm32(f.imm)));
        },
      },
    );
  });

/** Rows of shifts by an immediate. */
export const simdShift = (): readonly SimdRow[] => [
  ...[...right(), ...inserting, shl].flatMap((shift) => [...same(shift), ...scalars(shift, 'd')]),
  ...saturatingLeft.flatMap((shift) => [...same(shift), ...scalars(shift, 'bhsd')]),
  ...NARROWING.flatMap(narrowing),
  ...lengthening(0),
  ...lengthening(1),
];
