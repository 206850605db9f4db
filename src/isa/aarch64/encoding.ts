import type { PatternEncoding } from '../core/encoding';

/** Words of four bytes. @see Arm ARM, C4.1 "A64 instruction set encoding" */
export const ENCODING: PatternEncoding = { kind: 'patterns', unit: 4, lengths: [{ mask: 0, match: 0, bytes: 4 }] };
