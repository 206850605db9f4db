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
import { PassedLines, type Visit } from './passed-lines';
import type { Runner, Visits } from './runner';
import type { Caller, PhysicalFrame, Unwinder } from './stack';
import { depthOf } from './step-plan';
import type { Stop } from './stop';

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
  readonly data: Pick<DataBreakpoints, 'install'>;
  cpu(hart: number): Cpu;
  callerOf(frame: PhysicalFrame): Caller;
  /** Inlined calls at the hart's pc that the user has not stepped into. */
  concealed(hart: number): number;
}

/** Instructions of one slice of work. */
const SLICE = 1_000_000n;
/** How far before where ways back begin checkpoints are made, so that the next ones are short. */
const NEAR = [400_000n, 40_000n, 4000n];

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
    const { data, machine, timeline } = this.context;
    let last: Store | undefined;
    yield* this.reach(from);
    machine.setWatches(ranges.map((range, at) => ({ id: -1 - at, ...range, access: 'write' })));
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
    const seen = new PassedLines(this.context, hart, frame, visible, caller, isOut);
    const found = yield* this.search(timeline.now, (from, to) => this.visitsIn(from, to, seen));
    const chosen = found ?? seen.choose(true);
    if (chosen === undefined) return yield* this.toBeginning(hart);
    yield* this.reach(chosen.point);
    // Before the function's first instruction is its call, wherever that has a line.
    return chosen.of === 'entry'
      ? yield* this.instructionBack(hart)
      : { kind: 'step', hart, concealed: chosen.concealed };
  }

  private *visitsIn(from: Point, to: Point, seen: PassedLines): Generator<undefined, Visit | undefined> {
    seen.begin();
    yield* this.reach(from);
    yield* this.reach(to, seen);
    return seen.choose(false);
  }
}
