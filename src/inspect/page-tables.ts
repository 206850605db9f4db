/**
 * Page tables: every mapped range, and the tables themselves down to the bits of each entry. Keys: `range:0x…` and
 * `find:REQUEST` are explanations of an address, `root/258/3` is an entry by its path of indices, `root/258/bits` its
 * bits. A space other than the hart's own goes before them, as in `r3!root/258`.
 */
import { hex, type Pa, pa, type Va, va } from '../base/address';
import { t } from '../base/l10n';
import { finish, mapWork, type Work } from '../base/work';
import { parseReference } from '../debug/memory';
import { levelBelow } from '../isa/core/isa';
import type { TableEntry } from '../isa/core/translation';
import { hasStage } from '../isa/core/world';
import { backingOf, spaceOf, spaceOfRoot, stage2Of, worldsOf } from './address-spaces';
import type { InspectorNode, InspectorTable } from './contract';
import { type ExplainRow, explainAddress, explainLines, explainNodes, physicalOf } from './explain';
import { parseExplain, worldNamed } from './explain-request';
import { fieldRows, fieldSummary } from './fields';
import type { InspectContext, Inspector } from './inspector';
import { firstPiece, pieceAt, splitPiece } from './long-list';
import { MOST_RANGES, mappedRanges, permissionText, type Root, rootsIn } from './mapped-ranges';
import {
  changeNodes,
  changesTable,
  differenceNodes,
  keepTables,
  knownRootNodes,
  rootsNode,
  rootsTable,
} from './page-table-history';
import {
  bitsNode,
  emptyNode,
  entryNode,
  rangeNode,
  rootNodes,
  rootPath,
  type SpaceView,
  stage2Node,
} from './page-table-rows';
import { rangeNames } from './places';
import { staleNode, staleNodes } from './stale-text';
import { address, counted, sizeText } from './text';

const entriesOf = (context: InspectContext, { space }: SpaceView, table: Pa, level: number, at: Va): TableEntry[] =>
  context.machine.isa.tableEntries(space.world, space.read, space.registers, table, level, at);

/** The root of a space and all that it maps. */
function spaceNodes(context: InspectContext, view: SpaceView): InspectorNode[] {
  const roots = rootsIn(context, view.space);
  if (roots.length === 0) return rootNodes(context, view);
  const { list, isCut } = mappedRanges(context, view.space);
  const rows = firstPiece(list, `${view.prefix}ranges`, 'range', (range) => rangeNode(context, view, range));
  const none: InspectorNode = {
    key: `${view.prefix}none`,
    label: t`No address is mapped`,
    description: roots.every(({ table }) => isMissing(context, view, table)) ? t`the root table is not in memory` : '',
    icon: 'warning',
    hasChildren: false,
  };
  const cut: InspectorNode = {
    key: `${view.prefix}cut`,
    label: t`More than ${counted(MOST_RANGES, 'range')}: the rest is not listed`,
    description: t`open the root table to see every entry`,
    tooltip: t`So many ranges usually mean that the root points to something that is no page table.`,
    icon: 'warning',
    hasChildren: false,
  };
  return [...rootNodes(context, view), ...(list.length === 0 ? [none] : rows), ...(isCut ? [cut] : [])];
}

/** Whether there is no memory where a table of a space should lie. */
const isMissing = (context: InspectContext, { space }: SpaceView, table: Root['table']): boolean => {
  const lies = physicalOf(context, table, space);
  return lies === undefined || space.read(lies, 1) === undefined;
};

/** The entry that a path of indices leads to from a root, if the tables still are so. */
function entryAt(
  context: InspectContext,
  view: SpaceView,
  root: Root,
  path: readonly number[],
): TableEntry | undefined {
  const { isa } = context.machine;
  let table: Pa | undefined = pa(root.table);
  let from = va(root.from);
  let found: TableEntry | undefined;
  for (const [depth, index] of path.entries()) {
    if (table === undefined) return undefined;
    found = entriesOf(context, view, table, levelBelow(isa, root.level, depth), from).find(
      (entry) => entry.index === index,
    );
    table = found?.next;
    from = found?.va ?? from;
  }
  return found;
}

function entriesBelow(context: InspectContext, view: SpaceView, root: Root, path: readonly number[]): TableEntry[] {
  const { isa } = context.machine;
  if (path.length === 0) return entriesOf(context, view, pa(root.table), root.level, va(root.from));
  const entry = entryAt(context, view, root, path);
  return entry?.next === undefined
    ? []
    : entriesOf(context, view, entry.next, levelBelow(isa, root.level, path.length), entry.va);
}

function tableNodes(context: InspectContext, view: SpaceView, key: string): InspectorNode[] {
  const { prefix, start } = splitPiece(key);
  const named = rootPath(prefix);
  const root = named && rootsIn(context, view.space)[named.root];
  if (root === undefined) return [];
  const showsBits = named?.path.at(-1) === 'bits';
  const path = (named?.path ?? []).slice(0, showsBits ? -1 : undefined).map(Number);
  const full = `${view.prefix}${key}`;
  const entry = entryAt(context, view, root, path);
  if (entry === undefined && path.length > 0) return [];
  if (showsBits) return entry === undefined ? [] : fieldRows(full, entry.entry.fields, entry.entry.raw);
  if (entry !== undefined && entry.next === undefined) return fieldRows(full, entry.entry.fields, entry.entry.raw);
  const entries = entriesBelow(context, view, root, path);
  const parent = `${view.prefix}${prefix}`;
  const row = (one: TableEntry) => entryNode(context, view, parent, one);
  if (start !== undefined) return pieceAt(entries, start, row);
  const bits = entry === undefined ? [] : [bitsNode(full, entry)];
  if (entries.length === 0) return [...bits, emptyNode(context, view, full, entry?.next ?? pa(root.table))];
  return [...bits, ...firstPiece(entries, parent, 'valid entry', row)];
}

/** What `range:0x…` or `find:REQUEST` explains, and the path of rows behind it. */
function explained(
  context: InspectContext,
  view: SpaceView,
  key: string,
): { readonly head: string; readonly rows: readonly ExplainRow[]; readonly path: readonly number[] } | undefined {
  const match = /^((find|range):([^/]*))((?:\/\d+)*)$/.exec(key);
  if (match === null) return undefined;
  const [, head = '', kind, text = '', path = ''] = match;
  const rows = kind === 'range' ? atRange(context, view, text) : explainText(context, decoded(text));
  return { head: `${view.prefix}${head}`, rows, path: path.split('/').slice(1).map(Number) };
}

/** Keys hold texts as parts of URIs; one that is no such part is taken as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function atRange(context: InspectContext, { space }: SpaceView, text: string): readonly ExplainRow[] {
  const at = parseReference(text);
  if (at === undefined) return [];
  const kind = !hasStage(space.world, 1) && hasStage(space.world, 2) ? 'gpa' : 'va';
  return explainAddress(context, { space: kind, address: at.address }, 'read', space.world, space);
}

/** The answer to a request whose address is written in digits. */
export function explainText(context: InspectContext, text: string): readonly ExplainRow[] {
  const request = parseExplain(text);
  const isAddress = /^\s*(?:[a-z]+:\s*)?\d/i.test(text);
  if (typeof request === 'string' && isAddress) return [{ label: request, icon: 'error' }];
  const at = typeof request === 'string' ? undefined : parseReference(request.place);
  if (typeof request === 'string' || at === undefined) {
    const label = t`"${text}" is no address, and no range has that text. Write an address in hexadecimal, as in 0xffffffc080200000.`;
    return [{ label, icon: 'error' }];
  }
  const world = request.world === undefined ? undefined : worldNamed(request.world, worldsOf(context));
  if (typeof world === 'string') return [{ label: world, icon: 'error' }];
  return explainAddress(context, { space: request.space, address: at.address }, request.access, world);
}

/** For a `find:` whose text is no address: the ranges whose rows contain it, such as those of a device or an image. */
function rangesNamed(context: InspectContext, view: SpaceView, key: string): InspectorNode[] {
  const text = /^find:([^/]+)$/.exec(key)?.[1];
  const wanted = decoded(text ?? '')
    .trim()
    .toLowerCase();
  const request = parseExplain(wanted);
  if (wanted === '' || (typeof request !== 'string' && parseReference(request.place) !== undefined)) return [];
  return mappedRanges(context, view.space)
    .list.map((range) => rangeNode(context, view, range))
    .filter(({ label, description }) => `${label} ${description}`.toLowerCase().includes(wanted));
}

/** A key taken apart: the space whose rows it names, and the rest. */
function viewOf(context: InspectContext, key: string): { readonly view: SpaceView; readonly rest: string } | undefined {
  const match = /^((?:diff:[^!]*!)?(?:(r\d+|second)!)?)(.*)$/s.exec(key);
  const [, prefix = '', name, rest = ''] = match ?? [];
  if (name === undefined) return { view: { space: spaceOf(context), prefix: '' }, rest: key };
  if (name === 'second') {
    const space = stage2Of(spaceOf(context));
    return space && { view: { space, prefix }, rest };
  }
  const root = context.past.roots?.find(name);
  return root && { view: { space: spaceOfRoot(context, root), prefix }, rest };
}

/** The top of the view: what changed, then the tables of the hart's world, then all other roots. */
function topNodes(context: InspectContext): InspectorNode[] {
  const space = spaceOf(context);
  const second = backingOf(space);
  return [
    ...staleNode(context),
    ...differenceNodes(context),
    ...spaceNodes(context, { space, prefix: '' }),
    ...(second === undefined ? [] : [stage2Node(context, second)]),
    ...rootsNode(context),
  ];
}

function children(context: InspectContext, key?: string): InspectorNode[] {
  if (key === undefined) return topNodes(context);
  if (key === 'roots') return knownRootNodes(context);
  if (key === 'stale') return staleNodes(context);
  const diff = /^diff:([^!@]*)(?:@(\d+))?$/.exec(key);
  if (diff !== null)
    return changeNodes(context, decoded(diff[1] ?? ''), diff[2] === undefined ? undefined : Number(diff[2]));
  const found = viewOf(context, key);
  if (found === undefined) return [];
  const { view, rest } = found;
  if (rest === '') return view.prefix === '' ? [] : spaceNodes(context, view);
  const named = rangesNamed(context, view, rest);
  if (named.length > 0) return named;
  const answer = explained(context, view, rest);
  if (answer !== undefined) return explainNodes(answer.rows, answer.head, answer.path);
  const { prefix, start } = splitPiece(rest);
  if (prefix === 'ranges' && start !== undefined) {
    return pieceAt(mappedRanges(context, view.space).list, start, (range) => rangeNode(context, view, range));
  }
  return rootPath(prefix) === undefined ? [] : tableNodes(context, view, rest);
}

// ---------------------------------------------------------------- the table

function explainTable(rows: readonly ExplainRow[]): InspectorTable {
  const lines = explainLines(rows);
  return { columns: [t`Explanation`], rows: lines.map((line) => [line]), summary: lines[0] ?? '' };
}

function entryTable(context: InspectContext, view: SpaceView, root: Root, path: readonly number[]): InspectorTable {
  const rows = entriesBelow(context, view, root, path).map((entry) => [
    entry.index.toString(),
    address(entry.va),
    hex(entry.at),
    address(entry.entry.raw),
    entry.next === undefined ? hex(entry.target ?? 0n) : t`table ${hex(entry.next)}`,
    fieldSummary(entry.entry.fields, entry.entry.raw),
  ]);
  return {
    columns: [t`Index`, t`Virtual address`, t`Entry at`, t`Value`, t`Leads to`, t`Bits`],
    rows,
    summary: t`The ${counted(rows.length, 'valid entry')} of one table.`,
  };
}

function* tableWork(context: InspectContext, key = ''): Work<InspectorTable> {
  if (key === 'roots') return rootsTable(context);
  const diff = /^diff:([^!@]*)(?:@\d+)?$/.exec(key);
  if (diff !== null) return changesTable(context, decoded(diff[1] ?? ''));
  const { view, rest } = viewOf(context, key) ?? { view: { space: spaceOf(context), prefix: '' }, rest: '' };
  const answer = explained(context, view, rest);
  if (answer !== undefined) return explainTable(answer.rows);
  const named = rootPath(splitPiece(rest).prefix);
  const root = named && rootsIn(context, view.space)[named.root];
  if (root !== undefined) return entryTable(context, view, root, (named?.path ?? []).map(Number));
  return yield* rangeTable(context, view);
}

function* rangeTable(context: InspectContext, view: SpaceView): Work<InspectorTable> {
  const columns = [
    t`Virtual from`,
    t`Virtual to`,
    t`Permissions`,
    t`Flags`,
    t`Physical from`,
    t`Size`,
    t`Page size`,
    t`Holds`,
  ];
  const roots = rootNodes(context, view).map(({ label, description = '' }) => t`${label}; ${description}.`);
  const summary = roots.join(' ');
  const { world } = view.space;
  if (rootsIn(context, view.space).length === 0) return { columns, rows: [], summary };
  const { list, isCut } = mappedRanges(context, view.space);
  const rows = yield* mapWork(list, (range) => [
    address(range.va),
    address(range.va + range.size - 1n),
    permissionText(range.perms),
    range.flags,
    hex(range.pa),
    sizeText(range.size),
    sizeText(range.pageSize),
    rangeNames(context, range.va, range.pa, range.size, world),
  ]);
  const more = isCut ? t` More follow that are not listed.` : '';
  return { columns, rows, summary: t`${summary} ${counted(rows.length, 'range')} mapped.${more}` };
}

/** The page tables of the hart's world, of every world before, and what changed in them. */
export const pageTables: Inspector = {
  id: 'pageTables',
  title: 'Page Tables',
  icon: 'layers',
  refreshOn: ['rootChanged'],
  when: () => true,
  isFiltered: true,
  filterHint: 'An address, as after explain (0x…, gpa:0x…, pa:0x…), or a text',
  children,
  table: (context, key) => finish(tableWork(context, key)),
  tableWork,
  watches: ({ past }) => past.stale?.ranges() ?? [],
  note: (context) => keepTables(context),
};
