/** All vector rows. */
import type { Vector } from '../../driver';
import { ARITHMETIC } from './arithmetic';
import { ATOMICS } from './atomics';
import { BITFIELDS } from './bitfields';
import { BRANCHES } from './branches';
import { CONDITIONALS } from './conditionals';
import { FLAGS } from './flags';
import { FLOAT_ARITHMETIC } from './float-arithmetic';
import { FLOAT_COMPARE } from './float-compare';
import { FLOAT_CONVERT } from './float-convert';
import { FLOAT_MOVE } from './float-move';
import { HINTS } from './hints';
import { LOGICAL } from './logical';
import { MEMORY } from './memory';
import { MOVES } from './moves';
import { PAUTH } from './pauth';
import { SOURCES } from './sources';
import { SYSTEM } from './system';

/** By their files' names. */
export const TABLES: Readonly<Record<string, readonly Vector[]>> = {
  arithmetic: ARITHMETIC,
  logical: LOGICAL,
  moves: MOVES,
  bitfields: BITFIELDS,
  conditionals: CONDITIONALS,
  sources: SOURCES,
  flags: FLAGS,
  branches: BRANCHES,
  hints: HINTS,
  pauth: PAUTH,
  memory: MEMORY,
  atomics: ATOMICS,
  system: SYSTEM,
  'float-arithmetic': FLOAT_ARITHMETIC,
  'float-compare': FLOAT_COMPARE,
  'float-convert': FLOAT_CONVERT,
  'float-move': FLOAT_MOVE,
};

export const VECTORS: readonly Vector[] = Object.values(TABLES).flat();
