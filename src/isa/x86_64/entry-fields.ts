/** Page-table entries as data for whoever looks: their fields. @see AMD64 APM volume 2, 5.4 "Page-Translation-Table Entry Fields" */
import type { FieldSpec } from '../../base/fields';
import type { PageEntry, Permissions } from '../core/translation';
import { RIGHT, rightsOf, type WalkEnd, type WalkSpace } from './paging';
import { isWide, LOW, leafBits, reservedBits } from './table-entries';

const flag = (name: string, at: number, doc: string): FieldSpec => ({ name, high: at, low: at, doc });

const COMMON: readonly FieldSpec[] = [
  flag('P', 0, 'Present.'),
  flag('RW', 1, 'May be written.'),
  flag('US', 2, 'Open to ring 3.'),
  flag('PWT', 3, 'Write-through; with PCD and PAT which byte of the PAT register is its memory type.'),
  flag('PCD', 4, 'Not cached.'),
  flag('A', 5, 'Was accessed.'),
];
const DIRTY = flag('D', 6, 'Was written.');
const GLOBAL = flag('G', 8, 'The same in all address spaces.');
const NO_EXECUTE = flag('NX', 63, 'Not executable.');
const KEY: FieldSpec = { name: 'MPK', high: 62, low: 59, doc: 'Protection key; free for the kernel without CR4.PKE.' };
const LARGE = flag('PS', 7, 'A page, and no table.');

const address = (high: number, low: number): FieldSpec => ({
  name: 'Address',
  high,
  low,
  doc: 'Physical address of the page or the next table, without the bits below.',
});

/** By the bits of an address in the page, 0 of entries that lead to tables. */
const WIDE: Readonly<Record<number, readonly FieldSpec[]>> = {
  0: [...COMMON, LARGE, address(51, 12), NO_EXECUTE],
  12: [...COMMON, DIRTY, flag('PAT', 7, 'See PWT.'), GLOBAL, address(51, 12), KEY, NO_EXECUTE],
  21: [...COMMON, DIRTY, LARGE, GLOBAL, flag('PAT', 12, 'See PWT.'), address(51, 21), KEY, NO_EXECUTE],
  30: [...COMMON, DIRTY, LARGE, GLOBAL, flag('PAT', 12, 'See PWT.'), address(51, 30), KEY, NO_EXECUTE],
};
const NARROW: Readonly<Record<number, readonly FieldSpec[]>> = {
  0: [...COMMON, LARGE, address(31, 12)],
  12: [...COMMON, DIRTY, flag('PAT', 7, 'See PWT.'), GLOBAL, address(31, 12)],
  22: [
    ...COMMON,
    DIRTY,
    LARGE,
    GLOBAL,
    flag('PAT', 12, 'See PWT.'),
    { name: 'Above', high: 20, low: 13, doc: 'Bits 39 to 32 of the physical address (PSE-36).' },
    address(31, 22),
  ],
};
/** A PDPTE of PAE. */
const PDPTE: readonly FieldSpec[] = [
  flag('P', 0, 'Present.'),
  flag('PWT', 3, 'Write-through.'),
  flag('PCD', 4, 'Not cached.'),
  address(51, 12),
];

/** An entry's halves as data. */
export const pageEntry = (space: WalkSpace, level: number, low: number, high: number): PageEntry => {
  const bits = leafBits(space, level, low);
  const isValid = (low & LOW.present) !== 0 && reservedBits(space, level, low, high) === 0;
  const fields = space.levels === 3 && level === 3 ? PDPTE : (isWide(space) ? WIDE : NARROW)[bits];
  return {
    raw: (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0),
    fields: fields ?? [],
    isValid,
    isLeaf: isValid && bits !== 0,
  };
};

const NAMES = ['', 'PTE', 'PDE', 'PDPE', 'PML4E', 'PML5E'] as const;

/** The manual's name of an entry of a level. */
export const entryName = (level: number): string => NAMES[level] ?? '';

/** What the entries on the way to a leaf allow: to ring 3, or to the supervisor where ring 3 may not use the page. */
export const permissions = (
  space: WalkSpace,
  end: Pick<WalkEnd, 'systemLevel' | 'readOnlyLevel' | 'noExecuteLevel'>,
): Permissions => {
  const user = end.systemLevel === 0;
  // What is read-only is shown so, though the supervisor writes it without CR0.WP.
  const rights = rightsOf({ ...space, isUser: user, isSmap: false, isWriteProtected: true }, end);
  return {
    read: (rights & RIGHT.read) !== 0,
    write: (rights & RIGHT.write) !== 0,
    execute: (rights & RIGHT.execute) !== 0,
    user,
  };
};
