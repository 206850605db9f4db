/** Bitwise operations. @see Arm ARM, C6.2: AND to TST */
import type { Vector } from '../../driver';
import { type Shift, shiftReg } from './manual';
import { type Fields, held, isWord, operation, RM, RN, result, vector, ZERO } from './rows';

const OPERATIONS: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  and: (a, b) => a & b,
  bic: (a, b) => a & ~b,
  orr: (a, b) => a | b,
  orn: (a, b) => a | ~b,
  eor: (a, b) => a ^ b,
  eon: (a, b) => a ^ ~b,
  ands: (a, b) => a & b,
  bics: (a, b) => a & ~b,
};

const bitsOf = (mnemonic: string): 32 | 64 => (isWord(mnemonic) ? 32 : 64);

/** N and Z of a result; C and V are 0. */
const flagsOf = (mnemonic: string, value: bigint): number => {
  const bits = bitsOf(mnemonic);
  return (BigInt.asIntN(bits, value) < 0n ? 8 : 0) | (BigInt.asUintN(bits, value) === 0n ? 4 : 0);
};

const resultOf = (mnemonic: string, a: bigint, b: bigint): { d: bigint; nzcv?: number } => {
  const name = mnemonic.slice(0, mnemonic.indexOf('-'));
  const d = BigInt.asUintN(bitsOf(mnemonic), OPERATIONS[name]!(a, b));
  return { d, ...(name.endsWith('s') && { nzcv: flagsOf(mnemonic, d) }) };
};

/** N, immr, imms, and the mask they stand for. */
const MASKS: readonly (readonly [number, number, number, bigint])[] = [
  // One bit; all but one; the low half.
  [0, 0, 0b000000, 0x0000_0001_0000_0001n],
  [0, 1, 0b000000, 0x8000_0000_8000_0000n],
  [0, 0, 0b011110, 0x7fff_ffff_7fff_ffffn],
  [0, 8, 0b001111, 0xff00_00ff_ff00_00ffn],
  // Elements of 16, 8, 4 and 2 bits.
  [0, 0, 0b100111, 0x00ff_00ff_00ff_00ffn],
  [0, 4, 0b110011, 0xf0f0_f0f0_f0f0_f0f0n],
  [0, 1, 0b111001, 0x9999_9999_9999_9999n],
  [0, 1, 0b111100, 0xaaaa_aaaa_aaaa_aaaan],
  // Bits of the rotation above the element do not matter.
  [0, 0b111110, 0b111100, 0x5555_5555_5555_5555n],
  [1, 0, 0b000000, 1n],
  [1, 1, 0b000000, 0x8000_0000_0000_0000n],
  [1, 60, 0b111011, 0xffff_ffff_ffff_fff0n],
  [1, 0, 0b111110, 0x7fff_ffff_ffff_ffffn],
];

const A = 0xf0e1_d2c3_b4a5_9687n;

const immediates = (name: string, r: string): Vector[] => {
  const mnemonic = `${name}-${r}-imm`;
  const masks = MASKS.filter(([N]) => r === 'x' || N === 0);
  const fieldsOf = ([N, immr, imms]: (typeof MASKS)[number]): Fields => ({ ...(r === 'x' && { N }), immr, imms });
  const [first = MASKS[0]!] = masks;
  const { d, nzcv } = resultOf(mnemonic, 0n, first[3]);
  return [
    ...masks.map((row, at) =>
      operation(mnemonic, fieldsOf(row), { n: A, nzcv: at & 15 }, resultOf(mnemonic, A, row[3])),
    ),
    vector(
      mnemonic,
      { Rd: ZERO, Rn: ZERO, ...fieldsOf(first) },
      'of zero to the stack pointer, or to zero',
      { slots: { sp: 0x5555_5555_5555n } },
      { slots: nzcv === undefined ? { sp: result(mnemonic, d) } : { nzcv: BigInt(nzcv) } },
    ),
    vector(
      mnemonic,
      { Rd: ZERO, Rn: RN, ...fieldsOf(first) },
      'that gives zero',
      { x: { [RN]: 0n }, slots: { sp: 0x5555n } },
      name === 'ands' ? { slots: { nzcv: 4n } } : { slots: { sp: result(mnemonic, OPERATIONS[name]!(0n, first[3])) } },
    ),
  ];
};

const PAIRS = [
  [A, 0x0ff0_00ff_1234_8765n],
  [-1n, 0x8000_0000_8000_0000n],
  [0x5555_5555_5555_5555n, -0x5555_5555_5555_5556n],
  [1n, 1n],
] as const;

const shifted = (name: string, r: string, shift: Shift | undefined): Vector[] => {
  const mnemonic = shift === undefined ? `${name}-${r}` : `${name}-${r}-${shift}`;
  const bits = bitsOf(mnemonic);
  const amounts = [1, bits - 1, 4, 31];
  return [
    ...PAIRS.map(([a, b], at) => {
      const amount = amounts[at]!;
      const operand = shift === undefined ? b : shiftReg(bits, b, shift, amount);
      return operation(
        mnemonic,
        shift === undefined ? {} : { amount },
        { n: a, m: b, nzcv: 15 - at },
        resultOf(mnemonic, a, operand),
      );
    }),
    vector(
      mnemonic,
      { Rd: ZERO, Rn: RN, Rm: RM, ...(shift === 'lsl' && { amount: 1 }) },
      'to zero',
      { x: { [RN]: held(mnemonic, 0), [RM]: held(mnemonic, 0) }, slots: { sp: 0x77n } },
      { slots: name.endsWith('s') ? { nzcv: BigInt(flagsOf(mnemonic, OPERATIONS[name]!(0n, 0n))) } : {} },
    ),
  ];
};

export const LOGICAL: readonly Vector[] = ['w', 'x'].flatMap((r) => [
  ...['and', 'orr', 'eor', 'ands'].flatMap((name) => immediates(name, r)),
  ...Object.keys(OPERATIONS).flatMap((name) =>
    [undefined, 'lsl', 'lsr', 'asr', 'ror'].flatMap((shift) => shifted(name, r, shift as Shift | undefined)),
  ),
]);
