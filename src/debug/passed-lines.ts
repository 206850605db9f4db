/**
 * Lines that a hart passed while a part of the run was executed again, in one activation of a function and in its caller's, and
 * which of them is the one before where the way back began.
 */
import { type Cpu, comparePoints, type Point, type TravelMachine } from '../machine/contract';
import type { Image } from './images';
import type { Visits } from './runner';
import { logicalFrames, type PhysicalFrame, type Unwinder } from './stack';
import { depthOf } from './step-plan';
import { isSameWorld } from './trap-policy';

/** A place that was passed. */
export interface Visit {
  readonly point: Point;
  /** Of the activation that is gone back in, of its caller, or the call of the function. */
  readonly of: 'own' | 'caller' | 'entry';
  /** The line, as far as the user sees it. */
  readonly line: string;
  readonly concealed: number;
}

/** What looking at them needs of the target. */
interface PassedContext {
  readonly machine: TravelMachine;
  readonly unwinder: Unwinder;
  cpu(hart: number): Cpu;
}

/** The statements that were passed in one activation and in its caller's, in their order. */
export class PassedLines implements Visits {
  readonly halts: ReadonlySet<bigint>;
  private readonly entry: bigint | undefined;
  private readonly world;
  /** Of the parts that were looked through before, which come later in the run. */
  private later: readonly Visit[] = [];
  private now: Visit[] = [];

  constructor(
    private readonly context: PassedContext,
    private readonly hart: number,
    private readonly frame: PhysicalFrame,
    private readonly visible: number,
    private readonly caller: PhysicalFrame | undefined,
    private readonly isOut: boolean,
  ) {
    this.world = frame.cpu.world;
    this.entry = startOf(frame);
    this.halts = new Set([
      ...(isOut ? [] : statementsAround(frame)),
      ...(isOut || caller === undefined ? [] : statementsAround(caller)),
      ...(this.entry === undefined ? [] : [this.entry]),
    ]);
  }

  /** A part that comes before those looked through so far. */
  begin(): void {
    this.later = [...this.now, ...this.later];
    this.now = [];
  }

  at(hart: number): void {
    if (hart !== this.hart) return;
    const cpu = this.context.cpu(hart);
    const here = this.context.unwinder.top(cpu);
    const { point } = this.context.machine;
    const { caller } = this;
    if (this.isOf(this.frame, here) && isSameWorld(cpu.world, this.world)) {
      if (here.pc === this.entry) this.now.push({ point, of: 'entry', line: '', concealed: 0 });
      if (!this.isOut) this.now.push({ point, of: 'own', ...lineOf(here, this.visible) });
    } else if (caller !== undefined && this.isOf(caller, here) && isSameWorld(cpu.world, caller.cpu.world)) {
      this.now.push({ point, of: 'caller', ...lineOf(here, depthOf(caller)) });
    }
  }

  private isOf(frame: PhysicalFrame, here: PhysicalFrame): boolean {
    return here.image === frame.image && here.cfa === frame.cfa && functionOf(here) === functionOf(frame);
  }

  /** Where the line before begins; undefined when that may be in a part that has not been looked through. */
  choose(isAll: boolean): Visit | undefined {
    const all = [...this.now, ...this.later];
    const entry = all.findLastIndex(({ of }) => of === 'entry');
    const own = all.slice(entry + 1).filter(({ of, point }) => of === 'own' && !this.isEntry(all[entry], point));
    if (own.length > 0) return beginningOf(own, isAll || entry >= 0);
    if (entry < 0 && !isAll) return undefined;
    const calling = all.slice(0, Math.max(entry, 0)).filter(({ of }) => of === 'caller');
    return calling.length === 0 ? all[entry] : beginningOf(calling, isAll);
  }

  /** The function's first instruction is before its prologue: the line there is not the first one of the body. */
  private isEntry(entry: Visit | undefined, point: Point): boolean {
    return entry !== undefined && comparePoints(entry.point, point) === 0;
  }
}

/** The first of the last visits of one line in a row; undefined when visits before the first one may belong to it. */
function beginningOf(visits: readonly Visit[], isComplete: boolean): Visit | undefined {
  const line = visits.at(-1)?.line;
  const before = visits.findLastIndex((one) => one.line !== line);
  if (before < 0 && !isComplete) return undefined;
  return visits[before + 1];
}

/** The line at a statement, of the outermost `visible` logical frames, and how many inlined calls that leaves out. */
function lineOf(frame: PhysicalFrame, visible: number): { readonly line: string; readonly concealed: number } {
  const frames = logicalFrames(frame);
  const concealed = Math.max(0, frames.length - visible);
  const shown = frames[concealed];
  return { line: `${shown?.name} ${shown?.source?.path} ${shown?.line}`, concealed };
}

const functionOf = ({ image, link }: PhysicalFrame): bigint | undefined => {
  const outer = image?.program.framesAt(link).at(-1);
  return outer?.lo ?? image?.program.symbolAt(link)?.symbol.address;
};

/** Run-time address of the first instruction of a frame's function. */
const startOf = (frame: PhysicalFrame): bigint | undefined => {
  const start = functionOf(frame);
  return start === undefined ? undefined : start + frame.slide;
};

/** Run-time addresses where the statements of a frame's function begin. */
function statementsAround(frame: PhysicalFrame): bigint[] {
  const image: Image | undefined = frame.image;
  const outer = image?.program.framesAt(frame.link).at(-1);
  if (image === undefined || outer === undefined) return [];
  const rows = image.program.linesIn({ lo: outer.lo, hi: outer.hi });
  return rows.filter((row) => row.isStmt && row.line > 0).map((row) => row.lo + frame.slide);
}
