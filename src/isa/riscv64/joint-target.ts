/** Far calls: `auipc` puts the high part of the distance into a register and `jalr` adds the low part. */
import type { DisassembledInsn } from '../core/registers';

const AUIPC = 0x17;
const JALR = 0x67;

/**
 * Where `auipc rd, high` followed by `jalr rd', low(rd)` goes; `undefined` for any other two instructions.
 * @see RISC-V Unprivileged ISA, "Unconditional Jumps"
 */
export function jointTarget(first: DisassembledInsn, second: DisassembledInsn): bigint | undefined {
  if (first.length !== 4 || second.length !== 4) return undefined;
  const high = wordOf(first.bytes);
  const low = wordOf(second.bytes);
  const isPair = (high & 0x7f) === AUIPC && (low & 0x7f) === JALR && ((high >>> 7) & 31) === ((low >>> 15) & 31);
  if (!isPair) return undefined;
  return BigInt.asUintN(64, first.address + BigInt((high & ~0xfff) | 0) + BigInt(low >> 20));
}

const wordOf = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset, 4).getInt32(0, true);
