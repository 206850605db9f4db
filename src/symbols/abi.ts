import type { MachineName } from './types';

/** What unwinding needs of a processor's DWARF register numbering and calling convention. */
export interface UnwindAbi {
  readonly stackPointer: number;
  readonly framePointer: number;
  /** The register a call leaves the return address in; `undefined` where it goes onto the stack. */
  readonly linkRegister: number | undefined;
  /** Where a function with a frame pointer keeps the return address and its caller's frame pointer, relative to its own. */
  readonly savedReturnAddress: number;
  readonly savedFramePointer: number;
  /** The frame pointer's distance from the canonical frame address. */
  readonly framePointerToCfa: number;
  /** Return addresses may be signed above bit 47; then this bit says what the bits there were. */
  readonly signBit?: number;
  /** Registers a called function leaves as they were; the others are lost in a caller. */
  readonly calleeSaved: ReadonlySet<number>;
  /** The register that leads to the storage of the running thread, and where that begins (local-exec). */
  readonly threadPointer: number;
  readonly threadStorage: (pointer: bigint, storage: ThreadStorage) => bigint;
}

/** Size and alignment of what each thread has, in bytes. */
type ThreadStorage = { readonly size: number; readonly alignment: number };

const roundUp = (size: number, alignment: number): bigint => BigInt(Math.ceil(size / alignment) * alignment);

/** Variant I of thread-local storage, after nothing: the pointer is where it begins. */
const atPointer: UnwindAbi['threadStorage'] = (pointer) => pointer;

const span = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

const riscv = (word: number): UnwindAbi => ({
  // x0..x31 are 0..31, f0..f31 are 32..63 (RISC-V ABIs Specification, "DWARF Register Numbers").
  stackPointer: 2,
  framePointer: 8,
  linkRegister: 1,
  savedReturnAddress: -word,
  savedFramePointer: -2 * word,
  framePointerToCfa: 0,
  calleeSaved: new Set([0, 2, 3, 4, 8, 9, ...span(18, 27), 40, 41, ...span(50, 59)]),
  threadPointer: 4,
  threadStorage: atPointer,
});

const abis: Partial<Record<MachineName, UnwindAbi>> = {
  riscv64: riscv(8),
  riscv32: riscv(4),
  // x0..x30 are 0..30, sp is 31, v0..v31 are 64..95 (DWARF for the Arm 64-bit Architecture, "DWARF register names").
  aarch64: {
    stackPointer: 31,
    framePointer: 29,
    linkRegister: 30,
    savedReturnAddress: 8,
    savedFramePointer: 0,
    framePointerToCfa: 16,
    signBit: 55,
    calleeSaved: new Set([...span(18, 29), 31, ...span(72, 79)]),
    // TPIDR_EL0; two words for the runtime come before the storage.
    threadPointer: 36,
    threadStorage: (pointer, { alignment }) => pointer + roundUp(16, alignment),
  },
  // rbx 3, rbp 6, rsp 7, r12..r15 (System V ABI AMD64, "DWARF Register Number Mapping").
  x86_64: {
    stackPointer: 7,
    framePointer: 6,
    linkRegister: undefined,
    savedReturnAddress: 8,
    savedFramePointer: 0,
    framePointerToCfa: 16,
    calleeSaved: new Set([3, 6, 7, ...span(12, 15)]),
    // fs.base; variant II: the storage ends there.
    threadPointer: 58,
    threadStorage: (pointer, { size, alignment }) => pointer - roundUp(size, alignment),
  },
  // r0..r31 are 0..31, f0..f31 are 32..63; fp is r22, s0..s8 r23..r31 (LoongArch ELF psABI, "DWARF").
  loongarch64: {
    stackPointer: 3,
    framePointer: 22,
    linkRegister: 1,
    savedReturnAddress: -8,
    savedFramePointer: -16,
    framePointerToCfa: 0,
    calleeSaved: new Set([0, 2, 3, ...span(21, 31), ...span(56, 63)]),
    threadPointer: 2,
    threadStorage: atPointer,
  },
};

const ADDRESS_BITS = 48;

/** A return address without the signature that it may carry. @see Arm ARM, D8.10 "Pointer authentication" */
export const unsigned = ({ signBit }: UnwindAbi, address: bigint): bigint => {
  if (signBit === undefined) return address;
  const low = BigInt.asUintN(ADDRESS_BITS, address);
  const isHigh = ((address >> BigInt(signBit)) & 1n) === 1n;
  return isHigh ? BigInt.asUintN(64, low - (1n << BigInt(ADDRESS_BITS))) : low;
};

/** The unwinding conventions of a machine, `undefined` for one we do not know. */
export function unwindAbi(machine: MachineName): UnwindAbi | undefined {
  return abis[machine];
}
