/**
 * An address explained: what lies there, every entry of every stage that its walk reads, how it ends, and what other
 * accesses would do. The one implementation, as rows; `explainLines` makes text of them for console, hover and stops.
 */

import { hex, type Ipa, ipa, type Pa, pa, va } from '../base/address';
import { t } from '../base/l10n';
import { causeOf, processorText } from '../isa/core/isa';
import type {
  Access,
  Mapping,
  PageEntry,
  Permissions,
  TableStep,
  TlbStep,
  Translation,
  TranslationStep,
} from '../isa/core/translation';
import { hasStage, hasTwoStages, includesTables, rootAt, rootsOf, type World } from '../isa/core/world';
import type { TrapEvent } from '../machine/contract';
import {
  type AddressSpace,
  backingOf,
  isSameWorld,
  spaceOf,
  spaceOfRoot,
  stage2Of,
  translateIn,
  worldsOf,
  worldText,
} from './address-spaces';
import type { InspectorNode } from './contract';
import type { Space } from './explain-request';
import { fieldRows, fieldSummary } from './fields';
import type { InspectContext } from './inspector';
import { mappedRanges, permissionText } from './mapped-ranges';
import { imageAt, nothingThere, physicalNames, sectionNames, symbolText } from './places';
import { staleText } from './stale-text';
import { address, fileName, sizeText } from './text';

/** An address of one of the address spaces. */
export interface Place {
  readonly space: Space;
  readonly address: bigint;
}

/** One row of an explanation. Its text form is `label: description` with the children indented below. */
export interface ExplainRow {
  readonly label: string;
  readonly description?: string;
  readonly tooltip?: string;
  readonly icon?: string;
  readonly memoryReference?: string;
  readonly editable?: string;
  readonly children?: readonly ExplainRow[];
  /** The bits of an entry: rows of a tree, too much for text. */
  readonly bits?: PageEntry;
}

/** Kinds of access, in the order in which they are listed; translated where they are shown. */
export const ACCESSES: readonly Access[] = ['read', 'write', 'execute'];
/** Virtual addresses listed for a physical one. */
const MOST_ALIASES = 8;

/**
 * Rows about an address as a world sees it. Without `world` that is the hart's own; for a guest physical address the last
 * guest's, for a physical address every known root's. Changes nothing.
 */
export function explainAddress(
  context: InspectContext,
  at: Place,
  access: Access,
  world?: World,
  space = spaceOf(context, world),
): ExplainRow[] {
  if (at.space === 'pa') {
    const rows = explainPhysical(context, at.address, space);
    return world === undefined ? [...rows, ...otherRoots(context, at.address)] : rows;
  }
  if (at.space === 'gpa') {
    const guest = world === undefined ? worldsOf(context).find((one) => hasStage(one, 2)) : undefined;
    const asked = guest === undefined ? space : spaceOf(context, guest);
    return explainGuestPhysical(context, at.address, access, asked);
  }
  return explainVirtual(context, at.address, access, space);
}

/** The same as lines of text. */
export const explainLines = (rows: readonly ExplainRow[], indent = ''): string[] =>
  rows.flatMap(({ label, description, children = [] }) => [
    `${indent}${label}${description === undefined || description === '' ? '' : `: ${description}`}`,
    ...explainLines(children, `${indent}  `),
  ]);

/** The same as rows of a tree: those below `path`, a list of indices from the top. */
export function explainNodes(rows: readonly ExplainRow[], key: string, path: readonly number[]): InspectorNode[] {
  const [first, ...rest] = path;
  if (first === undefined) return rows.map((row, index) => nodeOf(row, `${key}/${index}`));
  const row = rows[first];
  if (row === undefined) return [];
  const below = explainNodes(row.children ?? [], `${key}/${first}`, rest);
  if (rest.length > 0 || row.bits === undefined) return below;
  return [...below, ...fieldRows(`${key}/${first}`, row.bits.fields, row.bits.raw)];
}

function nodeOf({ children = [], bits, ...row }: ExplainRow, key: string): InspectorNode {
  return { key, ...row, hasChildren: children.length > 0 || bits !== undefined };
}

/** The access that raised a trap, as its world's tables stand now; empty for traps that are no faults of an access. */
export function explainTrap(context: InspectContext, event: TrapEvent): string[] {
  const cause = causeOf(context.machine.isa, event);
  if (cause?.access === undefined || cause.tval !== 'address') return [];
  return explainLines(explainAddress(context, { space: 'va', address: event.tval }, cause.access, event.from));
}

/** Where an address leads for a load, in one line. */
export function explainSummary(context: InspectContext, at: bigint, world?: World): string {
  const space = spaceOf(context, world);
  const walk = translateIn(context, space, va(at), 'read');
  const [end] = ending(context, walk, space);
  return walk.result.ok ? (end?.label ?? '') : `→ ${t(walk.result.fault.causeName)}: ${walk.result.fault.rule}`;
}

// ---------------------------------------------------------------- virtual addresses

function explainVirtual(context: InspectContext, at: bigint, access: Access, space: AddressSpace): ExplainRow[] {
  const walk = translateIn(context, space, va(at), access);
  return [
    {
      label: t`${t(access)} ${address(walk.va)} in ${worldText(space.world)}, ${processorText(context.machine.isa, context.cpu.hart)}`,
      children: known(context, walk.va, space).map((label) => ({ label })),
    },
    ...walkRows(context, walk, space),
    ...staleRows(context, walk, access, space),
    ...otherAccesses(context, walk, access, space),
  ];
}

/** What a processor may still use instead of these tables: as the engine holds it, and as stores without a fence left it. */
function staleRows(context: InspectContext, walk: Translation, access: Access, space: AddressSpace): ExplainRow[] {
  const { cpu, past } = context;
  const changed = (past.stale?.of(space.world, walk.va) ?? []).map((entry) => ({
    label: t`changed without a fence`,
    description: staleText(entry, context.machine.isa),
    icon: 'warning',
  }));
  const isOwn = isSameWorld(space.world, cpu.world) && access !== 'execute';
  const cached = isOwn ? cpu.cached?.(walk.va, access) : undefined;
  if (cached === undefined || (walk.result.ok && walk.result.pa === cached)) return changed;
  return [
    {
      label: t`${processorText(context.machine.isa, cpu.hart)} still holds a translation to pa ${hex(cached)}`,
      description: t`the tables were changed without a fence since it was made`,
      icon: 'warning',
      memoryReference: `pa:${hex(cached)}`,
    },
    ...changed,
  ];
}

/** What the walk asks and goes through, a step a row, and how it ends. */
export function walkRows(context: InspectContext, walk: Translation, space: AddressSpace): ExplainRow[] {
  const start = walk.steps.some(({ source }) => source === 'window') ? undefined : startText(context, walk, space);
  return [
    ...(start === undefined ? [] : [{ label: start }]),
    ...walk.steps.flatMap((step) => stepRow(context, step, space)),
    ...ending(context, walk, space),
  ];
}

/** `Sv39 over Sv39x4, root table at gpa 0x… = pa 0x…, address space 3; stage 2 root table at pa 0x…, VM 1`. */
function startText(
  context: InspectContext,
  { scheme, va: at, steps }: Translation,
  space: AddressSpace,
): string | undefined {
  const { world } = space;
  const { guest, asid, vmid } = world;
  const [root, [below]] = [rootAt(world, at), rootsOf(world, 2)];
  const isDirect = steps.some(({ source }) => source === 'direct');
  if (isDirect) return t`${scheme}: no page table is used, the address is physical`;
  if (root === undefined) return undefined;
  if (root.stage === 2) return t`${scheme}, stage 2 alone: root table at pa ${hex(root.table)}, VM ${vmid}`;
  const lies = located(context, root.table, space);
  const first = t`root table at ${hasTwoStages(world) ? lies : `pa ${lies}`}`;
  if (!guest) return t`${scheme}, ${first}, address space ${asid}`;
  const second = below === undefined ? t`stage 2 is off` : t`stage 2 root table at pa ${hex(below.table)}, VM ${vmid}`;
  return `${scheme}, ${first}${t`, address space ${asid}`}; ${second}`;
}

/** Where an address that a space's tables use lies: stage 2 translates those of a guest. */
export function physicalOf(context: InspectContext, at: Pa | Ipa, space: AddressSpace): Pa | undefined {
  const second = backingOf(space);
  if (second === undefined) return pa(at);
  const { result } = translateIn(context, second, va(at), 'read');
  return result.ok ? result.pa : undefined;
}

/** The same in words: `0x…`, or `gpa 0x… = 0x…` where stage 2 translates it. */
export function located(context: InspectContext, at: Pa | Ipa, space: AddressSpace): string {
  if (!hasTwoStages(space.world)) return hex(at);
  const lies = physicalOf(context, at, space);
  return lies === undefined ? t`gpa ${hex(at)}, which stage 2 does not map` : `gpa ${hex(at)} = pa ${hex(lies)}`;
}

/** The row of a step; none for what the start says already. */
function stepRow(context: InspectContext, step: TranslationStep, space: AddressSpace): ExplainRow[] {
  switch (step.source) {
    case 'direct':
      return [];
    case 'window': {
      const { name, from, to, base } = step;
      return [{ label: t`window ${name}: ${hex(from)} – ${hex(to)} is physical memory from ${hex(base)} on` }];
    }
    case 'tlb':
      return [tlbRow(step)];
    case 'table':
      return [tableRow(context, step, space)];
  }
}

function tlbRow({ hit }: TlbStep): ExplainRow {
  if (hit === undefined) return { label: t`the TLB has no entry yet: its refill takes it from the tables` };
  const { index, entry, isAsTables } = hit;
  const { raw, fields, isValid } = entry;
  return {
    label: isAsTables
      ? t`the TLB has the entry, number ${index}`
      : t`the TLB has another entry than the tables, number ${index}: it holds until a fence drops it`,
    description: `${address(raw)} ${isValid ? '' : `(${t`not valid`}) `}${fieldSummary(fields, raw)}`.trimEnd(),
    icon: isAsTables ? 'pass' : 'warning',
    bits: entry,
  };
}

function tableRow(context: InspectContext, step: TableStep, space: AddressSpace): ExplainRow {
  const hasTwo = hasTwoStages(space.world);
  const { world, registers } = step.stage === 2 ? (stage2Of(space) ?? space) : space;
  const { entryBytes } = context.machine.isa.tableShape(world, step.level, registers);
  const { raw, fields, isValid, isLeaf } = step.entry;
  const kind = !isValid ? t`not valid` : isLeaf ? t`page` : t`table`;
  const guestPhysical = step.nested?.va;
  const where = guestPhysical === undefined ? `pa ${hex(step.at)}` : `gpa ${hex(guestPhysical)} = pa ${hex(step.at)}`;
  const table = (guestPhysical ?? step.at) - BigInt(step.index * entryBytes);
  return {
    label:
      hasTwo || step.stage === 2
        ? t`stage ${step.stage} level ${step.level}, entry ${step.index} at ${where}`
        : t`level ${step.level}, entry ${step.index} at ${where}`,
    description: `${address(raw)} (${kind}) ${fieldSummary(fields, raw)}`.trimEnd(),
    tooltip: t`Bits of the address choose entry ${step.index} of the level-${step.level} table at ${`${guestPhysical === undefined ? 'pa' : 'gpa'} ${hex(table)}`}.`,
    icon: isLeaf ? 'symbol-file' : 'symbol-folder',
    memoryReference: `pa:${hex(step.at)}`,
    ...(context.machine.readPhysical(step.at, 1) !== undefined && { editable: `pa:${hex(step.at)}` }),
    bits: step.entry,
    ...(step.nested !== undefined && {
      children: [
        {
          label: t`the entry itself is found by stage 2 (${step.nested.scheme})`,
          icon: 'references',
          children: step.nested.steps.flatMap((inner) => stepRow(context, inner, space)),
        },
      ],
    }),
  };
}

/** Symbol, line and section at a virtual address. */
function known(context: InspectContext, at: bigint, space: AddressSpace): string[] {
  const symbol = symbolText(context, at, space);
  const hit = symbol === undefined ? undefined : imageAt(context, at, space);
  const row = hit?.image.program.lineAt(hit.link);
  const line = row === undefined ? '' : `, ${fileName(row.source.path)}:${row.line}`;
  const sections = sectionNames(context, at, 1n, space.world);
  if (symbol === undefined) return sections;
  return [`${symbol}${line}${sections.length === 0 ? '' : t`, in ${sections.join(', ')}`}`];
}

function ending(context: InspectContext, walk: Translation, space: AddressSpace): ExplainRow[] {
  const { result } = walk;
  if (!result.ok) {
    const { rule, cause, causeName, tval, guestPhysical } = result.fault;
    const between = guestPhysical === undefined ? '' : t`, guest physical ${hex(guestPhysical)}`;
    return [
      {
        label: t`→ ${t(causeName)} (cause ${cause}, tval ${hex(tval)}${between})`,
        icon: 'error',
        children: [{ label: t`because: ${rule}` }, ...neighbours(context, walk.va, space)],
      },
    ];
  }
  const names = physicalNames(context, result.pa, 1n);
  const what = names.length === 0 ? nothingThere(context) : names.join(', ');
  const through = hasTwoStages(space.world) ? `gpa ${hex(result.ipa)} → ` : '';
  const both = hasTwoStages(space.world) ? t` by both stages together` : '';
  const rights = walk.steps.every(isWhole)
    ? ''
    : t`, ${sizeText(result.pageSize)} page, ${permissionText(result.perms)}${both}`;
  const label = `→ ${through}pa ${hex(result.pa)} (${what})${rights}`;
  return [
    {
      label,
      icon: 'pass',
      tooltip: permissionWords(result.perms),
      memoryReference: `pa:${hex(result.pa)}`,
    },
  ];
}

/** Whether a step leads through no page, which had a size and rights. */
const isWhole = ({ source }: TranslationStep): boolean => source === 'direct' || source === 'window';

/** `May be read and written by user mode.` */
export const permissionWords = ({ read, write, execute, user }: Permissions): string => {
  const verbs = [read && t`read`, write && t`written`, execute && t`executed`].filter((verb) => verb !== false);
  if (verbs.length === 0) return t`No access is allowed.`;
  const last = verbs.at(-1);
  const listed = verbs.length === 1 ? last : t`${verbs.slice(0, -1).join(t`, `)} and ${last}`;
  return user ? t`May be ${listed} by user mode.` : t`May be ${listed} by privileged modes only.`;
};

/** The mapped ranges just below and above an address that is not mapped. */
function neighbours(context: InspectContext, at: bigint, space: AddressSpace): ExplainRow[] {
  const { list } = mappedRanges(context, space);
  if (list.some((range) => isInside(range, at))) return [];
  const below = list.filter((range) => range.va + range.size <= at).reduce<Mapping | undefined>(later, undefined);
  const above = list.filter((range) => range.va > at).reduce<Mapping | undefined>(earlier, undefined);
  return [
    ...(below === undefined ? [] : [{ label: t`mapped below: up to ${address(below.va + below.size - 1n)}` }]),
    ...(above === undefined ? [] : [{ label: t`mapped above: from ${address(above.va)}` }]),
  ];
}

const isInside = ({ va: from, size }: Mapping, at: bigint): boolean => at >= from && at < from + size;
const later = (a: Mapping | undefined, b: Mapping): Mapping => (a === undefined || b.va > a.va ? b : a);
const earlier = (a: Mapping | undefined, b: Mapping): Mapping => (a === undefined || b.va < a.va ? b : a);

function otherAccesses(context: InspectContext, walk: Translation, access: Access, space: AddressSpace): ExplainRow[] {
  return ACCESSES.filter((other) => other !== access).map((other) => {
    const { result } = translateIn(context, space, walk.va, other);
    const isAnswered = result.ok && physicalNames(context, result.pa, 1n).length > 0;
    const allowed = isAnswered ? t`allowed` : t`allowed, but nothing answers there`;
    return {
      label: t(other),
      description: result.ok ? allowed : `${t(result.fault.causeName)}, ${result.fault.rule}`,
      icon: result.ok ? 'pass' : 'error',
    };
  });
}

// ---------------------------------------------------------------- guest physical and physical addresses

function explainGuestPhysical(context: InspectContext, at: bigint, access: Access, space: AddressSpace): ExplainRow[] {
  const second = stage2Of(space);
  if (second === undefined) {
    const whose = worldText(space.world);
    const why = space.world.guest
      ? t`${whose} runs without a second stage: its physical addresses are the machine's`
      : t`${whose} is no guest, so it has no guest physical addresses. Name one: explain gpa:${hex(at)} in guest`;
    return [{ label: why }];
  }
  const walk = translateIn(context, second, va(at), access);
  const virtual = hasStage(space.world, 1) ? mappedRanges(context, space) : undefined;
  return [
    {
      label: t`${t(access)} of guest physical ${hex(ipa(at))} by ${worldText(space.world)}, ${processorText(context.machine.isa, context.cpu.hart)}`,
    },
    ...walkRows(context, walk, second),
    ...otherAccesses(context, walk, access, second),
    ...(virtual === undefined ? [] : aliasRows(context, virtual, at, (range) => range.ipa ?? range.pa, space)),
  ];
}

function explainPhysical(context: InspectContext, at: bigint, space: AddressSpace): ExplainRow[] {
  const { machine, windows, cpu } = context;
  const window = windows.find(({ base, size }) => at >= base && at < base + size);
  const names = physicalNames(context, at, 1n);
  const memory = machine.ram.find(({ base, size }) => at >= base && at < base + BigInt(size));
  const offset = at - (window?.base ?? memory?.base ?? 0n);
  const what =
    names.length === 0
      ? t`nothing answers there: ${nothingThere(context)}`
      : t`${names.join(', ')}, offset ${hex(offset)}`;
  const first: ExplainRow = { label: t`physical ${hex(at)}`, description: what, memoryReference: `pa:${hex(pa(at))}` };
  const { world } = space;
  if (world.roots.length === 0) {
    const label = t`${processorText(context.machine.isa, cpu.hart)} in ${worldText(world)} uses no page table: the virtual address is the same`;
    return [first, { label }];
  }
  const second = backingOf(space);
  return [
    first,
    ...aliasRows(context, mappedRanges(context, space), at, (range) => range.pa, space),
    ...(second === undefined ? [] : aliasRows(context, mappedRanges(context, second), at, (range) => range.pa, second)),
  ];
}

/** What leads to a physical address by the tables of worlds that the hart is not in. */
function otherRoots(context: InspectContext, at: bigint): ExplainRow[] {
  return (context.past.roots?.all ?? [])
    .filter(({ world }) => !includesTables(context.cpu.world, world))
    .flatMap((root) => {
      const space = spaceOfRoot(context, root);
      const ranges = mappedRanges(context, space);
      const isMapped = ranges.list.some((range) => at >= range.pa && at < range.pa + range.size);
      const when = context.past.roots?.isCurrent(root) === true ? '' : t`, which is not current`;
      return isMapped ? aliasRows(context, ranges, at, (range) => range.pa, space, when) : [];
    });
}

/** The addresses of a space that lead to `at`. */
function aliasRows(
  context: InspectContext,
  { list, isCut }: { readonly list: readonly Mapping[]; readonly isCut: boolean },
  at: bigint,
  target: (range: Mapping) => bigint,
  space: AddressSpace,
  when = '',
): ExplainRow[] {
  const { world } = space;
  const kind = hasStage(world, 1) ? 'va' : 'gpa';
  const isCurrent = isSameWorld(world, context.cpu.world);
  const where = isCurrent
    ? t`the current address space of ${processorText(context.machine.isa, context.cpu.hart)}`
    : kind === 'gpa'
      ? t`guest physical memory (stage 2, VM ${world.vmid})`
      : t`the address space of ${worldText(world)} with the root at ${rootsOf(world, 1)
          .map(({ table }) => hex(table))
          .join(', ')}${when}`;
  const aliases = list.filter((range) => at >= target(range) && at < target(range) + range.size);
  if (aliases.length === 0) {
    return [{ label: isCut ? t`not mapped in ${where} by the ranges that were looked at` : t`not mapped in ${where}` }];
  }
  const shown = aliases.slice(0, MOST_ALIASES).map((range) => {
    const virtual = range.va + (at - target(range));
    const text = t`mapped at ${kind} ${address(virtual)}, ${sizeText(range.pageSize)} page, ${permissionText(range.perms)}`;
    return {
      label: isCurrent ? text : t`${text}, in ${where}`,
      ...(kind === 'va' && { children: known(context, virtual, space).map((label) => ({ label })) }),
    };
  });
  const rest = aliases.length - MOST_ALIASES;
  return [...shown, ...(rest > 0 ? [{ label: t`and at ${rest} more` }] : [])];
}
