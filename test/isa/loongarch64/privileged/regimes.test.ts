/** Which regimes a translation asks, in order, and what each of them found. */
import { expect, it } from 'vitest';
import { hex, type Pa, va as toVa } from '../../../../src/base/address';
import type { TranslationStep } from '../../../../src/isa/core/translation';
import { tlbCell, translate } from '../../../../src/isa/loongarch64/paging-view';
import { worldOf } from '../../../../src/isa/loongarch64/worlds';
import type { FakeHart } from '../../../support/fake-hart';
import { DA, type Entry, hartWith, PG, type Slots } from './hart';

/** A valid page that anybody may read and write, at 0x40_0000. */
const OPEN = 0x40_0000n | 0xfn;
const VA = 0x2000n;
/** Two levels of tables: a root of the lower half at 0x1000, its first page table at 0x2000. */
const TABLES: Slots = { PGDL: 0x1000n, PWCL: 12n | (9n << 5n) | (21n << 10n) | (9n << 15n) };
const memory = (entry: bigint) => (at: Pa, length: number) => {
  const bytes = new Uint8Array(length);
  const words: Readonly<Record<string, bigint>> = { '0x1000': 0x2000n, '0x2010': entry };
  new DataView(bytes.buffer).setBigUint64(0, words[hex(at)] ?? 0n, true);
  return bytes;
};

const stepText = (step: TranslationStep): string => {
  switch (step.source) {
    case 'direct':
      return 'direct';
    case 'window':
      return `window ${step.name} ${hex(step.from)}–${hex(step.to)} → ${hex(step.base)}`;
    case 'tlb':
      return step.hit ? `tlb ${step.hit.index}${step.hit.isAsTables ? '' : ' unlike the tables'}` : 'tlb none';
    case 'table':
      return `table ${step.level} ${hex(step.at)}`;
  }
};

const registersOf =
  (hart: FakeHart) =>
  (name: string): bigint => {
    const [, index, cell] = /^TLB(\d+)\.(misc|lo0|lo1)$/.exec(name) ?? [];
    if (cell === undefined) return hart.get(name);
    const bank = { misc: 'tlbMisc', lo0: 'tlbLo0', lo1: 'tlbLo1' }[cell] ?? '';
    return hart.bank(bank)[Number(index)] ?? 0n;
  };

const walk = ['table 1 0x1000', 'table 0 0x2010'];

const rows: readonly (readonly [
  what: string,
  row: { readonly slots: Slots; readonly va?: bigint; readonly entries?: readonly Entry[]; readonly inTables?: bigint },
  steps: readonly string[],
  result: string,
])[] = [
  ['direct addresses, which ask nothing else', { slots: { CRMD: DA, ...TABLES } }, ['direct'], '0x2000'],
  [
    'a window, before TLB and tables',
    { slots: { CRMD: PG, DMW2: 0x9000_0000_0000_0001n }, va: 0x9000_0000_0000_2000n },
    ['window DMW2 0x9000000000000000–0x9000ffffffffffff → 0x0'],
    '0x2000',
  ],
  [
    'the TLB, with the entry that the tables have',
    { slots: { CRMD: PG, ...TABLES }, entries: [{ index: 2048, va: VA, lo0: OPEN }], inTables: OPEN },
    ['tlb 2048', ...walk],
    '0x400000',
  ],
  [
    'the TLB, whatever the tables say',
    { slots: { CRMD: PG, ...TABLES }, entries: [{ index: 2049, va: VA, lo0: OPEN }], inTables: OPEN | 0x10_0000n },
    ['tlb 2049 unlike the tables', ...walk],
    '0x400000',
  ],
  [
    'a TLB entry that is not valid, though the tables have the page by now',
    { slots: { CRMD: PG, ...TABLES }, entries: [{ index: 2049, va: VA }], inTables: OPEN },
    ['tlb 2049 unlike the tables', ...walk],
    'the page is not valid (V = 0)',
  ],
  [
    'the tables, which a refill reads where the TLB has nothing',
    { slots: { CRMD: PG, ...TABLES }, inTables: OPEN },
    ['tlb none', ...walk],
    '0x400000',
  ],
  [
    'no tables where a half has none',
    { slots: { CRMD: PG, ...TABLES }, va: 0xffff_8000_0000_0000n },
    ['tlb none'],
    'PGDH names no table for this half of the addresses',
  ],
  [
    'nothing for an address that is in no window and in neither half',
    { slots: { CRMD: PG, ...TABLES }, va: 0x8000_0000_0000_2000n },
    [],
    'the address is in no window, and its upper bits do not repeat bit 47',
  ],
];

it.each(rows)('asks %s', (_what, { slots, va = VA, entries = [], inTables = 0n }, steps, result) => {
  const hart = hartWith(slots, entries);
  const seen = translate(worldOf(hart), memory(inTables), toVa(va), 'read', registersOf(hart));
  expect(seen.steps.map(stepText)).toEqual(steps);
  expect(seen.result.ok ? hex(seen.result.pa) : seen.result.fault.rule).toBe(result);
});

it('cells of the TLB have names of their own', () => expect(tlbCell(3, 'lo1')).toBe('TLB3.lo1'));
