/** An address in words: what lies there, every entry the walk reads, how it ends, and what other accesses would do. */
import { hex, va } from '../base/address';
import type { MemoryReference } from '../debug/memory';
import type { Access, Mapping, Translation } from '../isa/core/translation';
import { fieldSummary } from './fields';
import type { InspectContext } from './inspector';
import { currentRoot, mappedRanges, permissionText } from './mapped-ranges';
import { nothingThere, physicalNames, sectionNames, symbolText } from './places';
import { address, fileName, sizeText } from './text';

const ACCESSES: readonly Access[] = ['read', 'write', 'execute'];
/** Virtual addresses listed for a physical one. */
const MOST_ALIASES = 8;

/** Lines of text about a virtual or physical address of a hart. Changes nothing. */
export function explainAddress(context: InspectContext, at: MemoryReference, access: Access): string[] {
  return at.space === 'pa' ? explainPhysical(context, at.address) : explainVirtual(context, at.address, access);
}

function explainVirtual(context: InspectContext, at: bigint, access: Access): string[] {
  const { cpu } = context;
  const walk = cpu.translate(va(at), access);
  const root = currentRoot(context);
  const start =
    root === undefined
      ? `${walk.scheme}: no page table is used, the address is physical`
      : `${walk.scheme}, root table at pa ${hex(root.table)}, address space ${cpu.world.asid}`;
  return [
    `${access} ${address(walk.va)} on hart ${cpu.hart} in ${cpu.world.mode}-mode`,
    ...known(context, walk.va).map((text) => `  ${text}`),
    start,
    ...walk.steps.map((step) => {
      const { raw, fields, isValid, isLeaf } = step.entry;
      const kind = !isValid ? 'not valid' : isLeaf ? 'page' : 'table';
      const stage = step.stage === 2 ? 'stage 2 ' : '';
      return `  ${stage}level ${step.level}, entry ${step.index} at pa ${hex(step.at)}: ${address(raw)} (${kind}) ${fieldSummary(fields, raw)}`.trimEnd();
    }),
    ...ending(context, walk),
    ...otherAccesses(context, walk, access),
  ];
}

/** Symbol, line and section at a virtual address. */
function known(context: InspectContext, at: bigint): string[] {
  const symbol = symbolText(context, at);
  const hit = symbol === undefined ? undefined : context.images.find(at);
  const row = hit?.image.program.lineAt(hit.link);
  const line = row === undefined ? '' : `, ${fileName(row.source.path)}:${row.line}`;
  const sections = sectionNames(context, at, 1n);
  if (symbol === undefined) return sections;
  return [`${symbol}${line}${sections.length === 0 ? '' : `, in ${sections.join(', ')}`}`];
}

function ending(context: InspectContext, walk: Translation): string[] {
  const { result } = walk;
  if (result.ok) {
    const names = physicalNames(context, result.pa, 1n);
    const what = names.length === 0 ? nothingThere(context) : names.join(', ');
    const rights =
      walk.steps.length === 0 ? '' : `, ${sizeText(result.pageSize)} page, ${permissionText(result.perms)}`;
    return [`→ pa ${hex(result.pa)} (${what})${rights}`];
  }
  const { rule, cause, causeName, tval } = result.fault;
  return [`→ ${causeName} (cause ${cause}, tval ${hex(tval)})`, `  because: ${rule}`, ...neighbours(context, walk.va)];
}

/** The mapped ranges just below and above an address that is not mapped. */
function neighbours(context: InspectContext, at: bigint): string[] {
  if (currentRoot(context) === undefined) return [];
  const { list } = mappedRanges(context);
  if (list.some((range) => isInside(range, at))) return [];
  const below = list.filter((range) => range.va + range.size <= at).reduce<Mapping | undefined>(later, undefined);
  const above = list.filter((range) => range.va > at).reduce<Mapping | undefined>(earlier, undefined);
  return [
    ...(below === undefined ? [] : [`  mapped below: up to ${address(below.va + below.size - 1n)}`]),
    ...(above === undefined ? [] : [`  mapped above: from ${address(above.va)}`]),
  ];
}

const isInside = ({ va: from, size }: Mapping, at: bigint): boolean => at >= from && at < from + size;
const later = (a: Mapping | undefined, b: Mapping): Mapping => (a === undefined || b.va > a.va ? b : a);
const earlier = (a: Mapping | undefined, b: Mapping): Mapping => (a === undefined || b.va < a.va ? b : a);

function otherAccesses({ cpu }: InspectContext, walk: Translation, access: Access): string[] {
  return ACCESSES.filter((other) => other !== access).map((other) => {
    const { result } = cpu.translate(walk.va, other);
    return `${other}: ${result.ok ? 'allowed' : `${result.fault.causeName}, ${result.fault.rule}`}`;
  });
}

function explainPhysical(context: InspectContext, at: bigint): string[] {
  const { machine, windows, cpu } = context;
  const window = windows.find(({ base, size }) => at >= base && at < base + size);
  const names = physicalNames(context, at, 1n);
  const offset = window === undefined ? at - machine.ramBase : at - window.base;
  const what =
    names.length === 0
      ? `nothing answers there: ${nothingThere(context)}`
      : `${names.join(', ')}, offset ${hex(offset)}`;
  const lines = [`physical ${hex(at)}: ${what}`];
  if (currentRoot(context) === undefined) {
    return [...lines, `hart ${cpu.hart} in ${cpu.world.mode}-mode uses no page table: the virtual address is the same`];
  }
  const { list, isCut } = mappedRanges(context);
  const aliases = list.filter((range) => at >= range.pa && at < range.pa + range.size);
  if (aliases.length === 0) {
    const doubt = isCut ? ' by the ranges that were looked at' : '';
    return [...lines, `not mapped in the current address space of hart ${cpu.hart}${doubt}`];
  }
  const shown = aliases.slice(0, MOST_ALIASES).flatMap((range) => {
    const virtual = range.va + (at - range.pa);
    return [
      `mapped at va ${address(virtual)}, ${sizeText(range.pageSize)} page, ${permissionText(range.perms)}`,
      ...known(context, virtual).map((text) => `  ${text}`),
    ];
  });
  return [
    ...lines,
    ...shown,
    ...(aliases.length > MOST_ALIASES ? [`and at ${aliases.length - MOST_ALIASES} more`] : []),
  ];
}
