/** The forms of integer instructions. */
import { FormTable } from '../../../../src/isa/x86_64/form';
import { addArithmetic } from '../../../../src/isa/x86_64/insns/arithmetic';
import { addBitManipulation } from '../../../../src/isa/x86_64/insns/bit-manipulation';
import { addBranches } from '../../../../src/isa/x86_64/insns/branches';
import { addFlagInsns } from '../../../../src/isa/x86_64/insns/flag-insns';
import { addMoves } from '../../../../src/isa/x86_64/insns/moves';
import { addMultiplication } from '../../../../src/isa/x86_64/insns/multiply';
import { addOtherIntegers } from '../../../../src/isa/x86_64/insns/other-integers';
import { addShifts } from '../../../../src/isa/x86_64/insns/shifts';
import { addStrings } from '../../../../src/isa/x86_64/insns/strings';

const table = new FormTable();
for (const add of [
  ...[addArithmetic, addMoves, addShifts, addMultiplication, addBranches, addStrings, addFlagInsns],
  ...[addBitManipulation, addOtherIntegers],
])
  add(table);

export const INTEGER_FORMS = table.forms;
