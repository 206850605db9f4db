/** Commands of whole inspector views: show the table, save it as CSV, choose rows by a text. */
import * as vscode from 'vscode';
import { t } from '../base/l10n';
import type { TextDocuments } from './documents';
import type { InspectorView } from './inspector-list.gen';
import { exportTable, showTable, type TableSource, tableOfRow } from './inspector-tables';
import { activeSession, type InspectorRow, type InspectorViews, request } from './inspector-view';

/**
 * Registers `worldstep.showTable` and `worldstep.exportTable`, which ask for a view unless they are given its id; the
 * same for one view each, `worldstep.table.ID` and `worldstep.export.ID`, and for rows; `worldstep.filter.ID` for views
 * that can be filtered.
 */
export const registerInspectorCommands = (
  inspectors: readonly InspectorView[],
  views: InspectorViews,
  documents: TextDocuments,
): vscode.Disposable => {
  const titleOf = (id: string) => inspectors.find((one) => one.id === id)?.title ?? id;
  const whole = ({ id, title }: InspectorView): TableSource => ({
    inspector: id,
    title: t(title),
    key: () => views.rootKey(id),
  });
  const on = (name: string, run: (session: vscode.DebugSession, first?: unknown, second?: unknown) => unknown) =>
    vscode.commands.registerCommand(name, (first?: unknown, second?: unknown) => {
      const session = activeSession();
      if (session) return run(session, first, second);
      return vscode.window.showInformationMessage(t`No Worldstep session is running. F5 starts one.`);
    });
  const show = (session: vscode.DebugSession, view: InspectorView) => showTable(documents, session, whole(view));
  const save = (session: vscode.DebugSession, view: InspectorView, target: unknown) =>
    exportTable(session, whole(view), target instanceof vscode.Uri ? target : undefined);
  const chosen = async (title: string, id: unknown): Promise<InspectorView | undefined> =>
    inspectors.find((view) => view.id === id) ?? (await pickView(inspectors, title));
  return vscode.Disposable.from(
    on('worldstep.showTable', async (session, id) => {
      const view = await chosen(t`Show as Table`, id);
      if (view) await show(session, view);
    }),
    on('worldstep.exportTable', async (session, id, target) => {
      const view = await chosen(t`Export as CSV`, id);
      if (view) await save(session, view, target);
    }),
    ...inspectors.flatMap((view) => [
      on(`worldstep.table.${view.id}`, (session) => show(session, view)),
      on(`worldstep.export.${view.id}`, (session, target) => save(session, view, target)),
    ]),
    ...inspectors
      .filter(({ isFiltered }) => isFiltered)
      .map(({ id, title }) =>
        vscode.commands.registerCommand(`worldstep.filter.${id}`, (text?: unknown) =>
          chooseFilter(id, t(title), views, typeof text === 'string' ? text : undefined),
        ),
      ),
    on('worldstep.row.showAsTable', (session, row) => {
      if (isRow(row)) return showTable(documents, session, tableOfRow(row, t(titleOf(row.inspector))));
    }),
    on('worldstep.row.exportCsv', (session, row) => {
      if (isRow(row)) return exportTable(session, tableOfRow(row, t(titleOf(row.inspector))));
    }),
  );
};

const isRow = (given: unknown): given is InspectorRow =>
  typeof given === 'object' && given !== null && 'inspector' in given && 'node' in given;

const pickView = async (inspectors: readonly InspectorView[], title: string): Promise<InspectorView | undefined> => {
  const items = inspectors.map((view) => ({ label: `$(${view.icon}) ${t(view.title)}`, view }));
  return (await vscode.window.showQuickPick(items, { title, placeHolder: t`Which view?` }))?.view;
};

/** Asks for a filter unless it is given; an empty text shows everything again. */
const chooseFilter = async (id: string, title: string, views: InspectorViews, given?: string): Promise<void> => {
  const text = given ?? (await askForFilter(id, title, views.filterOf(id)));
  if (text !== undefined) views.setFilter(id, text.trim());
};

const askForFilter = async (id: string, title: string, value: string): Promise<string | undefined> => {
  const session = activeSession();
  const known = session && (await request(session, 'inspect/list', {}));
  const hint = known?.inspectors.find((one) => one.id === id)?.filterHint ?? t`A text`;
  return vscode.window.showInputBox({ title: t`Filter ${title}`, prompt: t`${hint}. Empty shows all.`, value });
};
