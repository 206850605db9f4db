/** The software TLBs in wasm memory: per hart and translation context a read, a write and a fetch set. Derived data, never saved. */

import { MAX_HARTS, TLB } from './layout';
import type { MachineMemory } from './machine-memory';

/** Equal to no page address, nor to one with the low bits that tell whether an access is aligned. */
const INVALID = 2048n;

export class SoftTlb {
  /** Bit per context that holds entries, by hart. */
  readonly #used: number[] = new Array(MAX_HARTS).fill(0);

  /** @param onFlush called with every flush: what else caches translations must forget them, too. */
  constructor(
    readonly memory: MachineMemory,
    readonly harts: number,
    readonly onFlush: () => void,
  ) {
    memory.u64.fill(INVALID, TLB.base >> 3, this.contextBase(harts, 0) >> 3);
  }

  contextBase(hart: number, context: number): number {
    return TLB.base + (hart * TLB.contexts + context) * TLB.contextBytes;
  }

  /** Lets loads (`read`) or stores (`write`) of the 4 KiB page at `va` go straight to memory at `offset`. */
  fill(set: 'read' | 'write', hart: number, context: number, va: bigint, offset: number): void {
    const low = Number(BigInt.asUintN(32, va));
    const entry = this.contextBase(hart, context) + TLB[set] + ((low >>> 12) & (TLB.dataEntries - 1)) * TLB.entryBytes;
    this.memory.u64[entry >> 3] = va & ~0xfffn;
    // Wraps as i32 addition does in the emitted code: address + addend = offset.
    this.memory.i32[(entry + 8) >> 2] = (offset & ~0xfff) - (low & ~0xfff);
    this.#mark(hart, context);
  }

  /** Where in memory the byte at `va` is, by the set that begins at `context` in memory; -1 when its page is not there. */
  find(set: 'read' | 'write', context: number, va: bigint): number {
    const { i32 } = this.memory;
    const low = Number(BigInt.asIntN(32, va));
    const entry = (context + TLB[set] + ((low >>> 12) & (TLB.dataEntries - 1)) * TLB.entryBytes) >> 2;
    if (i32[entry] !== (low & ~0xfff) || i32[entry + 1] !== Number(BigInt.asIntN(32, va >> 32n))) return -1;
    return ((i32[entry + 2] ?? 0) + low) >>> 0;
  }

  /** The physical address that loads or stores at `va` go to without a translation; undefined when nothing is cached. */
  physicalOf(set: 'read' | 'write', hart: number, context: number, va: bigint): number | undefined {
    const at = this.find(set, this.contextBase(hart, context), va);
    return at < 0 ? undefined : this.memory.physicalOf(at);
  }

  fillFetch(hart: number, context: number, va: bigint, records: number): void {
    const low = Number(BigInt.asUintN(32, va));
    const entry =
      this.contextBase(hart, context) + TLB.fetch + ((low >>> 12) & (TLB.fetchEntries - 1)) * TLB.entryBytes;
    this.memory.u64[entry >> 3] = va & ~0xfffn;
    this.memory.i32[(entry + 8) >> 2] = records;
    this.#mark(hart, context);
  }

  /** Drops a hart's entries in the contexts whose bits `contexts` has. */
  flushHart(hart: number, contexts = -1): void {
    this.onFlush();
    const used = this.#used[hart] ?? 0;
    for (let context = 0; context < TLB.contexts; context++) {
      if (used & contexts & (1 << context)) this.#clear(this.contextBase(hart, context), TLB.contextBytes);
    }
    this.#used[hart] = used & ~contexts;
  }

  /** Drops the entries of one page in every context of a hart. */
  flushPage(hart: number, va: bigint): void {
    this.onFlush();
    const page = Number(BigInt.asUintN(32, va)) >>> 12;
    const used = this.#used[hart] ?? 0;
    for (let context = 0; context < TLB.contexts; context++) {
      if (!(used & (1 << context))) continue;
      const base = this.contextBase(hart, context);
      this.memory.u64[(base + TLB.read + (page & (TLB.dataEntries - 1)) * TLB.entryBytes) >> 3] = INVALID;
      this.memory.u64[(base + TLB.write + (page & (TLB.dataEntries - 1)) * TLB.entryBytes) >> 3] = INVALID;
      this.memory.u64[(base + TLB.fetch + (page & (TLB.fetchEntries - 1)) * TLB.entryBytes) >> 3] = INVALID;
    }
  }

  flushAll(): void {
    for (let hart = 0; hart < this.harts; hart++) this.flushHart(hart);
  }

  /** Drops all write entries: some page can no longer be stored to directly. */
  flushWrites(): void {
    for (let hart = 0; hart < this.harts; hart++) {
      const used = this.#used[hart] ?? 0;
      for (let context = 0; context < TLB.contexts; context++) {
        if (used & (1 << context))
          this.#clear(this.contextBase(hart, context) + TLB.write, TLB.dataEntries * TLB.entryBytes);
      }
    }
  }

  #clear(from: number, bytes: number): void {
    this.memory.u64.fill(INVALID, from >> 3, (from + bytes) >> 3);
  }

  #mark(hart: number, context: number): void {
    this.#used[hart] = (this.#used[hart] ?? 0) | (1 << context);
  }
}
