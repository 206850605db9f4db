/** Control and debug registers. @see AMD64 APM volume 2, 3.1, 13.1.1 and 14.5 to 14.8; volume 3, "MOV CRn" */
import { describe, expect, it } from 'vitest';
import { CR0, CR4, EFER } from '../../../../src/isa/x86_64/bits';
import { causeOf, VECTOR, vmExitOf } from '../../../../src/isa/x86_64/causes';
import { clts, lmsw, readControl, smsw, writeControl } from '../../../../src/isa/x86_64/control-registers';
import { readDebug, writeDebug } from '../../../../src/isa/x86_64/debug-registers';
import { setSegment } from '../../../../src/isa/x86_64/segments';
import { SEG } from '../../../../src/isa/x86_64/state';
import { trapOf } from '../../../support/fake-hart';
import { hartIn, type Mode, type Slots } from './hart';

const GP = causeOf(VECTOR.GP);
const UD = causeOf(VECTOR.UD);
const LONG = CR0.PE | CR0.PG | CR0.ET | CR0.NE;

describe('a write of a control register is #GP', () => {
  it.each<[string, Mode, number, bigint, Slots]>([
    ['CR0 with bits above 31', '64', 0, LONG | (1n << 32n), {}],
    ['CR0 with paging and no protection', 'real', 0, CR0.PG, {}],
    ['CR0 with NW and no CD', '32', 0, CR0.PE | CR0.NW, {}],
    ['CR0 without paging in 64-bit mode', '64', 0, CR0.PE, {}],
    ['CR0 without paging while PCIDs are on', 'compatibility', 0, CR0.PE, { cr4: CR4.PAE | CR4.PCIDE }],
    ['CR0 into long mode without PAE', '32', 0, LONG, { efer: EFER.LME }],
    ['CR3 with bits above physical addresses', '64', 3, 1n << 48n, {}],
    ['CR3 with bit 63 and no PCIDs', '64', 3, 1n << 63n, {}],
    ['CR3 with bits above 31 in legacy mode', '32', 3, 1n << 32n, {}],
    ['CR4 with a reserved bit', '64', 4, CR4.PAE | (1n << 15n), {}],
    ['CR4 with VME, which no model has', '32', 4, CR4.VME, {}],
    ['CR4 without PAE in long mode', '64', 4, 0n, {}],
    ['CR4 with 5 levels in long mode', '64', 4, CR4.PAE | CR4.LA57, {}],
    ['CR4 with PCIDs outside long mode', '32', 4, CR4.PCIDE, {}],
    ['CR4 with PCIDs while CR3 has one', '64', 4, CR4.PAE | CR4.PCIDE, { cr3: 0x1001n }],
    ['CR8 with bits above 3', '64', 8, 0x10n, {}],
  ])('of %s', (_, mode, number, value, slots) => {
    expect(trapOf(() => writeControl(hartIn(mode, slots), number, value, 0)).cause).toBe(GP);
  });
  it('of anything at level 3', () => {
    expect(trapOf(() => writeControl(hartIn('64', {}, { cpl: 3 }), 3, 0n, 0)).cause).toBe(GP);
    expect(trapOf(() => readControl(hartIn('64', {}, { cpl: 3 }), 0, 0)).cause).toBe(GP);
  });
  it('but #UD of those that there are not, at any level', () => {
    expect(trapOf(() => writeControl(hartIn('64', {}, { cpl: 3 }), 1, 0n, 0)).cause).toBe(UD);
    expect(trapOf(() => readControl(hartIn('64'), 5, 0)).cause).toBe(UD);
  });
  it('of CR4 with what the model does not have', () => {
    const write = (model: string) => () => writeControl(hartIn('64', {}, { model }), 4, CR4.PAE | CR4.SMAP, 0);
    expect(trapOf(write('qemu64')).cause).toBe(GP);
    write('EPYC')();
  });
});

describe('modes', () => {
  it('protected mode keeps what segments hold, and asks their types again', () => {
    const hart = hartIn('real');
    setSegment(hart, SEG.cs, { selector: 0n, base: 0n, limit: 0xffffn, attributes: 0x9bn });
    expect(hart.read('writeTop', SEG.cs)).toBe(0xffffn);
    writeControl(hart, 0, CR0.PE, 0);
    expect(hart.get('cr0')).toBe(CR0.PE | CR0.ET);
    expect(hart.read('writeTop', SEG.cs)).toBe(0n);
    expect(hart.calls).toContain('context');
  });
  it('long mode comes with paging and goes with it', () => {
    const hart = hartIn('32', { cr4: CR4.PAE, efer: EFER.LME });
    writeControl(hart, 0, LONG, 0);
    expect(hart.get('efer')).toBe(EFER.LME | EFER.LMA);
    writeControl(hart, 0, CR0.PE, 0);
    expect(hart.get('efer')).toBe(EFER.LME);
  });
  it('long mode does not come in code that is marked as 64-bit, or with a TSS of 16 bits', () => {
    const hart = hartIn('32', { cr4: CR4.PAE, efer: EFER.LME });
    setSegment(hart, SEG.cs, { selector: 8n, base: 0n, limit: 0xffff_ffffn, attributes: 0xa9bn });
    expect(trapOf(() => writeControl(hart, 0, LONG, 0)).cause).toBe(GP);
    const other = hartIn('32', { cr4: CR4.PAE, efer: EFER.LME });
    setSegment(other, SEG.tr, { selector: 8n, base: 0n, limit: 0x2cn, attributes: 0x83n });
    expect(trapOf(() => writeControl(other, 0, LONG, 0)).cause).toBe(GP);
  });
  it('a root of PAE tables is checked as it is loaded', () => {
    const hart = hartIn('32', { cr0: LONG, cr4: CR4.PAE });
    hart.store(0x5008n, 8, 0x6001n);
    writeControl(hart, 3, 0x5000n, 0);
    hart.store(0x5010n, 8, 0x6003n);
    expect(trapOf(() => writeControl(hart, 3, 0x5000n, 0)).cause).toBe(GP);
    hart.set('isNested', 1n);
    writeControl(hart, 3, 0x5000n, 0);
  });
});

describe('CR0', () => {
  it('always has ET and never the bits that there are not', () => {
    const hart = hartIn('real');
    writeControl(hart, 0, 0xffc0n, 0);
    expect(hart.get('cr0')).toBe(CR0.ET);
  });
  it('is set in its low bits by LMSW, which does not clear PE', () => {
    const hart = hartIn('32');
    lmsw(hart, 0xfffen);
    expect(hart.get('cr0')).toBe(CR0.PE | CR0.MP | CR0.EM | CR0.TS | CR0.ET | CR0.NE);
    clts(hart);
    expect(smsw(hart)).toBe(CR0.PE | CR0.MP | CR0.EM | CR0.ET | CR0.NE);
  });
  it('is told to programs by SMSW, but with CR4.UMIP', () => {
    expect(smsw(hartIn('32', {}, { cpl: 3 }))).toBe(hartIn('32').get('cr0'));
    expect(trapOf(() => smsw(hartIn('32', { cr4: CR4.UMIP }, { cpl: 3 }))).cause).toBe(GP);
  });
});

describe('CR3', () => {
  it('keeps no bit 63, which asks for translations to be kept', () => {
    const hart = hartIn('64', { cr4: CR4.PAE | CR4.PCIDE });
    writeControl(hart, 3, (1n << 63n) | 0x5001n, 0);
    expect(hart.get('cr3')).toBe(0x5001n);
    expect(hart.calls).toContain('host translations');
  });
});

describe('CR8', () => {
  it('is the task priority of the local APIC', () => {
    const hart = hartIn('64');
    writeControl(hart, 8, 5n, 0);
    expect(hart.spaces.get('apic 8')).toBe(0x50n);
    expect(readControl(hart, 8, 0)).toBe(5n);
    expect(hart.calls).toContain('interrupts');
  });
  it('is the guest’s own with V_INTR_MASKING', () => {
    const hart = hartIn('64', { isGuest: 1n, vIntr: 1n << 24n });
    writeControl(hart, 8, 5n, 0);
    expect([hart.get('vIntr'), hart.spaces.size, readControl(hart, 8, 0)]).toEqual([(1n << 24n) | 5n, 0, 5n]);
  });
});

describe('a guest exits', () => {
  const MOV = 1n << 63n;
  it.each<[string, Slots, () => (hart: ReturnType<typeof hartIn>) => void, number, bigint]>([
    ['by a read of CR3', { interceptCr: 8n }, () => (hart) => readControl(hart, 3, 5), 0x03, MOV | 5n],
    [
      'by a write of CR4',
      { interceptCr: 1n << 20n },
      () => (hart) => writeControl(hart, 4, CR4.PAE, 1),
      0x14,
      MOV | 1n,
    ],
    ['by LMSW', { interceptCr: 1n << 16n }, () => (hart) => lmsw(hart, 1n), 0x10, 0n],
    ['by SMSW', { interceptCr: 1n }, () => (hart) => smsw(hart), 0x00, 0n],
    [
      'by a change of CR0.EM',
      { intercept3: 32n },
      () => (hart) => writeControl(hart, 0, LONG | CR0.EM, 2),
      0x65,
      MOV | 2n,
    ],
    ['by a read of DR7', { interceptDr: 128n }, () => (hart) => readDebug(hart, 7, 3), 0x27, 3n],
    [
      'by a write of DR5, which is DR7',
      { interceptDr: 1n << 23n },
      () => (hart) => writeDebug(hart, 5, 0n, 0),
      0x37,
      0n,
    ],
  ])('%s', (_, slots, action, code, info) => {
    const hart = hartIn('64', { isGuest: 1n, ...slots });
    expect(trapOf(() => action()(hart))).toMatchObject({ cause: vmExitOf(code), tval: info });
  });
  it('not by a change of CR0.TS alone where the change of others is asked for, nor by what is #GP', () => {
    const hart = hartIn('64', { isGuest: 1n, intercept3: 32n, interceptCr: 1n << 20n });
    writeControl(hart, 0, LONG | CR0.TS, 0);
    expect(trapOf(() => writeControl(hart, 4, 0n, 0)).cause).toBe(GP);
  });
});

describe('debug registers', () => {
  it.each<[number, bigint, number, bigint]>([
    [0, 0xffff_8000_0000_1234n, 0, 0xffff_8000_0000_1234n],
    [6, 0xffff_ffffn, 6, 0xffff_efffn],
    [6, 0n, 4, 0xffff_0ff0n],
    [7, 0n, 5, 0x400n],
    [7, 0xffff_dfffn, 7, 0xffff_0fffn],
  ])('DR%i keeps its bits', (number, value, read, expected) => {
    const hart = hartIn('64');
    writeDebug(hart, number, value, 0);
    expect(readDebug(hart, read, 0)).toBe(expected);
  });
  it('6 and 7 are #GP with bits above 31', () => {
    expect(trapOf(() => writeDebug(hartIn('64'), 7, 1n << 32n, 0)).cause).toBe(GP);
  });
  it('4 and 5 are #UD with CR4.DE, and 8 to 15 always', () => {
    expect(trapOf(() => readDebug(hartIn('64', { cr4: CR4.PAE | CR4.DE }), 4, 0)).cause).toBe(UD);
    expect(trapOf(() => readDebug(hartIn('64'), 8, 0)).cause).toBe(UD);
  });
  it('are for level 0', () => expect(trapOf(() => readDebug(hartIn('64', {}, { cpl: 3 }), 0, 0)).cause).toBe(GP));
  it('are protected by DR7.GD', () => {
    const hart = hartIn('64', { dr7: 0x2400n });
    expect(trapOf(() => readDebug(hart, 0, 0)).cause).toBe(causeOf(VECTOR.DB));
    expect(hart.get('dr6')).toBe(0xffff_2ff0n);
  });
});
