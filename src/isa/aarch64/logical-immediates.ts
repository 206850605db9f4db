/** Masks that logical instructions have as immediates. @see Arm ARM, shared pseudocode "DecodeBitMasks" */

const onesOf = (count: number): bigint => (1n << BigInt(count)) - 1n;

/** The lowest `size` bits repeated up to 64. */
const repeated = (element: bigint, size: number): bigint => {
  let mask = 0n;
  for (let at = 0; at < 64; at += size) mask |= element << BigInt(at);
  return mask;
};

/** The mask of 64 bits; `undefined` where the fields mean none. */
export const maskOf = ({ N = 0, immr = 0, imms = 0 }: Readonly<Record<string, number>>): bigint | undefined => {
  const length = 31 - Math.clz32((N << 6) | (~imms & 0x3f));
  if (length < 1) return undefined;
  const size = 1 << length;
  const [ones, rotation] = [(imms & (size - 1)) + 1, immr & (size - 1)];
  if (ones === size) return undefined;
  const element = onesOf(ones);
  const rotated = (element >> BigInt(rotation)) | ((element << BigInt(size - rotation)) & onesOf(size));
  return repeated(rotated, size);
};
