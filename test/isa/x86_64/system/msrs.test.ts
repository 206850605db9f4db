/** Model-specific registers. @see AMD64 APM volume 2, 3.1.7, 3.2, 7.7, 15.30 and 16.9 */
import { describe, expect, it } from 'vitest';
import { causeOf, VECTOR, vmExitOf } from '../../../../src/isa/x86_64/causes';
import { rdmsr, readMsr, writeMsr, wrmsr } from '../../../../src/isa/x86_64/msrs';
import { rdtsc } from '../../../../src/isa/x86_64/time-stamp';
import { trapOf } from '../../../support/fake-hart';
import { hartIn, type Slots } from './hart';

const GP = causeOf(VECTOR.GP);
const EFER = 0xc000_0080;

describe('an MSR', () => {
  it.each<[string, number, bigint, bigint]>([
    ['STAR', 0xc000_0081, 0x0023_0010_1234_5678n, 0x0023_0010_1234_5678n],
    ['LSTAR', 0xc000_0082, 0xffff_8000_0000_1000n, 0xffff_8000_0000_1000n],
    ['SFMASK, of 32 bits', 0xc000_0084, 0x1_0004_7700n, 0x4_7700n],
    ['FS_BASE', 0xc000_0100, 0x7fff_0000_0000n, 0x7fff_0000_0000n],
    ['KERNEL_GS_BASE', 0xc000_0102, 0xffff_8880_0000_0000n, 0xffff_8880_0000_0000n],
    ['SYSENTER_CS, of 16 bits', 0x174, 0x1_0008n, 8n],
    ['PAT', 0x277, 0x0007_0106_0007_0406n, 0x0007_0106_0007_0406n],
    ['an MTRR for a range', 0x201, 0xff_c000_0800n, 0xff_c000_0800n],
    ['a fixed MTRR', 0x250, 0x0606_0606_0606_0606n, 0x0606_0606_0606_0606n],
    ['the type of what no MTRR has', 0x2ff, 0xc06n, 0xc06n],
    ['VM_HSAVE_PA', 0xc001_0117, 0x1234_5000n, 0x1234_5000n],
    ['MC0_CTL', 0x400, 0xffff_ffff_ffff_ffffn, 0xffff_ffff_ffff_ffffn],
    ['MC0_STATUS, which is nothing', 0x401, 0n, 0n],
    ['NB_CFG, of which there is nothing', 0xc001_001f, 1n << 46n, 0n],
  ])('%s keeps what is written', (_, number, value, expected) => {
    const hart = hartIn('64');
    writeMsr(hart, number, value);
    expect(readMsr(hart, number)).toBe(expected);
  });
  it.each<[string, number, bigint, Slots]>([
    ['that there is not', 0xc000_0bad, 0n, {}],
    ['LSTAR that is not canonical', 0xc000_0082, 0x8000_0000_0000n, {}],
    ['GS_BASE that is not canonical', 0xc000_0101, 1n << 63n, {}],
    ['PAT with a type that there is not', 0x277, 0x02n, {}],
    ['an MTRR with UC-', 0x200, 7n, {}],
    ['an MTRR with a reserved bit', 0x201, 1n, {}],
    ['MTRRcap', 0xfe, 0n, {}],
    ['MC0_STATUS with an error', 0x401, 1n, {}],
    ['VM_HSAVE_PA within a page', 0xc001_0117, 0x1010n, {}],
    ['EFER with a reserved bit', EFER, 0x2n | 0xd00n, {}],
    ['EFER.LME with paging', EFER, 0x1n, {}],
    ['EFER.SVME where VM_CR forbids it', EFER, 0x1d01n, { VM_CR: 0x10n }],
    ['APIC_BASE with x2APIC and no APIC', 0x1b, 0xfee0_0400n, {}],
    ['APIC_BASE from x2APIC to xAPIC', 0x1b, 0xfee0_0800n, { APIC_BASE: 0xfee0_0d00n }],
    ['APIC_BASE from off to x2APIC', 0x1b, 0xfee0_0c00n, { APIC_BASE: 0xfee0_0000n }],
    ['a register of the APIC by MSR in xAPIC mode', 0x808, 0n, {}],
  ])('%s is #GP', (_, number, value, slots) => {
    expect(trapOf(() => writeMsr(hartIn('64', slots), number, value)).cause).toBe(GP);
  });
  it('that the model does not have is #GP', () => {
    expect(trapOf(() => readMsr(hartIn('64', {}, { model: 'qemu64' }), 0xc000_0103)).cause).toBe(GP);
    expect(readMsr(hartIn('64'), 0xc000_0103)).toBe(0n);
  });
});

it('HWCR says that an invariant time stamp counter has one frequency, whatever is written', () => {
  const hart = hartIn('64');
  expect(readMsr(hart, 0xc001_0015)).toBe(1n << 24n);
  writeMsr(hart, 0xc001_0015, 8n);
  expect(readMsr(hart, 0xc001_0015)).toBe(0x100_0008n);
  expect(readMsr(hartIn('64', {}, { model: 'qemu64' }), 0xc001_0015)).toBe(0n);
});

describe('EFER', () => {
  it('keeps LMA whatever is written', () => {
    const hart = hartIn('64');
    writeMsr(hart, EFER, 0x901n);
    expect(readMsr(hart, EFER)).toBe(0xd01n);
  });
  it('drops translations with NXE', () => {
    const hart = hartIn('64');
    writeMsr(hart, EFER, 0xd01n);
    expect(hart.calls).toContain('translations');
  });
});

it('VM_CR.LOCK keeps SVMDIS and itself', () => {
  const hart = hartIn('64');
  writeMsr(hart, 0xc001_0114, 0x18n);
  writeMsr(hart, 0xc001_0114, 0n);
  expect(readMsr(hart, 0xc001_0114)).toBe(0x18n);
});

describe('the local APIC', () => {
  it('is told of its base', () => {
    const hart = hartIn('64');
    writeMsr(hart, 0x1b, 0xfee0_0c00n);
    expect(hart.spaces.get('apic 1001')).toBe(0xfee0_0d00n);
  });
  it('has MSRs in x2APIC mode', () => {
    const hart = hartIn('64', { APIC_BASE: 0xfee0_0d00n });
    writeMsr(hart, 0x808, 0x20n);
    expect(hart.spaces.get('apic 8')).toBe(0x20n);
    expect(readMsr(hart, 0x808)).toBe(0x20n);
    expect(trapOf(() => readMsr(hart, 0x810)).cause).toBe(GP);
  });
  it('has the deadline of the time stamp counter in guest time', () => {
    const hart = hartIn('64', { TSC_OFFSET: 1000n });
    writeMsr(hart, 0x6e0, 5000n);
    expect(hart.spaces.get('apic 1002')).toBe(4000n);
    expect(readMsr(hart, 0x6e0)).toBe(5000n);
  });
});

describe('the time stamp counter', () => {
  it('counts guest time from what was written, and TSC_ADJUST tells the difference', () => {
    const hart = hartIn('64');
    hart.time = 100n;
    writeMsr(hart, 0x10, 1000n);
    hart.time = 150n;
    expect([readMsr(hart, 0x10), readMsr(hart, 0x3b)]).toEqual([1050n, 900n]);
    writeMsr(hart, 0x3b, 0n);
    expect(readMsr(hart, 0x10)).toBe(150n);
  });
  it('has a guest’s rate and offset', () => {
    const hart = hartIn('64', { isGuest: 1n, vmTscOffset: 0xffff_ffff_ffff_fff6n, TSC_RATIO: 2n << 32n });
    hart.time = 100n;
    expect(readMsr(hart, 0x10)).toBe(190n);
  });
  it('is not behind what another processor has read', () => {
    const [first, second] = [hartIn('64', { processors: 2n }), hartIn('64', { processors: 2n })];
    first.time = 500n;
    rdtsc(first);
    expect(first.spaces.get('apic 1003')).toBe(500n);
    second.spaces.set('apic 1003', 500n);
    second.time = 400n;
    rdtsc(second);
    expect(second.read('r', 0)).toBe(500n);
    second.time = 501n;
    rdtsc(second);
    expect(second.read('r', 0)).toBe(501n);
  });
  it('is in EDX and EAX, for programs unless CR4.TSD', () => {
    const hart = hartIn('64', {}, { cpl: 3 });
    hart.time = 0x1234_5678_9abcn;
    rdtsc(hart);
    expect([hart.read('r', 0), hart.read('r', 2)]).toEqual([0x5678_9abcn, 0x1234n]);
    hart.set('cr4', hart.get('cr4') | 4n);
    expect(trapOf(() => rdtsc(hart)).cause).toBe(GP);
  });
});

describe('RDMSR and WRMSR', () => {
  it('have the value in EDX and EAX', () => {
    const hart = hartIn('64');
    hart.write('r', 1, 0xffff_ffff_c000_0081n);
    hart.write('r', 0, 0x1111_1111_2222_2222n);
    hart.write('r', 2, 0x3333_3333_4444_4444n);
    wrmsr(hart);
    expect(hart.get('STAR')).toBe(0x4444_4444_2222_2222n);
    rdmsr(hart);
    expect([hart.read('r', 0), hart.read('r', 2)]).toEqual([0x2222_2222n, 0x4444_4444n]);
  });
  it('are for level 0', () => {
    expect(trapOf(() => rdmsr(hartIn('64', {}, { cpl: 3 }))).cause).toBe(GP);
  });
  it('exit from a guest as the permission map asks, of registers without a bit always', () => {
    const hart = hartIn('64', { isGuest: 1n, intercept3: 1n << 28n, msrpmBase: 0x9000n });
    hart.write('r', 1, 0xc000_0081n);
    rdmsr(hart);
    hart.store(0x9820n, 1, 0x08n);
    expect(trapOf(() => wrmsr(hart))).toMatchObject({ cause: vmExitOf(0x7c), tval: 1n });
    rdmsr(hart);
    hart.write('r', 1, 0x4000_0000n);
    expect(trapOf(() => rdmsr(hart))).toMatchObject({ cause: vmExitOf(0x7c), tval: 0n });
  });
});
