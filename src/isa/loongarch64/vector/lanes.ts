/** Lanes of vectors as BigInts, for what instructions do in TypeScript. */

/** What the lanes of a vector are to an instruction. */
export interface LaneType {
  readonly bits: 8 | 16 | 32 | 64 | 128;
  readonly signed: boolean;
}

const BITS = { b: 8, h: 16, w: 32, d: 64, q: 128 } as const;

/** Of a suffix: `b`, `h`, `w`, `d` or `q`, with a `u` for unsigned numbers. @throws Error for another */
export const laneType = (suffix: string): LaneType => {
  const bits = BITS[suffix[0] as keyof typeof BITS];
  if (bits === undefined || !/^.u?$/.test(suffix)) throw new Error(`no lanes "${suffix}"`);
  return { bits, signed: !suffix.endsWith('u') };
};

/** The lanes, from the lowest, as numbers of their type. */
export const lanesOf = (vector: bigint, { bits, signed }: LaneType): bigint[] => {
  const number = signed ? BigInt.asIntN : BigInt.asUintN;
  return Array.from({ length: 128 / bits }, (_, lane) => number(bits, vector >> BigInt(lane * bits)));
};

/** The vector of lanes of so many bits, which are taken modulo that. */
export const vectorOf = (lanes: readonly bigint[], bits: number): bigint =>
  lanes.reduceRight((vector, lane) => (vector << BigInt(bits)) | BigInt.asUintN(bits, lane), 0n);

/** The nearest number that so many bits can hold. */
export const saturated = (value: bigint, { bits, signed }: LaneType): bigint => {
  const span = 1n << BigInt(bits);
  const [lowest, highest] = signed ? [-span / 2n, span / 2n - 1n] : [0n, span - 1n];
  return value < lowest ? lowest : value > highest ? highest : value;
};

/** The type of twice as many bits. */
export const wider = ({ bits, signed }: LaneType): LaneType => ({ bits: (bits * 2) as LaneType['bits'], signed });
