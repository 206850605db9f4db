/** All vector rows. */
import type { Vector } from '../../driver';
import { ARITHMETIC } from './arithmetic';

export const VECTORS: readonly Vector[] = [...ARITHMETIC];
