/** Page tables as they were at the previous stop and at bookmarks, to compare today's with. */
import { keepLast } from '../base/last-used';
import type { TableState } from './mapped-ranges';

/** The tables of all known roots at one moment. */
export interface TableMoment {
  /** Retired instructions then. */
  readonly at: bigint;
  /** By the keys of roots. */
  readonly states: ReadonlyMap<string, TableState>;
}

/** Bookmarks kept; the oldest goes. */
const MOST_BOOKMARKS = 8;

export class TableHistory {
  private now: { at: bigint; states: Map<string, TableState> } | undefined;
  private before: TableMoment | undefined;
  private readonly marks = new Map<string, TableMoment>();

  /** A new stop: what was kept at the last one is what is compared with from now on. */
  turn(): void {
    this.before = this.now ?? this.before;
    this.now = undefined;
  }

  /** Keeps the tables of a root at this stop. */
  keep(at: bigint, key: string, state: TableState): void {
    this.now ??= { at, states: new Map() };
    this.now.states.set(key, state);
  }

  /** Keeps a moment under a name; one of that name is replaced. */
  mark(name: string, moment: TableMoment): void {
    keepLast(this.marks, name, moment, MOST_BOOKMARKS);
  }

  /** The stop before this one at which somebody looked. */
  get previous(): TableMoment | undefined {
    return this.before;
  }

  get bookmarks(): ReadonlyMap<string, TableMoment> {
    return this.marks;
  }
}
