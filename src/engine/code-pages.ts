/**
 * Decoded code by physical page: hands out record pages, drops records when their bytes change, and plants the
 * breakpoint opcode in records (never in guest memory).
 */

import { FAST, RECORD, RECORD_PAGE_HOST, RECORD_PAGE_STRIDE, RECORD_PAGES, RECORDS } from './layout';
import type { MachineMemory } from './machine-memory';

const PAGE = 4096;
/** A page that is stored to this often while it has records is data that once was executed: its records go. */
const STORES_BEFORE_RELEASE = 64;

export class CodePages {
  /** RAM page number → record page number. */
  readonly #pages = new Map<number, number>();
  readonly #free: number[] = [];
  readonly #storeCounts = new Map<number, number>();
  /** Physical addresses of breakpoints by RAM page. */
  readonly #breakpoints = new Map<number, Set<number>>();
  #used = 0;

  /** @param onRelease called when record pages go away: translations that lead to them must go, too. */
  constructor(
    readonly memory: MachineMemory,
    readonly onRelease: () => void,
  ) {}

  hasCode(pa: number): boolean {
    return this.#pages.has(Math.floor(pa / PAGE));
  }

  /** The record page (offset of its first record) for the RAM page that holds `pa`, made when there is none. */
  acquire(pa: number): { readonly records: number; readonly isNew: boolean } {
    const page = Math.floor(pa / PAGE);
    const known = this.#pages.get(page);
    if (known !== undefined) return { records: this.#recordsAt(known), isNew: false };
    const index = this.#free.pop() ?? (this.#used < RECORD_PAGES ? this.#used++ : this.#recycle());
    this.#pages.set(page, index);
    const records = this.#recordsAt(index);
    const { u8, i32, u16 } = this.memory;
    u8.fill(0, records, records + 2048 * RECORD.bytes);
    i32[(records + RECORD_PAGE_HOST) >> 2] = this.memory.offsetOf(page * PAGE, PAGE);
    u16[(records + 2048 * RECORD.bytes) >> 1] = FAST.pageEnd;
    this.#plant(page, records);
    return { records, isNew: true };
  }

  /** Bytes of a page with code changed: the records that may depend on them are undecoded again. */
  written(pa: number, length: number): void {
    for (let at = pa; at < pa + length; at = (Math.floor(at / PAGE) + 1) * PAGE) {
      this.#writtenInPage(at, Math.min(pa + length, (Math.floor(at / PAGE) + 1) * PAGE) - at);
    }
  }

  #writtenInPage(pa: number, length: number): void {
    const page = Math.floor(pa / PAGE);
    const index = this.#pages.get(page);
    if (index === undefined) return;
    const count = (this.#storeCounts.get(page) ?? 0) + 1;
    this.#storeCounts.set(page, count);
    if (count > STORES_BEFORE_RELEASE) {
      this.#pages.delete(page);
      this.#storeCounts.delete(page);
      this.#free.push(index);
      this.onRelease();
      return;
    }
    // An instruction that starts up to 3 bytes before the change contains it; fused pairs may reach 7 bytes.
    const offset = pa % PAGE;
    const first = Math.max(0, offset - 7) >> 1;
    const last = (offset + length - 1) >> 1;
    const records = this.#recordsAt(index);
    // Only the opcodes go: a pair that begins before `first` still reads the fields of its second, whose bytes are the same.
    for (let at = first; at <= last; at++)
      this.memory.u16[(records + at * RECORD.bytes + RECORD.op) >> 1] = FAST.undecoded;
    this.#plant(page, records);
  }

  /** Drops all records. */
  flush(): void {
    this.#pages.clear();
    this.#storeCounts.clear();
    this.#free.length = 0;
    this.#used = 0;
    this.onRelease();
  }

  /** Replaces the set of physical breakpoint addresses. */
  setBreakpoints(addresses: readonly number[]): void {
    const old = [...this.#breakpoints.keys()];
    this.#breakpoints.clear();
    for (const address of addresses) this.#breakpointsOf(address).add(address);
    for (const page of new Set([...old, ...this.#breakpoints.keys()])) {
      const index = this.#pages.get(page);
      if (index === undefined) continue;
      this.#clear(page, this.#recordsAt(index));
    }
  }

  /** Adds breakpoints at physical addresses, found out when a page with virtual breakpoints was mapped. */
  addBreakpoints(addresses: readonly number[]): void {
    for (const address of addresses) {
      this.#breakpointsOf(address).add(address);
      const page = Math.floor(address / PAGE);
      const index = this.#pages.get(page);
      if (index === undefined) continue;
      // The instruction before may have been fused with this one.
      this.#clear(page, this.#recordsAt(index));
    }
  }

  #breakpointsOf(address: number): Set<number> {
    const page = Math.floor(address / PAGE);
    const known = this.#breakpoints.get(page) ?? new Set<number>();
    this.#breakpoints.set(page, known);
    return known;
  }

  /** All records of the page are undecoded again, breakpoints aside. */
  #clear(page: number, records: number): void {
    this.memory.u8.fill(0, records, records + 2048 * RECORD.bytes);
    this.#plant(page, records);
  }

  #plant(page: number, records: number): void {
    for (const address of this.#breakpoints.get(page) ?? []) {
      this.memory.u16[(records + ((address % PAGE) >> 1) * RECORD.bytes) >> 1] = FAST.breakpoint;
    }
  }

  #recycle(): number {
    this.flush();
    return this.#used++;
  }

  #recordsAt(index: number): number {
    return RECORDS + index * RECORD_PAGE_STRIDE;
  }
}
