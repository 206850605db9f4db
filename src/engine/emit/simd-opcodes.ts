/** WebAssembly's instructions on vectors by their text-format names. @see WebAssembly Core Specification 2.0, "Vector Instructions" */

/** Instructions that exist for lanes of several widths, in the order of `SHAPES`. */
const BY_SHAPE = {
  splat: [0x0f, 0x10, 0x11, 0x12],
  eq: [0x23, 0x2d, 0x37, 0xd6],
  lt_s: [0x25, 0x2f, 0x39, 0xd8],
  lt_u: [0x26, 0x30, 0x3a],
  le_s: [0x29, 0x33, 0x3d, 0xda],
  le_u: [0x2a, 0x34, 0x3e],
  all_true: [0x63, 0x83, 0xa3, 0xc3],
  bitmask: [0x64, 0x84, 0xa4, 0xc4],
  shl: [0x6b, 0x8b, 0xab, 0xcb],
  shr_s: [0x6c, 0x8c, 0xac, 0xcc],
  shr_u: [0x6d, 0x8d, 0xad, 0xcd],
  add: [0x6e, 0x8e, 0xae, 0xce],
  add_sat_s: [0x6f, 0x8f],
  add_sat_u: [0x70, 0x90],
  sub: [0x71, 0x91, 0xb1, 0xd1],
  sub_sat_s: [0x72, 0x92],
  sub_sat_u: [0x73, 0x93],
  mul: [undefined, 0x95, 0xb5, 0xd5],
  min_s: [0x76, 0x96, 0xb6],
  min_u: [0x77, 0x97, 0xb7],
  max_s: [0x78, 0x98, 0xb8],
  max_u: [0x79, 0x99, 0xb9],
  avgr_u: [0x7b, 0x9b],
} as const;
const SHAPES = ['i8x16', 'i16x8', 'i32x4', 'i64x2'] as const;

const WHOLE = {
  'v128.load': 0x00,
  'v128.store': 0x0b,
  'i8x16.shuffle': 0x0d,
  'i8x16.swizzle': 0x0e,
  'i64x2.extract_lane': 0x1d,
  'i64x2.replace_lane': 0x1e,
  'v128.not': 0x4d,
  'v128.and': 0x4e,
  'v128.or': 0x50,
  'v128.xor': 0x51,
  'v128.bitselect': 0x52,
  'v128.any_true': 0x53,
} as const;

export type SimdOpcode = keyof typeof WHOLE | `${(typeof SHAPES)[number]}.${keyof typeof BY_SHAPE}`;

const shaped = Object.entries(BY_SHAPE).flatMap(([name, codes]) =>
  codes.flatMap((code, at) => (code === undefined ? [] : [[`${SHAPES[at]}.${name}`, code] as const])),
);

/** The numbers behind the prefix. */
export const SIMD_OPCODES = { ...WHOLE, ...Object.fromEntries(shaped) } as Readonly<Record<SimdOpcode, number>>;

/** The instruction of this name for lanes of so many bits. @throws Error where WebAssembly has none */
export const simdOpcode = (name: keyof typeof BY_SHAPE, bits: 8 | 16 | 32 | 64): SimdOpcode => {
  const found: SimdOpcode = `${SHAPES[Math.log2(bits / 8)] ?? 'i8x16'}.${name}`;
  if (SIMD_OPCODES[found] === undefined) throw new Error(`no instruction ${found}`);
  return found;
};
