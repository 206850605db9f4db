/** Sizes as people write them. */

/** Bytes: a whole number above 0, or text such as `32M` (K, M and G are powers of 1024). Anything else is undefined. */
export function bytesOf(value: unknown): number | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const match = /^(\d+)([KMG]?)$/.exec(String(value));
  const bytes = Number(match?.[1]) * 1024 ** ['', 'K', 'M', 'G'].indexOf(match?.[2] ?? '');
  return match && bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined;
}
