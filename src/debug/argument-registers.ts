/**
 * What a function does with the registers that it gets its arguments in, before its first jump or call: unoptimised code
 * stores there what it wants to keep.
 */

import type { Isa } from '../isa/core/isa';
import type { DisassembledInsn, Transfer } from '../isa/core/registers';
import type { AddressRange, Program } from '../symbols/types';
import { instructionsIn } from './instructions';

/** Where an argument was put. */
export interface SavedArgument {
  /** The address of the instruction that did it. */
  readonly at: bigint;
  readonly store: Extract<Transfer, { kind: 'store' }>;
}

/** The straight code at the start of a function is no longer; bytes. */
const LONGEST = 1024;

/** By register: the last place that its argument was put, `undefined` where it is used and not kept. */
export function argumentRegisters(
  isa: Isa,
  program: Program,
  code: AddressRange,
): ReadonlyMap<string, SavedArgument | undefined> {
  const found = new Map<string, SavedArgument | undefined>();
  /** The argument that a register holds. */
  const held = new Map(isa.arguments.map((name) => [name, name]));
  for (const insn of straight(isa, program, code)) {
    const moved = isa.transfer?.(insn);
    const words: readonly string[] = insn.operands.match(/\w+/g) ?? [];
    if (moved?.kind === 'move') {
      const argument = held.get(moved.from);
      if (argument === undefined) held.delete(moved.to);
      else held.set(moved.to, argument);
      continue;
    }
    const [first] = words;
    const isWritten = insn.kind === 'plain' && moved === undefined;
    const read = isWritten ? words.slice(1) : words;
    for (const argument of read.flatMap((word) => held.get(word) ?? [])) {
      if (!found.has(argument)) found.set(argument, undefined);
      if (moved?.kind === 'store' && held.get(moved.register) === argument)
        found.set(argument, { at: insn.address, store: moved });
    }
    if (isWritten && first !== undefined) held.delete(first);
  }
  return found;
}

/** Up to the first instruction that may go elsewhere, and that one where it decides by registers. */
function* straight(isa: Isa, program: Program, { lo, hi }: AddressRange): Generator<DisassembledInsn> {
  const code = program.bytesAt(lo, Math.min(Number(hi - lo), LONGEST)) ?? new Uint8Array();
  for (const insn of instructionsIn(isa, code, lo)) {
    if (insn.kind !== 'plain') {
      if (insn.kind === 'branch') yield insn;
      return;
    }
    yield insn;
  }
}
