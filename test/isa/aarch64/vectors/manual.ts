/** Functions of the manual's shared pseudocode on unsigned BigInts: what rows expect where they are many. @see Arm ARM, J1.3 */

const unsigned = (bits: number, value: bigint): bigint => BigInt.asUintN(bits, value);
const signed = (bits: number, value: bigint): bigint => BigInt.asIntN(bits, value);

/** AddWithCarry: the sum, and the flags in bits 3 to 0. */
export const addWithCarry = (bits: number, x: bigint, y: bigint, carry: bigint): { sum: bigint; nzcv: number } => {
  const unsignedSum = unsigned(bits, x) + unsigned(bits, y) + carry;
  const signedSum = signed(bits, x) + signed(bits, y) + carry;
  const sum = unsigned(bits, unsignedSum);
  const n = sum >> BigInt(bits - 1) ? 8 : 0;
  const z = sum === 0n ? 4 : 0;
  const c = sum === unsignedSum ? 0 : 2;
  const v = signed(bits, sum) === signedSum ? 0 : 1;
  return { sum, nzcv: n | z | c | v };
};

export type Shift = 'lsl' | 'lsr' | 'asr' | 'ror';

/** ShiftReg. */
export const shiftReg = (bits: number, value: bigint, shift: Shift, amount: number): bigint => {
  const [operand, n] = [unsigned(bits, value), BigInt(amount)];
  switch (shift) {
    case 'lsl':
      return unsigned(bits, operand << n);
    case 'lsr':
      return operand >> n;
    case 'asr':
      return unsigned(bits, signed(bits, operand) >> n);
    case 'ror':
      return unsigned(bits, (operand >> n) | (operand << (BigInt(bits) - n)));
  }
};

/** ExtendReg: `uxtb` to `sxtx`, then shifted left. */
export const extendReg = (bits: number, value: bigint, extension: string, amount: number): bigint => {
  const length = { b: 8, h: 16, w: 32, x: 64 }[extension.at(-1) ?? ''] ?? 64;
  const part = (extension.startsWith('s') ? signed : unsigned)(length, value);
  return unsigned(bits, part << BigInt(amount));
};

/** ConditionHolds, for a condition's number and flags in bits 3 to 0. */
export const conditionHolds = (cond: number, nzcv: number): boolean => {
  const [n, z, c, v] = [8, 4, 2, 1].map((bit) => (nzcv & bit) !== 0);
  const base = [z, c, n, v, c && !z, n === v, n === v && !z, true][cond >> 1] ?? false;
  return (cond & 1) === 1 && cond !== 15 ? !base : base;
};
