/** All instructions of A64 that this machine has. */
import type { PatternInsn } from '../../core/insn';
import { INSNS_ARITHMETIC } from './arithmetic';
import { INSNS_ATOMICS } from './atomics';
import { INSNS_BITFIELDS } from './bitfields';
import { INSNS_BRANCHES } from './branches';
import { INSNS_CONDITIONALS } from './conditionals';
import { INSNS_EXCLUSIVES } from './exclusives';
import { INSNS_FLAGS } from './flags';
import { INSNS_FLOAT_ARITHMETIC } from './float-arithmetic';
import { INSNS_FLOAT_COMPARE } from './float-compare';
import { INSNS_FLOAT_CONVERT } from './float-convert';
import { INSNS_FLOAT_MOVE } from './float-move';
import { INSNS_HINTS } from './hints';
import { INSNS_LOGICAL } from './logical';
import { INSNS_MEMORY } from './memory';
import { INSNS_MEMORY_PAIRS } from './memory-pairs';
import { INSNS_LITERAL, INSNS_MEMORY_REGISTER } from './memory-register';
import { INSNS_UNPRIVILEGED } from './memory-unprivileged';
import { INSNS_MOVES } from './moves';
import { INSNS_ORDERED } from './ordered';
import { INSNS_PAUTH } from './pauth';
import { INSNS_PREFETCH } from './prefetch';
import { simdInsns } from './simd';
import { INSNS_SOURCES } from './sources';
import { INSNS_SYSTEM } from './system';

let made: readonly PatternInsn[] | undefined;

/** Every row; made when somebody asks first. */
export const insns = (): readonly PatternInsn[] => {
  made ??= [
    ...INSNS_ARITHMETIC,
    ...INSNS_LOGICAL,
    ...INSNS_MOVES,
    ...INSNS_BITFIELDS,
    ...INSNS_CONDITIONALS,
    ...INSNS_SOURCES,
    ...INSNS_FLAGS,
    ...INSNS_BRANCHES,
    ...INSNS_HINTS,
    ...INSNS_PAUTH,
    ...INSNS_SYSTEM,
    ...INSNS_FLOAT_ARITHMETIC,
    ...INSNS_FLOAT_COMPARE,
    ...INSNS_FLOAT_CONVERT,
    ...INSNS_FLOAT_MOVE,
    ...simdInsns(),
    ...INSNS_MEMORY,
    ...INSNS_MEMORY_REGISTER,
    ...INSNS_LITERAL,
    ...INSNS_MEMORY_PAIRS,
    ...INSNS_UNPRIVILEGED,
    ...INSNS_PREFETCH,
    ...INSNS_EXCLUSIVES,
    ...INSNS_ORDERED,
    ...INSNS_ATOMICS,
  ];
  return made;
};
