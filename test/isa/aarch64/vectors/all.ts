/** All vector rows. */
import type { Vector } from '../../driver';
import { ARITHMETIC } from './arithmetic';
import { FLOAT_ARITHMETIC } from './float-arithmetic';
import { FLOAT_COMPARE } from './float-compare';
import { FLOAT_CONVERT } from './float-convert';
import { FLOAT_MOVE } from './float-move';

export const VECTORS: readonly Vector[] = [
  ...ARITHMETIC,
  ...FLOAT_ARITHMETIC,
  ...FLOAT_COMPARE,
  ...FLOAT_CONVERT,
  ...FLOAT_MOVE,
];
