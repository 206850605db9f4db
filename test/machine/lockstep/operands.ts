/** Register contents that find bugs: borders, special floating-point values, and plain random ones. */
import type { Random } from '../../support/random';

const INTEGERS: readonly bigint[] = [
  0n,
  1n,
  2n,
  0x7fn,
  0x80n,
  0xffn,
  0x7fffn,
  0x8000n,
  0xffffn,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  0x1_0000_0000n,
  0x7fff_ffff_ffff_ffffn,
  0x8000_0000_0000_0000n,
  0xffff_ffff_8000_0000n,
  0xffff_ffff_ffff_fffen,
  0xffff_ffff_ffff_ffffn,
];

const BOXED = 0xffff_ffff_0000_0000n;
const SINGLES: readonly bigint[] = [
  0x0000_0000n, // 0
  0x8000_0000n, // -0
  0x0000_0001n, // smallest
  0x007f_ffffn, // largest subnormal
  0x0080_0000n, // smallest normal
  0x7f7f_ffffn, // largest
  0x3f80_0000n, // 1
  0xbf80_0000n, // -1
  0x4b00_0001n, // 2^23 + 1
  0x5f00_0000n, // 2^63
  0x4f00_0000n, // 2^31
  0x7f80_0000n, // infinity
  0xff80_0000n,
  0x7fc0_0000n, // quiet NaN
  0x7f80_0001n, // signaling NaN
  0xffff_ffffn,
];
const DOUBLES: readonly bigint[] = [
  0n,
  1n << 63n,
  1n,
  0x000f_ffff_ffff_ffffn,
  0x0010_0000_0000_0000n,
  0x7fef_ffff_ffff_ffffn,
  0x3ff0_0000_0000_0000n,
  0xbff0_0000_0000_0000n,
  0x4330_0000_0000_0001n, // 2^52 + 1
  0x43e0_0000_0000_0000n, // 2^63
  0x41e0_0000_0000_0000n, // 2^31
  0x47ef_ffff_e000_0000n, // the largest single
  0x36a0_0000_0000_0000n, // the smallest single
  0x380f_ffff_ffff_ffffn, // rounds to the smallest normal single
  0x7ff0_0000_0000_0000n,
  0xfff0_0000_0000_0000n,
  0x7ff8_0000_0000_0000n,
  0x7ff0_0000_0000_0001n,
];

/** A word with runs of ones and zeros. */
const runs = (random: Random): bigint => {
  let value = 0n;
  let bit = 0;
  for (let at = 0; at < 64; ) {
    const length = 1 + random.below(24);
    if (bit) value |= ((1n << BigInt(length)) - 1n) << BigInt(at);
    at += length;
    bit ^= 1;
  }
  return BigInt.asUintN(64, value);
};

/** Contents of an integer register. */
export const integer = (random: Random): bigint => {
  switch (random.below(4)) {
    case 0:
      return random.pick(INTEGERS);
    case 1:
      return runs(random);
    case 2:
      return BigInt.asUintN(64, BigInt(random.below(256) - 128));
    default:
      return random.u64();
  }
};

/** Numbers of like exponents, so that sums and differences cancel and round. */
const nearDouble = (random: Random): bigint =>
  (BigInt(random.below(2)) << 63n) |
  (BigInt(1023 - 30 + random.below(60)) << 52n) |
  ((random.u64() >> BigInt(12 + random.below(40))) << 0n);
const nearSingle = (random: Random): bigint =>
  (BigInt(random.below(2)) << 31n) |
  (BigInt(127 - 14 + random.below(28)) << 23n) |
  BigInt(random.u32() >>> (9 + random.below(20)));

/** Contents of a floating-point register: a double, or a single with an upper half of ones. */
export const float = (random: Random): bigint => {
  switch (random.below(8)) {
    case 0:
      return random.pick(DOUBLES);
    case 1:
    case 2:
      return nearDouble(random);
    case 3:
      return random.u64();
    case 4:
      return BOXED | random.pick(SINGLES);
    case 5:
    case 6:
      return BOXED | nearSingle(random);
    default:
      return BOXED | BigInt(random.u32());
  }
};

/** Half a vector: a double, two singles, an integer. Of a single in it the upper half means nothing. */
export const half = (random: Random): bigint => {
  switch (random.below(4)) {
    case 0:
      return integer(random);
    case 1:
      return BigInt.asUintN(64, (float(random) << 32n) | BigInt.asUintN(32, float(random)));
    default:
      return float(random);
  }
};
