/** Advanced SIMD: vectors of an immediate, and vectors changed by one. */
import type { V64 } from '../../core/ops';
import type { A64Ops } from '../ops';
import { type SimdRow, simdRow } from '../simd/row';
import { expandFloat } from './float-move';

/** So many low bits, over and over. */
const repeated = (bits: number, value: bigint): bigint => {
  let all = 0n;
  for (let at = 0; at < 64; at += bits) all |= BigInt.asUintN(bits, value) << BigInt(at);
  return all;
};

/** Ones in the bytes for which the immediate has a one. */
const byBits = (byte: bigint): bigint =>
  [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n].reduce((all, bit) => all | (((byte >> bit) & 1n) * (0xffn << (8n * bit))), 0n);

/** How the immediate's byte lies in lanes: the bits of `cmode`, the letter of the lanes, and what is printed. */
interface Placement {
  readonly mark: string;
  readonly cmode: string;
  readonly letter: 'b' | 'h' | 's';
  readonly text: string;
  readonly doc: string;
  readonly of: (byte: bigint, amount: number) => bigint;
}

const SHIFTED: readonly Placement[] = [
  {
    mark: '',
    cmode: '0 amount[4:3] 0',
    letter: 's',
    text: '#{imm}{lsl:amount}',
    doc: 'the immediate, shifted, in every word',
    of: (byte, amount) => repeated(32, byte << BigInt(amount)),
  },
  {
    mark: '',
    cmode: '10 amount[3] 0',
    letter: 'h',
    text: '#{imm}{lsl:amount}',
    doc: 'the immediate, shifted, in every halfword',
    of: (byte, amount) => repeated(16, byte << BigInt(amount)),
  },
];
const FILLED: Placement = {
  mark: 'm',
  cmode: '110 amount[3]',
  letter: 's',
  text: '#{imm}, msl #{msl:amount}',
  doc: 'the immediate with ones below it in every word',
  of: (byte, amount) => repeated(32, ((byte + 1n) << BigInt(amount + 8)) - 1n),
};

const COUNT = { b: 8, h: 4, s: 2, d: 1 } as const;

const both = (o: A64Ops, Q: 0 | 1, v: V64) => o.vector(v, Q === 1 ? v : o.c(0));

interface Immediate {
  readonly name: string;
  readonly op: 0 | 1;
  /** The lowest bit of `cmode` is set in what changes Vd. */
  readonly combine?: 'or' | 'and not';
  readonly inverse?: true;
}

const row = ({ name, op, combine, inverse }: Immediate, placement: Placement, Q: 0 | 1): SimdRow => {
  const { mark, letter, cmode, text, of } = placement;
  const arrangement = `${COUNT[letter] * (Q + 1)}${letter}`;
  const doc =
    combine === 'or'
      ? `Vd = Vd or ${placement.doc}.`
      : combine
        ? `Vd = Vd and not ${placement.doc}.`
        : `Vd = ${inverse ? 'not ' : ''}${placement.doc}.`;
  return simdRow(
    `${name}-v${mark}${arrangement}`,
    `0 ${Q} ${op} 0111100000 imm[7:5] ${combine ? `${cmode.slice(0, -1)}1` : cmode} 0 1 imm[4:0] Vd:5`,
    {
      asm: `{v${arrangement}:Vd}, ${text}`,
      doc,
      computed: {
        wide: ({ imm = 0, amount = 0 }) => {
          const value = of(BigInt(imm), amount);
          return inverse || combine === 'and not' ? ~value : value;
        },
      },
    },
    {
      sem: (o, f) => {
        const wide = o.vector(o.imm(f.wide), o.imm(f.wide));
        if (!combine) {
          o.setV(f.Vd, both(o, Q, o.imm(f.wide)));
          return;
        }
        const made = combine === 'or' ? o.vectorOr(o.v(f.Vd), wide) : o.vectorAnd(o.v(f.Vd), wide);
        if (Q === 1) o.setV(f.Vd, made);
        else o.setD(f.Vd, o.half(made, 'low'));
      },
    },
  );
};

/** Rows whose `cmode` is all ones but for the last bit, or all ones. */
const whole = (
  mnemonic: string,
  bits: string,
  text: { readonly asm: string; readonly doc: string; readonly feature?: 'FP16' },
  Q: 0 | 1,
  of: (byte: bigint) => bigint,
): SimdRow =>
  simdRow(
    mnemonic,
    `0 ${bits} imm[4:0] Vd:5`,
    { ...text, computed: { wide: ({ imm = 0 }) => of(BigInt(imm)) } },
    { sem: (o, f) => o.setV(f.Vd, both(o, Q, o.imm(f.wide))) },
  );

const BOTH = [0, 1] as const;

/** Rows with an immediate. */
export const simdImmediate = (): readonly SimdRow[] => [
  ...BOTH.flatMap((Q) => [
    ...[...SHIFTED, FILLED].flatMap((placement) => [
      row({ name: 'movi', op: 0 }, placement, Q),
      row({ name: 'mvni', op: 1, inverse: true }, placement, Q),
    ]),
    ...SHIFTED.flatMap((placement) => [
      row({ name: 'orr', op: 0, combine: 'or' }, placement, Q),
      row({ name: 'bic', op: 1, combine: 'and not' }, placement, Q),
    ]),
    whole(
      `movi-v${8 * (Q + 1)}b`,
      `${Q} 0 0111100000 imm[7:5] 1110 0 1`,
      { asm: `{v${8 * (Q + 1)}b:Vd}, #{imm}`, doc: 'Vd = the immediate in every byte.' },
      Q,
      (byte) => repeated(8, byte),
    ),
    whole(
      `fmov-v${2 * (Q + 1)}s`,
      `${Q} 0 0111100000 imm[7:5] 1111 0 1`,
      { asm: `{v${2 * (Q + 1)}s:Vd}, #{float8:imm}`, doc: 'Vd = a small number in every word.' },
      Q,
      (byte) => repeated(32, expandFloat(Number(byte), { width: 32 })),
    ),
    whole(
      `fmov-v${4 * (Q + 1)}h`,
      `${Q} 0 0111100000 imm[7:5] 1111 1 1`,
      { asm: `{v${4 * (Q + 1)}h:Vd}, #{float8:imm}`, doc: 'Vd = a small number in every halfword.', feature: 'FP16' },
      Q,
      (byte) => repeated(16, expandFloat(Number(byte), { width: 16 })),
    ),
    whole(
      `movi-${Q ? 'v2d' : 'd'}`,
      `${Q} 1 0111100000 imm[7:5] 1110 0 1`,
      {
        asm: `{${Q ? 'v2d' : 'd'}:Vd}, #{bytes:imm}`,
        doc: 'Vd = ones in the bytes of each doubleword for which the immediate has a one.',
      },
      Q,
      byBits,
    ),
  ]),
  whole(
    'fmov-v2d',
    '1 1 0111100000 imm[7:5] 1111 0 1',
    { asm: '{v2d:Vd}, #{float8:imm}', doc: 'Vd = a small number in every doubleword.' },
    1,
    (byte) => expandFloat(Number(byte), { width: 64 }),
  ),
];
