/** Floating-point operands that matter: near the ends of ranges, with few bits, special. */

import type { Random } from './random';

interface Shape {
  readonly fraction: bigint;
  readonly exponents: number;
  readonly width: number;
}
const SHAPES = {
  s: { fraction: 23n, exponents: 255, width: 32 },
  d: { fraction: 52n, exponents: 2047, width: 64 },
} as const satisfies Record<string, Shape>;

/** Bits of one operand. */
export const operand = (random: Random, suffix: 's' | 'd'): bigint => {
  const { fraction, exponents, width } = SHAPES[suffix];
  const bias = exponents >> 1;
  const mask = (1n << fraction) - 1n;
  const exponent = random.pick([
    0,
    0,
    1,
    random.below(60),
    exponents,
    exponents - 1,
    exponents - random.below(30),
    bias,
    bias + random.below(4) - 2,
    bias + random.below(120) - 60,
    random.below(exponents + 1),
  ]);
  const bits = random.u64() & mask;
  const kept = BigInt(random.below(Number(fraction) + 1));
  const significand = random.pick([
    0n,
    0n,
    1n,
    mask,
    mask - 1n,
    bits,
    bits,
    (bits >> kept) << kept,
    (1n << kept) - 1n,
    1n << (fraction - 1n),
  ]);
  const magnitude = (BigInt(Math.min(Math.max(exponent, 0), exponents)) << fraction) | (significand & mask);
  return magnitude | (BigInt(random.below(2)) << BigInt(width - 1));
};
