/** AArch64 as debugger and inspector know it. */
import type { Isa } from '../core/isa';
import { ARGUMENT_REGISTERS, FRAME_POINTER, RETURN_ADDRESS, STACK_POINTER } from './abi';
import { disassemble } from './assembly';
import { CALLS } from './calls';
import { CAUSES } from './cause-rows';
import { runsGuests } from './guest-entry';
import { insns } from './insns/all';
import { translate } from './paging-view';
import { jointAddress, loadsStackPointer } from './pairs';
import { REGISTERS, registerOfDwarf, registerOfName } from './registers';
import { SPELLING } from './spelling';
import { stackAccesses } from './stack-accesses';
import { SYNDROME } from './syndrome-words';
import { LAST_LEVEL } from './table-geometry';
import { mappings, rootLevel, tableEntries, tableShape } from './tables';
import { transfer } from './transfers';
import { worldsOf } from './worlds';

export const AARCH64: Isa = {
  name: 'aarch64',
  processor: 'CPU',
  examples: { root: 'TTBR0_EL1', status: 'SCTLR_EL1' },
  registers: REGISTERS,
  register: registerOfName,
  registerOfDwarf,
  pc: 'pc',
  stackPointer: STACK_POINTER,
  bankedStackPointer: ({ mode }) => `SP_${mode.replace('v', '')}`,
  framePointer: FRAME_POINTER,
  returnAddress: RETURN_ADDRESS,
  arguments: ARGUMENT_REGISTERS,
  causes: CAUSES,
  calls: CALLS,
  syndrome: SYNDROME,
  maxLength: 4,
  minLength: 4,
  get mnemonics() {
    const rows = insns().flatMap(({ mnemonic }) => {
      const [name = mnemonic] = mnemonic.split('-', 1);
      return name.includes('{2}') ? [name.replace('{2}', ''), name.replace('{2}', '2')] : [name];
    });
    return [...new Set([...rows, ...(SPELLING.aliases ?? []).map(({ as }) => as)])].sort();
  },
  disassemble,
  get trapReturns() {
    return insns().flatMap(({ kind, pattern }) =>
      kind === 'trapReturn' ? [new Uint8Array(new Uint32Array([pattern.match]).buffer)] : [],
    );
  },
  jointAddress,
  loadsStackPointer,
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
};
