/** The disassembler of AArch64: the core's, with this instruction set's spelling. */
import { createDisassembler, type Disassembler } from '../core/disassembler';
import { ENCODING } from './encoding';
import { insns } from './insns/all';
import { SPELLING } from './spelling';

let made: Disassembler | undefined;

/** One instruction at the start of the bytes. Made when first asked for: a run without a debugger never needs it. */
export const disassemble: Disassembler = (bytes, address) => {
  made ??= createDisassembler(insns(), ENCODING, SPELLING);
  return made(bytes, address);
};
