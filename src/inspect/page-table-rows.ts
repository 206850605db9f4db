/** The rows of the Page Tables view. */

import { hex, type Pa, va } from '../base/address';
import { t } from '../base/l10n';
import { modeText, processorText } from '../debug/machine-words';
import type { Mapping, TableEntry } from '../isa/core/translation';
import { type AddressSpace, translateIn } from './address-spaces';
import type { InspectorNode } from './contract';
import { located, permissionWords, physicalOf } from './explain';
import { fieldSummary } from './fields';
import type { InspectContext } from './inspector';
import { currentRoot, permissionText } from './mapped-ranges';
import { nothingThere, rangeNames } from './places';
import { address, counted, sizeText } from './text';

/** A space as a part of the view: all keys of its rows start with `prefix`. */
export interface SpaceView {
  readonly space: AddressSpace;
  readonly prefix: string;
}

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

/** The key of the root table. */
export const ROOT = 'root';

/** Where walks start, or that there are none. */
export function rootNode(context: InspectContext, { space, prefix }: SpaceView): InspectorNode {
  const { cpu } = context;
  const { world } = space;
  const { scheme } = translateIn(context, space, va(0n), 'read');
  const root = currentRoot(context, space);
  if (root === undefined) {
    return {
      key: `${prefix}${ROOT}`,
      label: t`${scheme}: addresses are physical`,
      description: t`${processorText(context.machine.isa, cpu.hart)} in ${modeText(world.mode)} uses no page table`,
      tooltip: t`Translation is off in this mode. The view fills when the kernel switches it on.`,
      icon: 'circle-slash',
      hasChildren: false,
    };
  }
  const isChanged = context.past.isChanged(`${prefix}root ${cpu.hart}`, root.table.toString());
  const lies = physicalOf(context, root.table, space);
  const identity = world.stage1 === undefined ? `VM ${world.vmid}` : t`address space ${world.asid}`;
  return {
    key: `${prefix}${ROOT}`,
    label: t`${scheme} root table at ${located(context, root.table, space)}`,
    description: t`${processorText(context.machine.isa, cpu.hart)}, ${modeText(world.mode)}, ${identity}`,
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
  return {
    key: 'second!',
    label: t`stage 2 (${scheme}) root table at ${hex(space.world.stage2 ?? 0n)}`,
    description: t`guest physical memory of VM ${space.world.vmid}`,
    tooltip: t`Translates the guest physical addresses that the tables above yield, and those where these tables lie.`,
    icon: 'layers',
    hasChildren: true,
    memoryReference: reference('physical', space.world.stage2 ?? 0n),
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
