import { describe, expect, it } from 'vitest';
import { va as toVa } from '../../../../src/base/address';
import type { Access } from '../../../../src/isa/core/translation';
import { ALL_ADDRESSES } from '../../../../src/isa/core/world';
import { peekCsr } from '../../../../src/isa/riscv64/csr-access';
import { resetState, STATE } from '../../../../src/isa/riscv64/csrs-slots';
import { dataPrivilege } from '../../../../src/isa/riscv64/effective-privilege';
import { cpuTranslate, dataContext, fetchContext } from '../../../../src/isa/riscv64/paging-cpu';
import { translate } from '../../../../src/isa/riscv64/paging-view';
import { worldOf, worldOfPrivilege } from '../../../../src/isa/riscv64/worlds';
import { FakeHart, trapOf } from '../../../support/fake-hart';
import { Physical, placeWalk, pointer, pte, RAM_BASE, tableAt, tableSteps } from './physical';

const MODE: Readonly<Record<number, bigint>> = { 3: 8n, 4: 9n, 5: 10n };
const SUM = 1n << 18n;
const MXR = 1n << 19n;
const MPRV = 1n << 17n;
const ADUE = 1n << 61n;
const PBMTE = 1n << 62n;
const U = 0;
const S = 1;

const hartWith = (slots: Record<string, bigint>): FakeHart => {
  const hart = new FakeHart(STATE);
  resetState(hart, { hartid: 0, start: 'supervisor' });
  for (const [slot, value] of Object.entries(slots)) hart.set(slot, value);
  return hart;
};
const satp = (levels: number, root = RAM_BASE): bigint => ((MODE[levels] ?? 0n) << 60n) | BigInt(root >>> 12);

interface Case {
  readonly levels?: number;
  readonly va?: bigint;
  readonly entries: readonly bigint[];
  readonly access?: Access;
  readonly privilege?: number;
  readonly mstatus?: bigint;
  readonly menvcfg?: bigint;
}
const DEFAULT_VA = 0x12_1234_5678n;

const setUp = (row: Case): { hart: FakeHart; memory: Physical; va: bigint; access: Access } => {
  const { levels = 3, va = DEFAULT_VA, access = 'read', privilege = S, mstatus = 0n, menvcfg = ADUE | PBMTE } = row;
  const memory = new Physical(8);
  placeWalk(memory, levels, va, row.entries);
  return { hart: hartWith({ satp: satp(levels), priv: BigInt(privilege), mstatus, menvcfg }), memory, va, access };
};
const view = ({ hart, memory, va, access }: ReturnType<typeof setUp>) =>
  translate(worldOf(hart), memory.read, toVa(va), access, (name) => peekCsr(hart, name)!);

const PAGE = 0x8000_7000;
const leafUnder = (leaf: bigint): bigint[] => [pointer(1), pointer(2), leaf];

describe('walks that succeed', () => {
  const rows: [what: string, row: Case, pa: number, pageSize: number][] = [
    ['Sv39 4 KiB', { entries: leafUnder(pte(PAGE, 'VRWXAD')) }, PAGE + 0x678, 4096],
    ['Sv39 2 MiB', { entries: [pointer(1), pte(0xc020_0000, 'VRAD')] }, 0xc034_5678, 2 ** 21],
    ['Sv39 1 GiB', { entries: [pte(0xc000_0000, 'VRAD')] }, 0xd234_5678, 2 ** 30],
    ['Sv39, highest address', { va: (1n << 64n) - 1n, entries: leafUnder(pte(PAGE, 'VRAD')) }, PAGE + 0xfff, 4096],
    ['Sv39, lowest of the upper half', { va: 0xffff_ffc0_0000_0000n, entries: [pte(0, 'VRAD')] }, 0, 2 ** 30],
    ['Sv48 4 KiB', { levels: 4, entries: [pointer(1), pointer(2), pointer(3), pte(PAGE, 'VRAD')] }, PAGE + 0x678, 4096],
    [
      'Sv48 512 GiB',
      { levels: 4, va: 0x7fff_9234_5678n, entries: [pte(2 ** 39, 'VRAD')] },
      2 ** 39 + 0x7f_9234_5678,
      2 ** 39,
    ],
    [
      'Sv57 4 KiB',
      { levels: 5, entries: [pointer(1), pointer(2), pointer(3), pointer(4), pte(PAGE, 'VRAD')] },
      PAGE + 0x678,
      4096,
    ],
    [
      'Sv57 256 TiB',
      { levels: 5, va: 0xff_ffff_9234_5678n, entries: [pte(2 ** 48, 'VRAD')] },
      2 ** 48 + 0xffff_9234_5678,
      2 ** 48,
    ],
    ['memory of type IO', { entries: leafUnder(pte(PAGE, 'VRAD') | (2n << 61n)) }, PAGE + 0x678, 4096],
    [
      'one of 16 pages of 64 KiB (Svnapot): the address keeps its bits 15 to 12',
      { entries: leafUnder(pte(0x8001_8000, 'VRAD') | (1n << 63n)) },
      0x8001_5678,
      4096,
    ],
    ['A clear without Svade', { entries: leafUnder(pte(PAGE, 'VR')) }, PAGE + 0x678, 4096],
    ['A and D set with Svade', { menvcfg: 0n, entries: leafUnder(pte(PAGE, 'VRAD')) }, PAGE + 0x678, 4096],
    ['the largest reachable page', { entries: leafUnder(pte(2 ** 53 - 4096, 'VRAD')) }, 2 ** 53 - 4096 + 0x678, 4096],
    ['S reads user pages with SUM', { mstatus: SUM, entries: leafUnder(pte(PAGE, 'VRUAD')) }, PAGE + 0x678, 4096],
    [
      'S writes user pages with SUM',
      { mstatus: SUM, access: 'write', entries: leafUnder(pte(PAGE, 'VRWUAD')) },
      PAGE + 0x678,
      4096,
    ],
    ['U reads user pages without SUM', { privilege: U, entries: leafUnder(pte(PAGE, 'VRUAD')) }, PAGE + 0x678, 4096],
    ['MXR reads execute-only pages', { mstatus: MXR, entries: leafUnder(pte(PAGE, 'VXAD')) }, PAGE + 0x678, 4096],
    [
      'U executes execute-only pages',
      { privilege: U, access: 'execute', entries: leafUnder(pte(PAGE, 'VXUA')) },
      PAGE + 0x678,
      4096,
    ],
    ['RSW and G do not matter', { entries: leafUnder(pte(PAGE, 'VRGA', 3n << 8n)) }, PAGE + 0x678, 4096],
    ['G on a pointer is legal', { entries: [pointer(1) | 32n, pointer(2), pte(PAGE, 'VRA')] }, PAGE + 0x678, 4096],
  ];
  it.each(rows)('%s', (_what, row, pa, pageSize) => {
    const given = setUp(row);
    const seen = view(given);
    expect(seen.result).toMatchObject({ ok: true, pa: BigInt(pa), ipa: BigInt(pa), pageSize });
    expect(tableSteps(seen).map((step) => step.entry.raw)).toEqual(row.entries);
    const { hart, memory, va, access } = given;
    expect(cpuTranslate(hart, memory, va, access)).toMatchObject({ pa, isCacheable: true });
  });
});

describe('walks that fail', () => {
  const PAGE_FAULT: Record<Access, number> = { execute: 12, read: 13, write: 15 };
  const ACCESS_FAULT: Record<Access, number> = { execute: 1, read: 5, write: 7 };
  const good = pte(PAGE, 'VRWXAD');
  const rows: [rule: RegExp, kind: 'page' | 'access', row: Case][] = [
    [/not canonical: Sv39 needs bits 63–39 equal to bit 38/, 'page', { va: 1n << 38n, entries: [] }],
    [/not canonical: Sv39/, 'page', { va: 0x7fff_ffff_ffff_ffffn, entries: [] }],
    [/not canonical: Sv48 needs bits 63–48 equal to bit 47/, 'page', { levels: 4, va: 1n << 47n, entries: [] }],
    [/not canonical: Sv57 needs bits 63–57 equal to bit 56/, 'page', { levels: 5, va: 1n << 57n, entries: [] }],
    [/not valid \(V = 0\) at level 2/, 'page', { entries: [0n] }],
    [/not valid \(V = 0\) at level 0/, 'page', { entries: leafUnder(good & ~1n) }],
    [/not valid \(V = 0\) at level 4/, 'page', { levels: 5, entries: [0n] }],
    [/W = 1, R = 0\), which is reserved, at level 0/, 'page', { entries: leafUnder(pte(PAGE, 'VWAD')) }],
    [/W = 1, R = 0\), which is reserved, at level 1/, 'page', { entries: [pointer(1), pte(0, 'VWXAD')] }],
    [/reserved bits 60–54/, 'page', { entries: leafUnder(good | (1n << 54n)) }],
    [/reserved bits 60–54/, 'page', { entries: [pointer(1) | (1n << 60n)] }],
    [/PBMT.*PBMTE/, 'page', { menvcfg: ADUE, entries: leafUnder(good | (1n << 61n)) }],
    [/PBMT.*PBMTE/, 'page', { menvcfg: ADUE, entries: leafUnder(good | (1n << 62n)) }],
    [/PBMT.*= 3/, 'page', { entries: leafUnder(good | (3n << 61n)) }],
    [/points to a table but has PBMT/, 'page', { entries: [pointer(1) | (1n << 61n)] }],
    [/N \(bit 63\).*4 KiB leaves/, 'page', { entries: [pointer(1), pte(0xc020_0000, 'VRAD') | (1n << 63n)] }],
    [/N \(bit 63\).*4 KiB leaves/, 'page', { entries: [pointer(1) | (1n << 63n)] }],
    [/N \(bit 63\).*1000/, 'page', { entries: leafUnder(pte(0x8000_4000, 'VRAD') | (1n << 63n)) }],
    [/A is clear.*ADUE = 0/, 'page', { menvcfg: 0n, entries: leafUnder(pte(PAGE, 'VRWXD')) }],
    [/D is clear.*ADUE = 0/, 'page', { menvcfg: 0n, access: 'write', entries: leafUnder(pte(PAGE, 'VRWXA')) }],
    [/N \(bit 63\)/, 'page', { entries: leafUnder(good | (1n << 63n)) }],
    [/points to a table but has D, A or U set/, 'page', { entries: [pointer(1) | 16n] }],
    [/points to a table but has D, A or U set/, 'page', { entries: [pointer(1) | 64n] }],
    [/points to a table but has D, A or U set/, 'page', { entries: [pointer(1), pointer(2) | 128n] }],
    [/level 0 is a pointer/, 'page', { entries: leafUnder(pointer(3)) }],
    [/U = 1 at level 0\) and SUM = 0/, 'page', { entries: leafUnder(pte(PAGE, 'VRWUAD')) }],
    [/U = 1 at level 0\) and SUM = 0/, 'page', { access: 'write', entries: leafUnder(pte(PAGE, 'VRWUAD')) }],
    [
      /S-mode never executes such pages/,
      'page',
      { access: 'execute', mstatus: SUM, entries: leafUnder(pte(PAGE, 'VRXUAD')) },
    ],
    [/U = 0 at level 2\) and the access is from U-mode/, 'page', { privilege: U, entries: [pte(0, 'VRWXAD')] }],
    [
      /U = 0 at level 0\) and the access is from U-mode/,
      'page',
      { privilege: U, access: 'execute', entries: leafUnder(good) },
    ],
    [/execute-only.*MXR = 0/, 'page', { entries: leafUnder(pte(PAGE, 'VXAD')) }],
    [/not writable/, 'page', { access: 'write', entries: leafUnder(pte(PAGE, 'VRXAD')) }],
    [/not writable/, 'page', { access: 'write', mstatus: MXR, entries: leafUnder(pte(PAGE, 'VXAD')) }],
    [/not executable/, 'page', { access: 'execute', entries: leafUnder(pte(PAGE, 'VRWAD')) }],
    [/superpage is misaligned: the low 9 bits/, 'page', { entries: [pointer(1), pte(0x8000_1000, 'VRAD')] }],
    [/superpage is misaligned: the low 18 bits/, 'page', { entries: [pte(0x8020_0000, 'VRAD')] }],
    [/at 0x\w+, where there is no memory/, 'access', { entries: [pte(0x4000_0000, 'V')] }],
    [/at 0x\w+, where there is no memory/, 'access', { access: 'write', entries: [pointer(1), pte(0x1000_0000, 'V')] }],
    [/where there is no memory/, 'access', { access: 'execute', entries: [pte(0x4000_0000, 'V')] }],
    [/table of level 1 would lie beyond physical memory/, 'access', { entries: [pte(2 ** 55, 'V')] }],
    [/physical address 0x20000000000678 has over 53 bits/, 'access', { entries: leafUnder(pte(2 ** 53, 'VRAD')) }],
    [/over 53 bits/, 'access', { entries: leafUnder(pte((1n << 56n) - 4096n, 'VRAD')) }],
  ];
  it.each(rows)('%s', (rule, kind, row) => {
    const given = setUp(row);
    const { hart, memory, va, access } = given;
    const cause = (kind === 'page' ? PAGE_FAULT : ACCESS_FAULT)[access];
    const seen = view(given);
    expect(seen.result).toMatchObject({ ok: false, fault: { cause, tval: va } });
    expect(seen.result.ok ? '' : seen.result.fault.rule).toMatch(rule);
    expect(trapOf(() => cpuTranslate(hart, memory, va, access))).toEqual({ cause, tval: va });
    expect(memory.writes).toBe(0);
  });

  it('a root table where no memory is raises an access fault', () => {
    const { memory, va } = setUp({ entries: [] });
    const hart = hartWith({ satp: satp(3, 0x1000) });
    expect(trapOf(() => cpuTranslate(hart, memory, va, 'read')).cause).toBe(5);
  });
});

describe('accessed and dirty bits', () => {
  const LEAF = tableAt(2) + 0x145 * 8;
  const rows: [flags: string, access: Access, after: string, write: boolean][] = [
    ['VRWX', 'read', 'VRWXA', false],
    ['VRWX', 'execute', 'VRWXA', false],
    ['VRWX', 'write', 'VRWXAD', true],
    ['VRWXA', 'read', 'VRWXA', false],
    ['VRWXA', 'write', 'VRWXAD', true],
    ['VRWXD', 'read', 'VRWXAD', true],
    ['VRWXAD', 'write', 'VRWXAD', true],
  ];
  it.each(rows)('a leaf %s after a %s is %s; cached as writable: %s', (flags, access, after, write) => {
    const given = setUp({ access, entries: leafUnder(pte(PAGE, flags)) });
    const { hart, memory, va } = given;
    view(given);
    expect(memory.writes).toBe(0);
    expect(memory.readU64(LEAF)).toBe(pte(PAGE, flags));
    expect(cpuTranslate(hart, memory, va, access)).toMatchObject({ read: true, write, execute: true });
    expect(memory.readU64(LEAF)).toBe(pte(PAGE, after));
    expect(memory.writes).toBe(flags === after ? 0 : 1);
  });
  it('are not set by an access that is refused', () => {
    const { hart, memory, va } = setUp({ entries: leafUnder(pte(PAGE, 'VRX')) });
    expect(trapOf(() => cpuTranslate(hart, memory, va, 'write')).cause).toBe(15);
    expect(memory.writes).toBe(0);
  });
});

describe('what may be cached of a page', () => {
  const rows: [what: string, row: Case, rights: string][] = [
    ['S, supervisor page', { entries: leafUnder(pte(PAGE, 'VRWXAD')) }, 'rwx'],
    ['S, user page with SUM: never executed', { mstatus: SUM, entries: leafUnder(pte(PAGE, 'VRWXUAD')) }, 'rw-'],
    ['S, executing, read-only text', { access: 'execute', entries: leafUnder(pte(PAGE, 'VRXA')) }, 'r-x'],
    ['S, executing execute-only text', { access: 'execute', entries: leafUnder(pte(PAGE, 'VXA')) }, '--x'],
    [
      'S, executing execute-only text with MXR',
      { access: 'execute', mstatus: MXR, entries: leafUnder(pte(PAGE, 'VXA')) },
      'r-x',
    ],
    ['U, user page', { privilege: U, entries: leafUnder(pte(PAGE, 'VRWUAD')) }, 'rw-'],
    ['clean pages are not writable yet', { entries: leafUnder(pte(PAGE, 'VRWA')) }, 'r--'],
  ];
  it.each(rows)('%s', (_what, row, rights) => {
    const { hart, memory, va, access } = setUp(row);
    const found = cpuTranslate(hart, memory, va, access);
    expect(`${found.read ? 'r' : '-'}${found.write ? 'w' : '-'}${found.execute ? 'x' : '-'}`).toBe(rights);
  });
});

describe('effective privilege', () => {
  const entries = leafUnder(pte(PAGE, 'VRWXAD'));
  it('M-mode is not translated', () => {
    const { memory } = setUp({ entries });
    const hart = hartWith({ priv: 3n, satp: satp(3) });
    expect(cpuTranslate(hart, memory, 0x8000_0123n, 'read').pa).toBe(0x8000_0123);
    expect(worldOf(hart)).toMatchObject({ mode: 'M', asid: 0 });
    expect(worldOf(hart).roots).toEqual([]);
  });
  it('MPRV makes M-mode loads and stores run as MPP, but not fetches', () => {
    const { memory, va } = setUp({ entries });
    const hart = hartWith({ priv: 3n, satp: satp(3), mstatus: MPRV | (1n << 11n) });
    expect(dataPrivilege(hart)).toBe(1);
    expect(cpuTranslate(hart, memory, va, 'read').pa).toBe(PAGE + 0x678);
    expect(cpuTranslate(hart, memory, va, 'execute').pa).toBe(Number(va));
    hart.set('mstatus', MPRV);
    expect(trapOf(() => cpuTranslate(hart, memory, va, 'read')).cause).toBe(13);
    hart.set('mstatus', MPRV | (3n << 11n));
    expect(cpuTranslate(hart, memory, va, 'read').pa).toBe(Number(va));
  });
  it('Bare is not translated, and addresses over 53 bits fault', () => {
    const memory = new Physical(1);
    const hart = hartWith({ satp: 0n });
    expect(cpuTranslate(hart, memory, 0x1234_5678_9abcn, 'write')).toEqual({
      pa: 0x1234_5678_9abc,
      read: true,
      write: true,
      execute: true,
      isCacheable: true,
    });
    for (const [access, cause] of [
      ['read', 5],
      ['write', 7],
      ['execute', 1],
    ] as const) {
      const far = 1n << 53n;
      expect(trapOf(() => cpuTranslate(hart, memory, far, access))).toEqual({ cause, tval: far });
      const seen = translate(worldOf(hart), memory.read, toVa(far), access, (name) => peekCsr(hart, name)!);
      expect(seen).toMatchObject({
        scheme: 'Bare',
        steps: [{ source: 'direct' }],
        result: { ok: false, fault: { cause } },
      });
    }
  });

  const contexts: [priv: bigint, mstatus: bigint, data: number, fetch: number][] = [
    [0n, 0n, 0, 0],
    [1n, 0n, 1, 1],
    [1n, SUM, 2, 1],
    [3n, 0n, 3, 3],
    [0n, MXR, 4, 0],
    [0n, SUM, 0, 0],
    [1n, MXR, 5, 1],
    [1n, SUM | MXR, 6, 1],
    [3n, SUM | MXR, 3, 3],
    [3n, MPRV, 0, 3],
    [3n, MPRV | (1n << 11n), 1, 3],
    [3n, MPRV | SUM | (1n << 11n), 2, 3],
    [3n, MPRV | (3n << 11n), 3, 3],
  ];
  it.each(contexts)(
    'privilege %s with mstatus %s uses data context %s and fetch context %s',
    (priv, mstatus, data, fetch) => {
      const hart = hartWith({ priv, mstatus });
      expect([dataContext(hart), fetchContext(hart)]).toEqual([data, fetch]);
    },
  );
});

describe('worlds', () => {
  it('name mode, ASID and root', () => {
    const hart = hartWith({ priv: 0n, satp: (8n << 60n) | (0xabcdn << 44n) | 0x80123n });
    expect(worldOf(hart)).toEqual({
      isa: 'riscv64',
      mode: 'U',
      rank: 2,
      guest: false,
      level: 'user',
      asid: 0xabcd,
      vmid: 0,
      roots: [{ stage: 1, table: 0x8012_3000n, ...ALL_ADDRESSES, register: 'satp', asid: 0xabcd }],
    });
    expect(worldOfPrivilege(hart, 1)).toMatchObject({ mode: 'S', rank: 3, roots: [{ stage: 1, table: 0x8012_3000n }] });
  });
});
