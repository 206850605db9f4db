/** The table twin of an inspector's view: shown as text beside the source, or saved as CSV. */
import * as vscode from 'vscode';
import { t } from '../base/l10n';
import type { InspectorTable } from '../inspect/contract';
import { csvText } from '../inspect/csv';
import type { TextDocuments } from './documents';
import { type InspectorRow, request } from './inspector-view';
import { viewId } from './inspector-view-id';
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

/** Fetches a table; the view shows that it works on it. (While rows load VS Code itself shows that.) */
const tableOf = (session: vscode.DebugSession, { inspector, key }: TableSource): Thenable<InspectorTable> =>
  vscode.window.withProgress({ location: { viewId: viewId(inspector) } }, async () => {
    const { table } = await request(session, 'inspect/table', { inspector, key: key() });
    return table;
  });

/** Opens a table as text. It is made again at each stop. */
export const showTable = (documents: TextDocuments, session: vscode.DebugSession, source: TableSource): Promise<void> =>
  documents.show(source.title, async () => tableText(await tableOf(session, source)));

/** Saves a table through the save dialog, or to `target`. Says where it went. */
export const exportTable = async (
  session: vscode.DebugSession,
  source: TableSource,
  target?: vscode.Uri,
): Promise<void> => {
  const { title } = source;
  try {
    const kind = t`Comma-separated values`;
    const table = await tableOf(session, source);
    const name = `${title.replaceAll(/[^\p{L}\p{N}_.-]+/gu, '-').toLowerCase()}.csv`;
    const folder = vscode.workspace.workspaceFolders?.find(({ uri }) =>
      vscode.workspace.fs.isWritableFileSystem(uri.scheme),
    );
    const uri =
      target ??
      (await vscode.window.showSaveDialog({
        title: t`Export ${title}`,
        filters: { [kind]: ['csv'] },
        ...(folder && { defaultUri: vscode.Uri.joinPath(folder.uri, name) }),
      }));
    if (!uri) return;
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(csvText(table)));
    const { length } = table.rows;
    const file = vscode.workspace.asRelativePath(uri);
    void vscode.window.showInformationMessage(
      length === 1 ? t`1 row of ${title} saved in ${file}.` : t`${length} rows of ${title} saved in ${file}.`,
    );
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    await vscode.window.showErrorMessage(t`${title} could not be exported: ${problem}`);
  }
};
