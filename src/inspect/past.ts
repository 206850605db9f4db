/** What was seen before: texts of rows at the previous stop, and the last store to each watched place. */
import { keepLast } from '../base/last-used';
import type { StoredEvent } from '../machine/contract';
import { ControlBlockHistory } from './control-block-history';
import type { RootHistory } from './root-history';
import type { StaleEntries } from './stale-entries';
import { TableHistory } from './table-history';
import { WorldNotes } from './world-notes';

/** Where in the program something happened. */
export interface CodePlace {
  readonly functionName: string;
  readonly path?: string;
  readonly line?: number;
}

/** A store and who did it. */
export interface Writer {
  readonly event: StoredEvent;
  readonly place: CodePlace | undefined;
}

/** More rows than any person looks at between two stops. */
const MOST_TEXTS = 50_000;
/** Addresses with a known writer; the oldest go first. */
const MOST_WRITERS = 50_000;
/** No store of one instruction is longer, bytes. */
const LONGEST_STORE = 16n;
/** Longer values are not searched byte by byte for their last writer. */
const LONGEST_SEARCH = 4096n;

/** What was collected at a moment. */
export interface SavedPast {
  readonly writers: ReadonlyMap<bigint, Writer>;
  readonly worlds: ReturnType<WorldNotes['save']>;
  readonly controlBlocks: ReturnType<ControlBlockHistory['save']>;
}

export class Past {
  private before = new Map<string, string>();
  private now = new Map<string, string>();
  private readonly writers = new Map<bigint, Writer>();
  /** Worlds that harts have been in. */
  readonly worlds = new WorldNotes();
  /** Control blocks of guests at their last entry. */
  readonly controlBlocks = new ControlBlockHistory();
  /** Page tables as they were. */
  readonly tables = new TableHistory();
  /** While the guest runs, rows are compared but not noted. */
  isFrozen = false;

  /** @param roots absent, as `stale`, where nobody collects the machine's events */
  constructor(
    readonly roots?: RootHistory,
    readonly stale?: StaleEntries,
  ) {}

  /** A new stop: what was noted at the last one is what rows are compared with from now on. */
  turn(): void {
    this.tables.turn();
    if (this.before.size + this.now.size > MOST_TEXTS) this.before = new Map();
    for (const [key, text] of this.now) this.before.set(key, text);
    this.now = new Map();
  }

  /** Notes the text of a row at this stop; true when it was another one when last noted at an earlier stop. */
  isChanged(key: string, text: string): boolean {
    if (!this.isFrozen) this.now.set(key, text);
    const before = this.before.get(key);
    return before !== undefined && before !== text;
  }

  /** Who wrote what, for {@link restore}; what was noted at stops is the user's past, which goes on. */
  save(): SavedPast {
    return { writers: new Map(this.writers), worlds: this.worlds.save(), controlBlocks: this.controlBlocks.save() };
  }

  restore({ writers, worlds, controlBlocks }: SavedPast): void {
    this.writers.clear();
    for (const [at, writer] of writers) this.writers.set(at, writer);
    this.worlds.restore(worlds);
    this.controlBlocks.restore(controlBlocks);
  }

  /** Keeps a store as the last one to its address. */
  stored(writer: Writer): void {
    keepLast(this.writers, writer.event.pa, writer, MOST_WRITERS);
  }

  /** The last store that touched any of the bytes, since they have been watched. */
  writerOf(at: bigint, length: number): Writer | undefined {
    let last: Writer | undefined;
    const size = BigInt(length) < LONGEST_SEARCH ? BigInt(length) : LONGEST_SEARCH;
    for (let from = at - LONGEST_STORE; from < at + size; from++) {
      const writer = this.writers.get(from);
      if (writer === undefined || from + BigInt(writer.event.length) <= at) continue;
      if (last === undefined || writer.event.at >= last.event.at) last = writer;
    }
    return last;
  }
}
