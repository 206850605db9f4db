/** All instructions of LSX. */
import type { PatternInsn } from '../../core/insn';
import { INSNS_VECTOR_BITS } from './vector-bits';
import { INSNS_VECTOR_FLOAT } from './vector-float';
import { INSNS_VECTOR_INTEGER } from './vector-integer';
import { INSNS_VECTOR_MEMORY } from './vector-memory';
import { INSNS_VECTOR_PERMUTE } from './vector-permute';
import { INSNS_VECTOR_SHIFT } from './vector-shift';
import { INSNS_VECTOR_WIDENING } from './vector-widening';

export const INSNS_VECTOR: readonly PatternInsn[] = [
  ...INSNS_VECTOR_INTEGER,
  ...INSNS_VECTOR_WIDENING,
  ...INSNS_VECTOR_SHIFT,
  ...INSNS_VECTOR_BITS,
  ...INSNS_VECTOR_PERMUTE,
  ...INSNS_VECTOR_MEMORY,
  ...INSNS_VECTOR_FLOAT,
];
