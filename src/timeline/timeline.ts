/**
 * The run so far, to go back in: checkpoints of the whole machine, each with the pages of RAM that changed since the one before,
 * and of whatever remembers what it saw of the run. From a checkpoint the machine runs on to any point behind it and comes through
 * the same states: what came from outside is in its log. Start reading at {@link Timeline.run}.
 */

import type { Plain } from '../base/plain';
import { comparePoints, type Point, type RunExit, type RunOptions, type TravelMachine } from '../machine/contract';
import { least } from '../machine/turns';

/** Something that collects what it sees of a run. */
export interface Remembers {
  /** What it has collected; nothing that happens later changes the answer. */
  save(): unknown;
  /** Goes back to what it had collected. */
  restore(saved: unknown): void;
}

interface Checkpoint {
  readonly point: Point;
  readonly state: Plain;
  /** Pages of RAM that have changed since the checkpoint before, by number. */
  readonly pages: Map<number, Uint8Array>;
  readonly saved: ReadonlyMap<Remembers, unknown>;
}

/** Instructions between checkpoints of a run that is executed for the first time. */
const SPACING = 4_000_000n;
const PAGE = 4096;
/** Checkpoints that are kept at most: each has the state of all devices, too. */
const MOST_CHECKPOINTS = 400;

export interface TimelineOptions {
  /** Bytes of RAM that checkpoints keep, at most. */
  readonly budget?: number;
  readonly spacing?: bigint;
}

export class Timeline {
  private readonly checkpoints: Checkpoint[] = [];
  private readonly observers = new Set<Remembers>();
  /** The checkpoint that RAM differs from by the pages that have changed since. */
  private base = -1;
  private furthest: Point = { at: 0n, traps: 0, isIdle: false };
  private readonly budget: number;
  private readonly spacing: bigint;

  constructor(
    private readonly machine: TravelMachine,
    { budget = 512 * 2 ** 20, spacing = SPACING }: TimelineOptions = {},
  ) {
    this.budget = budget;
    this.spacing = spacing;
    machine.onNewInput = () => this.branch();
  }

  /** Where the machine stands. */
  get now(): Point {
    return this.machine.point;
  }

  /** The furthest point that was reached with what has come from outside. */
  get end(): Point {
    if (comparePoints(this.now, this.furthest) > 0) this.furthest = this.now;
    return this.furthest;
  }

  /** The earliest point that can be gone back to. */
  get beginning(): Point {
    return this.checkpoints[0]?.point ?? this.now;
  }

  /** Bytes of RAM in all checkpoints. */
  get bytes(): number {
    return this.checkpoints.reduce((sum, { pages }) => sum + pages.size * PAGE, 0);
  }

  /** Keeps what an observer has collected together with the machine. Returns its removal. */
  remember(observer: Remembers): () => void {
    this.observers.add(observer);
    return () => this.observers.delete(observer);
  }

  /** Runs the machine on; now and then there is a checkpoint. */
  run(options: RunOptions): RunExit {
    let left = options.budget;
    let { skipFirstBreakpoint = false } = options;
    for (;;) {
      this.look();
      const before = this.machine.retired;
      const ahead = this.distance(before);
      const budget = least(left, ahead);
      const exit = this.machine.run({ ...options, budget, skipFirstBreakpoint });
      left -= this.machine.retired - before;
      const isOver = options.until !== undefined && comparePoints(this.now, options.until) >= 0;
      if (exit.kind !== 'budget' || left <= 0n || isOver) {
        this.look();
        return exit;
      }
      skipFirstBreakpoint = false;
    }
  }

  /** Instructions to the next point where there is a checkpoint or shall be one. */
  private distance(retired: bigint): bigint {
    const known = this.checkpoints[this.base + 1]?.point.at;
    const due = (this.checkpoints[this.base]?.point.at ?? 0n) + this.spacing;
    const next = least(due, known ?? due);
    return next > retired ? next - retired : 1n;
  }

  /** Makes a checkpoint here when it is time, or notes that the machine stands at one. */
  private look(): void {
    const { now } = this;
    if (comparePoints(now, this.furthest) > 0) this.furthest = now;
    for (let next = this.checkpoints[this.base + 1]; next; next = this.checkpoints[this.base + 1]) {
      const order = comparePoints(next.point, now);
      if (order > 0) break;
      this.base++;
      // What has changed since belongs to this checkpoint, if it was not passed unnoticed.
      if (order === 0) this.machine.takeChangedPages();
    }
    if (now.traps > 0 || now.isIdle) return;
    const last = this.checkpoints[this.base];
    if (last === undefined || now.at - last.point.at >= this.spacing) this.keep();
  }

  /** Makes a checkpoint here, unless there is one. */
  keep(): void {
    const { now, machine } = this;
    const last = this.checkpoints[this.base];
    if (last !== undefined && comparePoints(last.point, now) === 0) return;
    const pages = new Map(machine.takeChangedPages().map((page) => [page, machine.readPage(page)]));
    const saved = new Map([...this.observers].map((observer) => [observer, observer.save()]));
    this.checkpoints.splice(++this.base, 0, { point: now, state: machine.saveState(), pages, saved });
    this.thin();
  }

  /** Drops checkpoints while there are too many: those first whose neighbours are near, seen from now. */
  private thin(): void {
    while (this.checkpoints.length > 3 && (this.checkpoints.length > MOST_CHECKPOINTS || this.bytes > this.budget)) {
      const now = this.now.at;
      const score = (index: number): number => {
        const at = (which: number): bigint => this.checkpoints[which]?.point.at ?? 0n;
        const distance = now > at(index) ? now - at(index) : at(index) - now;
        return Number(at(index + 1) - at(index - 1)) / Number(distance + 1n);
      };
      let worst = -1;
      for (let index = 1; index < this.checkpoints.length - 1; index++) {
        if (index !== this.base && (worst < 0 || score(index) < score(worst))) worst = index;
      }
      if (worst < 0) return;
      this.drop(worst);
    }
  }

  /** The pages of a checkpoint that goes become the next one's. */
  private drop(index: number): void {
    const [gone] = this.checkpoints.splice(index, 1);
    const next = this.checkpoints[index];
    for (const [page, bytes] of gone?.pages ?? []) if (next && !next.pages.has(page)) next.pages.set(page, bytes);
    if (index <= this.base) this.base--;
  }

  /** Where there are checkpoints before a point, the latest first. */
  *before(point: Point): Generator<Point> {
    for (const one of this.checkpoints.toReversed()) if (comparePoints(one.point, point) < 0) yield one.point;
  }

  /** Puts the machine where it can run on to `point` from; as near as there is a checkpoint. */
  goBefore(point: Point): void {
    const { now } = this;
    if (comparePoints(now, this.furthest) > 0) this.furthest = now;
    let wanted = 0;
    while (this.isAtOrBefore(wanted + 1, point)) wanted++;
    const nearest = this.checkpoints[wanted];
    if (nearest === undefined) return;
    const isNearer = comparePoints(now, point) <= 0 && comparePoints(now, nearest.point) >= 0;
    if (!isNearer) this.restore(wanted);
  }

  private isAtOrBefore(index: number, point: Point): boolean {
    const one = this.checkpoints[index];
    return one !== undefined && comparePoints(one.point, point) <= 0;
  }

  private restore(index: number): void {
    const checkpoint = this.checkpoints[index];
    if (checkpoint === undefined) return;
    const pages = new Set(this.machine.takeChangedPages());
    for (let at = Math.min(index, this.base) + 1; at <= Math.max(index, this.base); at++) {
      for (const page of this.checkpoints[at]?.pages.keys() ?? []) pages.add(page);
    }
    this.machine.restoreState(
      checkpoint.state,
      [...pages].map((page) => [page, this.contents(page, index)] as const),
    );
    for (const [observer, saved] of checkpoint.saved) if (this.observers.has(observer)) observer.restore(saved);
    this.base = index;
  }

  /** A page of RAM at a checkpoint. */
  private contents(page: number, index: number): Uint8Array {
    for (let at = index; at >= 0; at--) {
      const bytes = this.checkpoints[at]?.pages.get(page);
      if (bytes !== undefined) return bytes;
    }
    return new Uint8Array(PAGE);
  }

  /** Something new comes from outside: what was after this point is no longer what will be. */
  private branch(): void {
    if (comparePoints(this.now, this.end) >= 0) return;
    this.checkpoints.splice(this.base + 1);
    this.furthest = this.now;
    this.machine.showAnew();
  }
}
