/** Page tables: every mapped range, and the tables themselves down to the bits of each entry. */
import { hex, type Pa, pa, type Va, va } from '../base/address';
import type { Mapping, Permissions, TableEntry, Translation, WalkStep } from '../isa/core/translation';
import type { InspectorNode, InspectorTable } from './contract';
import { fieldRows, fieldSummary } from './fields';
import type { InspectContext, Inspector } from './inspector';
import { firstPiece, pieceAt, splitPiece } from './long-list';
import { nothingThere, physicalNames, rangeNames, symbolText } from './places';
import { address, counted, sizeText } from './text';

/** Ranges looked for before giving up: garbage tables map everything in pieces. */
const MOST_RANGES = 4096;

/** `RW- U`: what a page allows, and to whom. */
export const permissionText = ({ read, write, execute, user }: Permissions): string =>
  `${read ? 'R' : '-'}${write ? 'W' : '-'}${execute ? 'X' : '-'}${user ? ' U' : ''}`;

const permissionWords = ({ read, write, execute, user }: Permissions): string => {
  const verbs = [read && 'read', write && 'written', execute && 'executed'].filter((verb) => verb !== false);
  const what = verbs.length === 0 ? 'Nothing is allowed.' : `May be ${verbs.join(', ')}`;
  return verbs.length === 0 ? what : `${what}, ${user ? 'by user mode' : 'by privileged modes only'}.`;
};

type Names = 'physical' | 'virtual';
const reference = (kind: Names, at: bigint): string => (kind === 'physical' ? `pa:${hex(at)}` : hex(at));

const readerOf =
  ({ machine }: InspectContext) =>
  (at: Pa, length: number) =>
    machine.readPhysical(at, length);
const registersOf =
  ({ cpu }: InspectContext) =>
  (name: string) =>
    cpu.readRegister(name);

/** The root table of the current world; undefined when addresses are physical. */
function rootOf(context: InspectContext): { readonly table: Pa; readonly level: number } | undefined {
  const { machine, cpu } = context;
  const level = machine.isa.rootLevel(cpu.world, registersOf(context));
  const table = cpu.world.stage1;
  return level === undefined || table === undefined ? undefined : { table: pa(table), level };
}

const entriesOf = (context: InspectContext, table: Pa, level: number, at: Va): TableEntry[] =>
  context.machine.isa.tableEntries(context.cpu.world, readerOf(context), registersOf(context), table, level, at);

interface Ranges {
  readonly list: readonly Mapping[];
  readonly isCut: boolean;
}

/** The last listing: a walk over all tables takes long, and one refresh of a view asks several times. */
const listings = new WeakMap<InspectContext['machine'], { readonly identity: string; readonly ranges: Ranges }>();

function rangesOf(context: InspectContext): Ranges {
  const { machine, cpu } = context;
  const root = rootOf(context);
  const identity = `${cpu.hart} ${machine.retired} ${root?.table} ${root?.level}`;
  const known = listings.get(machine);
  if (known?.identity === identity) return known.ranges;
  const found = machine.isa.mappings(cpu.world, readerOf(context), registersOf(context), MOST_RANGES + 1);
  const ranges = { list: found.slice(0, MOST_RANGES), isCut: found.length > MOST_RANGES };
  listings.set(machine, { identity, ranges });
  return ranges;
}

// ---------------------------------------------------------------- rows

function rangeNode(context: InspectContext, range: Mapping): InspectorNode {
  const { va: from, pa: to, size, pageSize, perms, flags } = range;
  const names = rangeNames(context, from, to, size);
  const isWhole = size === BigInt(pageSize);
  const pages = isWhole ? `${sizeText(pageSize)} page` : `${sizeText(pageSize)} pages`;
  const what = `${permissionText(perms)}${flags === '' ? '' : ` ${flags}`}`;
  const isChanged = context.past.isChanged(`range ${from}`, `${to} ${size} ${pageSize} ${what}`);
  return {
    key: `range:${hex(from)}`,
    label: `${address(from)} – ${address(from + size - 1n)}`,
    description: [`→ ${hex(to)}`, sizeText(size), what, pages, names].filter((part) => part !== '').join(' · '),
    tooltip: [
      `${counted(Number(size / BigInt(pageSize)), 'page')} of ${sizeText(pageSize)}`,
      `virtual  ${address(from)} to ${address(from + size - 1n)}`,
      `physical ${address(to)} to ${address(to + size - 1n)}`,
      permissionWords(perms),
      ...(flags === '' ? [] : [`Further flags of the entries: ${[...flags].join(' ')}`]),
      ...(names === '' ? [`Nothing is known at the physical address: ${nothingThere(context)}.`] : [`Holds ${names}.`]),
      ...(isChanged ? ['Changed since the last stop.'] : []),
    ].join('\n'),
    icon: 'symbol-module',
    hasChildren: true,
    ...(isChanged && { isChanged }),
    memoryReference: reference('virtual', from),
  };
}

function entryNode(context: InspectContext, parent: string, entry: TableEntry): InspectorNode {
  const { index, at, entry: pte, next, target, pageSize, level } = entry;
  const fields = fieldSummary(pte.fields, pte.raw);
  let leads = 'an entry that is neither a page nor a table';
  if (next !== undefined) leads = `table ${hex(next)}`;
  else if (target !== undefined) {
    const names = rangeNames(context, entry.va, target, BigInt(pageSize));
    leads = `${hex(target)} · ${sizeText(pageSize)}${names === '' ? '' : ` · ${names}`}`;
  }
  const isChanged = context.past.isChanged(`entry ${at}`, pte.raw.toString());
  return {
    key: `${parent}/${index}`,
    label: `[${index}] ${address(entry.va)}`,
    description: `→ ${leads} · ${fields}`,
    tooltip: [
      `Entry ${index} of a level-${level} table, at physical ${hex(at)}`,
      `value ${address(pte.raw)}: ${fields}`,
      `translates ${address(entry.va)} to ${address(entry.va + BigInt(pageSize) - 1n)} (${sizeText(pageSize)})`,
      ...(isChanged ? ['Changed since the last stop.'] : []),
    ].join('\n'),
    icon: next === undefined ? 'symbol-file' : 'symbol-folder',
    hasChildren: true,
    ...(isChanged && { isChanged }),
    memoryReference: reference('physical', at),
    editable: `pa:${hex(at)}`,
  };
}

function stepNode(context: InspectContext, parent: string, step: WalkStep, order: number): InspectorNode {
  const { level, index, at, entry } = step;
  const kind = !entry.isValid ? 'not valid' : entry.isLeaf ? 'the page' : 'the next table';
  return {
    key: `${parent}/${order}`,
    label: `level ${level}: entry ${index} at ${hex(at)}`,
    description: `${address(entry.raw)} · ${kind} · ${fieldSummary(entry.fields, entry.raw)}`,
    tooltip: `Bits of the address choose entry ${index} of the level-${level} table; it lies at physical ${hex(at)}.`,
    icon: entry.isLeaf ? 'symbol-file' : 'symbol-folder',
    hasChildren: true,
    memoryReference: reference('physical', at),
    ...(context.machine.readPhysical(at, 1) !== undefined && { editable: `pa:${hex(at)}` }),
  };
}

/** The walk of one address: a row for each step, then how it ended. */
function walkNodes(context: InspectContext, key: string, walk: Translation): InspectorNode[] {
  const steps = walk.steps.map((step, order) => stepNode(context, key, step, order));
  const { result } = walk;
  if (result.ok) {
    const names = [symbolText(context, walk.va), ...physicalNames(context, result.pa, 1n)].filter(
      (name) => name !== undefined,
    );
    return [
      ...steps,
      {
        key: `${key}/result`,
        label: `${address(walk.va)} → ${hex(result.pa)}`,
        description: [permissionText(result.perms), `${sizeText(result.pageSize)} page`, ...names].join(' · '),
        tooltip: `${walk.scheme}. ${permissionWords(result.perms)}`,
        icon: 'pass',
        hasChildren: false,
        memoryReference: reference('physical', result.pa),
      },
    ];
  }
  const { rule, causeName, cause, tval } = result.fault;
  return [
    ...steps,
    {
      key: `${key}/result`,
      label: `${address(walk.va)} faults: ${rule}`,
      description: `${causeName} (cause ${cause}), tval ${hex(tval)}`,
      tooltip: `${walk.scheme}. An access there raises ${causeName}.`,
      icon: 'error',
      hasChildren: false,
    },
  ];
}

// ---------------------------------------------------------------- the tree

const ROOT = 'root';

function rootNode(context: InspectContext): InspectorNode {
  const { cpu } = context;
  const { scheme } = cpu.translate(va(0n), 'read');
  const root = rootOf(context);
  if (root === undefined) {
    return {
      key: ROOT,
      label: `${scheme}: addresses are physical`,
      description: `hart ${cpu.hart} in ${cpu.world.mode}-mode uses no page table`,
      tooltip: 'Translation is off in this mode. The view fills when the kernel switches it on.',
      icon: 'circle-slash',
      hasChildren: false,
    };
  }
  const isChanged = context.past.isChanged(`root ${cpu.hart}`, root.table.toString());
  return {
    key: ROOT,
    label: `${scheme} root table at ${hex(root.table)}`,
    description: `hart ${cpu.hart}, ${cpu.world.mode}-mode, address space ${cpu.world.asid}`,
    tooltip: `The table of level ${root.level}, from which every walk of this hart starts. Open it to follow the entries.`,
    icon: 'root-folder',
    hasChildren: true,
    ...(isChanged && { isChanged }),
    memoryReference: reference('physical', root.table),
  };
}

function topNodes(context: InspectContext): InspectorNode[] {
  if (rootOf(context) === undefined) return [rootNode(context)];
  const { list, isCut } = rangesOf(context);
  const rows = firstPiece(list, 'ranges', 'ranges', (range) => rangeNode(context, range));
  const none: InspectorNode = {
    key: 'none',
    label: 'No address is mapped',
    description:
      context.machine.readPhysical(rootOf(context)?.table ?? pa(0n), 8) === undefined
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
  const root = rootOf(context);
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
  const root = rootOf(context);
  if (root === undefined) return [];
  if (path.length === 0) return entriesOf(context, root.table, root.level, va(0n));
  const entry = entryAt(context, path);
  return entry?.next === undefined ? [] : entriesOf(context, entry.next, root.level - path.length, entry.va);
}

function bitsNode(key: string, entry: TableEntry): InspectorNode {
  return {
    key: `${key}/bits`,
    label: 'bits of the entry',
    description: `${address(entry.entry.raw)} at ${hex(entry.at)}`,
    icon: 'symbol-struct',
    hasChildren: true,
    memoryReference: reference('physical', entry.at),
  };
}

function tableNodes(context: InspectContext, key: string): InspectorNode[] {
  const { prefix, start } = splitPiece(key);
  const [, ...words] = prefix.split('/');
  const showsBits = words.at(-1) === 'bits';
  const path = (showsBits ? words.slice(0, -1) : words).map(Number);
  const entry = entryAt(context, path);
  if (showsBits) return entry === undefined ? [] : fieldRows(key, entry.entry.fields, entry.entry.raw);
  if (entry !== undefined && entry.next === undefined) return fieldRows(key, entry.entry.fields, entry.entry.raw);
  const entries = entriesBelow(context, path);
  const row = (one: TableEntry) => entryNode(context, prefix, one);
  if (start !== undefined) return pieceAt(entries, start, row);
  const bits = entry === undefined ? [] : [bitsNode(key, entry)];
  if (entries.length === 0) return [...bits, emptyNode(context, key, entry?.next ?? rootOf(context)?.table)];
  return [...bits, ...firstPiece(entries, prefix, 'valid entries', row)];
}

function emptyNode(context: InspectContext, key: string, table: Pa | undefined): InspectorNode {
  const isMemory = table !== undefined && context.machine.readPhysical(table, 8) !== undefined;
  const where = table === undefined ? '' : ` at ${hex(table)}`;
  return {
    key: `${key}/empty`,
    label: isMemory ? `The table${where} has no valid entry` : `The table${where} is not in memory`,
    description: isMemory ? '' : nothingThere(context),
    icon: 'warning',
    hasChildren: false,
  };
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
    return pieceAt(rangesOf(context).list, start, (range) => rangeNode(context, range));
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
  if (rootOf(context) === undefined) return { columns, rows: [], summary };
  const { list, isCut } = rangesOf(context);
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
