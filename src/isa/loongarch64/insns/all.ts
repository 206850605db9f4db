/** All instructions of LoongArch64 that this machine has. */
import type { PatternInsn } from '../../core/insn';
import { INSNS_ATOMICS } from './atomics';
import { INSNS_BITS } from './bits';
import { INSNS_BRANCHES } from './branches';
import { INSNS_INTEGER } from './integer';
import { INSNS_MEMORY } from './memory';
import { INSNS_SHIFTS } from './shifts';
import { INSNS_SYSTEM } from './system';

export const INSNS: readonly PatternInsn[] = [
  ...INSNS_INTEGER,
  ...INSNS_SHIFTS,
  ...INSNS_BITS,
  ...INSNS_MEMORY,
  ...INSNS_ATOMICS,
  ...INSNS_BRANCHES,
  ...INSNS_SYSTEM,
];
