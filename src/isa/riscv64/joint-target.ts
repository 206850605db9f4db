/** Far calls and addresses: `auipc` puts the high part of the distance into a register, `jalr` or `addi` adds the low part. */
import type { DisassembledInsn } from '../core/registers';

const AUIPC = 0x17;
const JALR = 0x67;
/** With its funct3, which is 0. */
const ADDI = 0x13;

/**
 * Where `auipc rd, high` followed by `jalr rd', low(rd)` goes; `undefined` for any other two instructions.
 * @see RISC-V Unprivileged ISA, "Unconditional Jumps"
 */
export function jointTarget(first: DisassembledInsn, second: DisassembledInsn): bigint | undefined {
  return sumOf(first, second, JALR);
}

/** What `auipc rd, high` followed by `addi rd', rd, low` leaves in rd'; `undefined` for any other two instructions. */
export function jointAddress(first: DisassembledInsn, second: DisassembledInsn): bigint | undefined {
  return sumOf(first, second, ADDI);
}

function sumOf(first: DisassembledInsn, second: DisassembledInsn, opcode: number): bigint | undefined {
  if (first.length !== 4 || second.length !== 4) return undefined;
  const high = wordOf(first.bytes);
  const low = wordOf(second.bytes);
  const isSecond = (low & (opcode === ADDI ? 0x707f : 0x7f)) === opcode;
  const isPair = (high & 0x7f) === AUIPC && isSecond && ((high >>> 7) & 31) === ((low >>> 15) & 31);
  if (!isPair) return undefined;
  return BigInt.asUintN(64, first.address + BigInt((high & ~0xfff) | 0) + BigInt(low >> 20));
}

const wordOf = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset, 4).getInt32(0, true);
