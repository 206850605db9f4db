/** All instructions of A64 that this machine has. */
import type { PatternInsn } from '../../core/insn';

let made: readonly PatternInsn[] | undefined;

/** Every row; made when somebody asks first. */
export const insns = (): readonly PatternInsn[] => {
  made ??= [];
  return made;
};
