/** Functions that give the CPU to another task: they load its stack pointer and return there. */

import { type Va, va } from '../base/address';
import type { Isa } from '../isa/core/isa';
import type { ElfSymbol, Program } from '../symbols/types';
import { instructionsIn } from './instructions';

/** Their names: in ArceOS and its relatives, xv6, Linux, rCore. */
export const SWITCH_FUNCTIONS: readonly string[] = ['context_switch', 'swtch', '__switch_to', '__switch'];

/** No function that switches tasks is longer; instructions. */
export const LONGEST_SWITCH = 1000;

/** Code between two addresses of a program. */
interface Extent {
  readonly lo: Va;
  readonly hi: Va;
}

const known = new WeakMap<Program, Map<Va, boolean>>();

/**
 * Whether the function around a link address takes a stack pointer from memory that is not on its own stack, and returns:
 * so do functions that switch tasks, whatever their names, and none that compilers make.
 */
export function switchesTasks(program: Program, at: Va, isa: Isa): boolean {
  const symbol = program.symbolAt(at)?.symbol;
  if (symbol === undefined) return false;
  const answers = known.get(program) ?? new Map<Va, boolean>();
  known.set(program, answers);
  const answer = answers.get(symbol.address) ?? looksSo(program, extentOf(program, symbol), isa);
  answers.set(symbol.address, answer);
  return answer;
}

/** The functions of a program that do so. */
export function switchesIn(program: Program, isa: Isa): Va[] {
  const code = program.elf.symbols.filter((symbol) => isCode(program, symbol));
  const extents = code.map(({ address, size }, at): Extent => {
    const end =
      size > 0n ? address + size : (code.slice(at + 1).find((next) => next.address > address)?.address ?? address);
    return { lo: address, hi: va(end) };
  });
  return extents.filter((extent) => looksSo(program, extent, isa)).map(({ lo }) => lo);
}

const isCode = ({ elf }: Program, { kind, section }: ElfSymbol): boolean =>
  kind === 'function' ||
  (kind === 'label' && elf.sections.some(({ name, isExecutable }) => isExecutable && name === section));

/** Up to the end of a function; labels of assembly end where the next one begins. */
function extentOf(program: Program, symbol: ElfSymbol): Extent {
  const { address, size } = symbol;
  if (size > 0n) return { lo: address, hi: va(address + size) };
  const next = program.elf.symbols.find((one) => one.address > address && isCode(program, one));
  return { lo: address, hi: next?.address ?? address };
}

function looksSo(program: Program, { lo, hi }: Extent, isa: Isa): boolean {
  const length = Number(hi - lo);
  const code = length > LONGEST_SWITCH * isa.maxLength ? undefined : program.bytesAt(lo, length);
  if (code === undefined) return false;
  let loads = false;
  let returns = false;
  for (const insn of instructionsIn(isa, code, lo)) {
    // Handlers load the stack pointer of what they interrupted.
    if (insn.kind === 'trapReturn') return false;
    loads ||= isa.loadsStackPointer(insn);
    returns ||= insn.kind === 'return';
  }
  return loads && returns;
}
