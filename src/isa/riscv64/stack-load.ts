/** Loads of the stack pointer: how a CPU comes to another stack. */
import type { DisassembledInsn } from '../core/registers';

const LOAD = 0x03;
/** The number of sp. */
const SP = 2;

/**
 * Whether an instruction loads sp from memory that another register points to; `c.ldsp` and `ld sp, …(sp)` read what the same
 * stack holds.
 * @see RISC-V Unprivileged ISA, "Load and Store Instructions"
 */
export function loadsStackPointer({ bytes, length }: DisassembledInsn): boolean {
  if (length !== 4) return false;
  const word = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  return (word & 0x7f) === LOAD && ((word >>> 7) & 31) === SP && ((word >>> 15) & 31) !== SP;
}
