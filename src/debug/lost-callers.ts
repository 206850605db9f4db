/**
 * Callers of functions that never return. Compilers do not save the return address there (Rust's panic path), and the
 * call they make overwrites it. What is left: who calls such a function, how large the caller's frame is at that call,
 * and the return address the caller saved itself, which must stand exactly where its call frame information says.
 */

import { type Va, va } from '../base/address';
import type { Isa } from '../isa/core/isa';
import type { DisassembledInsn } from '../isa/core/registers';
import type { Program } from '../symbols/types';
import { instructionsIn } from './instructions';
import { withTarget } from './regions';

/** Calls of one program by the link address of the function they enter; the values are return addresses. */
export type CallMap = ReadonlyMap<bigint, readonly Va[]>;

const maps = new WeakMap<Program, CallMap>();
/** Functions that do not return in a row. */
const DEEPEST = 6;

/** Disassembles the program's executable segments once. */
function callMap(program: Program, isa: Isa): CallMap {
  const known = maps.get(program);
  if (known !== undefined) return known;
  const calls = new Map<bigint, Va[]>();
  for (const segment of program.elf.segments) {
    if (!segment.flags.execute) continue;
    const code = program.bytesAt(segment.vaddr, Number(segment.filesz)) ?? new Uint8Array();
    let previous: DisassembledInsn | undefined;
    for (const bare of instructionsIn(isa, code, segment.vaddr)) {
      const insn = withTarget(isa, previous, bare);
      previous = insn;
      if (insn.kind !== 'call' || insn.target === undefined) continue;
      const list = calls.get(insn.target) ?? [];
      list.push(va(insn.address + BigInt(Math.max(insn.length, isa.minLength))));
      calls.set(insn.target, list);
    }
  }
  maps.set(program, calls);
  return calls;
}

/** What the search may ask. */
export interface LostCallerContext {
  readonly isa: Isa;
  readonly program: Program;
  /** A word of the stack. */
  word(at: bigint): bigint | undefined;
  /** Whether a run-time address follows a call, of this function where the call says which. */
  followsCall(at: bigint, callee: bigint): boolean;
}

/**
 * The link return address in the caller of the function at link address `inside`, whose frame ends at `cfa`.
 * `undefined` when no caller's saved return address proves it.
 */
export function lostCaller(context: LostCallerContext, inside: bigint, cfa: bigint): Va | undefined {
  return search(context, inside, cfa, 0);
}

function search(context: LostCallerContext, inside: bigint, cfa: bigint, depth: number): Va | undefined {
  const { program, isa } = context;
  const callee = program.symbolAt(va(inside))?.symbol.address;
  if (callee === undefined || depth >= DEEPEST) return undefined;
  for (const back of callMap(program, isa).get(callee) ?? []) {
    const row = program.unwind(va(back - 1n));
    const sp = isa.register(isa.stackPointer)?.dwarf;
    if (row === undefined || row.cfa.kind !== 'registerOffset' || row.cfa.register !== sp) continue;
    const callerCfa = cfa + row.cfa.offset;
    const rule = row.registers.get(row.returnAddressRegister);
    if (rule?.kind === 'offset') {
      const saved = context.word(callerCfa + rule.offset);
      const caller = program.symbolAt(va(back - 1n))?.symbol.address;
      if (saved !== undefined && caller !== undefined && context.followsCall(saved, caller)) return back;
    } else if (rule === undefined && search(context, back - 1n, callerCfa, depth + 1) !== undefined) return back;
  }
  return undefined;
}
