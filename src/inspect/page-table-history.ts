/** Rows of the Page Tables view about time: the roots that were in force, and what changed since a stop or a bookmark. */

import { hex, va } from '../base/address';
import { t } from '../base/l10n';
import { processorText } from '../isa/core/isa';
import type { Mapping } from '../isa/core/translation';
import { firstRoots, hasStage, hasTwoStages, rootsOf } from '../isa/core/world';
import { spaceOfRoot, translateIn, worldText } from './address-spaces';
import type { InspectorNode, InspectorTable } from './contract';
import type { InspectContext } from './inspector';
import { firstPiece, pieceAt } from './long-list';
import { permissionText, type TableState, tableState } from './mapped-ranges';
import { spaceText } from './page-table-rows';
import { rangeNames } from './places';
import type { KnownRoot } from './root-history';
import { CHANGE_KINDS, differences, type RangeChange } from './table-difference';
import type { TableMoment } from './table-history';
import { address, counted, fileName, grouped, sizeText } from './text';

/** The name of the moment that every stop makes; no bookmark may be called so. */
export const PREVIOUS = 'stop';

/** Roots whose tables are kept at each stop: the last ones seen. */
const MOST_KEPT = 16;

const knownRoots = ({ past }: InspectContext): readonly KnownRoot[] => past.roots?.all ?? [];

/** Keeps the tables of all roots for later comparisons. */
export function keepTables(context: InspectContext): void {
  const { past, machine, cpu } = context;
  // Tables are the machine's: one hart's look is enough.
  if (cpu.hart !== machine.cpus[0]?.hart) return;
  for (const root of knownRoots(context).slice(-MOST_KEPT)) {
    past.tables.keep(machine.retired, root.key, tableState(context, spaceOfRoot(context, root)));
  }
}

/** Keeps the tables of all roots under a name; a sentence says so. */
export function bookmarkTables(context: InspectContext, name: string): string {
  const { past, machine } = context;
  const roots = knownRoots(context);
  const states = new Map(roots.map((root) => [root.key, tableState(context, spaceOfRoot(context, root))]));
  past.tables.mark(name, { at: machine.retired, states });
  return t`Bookmark "${name}" keeps ${counted(roots.length, 'root')} of page tables at instruction ${grouped(machine.retired)}. The Page Tables view shows what differs from it.`;
}

// ---------------------------------------------------------------- roots

/** Where the table of a root lies, as the registers name it. */
const tableOf = ({ world }: KnownRoot): bigint => firstRoots(world)[0]?.table ?? 0n;

/** `guest kernel, address space 0, VM 0`: whose root it is. */
function ownerText({ world }: KnownRoot): string {
  const { guest, vmid } = world;
  if (!hasStage(world, 1)) return t`stage 2: the physical memory of VM ${vmid}`;
  const parts = [
    ...(guest ? [t`guest`] : []),
    ...firstRoots(world).map(spaceText),
    ...(hasStage(world, 2) ? [`VM ${vmid}`] : []),
  ];
  return parts.join(', ');
}

function setterText({ machine }: InspectContext, { setBy }: KnownRoot): string {
  if (setBy === undefined) return t`there before the first stop`;
  const { place, at, register, hart } = setBy;
  const where = place === undefined ? '' : t` in ${place.functionName}`;
  const line = place?.path === undefined ? '' : ` (${fileName(place.path)}:${place.line})`;
  return t`set by ${register}${where}${line} at instruction ${grouped(at)}, ${processorText(machine.isa, hart)}`;
}

/** One row that opens to all roots; none when there is nothing to tell. */
export function rootsNode(context: InspectContext): InspectorNode[] {
  const roots = knownRoots(context);
  if (roots.length === 0) return [];
  return [
    {
      key: 'roots',
      label: t`${counted(roots.length, 'root')} known`,
      description: t`every table that a world was translated by`,
      icon: 'history',
      hasChildren: true,
    },
  ];
}

/** A row for each root; it opens to the root's table and ranges. */
export function knownRootNodes(context: InspectContext): InspectorNode[] {
  return knownRoots(context).map((root) => rootHistoryNode(context, root));
}

function rootHistoryNode(context: InspectContext, root: KnownRoot): InspectorNode {
  const space = spaceOfRoot(context, root);
  const { scheme } = translateIn(context, space, va(0n), 'read');
  const isTwo = hasTwoStages(root.world);
  const isCurrent = context.past.roots?.isCurrent(root) === true;
  const place = root.setBy?.place;
  const tables = root.world.roots.map(({ stage, table }) =>
    stage === 1 ? t`stage 1 at ${`${isTwo ? 'gpa' : 'pa'} ${hex(table)}`}` : t`stage 2 at pa ${hex(table)}`,
  );
  return {
    key: `${root.key}!`,
    label: t`${scheme} root at ${hex(tableOf(root))}`,
    description: [ownerText(root), ...(isCurrent ? [t`current`] : []), setterText(context, root)].join(' · '),
    tooltip: [
      `${worldText(root.world)}: ${ownerText(root)}`,
      t`Tables: ${tables.join(', ')}`,
      setterText(context, root),
      isCurrent
        ? t`The registers name it now.`
        : t`The registers name another root now; these tables may be in use again later, or be reused memory.`,
    ].join('\n'),
    icon: isCurrent ? 'root-folder-opened' : 'root-folder',
    hasChildren: true,
    ...(isTwo ? {} : { memoryReference: `pa:${hex(tableOf(root))}` }),
    ...(place?.path !== undefined && place.line !== undefined && { source: { path: place.path, line: place.line } }),
  };
}

/** The roots as a table. */
export function rootsTable(context: InspectContext): InspectorTable {
  const rows = knownRoots(context).map((root) => {
    const [first, second] = [rootsOf(root.world, 1)[0], rootsOf(root.world, 2)[0]];
    return [
      first === undefined ? '' : hex(first.table),
      second === undefined ? '' : hex(second.table),
      ownerText(root),
      context.past.roots?.isCurrent(root) === true ? t`yes` : t`no`,
      setterText(context, root),
    ];
  });
  const summary = t`${counted(rows.length, 'root')} of translation were in force since the start.`;
  return { columns: [t`Stage 1`, t`Stage 2`, t`Whose`, t`Current`, t`Set`], rows, summary };
}

// ---------------------------------------------------------------- differences

/** A change and the root it belongs to. */
interface RootChange {
  readonly root: KnownRoot;
  readonly change: RangeChange;
}

/** The moments that there are, by the names their keys have. */
const momentsOf = ({ past }: InspectContext): [string, TableMoment][] => [
  ...(past.tables.previous === undefined ? [] : [[PREVIOUS, past.tables.previous] as [string, TableMoment]]),
  ...past.tables.bookmarks,
];

const momentOf = (context: InspectContext, name: string): TableMoment | undefined =>
  momentsOf(context).find(([known]) => known === name)?.[1];

/** The results of comparisons that were made: comparing two states again tells nothing new. */
const compared = new WeakMap<TableState, WeakMap<TableState, RangeChange[]>>();

function compare(before: TableState, now: TableState): RangeChange[] {
  if (before === now) return [];
  const known = compared.get(before) ?? new WeakMap<TableState, RangeChange[]>();
  compared.set(before, known);
  const made = known.get(now) ?? differences(before.ranges.list, now.ranges.list);
  known.set(now, made);
  return made;
}

/** What of a moment's tables is otherwise now. Tables in which nothing was stored are not read. */
function changesSince(context: InspectContext, { states }: TableMoment): RootChange[] {
  return knownRoots(context).flatMap((root) => {
    const before = states.get(root.key);
    if (before === undefined) return [];
    return compare(before, tableState(context, spaceOfRoot(context, root))).map((change) => ({ root, change }));
  });
}

/** Roots that were not there at that moment. */
const newRoots = (context: InspectContext, { states, at }: TableMoment): KnownRoot[] =>
  knownRoots(context).filter((root) => !states.has(root.key) && (root.setBy?.at ?? 0n) > at);

function countText(changes: readonly RootChange[], fresh: number): string {
  const of = (kind: RangeChange['kind']): number => changes.filter(({ change }) => change.kind === kind).length;
  const parts = CHANGE_KINDS.filter((kind) => of(kind) > 0).map((kind) => `${counted(of(kind), 'range')} ${t(kind)}`);
  const all = [...parts, ...(fresh === 0 ? [] : [counted(fresh, 'new root')])];
  return all.length === 0 ? t`no difference` : all.join(', ');
}

const title = (name: string): string => (name === PREVIOUS ? t`Since the previous stop` : t`Since bookmark "${name}"`);

/** A row for each moment that can be compared with. */
export function differenceNodes(context: InspectContext): InspectorNode[] {
  return momentsOf(context).map(([name, moment]) => {
    const changes = changesSince(context, moment);
    const fresh = newRoots(context, moment).length;
    const isChanged = changes.length + fresh > 0;
    return {
      key: `diff:${encodeURIComponent(name)}`,
      label: `${title(name)}: ${countText(changes, fresh)}`,
      description: t`instruction ${grouped(moment.at)} → ${grouped(context.machine.retired)}`,
      icon: isChanged ? 'diff' : 'check',
      hasChildren: isChanged,
      ...(isChanged && { isChanged }),
    };
  });
}

/** The changes since the moment of that name; further pieces of a long list from `start` on. */
export function changeNodes(context: InspectContext, name: string, start?: number): InspectorNode[] {
  const moment = momentOf(context, name);
  if (moment === undefined) return [];
  const changes = changesSince(context, moment);
  const key = `diff:${encodeURIComponent(name)}`;
  const row = (change: RootChange): InspectorNode => changeNode(context, key, change);
  if (start !== undefined) return pieceAt(changes, start, row);
  const fresh = newRoots(context, moment).map((root) => ({
    ...rootHistoryNode(context, root),
    key: `${key}!${root.key}!`,
    label: t`new root at ${hex(tableOf(root))}`,
    icon: 'diff-added',
    isChanged: true,
  }));
  return [...fresh, ...firstPiece(changes, key, 'change', row)];
}

const targetText = ({ ipa, pa, flags, perms }: Mapping): string =>
  `${permissionText(perms)}${flags === '' ? '' : ` ${flags}`} → ${ipa === undefined ? '' : `gpa ${hex(ipa)} = `}${hex(pa)}`;

function changeText({ before, after }: RangeChange): string {
  if (before === undefined || after === undefined) {
    const only = after ?? before;
    return only === undefined ? '' : targetText(only);
  }
  return `${targetText(before)} ⇒ ${targetText(after)}`;
}

function changeNode(context: InspectContext, key: string, { root, change }: RootChange): InspectorNode {
  const { kind, va: from, size, after, before } = change;
  const names = after === undefined ? '' : rangeNames(context, from, after.pa, size, root.world);
  const isGuestPhysical = !hasStage(root.world, 1);
  return {
    key: `${key}!${root.key}!range:${hex(from)}`,
    label: `${t(kind)}: ${hex(from)} – ${hex(from + size - 1n)}`,
    description: [changeText(change), sizeText(size), names, ownerText(root)].filter((part) => part !== '').join(' · '),
    tooltip: [
      t`${t(kind)} in the tables of ${worldText(root.world)}, root at ${hex(tableOf(root))}`,
      isGuestPhysical
        ? t`guest physical ${address(from)} to ${address(from + size - 1n)}`
        : t`virtual ${address(from)} to ${address(from + size - 1n)}`,
      t`before: ${before === undefined ? t`not mapped` : targetText(before)}`,
      t`now: ${after === undefined ? t`not mapped` : targetText(after)}`,
    ].join('\n'),
    icon: { added: 'diff-added', removed: 'diff-removed', changed: 'diff-modified' }[kind],
    hasChildren: true,
    isChanged: true,
    ...(after !== undefined && { memoryReference: `pa:${hex(after.pa)}` }),
  };
}

/** The changes since a moment as a table. */
export function changesTable(context: InspectContext, name: string): InspectorTable {
  const columns = [t`Change`, t`From`, t`To`, t`Before`, t`Now`, t`Tables of`];
  const moment = momentOf(context, name);
  if (moment === undefined) return { columns, rows: [], summary: t`There is no bookmark "${name}".` };
  const changes = changesSince(context, moment);
  const rows = changes.map(({ root, change: { kind, va: from, size, before, after } }) => [
    t(kind),
    address(from),
    address(from + size - 1n),
    before === undefined ? t`not mapped` : targetText(before),
    after === undefined ? t`not mapped` : targetText(after),
    ownerText(root),
  ]);
  const fresh = newRoots(context, moment).length;
  return {
    columns,
    rows,
    summary: t`${title(name)} (instruction ${grouped(moment.at)}): ${countText(changes, fresh)}.`,
  };
}
