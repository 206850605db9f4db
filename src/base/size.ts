/** Sizes as users write them: `128M`, `64 KiB`, `4096`. K, M and G are powers of 1024. */
import type { Schema } from './schema';

/** A size as text. */
export const SIZE = {
  type: 'string',
  pattern: '^\\s*0*[1-9][0-9]{0,14}\\s*[kmgKMG]?([iI]?[bB])?\\s*$',
  expected: 'a size such as "128M"',
} as const satisfies Schema;

/** A size as text or as a number of bytes. */
export const BYTES = { ...SIZE, type: ['integer', 'string'], minimum: 1 } as const satisfies Schema;

/** The bytes of a size as text or number; `undefined` for what is none, and for nothing at all. */
export function bytesOf(value: unknown): number | undefined {
  const match = /^\s*(\d+)\s*([kmg]?)/i.exec(String(value));
  if (match === null || !new RegExp(SIZE.pattern).test(String(value))) return undefined;
  const bytes = Number(match[1]) * 1024 ** ['', 'K', 'M', 'G'].indexOf((match[2] ?? '').toUpperCase());
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
