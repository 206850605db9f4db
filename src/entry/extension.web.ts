/** The extension in a web-worker host (vscode.dev and the like). */
import * as vscode from 'vscode';
import { provideFatfs } from '../image/fatfs';
import { startBrowserWorker } from '../platform/browser/worker';
import { activate as activateShell } from '../vscode/extension';

/** Called by VS Code. */
export const activate = (context: vscode.ExtensionContext): void => {
  const { extensionUri } = context;
  const script = vscode.Uri.joinPath(extensionUri, 'dist', 'worker.web.js');
  provideFatfs(async () => vscode.workspace.fs.readFile(vscode.Uri.joinPath(extensionUri, 'dist', 'fatfs.wasm')));
  activateShell(context, {
    name: 'a browser',
    hasDisk: false,
    startWorker: async (files) =>
      startBrowserWorker(await vscode.workspace.fs.readFile(script), extensionUri.toString(), files),
  });
};
