/** F: single-precision floating point. */

import type { PatternInsn } from '../../core/insn';
import { floatInsns, SINGLE } from './float';

/** Single-precision instructions. */
export const INSNS_F: readonly PatternInsn[] = floatInsns(SINGLE);
