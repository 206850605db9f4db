/** All instructions, by what they are for. */
import { FormTable } from '../form';
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

const table = new FormTable();
for (const add of [
  addArithmetic,
  addMoves,
  addShifts,
  addMultiplication,
  addBranches,
  addStrings,
  addFlagInsns,
  addSvm,
  addMedia,
  addSystem,
  addBitManipulation,
  addOtherIntegers,
])
  add(table);

/** Every form, for the decoder. */
export const FORMS: Pick<FormTable, 'forms' | 'rows'> = table;
