/** Who called is known at each instruction of a function, its end included, which LLVM's call frame information leaves out. */
import { describe, expect, it } from 'vitest';
import type { PhysicalFrame } from '../../src/debug/stack';
import { BundledTarget } from '../support/bundled-target';

const INSTRUCTIONS = 3000;

/** The frames of the innermost two activations. */
function physicalFrames({ target }: BundledTarget): PhysicalFrame[] {
  const found: PhysicalFrame[] = [];
  for (const frame of target.stack(0).frames(0, 40)) {
    if (frame.kind === 'code' && !found.includes(frame.physical)) found.push(frame.physical);
  }
  return found;
}

/** Steps through calls and returns: the places where the caller is not who called, and how many places were looked at. */
function walk(driven: BundledTarget): { wrong: string[]; looks: number } {
  const { target } = driven;
  const { machine } = target;
  const cpu = target.cpu(0);
  const wrong = new Set<string>();
  /** Where calls return to, and the stack pointer then: two tasks may both wait behind the same call. */
  let calls: { readonly pc: bigint; readonly sp: bigint }[] = [];
  const stackPointer = (): bigint => cpu.readRegister(machine.isa.stackPointer);
  let looks = 0;
  for (let count = 0; count < INSTRUCTIONS; count++) {
    const [here, caller] = physicalFrames(driven);
    const code = here?.image?.program.bytesAt(here.link, machine.isa.maxLength);
    if (here === undefined || code === undefined) throw new Error(`no code at 0x${cpu.pc.toString(16)}`);
    const place = `${driven.place()} at 0x${here.pc.toString(16)}`;
    const insn = machine.isa.disassemble(code, here.pc);
    const sp = stackPointer();
    machine.run({ budget: 1n, onlyHart: 0, skipFirstBreakpoint: true });
    target.halt({ kind: 'pause', hart: 0 });
    const isReturn = insn.kind === 'return';
    // The return of a task switch goes where another task was called from.
    const last = calls.at(-1);
    const expected = isReturn ? cpu.pc : last?.pc;
    const isDescribed = here.image?.program.unwind(here.link) !== undefined;
    if (expected !== undefined && isDescribed) {
      looks++;
      if (caller?.pc !== expected) wrong.add(place);
    }
    if (insn.kind === 'call') calls.push({ pc: here.pc + BigInt(insn.length), sp });
    else if (isReturn && cpu.pc === last?.pc && stackPointer() === last.sp) calls.pop();
    else if (isReturn) calls = [];
  }
  return { wrong: [...wrong], looks };
}

describe('the caller of a function with call frame information', () => {
  it.each(['riscv64', 'aarch64', 'loongarch64', 'x86_64'] as const)(
    'is known at each instruction, on %s',
    async (arch) => {
      const driven = await BundledTarget.open('msgqueue', { arch });
      driven.goTo('src/main.rs', 'queue.lock().push_back(message);');
      const { wrong, looks } = walk(driven);
      expect(wrong).toEqual([]);
      expect(looks).toBeGreaterThan(INSTRUCTIONS / 2);
    },
  );
});
