/**
 * Page tables: every mapped range, and the tables themselves down to the bits of each entry. Keys: `range:0x…` and
 * `find:0x…` are walks of that address, `root/258/3` is an entry by its path of indices, `root/258/bits` its bits.
 */
import { hex, type Pa, pa, type Va, va } from '../base/address';
import type { TableEntry } from '../isa/core/translation';
import type { InspectorNode, InspectorTable } from './contract';
import { fieldRows, fieldSummary } from './fields';
import type { InspectContext, Inspector } from './inspector';
import { firstPiece, pieceAt, splitPiece } from './long-list';
import { currentRoot, MOST_RANGES, mappedRanges, permissionText, readerOf, registersOf } from './mapped-ranges';
import { bitsNode, emptyNode, entryNode, ROOT, rangeNode, rootNode, walkNodes } from './page-table-rows';
import { rangeNames } from './places';
import { address, counted, sizeText } from './text';

const entriesOf = (context: InspectContext, table: Pa, level: number, at: Va): TableEntry[] =>
  context.machine.isa.tableEntries(context.cpu.world, readerOf(context), registersOf(context), table, level, at);

function topNodes(context: InspectContext): InspectorNode[] {
  if (currentRoot(context) === undefined) return [rootNode(context)];
  const { list, isCut } = mappedRanges(context);
  const rows = firstPiece(list, 'ranges', 'ranges', (range) => rangeNode(context, range));
  const none: InspectorNode = {
    key: 'none',
    label: 'No address is mapped',
    description:
      context.machine.readPhysical(currentRoot(context)?.table ?? pa(0n), 8) === undefined
        ? 'the root table is not in memory'
        : '',
    icon: 'warning',
    hasChildren: false,
  };
  const cut: InspectorNode = {
    key: 'cut',
    label: `More than ${counted(MOST_RANGES, 'range')}: the rest is not listed`,
    description: 'open the root table to see every entry',
    tooltip: 'So many ranges usually mean that the root points to something that is no page table.',
    icon: 'warning',
    hasChildren: false,
  };
  return [rootNode(context), ...(list.length === 0 ? [none] : rows), ...(isCut ? [cut] : [])];
}

/** The entry that a path of indices leads to from the root, if the tables still are so. */
function entryAt(context: InspectContext, path: readonly number[]): TableEntry | undefined {
  const root = currentRoot(context);
  if (root === undefined) return undefined;
  let table: Pa | undefined = root.table;
  let from = va(0n);
  let found: TableEntry | undefined;
  for (const [depth, index] of path.entries()) {
    if (table === undefined) return undefined;
    found = entriesOf(context, table, root.level - depth, from).find((entry) => entry.index === index);
    table = found?.next;
    from = found?.va ?? from;
  }
  return found;
}

function entriesBelow(context: InspectContext, path: readonly number[]): TableEntry[] {
  const root = currentRoot(context);
  if (root === undefined) return [];
  if (path.length === 0) return entriesOf(context, root.table, root.level, va(0n));
  const entry = entryAt(context, path);
  return entry?.next === undefined ? [] : entriesOf(context, entry.next, root.level - path.length, entry.va);
}

function tableNodes(context: InspectContext, key: string): InspectorNode[] {
  const { prefix, start } = splitPiece(key);
  const [, ...words] = prefix.split('/');
  const showsBits = words.at(-1) === 'bits';
  const path = (showsBits ? words.slice(0, -1) : words).map(Number);
  const entry = entryAt(context, path);
  if (entry === undefined && path.length > 0) return [];
  if (showsBits) return entry === undefined ? [] : fieldRows(key, entry.entry.fields, entry.entry.raw);
  if (entry !== undefined && entry.next === undefined) return fieldRows(key, entry.entry.fields, entry.entry.raw);
  const entries = entriesBelow(context, path);
  const row = (one: TableEntry) => entryNode(context, prefix, one);
  if (start !== undefined) return pieceAt(entries, start, row);
  const bits = entry === undefined ? [] : [bitsNode(key, entry)];
  if (entries.length === 0) return [...bits, emptyNode(context, key, entry?.next ?? currentRoot(context)?.table)];
  return [...bits, ...firstPiece(entries, prefix, 'valid entries', row)];
}

/** The address in `find:0x…` or `range:0x…`. */
const walkedAddress = (
  key: string,
): { readonly head: string; readonly at: Va; readonly step: number | undefined } | undefined => {
  const match = /^((?:find|range):(0x[0-9a-f]{1,16}))(?:\/(\d+))?$/i.exec(key);
  if (match === null) return undefined;
  const step = match[3] === undefined ? undefined : Number(match[3]);
  return { head: match[1] ?? '', at: va(BigInt(match[2] ?? '0')), step };
};

function children(context: InspectContext, key?: string): InspectorNode[] {
  if (key === undefined) return topNodes(context);
  const walked = walkedAddress(key);
  if (walked !== undefined) {
    const walk = context.cpu.translate(walked.at, 'read');
    if (walked.step === undefined) return walkNodes(context, walked.head, walk);
    const entry = walk.steps[walked.step]?.entry;
    return entry === undefined ? [] : fieldRows(key, entry.fields, entry.raw);
  }
  if (key.startsWith('find:')) {
    const text = `"${key.slice('find:'.length)}" is no address. Write it in hexadecimal, as in find:0xffffffc080200000.`;
    return [{ key: `${key}/result`, label: text, icon: 'error', hasChildren: false }];
  }
  const { prefix, start } = splitPiece(key);
  if (prefix === 'ranges' && start !== undefined) {
    return pieceAt(mappedRanges(context).list, start, (range) => rangeNode(context, range));
  }
  return prefix === ROOT || prefix.startsWith(`${ROOT}/`) ? tableNodes(context, key) : [];
}

// ---------------------------------------------------------------- the table

function walkTable(context: InspectContext, at: Va): InspectorTable {
  const walk = context.cpu.translate(at, 'read');
  const rows = walk.steps.map(({ level, index, at: where, entry }) => [
    level.toString(),
    index.toString(),
    hex(where),
    address(entry.raw),
    fieldSummary(entry.fields, entry.raw),
  ]);
  const end = walkNodes(context, '', walk).at(-1);
  const summary = `Walk of ${address(at)} for a load, ${walk.scheme}: ${end?.label ?? ''} (${end?.description ?? ''}).`;
  return { columns: ['Level', 'Index', 'Entry at', 'Value', 'Bits'], rows, summary };
}

function entryTable(context: InspectContext, path: readonly number[]): InspectorTable {
  const rows = entriesBelow(context, path).map((entry) => [
    entry.index.toString(),
    address(entry.va),
    hex(entry.at),
    address(entry.entry.raw),
    entry.next === undefined ? hex(entry.target ?? 0n) : `table ${hex(entry.next)}`,
    fieldSummary(entry.entry.fields, entry.entry.raw),
  ]);
  return {
    columns: ['Index', 'Virtual address', 'Entry at', 'Value', 'Leads to', 'Bits'],
    rows,
    summary: `The ${counted(rows.length, 'valid entry').replace(/entrys$/, 'entries')} of one table.`,
  };
}

function table(context: InspectContext, key?: string): InspectorTable {
  const walked = key === undefined ? undefined : walkedAddress(key);
  if (walked !== undefined) return walkTable(context, walked.at);
  const words = key === undefined ? [] : splitPiece(key).prefix.split('/');
  if (words[0] === ROOT) return entryTable(context, words.slice(1).map(Number));
  const columns = ['Virtual from', 'Virtual to', 'Physical from', 'Size', 'Permissions', 'Flags', 'Page size', 'Holds'];
  const root = rootNode(context);
  const summary = `${root.label}; ${root.description ?? ''}.`;
  if (currentRoot(context) === undefined) return { columns, rows: [], summary };
  const { list, isCut } = mappedRanges(context);
  const rows = list.map((range) => [
    address(range.va),
    address(range.va + range.size - 1n),
    hex(range.pa),
    sizeText(range.size),
    permissionText(range.perms),
    range.flags,
    sizeText(range.pageSize),
    rangeNames(context, range.va, range.pa, range.size),
  ]);
  const more = isCut ? ' More follow that are not listed.' : '';
  return { columns, rows, summary: `${summary} ${counted(rows.length, 'range')} mapped.${more}` };
}

/** The page tables of the hart's current world. */
export const pageTables: Inspector = {
  id: 'pageTables',
  title: 'Page Tables',
  refreshOn: ['rootChanged'],
  when: () => true,
  children,
  table,
};
