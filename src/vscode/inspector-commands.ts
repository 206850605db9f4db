/** Commands of whole inspector views: choose rows by a text, save the table as CSV. */
import * as vscode from 'vscode';
import { csvText } from '../inspect/csv';
import { activeSession, type InspectorRow, type InspectorViews, request } from './inspector-view';

/** A view, as src/inspect/registry.ts declares it. */
interface View {
  readonly id: string;
  readonly title: string;
  readonly isFiltered?: boolean;
}

/** Registers `worldstep.export.ID` for each view, `worldstep.filter.ID` for those that can be filtered, and their rows'. */
export const registerInspectorCommands = (inspectors: readonly View[], views: InspectorViews): vscode.Disposable => {
  const title = (id: string) => inspectors.find((one) => one.id === id)?.title ?? id;
  return vscode.Disposable.from(
    ...inspectors.map(({ id }) =>
      vscode.commands.registerCommand(`worldstep.export.${id}`, (target?: unknown) =>
        exportTable(id, title(id), views.rootKey(id), target instanceof vscode.Uri ? target : undefined),
      ),
    ),
    ...inspectors
      .filter(({ isFiltered }) => isFiltered)
      .map(({ id }) =>
        vscode.commands.registerCommand(`worldstep.filter.${id}`, (text?: unknown) =>
          chooseFilter(id, title(id), views, typeof text === 'string' ? text : undefined),
        ),
      ),
    vscode.commands.registerCommand(
      'worldstep.row.exportCsv',
      (row?: InspectorRow) =>
        row && exportTable(row.inspector, `${title(row.inspector)} ${row.node.label}`, row.node.key),
    ),
  );
};

/** Asks for a filter unless it is given; an empty text shows everything again. */
const chooseFilter = async (id: string, title: string, views: InspectorViews, given?: string): Promise<void> => {
  const text = given ?? (await askForFilter(id, title, views.filterOf(id)));
  if (text !== undefined) views.setFilter(id, text.trim());
};

const askForFilter = async (id: string, title: string, value: string): Promise<string | undefined> => {
  const session = activeSession();
  const known = session && (await request(session, 'inspect/list', {}));
  const hint = known?.inspectors.find((one) => one.id === id)?.filterHint ?? 'A text';
  return vscode.window.showInputBox({ title: `Filter ${title}`, prompt: `${hint}. Empty shows all.`, value });
};

/** Saves a table through the save dialog, or to `target`. Says where it went. */
const exportTable = async (
  inspector: string,
  title: string,
  key: string | undefined,
  target?: vscode.Uri,
): Promise<void> => {
  const session = activeSession();
  if (!session) return;
  try {
    const { table } = await request(session, 'inspect/table', { inspector, key });
    const name = `${title.replaceAll(/[^\w.-]+/g, '-').toLowerCase()}.csv`;
    const folder = vscode.workspace.workspaceFolders?.find(({ uri }) =>
      vscode.workspace.fs.isWritableFileSystem(uri.scheme),
    );
    const uri =
      target ??
      (await vscode.window.showSaveDialog({
        title: `Export ${title}`,
        filters: { 'Comma-separated values': ['csv'] },
        ...(folder && { defaultUri: vscode.Uri.joinPath(folder.uri, name) }),
      }));
    if (!uri) return;
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(csvText(table)));
    const rows = `${table.rows.length} row${table.rows.length === 1 ? '' : 's'}`;
    void vscode.window.showInformationMessage(`${rows} of ${title} saved in ${vscode.workspace.asRelativePath(uri)}.`);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    await vscode.window.showErrorMessage(`${title} could not be exported: ${problem}`);
  }
};
