/**
 * Call frame information that compilers did not write, read off their code: kernels are linked without it, and functions that need no
 * frame pointer have none. From a function's beginning to its first branch the stack pointer and what is saved are known, and what
 * holds there holds to the function's end, whose last instructions are `epilogues`' business. Only for functions of the debug
 * information: assembly code does as it likes.
 */
import { type Va, va } from '../base/address';
import type { Isa } from '../isa/core/isa';
import { unwindAbi } from '../symbols/abi';
import type { CfaRule, Program, RegisterRule, UnwindRow } from '../symbols/types';
import { instructionsIn } from './instructions';

/** Instructions that are looked at. */
const MOST = 96;

type Abi = NonNullable<ReturnType<typeof unwindAbi>>;

/** The rows of a program's functions. */
export const rowsOfCode = (program: Program, isa: Isa): Program['rowOfCode'] => {
  const abi = unwindAbi(program.elf.machine);
  const returnAddressRegister = abi?.linkRegister ?? isa.register(isa.pc)?.dwarf;
  if (!abi || !isa.stackAccesses || returnAddressRegister === undefined) return () => undefined;
  // What the call pushed is below the canonical frame address, and nothing else is at the first instruction.
  const pushed = abi.linkRegister === undefined ? BigInt(program.elf.addressSize) : 0n;
  return (at) => {
    const hit = program.symbolAt(at);
    if (hit?.symbol.kind !== 'function' || program.framesAt(at).length === 0) return undefined;
    const start = va(at - hit.offset);
    const found = frameAt(program, isa, abi, start, at, pushed);
    if (!found) return undefined;
    const { lo, hi = va(start + hit.symbol.size), cfa, saved } = found;
    const registers = [...saved].map(([register, offset]): [number, RegisterRule] => [
      register,
      { kind: 'offset', offset },
    ]);
    if (pushed !== 0n) registers.push([returnAddressRegister, { kind: 'offset', offset: -pushed }]);
    return {
      lo,
      hi,
      cfa,
      registers: new Map(registers),
      returnAddressRegister,
      isSignalFrame: false,
    } satisfies UnwindRow;
  };
};

interface CodeFrame {
  /** Where it begins to hold, and where the next instruction changes it; absent where none does. */
  readonly lo: Va;
  readonly hi?: Va;
  readonly cfa: CfaRule;
  /** By DWARF register: where it is saved, from the canonical frame address. */
  readonly saved: ReadonlyMap<number, bigint>;
}

/** The frame before the instruction at an address, as those before it in the function have made it. */
const frameAt = (program: Program, isa: Isa, abi: Abi, start: Va, at: Va, pushed: bigint): CodeFrame | undefined => {
  const isKept = (register: number): boolean => register === abi.linkRegister || abi.calleeSaved.has(register);
  /** How far the stack pointer is below where it was in the caller; from where the frame pointer is, once it is one. */
  let depth = pushed;
  let frame: bigint | undefined;
  const saved = new Map<number, bigint>();
  const result = (lo: Va, hi?: Va): CodeFrame => ({
    lo,
    ...(hi !== undefined && { hi }),
    cfa: {
      kind: 'registerOffset',
      register: frame === undefined ? abi.stackPointer : abi.framePointer,
      offset: frame ?? depth,
    },
    saved,
  });
  const length = MOST * isa.maxLength;
  const code = program.bytesAt(start, length) ?? program.bytesAt(start, Number(at - start) + isa.maxLength);
  if (code === undefined) return undefined;
  for (const insn of instructionsIn(isa, code, start)) {
    const address = va(insn.address);
    const next = va(address + BigInt(insn.length));
    if (!insn.isValid || insn.kind !== 'plain') return result(address);
    if (at < next) return result(address, next);
    if (insn.stackMove === undefined) {
      // It sets the stack pointer, or does what nobody knows, as system instructions do: the frame is made by then.
      return frame === undefined && insn.operands.startsWith(isa.stackPointer) ? undefined : result(address);
    }
    const after = depth - insn.stackMove;
    for (const access of isa.stackAccesses?.(insn) ?? []) {
      if (access.kind === 'frame') {
        frame = after - access.offset;
        continue;
      }
      const register = isa.register(access.register)?.dwarf;
      if (register === undefined || !isKept(register)) continue;
      if (access.kind === 'restore') saved.delete(register);
      else if (!saved.has(register)) saved.set(register, access.offset - depth);
    }
    depth = after;
  }
  return result(va(start + BigInt(code.length)));
};
