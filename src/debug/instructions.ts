/** The instructions of a piece of code, one after the other. */
import type { Isa } from '../isa/core/isa';
import type { DisassembledInsn } from '../isa/core/registers';

/** `code` begins at `address`. What is no instruction is as long as the shortest one; less than that at the end is left out. */
export function* instructionsIn(isa: Isa, code: Uint8Array, address: bigint): Generator<DisassembledInsn> {
  for (let at = 0; at + isa.minLength <= code.length; ) {
    const insn = isa.disassemble(code.subarray(at, at + isa.maxLength), address + BigInt(at));
    yield insn;
    at += Math.max(insn.length, isa.minLength);
  }
}
