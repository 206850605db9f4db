/**
 * Call frame information that compilers did not write, read off their code: kernels are linked without it, and functions that need no
 * frame pointer have none. From a function's beginning to its first branch the stack pointer and what is saved are known; so
 * they are from an instruction that runs straight to the return. Only for functions of the debug information: assembly code
 * does as it likes.
 */
import { type Va, va } from '../base/address';
import type { Isa } from '../isa/core/isa';
import type { DisassembledInsn } from '../isa/core/registers';
import { unwindAbi } from '../symbols/abi';
import type { Program, RegisterRule, UnwindRow } from '../symbols/types';

/** Instructions that are looked at before and behind an address. */
const MOST = 96;
const MOST_BACK = 8n;

type Rows = Program['rowOfCode'];

/** The rows of a program's functions. */
export const rowsOfCode = (program: Program, isa: Isa): Rows => {
  const abi = unwindAbi(program.elf.machine);
  const { stackAccesses } = isa;
  if (!abi || !stackAccesses || abi.linkRegister === undefined) return () => undefined;
  const known = { abi, link: abi.linkRegister, stackAccesses, isa, program };
  return (at) => {
    const hit = program.symbolAt(at);
    if (hit?.symbol.kind !== 'function' || program.framesAt(at).length === 0) return undefined;
    const here = va(at - (hit.offset % BigInt(isa.minLength)));
    const start = va(at - hit.offset);
    return rowToReturn(known, here) ?? rowFromStart(known, start, here);
  };
};

interface Known {
  readonly abi: NonNullable<ReturnType<typeof unwindAbi>>;
  readonly link: number;
  readonly stackAccesses: NonNullable<Isa['stackAccesses']>;
  readonly isa: Isa;
  readonly program: Program;
}

const insnAt = ({ isa, program }: Known, at: Va): DisassembledInsn | undefined => {
  const bytes = program.bytesAt(at, isa.maxLength);
  const insn = bytes && isa.disassemble(bytes, at);
  return insn?.isValid ? insn : undefined;
};

const rowOf = (
  { isa, link }: Known,
  at: Va,
  cfa: { readonly register: number; readonly offset: bigint },
  saved: ReadonlyMap<number, bigint>,
): UnwindRow => ({
  lo: at,
  hi: va(at + BigInt(isa.minLength)),
  cfa: { kind: 'registerOffset', ...cfa },
  registers: new Map(
    [...saved].map(([register, offset]): [number, RegisterRule] => [register, { kind: 'offset', offset }]),
  ),
  returnAddressRegister: link,
  isSignalFrame: false,
});

const dwarfOf = (isa: Isa, name: string): number | undefined => isa.register(name)?.dwarf;

/** From an instruction that leads to the return without a branch: what is restored on the way was saved there. */
const rowToReturn = (known: Known, at: Va): UnwindRow | undefined => {
  const { isa, abi, stackAccesses } = known;
  let moved = 0n;
  const restored = new Map<number, bigint>();
  let address = at;
  for (let count = 0; count < MOST; count++) {
    const insn = insnAt(known, address);
    if (!insn) return undefined;
    if (insn.kind === 'return' || leavesFunction(known, insn, at, moved)) {
      const saved = new Map([...restored].map(([register, offset]) => [register, offset - moved]));
      return rowOf(known, at, { register: abi.stackPointer, offset: moved }, saved);
    }
    if (insn.kind !== 'plain' || insn.stackMove === undefined) return undefined;
    for (const access of stackAccesses(insn)) {
      const register = access.kind === 'restore' ? dwarfOf(isa, access.register) : undefined;
      if (access.kind === 'restore' && register !== undefined && !restored.has(register))
        restored.set(register, moved + access.offset);
    }
    moved += insn.stackMove;
    address = va(address + BigInt(insn.length));
  }
  return undefined;
};

/** Whether a jump is a call in the last place, for which the frame is gone already. */
const leavesFunction = (known: Known, insn: DisassembledInsn, from: Va, moved: bigint): boolean => {
  const { program } = known;
  if (insn.kind === 'jump' && insn.target !== undefined) {
    const own = program.symbolAt(from)?.symbol;
    const other = program.symbolAt(va(insn.target));
    return other?.offset === 0n && other.symbol.address !== own?.address;
  }
  // A switch jumps so, too; but its frame stays.
  return insn.kind === 'indirect' && (moved > 0n || hasLeftFrame(known, from));
};

/** Whether the instructions that lead straight to an address have given the frame back. */
const hasLeftFrame = (known: Known, at: Va): boolean => {
  const step = BigInt(known.isa.minLength);
  if (known.isa.minLength !== known.isa.maxLength) return false;
  for (let count = 1n; count <= MOST_BACK; count++) {
    const insn = insnAt(known, va(at - count * step));
    if (insn?.kind !== 'plain') return false;
    if (insn.stackMove === undefined || insn.stackMove !== 0n) return (insn.stackMove ?? 0n) > 0n;
  }
  return false;
};

/** From the function's start: how far the stack pointer is below the caller's, and what was saved where. */
const rowFromStart = (known: Known, start: Va, at: Va): UnwindRow | undefined => {
  const { isa, abi, link, stackAccesses } = known;
  const isKept = (register: number): boolean => register === link || abi.calleeSaved.has(register);
  let depth = 0n;
  let frame: bigint | undefined;
  const saved = new Map<number, bigint>();
  let address = start;
  for (let count = 0; address < at && count < MOST; count++) {
    const insn = insnAt(known, address);
    if (insn?.kind !== 'plain') break;
    if (insn.stackMove === undefined) {
      // It sets the stack pointer, or does what nobody knows, as system instructions do: the frame is made by then.
      if (frame === undefined && insn.operands.startsWith(isa.stackPointer)) return undefined;
      break;
    }
    const after = depth - insn.stackMove;
    for (const access of stackAccesses(insn)) {
      if (access.kind === 'frame') frame = after - access.offset;
      const register = access.kind === 'frame' ? undefined : dwarfOf(isa, access.register);
      if (access.kind === 'frame' || register === undefined || !isKept(register)) continue;
      if (access.kind === 'restore') saved.delete(register);
      else if (!saved.has(register)) saved.set(register, access.offset - depth);
    }
    depth = after;
    address = va(address + BigInt(insn.length));
  }
  return frame === undefined
    ? rowOf(known, at, { register: abi.stackPointer, offset: depth }, saved)
    : rowOf(known, at, { register: abi.framePointer, offset: frame }, saved);
};
