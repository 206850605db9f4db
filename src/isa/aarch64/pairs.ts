/** What two neighbouring instructions do together: far calls, and addresses in two parts. And loads of the stack pointer. */
import type { DisassembledInsn } from '../core/registers';

const wordOf = ({ bytes }: DisassembledInsn): number =>
  bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
const rd = (word: number): number => word & 31;
const rn = (word: number): number => (word >>> 5) & 31;
const imm12 = (word: number): number => (word >>> 10) & 0xfff;

/** The page that `adrp` names; undefined for any other instruction. */
const pageOf = (insn: DisassembledInsn): bigint | undefined => {
  const word = wordOf(insn);
  if ((word & 0x9f00_0000) >>> 0 !== 0x9000_0000) return undefined;
  const pages = (((word >>> 5) & 0x7ffff) << 2) | ((word >>> 29) & 3);
  return BigInt.asUintN(64, (insn.address & ~0xfffn) + (BigInt.asIntN(21, BigInt(pages)) << 12n));
};

const NOP = 0xd503_201f;

/** `add Xd, Xn, #imm`, not shifted. */
const isAdd = (word: number): boolean => word >>> 22 === 0b1001000100;
/** log2 of the bytes that `ldr Xt, [Xn, #imm]` and its kind load or store; undefined for other instructions. */
const scaleOf = (word: number): number | undefined => {
  if (((word >>> 24) & 0b111011) !== 0b111001) return undefined;
  const isVector = (word >>> 26) & 1;
  return isVector && (word >>> 23) & 1 ? 4 : word >>> 30;
};

/** What `adr` names; undefined for any other instruction. */
const nearAddressOf = (insn: DisassembledInsn): bigint | undefined => {
  const word = wordOf(insn);
  if ((word & 0x9f00_0000) >>> 0 !== 0x1000_0000) return undefined;
  const distance = (((word >>> 5) & 0x7ffff) << 2) | ((word >>> 29) & 3);
  return BigInt.asUintN(64, insn.address + BigInt.asIntN(21, BigInt(distance)));
};

/**
 * What `adrp Xd` followed by `add` names, or by a load or store at an offset from it. Linkers make `nop` and `adr` of the former
 * where the address is near.
 */
export function jointAddress(first: DisassembledInsn, second: DisassembledInsn): bigint | undefined {
  const near = wordOf(first) === NOP ? nearAddressOf(second) : undefined;
  if (near !== undefined) return near;
  const page = pageOf(first);
  const word = wordOf(second);
  if (page === undefined || rn(word) !== rd(wordOf(first))) return undefined;
  if (isAdd(word)) return BigInt.asUintN(64, page + BigInt(imm12(word)));
  const scale = scaleOf(word);
  return scale === undefined ? undefined : BigInt.asUintN(64, page + (BigInt(imm12(word)) << BigInt(scale)));
}

/**
 * Whether an instruction takes the stack pointer from memory that is not on its stack. No load writes sp: a switch of tasks
 * copies it from a register, `mov sp, xN`, into which it was loaded.
 */
export function loadsStackPointer(insn: DisassembledInsn): boolean {
  const word = wordOf(insn);
  const isMoveOfSp = word >>> 10 === MOVE_OF_SP && rd(word) === SP;
  return isMoveOfSp && rn(word) !== SP && rn(word) !== FP;
}

/** `add Xd|sp, Xn|sp, #0` without its registers. */
const MOVE_OF_SP = 0b1001000100 << 12;
const SP = 31;
const FP = 29;
