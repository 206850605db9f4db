/** Watched physical ranges: data breakpoints that stop, stores that are only reported, and the machine's own hooks. */
import { type Pa, pa, va } from '../base/address';
import type { Engine } from '../engine/engine';
import type { HartView } from '../engine/hart-view';
import { STATUS } from '../engine/layout';
import type { RunExit, TraceEvent, Watch } from './contract';

const PAGE = 4096;

type Hit = Omit<Extract<RunExit, { kind: 'watch' }>, 'kind' | 'hart'>;

export class Watchpoints {
  #watches: readonly Watch[] = [];
  #observed: readonly { readonly pa: Pa; readonly length: number }[] = [];
  #hook: { readonly from: number; readonly length: number; readonly written: () => void } | undefined;
  #hit: Hit | undefined;

  constructor(
    readonly engine: Engine,
    readonly emit: (event: TraceEvent) => void,
    readonly retired: () => bigint,
  ) {}

  set(watches: readonly Watch[]): void {
    this.#watches = watches;
    this.#mark();
  }

  observe(ranges: readonly { readonly pa: Pa; readonly length: number }[]): void {
    this.#observed = ranges;
    this.#mark();
  }

  /** Calls `written` after each store to the range. */
  watchInternally(from: number, length: number, written: () => void): void {
    this.#hook = { from, length, written };
    this.#mark();
  }

  /** The first hit since the last call. */
  takeHit(): Hit | undefined {
    const hit = this.#hit;
    this.#hit = undefined;
    // Now the instruction is complete: before, part of its store may have been missing.
    return hit && { ...hit, value: this.#bytes(hit.watch) };
  }

  stored(view: HartView, at: number, length: number, old: Uint8Array): void {
    const hook = this.#hook;
    if (hook && overlaps(at, length, hook.from, hook.length)) hook.written();
    if (this.#observed.some((range) => overlaps(at, length, Number(range.pa), range.length))) {
      this.emit({ kind: 'stored', hart: view.hart, pa: pa(BigInt(at)), length, pc: va(view.pc), at: this.retired() });
    }
    this.#check(view, at, length, old);
  }

  loaded(view: HartView, at: number, length: number): void {
    this.#check(view, at, length, undefined);
  }

  #check(view: HartView, at: number, length: number, old: Uint8Array | undefined): void {
    const isWrite = old !== undefined;
    const watch = this.#watches.find(
      (entry) =>
        overlaps(at, length, Number(entry.pa), entry.length) &&
        (entry.access === 'readWrite' || entry.access === (isWrite ? 'write' : 'read')),
    );
    if (!watch || this.#hit) return;
    const value = this.#bytes(watch);
    const before = value.slice();
    if (old) {
      for (let index = 0; index < old.length; index++) {
        const within = at + index - Number(watch.pa);
        if (within >= 0 && within < before.length) before[within] = old[index] ?? 0;
      }
    }
    this.#hit = { watch, accessPc: va(view.pc), isWrite, old: before, value };
    this.engine.memory.status = STATUS.watch;
  }

  #bytes(watch: Watch): Uint8Array {
    const offset = this.engine.memory.offsetOf(Number(watch.pa), watch.length);
    return offset < 0 ? new Uint8Array(watch.length) : this.engine.memory.u8.slice(offset, offset + watch.length);
  }

  #mark(): void {
    const { watchedLoads, watchedStores } = this.engine;
    watchedLoads.clear();
    watchedStores.clear();
    const add = (set: Set<number>, from: number, length: number) => {
      for (let page = Math.floor(from / PAGE); page <= Math.floor((from + length - 1) / PAGE); page++) set.add(page);
    };
    for (const { pa: at, length, access } of this.#watches) {
      if (access !== 'read') add(watchedStores, Number(at), length);
      if (access !== 'write') add(watchedLoads, Number(at), length);
    }
    for (const { pa: at, length } of this.#observed) add(watchedStores, Number(at), length);
    if (this.#hook) add(watchedStores, this.#hook.from, this.#hook.length);
    this.engine.watchesChanged();
  }
}

const overlaps = (a: number, aLength: number, b: number, bLength: number): boolean =>
  a < b + bLength && b < a + aLength;
