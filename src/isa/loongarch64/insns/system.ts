/** System calls, counters, CSRs, IOCSRs, the TLB and exception return. */
import type { PatternInsn } from '../../core/insn';
import { CAUSE } from '../causes';
import { insn } from '../insn';

const MISC = 'LoongArch Reference Manual, Volume 1, 2.2.10 Other Miscellaneous Instructions';
const CSR = 'LoongArch Reference Manual, Volume 1, 4.2.1 CSR Access Instructions';
const IOCSR = 'LoongArch Reference Manual, Volume 1, 4.2.2 IOCSR Access Instructions';
const CACHE = 'LoongArch Reference Manual, Volume 1, 4.2.3 Cache Maintenance Instructions';
const TLB = 'LoongArch Reference Manual, Volume 1, 4.2.4 TLB Maintenance Instructions';
const WALK = 'LoongArch Reference Manual, Volume 1, 4.2.5 Software Page Table Walking Instructions';
const OTHER = 'LoongArch Reference Manual, Volume 1, 4.2.6 Other Miscellaneous Instructions';

/** An instruction that completes in TypeScript under its own name. */
const helped = (
  mnemonic: string,
  pattern: string,
  asm: string,
  ref: string,
  doc: string,
  kind?: PatternInsn['kind'],
): PatternInsn => insn(mnemonic, pattern, { asm, ref, doc, ...(kind && { kind }), sem: (o) => o.helper(mnemonic) });

const iocsr = (direction: 'rd' | 'wr', suffix: string, bits: string, what: string): PatternInsn =>
  helped(
    `iocsr${direction}.${suffix}`,
    `0000011001001000000${bits} rj:5 rd:5`,
    '{rd}, {rj}',
    IOCSR,
    direction === 'rd' ? `rd = ${what} of the IOCSR at rj.` : `Writes ${what} of rd to the IOCSR at rj.`,
  );

const SIZES = [
  ['b', '00', 'a byte'],
  ['h', '01', '2 bytes'],
  ['w', '10', '4 bytes'],
  ['d', '11', '8 bytes'],
] as const;

export const INSNS_SYSTEM: readonly PatternInsn[] = [
  insn('break', '00000000001010100 code:15', {
    asm: '{code}',
    ref: MISC,
    doc: 'Raises a breakpoint exception.',
    kind: 'trap',
    sem: (o) => o.trap(CAUSE.breakpoint),
  }),
  insn('syscall', '00000000001010110 code:15', {
    asm: '{code}',
    ref: MISC,
    doc: 'Raises a system call exception.',
    kind: 'trap',
    sem: (o) => o.trap(CAUSE.syscall),
  }),
  helped(
    'rdtimel.w',
    '0000000000000000011000 rj:5 rd:5',
    '{rd}, {rj}',
    MISC,
    'rd = low word of the stable counter; rj = its number.',
  ),
  helped(
    'rdtimeh.w',
    '0000000000000000011001 rj:5 rd:5',
    '{rd}, {rj}',
    MISC,
    'rd = high word of the stable counter; rj = its number.',
  ),
  helped(
    'rdtime.d',
    '0000000000000000011010 rj:5 rd:5',
    '{rd}, {rj}',
    MISC,
    'rd = the stable counter; rj = its number.',
  ),
  helped(
    'cpucfg',
    '0000000000000000011011 rj:5 rd:5',
    '{rd}, {rj}',
    MISC,
    'rd = configuration word rj of the processor.',
  ),
  helped('csrrd', '00000100 csr:14 00000 rd:5', '{rd}, {csr}', CSR, 'rd = CSR.'),
  helped('csrwr', '00000100 csr:14 00001 rd:5', '{rd}, {csr}', CSR, 'Exchanges rd and the CSR.'),
  insn('csrxchg', '00000100 csr:14 rj:5 rd:5', {
    asm: '{rd}, {rj}, {csr}',
    ref: CSR,
    doc: 'rd = CSR; the bits that rj has set are written with those of the old rd.',
    not: { rj: [0, 1] },
    sem: (o) => o.helper('csrxchg'),
  }),
  ...SIZES.map(([suffix, bits, what]) => iocsr('rd', suffix, `0${bits}`, what)),
  ...SIZES.map(([suffix, bits, what]) => iocsr('wr', suffix, `1${bits}`, what)),
  insn('cacop', '0000011000 si:12 rj:5 op:5', {
    asm: '{op}, {rj}, {si}',
    ref: CACHE,
    doc: 'Maintains caches; here there are none.',
    sem: (o) => o.helper('cacop'),
  }),
  helped('tlbclr', '00000110010010000010000000000000', '', TLB, 'Drops the TLB entries that TLBIDX names the set of.'),
  helped('tlbflush', '00000110010010000010010000000000', '', TLB, 'Drops all TLB entries of what TLBIDX names.'),
  helped('tlbsrch', '00000110010010000010100000000000', '', TLB, 'Finds the TLB entry for TLBEHI and ASID.'),
  helped(
    'tlbrd',
    '00000110010010000010110000000000',
    '',
    TLB,
    'Reads the TLB entry that TLBIDX names into the TLB CSRs.',
  ),
  helped(
    'tlbwr',
    '00000110010010000011000000000000',
    '',
    TLB,
    'Writes the TLB CSRs to the TLB entry that TLBIDX names.',
  ),
  helped(
    'tlbfill',
    '00000110010010000011010000000000',
    '',
    TLB,
    'Writes the TLB CSRs to a TLB entry of the processor’s choice.',
  ),
  helped('ertn', '00000110010010000011100000000000', '', OTHER, 'Returns from an exception.', 'trapReturn'),
  helped('idle', '00000110010010001 hint:15', '{hint}', OTHER, 'Waits for an interrupt.'),
  insn('dbcl', '00000000001010101 code:15', {
    asm: '{code}',
    ref: OTHER,
    doc: 'Enters debug mode, which here there is none of.',
    kind: 'trap',
    sem: (o) => o.helper('dbcl'),
  }),
  helped(
    'invtlb',
    '00000110010010011 rk:5 rj:5 op:5',
    '{op}, {rj}, {rk}',
    TLB,
    'Drops TLB entries: op says which, by ASID rj and address rk.',
  ),
  helped(
    'lddir',
    '00000110010000 level:8 rj:5 rd:5',
    '{rd}, {rj}, {level}',
    WALK,
    'rd = the entry for BADV in the directory table at rj, of that level.',
  ),
  helped(
    'ldpte',
    '00000110010001 seq:8 rj:5 00000',
    '{rj}, {seq}',
    WALK,
    'Loads the even (0) or odd (1) entry for BADV of the page table at rj into TLBRELO.',
  ),
];
