/** Lanes of vectors as BigInts, for what SSE does in TypeScript. */

/** What the lanes of a vector are to an instruction. */
export interface LaneType {
  readonly bits: number;
  readonly signed: boolean;
}

export const signedLanes = (bits: number): LaneType => ({ bits, signed: true });
export const unsignedLanes = (bits: number): LaneType => ({ bits, signed: false });

/** The lanes of a vector of `width` bits, the lowest first, as numbers of their type. */
export const lanesOf = (vector: bigint, { bits, signed }: LaneType, width = 128): bigint[] => {
  const number = signed ? BigInt.asIntN : BigInt.asUintN;
  return Array.from({ length: width / bits }, (_, lane) => number(bits, vector >> BigInt(lane * bits)));
};

/** The vector of lanes of so many bits, which are taken modulo that; zeros above them. */
export const vectorOf = (lanes: readonly bigint[], bits: number): bigint =>
  lanes.reduceRight((vector, lane) => (vector << BigInt(bits)) | BigInt.asUintN(bits, lane), 0n);

/** The nearest number that the type can hold. */
export const nearest = (value: bigint, { bits, signed }: LaneType): bigint => {
  const span = 1n << BigInt(bits);
  const [lowest, highest] = signed ? [-span / 2n, span / 2n - 1n] : [0n, span - 1n];
  return value < lowest ? lowest : value > highest ? highest : value;
};

/** An element of a vector, unsigned. */
export const laneAt = (vector: bigint, bits: number, lane: number): bigint =>
  BigInt.asUintN(bits, vector >> BigInt(lane * bits));
