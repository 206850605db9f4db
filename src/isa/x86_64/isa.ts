/** x86-64 as debugger and inspector know it. */
import type { Isa } from '../core/isa';
import { ARGUMENT_REGISTERS, FRAME_POINTER, STACK_POINTER } from './abi';
import { CALLS } from './calls';
import { CAUSES, causeDetail, causeNumber } from './cause-rows';
import { disassembleX86 } from './disassembly';
import { runsGuests } from './guest-entry';
import { FORMS } from './insns/all';
import { canBeInterrupted } from './interrupted';
import { spellingsOf } from './mnemonics';
import { LONGEST } from './opcode-bytes';
import { translate } from './paging-view';
import { REGISTERS, registerOfDwarf, registerOfName } from './registers';
import { loadsStackPointer, stackAccesses, transfer } from './stack-accesses';
import { VMCB_BLOCK } from './svm/control-block';
import { LAST_LEVEL } from './table-entries';
import { mappings, rootLevel, tableEntries, tableShape } from './tables';
import { worldsOf } from './worlds';

/** What LEA computes of RIP, and what MOV puts into a register. */
const formedAddress: Isa['formedAddress'] = ({ mnemonic, operands }) => {
  const place = /^(?:lea|mov)$/.test(mnemonic)
    ? /^\w+, (?:\[rip.*\] # )?(0x[0-9a-f]+)$/.exec(operands)?.[1]
    : undefined;
  return place === undefined ? undefined : BigInt(place);
};

/** IRETD alone is one byte, which is found anywhere: of kernels in 64-bit mode none returns by it. */
const TRAP_RETURNS = [
  [0x48, 0xcf],
  [0x48, 0x0f, 0x07],
  [0x0f, 0x01, 0xd8],
] as const;

export const X86_64: Isa = {
  name: 'x86_64',
  processor: 'CPU',
  examples: { root: 'cr3', status: 'cr0' },
  registers: REGISTERS,
  register: registerOfName,
  registerOfDwarf,
  pc: 'rip',
  stackPointer: STACK_POINTER,
  framePointer: FRAME_POINTER,
  arguments: ARGUMENT_REGISTERS,
  causes: CAUSES,
  causeNumber,
  causeDetail,
  calls: CALLS,
  controlBlock: VMCB_BLOCK,
  maxLength: LONGEST,
  minLength: 1,
  get mnemonics() {
    return [...new Set(FORMS.forms.flatMap(spellingsOf))].sort();
  },
  disassemble: disassembleX86,
  trapReturns: TRAP_RETURNS.map((bytes) => new Uint8Array(bytes)),
  loadsStackPointer,
  formedAddress,
  transfer,
  stackAccesses,
  translate,
  mappings,
  tableEntries,
  rootLevel,
  lastLevel: LAST_LEVEL,
  tableShape,
  worlds: worldsOf,
  runsGuests,
  canBeInterrupted,
};
