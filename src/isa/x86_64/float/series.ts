/**
 * Series for the x87's functions, on integers that stand for fractions of 2^256: four times the precision of a result, so that
 * what is rounded is off by far less than one result in 2^150 could show.
 */

/** Bits behind the point. */
export const BITS = 256;
export const ONE = 1n << BigInt(BITS);

export const times = (a: bigint, b: bigint): bigint => (a * b) >> BigInt(BITS);

/** The sum of terms, each made of the one before, up to the last that is not 0. */
const summed = (first: bigint, next: (term: bigint, n: bigint) => bigint): bigint => {
  let sum = 0n;
  let term = first;
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    sum += term;
    term = next(term, n);
  }
  return sum;
};

/** `sin x / x` and `cos x` by the square of x, which is at most 1. */
export const sineRatio = (square: bigint): bigint =>
  summed(ONE, (term, n) => -times(term, square) / (2n * n * (2n * n + 1n)));
export const cosine = (square: bigint): bigint =>
  summed(ONE, (term, n) => -times(term, square) / (2n * n * (2n * n - 1n)));

/** `(e^x - 1) / x` for x from -1 to 1. */
export const exponentialRatio = (x: bigint): bigint => summed(ONE, (term, n) => times(term, x) / (n + 1n));

/** `atan x / x` by the square of x, which is at most 1. @see Euler's series, whose terms at least halve */
export const arctangentRatio = (square: bigint): bigint => {
  const ratio = (square << BigInt(BITS)) / (ONE + square);
  return summed(ONE - ratio, (term, n) => (times(term, ratio) * (2n * n)) / (2n * n + 1n));
};

/** `artanh x / x` by the square of x, which is below 1/4. */
export const areaTangentRatio = (square: bigint): bigint => {
  let sum = 0n;
  for (let power = ONE, n = 1n; power !== 0n; power = times(power, square), n += 2n) sum += power / n;
  return sum;
};

interface Constants {
  readonly pi: bigint;
  readonly ln2: bigint;
  readonly ln10: bigint;
}
let made: Constants | undefined;

/** Made when first needed. */
export const constants = (): Constants => {
  if (made) return made;
  const reciprocal = (n: bigint): bigint => ONE / n;
  const arctangent = (n: bigint): bigint => arctangentRatio(reciprocal(n * n)) / n;
  const logarithm = (n: bigint): bigint => (2n * areaTangentRatio(reciprocal(n * n))) / n;
  // Machin's formula; ln 2 = 2 artanh 1/3; ln 10 = 3 ln 2 + ln 5/4.
  const ln2 = logarithm(3n);
  made = { pi: 16n * arctangent(5n) - 4n * arctangent(239n), ln2, ln10: 3n * ln2 + logarithm(9n) };
  return made;
};
