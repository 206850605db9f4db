/**
 * Soft-float of our own, for all instruction sets: every operation computes its exact result as a BigInt times a power of
 * two and rounds once, here. What architectures do differently is in `mode.ts`. Nothing here may keep state or use the
 * host's floating point for a result; where the host's is certain, `host.ts` tells.
 */

/** Flags of IEEE 754: inexact, underflow, overflow, division by zero, invalid operation. */
export const FLAG = { NX: 1, UF: 2, OF: 4, DZ: 8, NV: 16 } as const;

/**
 * Directions: to the nearest, ties to even; towards zero; down; up; to the nearest, ties away from zero; and to odd: of the two
 * neighbours of an inexact result the one with an odd significand, so that it can be rounded again.
 */
export const ROUND = { RNE: 0, RTZ: 1, RDN: 2, RUP: 3, RMM: 4, ODD: 5 } as const;

/** How an exact result is fitted into its format. */
export interface Rounding {
  /** One of {@link ROUND}. */
  readonly rounding: number;
  /**
   * When an inexact result is an underflow: where it is below the smallest normal number before it is rounded, or after it is
   * rounded as if there were no smallest. `flushed`: whatever is below before it is rounded becomes zero, and that is an underflow.
   */
  readonly tiny: 'before rounding' | 'after rounding' | 'flushed';
}

/** A result and the flags it raises. */
export interface FpResult {
  /** Unsigned; formats narrower than 64 bits are zero-extended, 32-bit integers sign-extended. */
  readonly bits: bigint;
  readonly flags: number;
}

/** A binary interchange format of IEEE 754. */
export interface Format {
  readonly width: number;
  /** Precision: significand bits with the hidden one. */
  readonly p: number;
  /** Fraction bits, `p - 1`, and the masks that follow from them. */
  readonly fraction: bigint;
  readonly fractionMask: bigint;
  readonly hidden: bigint;
  /** Exponent of the smallest normal number; the bias is `1 - minExponent`. */
  readonly minExponent: number;
  readonly exponentMask: number;
  readonly sign: bigint;
  readonly infinity: bigint;
  readonly quiet: bigint;
  /** The NaN that operations yield of themselves: positive, quiet, without a payload. */
  readonly nan: bigint;
}

/** A format of `width` bits with `p` significant ones, the hidden one among them. */
export const format = (width: number, p: number): Format => {
  const fraction = BigInt(p - 1);
  const exponentMask = 2 ** (width - p) - 1;
  const infinity = BigInt(exponentMask) << fraction;
  const quiet = 1n << (fraction - 1n);
  return {
    width,
    p,
    fraction,
    fractionMask: (1n << fraction) - 1n,
    hidden: 1n << fraction,
    minExponent: 2 - 2 ** (width - p - 1),
    exponentMask,
    sign: 1n << BigInt(width - 1),
    infinity,
    quiet,
    nan: infinity | quiet,
  };
};

export const HALF = format(16, 11);
export const SINGLE = format(32, 24);
export const DOUBLE = format(64, 53);

/**
 * A number taken apart: `(-1)^negative × significand × 2^exponent`. The significand is 0 for zeros and infinities; of a NaN
 * it is the payload with the quiet bit.
 */
export interface Unpacked {
  readonly kind: 'finite' | 'infinite' | 'quiet' | 'signalling';
  readonly negative: boolean;
  readonly exponent: number;
  readonly significand: bigint;
}

export const unpack = (f: Format, raw: bigint): Unpacked => {
  const bits = BigInt.asUintN(f.width, raw);
  const negative = (bits & f.sign) !== 0n;
  const biased = Number(bits >> f.fraction) & f.exponentMask;
  const fraction = bits & f.fractionMask;
  if (biased === f.exponentMask) {
    const kind = fraction === 0n ? 'infinite' : (fraction & f.quiet) === 0n ? 'signalling' : 'quiet';
    return { kind, negative, exponent: 0, significand: fraction };
  }
  // Subnormals have the exponent of the smallest normals and no hidden bit.
  const exponent = Math.max(biased, 1) - 1 + f.minExponent - f.p + 1;
  return { kind: 'finite', negative, exponent, significand: biased === 0 ? fraction : fraction | f.hidden };
};

export const isNan = (u: Unpacked): boolean => u.kind === 'quiet' || u.kind === 'signalling';
export const isZero = (u: Unpacked): boolean => u.kind === 'finite' && u.significand === 0n;

export const zero = (f: Format, negative: boolean): bigint => (negative ? f.sign : 0n);
export const infinity = (f: Format, negative: boolean): bigint => (negative ? f.sign | f.infinity : f.infinity);
/** What an invalid operation yields. */
export const invalid = (f: Format): FpResult => ({ bits: f.nan, flags: FLAG.NV });

/** Number of bits up to the highest one; `value` is not negative. */
export const bitLength = (value: bigint): number => {
  let high = value;
  let length = 0;
  while (high >= 0x1_0000_0000n) {
    high >>= 32n;
    length += 32;
  }
  return length + 32 - Math.clz32(Number(high));
};

/** `significand / 2^shift` rounded to an integer. `shift` may be negative: then the result is exact. */
export const roundShift = (
  negative: boolean,
  significand: bigint,
  shift: number,
  rm: number,
): { readonly value: bigint; readonly inexact: boolean } => {
  if (shift <= 0) return { value: significand << BigInt(-shift), inexact: false };
  const by = BigInt(shift);
  const kept = significand >> by;
  const lost = significand - (kept << by);
  if (lost === 0n) return { value: kept, inexact: false };
  return { value: roundsUp(negative, kept, lost, 1n << (by - 1n), rm) ? kept + 1n : kept, inexact: true };
};

const roundsUp = (negative: boolean, kept: bigint, lost: bigint, half: bigint, rm: number): boolean => {
  switch (rm) {
    case ROUND.RNE:
      return lost > half || (lost === half && (kept & 1n) === 1n);
    case ROUND.RTZ:
      return false;
    case ROUND.RDN:
      return negative;
    case ROUND.RUP:
      return !negative;
    case ROUND.RMM:
      return lost >= half;
    case ROUND.ODD:
      return (kept & 1n) === 0n;
    default:
      throw new Error(`rounding mode ${rm} must not reach the soft-float`);
  }
};

/**
 * Rounds `(-1)^negative × significand × 2^exponent` into format `f`. The significand is exact, or its lowest bit stands for
 * everything below it and at least two bits beyond the precision are kept. It is not zero: the sign of zero is the caller's.
 */
export const round = (
  f: Format,
  negative: boolean,
  exponent: number,
  significand: bigint,
  { rounding: rm, tiny }: Rounding,
): FpResult => {
  const top = exponent + bitLength(significand) - 1;
  if (tiny === 'flushed' && top < f.minExponent) return { bits: zero(f, negative), flags: FLAG.UF };
  const quantum = Math.max(top, f.minExponent) - f.p + 1;
  const { value, inexact } = roundShift(negative, significand, quantum - exponent, rm);
  // The hidden bit of `value` adds one to the exponent field, and so does a carry out of rounding.
  const bits = (BigInt(quantum + f.p - 1 - f.minExponent) << f.fraction) + value;
  if (bits >= f.infinity) return overflow(f, negative, rm);
  const isTiny =
    tiny === 'after rounding' ? isTinyRounded(f, negative, exponent, significand, top, rm) : top < f.minExponent;
  const flags = inexact ? (isTiny ? FLAG.UF | FLAG.NX : FLAG.NX) : 0;
  return { bits: negative ? bits | f.sign : bits, flags };
};

/** Tininess after rounding: as if the exponent had no lower bound. */
const isTinyRounded = (
  f: Format,
  negative: boolean,
  exponent: number,
  significand: bigint,
  top: number,
  rm: number,
): boolean => {
  if (top >= f.minExponent) return false;
  if (top < f.minExponent - 1) return true;
  return roundShift(negative, significand, top - f.p + 1 - exponent, rm).value < f.hidden * 2n;
};

const overflow = (f: Format, negative: boolean, rm: number): FpResult => {
  const awayFromZero = rm === ROUND.RNE || rm === ROUND.RMM || rm === (negative ? ROUND.RDN : ROUND.RUP);
  const magnitude = awayFromZero ? f.infinity : f.infinity - 1n;
  return { bits: negative ? magnitude | f.sign : magnitude, flags: FLAG.OF | FLAG.NX };
};
