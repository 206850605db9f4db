import * as vscode from 'vscode';
import { t } from '../base/l10n';
import { showProblem } from './problem-message';

const SCHEME = 'worldstep-text';

/** Where documents of ours are: with those that are open, else beside the source, else in the empty window. */
const columnBeside = (): vscode.ViewColumn => {
  const { all, activeTabGroup } = vscode.window.tabGroups;
  const isOurs = ({ input }: vscode.Tab): boolean =>
    input instanceof vscode.TabInputText && input.uri.scheme === SCHEME;
  const ours = all.find(({ tabs }) => tabs.some(isOurs));
  if (ours) return ours.viewColumn;
  return activeTabGroup.tabs.length === 0 ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside;
};

/**
 * Read-only text documents made on the spot: tables (the trees' twins for reading aloud and for searching) and memory.
 * The URI carries what to show; the text is made again when the machine stops.
 */
export class TextDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changes = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changes.event;
  readonly #makers = new Map<string, () => Thenable<string>>();
  /** Texts that were made to see whether there is one, until they are fetched. */
  readonly #ready = new Map<string, string>();
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);

  provideTextDocumentContent(uri: vscode.Uri): Thenable<string> | string {
    const ready = this.#ready.get(uri.toString());
    this.#ready.delete(uri.toString());
    if (ready !== undefined) return ready;
    return this.#makers.get(uri.toString())?.() ?? t`The debug session that this document belonged to has ended.`;
  }

  /**
   * Shows the text that `make` returns under `title`, beside the source; what has the same title is replaced. The source
   * keeps the focus: where a step goes on in another file, that opens in the group of the focus.
   * Where `make` rejects, only its reason is shown.
   */
  async show(title: string, make: () => Thenable<string>): Promise<void> {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${title.replaceAll('/', '∕')}.txt` });
    try {
      this.#ready.set(uri.toString(), await make());
    } catch (error) {
      await showProblem(error);
      return;
    }
    this.#makers.set(uri.toString(), make);
    this.#changes.fire(uri);
    await vscode.window.showTextDocument(uri, { preview: true, preserveFocus: true, viewColumn: columnBeside() });
  }

  /** Makes the open documents again. */
  refresh(): void {
    for (const uri of this.#makers.keys()) this.#changes.fire(vscode.Uri.parse(uri));
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changes.dispose();
  }
}
