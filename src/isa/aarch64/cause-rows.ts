/** Every cause that a processor here can report, in words. @see Arm ARM, D19.2 "ESR_EL1", tables of EC, DFSC and IFSC */
import type { TrapCause } from '../core/isa';
import type { Access } from '../core/translation';
import { CAUSE, causeOf, EC, FSC, INTERRUPT, TO_EL2, WRITE } from './causes';

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
  id,
  cause,
  isInterrupt: true,
  name,
  group: 'interrupt',
  tval: 'zero',
  ...more,
});

interface AccessRow {
  readonly access: Access;
  readonly ec: number;
  readonly mark: number;
  readonly id: string;
  readonly words: string;
}
const ACCESSES: readonly AccessRow[] = [
  { access: 'read', ec: EC.dataAbort, mark: 0, id: 'read', words: 'of a read' },
  { access: 'write', ec: EC.dataAbort, mark: WRITE, id: 'write', words: 'of a write' },
  { access: 'execute', ec: EC.instructionAbort, mark: 0, id: 'fetch', words: 'of a fetch' },
];

/** Faults with the level of a table. */
const OF_TABLES = [
  { status: FSC.translation, id: 'translation-fault', name: 'Translation fault', group: 'page-fault' },
  { status: FSC.accessFlag, id: 'access-flag-fault', name: 'Access flag fault', group: 'page-fault' },
  { status: FSC.permission, id: 'permission-fault', name: 'Permission fault', group: 'page-fault' },
  { status: FSC.addressSize, id: 'address-size-fault', name: 'Address size fault', group: 'access' },
  { status: FSC.externalOfTable, id: 'walk-abort', name: 'External abort of a table walk', group: 'access' },
] as const;
const LEVELS = [0, 1, 2, 3];

/** Faults of an access that no table is named for. */
const OTHERS = [
  { status: FSC.alignment, id: 'alignment-fault', name: 'Alignment fault', group: 'misaligned' },
  { status: FSC.external, id: 'external-abort', name: 'External abort', group: 'access' },
] as const;

const aborts = ({ access, ec, mark, id, words }: AccessRow): TrapCause[] => {
  const more = { tval: 'address', access } as const;
  const tables = OF_TABLES.flatMap((row) =>
    LEVELS.flatMap((level) => {
      const own = causeOf(ec, row.status + level, mark);
      const name = `${row.name} ${words}, level ${level}`;
      const group = row.group === 'page-fault' ? 'guest-page-fault' : row.group;
      return [
        exception(own, `${id}-${row.id}-${level}`, name, row.group, more),
        exception(own | TO_EL2, `${id}-stage2-${row.id}-${level}`, `Stage 2: ${name}`, group, {
          ...more,
          isOfGuests: true,
        }),
      ];
    }),
  );
  const others = OTHERS.flatMap((row) => {
    const own = causeOf(ec, row.status, mark);
    const name = `${row.name} ${words}`;
    return [
      exception(own, `${id}-${row.id}`, name, row.group, more),
      exception(own | TO_EL2, `${id}-stage2-${row.id}`, `Stage 2: ${name}`, row.group, { ...more, isOfGuests: true }),
    ];
  });
  return [...tables, ...others];
};

/** What EL2's controls take there has a cause of its own. */
const trapped = (ec: number, id: string, name: string, group: string): TrapCause[] => [
  exception(causeOf(ec), id, name, group, { tval: 'instruction' }),
  exception(causeOf(ec) | TO_EL2, `${id}-el2`, `${name}, taken to EL2`, group, { tval: 'instruction' }),
];

/** The calls come first: lists show them so. */
export const CAUSES: readonly TrapCause[] = [
  exception(CAUSE.svc, 'svc', 'Supervisor call (SVC)', 'ecall'),
  exception(CAUSE.svc | TO_EL2, 'svc-el2', 'Supervisor call (SVC), taken to EL2', 'ecall'),
  exception(CAUSE.hvc, 'hvc', 'Hypervisor call (HVC)', 'ecall'),
  exception(CAUSE.smc, 'smc', 'Secure monitor call (SMC)', 'ecall'),
  exception(CAUSE.smc | TO_EL2, 'smc-el2', 'Secure monitor call (SMC), taken to EL2', 'ecall'),
  ...ACCESSES.flatMap(aborts),
  exception(CAUSE.exclusiveOfDevice, 'exclusive-of-device', 'Exclusive or atomic access of a device', 'access', {
    tval: 'address',
    access: 'write',
  }),
  exception(causeOf(EC.instructionAbort, FSC.tlbConflict), 'fetch-tlb-conflict', 'TLB conflict of a fetch', 'access', {
    tval: 'address',
  }),
  exception(CAUSE.pcAlignment, 'pc-alignment', 'PC alignment fault', 'misaligned', {
    tval: 'address',
    access: 'execute',
  }),
  exception(CAUSE.spAlignment, 'sp-alignment', 'SP alignment fault', 'misaligned'),
  ...trapped(EC.unknown, 'undefined', 'Undefined instruction', 'illegal'),
  exception(CAUSE.illegalState, 'illegal-state', 'Illegal execution state', 'illegal'),
  ...trapped(EC.sysreg, 'sysreg', 'System register or instruction that is not allowed', 'illegal'),
  ...trapped(EC.wfx, 'wfx', 'WFI or WFE that is not allowed', 'illegal'),
  ...trapped(EC.simd, 'simd', 'SIMD or floating point that is not allowed', 'illegal'),
  ...trapped(EC.pauth, 'pauth', 'Pointer authentication that is not allowed', 'illegal'),
  ...trapped(EC.eret, 'eret-trap', 'ERET that is not allowed', 'illegal'),
  exception(causeOf(EC.bti), 'branch-target', 'Branch target that is not allowed (BTI)', 'illegal'),
  exception(causeOf(EC.fpac), 'pauth-failure', 'Pointer authentication failure', 'illegal'),
  exception(causeOf(EC.mops), 'memory-copy', 'Memory copy or set that is not allowed', 'illegal'),
  exception(causeOf(EC.fpException), 'fp-exception', 'Floating-point exception', 'float'),
  exception(CAUSE.brk, 'brk', 'Breakpoint instruction (BRK)', 'breakpoint'),
  exception(causeOf(EC.breakpoint), 'breakpoint', 'Breakpoint of a debug register', 'breakpoint', { tval: 'address' }),
  exception(causeOf(EC.softwareStep), 'software-step', 'Software step', 'breakpoint'),
  exception(causeOf(EC.watchpoint), 'read-watchpoint', 'Watchpoint of a read', 'breakpoint', { tval: 'address' }),
  exception(causeOf(EC.watchpoint, 0, WRITE), 'write-watchpoint', 'Watchpoint of a write', 'breakpoint', {
    tval: 'address',
  }),
  interrupt(INTERRUPT.IRQ, 'irq', 'Interrupt (IRQ)'),
  interrupt(INTERRUPT.FIQ, 'fiq', 'Fast interrupt (FIQ)'),
  interrupt(INTERRUPT.SError, 'serror', 'System error (SError)'),
  interrupt(INTERRUPT.vIRQ, 'virtual-irq', 'Virtual interrupt (vIRQ)', { isOfGuests: true }),
  interrupt(INTERRUPT.vFIQ, 'virtual-fiq', 'Virtual fast interrupt (vFIQ)', { isOfGuests: true }),
  interrupt(INTERRUPT.vSError, 'virtual-serror', 'Virtual system error (vSError)', { isOfGuests: true }),
];

const EXCEPTIONS = new Map(CAUSES.filter(({ isInterrupt }) => !isInterrupt).map((row) => [row.cause, row]));

/** The cause's name in the manual's words; its class in numbers for one that the manual reserves. */
export const causeName = (cause: number): string => EXCEPTIONS.get(cause)?.name ?? `exception class ${cause >> 6}`;
