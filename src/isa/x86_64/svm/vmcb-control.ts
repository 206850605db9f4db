/** The control area of a VMCB. @see AMD64 APM volume 2, Appendix B, table B-1 */
import type { FieldSpec } from '../../../base/fields';
import { EXIT_NAMES, INTERCEPT_WORDS } from './exit-codes';
import { CLEAN, type VmcbField } from './vmcb-field';

const bit = (name: string, at: number, doc: string): FieldSpec => ({ name, high: at, low: at, doc });

/** Exit codes that no bit asks for. */
const interceptName = (code: number): string | undefined =>
  code < 32 * INTERCEPT_WORDS ? EXIT_NAMES.get(code) : undefined;

const interceptBits = (word: number): FieldSpec[] =>
  Array.from({ length: 32 }, (_, n) => {
    const name = interceptName(32 * word + n);
    return name === undefined ? [] : [{ name, high: n, low: n }];
  }).flat();

/** Slots that hold the intercept words of the guest that runs, in the order of the words. */
export const INTERCEPT_SLOTS = [
  'interceptCr',
  'interceptDr',
  'interceptExceptions',
  'intercept3',
  'intercept4',
  'intercept5',
] as const;

const INTERCEPT_DOCS = [
  'Accesses to control registers',
  'Accesses to debug registers',
  'Exceptions by vector',
  'Events and instructions',
  'Instructions of SVM and later ones; traps after writes of control registers',
  'Instructions of later processors',
];

const intercepts = INTERCEPT_DOCS.map(
  (doc, word): VmcbField => ({
    name: `INTERCEPT_${word}`,
    offset: 4 * word,
    bytes: 4,
    group: 'Intercepts',
    clean: CLEAN.intercepts,
    fields: interceptBits(word),
    doc,
  }),
);

/** What EVENTINJ and EXITINTINFO have in common. @see AMD64 APM volume 2, 15.20 */
export const EVENT = {
  vector: 0xffn,
  typeAt: 8n,
  hasErrorCode: 1n << 11n,
  valid: 1n << 31n,
  errorCodeAt: 32n,
} as const;
export const EVENT_TYPE = { intr: 0, nmi: 2, exception: 3, software: 4 } as const;
const EVENT_FIELDS: readonly FieldSpec[] = [
  { name: 'VECTOR', high: 7, low: 0, doc: 'Vector' },
  {
    name: 'TYPE',
    high: 10,
    low: 8,
    doc: 'Kind of event',
    values: { 0: 'INTR', 2: 'NMI', 3: 'exception', 4: 'software interrupt' },
  },
  bit('EV', 11, 'The event has an error code'),
  bit('V', 31, 'There is an event'),
  { name: 'ERRORCODE', high: 63, low: 32, doc: 'Error code' },
];

/** Bits of V_INTR, the field at 060h. @see AMD64 APM volume 2, 15.21 */
export const V_INTR = {
  tpr: 0xfn,
  irq: 1n << 8n,
  gif: 1n << 9n,
  priorityAt: 16n,
  ignoreTpr: 1n << 20n,
  masking: 1n << 24n,
  gifEnable: 1n << 25n,
  vectorAt: 32n,
} as const;
const V_INTR_FIELDS: readonly FieldSpec[] = [
  { name: 'V_TPR', high: 7, low: 0, doc: "The guest's task priority: CR8 in bits 3:0" },
  bit('V_IRQ', 8, 'A virtual interrupt is pending'),
  bit('V_GIF', 9, "The guest's global interrupt flag"),
  bit('V_NMI', 11, 'A virtual NMI is pending'),
  bit('V_NMI_MASK', 12, 'Virtual NMIs are masked'),
  { name: 'V_INTR_PRIO', high: 19, low: 16, doc: 'Priority of the virtual interrupt' },
  bit('V_IGN_TPR', 20, 'The virtual interrupt does not heed V_TPR'),
  bit(
    'V_INTR_MASKING',
    24,
    "The guest's IF and TPR are for virtual interrupts only; the host's IF is for physical ones",
  ),
  bit('V_GIF_ENABLE', 25, 'STGI and CLGI of the guest work on V_GIF'),
  bit('V_NMI_ENABLE', 26, 'Virtual NMIs'),
  bit('X2AVIC_ENABLE', 30, 'Virtual x2APIC'),
  bit('AVIC_ENABLE', 31, 'Virtual APIC'),
  { name: 'V_INTR_VECTOR', high: 39, low: 32, doc: 'Vector of the virtual interrupt' },
];

/** Values of TLB_CONTROL. @see AMD64 APM volume 2, 15.16.1 */
export const TLB_CONTROL = { nothing: 0, all: 1, guest: 3, guestLocal: 7 } as const;

/** Bits of the field at 090h. */
export const NESTED = { enable: 1n << 0n, sev: 1n << 1n, sevEs: 1n << 2n, gmet: 1n << 3n } as const;
/** Bits of the field at 0B8h. */
export const VIRTUAL = { lbr: 1n << 0n, vmloadVmsave: 1n << 1n } as const;

export const CONTROL_AREA: readonly VmcbField[] = [
  ...intercepts,
  {
    name: 'PAUSE_FILTER_THRESHOLD',
    offset: 0x3c,
    bytes: 2,
    group: 'Intercepts',
    clean: CLEAN.intercepts,
    doc: 'Cycles between two PAUSE from which on they belong to two loops; 0: none',
  },
  {
    name: 'PAUSE_FILTER_COUNT',
    offset: 0x3e,
    bytes: 2,
    group: 'Intercepts',
    clean: CLEAN.intercepts,
    doc: 'So many PAUSE are not intercepted',
  },
  {
    name: 'IOPM_BASE_PA',
    offset: 0x40,
    bytes: 8,
    group: 'Intercepts',
    clean: CLEAN.permissionMaps,
    doc: 'Map of the ports that are intercepted, 12 KiB',
  },
  {
    name: 'MSRPM_BASE_PA',
    offset: 0x48,
    bytes: 8,
    group: 'Intercepts',
    clean: CLEAN.permissionMaps,
    doc: 'Map of the MSRs that are intercepted, 8 KiB',
  },
  {
    name: 'TSC_OFFSET',
    offset: 0x50,
    bytes: 8,
    group: 'Control',
    clean: CLEAN.intercepts,
    doc: 'What is added to the time stamp counter in the guest',
  },
  {
    name: 'GUEST_ASID',
    offset: 0x58,
    bytes: 4,
    group: 'Control',
    clean: CLEAN.asid,
    doc: "Number of the guest's translations; 0 is the host's",
  },
  {
    name: 'TLB_CONTROL',
    offset: 0x5c,
    bytes: 1,
    group: 'Control',
    doc: 'Translations to drop at VMRUN',
    fields: [
      {
        name: 'TLB_CONTROL',
        high: 7,
        low: 0,
        values: {
          0: 'nothing',
          1: 'all of all ASIDs',
          3: "all of this guest's",
          7: "this guest's that are not global",
        },
      },
    ],
  },
  { name: 'V_INTR', offset: 0x60, bytes: 8, group: 'Interrupts', clean: CLEAN.tpr, fields: V_INTR_FIELDS },
  {
    name: 'INTERRUPT_STATE',
    offset: 0x68,
    bytes: 8,
    group: 'Interrupts',
    fields: [
      bit('INTERRUPT_SHADOW', 0, 'No interrupt before the next instruction'),
      bit('GUEST_INTERRUPT_MASK', 1, "The guest's RFLAGS.IF, of guests whose state is encrypted"),
    ],
  },
  { name: 'EXITCODE', offset: 0x70, bytes: 8, group: 'Exit', isResult: true, doc: 'Why the guest was left' },
  { name: 'EXITINFO1', offset: 0x78, bytes: 8, group: 'Exit', isResult: true },
  { name: 'EXITINFO2', offset: 0x80, bytes: 8, group: 'Exit', isResult: true },
  {
    name: 'EXITINTINFO',
    offset: 0x88,
    bytes: 8,
    group: 'Exit',
    isResult: true,
    fields: EVENT_FIELDS,
    doc: 'The event whose delivery was interrupted by the exit',
  },
  {
    name: 'NP_CONTROL',
    offset: 0x90,
    bytes: 8,
    group: 'Nested paging',
    clean: CLEAN.nestedPaging,
    fields: [
      bit('NP_ENABLE', 0, 'Guest physical addresses are translated by the tables at N_CR3'),
      bit('SEV', 1, 'Encrypted memory'),
      bit('SEV_ES', 2, 'Encrypted state'),
      bit('GMET', 3, 'Guest mode execute trap'),
      bit('SSS_CHECK', 4, 'Supervisor shadow stack checks'),
      bit('VTE', 5, 'Virtual transparent encryption'),
      bit('RO_GPT', 6, 'Read-only guest page tables'),
      bit('INVLPGB', 7, 'INVLPGB and TLBSYNC in the guest'),
    ],
  },
  { name: 'AVIC_APIC_BAR', offset: 0x98, bytes: 8, group: 'Virtual APIC', clean: CLEAN.avic },
  { name: 'GHCB_PA', offset: 0xa0, bytes: 8, group: 'Control' },
  {
    name: 'EVENTINJ',
    offset: 0xa8,
    bytes: 8,
    group: 'Interrupts',
    fields: EVENT_FIELDS,
    doc: "The event that is delivered before the guest's first instruction",
  },
  {
    name: 'N_CR3',
    offset: 0xb0,
    bytes: 8,
    group: 'Nested paging',
    clean: CLEAN.nestedPaging,
    doc: 'Root of the nested tables',
  },
  {
    name: 'VIRTUAL_EXTENSIONS',
    offset: 0xb8,
    bytes: 8,
    group: 'Control',
    clean: CLEAN.lbr,
    fields: [
      bit('LBR_VIRTUALIZATION_ENABLE', 0, 'The guest has DBGCTL and last branches of its own'),
      bit('VIRTUALIZED_VMLOAD_VMSAVE', 1, 'VMLOAD and VMSAVE of the guest take guest physical addresses'),
      bit('IBS_VIRTUALIZATION', 2, 'Instruction-based sampling of the guest'),
      bit('PMC_VIRTUALIZATION', 3, "The guest's own performance counters"),
    ],
  },
  {
    name: 'VMCB_CLEAN',
    offset: 0xc0,
    bytes: 4,
    group: 'Control',
    doc: 'What is as the processor last saw it',
    fields: [
      bit('I', CLEAN.intercepts, 'Intercepts, TSC offset, pause filter'),
      bit('IOPM', CLEAN.permissionMaps, 'IOPM_BASE_PA and MSRPM_BASE_PA'),
      bit('ASID', CLEAN.asid, 'GUEST_ASID'),
      bit('TPR', CLEAN.tpr, 'V_INTR'),
      bit('NP', CLEAN.nestedPaging, 'Nested paging and G_PAT'),
      bit('CRx', CLEAN.controlRegisters, 'CR0, CR3, CR4, EFER'),
      bit('DRx', CLEAN.debugRegisters, 'DR6, DR7'),
      bit('DT', CLEAN.descriptorTables, 'GDTR and IDTR'),
      bit('SEG', CLEAN.segments, 'CS, DS, SS, ES and CPL'),
      bit('CR2', CLEAN.cr2, 'CR2'),
      bit('LBR', CLEAN.lbr, 'DBGCTL and last branches'),
      bit('AVIC', CLEAN.avic, 'Virtual APIC'),
      bit('CET', CLEAN.cet, 'Shadow stacks'),
    ],
  },
  { name: 'nRIP', offset: 0xc8, bytes: 8, group: 'Exit', isResult: true, doc: 'Address of the next instruction' },
  {
    name: 'NUMBER_OF_BYTES_FETCHED',
    offset: 0xd0,
    bytes: 1,
    group: 'Exit',
    isResult: true,
    doc: "Of the guest's instruction, in the next two fields",
  },
  { name: 'GUEST_INSTRUCTION_BYTES', offset: 0xd1, bytes: 8, group: 'Exit', isResult: true, doc: 'The first 8' },
  {
    name: 'GUEST_INSTRUCTION_BYTES_8',
    offset: 0xd9,
    bytes: 8,
    group: 'Exit',
    isResult: true,
    doc: 'The other 7, in bits 55:0',
  },
  { name: 'AVIC_BACKING_PAGE', offset: 0xe0, bytes: 8, group: 'Virtual APIC', clean: CLEAN.avic },
  { name: 'AVIC_LOGICAL_TABLE', offset: 0xf0, bytes: 8, group: 'Virtual APIC', clean: CLEAN.avic },
  { name: 'AVIC_PHYSICAL_TABLE', offset: 0xf8, bytes: 8, group: 'Virtual APIC', clean: CLEAN.avic },
  { name: 'VMSA_PTR', offset: 0x108, bytes: 8, group: 'Control' },
];
