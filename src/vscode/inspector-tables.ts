/** The table twin of an inspector's view: shown as text beside the source, or saved as CSV. */
import * as vscode from 'vscode';
import { csvText } from '../inspect/csv';
import type { TextDocuments } from './documents';
import { type InspectorRow, request } from './inspector-view';
import { tableText } from './plain-text';

/** What a table is of: a whole view, or a part of it by its key. */
export interface TableSource {
  readonly inspector: string;
  readonly title: string;
  /** Asked for at each stop: a view's filter may change. */
  readonly key: () => string | undefined;
}

/** The part of a view that a row stands for. */
export const tableOfRow = ({ inspector, node }: InspectorRow, title: string): TableSource => ({
  inspector,
  title: `${title} – ${node.label}`,
  key: () => node.key,
});

/** Opens a table as text. It is made again at each stop. */
export const showTable = (
  documents: TextDocuments,
  session: vscode.DebugSession,
  { inspector, title, key }: TableSource,
): Promise<void> =>
  documents.show(title, async () => {
    const { table } = await request(session, 'inspect/table', { inspector, key: key() });
    return tableText(table);
  });

/** Saves a table through the save dialog, or to `target`. Says where it went. */
export const exportTable = async (
  session: vscode.DebugSession,
  { inspector, title, key }: TableSource,
  target?: vscode.Uri,
): Promise<void> => {
  try {
    const { table } = await request(session, 'inspect/table', { inspector, key: key() });
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
