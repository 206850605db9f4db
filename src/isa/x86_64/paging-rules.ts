/**
 * The faults that walks end in, as the processor reports them.
 * @see AMD64 APM volume 2, 8.2.15 "#PF", 8.4.2 "Page-Fault Error Code", 15.25.6 "Nested versus Guest Page Faults"
 */
import type { TrapDetail } from '../core/privileged';
import type { Access } from '../core/translation';
import { CAUSE, causeOf, PF, VECTOR, vmExitOf } from './causes';
import type { WalkFault, WalkSpace } from './paging';
import type { StagesEnd } from './paging-stages';
import { EXIT } from './svm/exit-codes';
import { NPF } from './svm/exit-info';

/** The error code of a walk that broke a rule. Memory that is not there reads as ones, of which some are reserved. */
export const errorCode = (
  fault: WalkFault,
  access: Access,
  { isUser, hasNoExecute, isSmep, levels }: Pick<WalkSpace, 'isUser' | 'hasNoExecute' | 'isSmep' | 'levels'>,
): number => {
  const isReserved = fault === 'reserved' || fault === 'tableNotMemory';
  const tellsFetches = isSmep || (hasNoExecute && levels > 2);
  return (
    (fault === 'notPresent' || fault === 'outOfRange' ? 0 : PF.present) |
    (access === 'write' ? PF.write : 0) |
    (isUser ? PF.user : 0) |
    (isReserved ? PF.reserved : 0) |
    (access === 'execute' && tellsFetches ? PF.fetch : 0)
  );
};

export interface PageFault {
  readonly cause: number;
  readonly tval: bigint;
  readonly detail?: TrapDetail;
}

/** What a walk that ended so raises; undefined without a fault. */
export const faultOf = (
  { end, stage, purpose, guestPhysical }: StagesEnd,
  access: Access,
  va: bigint,
  first: WalkSpace | undefined,
  second: WalkSpace | undefined,
): PageFault | undefined => {
  const { fault } = end;
  if (!fault) return undefined;
  if (fault === 'notCanonical') {
    return { cause: access === 'execute' ? causeOf(VECTOR.GP) : CAUSE.operand, tval: va };
  }
  if (stage === 2 && second) {
    const code = errorCode(fault, purpose === 'table' ? 'write' : access, second);
    const info = BigInt(code) | (purpose === 'table' ? NPF.table : NPF.final);
    return {
      cause: vmExitOf(EXIT.NPF),
      tval: info,
      detail: { guestPhysical: BigInt(guestPhysical), ...(purpose === 'table' && { implicit: 'write' }) },
    };
  }
  return first && { cause: causeOf(VECTOR.PF, errorCode(fault, access, first)), tval: va };
};
