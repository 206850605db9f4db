/** Addresses by windows and TLB. @see LoongArch Reference Manual, Volume 1, "Memory Management" */
import { describe, expect, it } from 'vitest';
import { va as toVa } from '../../../../src/base/address';
import { Engine } from '../../../../src/engine/engine';
import type { Access } from '../../../../src/isa/core/translation';
import { CAUSE } from '../../../../src/isa/loongarch64/causes';
import { LOONGARCH64_ENGINE } from '../../../../src/isa/loongarch64/engine-isa';
import { cpuTranslate } from '../../../../src/isa/loongarch64/paging-cpu';
import { tlbCell, translate } from '../../../../src/isa/loongarch64/paging-view';
import { resetState } from '../../../../src/isa/loongarch64/state';
import { worldOf } from '../../../../src/isa/loongarch64/worlds';
import { engineHost } from '../../../support/engine-host';
import { type FakeHart, trapOf } from '../../../support/fake-hart';
import { wordOf } from '../vectors/rows';
import { DA, type Entry, hartWith, PG, type Slots } from './hart';

const V = 1n;
const D = 2n;
const PLV3 = 3n << 2n;
const G = 1n << 6n;
const NR = 1n << 61n;
const NX = 1n << 62n;
const RPLV = 1n << 63n;

/** Sets of pages of 4 KiB come first, then entries of any page size. */
const MTLB = 2048;
const VA = 0x4000_2000n;
const HIGH = 0xffff_c000_4000_2000n;
const PA = 0x8000_4000n;
/** A page at `PA`, in every way at anybody's disposal. */
const OPEN = PA | V | D | PLV3;

interface Row {
  readonly slots?: Slots;
  readonly entries?: readonly Omit<Entry, 'index'>[];
  readonly va?: bigint;
  readonly access?: Access;
  readonly plv?: bigint;
}

const reached: readonly (readonly [what: string, row: Row, pa: bigint])[] = [
  ['direct addresses, without their upper bits', { slots: { CRMD: DA }, va: 0x9000_0000_1234_5678n }, 0x1234_5678n],
  ['a window', { slots: { DMW0: 0x9000_0000_0000_0011n }, va: 0x9000_0000_1234_5678n }, 0x1234_5678n],
  ['a window of all 48 bits', { slots: { DMW1: 0x9000_0000_0000_0001n }, va: 0x9fff_8000_0000_0000n }, 1n << 47n],
  [
    'a window, whatever DA says',
    { slots: { CRMD: DA | PG, DMW0: 0x9000_0000_0000_0001n }, va: 0x9000_0000_0000_1000n },
    0x1000n,
  ],
  ['a window of programs', { slots: { DMW0: 8n }, va: 0x1234n, plv: 3n }, 0x1234n],
  ['a window of PLV1', { slots: { DMW0: 2n }, va: 0x1234n, plv: 1n }, 0x1234n],
  ['a window before the TLB', { slots: { DMW0: 1n }, entries: [{ va: VA, lo0: OPEN }], va: VA }, VA],
  ['the second window, of a fetch', { slots: { DMW1: 1n }, va: 0x1234n, access: 'execute' }, 0x1234n],
  ['the third window, of a load', { slots: { DMW2: 1n }, va: 0x1234n }, 0x1234n],
  ['the fourth window, of a store', { slots: { DMW3: 1n }, va: 0x1234n, access: 'write' }, 0x1234n],
  ['the even page', { entries: [{ va: VA, lo0: OPEN }], va: VA + 0x123n }, PA + 0x123n],
  ['the odd page', { entries: [{ va: VA, lo1: OPEN }], va: VA + 0x1123n }, PA + 0x123n],
  ['a page of the upper half', { entries: [{ va: HIGH, lo0: OPEN }], va: HIGH + 8n }, PA + 8n],
  [
    'a huge page, the low bits of whose number mean nothing',
    { entries: [{ va: 0x4000_0000n, ps: 21, lo0: 0x8000_0000n | 0x1f_f000n | V }], va: VA },
    0x8000_2000n,
  ],
  [
    'the second of two huge pages',
    { entries: [{ va: 0x4000_0000n, ps: 21, lo1: 0x8020_0000n | V }], va: 0x4020_3000n },
    0x8020_3000n,
  ],
  ['a page of 1 GiB', { entries: [{ va: 0n, ps: 30, lo1: 0x1_4000_0000n | V }], va: VA }, 0x1_4000_2000n],
  [
    'the page of this address space',
    {
      slots: { ASID: 9n },
      entries: [
        { va: VA, asid: 8, lo0: 0x1000n | V },
        { va: VA, asid: 9, lo0: OPEN },
      ],
    },
    PA,
  ],
  [
    'a global page of another address space',
    { slots: { ASID: 9n }, entries: [{ va: VA, asid: 8, lo0: OPEN | G, lo1: G }] },
    PA,
  ],
  ['a page of less privilege', { entries: [{ va: VA, lo0: OPEN }], plv: 1n }, PA],
  ['a page restricted to this level', { entries: [{ va: VA, lo0: OPEN | RPLV }], plv: 3n }, PA],
  ['an unreadable page, of a store', { entries: [{ va: VA, lo0: OPEN | NR }], access: 'write' }, PA],
  ['an unreadable page, of a fetch', { entries: [{ va: VA, lo0: OPEN | NR }], access: 'execute' }, PA],
  ['a page that is not to be executed, of a load', { entries: [{ va: VA, lo0: OPEN | NX }] }, PA],
  ['a clean page, of a load', { entries: [{ va: VA, lo0: PA | V }] }, PA],
];

const REFILL = { read: CAUSE.tlbRefillLoad, write: CAUSE.tlbRefillStore, execute: CAUSE.tlbRefillFetch } as const;
const INVALID = {
  read: CAUSE.loadPageInvalid,
  write: CAUSE.storePageInvalid,
  execute: CAUSE.fetchPageInvalid,
} as const;
const ACCESSES: readonly Access[] = ['read', 'write', 'execute'];

const refused: readonly (readonly [what: string, row: Row, cause: number])[] = [
  ...ACCESSES.map((access) => [`${access}: no entry`, { access }, REFILL[access]] as const),
  ...ACCESSES.map(
    (access) =>
      [`${access}: a page that is not valid`, { entries: [{ va: VA, lo0: D }], access }, INVALID[access]] as const,
  ),
  [
    'an entry of another address space',
    { slots: { ASID: 9n }, entries: [{ va: VA, asid: 8, lo0: OPEN }] },
    CAUSE.tlbRefillLoad,
  ],
  [
    'an entry of another address space, global by half',
    { slots: { ASID: 9n }, entries: [{ va: VA, asid: 8, lo0: OPEN | G }] },
    CAUSE.tlbRefillLoad,
  ],
  ['a neighbour', { entries: [{ va: VA, lo0: OPEN }], va: VA + 0x2000n }, CAUSE.tlbRefillLoad],
  ['a window of another level', { slots: { DMW0: 1n }, va: 0x1234n, plv: 3n }, CAUSE.tlbRefillLoad],
  ['a window of other addresses', { slots: { DMW0: 0x9000_0000_0000_0001n } }, CAUSE.tlbRefillLoad],
  ['the third window, of a fetch', { slots: { DMW2: 1n }, access: 'execute' }, CAUSE.tlbRefillFetch],
  ['the fourth window, of a fetch', { slots: { DMW3: 1n }, access: 'execute' }, CAUSE.tlbRefillFetch],
  ['an address that repeats no sign', { va: 0x8000_0000_0000n }, CAUSE.memoryAddress],
  ['a store to one', { va: 0x9000_0000_0000_0000n, access: 'write' }, CAUSE.memoryAddress],
  ['a fetch from one', { va: 0x9000_0000_0000_0000n, access: 'execute' }, CAUSE.fetchAddress],
  ['a fetch between words', { slots: { CRMD: DA }, va: 0x1002n, access: 'execute' }, CAUSE.fetchAddress],
  [
    'a page that is not to be executed',
    { entries: [{ va: VA, lo0: OPEN | NX }], access: 'execute' },
    CAUSE.pageNonExecutable,
  ],
  ['an unreadable page', { entries: [{ va: VA, lo0: OPEN | NR }] }, CAUSE.pageNonReadable],
  ['a page of more privilege', { entries: [{ va: VA, lo0: PA | V | D }], plv: 3n }, CAUSE.pagePrivilege],
  ['a page restricted to programs', { entries: [{ va: VA, lo0: OPEN | RPLV }] }, CAUSE.pagePrivilege],
  ['a clean page', { entries: [{ va: VA, lo0: PA | V | PLV3 }], access: 'write' }, CAUSE.pageModification],
  // Of several rules that are broken, the first in the manual's order.
  [
    'a page not to be executed, of more privilege',
    { entries: [{ va: VA, lo0: PA | V | NX }], access: 'execute', plv: 3n },
    CAUSE.pageNonExecutable,
  ],
  ['an unreadable page of more privilege', { entries: [{ va: VA, lo0: PA | V | NR }], plv: 3n }, CAUSE.pagePrivilege],
  [
    'a clean page of more privilege',
    { entries: [{ va: VA, lo0: PA | V }], access: 'write', plv: 3n },
    CAUSE.pagePrivilege,
  ],
  ['an unreadable page that is not valid', { entries: [{ va: VA, lo0: PA | NR }] }, CAUSE.loadPageInvalid],
];

const hartOf = ({ slots, entries = [], plv = 0n }: Row): FakeHart =>
  hartWith(
    { ...slots, CRMD: (slots?.CRMD ?? PG) | plv },
    entries.map((entry, at) => ({ ...entry, index: MTLB + at })),
  );
const noMemory = { load: () => undefined, store: () => false } as never;
const byCpu = (row: Row) => cpuTranslate(hartOf(row), noMemory, row.va ?? VA, row.access ?? 'read');

const CELLS = { misc: 'tlbMisc', lo0: 'tlbLo0', lo1: 'tlbLo1' } as const;
/** What the debugger finds, without tables behind the TLB. */
const byDebugger = (row: Row) => {
  const hart = hartOf(row);
  const registers = (name: string): bigint => {
    const [, index = '', cell = ''] = /^TLB(\d+)\.(\w+)$/.exec(name) ?? [];
    return index ? (hart.bank(CELLS[cell as 'misc'])[Number(index)] ?? 0n) : hart.get(name);
  };
  return translate(worldOf(hart), () => undefined, toVa(row.va ?? VA), row.access ?? 'read', registers).result;
};

describe('addresses are translated', () => {
  it.each(reached)('by %s', (_, row, pa) => {
    expect(byCpu(row)).toMatchObject({ pa: Number(pa), [row.access ?? 'read']: true });
    expect(byDebugger(row)).toMatchObject({ ok: true, pa });
  });
});

describe('addresses are refused', () => {
  it.each(refused)('%s', (_, row, cause) => {
    expect(trapOf(() => byCpu(row))).toEqual({ cause, tval: row.va ?? VA });
    const found = byDebugger(row);
    // Between words an instruction is fetched from nowhere; the debugger asks for bytes.
    if (row.va !== 0x1002n) expect(found).toMatchObject({ ok: false, fault: { cause } });
  });
  it('by the names of all cells', () => expect(tlbCell(5, 'lo1')).toBe('TLB5.lo1'));
});

it('a window that is for loads and stores alone gives no fetches away once it was used', () => {
  const BASE = 0x8000_0000;
  const causes: number[] = [];
  const host = engineHost({
    trapTaken: (_, { cause }) => {
      causes.push(cause);
      return 'trapStop';
    },
  });
  const engine = new Engine(LOONGARCH64_ENGINE, host, { ram: [{ base: BASE, size: 0x2000 }], harts: 1 });
  const program = [
    wordOf('ld.w', { rd: 12, rj: 13, si: 0x100 }),
    wordOf('jirl', { rd: 0, rj: 13, offs: 0x100 }),
    wordOf('break', { code: 0 }),
  ];
  engine.writeRam(BASE, new Uint8Array(Uint32Array.from(program).buffer));
  const view = engine.harts[0]!;
  resetState(view, { cpu: 0 });
  const slots = { CRMD: PG, DMW0: 1n, DMW2: 0x9000_0000_0000_0001n };
  for (const [slot, value] of Object.entries(slots)) view.set(slot, value);
  view.write('r', 13, 0x9000_0000_0000_0000n | BigInt(BASE));
  view.pc = BigInt(BASE);
  engine.dropDerived();
  engine.run(0, 10_000, 2);
  expect(causes).toEqual([CAUSE.fetchAddress]);
});
