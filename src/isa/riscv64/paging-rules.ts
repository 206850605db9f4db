/** The rules a walk can break, in words, and the traps they raise. */
import { hex } from '../../base/address';
import { t } from '../../base/l10n';
import type { TrapDetail } from '../core/privileged';
import type { Access } from '../core/translation';
import { CAUSE } from './causes';
import type { WalkEnd, WalkFault } from './paging';
import { schemeName } from './paging';
import type { GuestEnd } from './paging-guest';

/** The fault is of the physical access, not of the page tables' content. QEMU reports `tableNotMemory` as a page fault. */
const IS_ACCESS_FAULT: ReadonlySet<WalkFault> = new Set([
  'tableNotMemory',
  'tableDenied',
  'tableBeyond',
  'targetBeyond',
  'updateDenied',
]);

export const pageFaultCause = (access: Access): number =>
  access === 'execute' ? CAUSE.fetchPage : access === 'read' ? CAUSE.loadPage : CAUSE.storePage;

export const accessFaultCause = (access: Access): number =>
  access === 'execute' ? CAUSE.fetchAccess : access === 'read' ? CAUSE.loadAccess : CAUSE.storeAccess;

/** The exception a failed walk raises for `access`, whatever kind of access met the fault in the tables. */
export const walkFaultCause = (fault: WalkFault, access: Access): number =>
  IS_ACCESS_FAULT.has(fault) ? accessFaultCause(access) : pageFaultCause(access);

export const guestPageFaultCause = (access: Access): number =>
  access === 'execute' ? CAUSE.fetchGuestPage : access === 'read' ? CAUSE.loadGuestPage : CAUSE.storeGuestPage;

/** The exception a failed walk through both stages raises, whatever kind of access met it; undefined without a fault. */
export const guestFault = (
  { fault, stage, purpose, guestPhysical }: GuestEnd,
  access: Access,
): { readonly cause: number; readonly detail?: TrapDetail } | undefined => {
  if (!fault) return undefined;
  if (stage === 1 || IS_ACCESS_FAULT.has(fault)) return { cause: walkFaultCause(fault, access) };
  const implicit = purpose === 'access' ? {} : { implicit: purpose };
  return { cause: guestPageFaultCause(access), detail: { guestPhysical, ...implicit } };
};

/** The broken rule of a walk through both stages. */
export const guestRule = ({ end, stage, purpose, guestPhysical }: GuestEnd, levels: number): string => {
  const rule = end.fault ? walkRule(end.fault, end, levels, stage === 2) : '';
  if (stage === 1) return t`stage 1: ${rule}`;
  const what = {
    access: t`guest physical address`,
    read: t`a stage 1 PTE at guest physical address`,
    write: t`setting A or D in the stage 1 PTE at guest physical address`,
  }[purpose];
  return t`stage 2, for ${what} ${hex(guestPhysical)}: ${rule}`;
};

/** The broken rule in one sentence, for a walk of `levels` levels that ended so. */
export const walkRule = (fault: WalkFault, end: WalkEnd, levels: number, isSecond = false): string => {
  const where = t`at level ${end.level}`;
  const address = hex(end.leafAt);
  const top = levels * 9 + 11;
  switch (fault) {
    case 'nonCanonical':
      if (isSecond) return t`address has bits above ${top + 2} set: ${schemeName(levels, true)} translates no more`;
      return t`address is not canonical: ${schemeName(levels)} needs bits 63–${top + 1} equal to bit ${top}`;
    case 'tableNotMemory':
      return t`PTE ${where} would lie at ${address}, where there is no memory`;
    case 'tableDenied':
      return t`PTE ${where} at ${address} may not be read: PMP denies it`;
    case 'tableBeyond':
      return t`table of level ${end.level} would lie beyond physical memory (address over 53 bits)`;
    case 'invalid':
      return t`PTE is not valid (V = 0) ${where}`;
    case 'writeOnly':
      return t`PTE is writable but not readable (W = 1, R = 0), which is reserved, ${where}`;
    case 'reservedBits':
      return t`PTE has reserved bits 60–54 set ${where}`;
    case 'napot':
      return t`PTE has N (bit 63) set, which is for 4 KiB leaves, ${where}`;
    case 'napotSize':
      return t`PTE has N (bit 63) set, which needs the low 4 bits of PPN to be 1000 (64 KiB), ${where}`;
    case 'pbmt':
      return end.leaf & 0xa
        ? t`PTE has PBMT (bits 62–61) set, but PBMTE of ${isSecond ? 'menvcfg' : t`menvcfg, or henvcfg in a guest,`} is 0, ${where}`
        : t`PTE points to a table but has PBMT (bits 62–61) set, which is reserved, ${where}`;
    case 'pbmtReserved':
      return t`PTE has PBMT (bits 62–61) = 3, which is reserved, ${where}`;
    case 'pointerFlags':
      return t`PTE points to a table but has D, A or U set, which is reserved, ${where}`;
    case 'pointerAtLeafLevel':
      return t`PTE at level 0 is a pointer (R = W = X = 0); only leaves are allowed there`;
    case 'userOnly':
      return t`page belongs to U-mode (U = 1 ${where}) and SUM = 0 keeps S-mode from loading and storing there`;
    case 'userNotFetched':
      return t`page belongs to U-mode (U = 1 ${where}); S-mode never executes such pages`;
    case 'supervisorOnly':
      if (isSecond) return t`page is closed to guests (U = 0 ${where}): stage 2 treats every access as a user's`;
      return t`page belongs to S-mode (U = 0 ${where}) and the access is from U-mode`;
    case 'notReadable':
      return end.leaf & 8
        ? t`page is execute-only (R = 0, X = 1 ${where}) and MXR = 0`
        : t`page is not readable (R = 0 ${where})`;
    case 'notWritable':
      return t`page is not writable (W = 0 ${where})`;
    case 'notExecutable':
      return t`page is not executable (X = 0 ${where})`;
    case 'misalignedSuperpage':
      return t`superpage is misaligned: the low ${end.level * 9} bits of PPN must be 0 ${where}`;
    case 'targetBeyond':
      return t`physical address ${hex(end.pa)} has over 53 bits: no memory or device is there`;
    case 'notAccessed':
      return t`A is clear ${where}, and hardware does not set it (ADUE = 0)`;
    case 'notDirty':
      return t`D is clear ${where}, and hardware does not set it (ADUE = 0)`;
    case 'updateDenied':
      return t`A or D of the PTE ${where} at ${address} cannot be set: PMP denies it`;
    case 'tableNotLocated':
      return t`PTE ${where} lies at guest physical address ${address}, which stage 2 does not translate`;
  }
};
