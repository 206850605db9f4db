/** The rules that a walk can break, in sentences. */
import { hex } from '../../base/address';
import { t } from '../../base/l10n';
import { entryName } from './entry-fields';
import type { WalkEnd, WalkSpace } from './paging';
import type { StagesEnd } from './paging-stages';

const SCHEMES: Readonly<Record<number, string>> = { 2: '32-bit', 3: 'PAE', 4: '4-level', 5: '5-level' };

/** `4-level`; by which tables addresses are translated. */
export const schemeName = (space: Pick<WalkSpace, 'levels'> | undefined): string =>
  space === undefined ? t`direct` : (SCHEMES[space.levels] ?? '');

/** The rule by which a walk of a stage ended. */
const ruleOf = (end: WalkEnd, space: WalkSpace | undefined): string => {
  const { fault, level, at, systemLevel, readOnlyLevel, noExecuteLevel } = end;
  const name = entryName(level);
  const isNested = space?.stage === 2;
  switch (fault) {
    case 'notCanonical':
      return t`the address is not canonical: its bits above ${space?.levels === 5 ? 56 : 47} are not all equal to that one`;
    case 'outOfRange':
      return t`the address has more bits than the tables translate`;
    case 'notPresent':
      return t`the ${name} is not present (P = 0)`;
    case 'reserved':
      return t`the ${name} has a reserved bit set`;
    case 'tableNotMemory':
      return t`the ${name} would lie at ${hex(at)}, where there is no memory`;
    case 'tableNotLocated':
      return t`the ${name} lies at guest physical address ${hex(at)}, which the nested tables do not translate`;
    case 'notForUsers':
      return isNested
        ? t`the ${entryName(systemLevel)} is the supervisor's (U/S = 0), and all that nested tables translate are accesses of a user`
        : t`the ${entryName(systemLevel)} is the supervisor's (U/S = 0), and CPL is 3`;
    case 'notWritable':
      return t`the ${entryName(readOnlyLevel)} is read-only (R/W = 0)`;
    case 'notExecutable':
      return t`the ${entryName(noExecuteLevel)} is not executable (NX = 1)`;
    case 'userCode':
      return t`the page is open to ring 3 (U/S = 1), and CR4.SMEP keeps the supervisor from executing it`;
    case 'userData':
      return t`the page is open to ring 3 (U/S = 1), and CR4.SMAP keeps the supervisor from it while RFLAGS.AC is 0`;
    case undefined:
      return '';
  }
};

/** Writes of a read-only page by the supervisor break a rule under CR0.WP only. */
const withWriteProtection = (rule: string, end: WalkEnd, space: WalkSpace | undefined): string =>
  end.fault === 'notWritable' && space !== undefined && !space.isUser ? t`${rule}, and CR0.WP is 1` : rule;

/** The broken rule of a walk through one stage or both. */
export const stagesRule = (
  { end, stage, purpose, guestPhysical }: StagesEnd,
  first: WalkSpace | undefined,
  second: WalkSpace | undefined,
): string => {
  if (stage === 2) {
    const rule = ruleOf(end, second);
    const address = hex(guestPhysical);
    return purpose === 'access'
      ? t`nested tables, for guest physical address ${address}: ${rule}`
      : t`nested tables, for an entry of the guest's at guest physical address ${address}: ${rule}`;
  }
  const rule = withWriteProtection(ruleOf(end, first), end, first);
  return second ? t`the guest's tables: ${rule}` : rule;
};
