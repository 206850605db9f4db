import type { PatternEncoding } from '../core/encoding';

/** Halfwords; two of them where the low two bits are ones. @see RISC-V Unprivileged ISA 20240411, Expanded Instruction-Length Encoding */
export const ENCODING: PatternEncoding = {
  kind: 'patterns',
  unit: 2,
  lengths: [
    { mask: 3, match: 3, bytes: 4 },
    { mask: 0, match: 0, bytes: 2 },
  ],
};
