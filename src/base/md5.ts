/** MD5 (RFC 1321), as DWARF 5 tells which text a compiler read. For comparing only: it is no protection against anybody. */

/** Rotations of the four rounds. */
const ROTATIONS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const;

/** The sines of 1 to 64, as 32-bit fractions. */
const SINES = Int32Array.from({ length: 64 }, (_, at) => Math.floor(Math.abs(Math.sin(at + 1)) * 2 ** 32) | 0);

/** The word of the block that a step takes. */
const WORDS = [
  (step: number) => step,
  (step: number) => (5 * step + 1) & 15,
  (step: number) => (3 * step + 5) & 15,
  (step: number) => (7 * step) & 15,
] as const;

/** By step: the word of the block that it takes, and how far it rotates. */
const TAKES = Uint8Array.from({ length: 64 }, (_, step) => WORDS[step >> 4]?.(step & 15) ?? 0);
const LEFT = Uint8Array.from({ length: 64 }, (_, step) => ROTATIONS[step >> 4]?.[step & 3] ?? 0);

/** The digest of some bytes, as 32 lower-case hex digits. */
export function md5(bytes: Uint8Array): string {
  const length = ((bytes.length + 8) >> 6) * 64 + 64;
  const padded = new Uint8Array(length);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(length - 8, (bytes.length << 3) >>> 0, true);
  view.setUint32(length - 4, Math.floor(bytes.length / 2 ** 29), true);
  const state = new Int32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]);
  const block = new Int32Array(16);
  for (let at = 0; at < length; at += 64) {
    for (let word = 0; word < 16; word++) block[word] = view.getInt32(at + 4 * word, true);
    mix(state, block);
  }
  return [...new Uint8Array(state.buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function mix(state: Int32Array, block: Int32Array): void {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  for (let step = 0; step < 64; step++) {
    const word = (block[TAKES[step] ?? 0] ?? 0) + (SINES[step] ?? 0);
    const sum = (a + chosen(step >> 4, b, c, d) + word) | 0;
    const left = LEFT[step] ?? 0;
    a = d;
    d = c;
    c = b;
    b = (b + ((sum << left) | (sum >>> (32 - left)))) | 0;
  }
  for (const [at, value] of [a, b, c, d].entries()) state[at] = ((state[at] ?? 0) + value) | 0;
}

function chosen(round: number, b: number, c: number, d: number): number {
  if (round === 0) return (b & c) | (~b & d);
  if (round === 1) return (b & d) | (c & ~d);
  return round === 2 ? b ^ c ^ d : c ^ (b | ~d);
}
