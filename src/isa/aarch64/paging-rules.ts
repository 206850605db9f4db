/** The faults that walks end in: their causes. @see Arm ARM, D8.15 "Memory aborts", D19.2 "ESR_EL1", DFSC */
import type { TrapDetail } from '../core/privileged';
import type { Access } from '../core/translation';
import { causeOf, EC, FSC, TO_EL2, WRITE } from './causes';
import type { WalkFault } from './paging';
import type { StagesEnd } from './paging-stages';

const ADDRESS_SIZE: ReadonlySet<WalkFault> = new Set(['flatBeyond', 'rootBeyond', 'tableBeyond', 'targetBeyond']);
const TRANSLATION: ReadonlySet<WalkFault> = new Set([
  'outOfRange',
  'sizeInvalid',
  'startInvalid',
  'closed',
  'closedToUsers',
  'invalid',
  'noBlock',
  'reserved',
]);

/** Fault status code. */
export const statusOfFault = (fault: WalkFault, level: number): number => {
  if (TRANSLATION.has(fault)) return FSC.translation + level;
  if (ADDRESS_SIZE.has(fault)) return FSC.addressSize + level;
  switch (fault) {
    case 'notAccessed':
      return FSC.accessFlag + level;
    case 'tableNotMemory':
      return FSC.externalOfTable + level;
    case 'unaligned':
      return FSC.alignment;
    default:
      return FSC.permission + level;
  }
};

const marksOf = (access: Access): number => (access === 'write' ? WRITE : 0);

/** The cause of an abort with a fault status code. */
export const abortCause = (access: Access, status: number, marks = 0): number =>
  causeOf(access === 'execute' ? EC.instructionAbort : EC.dataAbort, status, marksOf(access) | marks);

export interface Abort {
  readonly cause: number;
  readonly detail?: TrapDetail;
}

/** The exception that a walk which ended so raises; undefined without a fault. */
export const abortOf = ({ end, stage, purpose, guestPhysical }: StagesEnd, access: Access): Abort | undefined => {
  if (!end.fault) return undefined;
  const status = statusOfFault(end.fault, end.level);
  if (stage === 1) return { cause: abortCause(access, status) };
  const detail = { guestPhysical: BigInt(guestPhysical), ...(purpose !== 'access' && { implicit: purpose }) };
  return { cause: abortCause(access, status, TO_EL2), detail };
};
