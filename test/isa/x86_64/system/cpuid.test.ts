/** What CPUID tells. @see AMD64 APM volume 3, appendix E; QEMU 10 for the values of its models */
import { describe, expect, it } from 'vitest';
import { vmExitOf } from '../../../../src/isa/x86_64/causes';
import { type CpuidResult, cpuid, cpuidOf } from '../../../../src/isa/x86_64/cpuid';
import { FEATURE_WORDS } from '../../../../src/isa/x86_64/cpuid-features';
import { CPUS } from '../../../../src/isa/x86_64/cpus';
import { MSR_SLOTS } from '../../../../src/isa/x86_64/msr-slots';
import { MSRS } from '../../../../src/isa/x86_64/msrs';
import { trapOf } from '../../../support/fake-hart';
import { hartIn, type Slots } from './hart';

const told = (model: string, leaf: number, subleaf = 0, slots: Slots = {}): CpuidResult =>
  cpuidOf(hartIn('64', slots, { model }), leaf, subleaf);

const text = ({ ebx, edx, ecx }: CpuidResult): string => {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  for (const [at, value] of [ebx, edx, ecx].entries()) view.setUint32(4 * at, value, true);
  return String.fromCharCode(...bytes);
};

describe('CPUID of qemu64 is QEMU’s', () => {
  it.each<[number, Partial<CpuidResult>]>([
    [0x1, { eax: 0x6_0fb1, ebx: 0x800, ecx: 0x8000_2001, edx: 0x078b_fbfd }],
    [0x8000_0000, { eax: 0x8000_000a }],
    [0x8000_0001, { eax: 0x6_0fb1, ecx: 0x5, edx: 0x2193_fbfd }],
    [0x8000_000a, { eax: 1, ebx: 16, edx: 1 }],
    [0x8000_0008, { eax: 0x3028 }],
  ])('in leaf %i', (leaf, expected) => expect(told('qemu64', leaf)).toMatchObject(expected));
  it('with the vendor and highest leaf', () => {
    expect(told('qemu64', 0).eax).toBe(0xd);
    expect(text(told('qemu64', 0))).toBe('AuthenticAMD');
    expect(text(told('qemu64', 0x8000_0000))).toBe('AuthenticAMD');
  });
});

describe('CPUID', () => {
  it('has EPYC’s signature, and its bits of leaf 8000_0001h that there are instructions for', () => {
    expect(told('EPYC', 1).eax).toBe(0x80_0f12);
    expect(told('EPYC', 0x8000_0001).edx).toBe(0x2d93_fbfd);
  });
  it('claims no AVX on any model', () => {
    for (const { name } of CPUS) {
      expect(told(name, 1).ecx & (1 << 28)).toBe(0);
      expect(told(name, 7).ebx & (1 << 5)).toBe(0);
    }
  });
  it('spells the name of the processor', () => {
    const leaves = [0x8000_0002, 0x8000_0003, 0x8000_0004].map((leaf) => told('EPYC', leaf));
    const words = leaves.flatMap(({ eax, ebx, ecx, edx }) => [eax, ebx, ecx, edx]);
    const name = String.fromCharCode(...new Uint8Array(new Uint32Array(words).buffer)).replace(/\0+$/, '');
    expect(name).toBe('AMD EPYC Processor');
  });
  it('tells processors apart: 4 have ids of 2 bits', () => {
    const hart = hartIn('64', { processors: 4n });
    expect(cpuidOf(hart, 1, 0).ebx).toBe(0x4_0800);
    expect(cpuidOf(hart, 1, 0).edx & (1 << 28)).not.toBe(0);
    expect(cpuidOf(hart, 0xb, 1)).toEqual({ eax: 2, ebx: 4, ecx: 0x201, edx: 0 });
    expect(cpuidOf(hart, 0x8000_0008, 0).ecx).toBe(0x2003);
  });
  it('shows CR4.OSXSAVE, and no APIC while it is off', () => {
    expect(told('max', 1, 0, { cr4: 1n << 18n }).ecx & (1 << 27)).not.toBe(0);
    expect(told('max', 1, 0, { APIC_BASE: 0xfee0_0000n }).edx & (1 << 9)).toBe(0);
  });
  it('sizes XSAVE’s area for x87 and SSE', () => {
    expect(told('max', 0xd)).toEqual({ eax: 3, ebx: 576, ecx: 576, edx: 0 });
    expect(told('qemu64', 0xd)).toEqual({ eax: 0, ebx: 0, ecx: 0, edx: 0 });
  });
  it('is zeros where there is no such leaf', () => {
    const zeros = { eax: 0, ebx: 0, ecx: 0, edx: 0 };
    expect([told('qemu64', 0x8000_001e), told('EPYC', 0x9000_0000), told('EPYC', 0x14)]).toEqual([zeros, zeros, zeros]);
  });
  it('writes the registers zero-extended, and exits from a guest that is not to have it', () => {
    const hart = hartIn('64');
    for (const register of [1, 2, 3]) hart.write('r', register, -1n);
    hart.write('r', 0, 0xdead_0000_0000_0000n);
    cpuid(hart);
    expect([hart.read('r', 0), hart.read('r', 3)]).toEqual([0xdn, 0x6874_7541n]);
    hart.set('isGuest', 1n);
    hart.set('intercept3', 1n << 18n);
    expect(trapOf(() => cpuid(hart)).cause).toBe(vmExitOf(0x72));
  });
  it('has every feature in one place', () => {
    const places = FEATURE_WORDS.flatMap(({ leaf, subleaf, register, bits }) =>
      Object.values(bits).map((bit) => `${leaf} ${subleaf} ${register} ${bit}`),
    );
    expect(new Set(places).size).toBe(places.length);
  });
});

it('every MSR has one number, and a slot or a value of its own', () => {
  expect(new Set(MSRS.map(({ number }) => number)).size).toBe(MSRS.length);
  const hart = hartIn('64');
  for (const { name, constant, read } of MSRS) if (constant === undefined && !read) hart.get(name);
  const rows = new Set(MSRS.map(({ name }) => name));
  expect(MSR_SLOTS.filter((slot) => !rows.has(slot))).toEqual(['TSC_OFFSET']);
});
