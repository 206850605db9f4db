/** F: single-precision floating point. */

import type { Insn } from '../../core/insn';
import { floatInsns, SINGLE } from './float';

/** Single-precision instructions. */
export const INSNS_F: readonly Insn[] = floatInsns(SINGLE);
