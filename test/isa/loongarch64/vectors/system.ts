/** System calls, counters, CSRs, IOCSRs and exception return. @see LoongArch Reference Manual, Volume 1, 2.2.10 and 4.2 */
import { CAUSE } from '../../../../src/isa/loongarch64/causes';
import { CODE, type Vector } from '../../driver';
import { type Fields, little, type Num, privileged, RD, RJ, u64, vector, wordOf } from './rows';

/** CRMD: direct addresses. */
const DA = 1n << 3n;
const PG = 1n << 4n;
const IE = 1n << 2n;
const ONES = (1n << 64n) - 1n;
const A = 0x0123_4567_89ab_cdefn;

const CSR = {
  CRMD: 0x0,
  PRMD: 0x1,
  ESTAT: 0x5,
  BADI: 0x8,
  EENTRY: 0xc,
  TLBIDX: 0x10,
  TLBEHI: 0x11,
  PGD: 0x1b,
  PWCL: 0x1c,
  CPUID: 0x20,
  SAVE3: 0x33,
  TID: 0x40,
  TICLR: 0x44,
  LLBCTL: 0x60,
  TLBREHI: 0x8e,
  DMW1: 0x181,
  missing: 0x3fff,
} as const;

type Slots = Readonly<Record<string, bigint>>;

const reads = (csr: number, name: string, slots: Slots, value: Num, rd = RD): Vector =>
  vector('csrrd', { rd, csr }, name, { slots }, { r: rd === 0 ? {} : { [rd]: u64(value) } });

/** rd and the CSR are exchanged. */
const writes = (csr: number, name: string, slots: Slots, value: bigint, old: bigint, after: Slots): Vector =>
  vector('csrwr', { rd: RD, csr }, name, { r: { [RD]: value }, slots }, { r: { [RD]: old }, slots: after });

const exchanges = (csr: number, name: string, slots: Slots, value: bigint, mask: bigint, old: bigint, after: Slots) =>
  vector(
    'csrxchg',
    { rd: RD, rj: RJ, csr },
    name,
    { r: { [RD]: value, [RJ]: mask }, slots },
    { r: { [RD]: old }, slots: after },
  );

const csrs: readonly Vector[] = [
  reads(CSR.SAVE3, 'of what was saved', { SAVE3: A }, A),
  reads(CSR.SAVE3, 'to r0', { SAVE3: A }, 0, 0),
  reads(CSR.CRMD, 'of CRMD at reset', {}, DA),
  reads(CSR.ESTAT, 'of ESTAT with the timer pending', { ESTAT: (0xbn << 16n) | 1n, lines: 1n << 11n }, 0xb_0801),
  reads(CSR.LLBCTL, 'of LLBCTL with the flag of ll', { llbit: 1n, LLBCTL: 4n }, 5),
  reads(CSR.PGD, 'of PGD for the lower half', { PGDL: 0x5000n, PGDH: 0x7000n, BADV: 0x1234n }, 0x5000),
  reads(CSR.PGD, 'of PGD for the upper half', { PGDL: 0x5000n, PGDH: 0x7000n, BADV: 1n << 47n }, 0x7000),
  reads(
    CSR.PGD,
    'of PGD in a TLB refill',
    { PGDL: 0x5000n, PGDH: 0x7000n, BADV: 1n << 47n, TLBRERA: 1n, TLBRBADV: 0x1234n },
    0x5000,
  ),
  // CSRs of fewer bits are sign-extended.
  reads(CSR.BADI, 'of an instruction with its highest bit set', { BADI: 0xdead_beefn }, -0x2152_4111),
  reads(CSR.TLBIDX, 'of TLBIDX without an entry', { TLBIDX: 0x8c00_0005n }, -0x73ff_fffb),
  reads(CSR.PWCL, 'of entries of 64 bytes', { PWCL: 0xc000_0000n }, -0x4000_0000),
  reads(CSR.TID, 'of a number of the timer', { TID: 0xffff_ffffn }, -1),
  reads(CSR.TLBEHI, 'of an address of the upper half', { TLBEHI: 0x9000_0000_2000n }, 0xffff_9000_0000_2000n),
  reads(CSR.TLBREHI, 'of an address of the upper half', { TLBREHI: 0x9000_0000_200cn }, 0xffff_9000_0000_200cn),
  reads(CSR.missing, 'of a number without a CSR', {}, 0),
  ...privileged('csrrd', { rd: RD, csr: CSR.SAVE3 }),
  writes(CSR.SAVE3, 'of all bits', { SAVE3: A }, ONES, A, { SAVE3: ONES }),
  writes(CSR.CPUID, 'of a read-only CSR', {}, 7n, 0n, { CPUID: 0n }),
  writes(CSR.EENTRY, 'of the entry, which begins a page', { EENTRY: 0x1000n }, ONES, 0x1000n, {
    EENTRY: ONES - 0xfffn,
  }),
  writes(CSR.PRMD, 'of the bits that PRMD has', {}, ONES, 0n, { PRMD: 0xfn }),
  writes(CSR.ESTAT, 'of the two software interrupts', { ESTAT: 0xbn << 16n }, ONES, 0xbn << 16n, {
    ESTAT: (0xbn << 16n) | 3n,
  }),
  writes(CSR.TICLR, '1 clears the timer interrupt', { lines: 0x1804n }, 1n, 0n, { lines: 0x1004n }),
  writes(CSR.TICLR, '0 clears nothing', { lines: 0x1804n }, 0n, 0n, { lines: 0x1804n }),
  writes(CSR.LLBCTL, '2 clears the flag of ll', { llbit: 1n }, 2n, 1n, { llbit: 0n }),
  writes(CSR.LLBCTL, '4 keeps the flag of ll at the next ertn', { llbit: 1n }, 4n, 1n, { llbit: 1n, LLBCTL: 4n }),
  writes(CSR.missing, 'of a number without a CSR', {}, A, 0n, {}),
  ...privileged('csrwr', { rd: RD, csr: CSR.SAVE3 }),
  exchanges(CSR.SAVE3, 'of some bits', { SAVE3: A }, ONES, 0xff00n, A, { SAVE3: A | 0xff00n }),
  exchanges(CSR.SAVE3, 'of other bits', { SAVE3: A }, 0n, 0xffff_0000_0000_ffffn, A, { SAVE3: A & 0xffff_ffff_0000n }),
  exchanges(CSR.SAVE3, 'of no bits', { SAVE3: A }, ONES, 0n, A, { SAVE3: A }),
  exchanges(CSR.PRMD, 'of bits that are there and others', { PRMD: 3n }, 0xf4n, 0xfcn, 3n, { PRMD: 7n }),
  exchanges(CSR.DMW1, 'of the bits that a window has', {}, ONES, ONES, 0n, { DMW1: 0xf000_0000_0000_003fn }),
  exchanges(CSR.TID, 'of 32 bits', { TID: 0xf000_0000n }, 5n, 0xfn, ONES - 0xfff_ffffn, { TID: 0xf000_0005n }),
  exchanges(CSR.missing, 'of a number without a CSR', {}, A, ONES, 0n, {}),
  ...privileged('csrxchg', { rd: RD, rj: RJ, csr: CSR.SAVE3 }),
];

/** The counter is at 0 where a row runs. */
const counter = (mnemonic: string, rows: readonly (readonly [offset: bigint, value: bigint])[]): Vector[] => [
  ...rows.map(([CNTC, value]) =>
    vector(
      mnemonic,
      { rd: RD, rj: RJ },
      `offset 0x${CNTC.toString(16)}`,
      { slots: { CNTC, TID: 5n } },
      { r: { [RD]: u64(value), [RJ]: 5n } },
    ),
  ),
  vector(mnemonic, { rd: RD, rj: 0 }, 'alone', { slots: { CNTC: 3n } }, { r: { [RD]: rows[0]?.[1] === 3n ? 3n : 0n } }),
  vector(mnemonic, { rd: 0, rj: RJ }, 'of the number alone', { slots: { TID: 7n } }, { r: { [RJ]: 7n } }),
  vector(
    mnemonic,
    { rd: RD, rj: 0 },
    'for programs',
    { slots: { CRMD: DA | 3n, CNTC: 3n } },
    { r: { [RD]: rows[0]?.[1] === 3n ? 3n : 0n } },
  ),
];

const configuration = (word: Num, value: Num, CRMD = DA): Vector =>
  vector(
    'cpucfg',
    { rd: RD, rj: RJ },
    `${word}`,
    { r: { [RJ]: u64(word) }, slots: { CRMD } },
    { r: { [RD]: u64(value) } },
  );

const trap = (mnemonic: 'break' | 'syscall', cause: number): Vector[] =>
  [0, 1, 5, 0x7fff].map((code) => vector(mnemonic, { code }, `${code}`, {}, { trap: { cause, tval: 0n } }));

const BYTES = '8182838485868788';
const IOCSR = 0x1000n;

/** Registers of the board by their numbers. */
const registers = (suffix: 'b' | 'h' | 'w' | 'd', bytes: number, first: bigint): Vector[] => {
  const space = [{ at: IOCSR, bytes: BYTES }];
  const at = { [RJ]: IOCSR };
  return [
    vector(`iocsrrd.${suffix}`, { rd: RD, rj: RJ }, 'sign-extended', { r: at, space }, { r: { [RD]: u64(first) } }),
    vector(
      `iocsrrd.${suffix}`,
      { rd: RD, rj: RJ },
      'of positive bytes',
      { r: at, space: [{ at: IOCSR, bytes: '7f'.repeat(8) }] },
      { r: { [RD]: BigInt(`0x${'7f'.repeat(bytes)}`) } },
    ),
    vector(`iocsrrd.${suffix}`, { rd: 0, rj: RJ }, 'to r0', { r: at, space }, {}),
    vector(`iocsrrd.${suffix}`, { rd: RD, rj: RJ }, 'where nothing is', { r: at }, { r: { [RD]: 0n } }),
    ...privileged(`iocsrrd.${suffix}`, { rd: RD, rj: RJ }),
    ...[A, ONES, 0n].map((value) =>
      vector(
        `iocsrwr.${suffix}`,
        { rd: RD, rj: RJ },
        `0x${value.toString(16)}`,
        { r: { ...at, [RD]: value }, space },
        { space: [{ at: IOCSR, bytes: little(value, bytes) + BYTES.slice(2 * bytes) }] },
      ),
    ),
    vector(`iocsrwr.${suffix}`, { rd: RD, rj: RJ }, 'where nothing is', { r: at }, {}),
    ...privileged(`iocsrwr.${suffix}`, { rd: RD, rj: RJ }),
  ];
};

const TARGET = CODE + 0x100n;

const returns = (name: string, before: Slots, pc: bigint, after: Slots): Vector =>
  vector('ertn', {}, name, { slots: before }, { pc, slots: after });

const exceptionReturns: readonly Vector[] = [
  returns('to PLV0', { ERA: TARGET, PRMD: 0n, CRMD: DA | IE }, TARGET, { CRMD: DA }),
  returns('to PLV3 with interrupts', { ERA: TARGET, PRMD: 7n }, TARGET, { CRMD: DA | IE | 3n }),
  returns('with watchpoints', { ERA: TARGET, PRMD: 8n }, TARGET, { CRMD: DA | (1n << 9n) }),
  returns('loses the flag of ll', { ERA: TARGET, llbit: 1n }, TARGET, { llbit: 0n }),
  returns('keeps the flag of ll once', { ERA: TARGET, llbit: 1n, LLBCTL: 4n }, TARGET, { llbit: 1n, LLBCTL: 0n }),
  returns(
    'from a TLB refill, mapped addresses on again',
    { TLBRERA: TARGET | 1n, TLBRPRMD: 7n, ERA: CODE, PRMD: 0n },
    TARGET,
    { CRMD: PG | IE | 3n, TLBRERA: TARGET },
  ),
  returns('from a TLB refill with watchpoints', { TLBRERA: TARGET | 1n, TLBRPRMD: 0x10n }, TARGET, {
    CRMD: PG | (1n << 9n),
    TLBRERA: TARGET,
  }),
  ...privileged('ertn', {}),
];

/** Only an operation on what is hit is for programs. */
const CACHE_INDEX = 8;
const CACHE_HIT = 0x11;
const cache = (op: number): Fields => ({ op, rj: RJ, si: 0 });

export const SYSTEM: readonly Vector[] = [
  ...trap('break', CAUSE.breakpoint),
  ...trap('syscall', CAUSE.syscall),
  ...counter('rdtimel.w', [
    [3n, 3n],
    [0x1_8000_0000n, -0x8000_0000n],
    [ONES, -1n],
  ]),
  ...counter('rdtimeh.w', [
    [5n, 0n],
    [0x1_8000_0000n, 1n],
    [0x8000_0000_0000_0000n, -0x8000_0000n],
  ]),
  ...counter('rdtime.d', [
    [3n, 3n],
    [0x1_8000_0000n, 0x1_8000_0000n],
    [ONES, -1n],
  ]),
  configuration(0, 0x14_c010),
  // LA64, page tables, IOCSR, 48 bits of addresses, unaligned accesses, read and execute inhibition, RPLV, huge pages.
  configuration(1, 0x03f2_f2fe),
  // Floating point, vectors of 128 bits, the counter, page walk instructions, atomic accesses.
  configuration(2, 0x0060_c04f),
  configuration(4, 100_000_000),
  configuration(4, 100_000_000, DA | 3n),
  configuration(0x100, 0),
  ...csrs,
  ...registers('b', 1, -0x7fn),
  ...registers('h', 2, -0x7d7fn),
  ...registers('w', 4, -0x7b7c_7d7fn),
  ...registers('d', 8, 0x8887_8685_8483_8281n),
  ...exceptionReturns,
  ...[0, 1, 2, 0x7fff].map((hint) => vector('idle', { hint }, `${hint}`, {}, {})),
  ...privileged('idle', { hint: 0 }),
  ...[0, CACHE_INDEX, CACHE_HIT, 0x1f].map((op) => vector('cacop', cache(op), `${op}`, {}, {})),
  ...[CACHE_HIT, 0x10].map((op) => vector('cacop', cache(op), `${op} for programs`, { slots: { CRMD: DA | 3n } }, {})),
  ...privileged('cacop', cache(CACHE_INDEX)),
  ...[0, 1, 0x7fff].map((code) =>
    vector(
      'dbcl',
      { code },
      `${code}: no debug mode`,
      {},
      { trap: { cause: CAUSE.noInstruction, tval: BigInt(wordOf('dbcl', { code })) } },
    ),
  ),
  ...privileged('dbcl', { code: 0 }),
];
