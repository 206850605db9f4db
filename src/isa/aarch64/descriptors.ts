/** Descriptors as data for whoever looks: their fields, and what they allow. @see Arm ARM, D8.3 "Translation table descriptor formats" */
import type { FieldSpec } from '../../base/fields';
import type { PageEntry, Permissions } from '../core/translation';
import { firstRights, HIGH, isTable, LOW, malformed, RIGHT, secondRights, type WalkSpace } from './paging';

const flag = (name: string, at: number, doc: string): FieldSpec => ({ name, high: at, low: at, doc });

const VALID = flag('Valid', 0, 'The descriptor is valid.');
const TYPE = flag('Table', 1, 'A table; at level 3 a page. 0: a block.');
const ADDRESS: FieldSpec = {
  name: 'Address',
  high: 47,
  low: 12,
  doc: 'Page number of the page, the block or the next table.',
};
const AF = flag('AF', 10, 'The page was accessed.');
const SH: FieldSpec = {
  name: 'SH',
  high: 9,
  low: 8,
  doc: 'Shareability.',
  values: { 0: 'none', 1: 'reserved', 2: 'outer', 3: 'inner' },
};
const DBM = flag('DBM', 51, 'Hardware may make the page writable, which says that it is dirty.');
const CONTIGUOUS = flag('Contiguous', 52, 'One of a run of entries that a TLB may hold as one.');

/** Pages and blocks of stage 1. */
const FIRST: readonly FieldSpec[] = [
  VALID,
  TYPE,
  { name: 'AttrIndx', high: 4, low: 2, doc: 'Which byte of MAIR_ELx is its memory type.' },
  flag('NS', 5, 'Non-secure.'),
  flag('AP[1]', 6, 'Open to EL0.'),
  flag('AP[2]', 7, 'Read-only.'),
  SH,
  AF,
  flag('nG', 11, 'The mapping belongs to one address space (ASID).'),
  ADDRESS,
  flag('GP', 50, 'Branches must go to marked targets (BTI).'),
  DBM,
  CONTIGUOUS,
  flag('PXN', 53, 'Privileged code does not execute it.'),
  flag('UXN', 54, 'Programs do not execute it; where there are none, nobody does (XN).'),
  { name: 'Software', high: 58, low: 55, doc: 'Free for the kernel.' },
];

/** Tables of stage 1: what they forbid, all below them forbid. */
const TABLE: readonly FieldSpec[] = [
  VALID,
  TYPE,
  ADDRESS,
  flag('PXNTable', 59, 'Privileged code executes nothing below.'),
  flag('XNTable', 60, 'Programs execute nothing below.'),
  { name: 'APTable', high: 62, low: 61, doc: 'Bit 0: EL0 has no access below. Bit 1: all below is read-only.' },
  flag('NSTable', 63, 'Non-secure.'),
];

/** Pages and blocks of stage 2. */
const SECOND: readonly FieldSpec[] = [
  VALID,
  TYPE,
  {
    name: 'MemAttr',
    high: 5,
    low: 2,
    doc: 'Memory type.',
    values: {
      0: 'Device-nGnRnE',
      1: 'Device-nGnRE',
      2: 'Device-nGRE',
      3: 'Device-GRE',
      5: 'Normal non-cacheable',
      10: 'Normal write-through',
      15: 'Normal write-back',
    },
  },
  { name: 'S2AP', high: 7, low: 6, doc: 'Bit 0: may be read. Bit 1: may be written.' },
  SH,
  AF,
  ADDRESS,
  DBM,
  CONTIGUOUS,
  {
    name: 'XN',
    high: 54,
    low: 53,
    doc: 'Who may not execute it.',
    values: { 0: 'all may', 1: 'not EL1', 2: 'nobody may', 3: 'not EL0' },
  },
  { name: 'Software', high: 58, low: 55, doc: 'Free for the hypervisor.' },
];

type Form = Pick<WalkSpace, 'stage' | 'granuleBits'>;

/** A descriptor's halves as data. */
export const pageEntry = ({ stage, granuleBits }: Form, level: number, low: number, high: number): PageEntry => {
  const isValid = malformed(granuleBits, low, level) === undefined;
  const isPointer = isTable(low, level);
  return {
    raw: (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0),
    fields: stage === 2 ? SECOND : isPointer ? TABLE : FIRST,
    isValid,
    isLeaf: isValid && !isPointer,
  };
};

/** What a leaf allows to a program, or to the kernel where programs may not use it; of stage 2 to the guest's kernel. */
export const permissions = (space: WalkSpace, low: number, high: number, hierarchy: number): Permissions => {
  const isDirtied = space.setsDirty && (high & HIGH.dirtyModifier) !== 0;
  if (space.stage === 2) {
    const rights = secondRights(space, isDirtied ? low | LOW.writable : low, high);
    return { ...fromRights(rights), user: true };
  }
  const user = space.hasUsers && (low & LOW.user) !== 0 && !(hierarchy & HIGH.noUsersTable);
  const accessor = { ...space, isUser: user, pan: false };
  return { ...fromRights(firstRights(accessor, isDirtied ? low & ~LOW.readOnly : low, high, hierarchy)), user };
};

const fromRights = (rights: number): Omit<Permissions, 'user'> => ({
  read: (rights & RIGHT.read) !== 0,
  write: (rights & RIGHT.write) !== 0,
  execute: (rights & RIGHT.execute) !== 0,
});
