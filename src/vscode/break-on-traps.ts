import * as vscode from 'vscode';
import { t } from '../base/l10n';
import type { PickedFilter } from '../dap/protocol';
import { request } from './inspector-view';
import { PICKED } from './merged-exception-breakpoints';

/** Where the workspace keeps what was picked. */
const KEY = 'worldstep.breakOnTraps';

/** The filters that were picked in this workspace, for this and for later sessions. */
export const pickedFilters = (memory: vscode.Memento): readonly string[] => memory.get<readonly string[]>(KEY) ?? [];

interface FilterItem extends vscode.QuickPickItem {
  readonly filter?: string;
}

/** The filters under their headings. */
const itemsOf = (filters: readonly PickedFilter[], picked: readonly string[]): FilterItem[] => {
  const headings = [...new Set(filters.map(({ heading }) => heading))];
  return headings.flatMap((heading): FilterItem[] => [
    { label: heading, kind: vscode.QuickPickItemKind.Separator },
    ...filters
      .filter((one) => one.heading === heading)
      .map(({ filter, label, description }) => ({
        label,
        description,
        filter,
        picked: picked.includes(filter),
      })),
  ]);
};

/** "Break on Traps…": lets the user pick further traps that stop, while the guest stands or runs. */
export const pickTraps = async (session: vscode.DebugSession, memory: vscode.Memento): Promise<void> => {
  const { filters } = await request(session, 'exceptions/filters', {});
  const before = pickedFilters(memory);
  const chosen = await vscode.window.showQuickPick(itemsOf(filters, before), {
    title: t`Break on Traps`,
    placeHolder: t`Stop at these, too; the Breakpoints view has more, with conditions`,
    canPickMany: true,
    matchOnDescription: true,
  });
  if (!chosen) return;
  // What this machine does not offer was picked for another one.
  const elsewhere = before.filter((id) => !filters.some(({ filter }) => filter === id));
  const here = chosen.flatMap(({ filter }) => (filter === undefined ? [] : [filter]));
  await memory.update(KEY, [...here, ...elsewhere]);
  await session.customRequest('setExceptionBreakpoints', { [PICKED]: pickedFilters(memory) });
  vscode.window.setStatusBarMessage(
    here.length === 0
      ? t`The guest stops at the traps of the Breakpoints view only`
      : t`The guest also stops at: ${namesOf(filters, here)}`,
    10_000,
  );
};

const namesOf = (filters: readonly PickedFilter[], picked: readonly string[]): string =>
  filters
    .filter(({ filter }) => picked.includes(filter))
    .map(({ label }) => label)
    .join(', ');

/** Says at the start of a session what was picked in an earlier one: no view shows it. */
const remind = async (session: vscode.DebugSession, memory: vscode.Memento): Promise<void> => {
  const picked = pickedFilters(memory);
  if (picked.length === 0 || session.configuration.noDebug === true) return;
  const { filters } = await request(session, 'exceptions/filters', {});
  const names = namesOf(filters, picked);
  if (names !== '') vscode.debug.activeDebugConsole.appendLine(t`Stops at traps, too (Break on Traps…): ${names}.`);
};

/** Says at the start of each session what was picked before. */
export const remindOfTraps = (memory: vscode.Memento): vscode.Disposable =>
  vscode.debug.onDidStartDebugSession((session) => {
    // A session that has ended meanwhile has nobody to remind.
    if (session.type === 'worldstep') void remind(session, memory).catch(() => {});
  });
