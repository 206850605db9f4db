/** What rows of Advanced SIMD are described with, in operations that WebAssembly has. */
import type { Field, LaneBits, LaneOperation, V64, V128 } from '../../core/ops';
import type { A64Fields, A64Ops } from '../ops';

/** Lanes of two sources and the destination; what it makes of the upper half matters only where Q is set. */
export type OfVectors = (o: A64Ops, a: V128, b: V128, d: () => V128) => V128;

const ONES = (1n << 64n) - 1n;
const SIGN = 1n << 63n;

export const both = (o: A64Ops, bits: bigint): V128 => o.vector(o.c(bits), o.c(bits));
const zeros = (o: A64Ops): V128 => both(o, 0n);

/** All ones where Q is set. */
const whereQ = (o: A64Ops, f: A64Fields): V64 => o.sub(o.c(0), o.imm(f.Q));

/** The vector, its upper half only where Q is set. */
export const sized = (o: A64Ops, f: A64Fields, v: V128): V128 => o.vectorAnd(v, o.vector(o.c(ONES), whereQ(o, f)));

/** The first where Q is set, else the second. */
export const byQ = (o: A64Ops, f: A64Fields, set: V128, clear: V128): V128 =>
  o.selectBits(o.vector(whereQ(o, f), whereQ(o, f)), set, clear);

/** The lower halves of both, or where Q is set all of the first: what pairs are taken from. */
export const joined = (o: A64Ops, f: A64Fields, a: V128, b: V128): V128 =>
  o.vector(o.half(a, 'low'), o.select(o.imm32(f.Q), o.half(a, 'high'), o.half(b, 'low')));

const UNSIGNED: Readonly<Record<string, LaneOperation>> = { ltS: 'ltU', leS: 'leU', minS: 'minU', maxS: 'maxU' };

/** Below, or below or equal, with numbers of either kind: WebAssembly has none of 64 bits without sign. */
export const isBelow =
  (operation: 'ltS' | 'leS', signed: boolean, bits: LaneBits) =>
  (o: A64Ops, a: V128, b: V128): V128 => {
    if (signed) return o.lanes(operation, bits, a, b);
    if (bits < 64) return o.lanes(UNSIGNED[operation] ?? operation, bits, a, b);
    const turned = (v: V128) => o.vectorXor(v, both(o, SIGN));
    return o.lanes(operation, bits, turned(a), turned(b));
  };

export const lanewise =
  (operation: LaneOperation, bits: LaneBits): OfVectors =>
  (o, a, b) =>
    o.lanes(operation, bits, a, b);

/** The smaller or the larger; up to 32 bits. */
export const extreme = (operation: 'minS' | 'maxS', signed: boolean, bits: LaneBits): OfVectors =>
  lanewise(signed ? operation : (UNSIGNED[operation] ?? operation), bits);

/** How far they are apart; up to 32 bits. */
export const distance =
  (signed: boolean, bits: LaneBits): OfVectors =>
  (o, a, b, d) =>
    o.lanes('sub', bits, extreme('maxS', signed, bits)(o, a, b, d), extreme('minS', signed, bits)(o, a, b, d));

export const negated = (o: A64Ops, bits: LaneBits, a: V128): V128 => o.lanes('sub', bits, zeros(o), a);

/** The operation on `d` and what another gives. */
export const onto =
  (operation: 'add' | 'sub', bits: LaneBits, run: OfVectors): OfVectors =>
  (o, a, b, d) =>
    o.lanes(operation, bits, d(), run(o, a, b, d));

/** Numbers of the bytes that a lane has. */
const bytesOf = (lane: number, bits: LaneBits): number[] =>
  Array.from({ length: bits / 8 }, (_, byte) => (lane * bits) / 8 + byte);

/** Lanes by their numbers, those of `b` behind those of `a`. */
export const ordered = (
  o: A64Ops,
  bits: LaneBits,
  a: V128,
  b: V128,
  order: (lane: number, count: number) => number,
): V128 => {
  const count = 128 / bits;
  const lanes = Array.from({ length: count }, (_, lane) => order(lane, count));
  return o.shuffleBytes(
    a,
    b,
    lanes.flatMap((lane) => bytesOf(lane, bits)),
  );
};

/** What an operation makes of each two neighbours of `a` and, behind them, of `b`. */
export const pairs = (o: A64Ops, operation: LaneOperation, bits: LaneBits, a: V128, b: V128): V128 => {
  const of = (odd: 0 | 1) => ordered(o, bits, a, b, (lane) => 2 * lane + odd);
  return o.lanes(operation, bits, of(0), of(1));
};

/** The lower half, or where Q is set the upper half, below zeros. */
const part = (o: A64Ops, f: A64Fields, v: V128): V128 =>
  o.vector(o.select(o.imm32(f.Q), o.half(v, 'high'), o.half(v, 'low')), o.c(0));

/** The lanes of the lower half, or where Q is set of the upper half, in twice the width. */
export const widened = (o: A64Ops, f: A64Fields, bits: 8 | 16 | 32, signed: boolean, v: V128): V128 => {
  const half = part(o, f, v);
  const wide = (2 * bits) as LaneBits;
  if (!signed) return ordered(o, bits, half, zeros(o), (lane, count) => (lane % 2 ? count : lane / 2));
  const high = ordered(o, bits, half, zeros(o), (lane, count) => (lane % 2 ? (lane - 1) / 2 : count));
  return o.shiftLanes('shrS', wide, high, o.c32(bits));
};

/** The low halves of lanes of twice the width, in the lower half; where Q is set, in the upper half above `d`. */
export const narrowed = (o: A64Ops, f: A64Fields, bits: 8 | 16 | 32, v: V128, d: () => V128): V128 => {
  const lanes = o.half(
    ordered(o, bits, v, v, (lane, count) => (2 * lane) % count),
    'low',
  );
  return o.vector(o.select(o.imm32(f.Q), o.half(d(), 'low'), lanes), o.select(o.imm32(f.Q), lanes, o.c(0)));
};

/** The number of each byte within its lane. */
const WITHIN: Readonly<Record<LaneBits, bigint>> = {
  8: 0n,
  16: 0x0100_0100_0100_0100n,
  32: 0x0302_0100_0302_0100n,
  64: 0x0706_0504_0302_0100n,
};

/** The lane whose number a field has, in every lane. */
export const everyLane = (o: A64Ops, bits: LaneBits, v: V128, index: Field): V128 => {
  const first = o.shl(o.imm(index), o.c(Math.log2(bits / 8)));
  return o.pickBytes(v, o.lanes('add', 8, o.splat(8, first), both(o, WITHIN[bits])));
};

/** Numbers of lanes as lanes. */
const NUMBERS: Readonly<Record<LaneBits, readonly [bigint, bigint]>> = {
  8: [0x0706_0504_0302_0100n, 0x0f0e_0d0c_0b0a_0908n],
  16: [0x0003_0002_0001_0000n, 0x0007_0006_0005_0004n],
  32: [0x0000_0001_0000_0000n, 0x0000_0003_0000_0002n],
  64: [0n, 1n],
};

/** `v` with the lane of that number replaced by the low bits of a value. */
export const withLane = (o: A64Ops, bits: LaneBits, v: V128, index: Field, value: V64): V128 => {
  const [low, high] = NUMBERS[bits];
  const mask = o.lanes('eq', bits, o.vector(o.c(low), o.c(high)), o.splat(bits, o.imm(index)));
  return o.selectBits(mask, o.splat(bits, value), v);
};

/** Bytes of `a` and, behind them, of `b` from the number that a field has. */
export const extracted = (o: A64Ops, a: V128, b: V128, index: Field): V128 => {
  const [low, high] = NUMBERS[8];
  const from = o.lanes('add', 8, o.vector(o.c(low), o.c(high)), o.splat(8, o.imm(index)));
  const above = o.lanes('sub', 8, from, both(o, 0x1010_1010_1010_1010n));
  return o.vectorOr(o.pickBytes(a, from), o.pickBytes(b, above));
};

/** The vector; where Q is clear its upper half is zeros, or the lower half once more. */
export const filled = (o: A64Ops, f: A64Fields, v: V128, upper: 'zeros' | 'the lower half'): V128 => {
  const low = o.half(v, 'low');
  return o.vector(low, o.select(o.imm32(f.Q), o.half(v, 'high'), upper === 'zeros' ? o.c(0) : low));
};

/** What an operation makes of all lanes, in every lane. */
export const acrossLanes = (o: A64Ops, operation: LaneOperation, bits: LaneBits, v: V128): V128 => {
  let all = v;
  for (let apart = 64 / bits; apart >= 1; apart /= 2)
    all = o.lanes(
      operation,
      bits,
      all,
      ordered(o, bits, all, all, (lane, count) => (lane + apart) % count),
    );
  return all;
};

const NIBBLE = 0x0f0f_0f0f_0f0f_0f0fn;

/** Ones in each byte. */
export const onesOfBytes = (o: A64Ops, v: V128): V128 => {
  const counts = o.vector(o.c(0x0302_0201_0201_0100n), o.c(0x0403_0302_0302_0201n));
  const of = (nibbles: V128) => o.pickBytes(counts, o.vectorAnd(nibbles, both(o, NIBBLE)));
  return o.lanes('add', 8, of(v), of(o.shiftLanes('shrU', 8, v, o.c32(4))));
};

/** Shifted right by the lane's width less the field, from 1 to the whole width. */
export const shiftedRight = (o: A64Ops, bits: LaneBits, signed: boolean, v: V128, imm: Field): V128 => {
  const shift = signed ? 'shrS' : 'shrU';
  const less = o.shiftLanes(shift, bits, v, o.sub(o.c32(bits - 1), o.imm32(imm)));
  return o.shiftLanes(shift, bits, less, o.c32(1));
};
