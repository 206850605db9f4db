/**
 * Ends of functions that call frame information does not describe. LLVM tells for LoongArch, and before version 20 for
 * RISC-V, how a function builds its frame but not how it takes it off: from the first instruction of the epilogue to the
 * return the canonical frame address would be another one, and a step that halts there would not know its own frame.
 */

import type { Va } from '../base/address';
import type { Isa } from '../isa/core/isa';
import type { DisassembledInsn } from '../isa/core/registers';
import { unwindAbi } from '../symbols/abi';
import type { Program, UnwindRow } from '../symbols/types';
import { instructionsIn } from './instructions';
import { withTarget } from './regions';

/** Instructions of an epilogue, at most. */
const LONGEST = 64;
/** Bytes of a function that are looked through for what moved the stack pointer before a tail call. */
const LONGEST_FUNCTION = 1n << 14n;

const known = new WeakMap<Program, Map<Va, UnwindRow | undefined>>();

/**
 * The row that holds at a link address from where control goes straight to the end of the function, if the program's own
 * is another one. At a return the stack pointer is what it was before the call.
 */
export function epilogueRow(program: Program, at: Va, isa: Isa): UnwindRow | undefined {
  const answers = known.get(program) ?? new Map<Va, UnwindRow | undefined>();
  known.set(program, answers);
  if (!answers.has(at)) answers.set(at, workedOut(program, at, isa));
  return answers.get(at);
}

function workedOut(program: Program, at: Va, isa: Isa): UnwindRow | undefined {
  const abi = unwindAbi(program.elf.machine);
  const row = program.unwind(at);
  if (abi === undefined || row?.cfa.kind !== 'registerOffset' || row.isSignalFrame) return undefined;
  // Functions that save registers for others return elsewhere.
  if (abi.linkRegister !== undefined && row.returnAddressRegister !== abi.linkRegister) return undefined;
  // Where calls push, compilers tell of each move by another row; what is left is inline assembly's, `pushfq` and `pop`, of which
  // they know nothing.
  if (abi.linkRegister === undefined && row.cfa.register === abi.stackPointer && at - row.lo <= LONGEST_FUNCTION) {
    const unseen = straightMove(program, row.lo, at, isa);
    if (unseen !== 0n) return { ...row, cfa: { ...row.cfa, offset: row.cfa.offset - unseen } };
  }
  const end = endAfter(program, at, row.hi, isa);
  if (end === undefined) return undefined;
  const offset = end.moved + (abi.linkRegister === undefined ? BigInt(program.elf.addressSize) : 0n);
  if (end.isTail && !isTaken(program, row, at, { ...end, offset }, isa, abi.stackPointer)) return undefined;
  if (row.cfa.register === abi.stackPointer && row.cfa.offset === offset) return undefined;
  return {
    ...row,
    cfa: { kind: 'registerOffset', register: abi.stackPointer, offset },
    // What lay below the stack pointer has been loaded again.
    registers: new Map([...row.registers].filter(([, rule]) => rule.kind !== 'offset' || rule.offset >= -offset)),
  };
}

/** How far code has moved the stack pointer from a place on, or from the last instruction that went elsewhere or set it. */
function straightMove(program: Program, lo: Va, at: Va, isa: Isa): bigint {
  let moved = 0n;
  for (const insn of insnsOf(program, lo, at, isa)) {
    moved = insn.kind === 'plain' && insn.stackMove !== undefined ? moved + insn.stackMove : 0n;
  }
  return moved;
}

/** How far the stack pointer still moves up to the return or tail call that follows in a straight line. */
function endAfter(program: Program, at: Va, hi: Va, isa: Isa): { moved: bigint; isTail: boolean } | undefined {
  let moved = 0n;
  let previous: DisassembledInsn | undefined;
  let count = 0;
  for (const bare of insnsOf(program, at, hi, isa)) {
    const insn = withTarget(isa, previous, bare);
    if (insn.kind === 'return') return { moved, isTail: false };
    if (insn.kind === 'jump' || insn.kind === 'indirect') {
      return insn.target !== undefined && isInFunction(program, at, insn.target) ? undefined : { moved, isTail: true };
    }
    if (insn.kind !== 'plain' || insn.stackMove === undefined || count++ === LONGEST) return undefined;
    moved += insn.stackMove;
    previous = insn;
  }
  return undefined;
}

/** Whether the code before a tail call takes the whole frame off: other jumps leave it. */
function isTaken(
  program: Program,
  row: UnwindRow,
  at: Va,
  rest: { readonly moved: bigint; readonly offset: bigint },
  isa: Isa,
  stackPointer: number,
): boolean {
  if (row.cfa.kind !== 'registerOffset' || at - row.lo > LONGEST_FUNCTION) return false;
  const before = straightMove(program, row.lo, at, isa);
  const moved = before + rest.moved;
  return row.cfa.register === stackPointer ? before + rest.offset === row.cfa.offset && moved > 0n : moved > 0n;
}

function isInFunction(program: Program, at: Va, target: bigint): boolean {
  const symbol = program.symbolAt(at)?.symbol;
  return symbol !== undefined && target > symbol.address && target < symbol.address + symbol.size;
}

function* insnsOf(program: Program, lo: Va, hi: Va, isa: Isa): Generator<DisassembledInsn> {
  const code = program.bytesAt(lo, Number(hi - lo));
  for (const insn of code === undefined ? [] : instructionsIn(isa, code, lo)) {
    if (!insn.isValid) return;
    yield insn;
  }
}
