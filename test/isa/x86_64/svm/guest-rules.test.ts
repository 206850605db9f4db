/** VMRUN refuses illegal guests. @see AMD64 APM volume 2, 15.5.1, 15.20, 15.25.3 */
import { describe, expect, it } from 'vitest';
import { GUEST_RULES } from '../../../../src/isa/x86_64/svm/guest-rules';
import { vmcbReader } from '../../../../src/isa/x86_64/svm/vmcb';
import { AFTER_VMRUN, execute, type Fields, fieldOf, goOn, host, LONG, VMCB } from './guest';

const INVALID = 0xffff_ffff_ffff_ffffn;
const event = (type: number, vector: number): Fields => ({
  EVENTINJ: 0x8000_0000n | (BigInt(type) << 8n) | BigInt(vector),
});
const NESTED: Fields = { NP_CONTROL: 1n, N_CR3: 0xa000n };

/** Index in `GUEST_RULES`, what is wrong. */
const ILLEGAL: [string, number, Fields, Fields?][] = [
  ['EFER.SVME clear', 0, { EFER: 0n }],
  ['CR0.NW without CR0.CD', 1, { CR0: 0x2000_0011n }],
  ['bit 32 of CR0', 2, { CR0: 0x1_0000_0011n }],
  ['bit 63 of CR0', 2, { CR0: 0x8000_0000_0000_0011n }],
  ['bit 40 of CR3, with physical addresses of 40 bits', 3, { ...LONG, CR3: 1n << 40n }],
  ['bit 63 of CR3', 3, { ...LONG, CR3: 1n << 63n }],
  ['bit 12 of CR4 without LA57', 4, { CR4: 1n << 12n }],
  ['bit 15 of CR4', 4, { CR4: 1n << 15n }],
  ['bit 24 of CR4', 4, { CR4: 1n << 24n }],
  ['bit 32 of CR4', 4, { CR4: 1n << 32n }],
  ['bit 32 of DR6', 5, { DR6: 0x1_ffff_0ff0n }],
  ['bit 63 of DR7', 6, { DR7: 0x8000_0000_0000_0400n }],
  ['bit 1 of EFER', 7, { EFER: 0x1002n }],
  ['bit 16 of EFER', 7, { EFER: 0x1_1000n }],
  ['EFER.LME with paging without CR4.PAE', 8, { ...LONG, CR4: 0n }],
  ['EFER.LME with paging without protection', 9, { ...LONG, CR0: 0x8000_0010n }],
  ['CS.L and CS.D in long mode', 10, { ...LONG, 'CS.attrib': 0xe9bn }],
  ['VMRUN not intercepted', 11, { INTERCEPT_4: 0xfffen }],
  ['the I/O map at the end of physical addresses', 12, { IOPM_BASE_PA: (1n << 40n) - 0x2000n }],
  ['the MSR map at the end of physical addresses', 13, { MSRPM_BASE_PA: (1n << 40n) - 0x1000n }],
  ['an event of reserved type 1', 14, event(1, 32)],
  ['an event of reserved type 5', 14, event(5, 32)],
  ['an event of reserved type 7', 14, event(7, 32)],
  ['NMI as an exception', 14, event(3, 2)],
  ['an exception by vector 32', 14, event(3, 32)],
  ['an exception by vector 15, which none has', 14, event(3, 15)],
  ['ASID 0', 15, { GUEST_ASID: 0n }],
  ['nested paging under a host without paging', 16, NESTED, { cr0: 0x11n, efer: 0x1000n }],
  ['bit 45 of N_CR3', 17, { ...NESTED, N_CR3: 1n << 45n }],
  ['memory type 2 in G_PAT', 18, { ...NESTED, G_PAT: 0x0002_0000_0000_0000n }],
  ['a reserved bit in G_PAT', 18, { ...NESTED, G_PAT: 0x0000_0000_0000_0008n }],
];

const LEGAL_ONES: [string, Fields, Fields?][] = [
  ['flat 32-bit protected mode', {}],
  ['64-bit mode', LONG],
  ['compatibility mode', { ...LONG, 'CS.attrib': 0xc9bn }],
  ['real mode', { CR0: 0x10n }],
  ['real mode with paging, which only VMRUN can make', { CR0: 0x8000_0010n }],
  ['CR0.NW with CR0.CD', { CR0: 0x6000_0011n }],
  ['EFER.LME without paging', { EFER: 0x1100n }],
  ['low reserved bits of CR3', { ...LONG, CR3: 0x9fe7n }],
  [
    'maps that end where physical addresses do',
    { IOPM_BASE_PA: (1n << 40n) - 0x3000n, MSRPM_BASE_PA: (1n << 40n) - 0x2000n },
  ],
  ['maps whose low 12 bits do not count', { IOPM_BASE_PA: (1n << 40n) - 0x2001n }],
  ['an event of reserved type that is not valid', { EVENTINJ: 0x120n }],
  ['a page fault to inject', event(3, 14)],
  ['an NMI to inject', event(2, 2)],
  ['nested paging', NESTED],
  ['a G_PAT that nobody uses without nested paging', { G_PAT: 0xffn }],
];

describe('VMRUN', () => {
  it.each<[string, number, Fields, Fields?]>(ILLEGAL)('refuses a guest with %s', (_, rule, fields, slots) => {
    const hart = host(fields, slots);
    const rip = hart.read('r', 4);
    execute(hart, 'vmrun');
    goOn(hart);
    expect(fieldOf(hart, 'EXITCODE')).toBe(INVALID);
    expect(hart.pc).toBe(AFTER_VMRUN);
    expect([hart.get('isGuest'), hart.get('gif'), hart.read('r', 4)]).toEqual([0n, 0n, rip]);
    expect(brokenBy(fields, slots)[0]).toBe(rule);
  });

  it.each<[string, Fields, Fields?]>(LEGAL_ONES)('enters a guest with %s', (_, fields, slots) => {
    const hart = host(fields, slots);
    execute(hart, 'vmrun');
    expect(hart.get('isGuest')).toBe(1n);
    expect(hart.get('gif')).toBe(1n);
  });

  it('has a test for each rule', () => {
    expect([...new Set(ILLEGAL.map(([, rule]) => rule))]).toEqual(GUEST_RULES.map((_, index) => index));
  });
});

/** The rules that are broken, by index. */
const brokenBy = (fields: Fields, slots: Fields = {}): number[] => {
  const hart = host(fields, slots);
  const context = { state: hart, hostCr0: hart.get('cr0') };
  return GUEST_RULES.flatMap((rule, index) => (rule.isBroken(vmcbReader(hart, VMCB), context) ? [index] : []));
};
