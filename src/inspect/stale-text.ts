/** Stale translations in words: only what is sure. */

import { hex } from '../base/address';
import { t } from '../base/l10n';
import { type Isa, processorText } from '../isa/core/isa';
import type { TableEntry } from '../isa/core/translation';
import { worldText } from './address-spaces';
import type { InspectorNode } from './contract';
import { fieldSummary } from './fields';
import type { InspectContext } from './inspector';
import type { StaleEntry, StaleUse } from './stale-entries';
import { counted, fileName, grouped, address as padded } from './text';

const entryText = (entry: TableEntry | undefined): string =>
  entry === undefined
    ? t`not valid`
    : `${padded(entry.entry.raw)} (${fieldSummary(entry.entry.fields, entry.entry.raw)})`;

/** `stored by unmap (vm.rs:12) at pc 0x…, instruction 1,234`. */
function storeText({ store, place }: StaleEntry): string {
  const line = place?.path === undefined ? '' : ` (${fileName(place.path)}:${place.line})`;
  const at = grouped(store.at);
  return place === undefined
    ? t`stored at pc ${hex(store.pc)}, instruction ${at}`
    : t`stored by ${place.functionName}${line} at pc ${hex(store.pc)}, instruction ${at}`;
}

type Processors = Pick<Isa, 'processor'>;

/** What was changed, by whom, and what may still be in use. */
export function staleText(entry: StaleEntry, isa: Processors): string {
  const harts = [...entry.unfenced].join(', ');
  return [
    t`the entry at pa ${hex(entry.at)} was ${entryText(entry.old)} and is now ${entryText(entry.now)}`,
    storeText(entry),
    t`no fence on ${processorText(isa, harts)} since: it may still use the old entry`,
  ].join('; ');
}

/** The warning about a use, `where` being the symbol of the instruction. */
export function useText(
  { entry, hart, access, address, pc }: StaleUse,
  where: string | undefined,
  isa: Processors,
): string {
  const by = `${hex(pc)}${where === undefined ? '' : ` (${where})`}`;
  const what =
    access === 'enter'
      ? t`${processorText(isa, hart)} enters the guest at ${by}`
      : t`${processorText(isa, hart)} uses ${hex(address)} to ${access === 'execute' ? t`fetch an instruction` : t(access)}, at ${by},`;
  return t`Stale translation: ${what} after a page-table entry had changed without a fence: ${staleText(entry, isa)}.`;
}

/** A row for each entry that may still be in use as it was. */
export function staleNodes({ past, machine: { isa } }: InspectContext): InspectorNode[] {
  return (past.stale?.all ?? []).map((entry) => ({
    key: `stale:${entry.root.key}:${hex(entry.at)}`,
    label: t`changed without a fence: ${padded(entry.from)} – ${padded(entry.from + entry.size - 1n)}`,
    description: staleText(entry, isa),
    tooltip: [t`In the tables of ${worldText(entry.root.world)}.`, `${staleText(entry, isa)}.`].join('\n'),
    icon: 'warning',
    hasChildren: false,
    memoryReference: `pa:${hex(entry.at)}`,
    ...(entry.place?.path !== undefined &&
      entry.place.line !== undefined && { source: { path: entry.place.path, line: entry.place.line } }),
  }));
}

/** One row that opens to them; none when all is fenced. */
export function staleNode({ past }: InspectContext): InspectorNode[] {
  const count = past.stale?.all.length ?? 0;
  if (count === 0) return [];
  return [
    {
      key: 'stale',
      label: t`${counted(count, 'entry')} changed without a fence`,
      description: t`the processor may still use what they were`,
      tooltip: t`A fence of translations must follow a change of a live entry before it counts for every access.`,
      icon: 'warning',
      hasChildren: true,
    },
  ];
}
