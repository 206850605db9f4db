import type { PatternEncoding } from '../core/encoding';

/** Words. @see LoongArch Reference Manual, Volume 1, "Instruction Encoding" */
export const ENCODING: PatternEncoding = { kind: 'patterns', unit: 4, lengths: [{ mask: 0, match: 0, bytes: 4 }] };
