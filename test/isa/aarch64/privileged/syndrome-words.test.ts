/** Syndromes in words. @see Arm ARM, D19.2 "ESR_EL1" */
import { describe, expect, it } from 'vitest';
import { AARCH64 } from '../../../../src/isa/aarch64';

const words = (esr: bigint): string | undefined => AARCH64.syndrome?.words(esr);

describe('a syndrome in words', () => {
  it.each([
    [
      'a read of 8 bytes that stage 2 does not map',
      0x93c0_8006n,
      'EC 0x24 (data abort from a lower level), ISV 0x1 (SAS to AR are valid), SAS 0x3 (8 bytes), SRT 0x0 (x0), WnR 0x0 (read), DFSC 0x6 (translation fault, level 2)',
    ],
    [
      'a write of one byte that is not permitted',
      0x931f_004fn,
      'EC 0x24 (data abort from a lower level), ISV 0x1 (SAS to AR are valid), SAS 0x0 (1 byte), SRT 0x1f (wzr), WnR 0x1 (write), DFSC 0xf (permission fault, level 3)',
    ],
    [
      'a load that extends the sign and acquires',
      0x93a5_c007n,
      'EC 0x24 (data abort from a lower level), ISV 0x1 (SAS to AR are valid), SAS 0x2 (4 bytes), SSE 0x1 (sign-extended), SRT 0x5 (x5), AR 0x1 (acquire or release), WnR 0x0 (read), DFSC 0x7 (translation fault, level 3)',
    ],
    [
      'a walk of stage 1 that fails in stage 2',
      0x9200_0085n,
      'EC 0x24 (data abort from a lower level), S1PTW 0x1 (of a stage-1 table walk), WnR 0x0 (read), DFSC 0x5 (translation fault, level 1)',
    ],
    [
      'an external abort of an access of the same level',
      0x9600_0010n,
      'EC 0x25 (data abort), WnR 0x0 (read), DFSC 0x10 (external abort)',
    ],
    [
      'an external abort of a walk',
      0x8600_0017n,
      'EC 0x21 (instruction abort), IFSC 0x17 (external abort of a table walk, level 3)',
    ],
    ['an unaligned store', 0x9600_0061n, 'EC 0x25 (data abort), WnR 0x1 (write), DFSC 0x21 (alignment fault)'],
    ['a call with a number', 0x5a00_002an, 'EC 0x16 (HVC), imm16 0x2a'],
    ['waiting', 0x07e0_0000n, 'EC 0x1 (WFI or WFE), TI 0x0 (wfi)'],
    ['waiting for an event', 0x07e0_0001n, 'EC 0x1 (WFI or WFE), TI 0x1 (wfe)'],
    [
      'a write of a system register that has no name',
      0x623e_fc5en,
      'EC 0x18 (MSR, MRS or system instruction), ISS 0x3efc5e (msr s3_3_c15_c15_7, x2)',
    ],
    [
      'a write of a device’s',
      0x623a_3076n,
      'EC 0x18 (MSR, MRS or system instruction), ISS 0x3a3076 (msr ICC_SGI1R_EL1, x3)',
    ],
    [
      'a read of a register',
      0x6230_07e1n,
      'EC 0x18 (MSR, MRS or system instruction), ISS 0x3007e1 (mrs xzr, SCTLR_EL1)',
    ],
    [
      'a system instruction',
      0x6212_1c8en,
      'EC 0x18 (MSR, MRS or system instruction), ISS 0x121c8e (sys #0, c7, c7, #1, x4)',
    ],
    ['what is reserved', 0x0034_5678n, 'EC 0x0 (unknown reason), ISS 0x345678'],
    ['a class without a name', 0xfe00_0001n, 'EC 0x3f, ISS 0x1'],
  ])('%s', (_, esr, text) => expect(words(esr)).toBe(text));
});
