/** All instructions of LSX. They are many: made when somebody asks first, and runs of other instruction sets never do. */
import type { PatternInsn } from '../../core/insn';
import { vectorBits } from './vector-bits';
import { vectorFloat } from './vector-float';
import { vectorInteger } from './vector-integer';
import { vectorMemory } from './vector-memory';
import { vectorPermute } from './vector-permute';
import { vectorShift } from './vector-shift';
import { vectorWidening } from './vector-widening';

let made: readonly PatternInsn[] | undefined;

/** Every row of LSX. */
export const vectorInsns = (): readonly PatternInsn[] => {
  made ??= [
    ...vectorInteger(),
    ...vectorWidening(),
    ...vectorShift(),
    ...vectorBits(),
    ...vectorPermute(),
    ...vectorMemory(),
    ...vectorFloat(),
  ];
  return made;
};
