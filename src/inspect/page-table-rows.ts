/** The rows of the Page Tables view. */
import { hex, type Pa, va } from '../base/address';
import type { Mapping, Permissions, TableEntry, Translation, WalkStep } from '../isa/core/translation';
import type { InspectorNode } from './contract';
import { fieldSummary } from './fields';
import type { InspectContext } from './inspector';
import { currentRoot, permissionText } from './mapped-ranges';
import { nothingThere, physicalNames, rangeNames, symbolText } from './places';
import { address, counted, sizeText } from './text';

const permissionWords = ({ read, write, execute, user }: Permissions): string => {
  const verbs = [read && 'read', write && 'written', execute && 'executed'].filter((verb) => verb !== false);
  if (verbs.length === 0) return 'No access is allowed.';
  const last = verbs.at(-1);
  const listed = verbs.length === 1 ? last : `${verbs.slice(0, -1).join(', ')} and ${last}`;
  return `May be ${listed} by ${user ? 'user mode' : 'privileged modes only'}.`;
};

type Names = 'physical' | 'virtual';
const reference = (kind: Names, at: bigint): string => (kind === 'physical' ? `pa:${hex(at)}` : hex(at));

/** A run of pages that are mapped alike. */
export function rangeNode(context: InspectContext, range: Mapping): InspectorNode {
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

/** A valid entry of a table. */
export function entryNode(context: InspectContext, parent: string, entry: TableEntry): InspectorNode {
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
    description: `${address(pte.raw)} → ${leads} · ${fields}`,
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
    description: [address(entry.raw), kind, fieldSummary(entry.fields, entry.raw)]
      .filter((part) => part !== '')
      .join(' · '),
    tooltip: `Bits of the address choose entry ${index} of the level-${level} table; it lies at physical ${hex(at)}.`,
    icon: entry.isLeaf ? 'symbol-file' : 'symbol-folder',
    hasChildren: true,
    memoryReference: reference('physical', at),
    ...(context.machine.readPhysical(at, 1) !== undefined && { editable: `pa:${hex(at)}` }),
  };
}

/** The walk of one address: a row for each step, then how it ended. */
export function walkNodes(context: InspectContext, key: string, walk: Translation): InspectorNode[] {
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

/** The key of the root table. */
export const ROOT = 'root';

/** Where walks start, or that there are none. */
export function rootNode(context: InspectContext): InspectorNode {
  const { cpu } = context;
  const { scheme } = cpu.translate(va(0n), 'read');
  const root = currentRoot(context);
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

/** Opens to the bits of an entry that leads to a table. */
export function bitsNode(key: string, entry: TableEntry): InspectorNode {
  return {
    key: `${key}/bits`,
    label: 'bits of the entry',
    description: `${address(entry.entry.raw)} at ${hex(entry.at)}`,
    icon: 'symbol-struct',
    hasChildren: true,
    memoryReference: reference('physical', entry.at),
  };
}

/** Stands in a table without valid entries. */
export function emptyNode(context: InspectContext, key: string, table: Pa | undefined): InspectorNode {
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
