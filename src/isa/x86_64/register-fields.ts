/** Fields of the registers that are no MSRs. @see AMD64 APM volume 2, 3.1 "System-Control Registers", 13.1.1 "Debug Registers"; volume 1, 6.4.2 */
import type { FieldSpec } from '../../base/fields';

const flag = (name: string, at: number, doc: string): FieldSpec => ({ name, high: at, low: at, doc });
const field = (name: string, high: number, low: number, doc: string, values?: FieldSpec['values']): FieldSpec => ({
  name,
  high,
  low,
  doc,
  ...(values && { values }),
});

export const RFLAGS_FIELDS: readonly FieldSpec[] = [
  flag('ID', 21, 'That it can be changed says that there is CPUID.'),
  flag('VIP', 20, 'Virtual interrupt pending.'),
  flag('VIF', 19, 'Virtual interrupt flag.'),
  flag('AC', 18, 'Alignment is checked in ring 3; under SMAP the supervisor may access user pages.'),
  flag('VM', 17, 'Virtual-8086 mode.'),
  flag('RF', 16, 'Breakpoints of the next instruction are ignored once.'),
  flag('NT', 14, 'The task was called by another one.'),
  field('IOPL', 13, 12, 'Lowest privilege that may use ports, CLI and STI.'),
  flag('OF', 11, 'Overflow of signed numbers.'),
  flag('DF', 10, 'String instructions go downwards.'),
  flag('IF', 9, 'Interrupts are taken.'),
  flag('TF', 8, 'Each instruction raises #DB behind it.'),
  flag('SF', 7, 'The result is negative.'),
  flag('ZF', 6, 'The result is zero.'),
  flag('AF', 4, 'Carry out of bit 3.'),
  flag('PF', 2, 'The lowest byte of the result has an even number of ones.'),
  flag('CF', 0, 'Carry: overflow of unsigned numbers.'),
];

export const CR0_FIELDS: readonly FieldSpec[] = [
  flag('PG', 31, 'Paging is on.'),
  flag('CD', 30, 'Caches are off.'),
  flag('NW', 29, 'Not write-through.'),
  flag('AM', 18, 'RFLAGS.AC checks alignment.'),
  flag('WP', 16, 'The supervisor may not write what is read-only.'),
  flag('NE', 5, 'x87 errors are exceptions (#MF).'),
  flag('ET', 4, 'There is an x87.'),
  flag('TS', 3, 'Task switched: x87 and SSE instructions raise #NM.'),
  flag('EM', 2, 'x87 instructions raise #NM.'),
  flag('MP', 1, 'WAIT looks at TS.'),
  flag('PE', 0, 'Protected mode.'),
];

export const CR3_FIELDS: readonly FieldSpec[] = [
  field('Base', 51, 12, 'Where the first table lies, without the bits below; of PAE from bit 5 on.'),
  flag('PCD', 4, 'The first table is not cached. With CR4.PCIDE bits 11 to 0 are PCID.'),
  flag('PWT', 3, 'The first table is written through.'),
];

export const CR4_FIELDS: readonly FieldSpec[] = [
  flag('PKE', 22, 'Protection keys.'),
  flag('SMAP', 21, 'The supervisor may not access user pages but with RFLAGS.AC.'),
  flag('SMEP', 20, 'The supervisor may not execute user pages.'),
  flag('OSXSAVE', 18, 'XSAVE and XGETBV are on.'),
  flag('PCIDE', 17, 'CR3 names an address space (PCID).'),
  flag('FSGSBASE', 16, 'RDFSBASE and its kind are on.'),
  flag('LA57', 12, '5 levels of tables.'),
  flag('UMIP', 11, "SGDT, SIDT, SLDT, STR and SMSW are the supervisor's."),
  flag('OSXMMEXCPT', 10, 'SSE exceptions are #XF.'),
  flag('OSFXSR', 9, 'SSE is on.'),
  flag('PCE', 8, 'RDPMC in ring 3.'),
  flag('PGE', 7, 'Global pages.'),
  flag('MCE', 6, 'Machine checks are exceptions.'),
  flag('PAE', 5, 'Entries of 64 bits.'),
  flag('PSE', 4, 'Pages of 4 MiB.'),
  flag('DE', 3, 'Breakpoints of I/O; DR4 and DR5 are not there.'),
  flag('TSD', 2, "RDTSC is the supervisor's."),
  flag('PVI', 1, 'Virtual interrupts in protected mode.'),
  flag('VME', 0, 'Virtual interrupts in virtual-8086 mode.'),
];

export const EFER_FIELDS: readonly FieldSpec[] = [
  flag('TCE', 15, 'INVLPG drops less.'),
  flag('FFXSR', 14, 'FXSAVE in ring 0 leaves XMM registers out.'),
  flag('LMSLE', 13, 'Limits in long mode.'),
  flag('SVME', 12, 'SVM is on.'),
  flag('NXE', 11, 'Pages can be not executable.'),
  flag('LMA', 10, 'Long mode is active.'),
  flag('LME', 8, 'Long mode is asked for; it begins with paging.'),
  flag('SCE', 0, 'SYSCALL and SYSRET are on.'),
];

export const XCR0_FIELDS: readonly FieldSpec[] = [
  flag('YMM', 2, 'XSAVE keeps the upper halves of YMM registers.'),
  flag('SSE', 1, 'XSAVE keeps XMM registers.'),
  flag('X87', 0, 'XSAVE keeps the x87.'),
];

export const DR6_FIELDS: readonly FieldSpec[] = [
  flag('BT', 15, 'By a task switch.'),
  flag('BS', 14, 'By RFLAGS.TF.'),
  flag('BD', 13, 'By an access to debug registers.'),
  ...[3, 2, 1, 0].map((n) => flag(`B${n}`, n, `By breakpoint ${n}.`)),
];

const CONDITIONS = { 0: 'execute', 1: 'write', 2: 'I/O', 3: 'read or write' } as const;
const LENGTHS = { 0: '1 byte', 1: '2 bytes', 2: '8 bytes', 3: '4 bytes' } as const;

export const DR7_FIELDS: readonly FieldSpec[] = [
  ...[3, 2, 1, 0].flatMap((n) => [
    field(`LEN${n}`, 19 + 4 * n, 18 + 4 * n, `Length of breakpoint ${n}.`, LENGTHS),
    field(`RW${n}`, 17 + 4 * n, 16 + 4 * n, `What breakpoint ${n} is for.`, CONDITIONS),
  ]),
  flag('GD', 13, 'Accesses to debug registers raise #DB.'),
  ...[3, 2, 1, 0].flatMap((n) => [
    flag(`G${n}`, 2 * n + 1, `Breakpoint ${n} is on.`),
    flag(`L${n}`, 2 * n, `Breakpoint ${n} is on until a task switch.`),
  ]),
];

export const SELECTOR_FIELDS: readonly FieldSpec[] = [
  field('Index', 15, 3, 'Which descriptor of the table.'),
  field('TI', 2, 2, 'Which table.', { 0: 'GDT', 1: 'LDT' }),
  field('RPL', 1, 0, 'Requested privilege level; of CS and SS the current one.'),
];

/** As the VMCB has them. */
export const ATTRIBUTE_FIELDS: readonly FieldSpec[] = [
  flag('G', 11, 'The limit counts pages of 4 KiB.'),
  flag('DB', 10, '32-bit code or stack.'),
  flag('L', 9, '64-bit code.'),
  flag('AVL', 8, 'Free for the kernel.'),
  flag('P', 7, 'Present.'),
  field('DPL', 6, 5, 'Privilege level of the descriptor.'),
  flag('S', 4, 'Code or data; 0: of the system.'),
  field('Type', 3, 0, 'Type of the descriptor.'),
];

const EXCEPTIONS = [
  ['P', 5, 'inexact'],
  ['U', 4, 'underflow'],
  ['O', 3, 'overflow'],
  ['Z', 2, 'division by zero'],
  ['D', 1, 'denormal operand'],
  ['I', 0, 'invalid'],
] as const;
const ROUNDINGS = { 0: 'nearest', 1: 'down', 2: 'up', 3: 'towards zero' } as const;

export const MXCSR_FIELDS: readonly FieldSpec[] = [
  flag('FZ', 15, 'Results that would be denormal are 0.'),
  field('RC', 14, 13, 'Rounding.', ROUNDINGS),
  ...EXCEPTIONS.map(([letter, at, name]) => flag(`${letter}M`, at + 7, `Masked: ${name}.`)),
  flag('DAZ', 6, 'Denormal operands are 0.'),
  ...EXCEPTIONS.map(([letter, at, name]) => flag(`${letter}E`, at, `Raised: ${name}.`)),
];

export const FCW_FIELDS: readonly FieldSpec[] = [
  field('RC', 11, 10, 'Rounding.', ROUNDINGS),
  field('PC', 9, 8, 'Precision.', { 0: '24 bits', 2: '53 bits', 3: '64 bits' }),
  ...EXCEPTIONS.map(([letter, at, name]) => flag(`${letter}M`, at, `Masked: ${name}.`)),
];

export const FSW_FIELDS: readonly FieldSpec[] = [
  flag('B', 15, 'Busy: as ES.'),
  flag('C3', 14, 'Condition code 3.'),
  field('TOP', 13, 11, 'Which register is ST(0).'),
  flag('C2', 10, 'Condition code 2.'),
  flag('C1', 9, 'Condition code 1.'),
  flag('C0', 8, 'Condition code 0.'),
  flag('ES', 7, 'An exception is raised that is not masked.'),
  flag('SF', 6, 'Stack fault.'),
  ...EXCEPTIONS.map(([letter, at, name]) => flag(`${letter}E`, at, `Raised: ${name}.`)),
];
