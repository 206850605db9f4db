/** A little physical memory and hands to build page tables in it. */

import type { WalkMemory } from '../../../../src/isa/core/engine-isa';
import type { PhysicalReader } from '../../../../src/isa/core/isa';
import type { TableStep, Translation } from '../../../../src/isa/core/translation';

export const RAM_BASE = 0x8000_0000;

export class Physical implements WalkMemory {
  readonly bytes: Uint8Array;
  private readonly words: DataView;
  writes = 0;

  constructor(pages: number) {
    this.bytes = new Uint8Array(pages * 4096);
    this.words = new DataView(this.bytes.buffer);
  }
  private offset(pa: number, length: number): number {
    const offset = pa - RAM_BASE;
    return offset >= 0 && offset + length <= this.bytes.length ? offset : -1;
  }
  readU32(pa: number): number {
    const offset = this.offset(pa, 4);
    return offset < 0 ? -1 : this.words.getUint32(offset, true);
  }
  writeU32(pa: number, value: number): void {
    this.writes++;
    this.words.setUint32(this.offset(pa, 4), value, true);
  }
  writeU64(pa: number, value: bigint): void {
    this.words.setBigUint64(this.offset(pa, 8), value, true);
  }
  readU64(pa: number): bigint {
    return this.words.getBigUint64(this.offset(pa, 8), true);
  }
  readonly read: PhysicalReader = (at, length) => {
    const offset = this.offset(Number(at), length);
    return offset < 0 ? undefined : this.bytes.subarray(offset, offset + length);
  };
}

const FLAGS = 'VRWXUGAD';

/** An entry for physical address `target` with flags given by letter, e.g. `VRWAD`. */
export const pte = (target: number | bigint, flags: string, more = 0n): bigint =>
  ((BigInt(target) >> 12n) << 10n) | [...flags].reduce((sum, c) => sum | (1n << BigInt(FLAGS.indexOf(c))), 0n) | more;

/** The table of each level of a walk, root first: consecutive pages from the start of RAM. */
export const tableAt = (depth: number): number => RAM_BASE + depth * 4096;

/** Writes the entries a walk for `va` meets, root first. */
export const placeWalk = (memory: Physical, levels: number, va: bigint, entries: readonly bigint[]): void => {
  entries.forEach((entry, depth) => {
    const level = levels - 1 - depth;
    const index = Number((va >> BigInt(12 + 9 * level)) & 511n);
    memory.writeU64(tableAt(depth) + index * 8, entry);
  });
};

/** A pointer entry to the table `depth` levels below the root. */
export const pointer = (depth: number): bigint => pte(tableAt(depth), 'V');

/** The entries of tables that a translation read. */
export const tableSteps = ({ steps }: Pick<Translation, 'steps'>): TableStep[] =>
  steps.flatMap((step) => (step.source === 'table' ? [step] : []));
