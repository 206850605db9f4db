/**
 * Trap causes of RISC-V.
 * @see RISC-V Privileged ISA 20240411, table "Machine cause register (mcause) values after trap"
 */
import type { TrapCause } from '../core/isa';
import type { Access } from '../core/translation';

/** Cause numbers of synchronous exceptions. */
export const CAUSE = {
  fetchMisaligned: 0,
  fetchAccess: 1,
  illegal: 2,
  breakpoint: 3,
  loadMisaligned: 4,
  loadAccess: 5,
  storeMisaligned: 6,
  storeAccess: 7,
  ecallU: 8,
  ecallS: 9,
  ecallVs: 10,
  ecallM: 11,
  fetchPage: 12,
  loadPage: 13,
  storePage: 15,
  fetchGuestPage: 20,
  loadGuestPage: 21,
  virtualInstruction: 22,
  storeGuestPage: 23,
} as const;

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

/** A row whose cause only guests raise. */
const ofGuests = (row: TrapCause): TrapCause => ({ ...row, isOfGuests: true });

/** Every cause a hart here can report. */
export const CAUSES: readonly TrapCause[] = [
  exception(0, 'instruction-address-misaligned', 'Instruction address misaligned', 'misaligned', 'address', 'execute'),
  exception(1, 'instruction-access-fault', 'Instruction access fault', 'access', 'address', 'execute'),
  exception(2, 'illegal-instruction', 'Illegal instruction', 'illegal', 'instruction'),
  exception(3, 'breakpoint', 'Breakpoint', 'breakpoint', 'zero'),
  exception(4, 'load-address-misaligned', 'Load address misaligned', 'misaligned', 'address', 'read'),
  exception(5, 'load-access-fault', 'Load access fault', 'access', 'address', 'read'),
  exception(6, 'store-address-misaligned', 'Store/AMO address misaligned', 'misaligned', 'address', 'write'),
  exception(7, 'store-access-fault', 'Store/AMO access fault', 'access', 'address', 'write'),
  exception(8, 'ecall-from-u', 'Environment call from U-mode', 'ecall', 'zero'),
  exception(9, 'ecall-from-s', 'Environment call from S-mode', 'ecall', 'zero'),
  ofGuests(exception(10, 'ecall-from-vs', 'Environment call from VS-mode', 'ecall', 'zero')),
  exception(11, 'ecall-from-m', 'Environment call from M-mode', 'ecall', 'zero'),
  exception(12, 'instruction-page-fault', 'Instruction page fault', 'page-fault', 'address', 'execute'),
  exception(13, 'load-page-fault', 'Load page fault', 'page-fault', 'address', 'read'),
  exception(15, 'store-page-fault', 'Store/AMO page fault', 'page-fault', 'address', 'write'),
  ofGuests(
    exception(
      20,
      'instruction-guest-page-fault',
      'Instruction guest-page fault',
      'guest-page-fault',
      'address',
      'execute',
    ),
  ),
  ofGuests(exception(21, 'load-guest-page-fault', 'Load guest-page fault', 'guest-page-fault', 'address', 'read')),
  ofGuests(exception(22, 'virtual-instruction', 'Virtual instruction', 'illegal', 'instruction')),
  ofGuests(
    exception(23, 'store-guest-page-fault', 'Store/AMO guest-page fault', 'guest-page-fault', 'address', 'write'),
  ),
  interrupt(1, 'supervisor-software-interrupt', 'Supervisor software interrupt'),
  ofGuests(interrupt(2, 'virtual-supervisor-software-interrupt', 'Virtual supervisor software interrupt')),
  interrupt(3, 'machine-software-interrupt', 'Machine software interrupt'),
  interrupt(5, 'supervisor-timer-interrupt', 'Supervisor timer interrupt'),
  ofGuests(interrupt(6, 'virtual-supervisor-timer-interrupt', 'Virtual supervisor timer interrupt')),
  interrupt(7, 'machine-timer-interrupt', 'Machine timer interrupt'),
  interrupt(9, 'supervisor-external-interrupt', 'Supervisor external interrupt'),
  ofGuests(interrupt(10, 'virtual-supervisor-external-interrupt', 'Virtual supervisor external interrupt')),
  interrupt(11, 'machine-external-interrupt', 'Machine external interrupt'),
];

/** The cause's name in the manual's words; a number for one that no hart here raises. */
export const causeName = (cause: number, isInterrupt: boolean): string =>
  CAUSES.find((row) => row.cause === cause && row.isInterrupt === isInterrupt)?.name ?? `cause ${cause}`;
