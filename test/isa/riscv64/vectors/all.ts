/** Every row. */

import type { Vector } from '../../driver';
import { A } from './a';
import { B } from './b';
import { C } from './c';
import { FLOAT } from './float';
import { H } from './h';
import { I } from './i';
import { M } from './m';
import { SYSTEM } from './system';

export const VECTORS: readonly Vector[] = [...I, ...M, ...A, ...B, ...C, ...SYSTEM, ...H, ...FLOAT];
