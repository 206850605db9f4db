/** All instructions of LoongArch64 that this machine has. */
import type { PatternInsn } from '../../core/insn';
import { INSNS_ATOMICS } from './atomics';
import { INSNS_BITS } from './bits';
import { INSNS_BRANCHES } from './branches';
import { INSNS_FLOAT_ARITHMETIC } from './float-arithmetic';
import { INSNS_FLOAT_COMPARE } from './float-compare';
import { INSNS_FLOAT_CONVERT } from './float-convert';
import { INSNS_FLOAT_MEMORY } from './float-memory';
import { INSNS_FLOAT_MOVE } from './float-move';
import { INSNS_INTEGER } from './integer';
import { INSNS_MEMORY } from './memory';
import { INSNS_SHIFTS } from './shifts';
import { INSNS_SYSTEM } from './system';
import { vectorInsns } from './vectors';

let made: readonly PatternInsn[] | undefined;

/** Every row; made when somebody asks first. */
export const insns = (): readonly PatternInsn[] => {
  made ??= [
    ...INSNS_INTEGER,
    ...INSNS_SHIFTS,
    ...INSNS_BITS,
    ...INSNS_MEMORY,
    ...INSNS_ATOMICS,
    ...INSNS_BRANCHES,
    ...INSNS_SYSTEM,
    ...INSNS_FLOAT_ARITHMETIC,
    ...INSNS_FLOAT_COMPARE,
    ...INSNS_FLOAT_CONVERT,
    ...INSNS_FLOAT_MOVE,
    ...INSNS_FLOAT_MEMORY,
    ...vectorInsns(),
  ];
  return made;
};
