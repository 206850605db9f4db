import * as vscode from 'vscode';
import { t } from '../base/l10n';
import { ENTRY_RULES, entriesIn } from './trees/entry-rules';

/** "Debug" above the functions where a kernel begins, in workspaces and samples that have a kernel. */
export class EntryLenses implements vscode.CodeLensProvider {
  readonly #changes = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changes.event;
  #hasKernel = false;

  /** Says whether the workspace has a kernel. */
  set hasKernel(has: boolean) {
    if (has === this.#hasKernel) return;
    this.#hasKernel = has;
    this.#changes.fire();
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const { uri } = document;
    if (!this.#hasKernel || !ENTRY_RULES.some(({ files }) => files.test(uri.path))) return [];
    return entriesIn(uri.path, document.getText()).map(({ line, symbol }) => {
      const range = document.lineAt(line).range;
      return new vscode.CodeLens(range, {
        title: `$(debug-alt) ${t`Debug`}`,
        tooltip: t`Start the kernel and stop at ${symbol}.`,
        command: 'worldstep.debugFile',
        arguments: [uri, symbol],
      });
    });
  }
}
