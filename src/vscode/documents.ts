import * as vscode from 'vscode';

/**
 * Read-only text documents made on the spot: tables (the trees' twins for reading aloud and for searching) and memory.
 * The URI carries what to show; the text is made again when the machine stops.
 */
export class TextDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changes = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changes.event;
  readonly #makers = new Map<string, () => Promise<string>>();
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider('worldstep-text', this);

  provideTextDocumentContent(uri: vscode.Uri): Promise<string> | string {
    return this.#makers.get(uri.toString())?.() ?? 'The debug session that this document belonged to has ended.';
  }

  /** Shows the text that `make` returns under `title`, beside the editor. */
  async show(title: string, make: () => Promise<string>): Promise<void> {
    const uri = vscode.Uri.from({ scheme: 'worldstep-text', path: `/${title}.txt` });
    this.#makers.set(uri.toString(), make);
    this.#changes.fire(uri);
    await vscode.window.showTextDocument(uri, { preview: true, preserveFocus: false });
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
