/**
 * System registers read and written at each exception level, here and on QEMU: every one with open controls, and random ones under
 * random controls of EL1 and EL2. Needs qemu-system-aarch64: a suite of its own.
 */
import { describe, expect, it } from 'vitest';
import { MAINTENANCE } from '../../../../src/isa/aarch64/maintenance';
import { SYSREGS } from '../../../../src/isa/aarch64/sysregs';
import { Random, SEED } from '../../../support/random';
import { accessWord } from './hart';
import { answersHere, answersOfQemu, type DriverAnswer, type DriverCase } from './trap-driver';

const NOP = 0xd503_201f;
const RT = 3;
const ROUNDS = 3000;

const bit = (n: number): bigint => 1n << BigInt(n);
const ALL = (1n << 64n) - 1n;
const MASKED = 0x3c0n;
/** SPSR: EL0, EL1 and EL2 with each stack pointer. */
const MODES = [0x0n, 0x4n, 0x5n, 0x8n, 0x9n].map((mode) => MASKED | mode);

/** Both read their own time, or what follows from it. */
const OF_TIME = /^CNT(PCT|VCT|\w+_TVAL|\w+_CVAL|\w+_CTL)_/;
/** Ours are as the models' manuals say, or as a machine without AArch32 and event counters has them; QEMU 10's are not. */
const OTHERWISE =
  /^(CCSIDR_EL1|ID_(AA64)?(PFR|MMFR|ISAR|DFR)\d_EL1|MVFR\d_EL1|VTCR_EL2|PM\w+|OSDLR_EL1|OSDTR[RT]X_EL1|MDCCINT_EL1)$/;
/** QEMU 10 has none of these. */
const ABSENT_ON_QEMU = /^(DBGDTR_EL0|DBGPRCR_EL1|DBGAUTHSTATUS_EL1)$/;
/** Of AArch32, which QEMU 10 has. */
const ABSENT_HERE = /^DBGVCR32_EL2$/;
/** Features that processors compared have both or neither. */
const COMMON: ReadonlySet<string> = new Set(['VHE', 'PAN', 'UAO']);
/** The program could not go on. */
const FATAL = /^(VBAR|RMR)_/;

const REGISTERS = SYSREGS.filter(
  ({ name }) => ![OF_TIME, OTHERWISE, ABSENT_ON_QEMU, ABSENT_HERE].some((names) => names.test(name)),
);

const OPEN: DriverCase['settings'] = {
  SPSR_EL2: MASKED,
  HCR_EL2: bit(31),
  CPTR_EL2: 0n,
  MDCR_EL2: 0n,
  CNTHCTL_EL2: 3n,
  SCTLR_EL1: 0xc5_0838n,
  CNTKCTL_EL1: 0n,
  CPACR_EL1: 3n << 20n,
  SCTLR_EL2: 0x30c5_0830n,
  x3: 0n,
  PMUSERENR_EL0: 0n,
};

/** The flags in an SPSR: entering EL1, from where the driver calls EL2, QEMU 10 clears them; the manual leaves them. */
const FLAGS = 0xf000_0000n;
const HVC = 0x16n;
const seen = (answer: DriverAnswer): DriverAnswer =>
  answer.ESR_EL2 >> 26n === HVC ? { ...answer, SPSR_EL2: answer.SPSR_EL2 & ~FLAGS } : answer;

interface NamedCase extends DriverCase {
  readonly name: string;
  /** The bits of x3 that are compared: what QEMU 10 keeps of reserved bits is its own business. */
  readonly mask: bigint;
}

/** Of SCTLR, those of Armv8.0 without the big-endian ones. */
const SCTLR = 0xfcff_ffffn;
const maskOf = (name: string, writable: bigint): bigint => {
  if (/^SCTLR_/.test(name)) return SCTLR;
  // QEMU 10 makes BAS what AArch32 would have.
  if (/^DBGBCR/.test(name)) return writable & ~0x1e0n;
  // EL1 is AArch64 here, whatever software writes to RW.
  // What is above are features' bits.
  if (name === 'HCR_EL2') return 0x4_7fff_ffffn;
  if (name === 'MIDR_EL1') return 0xffff_ffffn;
  return writable === 0n ? ALL : writable;
};
/** The bits that these have at all. */
const WIDTHS: readonly (readonly [keyof DriverAnswer, bigint])[] = [
  ['SPSR_EL1', 0xffff_ffffn],
  ['ESR_EL1', 0x1f_ffff_ffffn],
];

/** What QEMU answers otherwise. */
const differences = (cases: readonly NamedCase[], cpu: string, cpuOfQemu = cpu): string[] => {
  const [ours, theirs] = [answersHere(cases, cpu), answersOfQemu(cases, cpuOfQemu)].map((answers) =>
    answers.map(seen),
  ) as [DriverAnswer[], DriverAnswer[]];
  expect([ours.length, theirs.length]).toEqual([cases.length, cases.length]);
  return ours.flatMap((answer, at) => {
    const other = theirs[at];
    const masks: Partial<Record<keyof DriverAnswer, bigint>> = {
      ...Object.fromEntries(WIDTHS),
      x3: cases[at]?.mask ?? ALL,
    };
    const wrong = (Object.keys(answer) as (keyof DriverAnswer)[]).filter(
      (key) => ((answer[key] ^ (other?.[key] ?? 0n)) & (masks[key] ?? ALL)) !== 0n,
    );
    if (wrong.length === 0) return [];
    return [
      `${cases[at]?.name}: ${wrong.map((key) => `${key} ${answer[key].toString(16)}, QEMU ${other?.[key]?.toString(16)}`)}`,
    ];
  });
};

/** Registers for a program that goes on; without what tells one model from another where the models differ. */
const registersOf = (isSameModel: boolean) =>
  REGISTERS.filter(({ name, feature, group }) => {
    const isOfModel = group === 'identification' || group === 'implementation' || /^(CNTFRQ|VPIDR)_/.test(name);
    return !FATAL.test(name) && (feature === undefined || COMMON.has(feature)) && (isSameModel || !isOfModel);
  });

describe('system registers are those of QEMU', () => {
  it.each(['cortex-a53', 'cortex-a57', 'cortex-a72'])('on %s, each read and written at each level', (cpu) => {
    const accesses = REGISTERS.flatMap(({ name, number, writable }) =>
      [true, false].flatMap((isRead) =>
        isRead || !FATAL.test(name)
          ? MODES.map((SPSR_EL2) => ({
              name: `${isRead ? 'mrs' : 'msr'} ${name} with SPSR ${SPSR_EL2.toString(16)}`,
              words: [accessWord(isRead, number, RT), NOP] as const,
              settings: { ...OPEN, SPSR_EL2 },
              mask: maskOf(name, writable),
            }))
          : [],
      ),
    );
    expect(differences(accesses, cpu)).toEqual([]);
  });

  it.each([
    ['cortex-a72', 'cortex-a72', 0n],
    // As a host, too. QEMU 10's max has much that ours has not; of VHE its cortex-a76 has the same.
    ['max', 'cortex-a76', bit(34)],
  ])('of %s under random controls, with random values, are those of its %s', (cpu, theirs, host) => {
    const random = new Random(SEED);
    const bits64 = (): bigint => (BigInt(random.u32()) << 32n) | BigInt(random.u32());
    const some = (mask: bigint): bigint => random.pick([0n, mask, bits64() & mask, bits64() & bits64() & mask]);
    const HCR = [13, 14, 16, 17, 18, 20, 21, 22, 23, 24, 25, 26, 27, 30].reduce((mask, n) => mask | bit(n), 0n);
    const numbers = [
      ...registersOf(cpu === theirs),
      ...MAINTENANCE.filter(({ name, feature }) => feature === undefined && /^(tlbi|ic|dc [ic]s?w)/.test(name)).map(
        (row) => ({ ...row, writable: ALL }),
      ),
    ];
    const cases = Array.from({ length: ROUNDS }, () => {
      const { name, number, writable } = random.pick(numbers);
      const isOperation = name.includes(' ');
      const isRead = !isOperation && random.u32() % 2 === 0;
      const settings = {
        SPSR_EL2: random.pick(MODES) | some(0xf000_0000n),
        HCR_EL2: bit(31) | some(HCR | host),
        CPTR_EL2: some(bit(10) | bit(31)),
        MDCR_EL2: some(0xf60n),
        CNTHCTL_EL2: some(3n),
        SCTLR_EL1: 0xc5_0838n ^ some(bit(9) | bit(14) | bit(15) | bit(16) | bit(18) | bit(26)),
        CNTKCTL_EL1: some(0x303n),
        CPACR_EL1: some(3n << 20n),
        SCTLR_EL2: OPEN.SCTLR_EL2 ^ (host & some(host) ? bit(9) | bit(15) | bit(26) : 0n),
        // Neither MMU, nor software step, nor big-endian data.
        x3: some(ALL) & ~1n & ~bit(25),
        PMUSERENR_EL0: some(0xfn),
      };
      const read = isOperation ? NOP : accessWord(true, number, RT);
      return {
        name: `${isRead ? 'mrs' : 'msr'} ${name} ${JSON.stringify(settings, (_, value) => (typeof value === 'bigint' ? value.toString(16) : value))}`,
        words: [accessWord(isRead, number, RT), isRead ? NOP : read] as const,
        settings,
        mask: maskOf(name, writable),
      };
    });
    expect(differences(cases, cpu, theirs), `WORLDSTEP_SEED=${SEED}`).toEqual([]);
  });
});
