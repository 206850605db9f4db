/** The rules that a walk can break, in sentences. */
import { hex } from '../../base/address';
import { t } from '../../base/l10n';
import type { WalkEnd, WalkSpace } from './paging';
import type { StagesEnd } from './paging-stages';

/** `48-bit, 4 KiB`; what tables translate, and their granule. */
export const schemeName = (space: Pick<WalkSpace, 'inputBits' | 'granuleBits'> | undefined): string =>
  space === undefined ? t`direct` : t`${space.inputBits}-bit, ${2 ** (space.granuleBits - 10)} KiB`;

/** The rule by which a walk of a stage ended, with the tables that it was made in, if it got to any. */
const ruleOf = (end: WalkEnd, stage: 1 | 2, space: WalkSpace | undefined): string => {
  const where = t`at level ${end.level}`;
  const size = stage === 1 ? 'TCR_ELx.TxSZ' : 'VTCR_EL2.T0SZ';
  switch (end.fault) {
    case 'outOfRange':
      return t`the address has more bits than the ${space?.inputBits ?? 48} that ${size} has translated`;
    case 'sizeInvalid':
      return t`${size} is out of range`;
    case 'startInvalid':
      return t`VTCR_EL2.SL0 is reserved or does not fit T0SZ`;
    case 'closed':
      return t`walks in this half of the addresses are off (TCR_ELx.EPDn = 1)`;
    case 'closedToUsers':
      return t`this half of the addresses is closed to EL0 (TCR_ELx.E0PDn = 1)`;
    case 'flatBeyond':
      return t`translation is off and the address has more bits than physical ones`;
    case 'rootBeyond':
      return t`the first table lies beyond the ${space?.outputBits ?? 48} bits of physical addresses`;
    case 'tableBeyond':
    case 'targetBeyond':
      return t`the descriptor ${where} leads beyond the ${space?.outputBits ?? 48} bits of physical addresses`;
    case 'invalid':
      return t`the descriptor is not valid (bit 0 = 0) ${where}`;
    case 'noBlock':
      return t`the descriptor is a block (bit 1 = 0), which there is none of ${where}`;
    case 'reserved':
      return t`the descriptor is no page (bit 1 = 0) ${where}, where only pages are allowed`;
    case 'tableNotMemory':
      return t`the descriptor ${where} would lie at ${hex(end.at)}, where there is no memory`;
    case 'tableNotLocated':
      return t`the descriptor ${where} lies at intermediate physical address ${hex(end.at)}, which stage 2 does not translate`;
    case 'notAccessed':
      return t`the access flag is clear (AF = 0) ${where}, and hardware does not set it (HA = 0)`;
    case 'unaligned':
      return t`the memory is of type Device, and the access is not aligned`;
    case 'notReadable':
      return t`reads are not allowed (S2AP[0] = 0) ${where}`;
    case 'notWritable':
      return stage === 2
        ? t`writes are not allowed (S2AP[1] = 0) ${where}`
        : t`the page is read-only (AP[2] or APTable[1] = 1) ${where}`;
    case 'notExecutable':
      return stage === 2
        ? t`fetches are not allowed (XN) ${where}`
        : t`fetches are not allowed (UXN, PXN or a table's XN) ${where}`;
    case 'writableNotExecutable':
      return t`what may be written is not executed (WXN, or writable at EL0) ${where}`;
    case 'notForUsers':
      return t`the page is closed to EL0 (AP[1] = 0 or APTable[0] = 1) ${where}`;
    case 'accessNever':
      return t`the page is open to EL0, and PSTATE.PAN keeps privileged code from it, ${where}`;
    case 'tableOnDevice':
      return t`the table lies in Device memory of stage 2, and HCR_EL2.PTW is 1, ${where}`;
    case undefined:
      return '';
  }
};

/** The broken rule of a walk through one stage or both. */
export const stagesRule = (
  { end, stage, purpose, guestPhysical }: StagesEnd,
  first: WalkSpace | undefined,
  second: WalkSpace | undefined,
): string => {
  if (stage === 2) {
    const rule = ruleOf(end, 2, second);
    const address = hex(guestPhysical);
    switch (purpose) {
      case 'access':
        return t`stage 2, for intermediate physical address ${address}: ${rule}`;
      case 'read':
        return t`stage 2, for a stage 1 descriptor at intermediate physical address ${address}: ${rule}`;
      case 'write':
        return t`stage 2, for setting AF or the dirty state at intermediate physical address ${address}: ${rule}`;
    }
  }
  const rule = ruleOf(end, 1, first);
  return second ? t`stage 1: ${rule}` : rule;
};
