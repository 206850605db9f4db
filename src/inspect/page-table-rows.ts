/** The rows of the Page Tables view. */

import { hex, type Pa, va } from '../base/address';
import { t } from '../base/l10n';
import { modeText, processorText } from '../debug/machine-words';
import type { Mapping, TableEntry } from '../isa/core/translation';
import { firstRoots, type TableRoot } from '../isa/core/world';
import { type AddressSpace, translateIn } from './address-spaces';
import type { InspectorNode } from './contract';
import { located, permissionWords, physicalOf } from './explain';
import { fieldSummary } from './fields';
import type { InspectContext } from './inspector';
import { permissionText, type Root, rootsIn } from './mapped-ranges';
import { nothingThere, rangeNames } from './places';
import { address, counted, sizeText } from './text';

/** A space as a part of the view: all keys of its rows start with `prefix`. */
export interface SpaceView {
  readonly space: AddressSpace;
  readonly prefix: string;
}

/** Which address space the entries of a root belong to. */
export const spaceText = ({ asid }: Pick<TableRoot, 'asid'>): string =>
  asid === undefined ? t`all address spaces` : t`address space ${asid}`;

type Names = 'physical' | 'virtual';
const reference = (kind: Names, at: bigint): string => (kind === 'physical' ? `pa:${hex(at)}` : hex(at));

/** A run of pages that are mapped alike. */
export function rangeNode(context: InspectContext, { space, prefix }: SpaceView, range: Mapping): InspectorNode {
  const { va: from, pa: to, size, pageSize, perms, flags } = range;
  const names = rangeNames(context, from, to, size, space.world);
  const isWhole = size === BigInt(pageSize);
  const extent = isWhole ? t`${sizeText(pageSize)} page` : t`${sizeText(size)} in ${sizeText(pageSize)} pages`;
  const what = `${permissionText(perms)}${flags === '' ? '' : ` ${flags}`}`;
  const isChanged = context.past.isChanged(`${prefix}range ${from}`, `${to} ${size} ${pageSize} ${what}`);
  return {
    key: `${prefix}range:${hex(from)}`,
    label: `${hex(from)} – ${hex(from + size - 1n)}`,
    // What one looks for first: narrow views cut the rest.
    description: [what, names, `→ ${range.ipa === undefined ? '' : `gpa ${hex(range.ipa)} = `}${hex(to)}`, extent]
      .filter((part) => part !== '')
      .join(' · '),
    tooltip: [
      t`${counted(Number(size / BigInt(pageSize)), 'page')} of ${sizeText(pageSize)}`,
      t`virtual  ${address(from)} to ${address(from + size - 1n)}`,
      ...(range.ipa === undefined
        ? []
        : [t`guest physical ${address(range.ipa)} to ${address(range.ipa + size - 1n)}`]),
      t`physical ${address(to)} to ${address(to + size - 1n)}`,
      permissionWords(perms),
      ...(flags === '' ? [] : [t`Further flags of the entries: ${[...flags].join(' ')}`]),
      ...(names === ''
        ? [t`Nothing is known at the physical address: ${nothingThere(context)}.`]
        : [t`Holds ${names}.`]),
      ...(isChanged ? [t`Changed since the last stop.`] : []),
    ].join('\n'),
    icon: 'symbol-module',
    hasChildren: true,
    ...(isChanged && { isChanged }),
    // Virtual addresses are read in the hart's own world.
    memoryReference: prefix === '' ? reference('virtual', from) : reference('physical', to),
  };
}

/** A valid entry of a table. */
export function entryNode(
  context: InspectContext,
  { space }: SpaceView,
  parent: string,
  entry: TableEntry,
): InspectorNode {
  const { index, at, entry: pte, next, target, pageSize, level } = entry;
  const fields = fieldSummary(pte.fields, pte.raw);
  let leads = t`an entry that is neither a page nor a table`;
  if (next !== undefined) leads = t`table ${hex(next)}`;
  else if (target !== undefined) {
    const names = rangeNames(context, entry.va, target, BigInt(pageSize), space.world);
    leads = `${hex(target)} · ${sizeText(pageSize)}${names === '' ? '' : ` · ${names}`}`;
  }
  const isChanged = context.past.isChanged(`entry ${at}`, pte.raw.toString());
  return {
    key: `${parent}/${index}`,
    label: `[${index}] ${hex(entry.va)}`,
    description: `${address(pte.raw)} → ${leads} · ${fields}`,
    tooltip: [
      t`Entry ${index} of a level-${level} table, at physical ${hex(at)}`,
      t`value ${address(pte.raw)}: ${fields}`,
      t`translates ${address(entry.va)} to ${address(entry.va + BigInt(pageSize) - 1n)} (${sizeText(pageSize)})`,
      ...(isChanged ? [t`Changed since the last stop.`] : []),
    ].join('\n'),
    icon: next === undefined ? 'symbol-file' : 'symbol-folder',
    hasChildren: true,
    ...(isChanged && { isChanged }),
    memoryReference: reference('physical', at),
    editable: `pa:${hex(at)}`,
  };
}

/** The key of a root table by its place in the list of a space's: `root`, `root2` … */
export const rootKey = (index: number): string => (index === 0 ? 'root' : `root${index + 1}`);

/** The place in that list of a key, and the indices of entries behind it: of `root2/258/3`; undefined for other keys. */
export function rootPath(key: string): { readonly root: number; readonly path: readonly string[] } | undefined {
  const match = /^root(\d*)((?:\/\w+)*)$/.exec(key);
  if (match === null) return undefined;
  const [, number = '', path = ''] = match;
  return { root: number === '' ? 0 : Number(number) - 1, path: path.split('/').slice(1) };
}

/** Where walks start, a row for each root, or that there is none. */
export function rootNodes(context: InspectContext, view: SpaceView): InspectorNode[] {
  const { cpu } = context;
  const { space, prefix } = view;
  const { scheme } = translateIn(context, space, va(0n), 'read');
  const roots = rootsIn(context, space);
  if (roots.length > 0) {
    return roots.map((root, index) => rootNode(context, view, scheme, { ...root, index, isOnly: roots.length === 1 }));
  }
  return [
    {
      key: `${prefix}${rootKey(0)}`,
      label: t`${scheme}: addresses are physical`,
      description: t`${processorText(context.machine.isa, cpu.hart)} in ${modeText(space.world.mode)} uses no page table`,
      tooltip: t`Translation is off in this mode. The view fills when the kernel switches it on.`,
      icon: 'circle-slash',
      hasChildren: false,
    },
  ];
}

function rootNode(
  context: InspectContext,
  { space, prefix }: SpaceView,
  scheme: string,
  root: Root & { readonly index: number; readonly isOnly: boolean },
): InspectorNode {
  const { cpu } = context;
  const { world } = space;
  const key = rootKey(root.index);
  const isChanged = context.past.isChanged(`${prefix}${key} ${cpu.hart}`, root.table.toString());
  const lies = physicalOf(context, root.table, space);
  const identity = root.stage === 2 ? `VM ${world.vmid}` : spaceText(root);
  const whose = t`${processorText(context.machine.isa, cpu.hart)}, ${modeText(world.mode)}, ${identity}`;
  // One of several serves its own addresses only.
  const part = `${root.register}: ${hex(root.from)} – ${hex(root.to)}`;
  return {
    key: `${prefix}${key}`,
    label: t`${scheme} root table at ${located(context, root.table, space)}`,
    description: root.isOnly ? whose : `${part} · ${whose}`,
    tooltip: t`The table of level ${root.level}, from which every walk of this processor starts. Open it to follow the entries.`,
    icon: 'root-folder',
    hasChildren: true,
    ...(isChanged && { isChanged }),
    ...(lies !== undefined && { memoryReference: reference('physical', lies) }),
  };
}

/** Opens to the second stage of the hart's world: its root table and ranges, by guest physical address. */
export function stage2Node(context: InspectContext, space: AddressSpace): InspectorNode {
  const { scheme } = translateIn(context, space, va(0n), 'read');
  const table = firstRoots(space.world)[0]?.table ?? 0n;
  return {
    key: 'second!',
    label: t`stage 2 (${scheme}) root table at ${hex(table)}`,
    description: t`guest physical memory of VM ${space.world.vmid}`,
    tooltip: t`Translates the guest physical addresses that the tables above yield, and those where these tables lie.`,
    icon: 'layers',
    hasChildren: true,
    memoryReference: reference('physical', table),
  };
}

/** Opens to the bits of an entry that leads to a table. */
export function bitsNode(key: string, entry: TableEntry): InspectorNode {
  return {
    key: `${key}/bits`,
    label: t`bits of the entry`,
    description: t`${address(entry.entry.raw)} at ${hex(entry.at)}`,
    icon: 'symbol-struct',
    hasChildren: true,
    memoryReference: reference('physical', entry.at),
  };
}

/** Stands in a table without valid entries. */
export function emptyNode(
  context: InspectContext,
  { space }: SpaceView,
  key: string,
  table: Pa | undefined,
): InspectorNode {
  const isMemory = table !== undefined && space.read(table, 8) !== undefined;
  return {
    key: `${key}/empty`,
    label: isMemory
      ? t`The table at ${hex(table)} has no valid entry`
      : table === undefined
        ? t`The table is not in memory`
        : t`The table at ${hex(table)} is not in memory`,
    description: isMemory ? '' : nothingThere(context),
    icon: 'warning',
    hasChildren: false,
  };
}
