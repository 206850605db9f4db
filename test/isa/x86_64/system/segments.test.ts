/** Loads of segment registers, and what offsets are good for. @see AMD64 APM volume 2, chapter 4 */
import { describe, expect, it } from 'vitest';
import { causeOf, VECTOR } from '../../../../src/isa/x86_64/causes';
import { loadSegment } from '../../../../src/isa/x86_64/segment-loads';
import { linearOf, segmentOf, setSegment } from '../../../../src/isa/x86_64/segments';
import { SEG } from '../../../../src/isa/x86_64/state';
import type { FakeHart } from '../../../support/fake-hart';
import { trapOf } from '../../../support/fake-hart';
import { define, descriptorBytes, hartIn, LDT } from './hart';

const FLAT_TOP = 0xffff_ffff_ffff_ffffn;

/** Descriptors by selector: type and level as the attribute word has them, of 4 KiB from 50000h on. */
const TABLE: readonly [selector: bigint, attributes: bigint][] = [
  [0x08n, 0x09bn], // code that can be read
  [0x10n, 0x093n], // data
  [0x18n, 0x091n], // data that cannot be written
  [0x20n, 0x099n], // code that cannot be read
  [0x28n, 0x013n], // data that is not present
  [0x30n, 0x0f3n], // data of level 3
  [0x38n, 0x09en], // conforming code of level 0 that can be read
  [0x40n, 0x082n], // an LDT
  [0x48n, 0x097n], // expand-down
  [0x50n, 0x497n], // expand-down of 32 bits
  [0x58n, 0x0b3n], // data of level 1
];

const hartWithTable = (mode: '32' | '64' | 'compatibility' = '32', cpl = 0): FakeHart => {
  const hart = hartIn(mode, { gdtrLimit: 0x5fn }, { cpl });
  for (const [selector, attributes] of TABLE) define(hart, selector, descriptorBytes(0x5_0000n, 0xfffn, attributes));
  return hart;
};

describe('a load of a segment register', () => {
  it('takes base, limit and attributes from the descriptor, and says what offsets are good for', () => {
    const hart = hartWithTable();
    loadSegment(hart, SEG.es, 0x10);
    expect(segmentOf(hart, SEG.es)).toEqual({ selector: 0x10n, base: 0x5_0000n, limit: 0xfffn, attributes: 0x93n });
    expect([hart.read('readTop', SEG.es), hart.read('writeTop', SEG.es)]).toEqual([0xfffn, 0xfffn]);
  });
  it('counts limits in 4 KiB where the descriptor says so', () => {
    const hart = hartWithTable();
    define(hart, 0x10n, descriptorBytes(0x8765_4321n, 0x1_2345n, 0xc93n));
    loadSegment(hart, SEG.ds, 0x10);
    expect(segmentOf(hart, SEG.ds)).toMatchObject({ base: 0x8765_4321n, limit: 0x1234_5fffn });
  });
  it('sets the accessed bit in memory', () => {
    const hart = hartWithTable();
    define(hart, 0x10n, descriptorBytes(0n, 0xfffn, 0x92n));
    loadSegment(hart, SEG.ds, 0x10);
    expect(hart.load(0x1015n, 1)).toBe(0x93n);
    expect(segmentOf(hart, SEG.ds).attributes).toBe(0x93n);
  });
  it('takes it from the LDT where the selector says so', () => {
    const hart = hartWithTable();
    setSegment(hart, SEG.ldtr, { selector: 0x40n, base: LDT, limit: 0xfn, attributes: 0x82n });
    define(hart, 0x8n, descriptorBytes(0x7_0000n, 0xffn, 0x93n), LDT);
    loadSegment(hart, SEG.fs, 0x0c);
    expect(segmentOf(hart, SEG.fs).base).toBe(0x7_0000n);
  });
  it('is by 16 bytes in real mode and keeps limit and attributes', () => {
    const hart = hartIn('real');
    loadSegment(hart, SEG.ds, 0xb800);
    expect(segmentOf(hart, SEG.ds)).toEqual({ selector: 0xb800n, base: 0xb_8000n, limit: 0xffffn, attributes: 0x93n });
  });
  it('is as in real mode, with 64 KiB at level 3, in virtual-8086 mode', () => {
    const hart = hartIn('32', { rflags: 0x2_0002n }, { cpl: 3 });
    loadSegment(hart, SEG.ds, 0x1234);
    expect(segmentOf(hart, SEG.ds)).toEqual({ selector: 0x1234n, base: 0x1_2340n, limit: 0xffffn, attributes: 0xf3n });
  });
});

const { GP, NP, SS } = VECTOR;

describe('a load faults', () => {
  it.each<[string, number, number, number, number, number]>([
    ['DS outside the table', SEG.ds, 0, 0x60, GP, 0x60],
    ['DS of an LDT that there is not', SEG.ds, 0, 0x0f, GP, 0x0c],
    ['DS of code that cannot be read', SEG.ds, 0, 0x20, GP, 0x20],
    ['DS of a system segment', SEG.ds, 0, 0x40, GP, 0x40],
    ['DS that is not present', SEG.ds, 0, 0x28, NP, 0x28],
    ['DS of level 0 at level 3', SEG.ds, 3, 0x10, GP, 0x10],
    ['DS of level 0 with RPL 3', SEG.ds, 0, 0x13, GP, 0x10],
    ['SS null', SEG.ss, 0, 0x00, GP, 0],
    ['SS with another RPL', SEG.ss, 0, 0x11, GP, 0x10],
    ['SS of another level', SEG.ss, 0, 0x30, GP, 0x30],
    ['SS that cannot be written', SEG.ss, 0, 0x18, GP, 0x18],
    ['SS of code', SEG.ss, 0, 0x08, GP, 0x08],
    ['SS that is not present', SEG.ss, 0, 0x28, SS, 0x28],
  ])('of %s', (_, seg, cpl, selector, vector, error) => {
    const hart = hartWithTable('32', cpl);
    expect(trapOf(() => loadSegment(hart, seg, selector)).cause).toBe(causeOf(vector, error));
  });
  it('of SS null at level 3 in 64-bit mode, and with another RPL below it', () => {
    expect(trapOf(() => loadSegment(hartWithTable('64', 3), SEG.ss, 3)).cause).toBe(causeOf(GP));
    expect(trapOf(() => loadSegment(hartWithTable('64'), SEG.ss, 3)).cause).toBe(causeOf(GP));
    expect(trapOf(() => loadSegment(hartWithTable('compatibility'), SEG.ss, 0)).cause).toBe(causeOf(GP));
  });
});

describe('a load is permitted', () => {
  it.each<[string, number, number, number]>([
    ['DS null', SEG.ds, 3, 3],
    ['DS of level 3 at level 0', SEG.ds, 0, 0x30],
    ['DS of conforming code at level 3', SEG.ds, 3, 0x3b],
    ['ES of data that cannot be written', SEG.es, 0, 0x18],
  ])('of %s', (_, seg, cpl, selector) => {
    const hart = hartWithTable('32', cpl);
    loadSegment(hart, seg, selector);
    expect(hart.read('selector', seg)).toBe(BigInt(selector));
  });
  it('of SS null below level 3 in 64-bit mode', () => {
    const hart = hartWithTable('64');
    loadSegment(hart, SEG.ss, 0);
    expect(hart.read('selector', SEG.ss)).toBe(0n);
  });
});

describe('offsets need a closer look', () => {
  it.each<[string, number, bigint, bigint]>([
    ['for all accesses by a null selector', 0, 0n, 0n],
    ['for writes to data that cannot be written', 0x18, 0xfffn, 0n],
    ['for writes to code', 0x08, 0xfffn, 0n],
    ['for all accesses to expand-down segments', 0x48, 0n, 0n],
  ])('%s', (_, selector, read, write) => {
    const hart = hartWithTable();
    loadSegment(hart, SEG.es, selector);
    expect([hart.read('readTop', SEG.es), hart.read('writeTop', SEG.es)]).toEqual([read, write]);
  });
  it('never in 64-bit mode, and again behind it', () => {
    const hart = hartWithTable('64');
    loadSegment(hart, SEG.fs, 0);
    expect(hart.read('readTop', SEG.fs)).toBe(FLAT_TOP);
    const code = segmentOf(hart, SEG.cs);
    setSegment(hart, SEG.cs, { ...code, attributes: 0xc9bn });
    expect(hart.read('readTop', SEG.fs)).toBe(0n);
    setSegment(hart, SEG.cs, code);
    expect(hart.read('readTop', SEG.fs)).toBe(FLAT_TOP);
  });
});

describe('the linear address of an access', () => {
  const at = (
    selector: number,
    offset: bigint,
    bytes: number,
    access: 'read' | 'write' = 'read',
    seg: number = SEG.es,
  ) => {
    const hart = hartWithTable();
    loadSegment(hart, seg, selector);
    return () => linearOf(hart, seg, offset, bytes, access);
  };
  it.each<[string, number, bigint, number, bigint]>([
    ['ends at the limit', 0x10, 0xffcn, 4, 0x5_0ffcn],
    ['is above the limit of an expand-down segment', 0x48, 0x1000n, 4, 0x5_1000n],
    ['is up to 64 KiB in one of 16 bits', 0x48, 0xfffcn, 4, 0x5_fffcn],
    ['is up to 4 GiB in one of 32 bits, and wraps', 0x50, 0xffff_fffcn, 4, 0x4_fffcn],
  ])('%s', (_, selector, offset, bytes, address) => expect(at(selector, offset, bytes)()).toBe(address));
  it.each<[string, () => bigint, number]>([
    ['runs over the limit', at(0x10, 0xffdn, 4), GP],
    ['is within the limit of an expand-down segment', at(0x48, 0xfffn, 1), GP],
    ['runs over 64 KiB in one of 16 bits', at(0x48, 0xfffdn, 4), GP],
    ['writes to data that cannot be written', at(0x18, 0n, 1, 'write'), GP],
    ['writes to code', at(0x08, 0n, 1, 'write'), GP],
    ['uses a null selector', at(0, 0n, 1), GP],
    ['runs over the limit of the stack', at(0x10, 0x1000n, 1, 'read', SEG.ss), SS],
  ])('is none where it %s', (_, access, vector) => expect(trapOf(access).cause).toBe(causeOf(vector)));
  it('is the sum with the bases of FS and GS alone in 64-bit mode, and canonical', () => {
    const hart = hartWithTable('64');
    hart.write('base', SEG.fs, 0xffff_8000_0000_0000n);
    hart.write('base', SEG.ds, 0x1000n);
    expect(linearOf(hart, SEG.fs, 0x10n, 8, 'write')).toBe(0xffff_8000_0000_0010n);
    expect(linearOf(hart, SEG.ds, 0x10n, 8, 'write')).toBe(0x10n);
    expect(trapOf(() => linearOf(hart, SEG.ds, 0x7fff_ffff_ffffn, 2, 'read')).cause).toBe(causeOf(GP));
    expect(trapOf(() => linearOf(hart, SEG.ss, 0x8000_0000_0000n, 1, 'read')).cause).toBe(causeOf(SS));
    hart.set('cr4', hart.get('cr4') | (1n << 12n));
    expect(linearOf(hart, SEG.ds, 0x8000_0000_0000n, 1, 'read')).toBe(0x8000_0000_0000n);
  });
});
