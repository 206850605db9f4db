/** The instructions of a piece of code, one after the other. */
import type { Isa } from '../isa/core/isa';
import type { DisassembledInsn } from '../isa/core/registers';
import type { World } from '../isa/core/world';

const PAGE = 4096n;

/** Reads `length` bytes at an address, or undefined where not all are there. */
type Read = (at: bigint, length: number) => Uint8Array | undefined;

/** The bytes that the instruction at an address may have: fewer than the longest has where the next page is not there. */
const insnBytes = ({ minLength, maxLength }: Isa, read: Read, at: bigint): Uint8Array | undefined => {
  const inPage = Number(PAGE - (at & (PAGE - 1n)));
  const lengths = inPage < maxLength && inPage > minLength ? [maxLength, inPage, minLength] : [maxLength, minLength];
  for (const length of lengths) {
    const bytes = read(at, length);
    if (bytes) return bytes;
  }
  return undefined;
};

/** The instruction at an address, as `world` would execute it; undefined where nothing can be read. */
export const insnAt = (
  isa: Isa,
  read: Read,
  at: bigint,
  { codeMode }: Pick<World, 'codeMode'>,
): DisassembledInsn | undefined => {
  const bytes = insnBytes(isa, read, at);
  return bytes && isa.disassemble(bytes, at, codeMode);
};

/** `code` begins at `address`. What is no instruction is as long as the shortest one; less than that at the end is left out. */
export function* instructionsIn(isa: Isa, code: Uint8Array, address: bigint): Generator<DisassembledInsn> {
  for (let at = 0; at + isa.minLength <= code.length; ) {
    const insn = isa.disassemble(code.subarray(at, at + isa.maxLength), address + BigInt(at));
    yield insn;
    at += Math.max(insn.length, isa.minLength);
  }
}
