/** All instructions, by what they are for. */
import { type Family, FormTable } from '../form';
import { addArithmetic } from './arithmetic';
import { addBitManipulation } from './bit-manipulation';
import { addBranches } from './branches';
import { addFlagInsns } from './flag-insns';
import { addMedia } from './media';
import { addMoves } from './moves';
import { addMultiplication } from './multiply';
import { addOtherIntegers } from './other-integers';
import { addShifts } from './shifts';
import { addStrings } from './strings';
import { addSvm } from './svm';
import { addSystem } from './system';

/** Instructions on general registers and flags that programs of all levels have. */
export const INTEGERS: readonly Family[] = [
  addArithmetic,
  addMoves,
  addShifts,
  addMultiplication,
  addBranches,
  addStrings,
  addFlagInsns,
  addBitManipulation,
  addOtherIntegers,
];

/** Every form, for the decoder. Who runs another instruction set never makes them. */
export const FORMS = new FormTable([...INTEGERS, addSvm, addMedia, addSystem]);
