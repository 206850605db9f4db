/** MSRs of memory types. @see AMD64 APM volume 2, 7.7 "Memory-Type Range Registers" and 7.8 "Page-Attribute Table Mechanism" */
import { ALL, fields, type Msr, PAGES, rowsOf } from './msr-rows';

const memory = rowsOf('memory types');

/** Pairs of registers for ranges of any size. */
export const VARIABLE_RANGES = 8;

const TYPES = { 0: 'UC', 1: 'WC', 4: 'WT', 5: 'WP', 6: 'WB', 7: 'UC-' } as const;
const isType = (type: bigint): boolean => Number(type) in TYPES && type !== 7n;

const bytesOf = (value: bigint): readonly bigint[] =>
  Array.from({ length: 8 }, (_, at) => (value >> BigInt(8 * at)) & 0xffn);

const hex = (value: number): string => value.toString(16).toUpperCase().padStart(5, '0');

/** Eight ranges of one size in each register, from an address on. */
const FIXED: readonly [number: number, size: string, from: number][] = [
  [0x250, '64K', 0],
  [0x258, '16K', 0x8_0000],
  [0x259, '16K', 0xa_0000],
  ...Array.from({ length: 8 }, (_, at): [number, string, number] => [0x268 + at, '4K', 0xc_0000 + at * 0x8000]),
];

/** Names of the registers that have slots. */
const fixedName = (size: string, from: number): string => `MTRRfix${size}_${hex(from)}`;

export const MEMORY_MSRS: readonly Msr[] = [
  memory('MTRRcap', 0xfe, 0n, 'What memory-type ranges there are.', {
    isReadOnly: true,
    constant: 0x500n | BigInt(VARIABLE_RANGES),
    fields: fields(['WC', 10], ['FIX', 8], ['VCNT', 7, 0]),
  }),
  ...Array.from({ length: VARIABLE_RANGES }, (_, n) => [
    memory(`MTRRphysBase${n}`, 0x200 + 2 * n, PAGES | 0xffn, `Where range ${n} begins, and its type.`, {
      fields: fields(['PhysBase', 51, 12], ['Type', 7, 0, undefined, TYPES]),
      accepts: (_state, value) => isType(value & 0xffn),
    }),
    memory(`MTRRphysMask${n}`, 0x201 + 2 * n, PAGES | 0x800n, `Which bits of addresses range ${n} compares.`, {
      fields: fields(['PhysMask', 51, 12], ['V', 11]),
    }),
  ]).flat(),
  ...FIXED.map(([number, size, from]) =>
    memory(fixedName(size, from), number, ALL, `Types of eight ranges of ${size} from ${hex(from)}h.`, {
      accepts: (_state, value) => bytesOf(value).every((byte) => isType(byte & 7n) && (byte & 0xe0n) === 0n),
    }),
  ),
  memory('MTRRdefType', 0x2ff, 0xcffn, 'The type of what no range has.', {
    fields: fields(['E', 11, 11, 'ranges hold'], ['FE', 10, 10, 'fixed ranges hold'], ['Type', 7, 0, undefined, TYPES]),
    accepts: (_state, value) => isType(value & 0xffn),
  }),
  memory('PAT', 0x277, 0x0707_0707_0707_0707n, 'Types by PAT, PCD and PWT of entries.', {
    fields: fields(
      ...Array.from({ length: 8 }, (_, at): [string, number, number, undefined, typeof TYPES] => [
        `PA${7 - at}`,
        8 * (7 - at) + 2,
        8 * (7 - at),
        undefined,
        TYPES,
      ]),
    ),
    reset: 0x0007_0406_0007_0406n,
    accepts: (_state, value) => bytesOf(value).every((type) => Number(type) in TYPES),
  }),
];
