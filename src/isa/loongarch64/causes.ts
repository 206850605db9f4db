/**
 * Exceptions and interrupts of LoongArch. A cause here is Ecode, with Esubcode above its six bits.
 * @see LoongArch Reference Manual, Volume 1, "Exceptions", table of exception encodings
 */
import type { TrapCause } from '../core/isa';
import type { Access } from '../core/translation';

const ESUB = 6;

/** Causes of synchronous exceptions. */
export const CAUSE = {
  loadPageInvalid: 0x1,
  storePageInvalid: 0x2,
  fetchPageInvalid: 0x3,
  pageModification: 0x4,
  pageNonReadable: 0x5,
  pageNonExecutable: 0x6,
  pagePrivilege: 0x7,
  fetchAddress: 0x8,
  memoryAddress: 0x8 | (1 << ESUB),
  addressAlignment: 0x9,
  boundCheck: 0xa,
  syscall: 0xb,
  breakpoint: 0xc,
  noInstruction: 0xd,
  instructionPrivilege: 0xe,
  floatDisabled: 0xf,
  vectorDisabled: 0x10,
  wideVectorDisabled: 0x11,
  floatError: 0x12,
  fetchWatch: 0x13,
  memoryWatch: 0x13 | (1 << ESUB),
  /** Not an Ecode either: a fault of the hardware, which no device here has. It has an entry point and registers of its own. */
  machineError: 0x3e,
  /** Not an Ecode: the TLB has no entry. It has an entry point and registers of its own. */
  tlbRefillFetch: 0x3f,
  tlbRefillLoad: 0x3f | (1 << ESUB),
  tlbRefillStore: 0x3f | (2 << ESUB),
} as const;

/** Ecode and Esubcode as ESTAT has them. */
export const ecodeOf = (cause: number): number => cause & 0x3f;
export const esubcodeOf = (cause: number): number => cause >> ESUB;
/** What a TLB refill is to ESTAT: nothing; and how the engine knows it. */
export const isRefill = (cause: number): boolean => ecodeOf(cause) === 0x3f;

const exception = (
  cause: number,
  id: string,
  name: string,
  group: string,
  tval: TrapCause['tval'],
  access?: Access,
): TrapCause => ({ id, cause, isInterrupt: false, name, group, tval, ...(access && { access }) });
const interrupt = (cause: number, id: string, name: string): TrapCause => ({
  id,
  cause,
  isInterrupt: true,
  name,
  group: 'interrupt',
  tval: 'zero',
});

/** Every cause a processor here can report. */
export const CAUSES: readonly TrapCause[] = [
  exception(CAUSE.tlbRefillLoad, 'tlb-refill-load', 'TLB refill of a load', 'tlb-refill', 'address', 'read'),
  exception(CAUSE.tlbRefillStore, 'tlb-refill-store', 'TLB refill of a store', 'tlb-refill', 'address', 'write'),
  exception(CAUSE.tlbRefillFetch, 'tlb-refill-fetch', 'TLB refill of a fetch', 'tlb-refill', 'address', 'execute'),
  exception(CAUSE.loadPageInvalid, 'load-page-invalid', 'Page invalid for load (PIL)', 'page-fault', 'address', 'read'),
  exception(
    CAUSE.storePageInvalid,
    'store-page-invalid',
    'Page invalid for store (PIS)',
    'page-fault',
    'address',
    'write',
  ),
  exception(
    CAUSE.fetchPageInvalid,
    'fetch-page-invalid',
    'Page invalid for fetch (PIF)',
    'page-fault',
    'address',
    'execute',
  ),
  exception(CAUSE.pageModification, 'page-modification', 'Page modification (PME)', 'page-fault', 'address', 'write'),
  exception(CAUSE.pageNonReadable, 'page-non-readable', 'Page non-readable (PNR)', 'page-fault', 'address', 'read'),
  exception(
    CAUSE.pageNonExecutable,
    'page-non-executable',
    'Page non-executable (PNX)',
    'page-fault',
    'address',
    'execute',
  ),
  exception(CAUSE.pagePrivilege, 'page-privilege', 'Page privilege level illegal (PPI)', 'page-fault', 'address'),
  exception(
    CAUSE.fetchAddress,
    'fetch-address-error',
    'Address error of a fetch (ADEF)',
    'access',
    'address',
    'execute',
  ),
  exception(CAUSE.memoryAddress, 'memory-address-error', 'Address error of an access (ADEM)', 'access', 'address'),
  exception(CAUSE.addressAlignment, 'address-alignment', 'Address alignment (ALE)', 'misaligned', 'address'),
  exception(CAUSE.boundCheck, 'bound-check', 'Bound check (BCE)', 'access', 'address'),
  exception(CAUSE.syscall, 'syscall', 'System call (SYS)', 'ecall', 'zero'),
  exception(CAUSE.breakpoint, 'breakpoint', 'Breakpoint (BRK)', 'breakpoint', 'zero'),
  exception(
    CAUSE.noInstruction,
    'instruction-non-existent',
    'Instruction non-existent (INE)',
    'illegal',
    'instruction',
  ),
  exception(
    CAUSE.instructionPrivilege,
    'instruction-privilege',
    'Instruction privilege (IPE)',
    'illegal',
    'instruction',
  ),
  exception(CAUSE.floatDisabled, 'float-disabled', 'Floating point disabled (FPD)', 'illegal', 'instruction'),
  exception(CAUSE.vectorDisabled, 'lsx-disabled', '128-bit vectors disabled (SXD)', 'illegal', 'instruction'),
  exception(CAUSE.wideVectorDisabled, 'lasx-disabled', '256-bit vectors disabled (ASXD)', 'illegal', 'instruction'),
  exception(CAUSE.floatError, 'float-error', 'Floating point error (FPE)', 'float', 'zero'),
  exception(CAUSE.machineError, 'machine-error', 'Machine error (MERR)', 'access', 'zero'),
  exception(CAUSE.fetchWatch, 'fetch-watch', 'Watchpoint of a fetch (WPEF)', 'breakpoint', 'address', 'execute'),
  exception(CAUSE.memoryWatch, 'memory-watch', 'Watchpoint of an access (WPEM)', 'breakpoint', 'address'),
  interrupt(0, 'software-interrupt-0', 'Software interrupt 0 (SWI0)'),
  interrupt(1, 'software-interrupt-1', 'Software interrupt 1 (SWI1)'),
  ...Array.from({ length: 8 }, (_, line) =>
    interrupt(2 + line, `hardware-interrupt-${line}`, `Hardware interrupt ${line} (HWI${line})`),
  ),
  interrupt(10, 'performance-interrupt', 'Performance counter overflow (PMI)'),
  interrupt(11, 'timer-interrupt', 'Timer interrupt (TI)'),
  interrupt(12, 'inter-processor-interrupt', 'Inter-processor interrupt (IPI)'),
];

/** The cause's name in the manual's words; a number for one that the manual reserves. */
export const causeName = (cause: number, isInterrupt: boolean): string =>
  CAUSES.find((row) => row.cause === cause && row.isInterrupt === isInterrupt)?.name ?? `Ecode ${cause}`;
