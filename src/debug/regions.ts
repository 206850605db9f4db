/** The code of one source line in one activation, and the addresses where control leaves it: what a line step runs through. */
import { type Va, va } from '../base/address';
import type { Isa } from '../isa/core/isa';
import type { DisassembledInsn } from '../isa/core/registers';
import type { World } from '../isa/core/world';
import type { AddressRange, InlineFrame, LineRow, Program } from '../symbols/types';
import { insnAt } from './instructions';
import type { PhysicalFrame } from './stack';

/** `lo <= pc < hi`, run-time addresses. */
export interface Range {
  readonly lo: bigint;
  readonly hi: bigint;
}

/** Longest stretch of code one line step analyses, bytes; beyond it the step proceeds by further regions. */
const LIMIT = 1n << 16n;

/** Where the statements of a function begin, behind what its compiler puts before them. */
export const bodyOf = (program: Program, { lo, hi }: AddressRange): Va =>
  program.linesIn({ lo, hi }).find((row) => row.isStmt && row.line > 0 && row.lo > lo)?.lo ?? lo;

export const isInside = (ranges: readonly Range[], pc: bigint): boolean =>
  ranges.some((range) => pc >= range.lo && pc < range.hi);

/** Outermost first. */
const nesting = (frames: readonly InlineFrame[]): InlineFrame[] => [...frames].reverse();

const isSameCall = (left: InlineFrame, right: InlineFrame) =>
  left.name === right.name && left.declLine === right.declLine && left.isInlined === right.isInlined;

function sameNesting(left: readonly InlineFrame[], right: readonly InlineFrame[], depth: number): boolean {
  for (let at = 0; at <= depth; at++) {
    const a = left[at];
    const b = right[at];
    if (a === undefined || b === undefined || !isSameCall(a, b)) return false;
    if (at < depth && (a.line !== b.line || a.column !== b.column)) return false;
  }
  return true;
}

/** The rows of the function around `frame`, with the logical frames at each, outermost first. */
function rowsAround(frame: PhysicalFrame): { rows: { row: LineRow; frames: InlineFrame[] }[]; here: InlineFrame[] } {
  const program = frame.image?.program;
  const here = nesting(program?.framesAt(frame.link) ?? []);
  const outer = here[0];
  if (program === undefined || outer === undefined) return { rows: [], here };
  const rows = program.linesIn({ lo: outer.lo, hi: outer.hi });
  return { rows: rows.map((row) => ({ row, frames: nesting(program.framesAt(row.lo)) })), here };
}

/**
 * The ranges that belong to the line at the frame's pc as the `visible` outermost of its logical frames see it (all of
 * them, unless inlined calls are concealed). `over` includes calls inlined there; `into` leaves them out, so that entering one leaves the region.
 * Empty when there is no line.
 */
export function lineRegion(frame: PhysicalFrame, how: 'into' | 'over', visible = Number.POSITIVE_INFINITY): Range[] {
  const { rows, here } = rowsAround(frame);
  const depth = Math.min(visible, here.length) - 1;
  const line = here[depth]?.line ?? 0;
  if (line === 0) return rowRegion(frame);
  const mine = rows.filter(({ frames }) => {
    if (how === 'into' && frames.length !== depth + 1) return false;
    return sameNesting(here, frames, depth) && frames[depth]?.line === line;
  });
  const ranges = merge(mine.map(({ row }) => ({ lo: row.lo + frame.slide, hi: row.hi + frame.slide })));
  return isInside(ranges, frame.pc) ? ranges : rowRegion(frame);
}

/** Everything that belongs to the innermost visible inlined call at the frame's pc; empty when nothing is inlined there. */
export function inlinedRegion(frame: PhysicalFrame, visible = Number.POSITIVE_INFINITY): Range[] {
  const { rows, here } = rowsAround(frame);
  const depth = Math.min(visible, here.length) - 1;
  if (depth < 1) return [];
  const mine = rows.filter(({ frames }) => sameNesting(here, frames, depth));
  return merge(mine.map(({ row }) => ({ lo: row.lo + frame.slide, hi: row.hi + frame.slide })));
}

/** The line-table row around the pc; between rows the gap, and in a function without rows all of it. */
export function rowRegion(frame: PhysicalFrame): Range[] {
  const program = frame.image?.program;
  const row = program?.lineAt(frame.link);
  if (row !== undefined) return [{ lo: row.lo + frame.slide, hi: row.hi + frame.slide }];
  const symbol = program?.symbolAt(frame.link)?.symbol;
  if (program === undefined || symbol === undefined || symbol.size === 0n) return [];
  let lo: bigint = symbol.address;
  let hi: bigint = symbol.address + symbol.size;
  for (const other of program.linesIn({ lo: symbol.address, hi: va(hi) })) {
    if (other.hi <= frame.link && other.hi > lo) lo = other.hi;
    if (other.lo > frame.link && other.lo < hi) hi = other.lo;
  }
  return [{ lo: lo + frame.slide, hi: hi + frame.slide }];
}

function merge(ranges: readonly Range[]): Range[] {
  const sorted = [...ranges].sort((a, b) => (a.lo < b.lo ? -1 : 1));
  const out: { lo: bigint; hi: bigint }[] = [];
  for (const range of sorted) {
    const last = out.at(-1);
    if (last === undefined || range.lo > last.hi) out.push({ ...range });
    else if (range.hi > last.hi) last.hi = range.hi;
  }
  return out;
}

/** What the scan of a region found. */
export interface RegionExits {
  /** Addresses outside where control arrives by branches, jumps and fall-through. */
  readonly landings: ReadonlySet<bigint>;
  /** Instructions inside whose destination only executing them tells: returns, indirect jumps, trap returns. */
  readonly unknowns: ReadonlySet<bigint>;
  readonly calls: readonly DisassembledInsn[];
  /** Instructions that ask for a trap or return from one. */
  readonly crossings: readonly DisassembledInsn[];
}

/** The instruction with the target that only it and the one before it together tell. */
export function withTarget(isa: Isa, previous: DisassembledInsn | undefined, insn: DisassembledInsn): DisassembledInsn {
  if (insn.target !== undefined || previous === undefined) return insn;
  const target = isa.jointTarget?.(previous, insn);
  return target === undefined ? insn : { ...insn, target };
}

/** Disassembles the region and collects its exits. Unreadable code counts as an unknown. */
export function exitsOf(
  ranges: readonly Range[],
  isa: Isa,
  read: (at: bigint, length: number) => Uint8Array | undefined,
  world: World,
): RegionExits {
  const landings = new Set<bigint>();
  const unknowns = new Set<bigint>();
  const calls: DisassembledInsn[] = [];
  const crossings: DisassembledInsn[] = [];
  const leave = (target: bigint) => {
    if (!isInside(ranges, target)) landings.add(target);
  };
  for (const range of ranges) {
    let previous: DisassembledInsn | undefined;
    const end = range.hi - range.lo > LIMIT ? range.lo + LIMIT : range.hi;
    for (let at = range.lo; at < end; ) {
      const insn = insnAt(isa, read, at, world);
      if (insn === undefined || !insn.isValid || insn.length === 0) {
        unknowns.add(at);
        at += BigInt(insn?.length || isa.minLength);
        continue;
      }
      const next = at + BigInt(insn.length);
      if (insn.kind === 'trap' || insn.kind === 'trapReturn') crossings.push(insn);
      switch (insn.kind) {
        case 'jump':
          if (insn.target === undefined) unknowns.add(at);
          else leave(insn.target);
          break;
        case 'return':
        case 'indirect':
        case 'trapReturn':
          unknowns.add(at);
          break;
        case 'branch':
          if (insn.target !== undefined) leave(insn.target);
          leave(next);
          break;
        case 'call':
          calls.push(withTarget(isa, previous, insn));
          leave(next);
          break;
        case 'plain':
        case 'trap':
          leave(next);
          break;
      }
      previous = insn;
      at = next;
    }
    if (end < range.hi) landings.add(end);
  }
  return { landings, unknowns, calls, crossings };
}
