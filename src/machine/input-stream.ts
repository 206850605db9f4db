/**
 * What comes from outside, between its arrival and the guest: the one log that all input passes. A point at which input can come
 * is told by the retired count, the traps taken at that count, and whether a hart was about to execute or none could; a replay
 * passes the same points, however either run was sliced or stopped.
 */
import { comparePoints, type InputRecord, type MachineInput, type Point } from './contract';

/** Where a stream stands, as plain data. */
export interface InputPosition {
  /** Records of the log that have come. */
  readonly position: number;
  /** Traps taken at the count `trapsAt`. */
  readonly traps: number;
  readonly trapsAt: bigint;
  /** Typed, and not yet come. */
  readonly arrived: readonly Uint8Array[];
  /** The record that began a run of one hart, which goes on; -1 for none. */
  readonly alone: number;
}

export class InputStream {
  #log: InputRecord[] = [];
  #position = 0;
  #arrived: Uint8Array[] = [];
  #traps = 0;
  #trapsAt = -1n;
  #alone = -1;
  /** Where the present run wants to come back. */
  until: Point | undefined;
  /** Told when something new comes: the records that were still to come are dropped then. */
  onNew: () => void = () => {};

  /** What has come. */
  get log(): readonly InputRecord[] {
    return this.#log.slice(0, this.#position);
  }

  /** Bytes come in live; the next point that a run passes takes them. */
  arrive(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#arrived.push(bytes.slice());
  }

  /** Recorded inputs to come at their points, in their order, instead of those still to come. */
  schedule(log: readonly InputRecord[]): void {
    this.#log = [...this.#log.slice(0, this.#position), ...log];
  }

  /** Notes what was done to the machine at this point; it has come. */
  note(point: Point, input: MachineInput): void {
    this.#cut();
    this.#log.push({ ...point, ...input });
    this.#position++;
  }

  /** Notes that one hart has run alone from `start`, where the log had `length` records. */
  noteAlone(start: Point, length: number, hart: number, until: Point): void {
    if (comparePoints(start, until) === 0) return;
    this.#log.splice(length, 0, { ...start, kind: 'alone', hart, until });
    this.#position++;
  }

  /** Drops what was still to come. */
  #cut(): void {
    this.onNew();
    // Not in place: snapshots have the old log.
    if (this.#position < this.#log.length) this.#log = this.#log.slice(0, this.#position);
  }

  /** A hart is about to run alone, live. */
  beginAlone(): number {
    this.#cut();
    return this.#position;
  }

  /** The hart that runs alone as it was recorded. */
  aloneAt(retired: bigint): number | undefined {
    const record = this.#log[this.#alone];
    if (record?.kind !== 'alone') return undefined;
    if (comparePoints(this.pointAt(retired), record.until) < 0) return record.hart;
    this.#alone = -1;
    return undefined;
  }

  /** The point of a hart that is about to execute. */
  pointAt(retired: bigint): Point {
    return { at: retired, traps: retired === this.#trapsAt ? this.#traps : 0, isIdle: false };
  }

  /** Instructions until the next recorded input or the end of the run, when one lies ahead. */
  distance(retired: bigint): bigint | undefined {
    let nearest: bigint | undefined;
    for (const point of [this.#log[this.#position], this.until, this.#aloneUntil]) {
      if (point && point.at > retired && (nearest === undefined || point.at < nearest)) nearest = point.at;
    }
    return nearest === undefined ? undefined : nearest - retired;
  }

  get #aloneUntil(): Point | undefined {
    const record = this.#log[this.#alone];
    return record?.kind === 'alone' ? record.until : undefined;
  }

  /** A trap was taken. True: something is to happen at this very count, so the run must pass a point. */
  countTrap(retired: bigint): boolean {
    this.#traps = retired === this.#trapsAt ? this.#traps + 1 : 1;
    this.#trapsAt = retired;
    return this.#log[this.#position]?.at === retired || this.until?.at === retired || this.#aloneUntil?.at === retired;
  }

  /** Whether the run has reached the point where it wants to come back. */
  isOver(retired: bigint, isIdle: boolean): boolean {
    return this.until !== undefined && comparePoints({ ...this.pointAt(retired), isIdle }, this.until) >= 0;
  }

  /** Whether something is to happen at this point, before the next instruction. */
  isDue(retired: bigint): boolean {
    const next = this.#log[this.#position];
    if (next !== undefined && next.kind !== 'console' && comparePoints(next, this.pointAt(retired)) === 0) return true;
    return this.isOver(retired, false);
  }

  /** Whether what comes next is a change of memory or registers at this point. */
  isEditAhead(point: Point): boolean {
    const next = this.#log[this.#position];
    return (next?.kind === 'memory' || next?.kind === 'register') && comparePoints(next, point) === 0;
  }

  /** A recorded change of the machine that comes at this point. */
  takeEdit(retired: bigint, isIdle: boolean): MachineInput | undefined {
    const next = this.#log[this.#position];
    if (next === undefined || next.kind === 'console') return undefined;
    if (comparePoints(next, { ...this.pointAt(retired), isIdle }) !== 0) return undefined;
    if (next.kind === 'alone') this.#alone = this.#position;
    this.#position++;
    return next;
  }

  /** Console input that comes at this point, now logged. */
  take(retired: bigint, isIdle: boolean): Uint8Array | undefined {
    const point = { ...this.pointAt(retired), isIdle };
    const next = this.#log[this.#position];
    if (next?.kind === 'console' && comparePoints(next, point) === 0) {
      this.#position++;
      return next.bytes;
    }
    const bytes = this.#arrived.shift();
    if (bytes) this.note(point, { kind: 'console', bytes });
    return bytes;
  }

  /** Where it stands. */
  save(): InputPosition {
    return {
      position: this.#position,
      traps: this.#traps,
      trapsAt: this.#trapsAt,
      arrived: this.#arrived.slice(),
      alone: this.#alone,
    };
  }

  /**
   * Goes to where it stood. The log stays, so what had come since is to come again; a stream that has seen less has what came
   * before from `log`.
   */
  restore({ position, traps, trapsAt, arrived, alone }: InputPosition, log: readonly InputRecord[] = []): void {
    if (this.#log.length < position) this.#log = log.slice(0, position);
    this.#position = position;
    this.#traps = traps;
    this.#trapsAt = trapsAt;
    this.#arrived = arrived.slice();
    this.#alone = alone;
  }
}
