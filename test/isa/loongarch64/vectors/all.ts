/** All vector rows. */
import type { Vector } from '../../driver';
import { ATOMICS } from './atomics';
import { BITS } from './bits';
import { BRANCHES } from './branches';
import { FLOAT } from './float';
import { FLOAT_COMPARE } from './float-compare';
import { FLOAT_CONVERT } from './float-convert';
import { FLOAT_MOVE } from './float-move';
import { INTEGER } from './integer';
import { LSX_EXCEPTIONS } from './lsx/exceptions';
import { LSX_MEMORY } from './lsx/memory';
import { LSX_RESULTS } from './lsx/table';
import { MEMORY } from './memory';
import { SYSTEM } from './system';
import { TLB } from './tlb';

export const VECTORS: readonly Vector[] = [
  ...INTEGER,
  ...BITS,
  ...MEMORY,
  ...ATOMICS,
  ...BRANCHES,
  ...SYSTEM,
  ...TLB,
  ...FLOAT,
  ...FLOAT_COMPARE,
  ...FLOAT_CONVERT,
  ...FLOAT_MOVE,
  ...LSX_RESULTS,
  ...LSX_MEMORY,
  ...LSX_EXCEPTIONS,
];
