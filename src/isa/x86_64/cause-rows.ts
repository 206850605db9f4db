/**
 * Every cause that a processor here can report, in words: exceptions, calls, interrupts by their vectors, and VM exits by their exit
 * codes. What comes with a cause, error codes and the like, has no rows of its own.
 * @see AMD64 APM volume 2, 8.2 "Vectors", Appendix C "SVM Intercept Exit Codes"
 */
import type { TrapCause, TrapReport } from '../core/isa';
import { errorCodeOf, INTERRUPT, MARK, PF, VECTOR, vectorOf } from './causes';
import { EXIT, EXIT_NAMES } from './svm/exit-codes';
import { exitInfoText, NPF, nestedFaultText } from './svm/exit-info';

/** Rows of software interrupts, calls and VM exits count from here. */
const SOFTWARE = 0x2_0000;
const CALL = 0x3_0000;
const VM_EXIT = 0x1_0000;
const INJECTED = 0x4_0000;
/** In the numbers of page faults: of a write, of a fetch. */
const WRITE = 0x1000;
const FETCH = 0x2000;
const SYSTEM_CALL_VECTOR = 0x80;

type More = Partial<Pick<TrapCause, 'tval' | 'access' | 'isOfGuests'>>;

const exception = (cause: number, id: string, name: string, group: string, more: More = {}): TrapCause => ({
  id,
  cause,
  isInterrupt: false,
  name,
  group,
  tval: 'zero',
  ...more,
});
const interrupt = (cause: number, id: string, name: string, more: More = {}): TrapCause => ({
  ...exception(cause, id, name, 'interrupt', more),
  isInterrupt: true,
});

const ACCESSES = [
  { access: 'read', mark: 0, id: 'read', words: 'read' },
  { access: 'write', mark: WRITE, id: 'write', words: 'write' },
  { access: 'execute', mark: FETCH, id: 'fetch', words: 'fetch' },
] as const;

const pageFaults = ACCESSES.map(({ access, mark, id, words }) =>
  exception(VECTOR.PF + mark, `${id}-page-fault`, `Page fault (#PF) of a ${words}`, 'page-fault', {
    tval: 'address',
    access,
  }),
);
const nestedPageFaults = ACCESSES.map(({ access, mark, id, words }) =>
  exception(
    VM_EXIT + EXIT.NPF + mark,
    `${id}-nested-page-fault`,
    `Nested page fault of a ${words} (VMEXIT_NPF)`,
    'guest-page-fault',
    { access, isOfGuests: true },
  ),
);

const EXCEPTIONS: readonly TrapCause[] = [
  exception(VECTOR.DE, 'divide', 'Divide error (#DE)', 'illegal'),
  exception(VECTOR.DB, 'debug', 'Debug exception (#DB)', 'breakpoint'),
  exception(VECTOR.BP, 'breakpoint', 'Breakpoint instruction (#BP)', 'breakpoint'),
  exception(VECTOR.OF, 'overflow', 'Overflow of INTO (#OF)', 'illegal'),
  exception(VECTOR.BR, 'bound', 'Bound range exceeded (#BR)', 'illegal'),
  exception(VECTOR.UD, 'undefined', 'Invalid opcode (#UD)', 'illegal'),
  exception(VECTOR.NM, 'device-not-available', 'Floating point or vectors that are off (#NM)', 'float'),
  exception(VECTOR.DF, 'double-fault', 'Double fault (#DF)', 'access'),
  exception(VECTOR.TS, 'invalid-tss', 'Invalid TSS (#TS)', 'access'),
  exception(VECTOR.NP, 'segment-not-present', 'Segment not present (#NP)', 'access'),
  exception(VECTOR.SS, 'stack-fault', 'Stack fault (#SS)', 'access'),
  exception(VECTOR.GP, 'general-protection', 'General protection fault (#GP)', 'access'),
  ...pageFaults,
  exception(VECTOR.MF, 'x87', 'x87 floating-point exception (#MF)', 'float'),
  exception(VECTOR.AC, 'alignment', 'Alignment check (#AC)', 'misaligned'),
  exception(VECTOR.MC, 'machine-check', 'Machine check (#MC)', 'access'),
  exception(VECTOR.XF, 'simd', 'SSE floating-point exception (#XF)', 'float'),
  exception(VECTOR.CP, 'control-protection', 'Control protection (#CP)', 'access'),
];

const FIRST_EXTERNAL = 32;
const hexOf = (number: number): string => `0x${number.toString(16)}`;

/** Interrupts from the controllers, by the vector that kernels give them. */
const EXTERNAL = Array.from({ length: 256 - FIRST_EXTERNAL }, (_, index) => {
  const vector = FIRST_EXTERNAL + index;
  return interrupt(vector, `interrupt-${vector}`, `Interrupt vector ${hexOf(vector)}`);
});

/** Exits for events from outside; all others are for what the guest did. */
const OF_EVENTS: ReadonlySet<number> = new Set([EXIT.INTR, EXIT.NMI, EXIT.SMI, EXIT.INIT, EXIT.VINTR]);

const vmExits = [...EXIT_NAMES]
  .filter(([code]) => code !== EXIT.NPF)
  .map(([code, name]) => {
    const id = `vmexit-${name.toLowerCase().replaceAll('_', '-')}`;
    const text = `VMEXIT_${name}`;
    const more = { isOfGuests: true } as const;
    if (OF_EVENTS.has(code)) return interrupt(VM_EXIT + code, id, text, more);
    return exception(VM_EXIT + code, id, text, code === EXIT.VMMCALL ? 'ecall' : 'vm-exit', more);
  });

/** What VMRUN injects is taken like an interrupt: exceptions have rows of their own then. */
const INJECTED_EXCEPTIONS = [
  ...EXCEPTIONS.filter((row) => !pageFaults.includes(row)),
  exception(VECTOR.PF, 'page-fault', 'Page fault (#PF)', 'page-fault'),
].map(({ cause, id, name }) =>
  interrupt(INJECTED + cause, `injected-${id}`, `Injected: ${name}`, { isOfGuests: true }),
);

/** The calls come first: lists show them so. */
export const CAUSES: readonly TrapCause[] = [
  exception(CALL + 1, 'syscall', 'System call (SYSCALL)', 'ecall'),
  exception(CALL + 2, 'sysenter', 'System call (SYSENTER)', 'ecall'),
  exception(SOFTWARE + SYSTEM_CALL_VECTOR, 'int-0x80', 'System call (INT 0x80)', 'ecall'),
  exception(SOFTWARE, 'int', 'Software interrupt (INT n)', 'ecall'),
  ...EXCEPTIONS,
  ...nestedPageFaults,
  ...vmExits,
  interrupt(VECTOR.NMI, 'nmi', 'Non-maskable interrupt (NMI)'),
  interrupt(vectorOf(INTERRUPT.init), 'init', 'INIT that was held off'),
  ...INJECTED_EXCEPTIONS,
  ...EXTERNAL,
];

const ofAccess = (isWrite: boolean, isFetch: boolean): number => (isFetch ? FETCH : isWrite ? WRITE : 0);

/** INT3, INTO and INT1 are exceptions that have names. */
const NAMED: ReadonlySet<number> = new Set([VECTOR.DB, VECTOR.BP, VECTOR.OF]);

/** The number of a cause's row in {@link CAUSES}. */
export const causeNumber = (cause: number, isInterrupt: boolean, tval: bigint): number => {
  if (cause & MARK.vmExit) {
    const code = cause & 0xfff;
    const isFault = code === EXIT.NPF;
    return VM_EXIT + code + (isFault ? ofAccess((tval & NPF.write) !== 0n, (tval & NPF.fetch) !== 0n) : 0);
  }
  const vector = vectorOf(cause);
  if (cause & MARK.injected && vector < FIRST_EXTERNAL && vector !== VECTOR.NMI) return INJECTED + vector;
  if (isInterrupt) return vector;
  if (cause & MARK.call) return CALL + vector;
  if (cause & MARK.software && !NAMED.has(vector)) return SOFTWARE + (vector === SYSTEM_CALL_VECTOR ? vector : 0);
  if (vector !== VECTOR.PF) return vector;
  const code = errorCodeOf(cause);
  return vector + ofAccess((code & PF.write) !== 0, (code & PF.fetch) !== 0);
};

const BY_NUMBER = new Map(CAUSES.filter(({ isInterrupt }) => !isInterrupt).map((row) => [row.cause, row]));

/** The name of what a walk raises. */
export const causeName = (cause: number, tval: bigint): string =>
  BY_NUMBER.get(causeNumber(cause, false, tval))?.name ?? `exception ${vectorOf(cause)}`;

/** Vectors that push an error code. @see AMD64 APM volume 2, table 8-1 */
const WITH_ERROR_CODE: ReadonlySet<number> = new Set([
  ...[VECTOR.DF, VECTOR.TS, VECTOR.NP, VECTOR.SS, VECTOR.GP, VECTOR.PF, VECTOR.AC, VECTOR.CP],
]);

const TABLES = ['GDT', 'IDT', 'LDT', 'IDT'] as const;

/** An error code that names a descriptor. @see AMD64 APM volume 2, 8.4.1 "Selector-Error Code" */
const selectorText = (code: number): string => {
  const table = TABLES[(code >> 1) & 3] ?? 'GDT';
  const index = table === 'IDT' ? `vector ${code >> 3}` : `selector ${hexOf(code & 0xfffc)}`;
  return `error code ${hexOf(code)} (${index} of the ${table}${code & 1 ? ', while an event was delivered' : ''})`;
};

const pageFaultText = (code: number): string => {
  const why = code & PF.reserved ? 'a reserved bit is set' : code & PF.present ? 'not permitted' : 'not present';
  return `error code ${hexOf(code)} (${code & PF.user ? 'ring 3' : 'supervisor'}, ${why})`;
};

/** Implements {@link Isa.causeDetail}: error codes, vectors of INT n, EXITINFO1 and EXITINFO2. */
export const causeDetail = ({ cause, isInterrupt, tval, second = 0n }: TrapReport): string | undefined => {
  if (cause & MARK.vmExit) {
    const code = cause & 0xfff;
    const text = code === EXIT.NPF ? nestedFaultText(tval) : exitInfoText(code, tval, second);
    return text === '' ? undefined : text;
  }
  const vector = vectorOf(cause);
  if (isInterrupt || cause & MARK.call) return undefined;
  if (cause & MARK.software) return NAMED.has(vector) ? undefined : `INT ${hexOf(vector)}`;
  if (!WITH_ERROR_CODE.has(vector)) return undefined;
  const code = errorCodeOf(cause);
  if (vector === VECTOR.PF) return pageFaultText(code);
  return code === 0 ? 'error code 0' : selectorText(code);
};
