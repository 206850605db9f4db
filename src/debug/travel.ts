/**
 * Ways back: to the instruction or line before, to the stop before, to any point of the run so far. Each executes a part of the
 * run again, looks for the last place before now that is wanted, and goes there. They yield between slices of work, so that
 * whoever drives them can answer others and give them up.
 */
import type { Pa } from '../base/address';
import { t } from '../base/l10n';
import { type Cpu, comparePoints, type Point, type RunExit, type TravelMachine } from '../machine/contract';
import type { Timeline } from '../timeline/timeline';
import { type DataBreakpoints, touchText } from './data-breakpoints';
import type { Image } from './images';
import type { Runner, Visits } from './runner';
import { type Caller, logicalFrames, type PhysicalFrame, type Unwinder } from './stack';
import { depthOf } from './step-plan';
import type { Stop } from './stop';
import { isSameWorld } from './trap-policy';

/** Work that goes on with each `next`, to the stop it leads to. */
export type Journey = Generator<undefined, Stop>;

/** Ways back that need nothing to be named. */
export type PlainWay = 'instruction' | 'over' | 'out' | 'continue';

/** What a way back is asked for. */
export type BackRequest =
  | { readonly how: PlainWay; readonly hart: number }
  /** To the last store to some physical memory; `name`: what the user calls it. */
  | { readonly how: 'write'; readonly hart: number; readonly name: string; readonly ranges: readonly MemoryRange[] };

/** Physical memory, bytes. */
export interface MemoryRange {
  readonly pa: Pa;
  readonly length: number;
}

/** What ways back need of the target. */
export interface TravelContext {
  readonly machine: TravelMachine;
  readonly timeline: Timeline;
  readonly runner: Runner;
  readonly unwinder: Unwinder;
  readonly data: Pick<DataBreakpoints, 'watchOnly' | 'install'>;
  cpu(hart: number): Cpu;
  callerOf(frame: PhysicalFrame): Caller;
  /** Inlined calls at the hart's pc that the user has not stepped into. */
  concealed(hart: number): number;
}

/** Instructions of one slice of work. */
const SLICE = 1_000_000n;
/** How far before where ways back begin checkpoints are made, so that the next ones are short. */
const NEAR = [400_000n, 40_000n, 4000n];

/** A place that was passed. */
interface Visit {
  readonly point: Point;
  /** Of the activation that is gone back in, of its caller, or the call of the function. */
  readonly of: 'own' | 'caller' | 'entry';
  /** The line, as far as the user sees it. */
  readonly line: string;
  readonly concealed: number;
}

/** A store that was seen: the point behind it, and its hart's own count there. */
interface Store {
  readonly exit: Extract<RunExit, { kind: 'watch' }>;
  readonly point: Point;
  readonly retired: bigint;
}

export class Travel {
  constructor(private readonly context: TravelContext) {}

  /** The way back that a request asks for. */
  back(request: BackRequest): Journey {
    const { hart } = request;
    switch (request.how) {
      case 'instruction':
        return this.instructionBack(hart);
      case 'over':
        return this.lineBack(hart, false);
      case 'out':
        return this.lineBack(hart, true);
      case 'continue':
        return this.stopBack(hart);
      case 'write':
        return this.writeBack(request);
    }
  }

  /** Goes to a point of the run so far. */
  *goTo(point: Point, stop: Stop): Journey {
    yield* this.reach(point);
    return stop;
  }

  // ------------------------------------------------------------------ moving

  /** Puts the machine at a point, from the nearest checkpoint. */
  private *reach(point: Point, visits?: Visits): Generator<undefined, void> {
    const { timeline, runner, machine } = this.context;
    timeline.goBefore(point);
    runner.reset();
    while (!runner.replay(machine, point, SLICE, visits)) yield;
  }

  /** Makes checkpoints near before a point. */
  private *prepare(point: Point): Generator<undefined, void> {
    const { timeline } = this.context;
    for (const distance of NEAR) {
      const at = point.at - distance;
      if (at <= timeline.beginning.at) continue;
      const [last] = timeline.before(point);
      if (last !== undefined && last.at >= at - distance / 2n) continue;
      yield* this.reach({ at, traps: 0, isIdle: false });
      timeline.keep();
    }
  }

  /** Looks through the run before a point, from the nearest checkpoint backwards; `look` yields what it has found in a part. */
  private *search<T>(
    end: Point,
    look: (from: Point, to: Point) => Generator<undefined, T | undefined>,
  ): Generator<undefined, T | undefined> {
    yield* this.prepare(end);
    let to = end;
    for (const from of [...this.context.timeline.before(end)]) {
      const found = yield* look(from, to);
      if (found !== undefined) return found;
      to = from;
    }
    return undefined;
  }

  private *toBeginning(hart: number): Journey {
    yield* this.reach(this.context.timeline.beginning);
    return { kind: 'beginning', hart };
  }

  // ------------------------------------------------------------------ instructions

  private *instructionBack(hart: number): Journey {
    const { timeline } = this.context;
    const end = timeline.now;
    const cpu = this.context.cpu(hart);
    const own = { pc: cpu.pc, retired: cpu.retired };
    const isElsewhere = () => cpu.pc !== own.pc || cpu.retired !== own.retired;
    const found = yield* this.search(end, (from, to) => this.lastBefore(from, to, isElsewhere));
    if (found === undefined) return yield* this.toBeginning(hart);
    yield* this.reach(found);
    return { kind: 'step', hart, concealed: 0 };
  }

  /** The last point of a part of the run where something holds: only its end is executed instruction by instruction. */
  private *lastBefore(from: Point, to: Point, holds: () => boolean): Generator<undefined, Point | undefined> {
    const { timeline } = this.context;
    for (let tail = 16n; ; tail *= 16n) {
      const start = to.at - tail > from.at ? { at: to.at - tail, traps: 0, isIdle: false } : from;
      yield* this.reach(start);
      let last: Point | undefined;
      for (let singles = 0; comparePoints(timeline.now, to) < 0; singles++) {
        if (holds()) last = timeline.now;
        const exit = timeline.run({ budget: 1n, until: to, skipFirstBreakpoint: true, stopOn: () => true });
        if (exit.kind === 'idle' || exit.kind === 'power') break;
        if (singles % 4096 === 4095) yield;
      }
      if (last !== undefined || start === from) return last;
    }
  }

  // ------------------------------------------------------------------ stops

  /** The last stop of the user's breakpoints, data breakpoints and filters before now. */
  private *stopBack(hart: number): Journey {
    const { timeline, runner, machine } = this.context;
    const found = yield* this.search(timeline.now, function* (from, to) {
      let last: { readonly point: Point; readonly stop: Stop } | undefined;
      timeline.goBefore(from);
      runner.reset();
      for (;;) {
        const result = runner.rehearse(machine, to, SLICE);
        if (result === 'there') return last;
        if (result.kind === 'stopped' && comparePoints(timeline.now, to) < 0) {
          last = { point: timeline.now, stop: result.stop };
        }
        yield;
      }
    });
    if (found === undefined) return yield* this.toBeginning(hart);
    yield* this.reach(found.point);
    return found.stop;
  }

  // ------------------------------------------------------------------ stores

  /** To the instruction that stored last to some memory, before it executes. */
  private *writeBack({ hart, name, ranges }: Extract<BackRequest, { how: 'write' }>): Journey {
    const { timeline } = this.context;
    const origin = timeline.now;
    const found = yield* this.search(origin, (from, to) => this.lastStore(from, to, ranges));
    if (found === undefined) {
      yield* this.reach(origin);
      return { kind: 'written', hart, text: t`${name} was not written since the beginning of the recorded run.` };
    }
    const cpu = this.context.cpu(found.exit.hart);
    const retired = found.retired - 1n;
    const before = yield* this.lastBefore(timeline.beginning, found.point, () => cpu.retired === retired);
    yield* this.reach(before ?? found.point);
    return { kind: 'written', hart: found.exit.hart, text: touchText(name, found.exit) };
  }

  private *lastStore(from: Point, to: Point, ranges: readonly MemoryRange[]): Generator<undefined, Store | undefined> {
    const { data, timeline } = this.context;
    let last: Store | undefined;
    yield* this.reach(from);
    data.watchOnly(ranges.map((range, at) => ({ id: -1 - at, ...range, access: 'write' })));
    try {
      const touched = (exit: Store['exit']): void => {
        // A store that ends where the way began is the last one, too.
        last = { exit, point: timeline.now, retired: this.context.cpu(exit.hart).retired };
      };
      yield* this.reach(to, { halts: new Set(), at: () => {}, touched });
    } finally {
      data.install();
    }
    return last;
  }

  // ------------------------------------------------------------------ lines

  /** To the beginning of the line before in this activation, or of the caller's line that called it; out of it to its call. */
  private *lineBack(hart: number, isOut: boolean): Journey {
    const { timeline, unwinder } = this.context;
    const frame = unwinder.top(this.context.cpu(hart));
    if (frame.cfa === undefined) return yield* this.instructionBack(hart);
    const visible = depthOf(frame) - this.context.concealed(hart);
    const up = this.context.callerOf(frame);
    const caller = up.kind === 'frame' ? up.frame : undefined;
    const seen = new Seen(this.context, hart, frame, visible, caller, isOut);
    const found = yield* this.search(timeline.now, (from, to) => this.visitsIn(from, to, seen));
    const chosen = found ?? seen.choose(true);
    if (chosen === undefined) return yield* this.toBeginning(hart);
    yield* this.reach(chosen.point);
    // Before the function's first instruction is its call, wherever that has a line.
    return chosen.of === 'entry'
      ? yield* this.instructionBack(hart)
      : { kind: 'step', hart, concealed: chosen.concealed };
  }

  private *visitsIn(from: Point, to: Point, seen: Seen): Generator<undefined, Visit | undefined> {
    seen.begin();
    yield* this.reach(from);
    yield* this.reach(to, seen);
    return seen.choose(false);
  }
}

/** The statements that were passed in one activation and in its caller's, in their order. */
class Seen implements Visits {
  readonly halts: ReadonlySet<bigint>;
  private readonly entry: bigint | undefined;
  private readonly world;
  /** Of the parts that were looked through before, which come later in the run. */
  private later: readonly Visit[] = [];
  private now: Visit[] = [];

  constructor(
    private readonly context: TravelContext,
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
