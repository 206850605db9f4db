/**
 * Walks of each format and level as the manual draws them, and the rules by which they end.
 * @see AMD64 APM volume 2, chapter 5 "Page Translation and Protection", 8.4.2 "Page-Fault Error Code"
 */
import { describe, expect, it } from 'vitest';
import type { Access } from '../../../src/isa/core/translation';
import { CR0, CR4, EFER, RFLAGS } from '../../../src/isa/x86_64/bits';
import { CAUSE, causeOf, VECTOR } from '../../../src/isa/x86_64/causes';
import { AS_SYSTEM, cpuTranslate } from '../../../src/isa/x86_64/paging-cpu';
import { STATE } from '../../../src/isa/x86_64/state';
import { FakeHart, trapOf } from '../../support/fake-hart';
import { Physical } from './physical';

type Slots = Readonly<Record<string, bigint>>;

const BASE: Slots = { cr0: CR0.PG | CR0.PE | CR0.WP, cr4: 0n, efer: 0n, cpl: 0n, rflags: 2n };
const FORMATS = {
  '32-bit': { cr4: CR4.PSE },
  PAE: { cr4: CR4.PAE, efer: EFER.NXE },
  '4-level': { cr4: CR4.PAE, efer: EFER.LMA | EFER.LME | EFER.NXE },
  '5-level': { cr4: CR4.PAE | CR4.LA57, efer: EFER.LMA | EFER.LME | EFER.NXE },
} as const;
type Format = keyof typeof FORMATS;
const LEVELS: Readonly<Record<Format, number>> = { '32-bit': 2, PAE: 3, '4-level': 4, '5-level': 5 };

const P = 1n;
const W = 2n;
const U = 4n;
const A = 0x20n;
const D = 0x40n;
const PS = 0x80n;
const NX = 1n << 63n;

const processor = (slots: Slots): FakeHart => {
  const hart = new FakeHart(STATE);
  for (const [name, value] of Object.entries({ ...BASE, ...slots })) hart.set(name, value);
  return hart;
};

const tableAt = (level: number): bigint => 0x1000n * BigInt(level);
/** Bits of an address below the index into a table of a level. */
const shiftOf = (format: Format, level: number): bigint => 12n + BigInt(level - 1) * (format === '32-bit' ? 10n : 9n);

/** Tables that lead to a leaf at `leafLevel` for one address, each entry above it with `above`. Where the entries lie. */
const tables = (
  memory: Physical,
  format: Format,
  address: bigint,
  leafLevel: number,
  leaf: bigint,
  above: bigint = P | W | U,
): Record<number, number> => {
  const places: Record<number, number> = {};
  for (let level = LEVELS[format]; level >= leafLevel; level--) {
    const index =
      (address >> shiftOf(format, level)) & (format === '32-bit' ? 1023n : format === 'PAE' && level === 3 ? 3n : 511n);
    const at = Number(tableAt(level) + index * (format === '32-bit' ? 4n : 8n));
    const flags = format === 'PAE' && level === 3 ? P : above;
    const entry = level === leafLevel ? leaf : tableAt(level - 1) | flags;
    if (format === '32-bit') memory.writeU32(at, Number(entry));
    else memory.writeU64(at, entry);
    places[level] = at;
  }
  return places;
};

const entryAt = (memory: Physical, format: Format, at: number): bigint =>
  format === '32-bit' ? BigInt(memory.readU32(at)) : memory.readU64(at);

describe('a walk', () => {
  const LEAVES: readonly [Format, level: number, bits: bigint, address: bigint, target: bigint][] = [
    ['32-bit', 1, 12n, 0xc012_3456n, 0x89ab_c000n],
    ['32-bit', 2, 22n, 0xc012_3456n, 0x8980_0000n],
    ['PAE', 1, 12n, 0xc012_3456n, 0x12_89ab_c000n],
    ['PAE', 2, 21n, 0xc012_3456n, 0x12_89a0_0000n],
    ['4-level', 1, 12n, 0xffff_8012_3456_789an, 0x12_89ab_c000n],
    ['4-level', 2, 21n, 0x0000_7f12_3456_789an, 0x12_89a0_0000n],
    ['4-level', 3, 30n, 0xffff_ffff_8012_3456n, 0x12_8000_0000n],
    ['5-level', 1, 12n, 0xff12_3456_789a_bcden, 0x12_89ab_c000n],
    ['5-level', 3, 30n, 0x0081_2345_6789_abcdn, 0x12_8000_0000n],
  ];
  for (const [format, level, bits, address, target] of LEAVES) {
    it(`of ${format} tables ends at level ${level} in a page of 2^${bits} bytes, and sets A on its way and D by a write`, () => {
      const memory = new Physical();
      const leaf = target | P | W | (level > 1 ? PS : 0n);
      const places = tables(memory, format, address, level, leaf);
      const hart = processor({ ...FORMATS[format], cr3: tableAt(LEVELS[format]) });
      const inPage = address & ((1n << bits) - 1n);
      const read = cpuTranslate(hart, memory, address, 'read');
      expect(read).toMatchObject({ pa: Number(target | inPage), read: true, write: false, execute: true });
      expect(read.entryBytes).toBe(bits > 12n ? Number(1n << bits) : undefined);
      expect(entryAt(memory, format, places[level]!)).toBe(leaf | A);
      for (let above = level + 1; above <= LEVELS[format]; above++) {
        const isPdpte = format === 'PAE' && above === 3;
        const flags = isPdpte ? P : P | W | U | A;
        expect(entryAt(memory, format, places[above]!)).toBe(tableAt(above - 1) | flags);
      }
      expect(cpuTranslate(hart, memory, address, 'write').write).toBe(true);
      expect(entryAt(memory, format, places[level]!)).toBe(leaf | A | D);
    });
  }

  it('of 32-bit tables takes bits 39 to 32 of a large page from bits 20 to 13 (PSE-36)', () => {
    const memory = new Physical();
    tables(memory, '32-bit', 0x40_0123n, 2, 0x0040_0000n | (0x12n << 13n) | P | PS);
    const hart = processor({ ...FORMATS['32-bit'], cr3: tableAt(2) });
    expect(cpuTranslate(hart, memory, 0x40_0123n, 'read').pa).toBe(0x12_0040_0123);
  });

  it('of 32-bit tables without CR4.PSE takes an entry with PS for one that leads to a table', () => {
    const memory = new Physical();
    tables(memory, '32-bit', 0x40_0123n, 1, 0x5000n | P, P | PS);
    const hart = processor({ cr3: tableAt(2) });
    expect(cpuTranslate(hart, memory, 0x40_0123n, 'read').pa).toBe(0x5123);
  });

  it('without paging is none, and addresses have 32 bits outside of long mode', () => {
    const hart = processor({ cr0: CR0.PE });
    expect(cpuTranslate(hart, new Physical(), 0x1_0000_1234n, 'write')).toMatchObject({ pa: 0x1234, write: true });
  });

  it('leads elsewhere where the board has A20 masked off, for tables and pages alike', () => {
    const memory = new Physical();
    tables(memory, '32-bit', 0x1234n, 1, 0x30_5000n | P);
    const hart = processor({ ...FORMATS['32-bit'], cr3: tableAt(2) | 0x10_0000n, a20: 0xffff_ffff_ffef_ffffn });
    expect(cpuTranslate(hart, memory, 0x1234n, 'read').pa).toBe(0x20_5234);
  });
});

const CODE = { P: 1, W: 2, U: 4, R: 8, F: 16 } as const;
type Letters = string;
const codeOf = (letters: Letters): number =>
  [...letters].reduce((code, letter) => code | (CODE[letter as keyof typeof CODE] ?? 0), 0);

interface Rule {
  readonly what: string;
  readonly slots?: Slots;
  readonly format?: Format;
  readonly level?: number;
  /** The leaf, and the entries above it. */
  readonly leaf: bigint;
  readonly above?: bigint;
  readonly as?: number;
  /** What accesses raise, by letters of the error code; an empty string: they succeed. */
  readonly read?: Letters;
  readonly write?: Letters;
  readonly execute?: Letters;
}

const USER: Slots = { cpl: 3n };
const SMAP: Slots = { cr4: CR4.PAE | CR4.SMAP };
const SMEP: Slots = { cr4: CR4.PAE | CR4.SMEP };
const NO_NX: Slots = { efer: EFER.LMA | EFER.LME };
const TARGET = 0x8000n;

const RULES: readonly Rule[] = [
  { what: 'an entry that is not present', leaf: 0n, read: 'none', write: 'W', execute: 'F' },
  {
    what: 'an entry that is not present, for ring 3',
    slots: USER,
    leaf: TARGET,
    read: 'U',
    write: 'WU',
    execute: 'UF',
  },
  { what: 'an entry that is not present, without NX and SMEP', slots: NO_NX, leaf: 0n, execute: 'none' },
  {
    what: 'a supervisor page, for ring 3',
    slots: USER,
    leaf: TARGET | P | W,
    read: 'PU',
    write: 'PWU',
    execute: 'PUF',
  },
  { what: 'a user page below a supervisor entry', slots: USER, leaf: TARGET | P | W | U, above: P | W, read: 'PU' },
  { what: 'a user page, for ring 3', slots: USER, leaf: TARGET | P | W | U, read: '', write: '', execute: '' },
  { what: 'a read-only page, for ring 3', slots: USER, leaf: TARGET | P | U, read: '', write: 'PWU', execute: '' },
  {
    what: 'a page below a read-only entry, for ring 3',
    slots: USER,
    leaf: TARGET | P | W | U,
    above: P | U,
    write: 'PWU',
  },
  { what: 'a read-only page, for the supervisor with CR0.WP', leaf: TARGET | P, read: '', write: 'PW' },
  { what: 'a read-only page, without CR0.WP', slots: { cr0: CR0.PG | CR0.PE }, leaf: TARGET | P, write: '' },
  {
    what: 'a read-only page, for ring 3 without CR0.WP',
    slots: { ...USER, cr0: CR0.PG | CR0.PE },
    leaf: TARGET | P | U,
    write: 'PWU',
  },
  { what: 'a page that is not executable', leaf: TARGET | P | W | NX, read: '', write: '', execute: 'PF' },
  { what: 'a page below an entry with NX', leaf: TARGET | P | W, above: P | W | NX, execute: 'PF' },
  {
    what: 'NX without EFER.NXE, which is reserved',
    slots: NO_NX,
    leaf: TARGET | P | W | NX,
    read: 'PR',
    write: 'PWR',
    execute: 'PR',
  },
  { what: 'a user page under SMEP', slots: SMEP, leaf: TARGET | P | W | U, read: '', write: '', execute: 'PF' },
  { what: 'a user page under SMEP without NX', slots: { ...SMEP, ...NO_NX }, leaf: TARGET | P | U, execute: 'PF' },
  { what: 'a user page under SMAP', slots: SMAP, leaf: TARGET | P | W | U, read: 'P', write: 'PW', execute: '' },
  {
    what: 'a user page under SMAP with RFLAGS.AC',
    slots: { ...SMAP, rflags: RFLAGS.AC },
    leaf: TARGET | P | W | U,
    read: '',
    write: '',
  },
  {
    what: 'a user page under SMAP, for the processor itself, with RFLAGS.AC',
    slots: { ...SMAP, rflags: RFLAGS.AC },
    as: AS_SYSTEM,
    leaf: TARGET | P | W | U,
    read: 'P',
    write: 'PW',
  },
  {
    what: 'a user page under SMAP, for ring 3',
    slots: { ...SMAP, ...USER },
    leaf: TARGET | P | W | U,
    read: '',
    write: '',
  },
  {
    what: 'a supervisor page, for the processor itself while ring 3 runs',
    slots: USER,
    as: AS_SYSTEM,
    leaf: TARGET | P | W,
    read: '',
    write: '',
  },
  { what: 'an address beyond the physical ones', leaf: (1n << 40n) | P | W, read: 'PR', write: 'PWR', execute: 'PRF' },
  {
    what: 'a table beyond the physical addresses, for ring 3',
    slots: USER,
    leaf: TARGET | P | U,
    above: P | U | (1n << 45n),
    read: 'PUR',
  },
  { what: 'bits 62 to 52 in long mode, which are free', leaf: TARGET | P | (0x7ffn << 52n), read: '' },
  { what: 'bit 52 in PAE tables, which is reserved', format: 'PAE', leaf: TARGET | P | (1n << 52n), read: 'PR' },
  { what: 'bits 20 to 13 of a page of 2 MiB', level: 2, leaf: 0x20_2000n | P | PS, read: 'PR' },
  { what: 'bits 29 to 13 of a page of 1 GiB', level: 3, leaf: 0x4020_0000n | P | PS, read: 'PR' },
  { what: 'PAT of a page of 2 MiB', level: 2, leaf: 0x20_1000n | P | PS, read: '' },
  { what: 'PS at level 4', level: 4, leaf: TARGET | P | PS, read: 'PR' },
  {
    what: 'bit 21 of a page of 4 MiB',
    format: '32-bit',
    level: 2,
    leaf: 0x40_0000n | (1n << 21n) | P | PS,
    read: 'PR',
  },
  { what: 'a table where there is no memory, which reads as ones', leaf: 0n, above: 0x10_0000_0000n | P, write: 'PWR' },
];

describe('the error code of an access to', () => {
  for (const { what, slots, format = '4-level', level = 1, leaf, above, as, ...accesses } of RULES) {
    for (const [access, letters] of Object.entries(accesses) as [Access, Letters][]) {
      it(`${what}: ${access} ${letters === '' ? 'succeeds' : letters}`, () => {
        const memory = new Physical();
        const address = 0x1234n;
        tables(memory, format, address, level, leaf, above);
        const hart = processor({ ...FORMATS[format], ...slots, cr3: tableAt(LEVELS[format]) });
        const translated = () => cpuTranslate(hart, memory, address, access, as);
        if (letters === '') expect(translated().pa & 0xfff).toBe(0x234);
        else {
          const { cause, tval } = trapOf(translated);
          expect([cause, tval]).toEqual([causeOf(VECTOR.PF, codeOf(letters)), address]);
        }
      });
    }
  }
});

describe('an address that is not canonical', () => {
  for (const [format, address] of [
    ['4-level', 0x8000_0000_0000n],
    ['4-level', 0xffff_7fff_ffff_ffffn],
    ['5-level', 0x100_0000_0000_0000n],
  ] as const) {
    it(`of ${format} tables is an operand's fault, or #GP(0) of a fetch: 0x${address.toString(16)}`, () => {
      const hart = processor({ ...FORMATS[format], cr3: tableAt(LEVELS[format]) });
      const memory = new Physical();
      expect(trapOf(() => cpuTranslate(hart, memory, address, 'read')).cause).toBe(CAUSE.operand);
      expect(trapOf(() => cpuTranslate(hart, memory, address, 'execute')).cause).toBe(causeOf(VECTOR.GP));
    });
  }
});
