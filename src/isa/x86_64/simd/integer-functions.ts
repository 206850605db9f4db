/** Integers of MMX and SSE where WebAssembly has no word for it. */
import type { IsaFunction } from '../../core/privileged';
import { type LaneType, laneAt, lanesOf, nearest, signedLanes, unsignedLanes, vectorOf } from './lanes';

/** Of 64 bits: MMX registers, and each half of the others. */
type Half = (a: bigint, b: bigint) => bigint;
/** Of a whole register, a source and an immediate. */
type Whole = (a: bigint, b: bigint, imm: number) => bigint;

const HALF = 64;
const lanewise =
  (type: LaneType, run: (a: bigint, b: bigint) => bigint): Half =>
  (a, b) => {
    const others = lanesOf(b, type, HALF);
    return vectorOf(
      lanesOf(a, type, HALF).map((lane, at) => run(lane, others[at] ?? 0n)),
      type.bits,
    );
  };
const sumOfPairs = (products: readonly bigint[]): bigint[] =>
  products.flatMap((product, at) => (at % 2 === 0 ? [product + (products[at + 1] ?? 0n)] : []));

const S16 = signedLanes(16);
const U16 = unsignedLanes(16);
const S32 = signedLanes(32);
const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);
const signOf =
  (bits: number): Half =>
  (a, b) =>
    lanewise(signedLanes(bits), (x, y) => (y < 0n ? -x : y === 0n ? 0n : x))(a, b);

const HALVES: Readonly<Record<string, Half>> = {
  pmulhw: lanewise(S16, (a, b) => (a * b) >> 16n),
  pmulhuw: lanewise(U16, (a, b) => (a * b) >> 16n),
  pmulhrsw: lanewise(S16, (a, b) => (((a * b) >> 14n) + 1n) >> 1n),
  pmaddwd: (a, b) => {
    const others = lanesOf(b, S16, HALF);
    return vectorOf(sumOfPairs(lanesOf(a, S16, HALF).map((lane, at) => lane * (others[at] ?? 0n))), 32);
  },
  pmaddubsw: (a, b) => {
    const others = lanesOf(b, signedLanes(8), HALF);
    const products = lanesOf(a, unsignedLanes(8), HALF).map((lane, at) => lane * (others[at] ?? 0n));
    return vectorOf(
      sumOfPairs(products).map((sum) => nearest(sum, S16)),
      16,
    );
  },
  psadbw: (a, b) => {
    const others = lanesOf(b, unsignedLanes(8), HALF);
    return lanesOf(a, unsignedLanes(8), HALF).reduce((sum, lane, at) => sum + magnitude(lane - (others[at] ?? 0n)), 0n);
  },
  pmuludq: (a, b) => laneAt(a, 32, 0) * laneAt(b, 32, 0),
  pmuldq: (a, b) => BigInt.asUintN(64, BigInt.asIntN(32, a) * BigInt.asIntN(32, b)),
  psignb: signOf(8),
  psignw: signOf(16),
  psignd: signOf(32),
};

/** Packed into half as many bits, the destination's lanes first. */
const packing =
  (from: number, to: LaneType, width: number): Whole =>
  (a, b) =>
    vectorOf(
      [a, b].flatMap((v) => lanesOf(v, signedLanes(from), width).map((lane) => nearest(lane, to))),
      to.bits,
    );
const horizontal =
  (type: LaneType, run: (a: bigint, b: bigint) => bigint, width: number): Whole =>
  (a, b) => {
    const lanes = [a, b].flatMap((v) => lanesOf(v, type, width));
    return vectorOf(
      lanes.flatMap((lane, at) => (at % 2 === 0 ? [run(lane, lanes[at + 1] ?? 0n)] : [])),
      type.bits,
    );
  };
/** Bytes by numbers: those with the highest bit are 0. */
const shuffledBytes =
  (width: number): Whole =>
  (a, b) =>
    vectorOf(
      lanesOf(b, unsignedLanes(8), width).map((at) => (at & 0x80n ? 0n : laneAt(a, 8, Number(at) & (width / 8 - 1)))),
      8,
    );
/** Bytes of the source and above them the destination, from a byte on. */
const aligned =
  (width: number): Whole =>
  (a, b, imm) =>
    BigInt.asUintN(width, ((a << BigInt(width)) | b) >> BigInt(8 * Math.min(imm, width / 4)));

/** Those that go across halves, of registers of both widths. */
const across = (width: number): Readonly<Record<string, Whole>> => ({
  packsswb: packing(16, signedLanes(8), width),
  packuswb: packing(16, unsignedLanes(8), width),
  packssdw: packing(32, S16, width),
  packusdw: packing(32, U16, width),
  phaddw: horizontal(S16, (a, b) => a + b, width),
  phaddd: horizontal(S32, (a, b) => a + b, width),
  phaddsw: horizontal(S16, (a, b) => nearest(a + b, S16), width),
  phsubw: horizontal(S16, (a, b) => a - b, width),
  phsubd: horizontal(S32, (a, b) => a - b, width),
  phsubsw: horizontal(S16, (a, b) => nearest(a - b, S16), width),
  pshufb: shuffledBytes(width),
  palignr: aligned(width),
  pshufw: (_, b, imm) =>
    vectorOf(
      [0, 1, 2, 3].map((at) => laneAt(b, 16, (imm >> (2 * at)) & 3)),
      16,
    ),
});

/** Lanes of four chosen by two bits each. */
const chosen = (v: bigint, bits: number, imm: number, from = 0): bigint[] =>
  [0, 1, 2, 3].map((at) => laneAt(v, bits, from + ((imm >> (2 * at)) & 3)));

/** Lanes of the source where bits of the immediate are set. */
const blended =
  (bits: number): Whole =>
  (a, b, imm) =>
    vectorOf(
      lanesOf(a, unsignedLanes(bits)).map((lane, at) => ((imm >> at) & 1 ? laneAt(b, bits, at) : lane)),
      bits,
    );
const replacedLane = (v: bigint, bits: number, lane: number, value: bigint): bigint => {
  const lanes = lanesOf(v, unsignedLanes(bits));
  lanes[lane] = value;
  return vectorOf(lanes, bits);
};

const WHOLE: Readonly<Record<string, Whole>> = {
  ...across(128),
  pshufd: (_, b, imm) => vectorOf(chosen(b, 32, imm), 32),
  pshuflw: (_, b, imm) => ((b >> 64n) << 64n) | vectorOf(chosen(b, 16, imm), 16),
  pshufhw: (_, b, imm) => BigInt.asUintN(64, b) | (vectorOf(chosen(b, 16, imm, 4), 16) << 64n),
  shufps: (a, b, imm) => vectorOf([...chosen(a, 32, imm).slice(0, 2), ...chosen(b, 32, imm).slice(2)], 32),
  shufpd: (a, b, imm) => vectorOf([laneAt(a, 64, imm & 1), laneAt(b, 64, (imm >> 1) & 1)], 64),
  pslldq: (a, _, imm) => (imm > 15 ? 0n : BigInt.asUintN(128, a << BigInt(8 * imm))),
  psrldq: (a, _, imm) => (imm > 15 ? 0n : a >> BigInt(8 * imm)),
  blendps: blended(32),
  blendpd: blended(64),
  pblendw: blended(16),
  insertps: (a, b, imm) => {
    const inserted = replacedLane(a, 32, (imm >> 4) & 3, laneAt(b, 32, imm >> 6));
    return vectorOf(
      lanesOf(inserted, unsignedLanes(32)).map((lane, at) => ((imm >> at) & 1 ? 0n : lane)),
      32,
    );
  },
  mpsadbw: (a, b, imm) => {
    const block = lanesOf(b, unsignedLanes(8)).slice(4 * (imm & 3), 4 * (imm & 3) + 4);
    const from = imm & 4;
    return vectorOf(
      Array.from({ length: 8 }, (_, at) =>
        block.reduce((sum, byte, index) => sum + magnitude(laneAt(a, 8, from + at + index) - byte), 0n),
      ),
      16,
    );
  },
  phminposuw: (_, b) => {
    const lanes = lanesOf(b, U16);
    const least = lanes.reduce((best, lane, at) => (lane < (lanes[best] ?? 0n) ? at : best), 0);
    return (lanes[least] ?? 0n) | (BigInt(least) << 16n);
  },
  'insert byte': (a, b, imm) => replacedLane(a, 8, imm & 15, b),
  'insert word': (a, b, imm) => replacedLane(a, 16, imm & 7, b),
  'insert dword': (a, b, imm) => replacedLane(a, 32, imm & 3, b),
  'insert qword': (a, b, imm) => replacedLane(a, 64, imm & 1, b),
};

/** Lanes widened: as many as fit, of the low ones. */
const widening =
  (from: LaneType, to: number): Whole =>
  (_, b) =>
    vectorOf(lanesOf(b, from).slice(0, 128 / to), to);
const WIDENINGS: Readonly<Record<string, Whole>> = Object.fromEntries(
  (
    [
      ['bw', 8, 16],
      ['bd', 8, 32],
      ['bq', 8, 64],
      ['wd', 16, 32],
      ['wq', 16, 64],
      ['dq', 32, 64],
    ] as const
  ).flatMap(([name, from, to]): [string, Whole][] => [
    [`pmovsx${name}`, widening(signedLanes(from), to)],
    [`pmovzx${name}`, widening(unsignedLanes(from), to)],
  ]),
);

const half =
  (run: Half): IsaFunction =>
  (_state, a, b) =>
    run(a, b);
/** Of the register whose number is the field. */
export const whole =
  (run: Whole): IsaFunction =>
  (state, low, high, imm, field) => {
    state.write('xmm', field, run(state.read('xmm', field), low | (high << 64n), Number(imm) & 0xff));
    return 0n;
  };
const ofMmx =
  (run: Whole): IsaFunction =>
  (_state, a, b, imm) =>
    run(a, b, Number(imm) & 0xff);

const entries = <T>(prefix: string, functions: Readonly<Record<string, T>>, how: (run: T) => IsaFunction) =>
  Object.fromEntries(Object.entries(functions).map(([name, run]) => [`${prefix}${name}`, how(run)]));

/** By the names rows call them by: mnemonics; `half` before those of 64 bits, `mmx` before those of MMX registers that go across. */
export const SSE_INTEGER_FUNCTIONS: Readonly<Record<string, IsaFunction>> = {
  ...entries('half ', HALVES, half),
  ...entries('mmx ', across(64), ofMmx),
  ...entries('', { ...WHOLE, ...WIDENINGS }, whole),
};
