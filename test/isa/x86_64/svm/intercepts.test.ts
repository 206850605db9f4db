/** Which bit of a VMCB asks for which exit, and what the exit tells. @see AMD64 APM volume 2, 15.9 to 15.14, Appendices B and C */
import { describe, expect, it } from 'vitest';
import { Trap } from '../../../../src/isa/core/privileged';
import { MARK } from '../../../../src/isa/x86_64/causes';
import { exitOfTrap } from '../../../../src/isa/x86_64/svm/exit';
import { EXIT_NAMES, exitName } from '../../../../src/isa/x86_64/svm/exit-codes';
import { exitInfoText } from '../../../../src/isa/x86_64/svm/exit-info';
import { checkIntercept, checkIo, checkMsr, type IoAccess } from '../../../../src/isa/x86_64/svm/intercepts';
import { INTERCEPT_SLOTS } from '../../../../src/isa/x86_64/svm/vmcb-control';
import type { FakeHart } from '../../../support/fake-hart';
import { guest, host, IOPM, MSRPM } from './guest';

/** Offset of the word, bit, exit code and its name, from the manual's tables B-1 and C-1. */
const BITS: readonly (readonly [number, number, number, string])[] = [
  [0x00, 0, 0x00, 'CR0_READ'],
  [0x00, 3, 0x03, 'CR3_READ'],
  [0x00, 8, 0x08, 'CR8_READ'],
  [0x00, 16, 0x10, 'CR0_WRITE'],
  [0x00, 19, 0x13, 'CR3_WRITE'],
  [0x00, 24, 0x18, 'CR8_WRITE'],
  [0x04, 7, 0x27, 'DR7_READ'],
  [0x04, 22, 0x36, 'DR6_WRITE'],
  [0x08, 1, 0x41, 'EXCP1'],
  [0x08, 6, 0x46, 'EXCP6'],
  [0x08, 14, 0x4e, 'EXCP14'],
  [0x0c, 0, 0x60, 'INTR'],
  [0x0c, 1, 0x61, 'NMI'],
  [0x0c, 2, 0x62, 'SMI'],
  [0x0c, 3, 0x63, 'INIT'],
  [0x0c, 4, 0x64, 'VINTR'],
  [0x0c, 5, 0x65, 'CR0_SEL_WRITE'],
  [0x0c, 6, 0x66, 'IDTR_READ'],
  [0x0c, 7, 0x67, 'GDTR_READ'],
  [0x0c, 8, 0x68, 'LDTR_READ'],
  [0x0c, 9, 0x69, 'TR_READ'],
  [0x0c, 10, 0x6a, 'IDTR_WRITE'],
  [0x0c, 11, 0x6b, 'GDTR_WRITE'],
  [0x0c, 12, 0x6c, 'LDTR_WRITE'],
  [0x0c, 13, 0x6d, 'TR_WRITE'],
  [0x0c, 14, 0x6e, 'RDTSC'],
  [0x0c, 15, 0x6f, 'RDPMC'],
  [0x0c, 16, 0x70, 'PUSHF'],
  [0x0c, 17, 0x71, 'POPF'],
  [0x0c, 18, 0x72, 'CPUID'],
  [0x0c, 19, 0x73, 'RSM'],
  [0x0c, 20, 0x74, 'IRET'],
  [0x0c, 21, 0x75, 'SWINT'],
  [0x0c, 22, 0x76, 'INVD'],
  [0x0c, 23, 0x77, 'PAUSE'],
  [0x0c, 24, 0x78, 'HLT'],
  [0x0c, 25, 0x79, 'INVLPG'],
  [0x0c, 26, 0x7a, 'INVLPGA'],
  [0x0c, 27, 0x7b, 'IOIO'],
  [0x0c, 28, 0x7c, 'MSR'],
  [0x0c, 29, 0x7d, 'TASK_SWITCH'],
  [0x0c, 30, 0x7e, 'FERR_FREEZE'],
  [0x0c, 31, 0x7f, 'SHUTDOWN'],
  [0x10, 0, 0x80, 'VMRUN'],
  [0x10, 1, 0x81, 'VMMCALL'],
  [0x10, 2, 0x82, 'VMLOAD'],
  [0x10, 3, 0x83, 'VMSAVE'],
  [0x10, 4, 0x84, 'STGI'],
  [0x10, 5, 0x85, 'CLGI'],
  [0x10, 6, 0x86, 'SKINIT'],
  [0x10, 7, 0x87, 'RDTSCP'],
  [0x10, 8, 0x88, 'ICEBP'],
  [0x10, 9, 0x89, 'WBINVD'],
  [0x10, 10, 0x8a, 'MONITOR'],
  [0x10, 11, 0x8b, 'MWAIT'],
  [0x10, 12, 0x8c, 'MWAIT_CONDITIONAL'],
  [0x10, 13, 0x8d, 'XSETBV'],
  [0x10, 14, 0x8e, 'RDPRU'],
  [0x10, 15, 0x8f, 'EFER_WRITE_TRAP'],
  [0x10, 16, 0x90, 'CR0_WRITE_TRAP'],
  [0x14, 0, 0xa0, 'INVLPGB'],
  [0x14, 2, 0xa2, 'INVPCID'],
];

/** The exit that an action leads to. */
const exitOf = (action: () => void) => {
  try {
    action();
  } catch (error) {
    if (!(error instanceof Trap)) throw error;
    expect(error.trapCause & MARK.vmExit).not.toBe(0);
    const { code, info1, info2 } = exitOfTrap(error.trapCause, error.tval, 0n, error.detail);
    return { code, info1, info2 };
  }
  return undefined;
};

const withBit = (offset: number, bit: number): FakeHart => {
  const hart = guest();
  for (const [word, slot] of INTERCEPT_SLOTS.entries()) hart.set(slot, word * 4 === offset ? 1n << BigInt(bit) : 0n);
  return hart;
};

describe('an intercept', () => {
  it.each(BITS)('in the word at %i, bit %i, is exit %i, VMEXIT_%s', (offset, bit, code, name) => {
    expect(exitName(BigInt(code))).toBe(`VMEXIT_${name}`);
    const hart = withBit(offset, bit);
    expect(exitOf(() => checkIntercept(hart, code, 5n, 6n))).toEqual({ code, info1: 5n, info2: 6n });
    const others = [...EXIT_NAMES.keys()].filter((other) => other !== code);
    expect(others.filter((other) => exitOf(() => checkIntercept(hart, other)) !== undefined)).toEqual([]);
  });

  it('comes from the words of the VMCB', () => {
    const words = [1n, 2n, 4n, 8n, 0x11n, 0x20n];
    const hart = guest(Object.fromEntries(words.map((word, n) => [`INTERCEPT_${n}`, word])));
    expect(INTERCEPT_SLOTS.map((slot) => hart.get(slot))).toEqual(words);
  });

  it('is none of the host', () => {
    const hart = host();
    for (const slot of INTERCEPT_SLOTS) hart.set(slot, 0xffff_ffffn);
    expect(exitOf(() => checkIntercept(hart, 0x78))).toBeUndefined();
  });

  it('VMEXIT_INVALID is all ones', () => {
    expect(exitName(0xffff_ffff_ffff_ffffn)).toBe('VMEXIT_INVALID');
    expect(exitName(0x400n)).toBe('VMEXIT_NPF');
    expect(exitName(0x3ffn)).toBeUndefined();
  });
});

const set = (hart: FakeHart, map: bigint, bit: number): void => {
  const at = map + BigInt(bit >> 3);
  hart.memory.set(at, (hart.memory.get(at) ?? 0) | (1 << (bit & 7)));
};

describe('the I/O permission map', () => {
  const OUT_8: IoAccess = { port: 0x21, bytes: 1, isIn: false, addressBits: 64 };
  const io = (access: Partial<IoAccess>, ...ports: number[]) => {
    const hart = guest({ INTERCEPT_3: 1n << 27n });
    hart.length = 1;
    for (const port of ports) set(hart, IOPM, port);
    return exitOf(() => checkIo(hart, { ...OUT_8, ...access }));
  };

  it.each<[string, Partial<IoAccess>, number, bigint]>([
    ['OUT of a byte to port 21h', {}, 0x21, 0x0021_0210n],
    ['IN of two bytes', { isIn: true, bytes: 2, addressBits: 32 }, 0x21, 0x0021_0121n],
    ['IN of four bytes by its last port', { isIn: true, bytes: 4, addressBits: 16 }, 0x24, 0x0021_00c1n],
    ['REP INSB to ES', { isIn: true, isString: true, isRepeated: true, segment: 0 }, 0x21, 0x0021_021dn],
    ['OUTSW from FS', { isString: true, bytes: 2, segment: 4 }, 0x22, 0x0021_1224n],
    ['four bytes beyond the last port', { port: 0xffff, bytes: 4 }, 0x1_0001, 0xffff_0240n],
  ])('%s', (_, access, port, info1) => {
    expect(io(access, port)).toEqual({ code: 0x7b, info1, info2: 0x1001n });
  });

  it('lets pass what it has no bit for', () => {
    expect(io({}, 0x20, 0x22)).toBeUndefined();
    expect(io({ bytes: 2 }, 0x20, 0x23)).toBeUndefined();
  });

  it('is not looked at without the intercept', () => {
    const hart = guest();
    set(hart, IOPM, 0x21);
    expect(exitOf(() => checkIo(hart, OUT_8))).toBeUndefined();
  });
});

describe('the MSR permission map', () => {
  const msr = (number: number, isWrite: boolean, ...bits: number[]) => {
    const hart = guest({ INTERCEPT_3: 1n << 28n });
    for (const bit of bits) set(hart, MSRPM, bit);
    return exitOf(() => checkMsr(hart, number, isWrite));
  };

  it.each<[string, number, boolean, number]>([
    ['a read of MSR 0', 0, false, 0],
    ['a write of MSR 0', 0, true, 1],
    ['a write of APIC_BASE', 0x1b, true, 0x37],
    ['a read of MSR 1FFFh', 0x1fff, false, 0x3ffe],
    ['a read of EFER', 0xc000_0080, false, 0x800 * 8 + 0x100],
    ['a write of C0001FFFh', 0xc000_1fff, true, 0x800 * 8 + 0x3fff],
    ['a write of VM_HSAVE_PA', 0xc001_0117, true, 0x1000 * 8 + 0x22f],
  ])('has a bit for %s', (_, number, isWrite, bit) => {
    expect(msr(number, isWrite, bit)).toEqual({ code: 0x7c, info1: isWrite ? 1n : 0n, info2: 0n });
    expect(msr(number, isWrite, bit ^ 1)).toBeUndefined();
  });

  it.each([0x2000, 0x4000_0000, 0xbfff_ffff, 0xc000_2000, 0xc001_2000, 0xffff_ffff])(
    'MSR %i, which is outside, is intercepted',
    (number) => {
      expect(msr(number, false)).toEqual({ code: 0x7c, info1: 0n, info2: 0n });
    },
  );
});

describe('an exit in words', () => {
  it.each<[number, bigint, bigint, string]>([
    [0x7b, 0x0021_0210n, 0x1001n, 'OUT port 0x21, 1 byte, next 0x1001'],
    [0x7b, 0x0060_00c1n, 0x1001n, 'IN port 0x60, 4 bytes, next 0x1001'],
    [0x7b, 0x0060_021dn, 0x1002n, 'REP INS port 0x60, 1 byte, next 0x1002'],
    [0x7c, 0n, 0n, 'RDMSR'],
    [0x7c, 1n, 0n, 'WRMSR'],
    [0x400, 0x1_0000_0006n, 0xfee0_0320n, 'write, not present, of the final address, guest physical 0xfee00320'],
    [0x400, 0x2_0000_0005n, 0x5000n, "read, not permitted, while the guest's table was walked, guest physical 0x5000"],
    [0x400, 0x1_0000_000dn, 0x5000n, 'read, reserved bit, of the final address, guest physical 0x5000'],
    [0x400, 0x1_0000_0015n, 0x5000n, 'fetch, not permitted, of the final address, guest physical 0x5000'],
    [0x4e, 6n, 0x1234n, 'write, not present, address 0x1234'],
    [0x4d, 0x18n, 0n, 'error code 0x18'],
    [0x13, (1n << 63n) | 7n, 0n, 'MOV with rdi'],
    [0x10, 0n, 0n, ''],
    [0x37, 9n, 0n, 'MOV with r9'],
    [0x75, 0x80n, 0n, 'interrupt number 0x80'],
    [0x79, 0x4000n, 0n, 'linear address 0x4000'],
    [0x7d, 0x28n, 0n, 'selector of the new TSS 0x28'],
    [0x78, 0n, 0n, ''],
  ])('exit %i with %i and %i', (code, info1, info2, text) => {
    expect(exitInfoText(code, info1, info2)).toBe(text);
  });
});
