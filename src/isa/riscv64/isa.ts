/** RISC-V 64 as debugger and inspector know it. */
import { maxLength, minLength } from '../core/encoding';
import type { Isa } from '../core/isa';
import { ARGUMENT_REGISTERS, FRAME_POINTER, RETURN_ADDRESS, STACK_POINTER } from './abi';
import { disassemble, TRAP_RETURNS } from './assembly';
import { CALLS } from './calls';
import { CAUSES } from './causes';
import { ENCODING } from './encoding';
import { runsGuests } from './guest-entry';
import { jointAddress, jointTarget } from './joint-target';
import { mnemonics } from './mnemonics';
import { mappings, rootLevel, tableEntries, tableShape } from './paging-tables';
import { translate } from './paging-view';
import { REGISTERS, registerOfDwarf, registerOfName } from './registers';
import { loadsStackPointer } from './stack-load';
import { transfer } from './transfers';
import { rootRemark, worldsOf } from './worlds';

export const RISCV64: Isa = {
  name: 'riscv64',
  processor: 'hart',
  examples: { root: 'satp', status: 'sstatus' },
  registers: REGISTERS,
  register: registerOfName,
  registerOfDwarf,
  pc: 'pc',
  stackPointer: STACK_POINTER,
  framePointer: FRAME_POINTER,
  returnAddress: RETURN_ADDRESS,
  arguments: ARGUMENT_REGISTERS,
  causes: CAUSES,
  calls: CALLS,
  maxLength: maxLength(ENCODING),
  minLength: minLength(ENCODING),
  get mnemonics() {
    return mnemonics();
  },
  disassemble,
  trapReturns: TRAP_RETURNS,
  jointTarget,
  jointAddress,
  loadsStackPointer,
  transfer,
  translate,
  mappings,
  tableEntries,
  rootLevel,
  tableShape,
  worlds: worldsOf,
  rootRemark,
  runsGuests,
};
