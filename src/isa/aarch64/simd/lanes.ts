/** Lanes of vectors as BigInts, for what Advanced SIMD does in TypeScript. */

export type LaneWidth = 8 | 16 | 32 | 64 | 128;

/** What the lanes of a vector are to an instruction. */
export interface LaneType {
  readonly bits: LaneWidth;
  readonly signed: boolean;
}

/** So many lanes from number `from`, the lowest first, as numbers of their type. */
export const lanesOf = (vector: bigint, { bits, signed }: LaneType, count = 128 / bits, from = 0): bigint[] => {
  const number = signed ? BigInt.asIntN : BigInt.asUintN;
  return Array.from({ length: count }, (_, lane) => number(bits, vector >> BigInt((from + lane) * bits)));
};

/** The vector of lanes of so many bits, which are taken modulo that; zeros above them. */
export const vectorOf = (lanes: readonly bigint[], bits: number): bigint =>
  lanes.reduceRight((vector, lane) => (vector << BigInt(bits)) | BigInt.asUintN(bits, lane), 0n);

/** The type of twice as many bits. */
export const wider = ({ bits, signed }: LaneType): LaneType => ({ bits: (bits * 2) as LaneWidth, signed });

/** The nearest number that the type can hold. */
export const nearest = (value: bigint, { bits, signed }: LaneType): bigint => {
  const span = 1n << BigInt(bits);
  const [lowest, highest] = signed ? [-span / 2n, span / 2n - 1n] : [0n, span - 1n];
  return value < lowest ? lowest : value > highest ? highest : value;
};

/** Fits numbers into lanes, and remembers whether one did not fit: that sets FPSR.QC. */
export class Saturation {
  isSet = false;

  fit(value: bigint, type: LaneType): bigint {
    const fitted = nearest(value, type);
    if (fitted !== value) this.isSet = true;
    return fitted;
  }
}

/** What a lane becomes of those of the sources and of the destination. */
export type OfLanes = (a: bigint, b: bigint, d: bigint, lane: Lane) => bigint;

/** What {@link OfLanes} knows of the lane it makes. */
export interface Lane extends LaneType {
  /** Fits a number into lanes of this type, or of another. */
  fit(value: bigint, type?: LaneType): bigint;
}
