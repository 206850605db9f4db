/** Layouts of the CSRs as a debugger shows them. */
import type { FieldSpec } from '../../base/fields';

export const bit = (name: string, at: number, doc: string): FieldSpec => ({ name, high: at, low: at, doc });
export const bits = (
  name: string,
  high: number,
  low: number,
  doc: string,
  values?: Readonly<Record<number, string>>,
): FieldSpec => (values ? { name, high, low, doc, values } : { name, high, low, doc });

const EXTENSION_STATE = { 0: 'Off', 1: 'Initial', 2: 'Clean', 3: 'Dirty' };
export const XLEN = { 1: '32', 2: '64', 3: '128' };
const PRIVILEGE = { 0: 'U', 1: 'S', 3: 'M' };

const SIE = bit('SIE', 1, 'Interrupts are taken while in S-mode.');
const SPIE = bit('SPIE', 5, 'SIE as it was before the last trap into S-mode; sret restores it.');
const SPP = bits('SPP', 8, 8, 'Mode the last trap into S-mode came from; sret returns there.', { 0: 'U', 1: 'S' });
const VS = bits('VS', 10, 9, 'State of the vector registers; no vector unit here, always Off.', EXTENSION_STATE);
const FS = bits(
  'FS',
  14,
  13,
  'State of the floating-point registers; Off makes every FP instruction illegal.',
  EXTENSION_STATE,
);
const XS = bits('XS', 16, 15, 'State of custom extensions; there are none.', EXTENSION_STATE);
const SUM = bit('SUM', 18, 'S-mode loads and stores may touch user pages.');
const MXR = bit('MXR', 19, 'Loads may read pages that are only executable.');
const UXL = bits('UXL', 33, 32, 'Register width in U-mode.', XLEN);
const SD = bit('SD', 63, 'Some register file is Dirty and must be saved on a context switch.');

export const MSTATUS_FIELDS: readonly FieldSpec[] = [
  SIE,
  bit('MIE', 3, 'Interrupts are taken while in M-mode.'),
  SPIE,
  bit('UBE', 6, 'U-mode data accesses are big-endian; always 0.'),
  bit('MPIE', 7, 'MIE as it was before the last trap into M-mode; mret restores it.'),
  SPP,
  VS,
  bits('MPP', 12, 11, 'Mode the last trap into M-mode came from; mret returns there.', PRIVILEGE),
  FS,
  XS,
  bit('MPRV', 17, 'Loads and stores run with the privilege in MPP; fetches do not.'),
  SUM,
  MXR,
  bit('TVM', 20, 'S-mode use of satp and sfence.vma is illegal, so that M-mode can virtualise them.'),
  bit('TW', 21, 'wfi below M-mode is illegal.'),
  bit('TSR', 22, 'sret in S-mode is illegal.'),
  UXL,
  bits('SXL', 35, 34, 'Register width in S-mode.', XLEN),
  bit('SBE', 36, 'S-mode data accesses are big-endian; always 0.'),
  bit('MBE', 37, 'M-mode data accesses are big-endian; always 0.'),
  bit('GVA', 38, 'mtval holds a guest virtual address, as of the last trap into M-mode.'),
  bit('MPV', 39, 'The last trap into M-mode came from a guest; mret returns there.'),
  SD,
];

export const SSTATUS_FIELDS: readonly FieldSpec[] = [
  SIE,
  SPIE,
  bit('UBE', 6, 'U-mode data accesses are big-endian; always 0.'),
  SPP,
  VS,
  FS,
  XS,
  SUM,
  MXR,
  UXL,
  SD,
];

const EXTENSIONS: Readonly<Record<string, string>> = {
  A: 'Atomic instructions.',
  B: 'Bit manipulation: Zba, Zbb and Zbs.',
  C: 'Compressed instructions.',
  D: 'Double-precision floating point.',
  F: 'Single-precision floating point.',
  H: 'Hypervisor.',
  I: 'The base integer instructions.',
  M: 'Multiplication and division.',
  S: 'Supervisor mode.',
  U: 'User mode.',
};

export const MISA_FIELDS: readonly FieldSpec[] = [
  ...[...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].flatMap((letter, at) => {
    const doc = EXTENSIONS[letter];
    return doc ? [bit(letter, at, doc)] : [];
  }),
  bits('MXL', 63, 62, 'Register width in M-mode.', XLEN),
];

const INTERRUPT_NAMES: readonly (readonly [number, string, string])[] = [
  [1, 'SS', 'supervisor software interrupt'],
  [2, 'VSS', "guest's software interrupt"],
  [3, 'MS', 'machine software interrupt'],
  [5, 'ST', 'supervisor timer interrupt'],
  [6, 'VST', "guest's timer interrupt"],
  [7, 'MT', 'machine timer interrupt'],
  [9, 'SE', 'supervisor external interrupt'],
  [10, 'VSE', "guest's external interrupt"],
  [11, 'ME', 'machine external interrupt'],
];
const interruptFields = (suffix: string, claim: string, isShown: (at: number) => boolean): FieldSpec[] =>
  INTERRUPT_NAMES.filter(([at]) => isShown(at)).map(([at, name, what]) =>
    bit(`${name}${suffix}`, at, `The ${what} ${claim}.`),
  );
const isSupervisor = (at: number): boolean => at % 4 === 1;

export const MIP_FIELDS = interruptFields('IP', 'is pending', () => true);
export const SIP_FIELDS = interruptFields('IP', 'is pending', isSupervisor);
export const MIE_FIELDS = interruptFields('IE', 'is enabled', () => true);
export const SIE_FIELDS = interruptFields('IE', 'is enabled', isSupervisor);
const isDelegable = (at: number): boolean => at % 4 !== 3;
export const MIDELEG_FIELDS = interruptFields('I', 'is handled in S-mode', isDelegable);

export const MEDELEG_FIELDS: readonly FieldSpec[] = (
  [
    [0, 'IAM', 'misaligned fetch'],
    [1, 'IAF', 'fetch access fault'],
    [2, 'ILL', 'illegal instruction'],
    [3, 'BRK', 'breakpoint'],
    [4, 'LAM', 'misaligned load'],
    [5, 'LAF', 'load access fault'],
    [6, 'SAM', 'misaligned store or AMO'],
    [7, 'SAF', 'store or AMO access fault'],
    [8, 'ECU', 'ecall from U-mode'],
    [9, 'ECS', 'ecall from S-mode'],
    [10, 'ECV', 'ecall from VS-mode'],
    [12, 'IPF', 'fetch page fault'],
    [13, 'LPF', 'load page fault'],
    [15, 'SPF', 'store or AMO page fault'],
    [20, 'IGPF', 'fetch guest-page fault'],
    [21, 'LGPF', 'load guest-page fault'],
    [22, 'VINST', 'virtual instruction'],
    [23, 'SGPF', 'store or AMO guest-page fault'],
  ] as const
).map(([at, name, what]) => bit(name, at, `A ${what} below M-mode is handled in S-mode.`));

export const TVEC_FIELDS: readonly FieldSpec[] = [
  bits('MODE', 1, 0, 'Direct: every trap enters at BASE. Vectored: interrupts enter at BASE + 4 × cause.', {
    0: 'Direct',
    1: 'Vectored',
  }),
  bits('BASE', 63, 2, 'Address of the trap handler, without its two low zero bits.'),
];

/** Layout of scause and mcause; the code's name depends on the interrupt bit, see `CAUSES`. */
export const CAUSE_FIELDS: readonly FieldSpec[] = [
  bits('Code', 62, 0, 'Which exception or interrupt.'),
  bit('Interrupt', 63, 'The trap was an interrupt.'),
];

export const SATP_FIELDS: readonly FieldSpec[] = [
  bits('PPN', 43, 0, 'Page number of the root page table.'),
  bits('ASID', 59, 44, 'Address-space identifier.'),
  bits('MODE', 63, 60, 'Translation scheme.', { 0: 'Bare', 8: 'Sv39', 9: 'Sv48', 10: 'Sv57' }),
];

export const COUNTEREN_FIELDS: readonly FieldSpec[] = [
  bit('CY', 0, 'The next lower privilege may read cycle.'),
  bit('TM', 1, 'The next lower privilege may read time.'),
  bit('IR', 2, 'The next lower privilege may read instret.'),
  bits('HPM', 31, 3, 'The next lower privilege may read hpmcounter3 to hpmcounter31.'),
];

export const COUNTINHIBIT_FIELDS: readonly FieldSpec[] = [
  bit('CY', 0, 'mcycle stands still.'),
  bit('IR', 2, 'minstret stands still.'),
];

export const ENVCFG_FIELDS: readonly FieldSpec[] = [
  bit('FIOM', 0, 'A fence that orders device accesses orders memory accesses too.'),
];

export const MENVCFG_FIELDS: readonly FieldSpec[] = [
  ...ENVCFG_FIELDS,
  bit('ADUE', 61, 'Hardware sets A and D in page tables of S-mode; otherwise an access that needs them faults.'),
  bit('PBMTE', 62, 'Page tables of S-mode may give memory types (Svpbmt).'),
  bit('STCE', 63, 'S-mode has its own timer compare register (Sstc).'),
];

export const FFLAGS_FIELDS: readonly FieldSpec[] = [
  bit('NX', 0, 'A result was inexact.'),
  bit('UF', 1, 'A result underflowed.'),
  bit('OF', 2, 'A result overflowed.'),
  bit('DZ', 3, 'A finite value was divided by zero.'),
  bit('NV', 4, 'An operation was invalid.'),
];

const ROUNDING = { 0: 'RNE', 1: 'RTZ', 2: 'RDN', 3: 'RUP', 4: 'RMM' };
export const FRM_FIELDS: readonly FieldSpec[] = [
  bits('FRM', 2, 0, 'Rounding mode of instructions that ask for the dynamic one.', ROUNDING),
];
export const FCSR_FIELDS: readonly FieldSpec[] = [
  ...FFLAGS_FIELDS,
  bits('FRM', 7, 5, 'Rounding mode of instructions that ask for the dynamic one.', ROUNDING),
];

/** The eight entries of one pmpcfg register, whose first entry is `first`. */
export const pmpcfgFields = (first: number): FieldSpec[] =>
  Array.from({ length: 8 }, (_, index) => {
    const low = index * 8;
    const entry = first + index;
    return [
      bit(`R${entry}`, low, `Entry ${entry} allows loads.`),
      bit(`W${entry}`, low + 1, `Entry ${entry} allows stores.`),
      bit(`X${entry}`, low + 2, `Entry ${entry} allows fetches.`),
      bits(`A${entry}`, low + 4, low + 3, `How pmpaddr${entry} gives the range.`, {
        0: 'OFF',
        1: 'TOR',
        2: 'NA4',
        3: 'NAPOT',
      }),
      bit(`L${entry}`, low + 7, `Entry ${entry} is locked until reset and binds M-mode too.`),
    ];
  }).flat();
