/** Steps of SHA-1, SHA-256 and SHA-512 on vectors. @see FIPS 180-4, and Arm ARM, J1.3: SHA256hash and those beside it */
import { lanesOf, vectorOf } from './lanes';

const M32 = (1n << 32n) - 1n;
const M64 = (1n << 64n) - 1n;

const words = (vector: bigint): number[] => lanesOf(vector, { bits: 32, signed: false }).map(Number);
const ofWords = (lanes: readonly number[]): bigint =>
  lanes.reduceRight((vector, lane) => (vector << 32n) | BigInt(lane >>> 0), 0n);
const turnedLeft = (word: number, by: number): number => (word << by) | (word >>> (32 - by));
const turnedRight = (word: number, by: number): number => turnedLeft(word, 32 - by);

const choice = (x: number, y: number, z: number): number => ((y ^ z) & x) ^ z;
const majority = (x: number, y: number, z: number): number => (x & y) | ((x | y) & z);
const parity = (x: number, y: number, z: number): number => x ^ y ^ z;

/** Four rounds of SHA-1: of a to d in `d`, of e in `n` and of four words of the schedule in `m`. */
const rounds =
  (mix: (x: number, y: number, z: number) => number) =>
  (d: bigint, n: bigint, m: bigint): bigint => {
    let [a = 0, b = 0, c = 0, e3 = 0] = words(d);
    let e = Number(n & M32);
    for (const word of words(m)) {
      const sum = (e + turnedLeft(a, 5) + mix(b, c, e3) + word) | 0;
      [e, e3, c, b, a] = [e3, c, turnedLeft(b, 30), a, sum];
    }
    return ofWords([a, b, c, e3]);
  };

export const sha1c = rounds(choice);
export const sha1p = rounds(parity);
export const sha1m = rounds(majority);
export const sha1h = (n: bigint): bigint => BigInt(turnedLeft(Number(n & M32), 30) >>> 0);
export const sha1su0 = (d: bigint, n: bigint, m: bigint): bigint => (((n & M64) << 64n) | (d >> 64n)) ^ d ^ m;
export const sha1su1 = (d: bigint, n: bigint): bigint => {
  const [a = 0, b = 0, c = 0, e = 0] = words(d ^ (n >> 32n));
  return ofWords([turnedLeft(a, 1), turnedLeft(b, 1), turnedLeft(c, 1), turnedLeft(e, 1) ^ turnedLeft(a, 2)]);
};

const sum256 = (x: number, turns: readonly [number, number, number]): number =>
  turns.reduce((all, by) => all ^ turnedRight(x, by), 0);
const shifted256 = (x: number, [a, b, by]: readonly [number, number, number]): number =>
  turnedRight(x, a) ^ turnedRight(x, b) ^ (x >>> by);

/** Four rounds of SHA-256: a to d, e to h and four words of the schedule. */
const sha256 = (x: bigint, y: bigint, w: bigint): readonly [x: bigint, y: bigint] => {
  let [a = 0, b = 0, c = 0, d = 0] = words(x);
  let [e = 0, f = 0, g = 0, h = 0] = words(y);
  for (const word of words(w)) {
    const t = (h + sum256(e, [6, 11, 25]) + choice(e, f, g) + word) | 0;
    const sum = (t + sum256(a, [2, 13, 22]) + majority(a, b, c)) | 0;
    [h, g, f, e] = [g, f, e, (d + t) | 0];
    [d, c, b, a] = [c, b, a, sum];
  }
  return [ofWords([a, b, c, d]), ofWords([e, f, g, h])];
};
export const sha256h = (d: bigint, n: bigint, m: bigint): bigint => sha256(d, n, m)[0];
export const sha256h2 = (d: bigint, n: bigint, m: bigint): bigint => sha256(n, d, m)[1];
export const sha256su0 = (d: bigint, n: bigint): bigint => {
  const old = words(d);
  const next = words(((n & M32) << 96n) | (d >> 32n));
  return ofWords(old.map((word, at) => (word + shifted256(next[at] ?? 0, [7, 18, 3])) | 0));
};
export const sha256su1 = (d: bigint, n: bigint, m: bigint): bigint => {
  const old = words(d);
  const between = words(((m & M32) << 96n) | (n >> 32n));
  const made = words(m).slice(2);
  for (let at = 0; at < 4; at++)
    made.push((shifted256(made[at] ?? 0, [17, 19, 10]) + (old[at] ?? 0) + (between[at] ?? 0)) | 0);
  return ofWords(made.slice(2));
};

const turned64 = (x: bigint, by: bigint): bigint => ((x >> by) | (x << (64n - by))) & M64;
const sum512 = (x: bigint, turns: readonly bigint[]): bigint => turns.reduce((all, by) => all ^ turned64(x, by), 0n);
const shifted512 = (x: bigint, a: bigint, b: bigint, by: bigint): bigint => turned64(x, a) ^ turned64(x, b) ^ (x >> by);
const choice64 = (x: bigint, y: bigint, z: bigint): bigint => ((y ^ z) & x) ^ z;
const majority64 = (x: bigint, y: bigint, z: bigint): bigint => (x & y) ^ (x & z) ^ (y & z);
const halves = (vector: bigint): readonly [low: bigint, high: bigint] => [vector & M64, (vector >> 64n) & M64];
const ofHalves = (low: bigint, high: bigint): bigint => vectorOf([low, high], 64);

export const sha512h = (d: bigint, n: bigint, m: bigint): bigint => {
  const [[x0, x1], [y0, y1], [w0, w1]] = [halves(n), halves(m), halves(d)];
  const turns = [14n, 18n, 41n];
  const high = (choice64(y1, x0, x1) + sum512(y1, turns) + w1) & M64;
  const next = (high + y0) & M64;
  return ofHalves(choice64(next, y1, x0) + sum512(next, turns) + w0, high);
};
export const sha512h2 = (d: bigint, n: bigint, m: bigint): bigint => {
  const [[x0], [y0, y1], [w0, w1]] = [halves(n), halves(m), halves(d)];
  const turns = [28n, 34n, 39n];
  const high = (majority64(x0, y1, y0) + sum512(y0, turns) + w1) & M64;
  return ofHalves(majority64(high, y0, y1) + sum512(high, turns) + w0, high);
};
export const sha512su0 = (d: bigint, n: bigint): bigint => {
  const [[w0, w1], [x0]] = [halves(d), halves(n)];
  return ofHalves(w0 + shifted512(w1, 1n, 8n, 7n), w1 + shifted512(x0, 1n, 8n, 7n));
};
export const sha512su1 = (d: bigint, n: bigint, m: bigint): bigint => {
  const [[w0, w1], [x0, x1], [y0, y1]] = [halves(d), halves(n), halves(m)];
  return ofHalves(w0 + shifted512(x0, 19n, 61n, 6n) + y0, w1 + shifted512(x1, 19n, 61n, 6n) + y1);
};
