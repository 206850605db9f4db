/** Vectors that rows of instructions on lanes choose from: borders, special numbers, plain ones. Rows number them: append only. */

/** A vector of lanes of so many bits, over and over. */
const integers = (bits: number, ...lanes: readonly (number | bigint)[]): bigint => {
  const count = 128 / bits;
  return Array.from({ length: count }, (_, at) => BigInt(lanes[at % lanes.length] ?? 0)).reduceRight(
    (vector, lane) => (vector << BigInt(bits)) | BigInt.asUintN(bits, lane),
    0n,
  );
};

const HIGHEST = 0x7fff_ffff_ffff_ffffn;
const LOWEST = -HIGHEST - 1n;

/** Borders of lanes of every width, and plain numbers. */
export const INTEGERS: readonly bigint[] = [
  integers(8, 0, 1, -1, 127, -128, 2, -2, 100, -100, 64, -64, 3, 7, 8, 15, 16),
  integers(8, 127, -128, 1, -1, 0, 3, 200, 5, -7, 9, 33, 31, 17, 2, 4, 255),
  integers(8, -1, -128, 127, 85, 170, 0, 12, 240, 60, 195, 5, 80, 7, 14, 28, 129),
  integers(16, 0, 1, -1, 32767, -32768, 255, 256, -256),
  integers(16, 32767, -32768, 3, -3, 128, -129, 1000, 5),
  integers(16, -1, 2, 12345, -12345, 17, 31, -32767, 0),
  integers(32, 1, -1, 0x7fff_ffff, -0x8000_0000),
  integers(32, 0, 65535, -65536, 33),
  integers(32, 0x8000, 0x1234_5678, -0x7654_3210, 7),
  integers(64, HIGHEST, LOWEST),
  integers(64, -1, 1),
  integers(64, 0x0123_4567_89ab_cdefn, 0xfedc_ba98_7654_3210n),
  integers(64, 63, 0x8000_0000),
  integers(64, 0, 0),
  integers(64, -1, -1),
  0x8000_0000_0000_0000_0000_0000_0000_0000n,
];

/** Special and plain floating-point numbers of 32 bits. */
export const SINGLES: readonly bigint[] = [
  integers(32, 0x3f80_0000, 0xbf80_0000, 0, 0x8000_0000),
  integers(32, 0x4049_0fdb, 0x402d_f854, 0x3eaa_aaab, 0xc2f6_e979),
  integers(32, 0x7f80_0000, 0xff80_0000, 0x7fc0_1234, 0x3f80_0001),
  integers(32, 0x0000_0001, 0x807f_ffff, 0x0080_0000, 0x7f7f_ffff),
  integers(32, 0x4f00_0000, 0xcf00_0001, 0x5f00_0000, 0x4eff_ffff),
  integers(32, 0x3f00_0000, 0x3fc0_0000, 0x4020_0000, 0xbf00_0000),
  integers(32, 0x7f80_0001, 0xffff_ffff, 0x4b00_0001, 0xcb00_0001),
  integers(32, 0x3380_0000, 0x4780_0000, 0x3880_0000, 0x477f_f000),
];

/** Of 64 bits. */
export const DOUBLES: readonly bigint[] = [
  integers(64, 0x3ff0_0000_0000_0000n, 0xbff0_0000_0000_0000n),
  integers(64, 0x4009_21fb_5444_2d18n, 0x3fd5_5555_5555_5555n),
  integers(64, 0x7ff0_0000_0000_0000n, 0x7ff8_0000_0000_1234n),
  integers(64, 0x0000_0000_0000_0001n, 0x800f_ffff_ffff_ffffn),
  integers(64, 0x41e0_0000_0000_0000n, 0xc1e0_0000_0020_0000n),
  integers(64, 0x43e0_0000_0000_0000n, 0x3fe0_0000_0000_0000n),
  integers(64, 0x7fef_ffff_ffff_ffffn, 0x0010_0000_0000_0000n),
  integers(64, 0x7ff0_0000_0000_0001n, 0x8000_0000_0000_0000n),
  integers(64, 0x4004_0000_0000_0000n, 0x47ef_ffff_e000_0000n),
];

/** Of 16 bits. */
export const HALVES: readonly bigint[] = [
  integers(16, 0x3c00, 0xbc00, 0, 0x8000, 0x7c00, 0xfc00, 0x7e01, 0x0001),
  integers(16, 0x03ff, 0x0400, 0x7bff, 0xfbff, 0x7c01, 0x3555, 0x4248, 0xc248),
];
