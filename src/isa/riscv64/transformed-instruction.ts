/**
 * What htinst and mtinst hold after a fault of a load, store or AMO: the instruction without its address, so that a
 * hypervisor need not fetch it from the guest.
 * @see RISC-V Privileged ISA 20240411, "Transformed Instruction or Pseudoinstruction for mtinst or htinst"
 */
import type { HartState } from '../core/privileged';

const LOAD = 0x03;
const LOAD_FP = 0x07;
const STORE = 0x23;
const STORE_FP = 0x27;
const AMO = 0x2f;
const SYSTEM = 0x73;

const WORD = 2;
const DOUBLE = 3;

/** A 16-bit load or store as the 32-bit one it stands for, without its offset, which {@link baseOffset} gives. */
interface Expanded {
  readonly word: number;
  readonly rs1: number;
  readonly offset: number;
}

const SP = 2;

const load = (opcode: number, width: number, rd: number, rs1: number, offset: number): Expanded => ({
  word: opcode | (rd << 7) | (width << 12),
  rs1,
  offset,
});
const store = (opcode: number, width: number, rs2: number, rs1: number, offset: number): Expanded => ({
  word: opcode | (width << 12) | (rs2 << 20),
  rs1,
  offset,
});

/** @see RISC-V Unprivileged ISA, "Load and Store Instructions" of the C extension. */
const expand = (half: number): Expanded | undefined => {
  const funct3 = (half >>> 13) & 7;
  const [low3, high3] = [8 + ((half >>> 2) & 7), 8 + ((half >>> 7) & 7)];
  const [low5, high5] = [(half >>> 2) & 31, (half >>> 7) & 31];
  const bits = (from: number, count: number, to: number): number => ((half >>> from) & (2 ** count - 1)) << to;
  const wordOffset = bits(10, 3, 3) | bits(6, 1, 2) | bits(5, 1, 6);
  const doubleOffset = bits(10, 3, 3) | bits(5, 2, 6);
  const wordFromSp = bits(12, 1, 5) | bits(4, 3, 2) | bits(2, 2, 6);
  const doubleFromSp = bits(12, 1, 5) | bits(5, 2, 3) | bits(2, 3, 6);
  const wordToSp = bits(9, 4, 2) | bits(7, 2, 6);
  const doubleToSp = bits(10, 3, 3) | bits(7, 3, 6);
  switch (((half & 3) << 3) | funct3) {
    case 0b00_001:
      return load(LOAD_FP, DOUBLE, low3, high3, doubleOffset);
    case 0b00_010:
      return load(LOAD, WORD, low3, high3, wordOffset);
    case 0b00_011:
      return load(LOAD, DOUBLE, low3, high3, doubleOffset);
    case 0b00_101:
      return store(STORE_FP, DOUBLE, low3, high3, doubleOffset);
    case 0b00_110:
      return store(STORE, WORD, low3, high3, wordOffset);
    case 0b00_111:
      return store(STORE, DOUBLE, low3, high3, doubleOffset);
    case 0b10_001:
      return load(LOAD_FP, DOUBLE, high5, SP, doubleFromSp);
    case 0b10_010:
      return load(LOAD, WORD, high5, SP, wordFromSp);
    case 0b10_011:
      return load(LOAD, DOUBLE, high5, SP, doubleFromSp);
    case 0b10_101:
      return store(STORE_FP, DOUBLE, low5, SP, doubleToSp);
    case 0b10_110:
      return store(STORE, WORD, low5, SP, wordToSp);
    case 0b10_111:
      return store(STORE, DOUBLE, low5, SP, doubleToSp);
    default:
      return undefined;
  }
};

/** The same of a 32-bit instruction. */
const strip = (word: number): Expanded | undefined => {
  const rs1 = (word >>> 15) & 31;
  switch (word & 0x7f) {
    case LOAD:
    case LOAD_FP:
      return { word: word & 0x7fff, rs1, offset: word >> 20 };
    case STORE:
    case STORE_FP:
      return { word: word & 0x01f0_707f, rs1, offset: ((word >> 25) << 5) | ((word >>> 7) & 31) };
    case AMO:
    case SYSTEM:
      return { word: word & ~(31 << 15), rs1, offset: 0 };
    default:
      return undefined;
  }
};

/** @param tval the faulting address: behind the instruction's own where a misaligned access runs into the next page. */
export const transformedInstruction = (state: HartState, tval: bigint): bigint => {
  const isShort = (state.word & 3) !== 3;
  const expanded = isShort ? expand(state.word & 0xffff) : strip(state.word);
  if (!expanded) return 0n;
  const address = BigInt.asUintN(64, state.read('x', expanded.rs1) + BigInt(expanded.offset));
  const behind = Number(BigInt.asUintN(5, tval - address));
  // Bit 1 tells that the instruction had 16 bits.
  return BigInt(((expanded.word | (behind << 15)) & (isShort ? ~2 : -1)) >>> 0);
};
