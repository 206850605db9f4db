/**
 * The tables of an interrupt translation service in guest memory: devices and collections, flat or of two levels, and for each
 * device its events. How their entries look is the service's own business: here words of 64 bits with a valid bit on top.
 * @see Arm Generic Interrupt Controller Architecture Specification, version 3 (IHI 0069), section 5.2 "The ITS"; 12.19.1 "GITS_BASER<n>"
 */
import type { BusMaster } from '../device';

/** Bytes of an entry, of all tables. */
export const ENTRY_BYTES = 8;
const VALID = 1n << 63n;
const PAGES = [0x1000, 0x4000, 0x1_0000, 0x1_0000] as const;

/** GITS_BASER<n>. */
export const BASER = {
  valid: VALID,
  indirect: 1n << 62n,
  type: { devices: 1n << 56n, collections: 4n << 56n },
  entrySize: BigInt(ENTRY_BYTES - 1) << 48n,
  /** What can be written: all but type and size of an entry. */
  kept: 0xf8e0_ffff_ffff_ffffn,
} as const;

/** What went wrong with a table, for whoever debugs the guest. */
export class TableProblem extends Error {}

export interface DeviceEntry {
  /** Of its table of events. */
  readonly table: bigint;
  /** Bits of its events' numbers. */
  readonly bits: number;
}

export interface EventEntry {
  /** The interrupt that it becomes. */
  readonly id: number;
  readonly collection: number;
}

/** The address of a table's page, whose upper bits lie in lower ones where pages are large. */
const addressOf = (baser: bigint, page: number): bigint =>
  page === 0x1_0000 ? (baser & 0xffff_ffff_0000n) | (((baser >> 12n) & 0xfn) << 48n) : baser & 0xffff_ffff_f000n;

/** Reads and writes entries. @throws TableProblem where there is no memory for one */
export class ItsTables {
  constructor(private readonly memory: BusMaster) {}

  device(baser: bigint, device: number): DeviceEntry | undefined {
    const word = this.#word(this.#entry(baser, device, 'device'), 'device');
    return word & VALID ? { table: word & 0xf_ffff_ffff_ff00n, bits: Number(word & 0x1fn) + 1 } : undefined;
  }

  setDevice(baser: bigint, device: number, entry: DeviceEntry | undefined): void {
    this.#put(this.#entry(baser, device, 'device'), entry && VALID | entry.table | BigInt(entry.bits - 1), 'device');
  }

  /** The processor that a collection goes to. */
  collection(baser: bigint, collection: number): number | undefined {
    const word = this.#word(this.#entry(baser, collection, 'collection'), 'collection');
    return word & VALID ? Number(word & 0xffffn) : undefined;
  }

  setCollection(baser: bigint, collection: number, processor: number | undefined): void {
    const word = processor === undefined ? undefined : VALID | BigInt(processor);
    this.#put(this.#entry(baser, collection, 'collection'), word, 'collection');
  }

  event({ table, bits }: DeviceEntry, event: number): EventEntry | undefined {
    if (event >= 2 ** bits) throw new TableProblem(`event ${event} is beyond the ${2 ** bits} of its device`);
    const word = this.#word(table + BigInt(ENTRY_BYTES * event), 'event');
    return word & VALID ? { id: Number(word & 0xff_ffffn), collection: Number((word >> 32n) & 0xffffn) } : undefined;
  }

  setEvent({ table, bits }: DeviceEntry, event: number, entry: EventEntry | undefined): void {
    if (event >= 2 ** bits) throw new TableProblem(`event ${event} is beyond the ${2 ** bits} of its device`);
    const word = entry && VALID | BigInt(entry.id) | (BigInt(entry.collection) << 32n);
    this.#put(table + BigInt(ENTRY_BYTES * event), word, 'event');
  }

  #entry(baser: bigint, index: number, what: string): bigint {
    if (!(baser & BASER.valid)) throw new TableProblem(`there is no ${what} table: its GITS_BASER is not valid`);
    const page = PAGES[Number((baser >> 8n) & 3n)] ?? 0x1000;
    const bytes = (Number(baser & 0xffn) + 1) * page;
    const base = addressOf(baser, page);
    const beyond = (): TableProblem => new TableProblem(`${what} ${index} is beyond the end of its table`);
    if (!(baser & BASER.indirect)) {
      if (index * ENTRY_BYTES >= bytes) throw beyond();
      return base + BigInt(index * ENTRY_BYTES);
    }
    const each = page / ENTRY_BYTES;
    const first = Math.floor(index / each) * 8;
    if (first >= bytes) throw beyond();
    const word = this.#word(base + BigInt(first), what);
    if (!(word & VALID)) throw new TableProblem(`the ${what} table has no second level for ${what} ${index}`);
    return (word & 0xf_ffff_ffff_f000n) + BigInt((index % each) * ENTRY_BYTES);
  }

  #word(at: bigint, what: string): bigint {
    const bytes = this.memory.readMemory(at, ENTRY_BYTES);
    if (!bytes) throw nowhere(what, at);
    return new DataView(bytes.buffer, bytes.byteOffset, ENTRY_BYTES).getBigUint64(0, true);
  }

  #put(at: bigint, word: bigint | undefined, what: string): void {
    const bytes = new Uint8Array(BigUint64Array.of(word ?? 0n).buffer);
    // A word of 64 bits never goes to a device.
    if (!this.memory.writeMemory(at, bytes)) throw nowhere(what, at);
  }
}

const nowhere = (what: string, at: bigint): TableProblem =>
  new TableProblem(`the ${what} table's entry at 0x${at.toString(16)} is no RAM`);
