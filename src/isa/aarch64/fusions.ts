/** What the fast interpreter gives one dispatch. Measured over the benchmark programs and counted in the bundled kernels. */
import type { Fusion } from '../core/engine-isa';

export const FUSIONS: readonly Fusion[] = [
  'subs-x-imm, b.ne',
  'subs-x-imm, add-x-imm, b.lo',
  'subs-w-imm, b.ne',
  'orr-x, orr-x',
  'orr-w, orr-w',
  'orr-x, bl',
  'add-w, eor-w-ror',
];
