/** Every instruction of RV64GCH with Zba, Zbb, Zbs and Svinval, one row each. */

import type { PatternInsn } from '../../core/insn';
import { INSNS_A } from './a';
import { INSNS_C } from './c';
import { INSNS_D } from './d';
import { INSNS_F } from './f';
import { INSNS_H } from './h';
import { INSNS_I } from './i';
import { INSNS_M } from './m';
import { INSNS_PRIVILEGED } from './privileged';
import { INSNS_SVINVAL } from './svinval';
import { INSNS_ZBA } from './zba';
import { INSNS_ZBB } from './zbb';
import { INSNS_ZBS } from './zbs';
import { INSNS_ZICSR } from './zicsr';
import { INSNS_ZIFENCEI } from './zifencei';

/** The whole table; decoder, disassembler and interpreter are made from it. */
export const INSNS: readonly PatternInsn[] = [
  ...INSNS_I,
  ...INSNS_M,
  ...INSNS_A,
  ...INSNS_F,
  ...INSNS_D,
  ...INSNS_C,
  ...INSNS_ZBA,
  ...INSNS_ZBB,
  ...INSNS_ZBS,
  ...INSNS_ZICSR,
  ...INSNS_ZIFENCEI,
  ...INSNS_PRIVILEGED,
  ...INSNS_H,
  ...INSNS_SVINVAL,
];
