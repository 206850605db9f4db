/** Steps of AES on a vector, whose bytes are the columns of the state. @see FIPS 197 */

const BYTES = 16;

/** A product of polynomials modulo x^8 + x^4 + x^3 + x + 1. */
const product = (a: number, b: number): number => {
  let sum = 0;
  for (let bit = 0, power = a; bit < 8; bit++) {
    if ((b >> bit) & 1) sum ^= power;
    power = (power << 1) ^ (power & 0x80 ? 0x11b : 0);
  }
  return sum;
};

interface Boxes {
  readonly forward: Uint8Array;
  readonly inverse: Uint8Array;
}

let made: Boxes | undefined;

/** What a byte is replaced by: its reciprocal, with bits added up. Made when first needed. */
const boxes = (): Boxes => {
  if (made) return made;
  const forward = new Uint8Array(256);
  const inverse = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let reciprocal = byte;
    // byte ** 254
    for (let step = 0; step < 6; step++) reciprocal = product(product(reciprocal, reciprocal), byte);
    reciprocal = product(reciprocal, reciprocal);
    let substitute = 0x63;
    for (let turn = 0; turn < 5; turn++) substitute ^= ((reciprocal << turn) | (reciprocal >> (8 - turn))) & 0xff;
    forward[byte] = substitute;
    inverse[substitute] = byte;
  }
  made = { forward, inverse };
  return made;
};

const bytesOf = (vector: bigint): number[] =>
  Array.from({ length: BYTES }, (_, at) => Number((vector >> BigInt(8 * at)) & 0xffn));
const vectorOf = (bytes: readonly number[]): bigint =>
  bytes.reduceRight((vector, byte) => (vector << 8n) | BigInt(byte), 0n);

/** Rows turned by their number, to the left or back, and bytes substituted. */
const turned = (state: bigint, box: Uint8Array, direction: 1 | -1): bigint => {
  const bytes = bytesOf(state);
  return vectorOf(
    bytes.map((_, at) => {
      const row = at & 3;
      const column = ((at >> 2) + direction * row + 4) & 3;
      return box[bytes[4 * column + row] ?? 0] ?? 0;
    }),
  );
};

/** Columns multiplied by a matrix whose rows are turns of one. */
const mixed = (state: bigint, factors: readonly number[]): bigint => {
  const bytes = bytesOf(state);
  return vectorOf(
    bytes.map((_, at) => {
      const column = at & ~3;
      return factors.reduce((sum, factor, row) => sum ^ product(bytes[column + ((at + row) & 3)] ?? 0, factor), 0);
    }),
  );
};

/** Key added, bytes substituted, rows turned; and back. */
export const encryptRound = (state: bigint, key: bigint): bigint => turned(state ^ key, boxes().forward, 1);
export const decryptRound = (state: bigint, key: bigint): bigint => turned(state ^ key, boxes().inverse, -1);
export const mixColumns = (state: bigint): bigint => mixed(state, [2, 3, 1, 1]);
export const unmixColumns = (state: bigint): bigint => mixed(state, [14, 11, 13, 9]);
