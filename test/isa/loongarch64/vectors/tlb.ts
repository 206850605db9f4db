/** The TLB and walks of page tables. @see LoongArch Reference Manual, Volume 1, 4.2.4 and 4.2.5 */
import { CAUSE } from '../../../../src/isa/loongarch64/causes';
import { packEntry } from '../../../../src/isa/loongarch64/tlb-layout';
import { type After, type Banks, type Before, DATA, type Vector } from '../../driver';
import { type Fields, little, privileged, RD, RJ, RK, vector, wordOf } from './rows';

/** Indices: 256 sets of 8 ways, then the entries of any page size. */
const MTLB = 2048;
const NE = 1n << 31n;
const G = 1n << 6n;
const ps = (log2: number): bigint => BigInt(log2) << 24n;

interface Entry {
  readonly va: bigint;
  readonly asid?: number;
  readonly ps?: number;
  readonly lo0?: bigint;
  readonly lo1?: bigint;
}

const put = (...entries: readonly (readonly [index: number, entry: Entry])[]): { readonly banks: Banks } => ({
  banks: {
    tlbMisc: Object.fromEntries(entries.map(([at, { va, asid = 0, ps = 12 }]) => [at, packEntry(asid, ps, va)])),
    tlbLo0: Object.fromEntries(entries.map(([at, { lo0 = 0n }]) => [at, lo0])),
    tlbLo1: Object.fromEntries(entries.map(([at, { lo1 = 0n }]) => [at, lo1])),
  },
});

/** Entries that are there no more; what they mapped is left in their cells. */
const dropped = (...indices: readonly number[]): After => ({
  banks: { tlbMisc: Object.fromEntries(indices.map((index) => [index, 0n])) },
});

const row = (mnemonic: string, name: string, before: Before, after: After, fields: Fields = {}): Vector =>
  vector(mnemonic, fields, name, before, after);

/** A page of 4 KiB whose set is 1, way 3 of it, and the same page among those of any size. */
const VA = 0x4000_2000n;
const SET = 1;
const STLB = 3 * 256 + SET;
const LO0 = 0x8000_1013n;
const LO1 = 0x8000_2013n;

const search: readonly Vector[] = [
  row(
    'tlbsrch',
    'finds',
    { slots: { TLBEHI: VA, TLBIDX: NE | ps(12) }, ...put([STLB, { va: VA }]) },
    {
      slots: { TLBIDX: ps(12) | BigInt(STLB) },
    },
  ),
  row(
    'tlbsrch',
    'finds a huge page',
    { slots: { TLBEHI: VA }, ...put([MTLB + 2, { va: 0x4000_0000n, ps: 21 }]) },
    {
      slots: { TLBIDX: BigInt(MTLB + 2) },
    },
  ),
  row(
    'tlbsrch',
    'finds the page of this address space',
    { slots: { TLBEHI: VA, ASID: 9n }, ...put([MTLB, { va: VA, asid: 8 }], [MTLB + 1, { va: VA, asid: 9 }]) },
    { slots: { TLBIDX: BigInt(MTLB + 1) } },
  ),
  row(
    'tlbsrch',
    'finds a global page of another address space',
    { slots: { TLBEHI: VA, ASID: 9n }, ...put([MTLB, { va: VA, asid: 8, lo0: G, lo1: G }]) },
    { slots: { TLBIDX: BigInt(MTLB) } },
  ),
  row(
    'tlbsrch',
    'finds no page that is global by half',
    { slots: { TLBEHI: VA, ASID: 9n, TLBIDX: 5n }, ...put([MTLB, { va: VA, asid: 8, lo0: G }]) },
    { slots: { TLBIDX: NE | 5n } },
  ),
  row(
    'tlbsrch',
    'finds nothing',
    { slots: { TLBEHI: VA }, ...put([STLB, { va: VA + 0x2000n }]) },
    {
      slots: { TLBIDX: NE },
    },
  ),
  row(
    'tlbsrch',
    'in a refill looks for its page',
    { slots: { TLBEHI: 0n, TLBREHI: VA | 12n, TLBRERA: 1n }, ...put([STLB, { va: VA }]) },
    { slots: { TLBIDX: BigInt(STLB) } },
  ),
  ...privileged('tlbsrch', {}),
];

const reads: readonly Vector[] = [
  row(
    'tlbrd',
    'of a page',
    {
      slots: { TLBIDX: NE | BigInt(STLB), ASID: 1n },
      ...put([STLB, { va: VA, asid: 9, lo0: LO0, lo1: LO1 }]),
    },
    { slots: { TLBIDX: ps(12) | BigInt(STLB), TLBEHI: VA, TLBELO0: LO0, TLBELO1: LO1, ASID: 9n } },
  ),
  row(
    'tlbrd',
    'of a huge page',
    { slots: { TLBIDX: BigInt(MTLB + 63) }, ...put([MTLB + 63, { va: 0x4000_0000n, ps: 21, lo0: LO0 }]) },
    { slots: { TLBIDX: ps(21) | BigInt(MTLB + 63), TLBEHI: 0x4000_0000n, TLBELO0: LO0 } },
  ),
  row(
    'tlbrd',
    'of the last way',
    { slots: { TLBIDX: 2047n }, ...put([2047, { va: 0x1f_e000n, asid: 0x3ff }]) },
    { slots: { TLBIDX: ps(12) | 2047n, TLBEHI: 0x1f_e000n, ASID: (10n << 16n) | 0x3ffn } },
  ),
  row(
    'tlbrd',
    'of nothing',
    { slots: { TLBIDX: ps(12) | 7n, TLBEHI: VA, TLBELO0: LO0, TLBELO1: LO1, ASID: 9n } },
    {
      slots: { TLBIDX: NE | 7n, TLBEHI: 0n, TLBELO0: 0n, TLBELO1: 0n, ASID: 0n },
    },
  ),
  ...privileged('tlbrd', {}),
];

const writes: readonly Vector[] = [
  row(
    'tlbwr',
    'of a page',
    { slots: { TLBIDX: ps(12) | BigInt(STLB), TLBEHI: VA, TLBELO0: LO0, TLBELO1: LO1, ASID: 9n } },
    put([STLB, { va: VA, asid: 9, lo0: LO0, lo1: LO1 }]),
  ),
  row(
    'tlbwr',
    'of a huge page over another',
    {
      slots: { TLBIDX: ps(21) | BigInt(MTLB + 5), TLBEHI: 0x4000_0000n, TLBELO0: LO0 },
      ...put([MTLB + 5, { va: VA, lo1: LO1 }]),
    },
    put([MTLB + 5, { va: 0x4000_0000n, ps: 21, lo0: LO0 }]),
  ),
  row(
    'tlbwr',
    'with NE drops the entry',
    { slots: { TLBIDX: NE | ps(12) | BigInt(STLB), TLBEHI: VA }, ...put([STLB, { va: VA }]) },
    dropped(STLB),
  ),
  row(
    'tlbwr',
    'in a refill of its page, whatever NE says',
    {
      slots: {
        TLBIDX: NE | ps(12) | BigInt(MTLB),
        TLBEHI: 0n,
        TLBREHI: 0x4000_0000n | 21n,
        TLBRELO0: LO0,
        TLBRELO1: LO1,
        TLBRERA: 1n,
      },
    },
    put([MTLB, { va: 0x4000_0000n, ps: 21, lo0: LO0, lo1: LO1 }]),
  ),
  row(
    'tlbwr',
    'of two pages one of which is global: the entry is not',
    { slots: { TLBIDX: ps(12) | BigInt(STLB), TLBEHI: VA, TLBELO0: LO0 | G, TLBELO1: LO1 } },
    put([STLB, { va: VA, lo0: LO0, lo1: LO1 }]),
  ),
  ...privileged('tlbwr', {}),
];

/** The place is the processor's choice: here the first free one. */
const fills: readonly Vector[] = [
  row(
    'tlbfill',
    'of a page into its set',
    { slots: { TLBIDX: ps(12), TLBEHI: VA, TLBELO0: LO0, TLBELO1: LO1, ASID: 9n } },
    put([SET, { va: VA, asid: 9, lo0: LO0, lo1: LO1 }]),
  ),
  row(
    'tlbfill',
    'of a page into the next way',
    { slots: { TLBIDX: ps(12), TLBEHI: VA, TLBELO0: LO0 }, ...put([SET, { va: VA + 0x20_0000n }]) },
    put([SET, { va: VA + 0x20_0000n }], [256 + SET, { va: VA, lo0: LO0 }]),
  ),
  row(
    'tlbfill',
    'of a huge page, for which no set is',
    { slots: { TLBIDX: ps(21), TLBEHI: 0x4000_0000n, TLBELO0: LO0, TLBELO1: LO1 } },
    put([MTLB, { va: 0x4000_0000n, ps: 21, lo0: LO0, lo1: LO1 }]),
  ),
  row(
    'tlbfill',
    'in a refill',
    {
      slots: { TLBIDX: ps(21), TLBREHI: VA | 12n, TLBRELO0: LO0, TLBRELO1: LO1, TLBRERA: 1n, ASID: 3n },
    },
    put([SET, { va: VA, asid: 3, lo0: LO0, lo1: LO1 }]),
  ),
  ...privileged('tlbfill', {}),
];

/** Two ways of one set, another set, and entries of any size; global ones and others. */
const MANY = put(
  [SET, { va: VA, asid: 9 }],
  [256 + SET, { va: VA + 0x20_0000n, asid: 9, lo0: G, lo1: G }],
  [512 + SET, { va: VA, asid: 8 }],
  [SET + 1, { va: VA + 0x2000n, asid: 9 }],
  [MTLB, { va: 0x4000_0000n, ps: 21, asid: 9 }],
  [MTLB + 1, { va: 0x4000_0000n, ps: 30, asid: 8, lo0: G, lo1: G }],
  [MTLB + 2, { va: 0x8000_0000n, ps: 21, asid: 8 }],
);
const ALL = [SET, 256 + SET, 512 + SET, SET + 1, MTLB, MTLB + 1, MTLB + 2];

const clears = (mnemonic: string, name: string, index: number, ...gone: readonly number[]): Vector =>
  row(mnemonic, name, { slots: { TLBIDX: BigInt(index), ASID: 9n }, ...MANY }, dropped(...gone));

const maintenance: readonly Vector[] = [
  clears('tlbclr', 'of a set: this address space, not global', SET, SET),
  clears('tlbclr', 'of another set', SET + 1, SET + 1),
  clears('tlbclr', 'of a set that has none', 7),
  clears('tlbclr', 'of pages of any size', MTLB + 40, MTLB),
  ...privileged('tlbclr', {}),
  clears('tlbflush', 'of a set', SET, SET, 256 + SET, 512 + SET),
  clears('tlbflush', 'of another set', SET + 1, SET + 1),
  clears('tlbflush', 'of a set that has none', 7),
  clears('tlbflush', 'of pages of any size', MTLB + 40, MTLB, MTLB + 1, MTLB + 2),
  ...privileged('tlbflush', {}),
];

const invalidates = (op: number, name: string, va: bigint, ...gone: readonly number[]): Vector =>
  row('invtlb', `${op}: ${name}`, { r: { [RJ]: 9n, [RK]: va }, ...MANY }, dropped(...gone), { op, rj: RJ, rk: RK });

const invalidations: readonly Vector[] = [
  invalidates(0, 'all', 0n, ...ALL),
  invalidates(1, 'all', 0n, ...ALL),
  invalidates(2, 'global ones', 0n, 256 + SET, MTLB + 1),
  invalidates(3, 'others', 0n, SET, 512 + SET, SET + 1, MTLB, MTLB + 2),
  invalidates(4, 'others of an address space', 0n, SET, SET + 1, MTLB),
  invalidates(5, 'others of an address space at an address', VA + 0x1123n, SET, MTLB),
  invalidates(5, 'others, none of them at an address', 0x9000_0000n),
  invalidates(6, 'global ones and an address space, at an address', VA, SET, MTLB, MTLB + 1),
  invalidates(6, 'a global one of 1 GiB at an address', 0x7fff_ffffn, MTLB + 1),
  ...[7, 8, 31].map((op) =>
    row(
      'invtlb',
      `${op} is no instruction`,
      MANY,
      { trap: { cause: CAUSE.noInstruction, tval: BigInt(wordOf('invtlb', { op, rj: RJ, rk: RK })) } },
      { op, rj: RJ, rk: RK },
    ),
  ),
  ...privileged('invtlb', { op: 0, rj: 0, rk: 0 }),
];

/** Page tables of 9 bits above pages of 4 KiB, directories of 9 bits above them: three in all. */
const PWCL = 12n | (9n << 5n) | (21n << 10n) | (9n << 15n) | (30n << 20n) | (9n << 25n);
const PWCH = 39n | (9n << 6n);
const HUGE = 1n << 6n;
const HUGE_G = 1n << 12n;

const va = (dir3: bigint, dir2: bigint, dir1: bigint, page: bigint): bigint =>
  (dir3 << 39n) | (dir2 << 30n) | (dir1 << 21n) | (page << 12n);
const BADV = va(5n, 7n, 9n, 11n);
const ENTRY = 0x9000_0000n;

const directory = (level: number, name: string, before: Before, table: bigint, rd: bigint): Vector =>
  row(
    'lddir',
    `level ${level} ${name}`,
    { ...before, r: { [RJ]: table }, slots: { PWCL, PWCH, BADV, ...before.slots } },
    { r: { [RD]: rd } },
    { rd: RD, rj: RJ, level },
  );
const at = (index: bigint, entry: bigint): Before => ({ memory: [{ at: DATA + 8n * index, bytes: little(entry, 8) }] });

const directories: readonly Vector[] = [
  directory(1, 'by the address', at(9n, ENTRY), DATA, ENTRY),
  directory(2, 'by the address', at(7n, ENTRY), DATA, ENTRY),
  directory(3, 'by the address', at(5n, ENTRY), DATA, ENTRY),
  directory(1, 'in a refill', { ...at(9n, ENTRY), slots: { BADV: 0n, TLBRBADV: BADV, TLBRERA: 1n } }, DATA, ENTRY),
  directory(1, 'of a huge page keeps its level', {}, ENTRY | HUGE | (2n << 13n), ENTRY | HUGE | (2n << 13n)),
  directory(2, 'of a huge page marks it with the level', {}, ENTRY | HUGE, ENTRY | HUGE | (2n << 13n)),
  ...privileged('lddir', { rd: RD, rj: RJ, level: 1 }),
];

const entry = (seq: number, name: string, before: Before, table: bigint, slots: After['slots']): Vector =>
  row(
    'ldpte',
    `${seq} ${name}`,
    { ...before, r: { [RJ]: table }, slots: { PWCL, PWCH, BADV, TLBREHI: VA | 5n, ...before.slots } },
    { ...(slots && { slots }) },
    { rj: RJ, seq },
  );

const entries: readonly Vector[] = [
  entry(0, 'is the even page', at(10n, LO0), DATA, { TLBRELO0: LO0, TLBREHI: VA | 12n }),
  entry(1, 'is the odd page', at(11n, LO1), DATA, { TLBRELO1: LO1, TLBREHI: VA | 12n }),
  entry(0, 'without the bits that are for software', at(10n, LO0 | 0x7_0000_0000_0000_0f80n), DATA, {
    TLBRELO0: LO0,
    TLBREHI: VA | 12n,
  }),
  entry(1, 'in a refill', { ...at(11n, LO1), slots: { BADV: 0n, TLBRBADV: BADV, TLBRERA: 1n } }, DATA, {
    TLBRELO1: LO1,
    TLBREHI: VA | 12n,
  }),
  entry(0, 'of a huge page is its first half', {}, ENTRY | HUGE | HUGE_G | (1n << 13n) | 0x13n, {
    TLBRELO0: ENTRY | G | 0x13n,
    TLBREHI: VA | 29n,
  }),
  entry(1, 'of a huge page is its second half', {}, 0xa000_0000n | HUGE | (1n << 13n) | 0x13n, {
    TLBRELO1: 0xc000_0000n | 0x13n,
    TLBREHI: VA | 29n,
  }),
  ...privileged('ldpte', { rj: RJ, seq: 0 }),
];

export const TLB: readonly Vector[] = [
  ...search,
  ...reads,
  ...writes,
  ...fills,
  ...maintenance,
  ...invalidations,
  ...directories,
  ...entries,
];
