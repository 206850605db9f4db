/** Operands for one floating-point operation, made to be hard: results near halves, at ends of ranges, exact and almost so. */
import { operand } from './fp-operands';
import type { Random } from './random';

export type FloatFormat = 's' | 'd';

/** What an operation takes. */
export type Taken =
  | { readonly kind: 'integer' }
  /** Doubles that become singles. */
  | { readonly kind: 'narrowed' }
  /** A float that becomes an integer of so many bits. */
  | { readonly kind: 'made integral'; readonly from: FloatFormat; readonly bits: number }
  | { readonly kind: 'floats'; readonly from: FloatFormat; readonly count: number };

const f64 = new DataView(new ArrayBuffer(8));
const numberOf = (format: FloatFormat, bits: bigint): number => {
  f64.setBigUint64(0, bits);
  return format === 's' ? f64.getFloat32(4) : f64.getFloat64(0);
};
const bitsOf = (format: FloatFormat, number: number): bigint => {
  if (format === 's') f64.setFloat32(0, number);
  else f64.setFloat64(0, number);
  return format === 's' ? BigInt(f64.getUint32(0)) : f64.getBigUint64(0);
};

/** A float of moderate size, often with few bits, and now and then an integer or a half. */
const moderate = (random: Random, format: FloatFormat): bigint => {
  const bits = random.u64() >> BigInt(random.below(64));
  const number = Number(BigInt.asIntN(64, bits)) * 2 ** -random.pick([0, 0, 1, 2, 31, 52, 63, random.below(64)]);
  return bitsOf(format, random.below(2) ? number : -number);
};

const step = (random: Random, format: FloatFormat, bits: bigint): bigint =>
  BigInt.asUintN(format === 's' ? 32 : 64, bits + BigInt(random.below(5) - 2));

/** Integers as registers hold them; powers of two and their neighbours, sums of few bits. */
const integer = (random: Random): bigint => {
  const power = () => 1n << BigInt(random.below(64));
  const value = random.pick([power(), power() + power(), power() - power() / 2n, random.u64(), 0n]);
  const near = value + BigInt(random.below(3) - 1);
  return BigInt.asUintN(64, random.below(2) ? near : -near);
};

const floats = (random: Random, from: FloatFormat, count: number): bigint[] => {
  const one = () => (random.below(2) ? operand(random, from) : moderate(random, from));
  const [a, b] = [one(), one()];
  if (count === 1) {
    const root = numberOf(from, moderate(random, from));
    return [random.pick([a, step(random, from, bitsOf(from, root * root)), bitsOf(from, Math.abs(root))])];
  }
  const [x, y] = [numberOf(from, a), numberOf(from, b)];
  const product = bitsOf(from, x * y);
  if (count === 2) {
    const pair = [a, random.pick([b, a, step(random, from, a), bitsOf(from, -x), product, product])];
    // A product divided by its factor.
    return random.below(3) ? pair : pair.reverse();
  }
  // An addend that cancels, that lies half a last place beside the product, or far below it.
  const nearby = bitsOf(
    from,
    x * y * random.pick([1, -1, 2 ** -24, 2 ** -25, 2 ** -53, 2 ** -54, 2 ** 53, -(2 ** 52)]),
  );
  return [a, b, random.pick([one(), nearby, step(random, from, nearby), bitsOf(from, -0), 0n])];
};

/** Bits of the operands; those of a single are its 32. */
export const hardOperands = (random: Random, taken: Taken): bigint[] => {
  switch (taken.kind) {
    case 'integer':
      return [integer(random)];
    case 'narrowed': {
      // Halfway between singles, and near that.
      const single = bitsOf('d', numberOf('s', operand(random, 's')));
      return [
        random.pick([operand(random, 'd'), single, step(random, 'd', single ^ (1n << 28n)), moderate(random, 'd')]),
      ];
    }
    case 'made integral': {
      const { from, bits } = taken;
      const edge = bitsOf(from, random.pick([0.5, 1, 1.5, 2.5, 2 ** (bits - 1), 2 ** bits, 2 ** (bits - 1) - 1]));
      const signed = step(random, from, edge) | (BigInt(random.below(2)) << (from === 's' ? 31n : 63n));
      return [random.pick([operand(random, from), signed, moderate(random, from), moderate(random, from)])];
    }
    case 'floats':
      return floats(random, taken.from, taken.count);
  }
};
