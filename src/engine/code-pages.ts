/**
 * Decoded code by physical page: hands out record pages, drops records when their bytes change, and plants the
 * breakpoint opcode in records (never in guest memory).
 */

import { FAST, RECORD, RECORD_PAGES } from './layout';
import type { MachineMemory } from './machine-memory';

const PAGE = 4096;
/** A page that is stored to this often while it has records is data that once was executed: its records go. */
const STORES_BEFORE_RELEASE = 64;

export class CodePages {
  /** {@link keyOf} a page and a decode mode → record page number. */
  readonly #pages = new Map<number, number>();
  readonly #free: number[] = [];
  readonly #storeCounts = new Map<number, number>();
  /** Physical addresses of breakpoints by RAM page. */
  readonly #breakpoints = new Map<number, Set<number>>();
  #used = 0;

  /**
   * @param modes how many ways there are to decode a page, and how many bytes one record may depend on: those of what runs fused
   * @param onRelease called when record pages go away: translations that lead to them must go, too.
   */
  constructor(
    readonly memory: MachineMemory,
    private readonly isa: { readonly modes: number; readonly longest: number },
    readonly onRelease: () => void,
  ) {}

  hasCode(pa: number): boolean {
    const page = Math.floor(pa / PAGE);
    for (let mode = 0; mode < this.isa.modes; mode++) if (this.#pages.has(keyOf(page, mode))) return true;
    return false;
  }

  /** The record page (offset of its first record) for the page of RAM, or of copied flash, that holds `pa`, made when there is none. */
  acquire(pa: number, mode: number): { readonly records: number; readonly isNew: boolean } {
    const page = Math.floor(pa / PAGE);
    const known = this.#pages.get(keyOf(page, mode));
    if (known !== undefined) return { records: this.#recordsAt(known), isNew: false };
    const index = this.#free.pop() ?? (this.#used < RECORD_PAGES ? this.#used++ : this.#recycle());
    this.#pages.set(keyOf(page, mode), index);
    const records = this.#recordsAt(index);
    const { u8, i32, u16, code } = this.memory;
    u8.fill(0, records, records + code.sentinel);
    const inRam = this.memory.offsetOf(page * PAGE, PAGE);
    i32[(records + code.host) >> 2] = inRam >= 0 ? inRam : this.memory.copyOf(page * PAGE, PAGE);
    u16[(records + code.sentinel) >> 1] = FAST.pageEnd;
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
    const decoded = this.#decodedAs(page);
    if (decoded.length === 0) return;
    const count = (this.#storeCounts.get(page) ?? 0) + 1;
    this.#storeCounts.set(page, count);
    if (count > STORES_BEFORE_RELEASE) {
      for (const { mode, index } of decoded) {
        this.#pages.delete(keyOf(page, mode));
        this.#free.push(index);
      }
      this.#storeCounts.delete(page);
      this.onRelease();
      return;
    }
    const { unit, shift, recordBytes } = this.memory.code;
    // What starts before the change may contain it.
    const offset = pa % PAGE;
    const first = Math.max(0, offset - (this.isa.longest - 1));
    for (const { index } of decoded) {
      const records = this.#recordsAt(index);
      // Only the opcodes go: a run that begins before `first` still reads the fields of its parts, whose bytes are the same.
      for (let at = first - (first % unit); at < offset + length; at += unit) {
        const record = records + (at << shift);
        this.memory.u16[(record + RECORD.op) >> 1] = FAST.undecoded;
        if (recordBytes > RECORD.exactOp) this.memory.u16[(record + RECORD.exactOp) >> 1] = 0;
      }
      this.#plant(page, records);
    }
  }

  /** The record pages of a RAM page. */
  #decodedAs(page: number): { readonly mode: number; readonly index: number }[] {
    const found: { mode: number; index: number }[] = [];
    for (let mode = 0; mode < this.isa.modes; mode++) {
      const index = this.#pages.get(keyOf(page, mode));
      if (index !== undefined) found.push({ mode, index });
    }
    return found;
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
      this.#clear(page);
    }
  }

  /** Adds breakpoints at physical addresses, found out when a page with virtual breakpoints was mapped. */
  addBreakpoints(addresses: readonly number[]): void {
    for (const address of addresses) {
      this.#breakpointsOf(address).add(address);
      // The instruction before may have been fused with this one.
      this.#clear(Math.floor(address / PAGE));
    }
  }

  #breakpointsOf(address: number): Set<number> {
    const page = Math.floor(address / PAGE);
    const known = this.#breakpoints.get(page) ?? new Set<number>();
    this.#breakpoints.set(page, known);
    return known;
  }

  /** All records of the page are undecoded again, breakpoints aside. */
  #clear(page: number): void {
    for (const { index } of this.#decodedAs(page)) {
      const records = this.#recordsAt(index);
      this.memory.u8.fill(0, records, records + this.memory.code.sentinel);
      this.#plant(page, records);
    }
  }

  #plant(page: number, records: number): void {
    const { unit, shift } = this.memory.code;
    for (const address of this.#breakpoints.get(page) ?? []) {
      const offset = address % PAGE;
      this.memory.u16[(records + ((offset - (offset % unit)) << shift)) >> 1] = FAST.breakpoint;
    }
  }

  #recycle(): number {
    this.flush();
    return this.#used++;
  }

  #recordsAt(index: number): number {
    return this.memory.code.start + index * this.memory.code.stride;
  }
}

/** Modes of one page lie together; there are at most four. */
const keyOf = (page: number, mode: number): number => page * 4 + mode;
