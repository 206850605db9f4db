/** Addition and subtraction. @see Arm ARM, C6.2: ADC to SUBS */
import type { Vector } from '../../driver';
import { addWithCarry, extendReg, type Shift, shiftReg } from './manual';
import { type Fields, held, isWord, operation, RD, RM, RN, result, vector, ZERO } from './rows';

const bitsOf = (mnemonic: string): 32 | 64 => (isWord(mnemonic) ? 32 : 64);

/** Pairs at which carries, overflows and zeros change. */
const pairsOf = (bits: number): readonly (readonly [bigint, bigint])[] => {
  const min = 1n << BigInt(bits - 1);
  return [
    [0n, 0n],
    [1n, -1n],
    [min - 1n, 1n],
    [min, min],
    [min, 1n],
    [0x0123_4567_89ab_cdefn, 0x0fed_cba9_8765_4321n],
    [5n, 7n],
  ].map(([a = 0n, b = 0n]) => [BigInt.asUintN(bits, a), BigInt.asUintN(bits, b)] as const);
};

/** What add, adds, sub and subs give. */
const sumOf = (mnemonic: string, a: bigint, b: bigint): { d: bigint; nzcv?: number } => {
  const bits = bitsOf(mnemonic);
  const isSum = mnemonic.startsWith('add');
  const { sum, nzcv } = isSum ? addWithCarry(bits, a, b, 0n) : addWithCarry(bits, a, ~b, 1n);
  return { d: sum, ...(/^(adds|subs)/.test(mnemonic) && { nzcv }) };
};

const setsFlags = (name: string): boolean => name.endsWith('s');

const immediates = (name: string, r: string, which: 'imm' | 'imm12'): Vector[] => {
  const mnemonic = `${name}-${r}-${which}`;
  const scale = which === 'imm' ? 1 : 4096;
  const rows = pairsOf(bitsOf(mnemonic)).map(([a], at) => {
    const imm = [1, 0xfff, 0, 0x123][at % 4]! * scale;
    return operation(mnemonic, { imm }, { n: a, nzcv: at & 15 }, sumOf(mnemonic, a, BigInt(imm)));
  });
  const ofStack = (Rd: number): Vector => {
    const { d, nzcv } = sumOf(mnemonic, held(mnemonic, 0x8000), BigInt(16 * scale));
    const isStack = Rd === ZERO && !setsFlags(name);
    return vector(
      mnemonic,
      { Rd, Rn: ZERO, imm: 16 * scale },
      `of the stack pointer to ${Rd}`,
      { slots: { sp: held(mnemonic, 0x8000) } },
      {
        x: Rd === ZERO ? {} : { [Rd]: result(mnemonic, d) },
        slots: { ...(isStack && { sp: result(mnemonic, d) }), ...(nzcv !== undefined && { nzcv: BigInt(nzcv) }) },
      },
    );
  };
  return [...rows, ofStack(RD), ofStack(ZERO)];
};

const shifted = (name: string, r: string, shift: Shift | undefined): Vector[] => {
  const mnemonic = shift === undefined ? `${name}-${r}` : `${name}-${r}-${shift}`;
  const bits = bitsOf(mnemonic);
  const amounts = [1, bits - 1, 4, 17, 31];
  const rows = pairsOf(bits).map(([a, b], at) => {
    const amount = shift === undefined ? undefined : amounts[at % amounts.length]!;
    const operand = shift === undefined ? b : shiftReg(bits, b, shift, amount ?? 0);
    return operation(
      mnemonic,
      amount === undefined ? {} : { amount },
      { n: a, m: b, nzcv: at & 15 },
      sumOf(mnemonic, a, operand),
    );
  });
  const plain: Fields = shift === 'lsl' ? { amount: 1 } : {};
  const factor = shift === 'lsl' ? 2n : 1n;
  const zeros = [
    [ZERO, RM, 0n, 3n * factor],
    [RN, ZERO, 5n, 0n],
  ] as const;
  return [
    ...rows,
    ...zeros.map(([Rn, Rm, a, b]) => {
      const { d, nzcv } = sumOf(mnemonic, a, b);
      return vector(
        mnemonic,
        { Rd: RD, Rn, Rm, ...plain },
        `of registers ${Rn} and ${Rm}`,
        { x: { [RN]: held(mnemonic, 5), [RM]: held(mnemonic, 3) }, slots: { sp: 0x9999n } },
        { x: { [RD]: d }, slots: nzcv === undefined ? {} : { nzcv: BigInt(nzcv) } },
      );
    }),
    vector(
      mnemonic,
      { Rd: ZERO, Rn: RN, Rm: RM, ...plain },
      'to zero',
      { x: { [RN]: held(mnemonic, 5), [RM]: held(mnemonic, 3) } },
      {
        slots: setsFlags(name) ? { nzcv: BigInt(sumOf(mnemonic, 5n, 3n * factor).nzcv ?? 0) } : {},
      },
    ),
  ];
};

const EXTENSIONS = ['uxtb', 'uxth', 'uxtw', 'uxtx', 'sxtb', 'sxth', 'sxtw', 'sxtx'];

const extended = (name: string, r: string, extension: string): Vector[] => {
  const mnemonic = `${name}-${r}-${extension}`;
  const bits = bitsOf(mnemonic);
  const operands = [0x8182_8384_8586_8788n, 0x7172_7374_7576_7778n, -1n, 0x80n, 0x1_8000_8000n];
  const rows = operands.map((m, at) => {
    const value = BigInt.asUintN(64, m);
    const a = pairsOf(bits)[at]?.[0] ?? 0n;
    const { d, nzcv } = sumOf(mnemonic, a, extendReg(bits, value, extension, at));
    return vector(
      mnemonic,
      { Rd: RD, Rn: RN, Rm: RM, amount: at },
      `${a.toString(16)}, ${value.toString(16)}, ${at}`,
      { x: { [RN]: held(mnemonic, a), [RM]: value } },
      { x: { [RD]: d }, slots: nzcv === undefined ? {} : { nzcv: BigInt(nzcv) } },
    );
  });
  const { d, nzcv } = sumOf(mnemonic, 0x8000n, 0x30n);
  return [
    ...rows,
    vector(
      mnemonic,
      { Rd: ZERO, Rn: ZERO, Rm: RM, amount: 4 },
      'of the stack pointer to itself, or to zero',
      { x: { [RM]: 3n }, slots: { sp: held(mnemonic, 0x8000) } },
      { slots: nzcv === undefined ? { sp: d } : { nzcv: BigInt(nzcv) } },
    ),
  ];
};

const withCarry = (name: string, r: string): Vector[] => {
  const mnemonic = `${name}-${r}`;
  const bits = bitsOf(mnemonic);
  return pairsOf(bits).flatMap(([n, m]) =>
    [0, 2].map((nzcv) => {
      const carry = nzcv ? 1n : 0n;
      const sum = addWithCarry(bits, n, name.startsWith('sbc') ? ~m : m, carry);
      return operation(mnemonic, {}, { n, m, nzcv }, { d: sum.sum, ...(setsFlags(name) && { nzcv: sum.nzcv }) });
    }),
  );
};

export const ARITHMETIC: readonly Vector[] = ['w', 'x'].flatMap((r) => [
  ...['add', 'adds', 'sub', 'subs'].flatMap((name) => [
    ...immediates(name, r, 'imm'),
    ...immediates(name, r, 'imm12'),
    ...[undefined, 'lsl', 'lsr', 'asr'].flatMap((shift) => shifted(name, r, shift as Shift | undefined)),
    ...EXTENSIONS.flatMap((extension) => extended(name, r, extension)),
  ]),
  ...['adc', 'adcs', 'sbc', 'sbcs'].flatMap((name) => withCarry(name, r)),
]);
