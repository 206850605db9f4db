/** Integer instructions of LSX that TypeScript does, lane by lane. */
import { families, type Suffixed, type VectorFunction } from './families';
import { type LaneType, lanesOf, saturated, vectorOf } from './lanes';

/** What a lane becomes of those of vj, vk and vd, which are numbers of the type. */
type OfLanes = (j: bigint, k: bigint, type: LaneType, d: bigint) => bigint;

const lanewise =
  (run: OfLanes) =>
  ({ taken: type }: Suffixed): VectorFunction =>
  (j, k, d) => {
    const [ofK, ofD] = [lanesOf(k, type), lanesOf(d, type)];
    const made = lanesOf(j, type).map((lane, at) => run(lane, ofK[at] ?? 0n, type, ofD[at] ?? 0n));
    return vectorOf(made, type.bits);
  };

/** The same with an immediate for every lane of vk. */
const byImmediate =
  (run: OfLanes) =>
  ({ taken: type }: Suffixed): VectorFunction =>
  (j, immediate) => {
    const made = lanesOf(j, type).map((lane) => run(lane, immediate, type, 0n));
    return vectorOf(made, type.bits);
  };

const divided: OfLanes = (j, k) => (k === 0n ? 0n : j / k);
const remainder: OfLanes = (j, k) => (k === 0n ? 0n : j % k);

const shiftOf = (k: bigint, { bits }: LaneType): bigint => BigInt.asUintN(Math.log2(bits), k);
const unsigned = (lane: bigint, { bits }: LaneType): bigint => BigInt.asUintN(bits, lane);
/** Rounded: what is shifted out last is added. */
const rounded = (lane: bigint, count: bigint): bigint =>
  count === 0n ? lane : (lane >> count) + ((lane >> (count - 1n)) & 1n);

const SHIFTS = {
  sll: (j, k, type) => j << shiftOf(k, type),
  srl: (j, k, type) => unsigned(j, type) >> shiftOf(k, type),
  sra: (j, k, type) => j >> shiftOf(k, type),
  rotr: (j, k, type) => (unsigned(j, type) >> shiftOf(k, type)) | (j << (BigInt(type.bits) - shiftOf(k, type))),
  srlr: (j, k, type) => rounded(unsigned(j, type), shiftOf(k, type)),
  srar: (j, k, type) => rounded(j, shiftOf(k, type)),
} as const satisfies Readonly<Record<string, OfLanes>>;

const bit = (k: bigint, type: LaneType): bigint => 1n << shiftOf(k, type);
const BITS = {
  bitclr: (j, k, type) => j & ~bit(k, type),
  bitset: (j, k, type) => j | bit(k, type),
  bitrev: (j, k, type) => j ^ bit(k, type),
} as const satisfies Readonly<Record<string, OfLanes>>;

/** The lanes of vj by counts, or with those of vd above them by one count, shifted into half the width. */
const narrowed = (shift: OfLanes, source: 'signed' | 'unsigned', isSaturating: boolean) => {
  const made = (value: bigint, type: LaneType): bigint => (isSaturating ? saturated(value, type) : value);
  const sourceOf = ({ taken }: Suffixed): LaneType => ({ bits: taken.bits, signed: source === 'signed' });
  const byCounts = (suffixed: Suffixed): VectorFunction => {
    const type = sourceOf(suffixed);
    return (j, k) => {
      const counts = lanesOf(k, type);
      const lanes = lanesOf(j, type).map((lane, at) => made(shift(lane, counts[at] ?? 0n, type, 0n), suffixed.made));
      return vectorOf(lanes, suffixed.made.bits);
    };
  };
  const byOne = (suffixed: Suffixed): VectorFunction => {
    const type = sourceOf(suffixed);
    return (j, count, d) => {
      const lanes = [...lanesOf(j, type), ...lanesOf(d, type)];
      return vectorOf(
        lanes.map((lane) => made(shift(lane, count, type, 0n), suffixed.made)),
        suffixed.made.bits,
      );
    };
  };
  return { byCounts, byOne };
};

const NARROW = 'b.h h.w w.d';
const NARROW_U = 'bu.h hu.w wu.d';

const narrowing = (): Record<string, VectorFunction> =>
  Object.fromEntries(
    (['srl', 'sra', 'srlr', 'srar'] as const).flatMap((letters) => {
      const source = letters.startsWith('sra') ? 'signed' : 'unsigned';
      const plain = narrowed(SHIFTS[letters], source, false);
      const saturating = narrowed(SHIFTS[letters], source, true);
      return Object.entries({
        ...families(`v${letters}n`, NARROW, plain.byCounts),
        ...families(`v${letters}ni`, `${NARROW} d.q`, plain.byOne),
        ...families(`vs${letters}n`, `${NARROW} ${NARROW_U}`, saturating.byCounts),
        ...families(`vs${letters}ni`, `${NARROW} d.q ${NARROW_U} du.q`, saturating.byOne),
      });
    }),
  );

/** Of doublewords, each of its half: quadwords, which WebAssembly has not. */
const toQuad =
  (run: (j: bigint, k: bigint, d: bigint) => bigint, halfOfJ: 0 | 1, halfOfK: 0 | 1) =>
  ({ taken, isMixed }: Suffixed): VectorFunction => {
    const ofJ: LaneType = { bits: 64, signed: taken.signed && !isMixed };
    return (j, k, d) => BigInt.asUintN(128, run(lanesOf(j, ofJ)[halfOfJ] ?? 0n, lanesOf(k, taken)[halfOfK] ?? 0n, d));
  };

const WIDENING = {
  addw: (j: bigint, k: bigint) => j + k,
  subw: (j: bigint, k: bigint) => j - k,
  mulw: (j: bigint, k: bigint) => j * k,
  maddw: (j: bigint, k: bigint, d: bigint) => d + j * k,
} as const;

const widening = (): Record<string, VectorFunction> =>
  Object.fromEntries(
    Object.entries(WIDENING).flatMap(([name, run]) => {
      const suffixes = name === 'subw' ? 'q.d q.du' : 'q.d q.du q.du.d';
      return Object.entries({
        ...families(`v${name}ev`, suffixes, toQuad(run, 0, 0)),
        ...families(`v${name}od`, suffixes, toQuad(run, 1, 1)),
      });
    }),
  );

const leadingZeros = (lane: bigint, { bits }: LaneType): bigint =>
  BigInt(lane === 0n ? bits : bits - lane.toString(2).length);
const ones = (lane: bigint): bigint => BigInt(lane.toString(2).replaceAll('0', '').length);

const SIGNED = 'b h w d';
const UNSIGNED = 'bu hu wu du';
const BOTH = `${SIGNED} ${UNSIGNED}`;

/** By mnemonic. */
export const integerFunctions = (): Readonly<Record<string, VectorFunction>> => ({
  ...families(
    'vadd',
    'q',
    lanewise((j, k) => j + k),
  ),
  ...families(
    'vsub',
    'q',
    lanewise((j, k) => j - k),
  ),
  ...families(
    'vsadd',
    'w d wu du',
    lanewise((j, k, type) => saturated(j + k, type)),
  ),
  ...families(
    'vssub',
    'w d wu du',
    lanewise((j, k, type) => saturated(j - k, type)),
  ),
  ...families(
    'vavg',
    BOTH,
    lanewise((j, k) => (j + k) >> 1n),
  ),
  ...families(
    'vavgr',
    `${SIGNED} wu du`,
    lanewise((j, k) => (j + k + 1n) >> 1n),
  ),
  ...families(
    'vmul',
    'b',
    lanewise((j, k) => j * k),
  ),
  ...families(
    'vmadd',
    'b',
    lanewise((j, k, _, d) => d + j * k),
  ),
  ...families(
    'vmsub',
    'b',
    lanewise((j, k, _, d) => d - j * k),
  ),
  ...families(
    'vmuh',
    BOTH,
    lanewise((j, k, { bits }) => (j * k) >> BigInt(bits)),
  ),
  ...families('vdiv', BOTH, lanewise(divided)),
  ...families('vmod', BOTH, lanewise(remainder)),
  ...families('vhaddw', 'q.d qu.du', toQuad(WIDENING.addw, 1, 0)),
  ...families('vhsubw', 'q.d qu.du', toQuad(WIDENING.subw, 1, 0)),
  ...widening(),
  ...families('vsll', 'b h w', lanewise(SHIFTS.sll)),
  ...families('vsrl', 'b h w', lanewise(SHIFTS.srl)),
  ...families('vsra', 'b h w', lanewise(SHIFTS.sra)),
  ...families('vrotr', 'b h w', lanewise(SHIFTS.rotr)),
  ...families('vsrlr', SIGNED, lanewise(SHIFTS.srlr)),
  ...families('vsrar', SIGNED, lanewise(SHIFTS.srar)),
  ...families('vsrlri', SIGNED, byImmediate(SHIFTS.srlr)),
  ...families('vsrari', SIGNED, byImmediate(SHIFTS.srar)),
  ...narrowing(),
  ...Object.fromEntries(
    Object.entries(BITS).flatMap(([name, run]) =>
      Object.entries({
        ...families(`v${name}`, SIGNED, lanewise(run)),
        ...families(`v${name}i`, SIGNED, byImmediate(run)),
      }),
    ),
  ),
  ...families(
    'vclz',
    SIGNED,
    lanewise((j, _, type) => leadingZeros(unsigned(j, type), type)),
  ),
  ...families(
    'vclo',
    SIGNED,
    lanewise((j, _, type) => leadingZeros(unsigned(~j, type), type)),
  ),
  ...families(
    'vpcnt',
    SIGNED,
    lanewise((j, _, type) => ones(unsigned(j, type))),
  ),
  ...families(
    'vsat',
    BOTH,
    byImmediate((j, count, { signed }) => {
      const highest = (1n << (signed ? count : count + 1n)) - 1n;
      const lowest = signed ? -highest - 1n : 0n;
      return j < lowest ? lowest : j > highest ? highest : j;
    }),
  ),
});
