/** The registers of a processor as a debugger lists them, by the manual's groups; parts of general registers are found by name. */
import type { FieldSpec } from '../../base/fields';
import type { RegisterSpec } from '../core/registers';
import { DWARF, GENERAL, generalRegisterDoc } from './abi';
import type { MsrGroup } from './msr-rows';
import { MSRS } from './msrs';
import {
  ATTRIBUTE_FIELDS,
  CR0_FIELDS,
  CR3_FIELDS,
  CR4_FIELDS,
  DR6_FIELDS,
  DR7_FIELDS,
  EFER_FIELDS,
  FCW_FIELDS,
  FSW_FIELDS,
  MXCSR_FIELDS,
  RFLAGS_FIELDS,
  SELECTOR_FIELDS,
  XCR0_FIELDS,
} from './register-fields';
import { generalName } from './register-names';
import { HIGH_BYTES, SEGMENTS } from './state';

type Row = Pick<RegisterSpec, 'name' | 'doc'> & Partial<RegisterSpec>;

const spec = (row: Row): RegisterSpec => {
  const dwarf = DWARF[row.name];
  return {
    aliases: [],
    group: 'system',
    bits: 64,
    isWritable: true,
    ...(dwarf !== undefined && { dwarf }),
    ...row,
  };
};

const numbered = (count: number, row: (index: number) => Row): readonly RegisterSpec[] =>
  Array.from({ length: count }, (_, index) => spec(row(index)));

const general: readonly RegisterSpec[] = [
  ...GENERAL.map((name) => spec({ name, group: 'general', doc: generalRegisterDoc(name) })),
  spec({
    name: 'rip',
    aliases: ['pc'],
    group: 'general',
    doc: 'Address of the next instruction: linear, with the base of CS where that is not 0.',
  }),
  spec({ name: 'rflags', aliases: ['eflags'], group: 'general', doc: 'Flags.', fields: RFLAGS_FIELDS }),
];

const float = numbered(8, (index) => ({
  name: `st${index}`,
  aliases: [`st(${index})`],
  group: 'vector',
  bits: 128,
  doc: `x87 register ${index} from the top of its stack, in 80 bits.`,
}));

const vectors = numbered(16, (index) => ({
  name: `xmm${index}`,
  group: 'vector',
  bits: 128,
  doc: index < 8 ? `Vector or floating-point argument ${index}${index < 2 ? ' and result' : ''}.` : 'Temporary.',
}));

const TITLES = {
  segments: 'Segments',
  control: 'Control',
  tables: 'Descriptor Tables',
  debug: 'Debug',
  float: 'x87 and SSE',
  svm: 'Virtualization',
} as const;

const row = (
  section: string,
  name: string,
  doc: string,
  fields?: readonly FieldSpec[],
  more: Partial<RegisterSpec> = {},
): RegisterSpec => spec({ name, doc, section, ...(fields && { fields }), ...more });

/** What segments are for. */
const SEGMENT_DOCS: Readonly<Record<(typeof SEGMENTS)[number], string>> = {
  es: 'where string instructions write',
  cs: 'code',
  ss: 'the stack',
  ds: 'data',
  fs: 'data, with a base in 64-bit mode; often of the thread',
  gs: 'data, with a base in 64-bit mode; often of the processor',
  ldtr: 'the local descriptor table',
  tr: 'the task state segment',
};

const segments = SEGMENTS.flatMap((name) => [
  row(TITLES.segments, name, `Selector of the segment: ${SEGMENT_DOCS[name]}.`, SELECTOR_FIELDS),
  row(TITLES.segments, `${name}_base`, `Base of ${name}.`),
  row(TITLES.segments, `${name}_limit`, `Highest offset into ${name}, in bytes.`),
  row(TITLES.segments, `${name}_attributes`, `What the descriptor of ${name} says.`, ATTRIBUTE_FIELDS),
]);

const READ_ONLY = { isWritable: false } as const;

const system: readonly RegisterSpec[] = [
  ...segments,
  row(TITLES.control, 'cr0', 'Modes of the processor.', CR0_FIELDS),
  row(TITLES.control, 'cr2', 'Address of the last page fault.'),
  row(TITLES.control, 'cr3', 'Where the page tables are.', CR3_FIELDS),
  row(TITLES.control, 'cr4', 'Extensions that are on.', CR4_FIELDS),
  row(TITLES.control, 'efer', 'Extended features: long mode, SYSCALL, NX, SVM.', EFER_FIELDS),
  row(TITLES.control, 'xcr0', 'What XSAVE keeps.', XCR0_FIELDS),
  row(TITLES.tables, 'gdtr_base', 'Where the global descriptor table is.'),
  row(TITLES.tables, 'gdtr_limit', 'Its last byte.'),
  row(TITLES.tables, 'idtr_base', 'Where the interrupt descriptor table is.'),
  row(TITLES.tables, 'idtr_limit', 'Its last byte.'),
  ...[0, 1, 2, 3].map((n) => row(TITLES.debug, `dr${n}`, `Address of breakpoint ${n}.`)),
  row(TITLES.debug, 'dr6', 'Why #DB was raised.', DR6_FIELDS),
  row(TITLES.debug, 'dr7', 'Which breakpoints are on.', DR7_FIELDS),
  row(TITLES.float, 'mxcsr', 'Control and status of SSE.', MXCSR_FIELDS),
  row(TITLES.float, 'fcw', 'Control word of the x87.', FCW_FIELDS),
  row(TITLES.float, 'fsw', 'Status word of the x87.', FSW_FIELDS),
  row(TITLES.float, 'ftw', 'Which physical registers of the x87 are in use, a bit each.'),
  row(TITLES.svm, 'gif', 'Global interrupt flag: 0 between CLGI and STGI, and behind #VMEXIT.', undefined, READ_ONLY),
  row(TITLES.svm, 'isGuest', 'Whether a guest runs.', undefined, READ_ONLY),
  row(TITLES.svm, 'lastVmcb', 'Physical address of the VMCB of the last VMRUN.', undefined, READ_ONLY),
  row(TITLES.svm, 'asid', 'ASID of the guest.', undefined, READ_ONLY),
  row(TITLES.svm, 'isNested', 'Whether the guest has nested paging.', undefined, READ_ONLY),
  row(TITLES.svm, 'nestedCr3', 'Where the nested tables are.', undefined, READ_ONLY),
];

/** Titles of the groups of model-specific registers. */
const MSR_TITLES: Readonly<Record<MsrGroup, string>> = {
  control: 'Control',
  'system calls': 'System Calls',
  'memory types': 'Memory Types',
  time: 'Time',
  'machine check': 'Machine Check',
  debug: 'Debug',
  virtualization: 'Virtualization',
};
/** Those that count by themselves. */
const COUNTERS = /^(TSC|MPERF|APERF)$/;

/** EFER and the bases of FS and GS stand above. */
const ABOVE: ReadonlySet<string> = new Set(system.map(({ name }) => name));

const modelSpecific = MSRS.filter(({ name }) => !ABOVE.has(name.toLowerCase())).map(
  ({ name, number, group, doc, fields, writable }) =>
    row(MSR_TITLES[group], name, doc, fields, {
      number,
      ...(COUNTERS.test(name) && { isCounter: true }),
      isWritable: writable !== 0n,
    }),
);

export const REGISTERS: readonly RegisterSpec[] = [...general, ...float, ...vectors, ...system, ...modelSpecific];

/** A part of a general register: the view of the state that has it, and its number there. */
export interface RegisterPart {
  readonly view: 'd' | 'w' | 'b';
  readonly index: number;
}

const PARTS = new Map<string, RegisterPart>([
  ...GENERAL.flatMap((_, index): [string, RegisterPart][] => [
    [generalName(index, 32), { view: 'd', index }],
    [generalName(index, 16), { view: 'w', index }],
    [generalName(index, 8), { view: 'b', index }],
  ]),
  ...[0, 1, 2, 3].map((index): [string, RegisterPart] => [
    generalName(HIGH_BYTES + index, 8),
    { view: 'b', index: HIGH_BYTES + index },
  ]),
]);

// As in other debuggers and on other architectures: the whole stack pointer, whose lowest 16 bits nobody asks for.
PARTS.delete('sp');
const GENERIC = { sp: 'rsp', fp: 'rbp' } as const;

/** The part of a general register that a name stands for. */
export const partOf = (name: string): RegisterPart | undefined => PARTS.get(name);

const PART_BITS = { d: 32, w: 16, b: 8 } as const;

const BY_NAME = new Map<string, RegisterSpec>();
for (const [name, { view, index }] of PARTS) {
  const whole = GENERAL[index % 16] ?? '';
  BY_NAME.set(name, {
    name,
    aliases: [],
    group: 'general',
    bits: PART_BITS[view],
    doc: `${PART_BITS[view]} bits of ${whole}.`,
    isWritable: true,
  });
}
for (const one of REGISTERS) {
  for (const name of [one.name, ...one.aliases]) BY_NAME.set(name.toLowerCase(), one);
}
for (const [name, whole] of Object.entries(GENERIC)) {
  const one = BY_NAME.get(whole);
  if (one) BY_NAME.set(name, one);
}
const BY_DWARF = new Map(REGISTERS.flatMap((one) => (one.dwarf === undefined ? [] : [[one.dwarf, one] as const])));

/** Register by name or alias, in any case. */
export const registerOfName = (name: string): RegisterSpec | undefined => BY_NAME.get(name.toLowerCase());

/** Register by its number in DWARF. */
export const registerOfDwarf = (dwarf: number): RegisterSpec | undefined => BY_DWARF.get(dwarf);
