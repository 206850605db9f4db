/**
 * The cipher QARMA5, which authentication codes are made with. A block is 16 cells of 4 bits, the lowest bits first; kernels
 * call this at every function, so blocks are changed in place.
 * @see Arm ARM, shared pseudocode "ComputePAC"
 */

type Cells = Uint8Array;
const CELLS = 16;

const fill = (cells: Cells, value: bigint): Cells => {
  let low = Number(value & 0xffff_ffffn);
  let high = Number(value >> 32n);
  for (let at = 0; at < CELLS / 2; at++) {
    cells[at] = low & 15;
    cells[at + 8] = high & 15;
    low >>>= 4;
    high >>>= 4;
  }
  return cells;
};
const cellsOf = (value: bigint): Cells => fill(new Uint8Array(CELLS), value);
const numberOf = (cells: Cells): bigint => {
  let low = 0;
  let high = 0;
  for (let at = CELLS / 2 - 1; at >= 0; at--) {
    low = low * 16 + (cells[at] ?? 0);
    high = high * 16 + (cells[at + 8] ?? 0);
  }
  return (BigInt(high) << 32n) | BigInt(low);
};

const inverse = (table: readonly number[]): Cells => Uint8Array.from(table, (_, value) => table.indexOf(value));

const SUBSTITUTE_LIST = [11, 6, 8, 15, 12, 0, 9, 14, 3, 7, 4, 5, 13, 2, 1, 10];
const SHUFFLE_LIST = [13, 6, 11, 0, 7, 12, 1, 10, 8, 3, 14, 5, 2, 9, 4, 15];
const TWEAK_LIST = [4, 5, 6, 7, 11, 2, 3, 8, 12, 13, 14, 15, 0, 1, 10, 9];
/** Cells of the tweak, behind its shuffle, that a shift register changes. */
const STEPPING = [2, 4, 7, 11, 12, 14, 15];

const SUBSTITUTES = Uint8Array.from(SUBSTITUTE_LIST);
const ORIGINALS = inverse(SUBSTITUTE_LIST);
const SHUFFLE = Uint8Array.from(SHUFFLE_LIST);
const UNSHUFFLE = inverse(SHUFFLE_LIST);
const TWEAK = Uint8Array.from(TWEAK_LIST);
const UNTWEAK = inverse(TWEAK_LIST);

const scratch = new Uint8Array(CELLS);

const mix = (cells: Cells, other: Cells): void => {
  for (let at = 0; at < CELLS; at++) cells[at] = (cells[at] ?? 0) ^ (other[at] ?? 0);
};
/** Takes each cell from the one that the table names. */
const move = (cells: Cells, from: Cells): void => {
  scratch.set(cells);
  for (let at = 0; at < CELLS; at++) cells[at] = scratch[from[at] ?? 0] ?? 0;
};
const substitute = (cells: Cells, table: Cells): void => {
  for (let at = 0; at < CELLS; at++) cells[at] = table[cells[at] ?? 0] ?? 0;
};
/** Each column of four cells times the matrix whose first row is 0, a rotation by 1, by 2 and by 1. */
const multiply = (cells: Cells): void => {
  scratch.set(cells);
  for (let at = 0; at < CELLS; at++) {
    const once = (scratch[(at + 4) & 15] ?? 0) ^ (scratch[(at + 12) & 15] ?? 0);
    const twice = scratch[(at + 8) & 15] ?? 0;
    cells[at] = ((once << 1) ^ (once >> 3) ^ (twice << 2) ^ (twice >> 2)) & 15;
  }
};
const stepTweak = (tweak: Cells): void => {
  move(tweak, TWEAK);
  for (const at of STEPPING) {
    const cell = tweak[at] ?? 0;
    tweak[at] = (cell >> 1) | (((cell ^ (cell >> 1)) & 1) << 3);
  }
};
const stepTweakBack = (tweak: Cells): void => {
  for (const at of STEPPING) {
    const cell = tweak[at] ?? 0;
    tweak[at] = ((cell << 1) & 15) | ((cell & 1) ^ (cell >> 3));
  }
  move(tweak, UNTWEAK);
};

const CONSTANTS = [
  0n,
  0x1319_8a2e_0370_7344n,
  0xa409_3822_299f_31d0n,
  0x082e_fa98_ec4e_6c89n,
  0x4528_21e6_38d0_1377n,
].map(cellsOf);
const LAST = CONSTANTS.length - 1;
const ALPHA = cellsOf(0xc0ac_29b7_c97c_50ddn);

const [value, tweak, key0, key1, turned] = [0n, 0n, 0n, 0n, 0n].map(cellsOf) as [Cells, Cells, Cells, Cells, Cells];

/** The code of 64 bits for data under a modifier, with the high and the low half of a key. */
export const qarma5 = (data: bigint, modifier: bigint, high: bigint, low: bigint): bigint => {
  fill(key0, high);
  fill(key1, low);
  fill(turned, BigInt.asUintN(64, (high << 63n) | (high >> 1n)) ^ (high >> 63n));
  fill(tweak, modifier);
  fill(value, data);
  mix(value, key0);
  for (let round = 0; round <= LAST; round++) {
    mix(value, key1);
    mix(value, tweak);
    mix(value, CONSTANTS[round] ?? ALPHA);
    if (round > 0) {
      move(value, SHUFFLE);
      multiply(value);
    }
    substitute(value, SUBSTITUTES);
    stepTweak(tweak);
  }
  mix(value, turned);
  mix(value, tweak);
  move(value, SHUFFLE);
  multiply(value);
  substitute(value, SUBSTITUTES);
  move(value, SHUFFLE);
  multiply(value);
  mix(value, key1);
  move(value, UNSHUFFLE);
  substitute(value, ORIGINALS);
  multiply(value);
  move(value, UNSHUFFLE);
  mix(value, key0);
  mix(value, tweak);
  for (let round = LAST; round >= 0; round--) {
    substitute(value, ORIGINALS);
    if (round > 0) {
      multiply(value);
      move(value, UNSHUFFLE);
    }
    stepTweakBack(tweak);
    mix(value, CONSTANTS[round] ?? ALPHA);
    mix(value, key1);
    mix(value, tweak);
    mix(value, ALPHA);
  }
  mix(value, turned);
  return numberOf(value);
};
