/**
 * Descriptor table and page tables for a program that a PC starts beyond real mode.
 * @see AMD64 APM volume 2, 4.8 "Legacy Segment Descriptors", 5.3.3 "2-Mbyte Page Translation"
 */
import type { Area, PcMode, PcStart } from './pc-start';
import { PAGE } from './place';

/** Descriptors of 4 GiB from 0. */
const DESCRIPTOR = {
  code: 0x00cf_9a00_0000_ffffn,
  code64: 0x00af_9a00_0000_ffffn,
  data: 0x00cf_9300_0000_ffffn,
} as const;

const ENTRIES = 4;

/** A table with a code and a data segment where the start wants them; gives its address. */
export const addDescriptors = (area: Area, { selectors }: Pick<PcStart, 'selectors'>, mode: PcMode): number => {
  const table = new BigUint64Array(ENTRIES);
  table[selectors.code >> 3] = mode === 'long' ? DESCRIPTOR.code64 : DESCRIPTOR.code;
  table[selectors.data >> 3] = DESCRIPTOR.data;
  return area.add(new Uint8Array(table.buffer));
};

/** Limit of that table. */
export const DESCRIPTORS_LIMIT = ENTRIES * 8 - 1;

const PRESENT_WRITABLE = 3n;
const LARGE = 0x80n;
const MAPPED_GIBIBYTES = 4;
const TABLE_ENTRIES = 512;
const LARGE_BYTES = 2n * 1024n * 1024n;

/** Tables that map the first 4 GiB to themselves, in pages of 2 MiB; gives the root's address. */
export const addIdentityTables = (area: Area): number => {
  const pages = new BigUint64Array((2 + MAPPED_GIBIBYTES) * TABLE_ENTRIES);
  const bytes = new Uint8Array(pages.buffer);
  const root = area.add(bytes, PAGE);
  const addressOf = (table: number): bigint => BigInt(root + table * PAGE);
  pages[0] = addressOf(1) | PRESENT_WRITABLE;
  for (let index = 0; index < MAPPED_GIBIBYTES; index++) {
    pages[TABLE_ENTRIES + index] = addressOf(2 + index) | PRESENT_WRITABLE;
  }
  for (let index = 0; index < MAPPED_GIBIBYTES * TABLE_ENTRIES; index++) {
    pages[2 * TABLE_ENTRIES + index] = (BigInt(index) * LARGE_BYTES) | LARGE | PRESENT_WRITABLE;
  }
  return root;
};
