/** LoongArch64 as debugger and inspector know it. */
import type { EnvironmentCalls, Isa } from '../core/isa';
import { ARGUMENT_REGISTERS, FRAME_POINTER, RETURN_ADDRESS, STACK_POINTER } from './abi';
import { disassemble, TRAP_RETURNS } from './assembly';
import { CAUSES } from './causes';
import { insns } from './insns/all';
import { translate } from './paging-view';
import { jointAddress, jointTarget, loadsStackPointer } from './pairs';
import { REGISTERS, registerOfDwarf, registerOfName } from './registers';
import { mappings, rootLevel, tableEntries, tableShape } from './tables';
import { transfer } from './transfers';
import { worldsOf } from './worlds';

/** A program's call is its own kernel's affair; only its number is known to stand in a7. */
const CALLS: EnvironmentCalls = {
  registers: ['a7'],
  name: (cause, [number = 0n]) =>
    cause === 'syscall' ? { text: `system call ${number}`, registersUsed: 1 } : undefined,
};

/** What assemblers take besides the instructions: they choose one or several. GNU as, LoongArch macro instructions. */
const MACROS =
  'li.w li.d la.local la.global la.abs la.pcrel la.got la.tls.le la.tls.ie call36 tail36 bgt ble bgtu bleu bgez bltz blez bgtz';
const ALIASES = 'nop move ret jr';

export const LOONGARCH64: Isa = {
  name: 'loongarch64',
  processor: 'CPU',
  examples: { root: 'PGDL', status: 'CRMD' },
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
  maxLength: 4,
  minLength: 4,
  get mnemonics() {
    const all = new Set([...MACROS.split(' '), ...ALIASES.split(' '), ...insns().map(({ mnemonic }) => mnemonic)]);
    return [...all].sort();
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
};
