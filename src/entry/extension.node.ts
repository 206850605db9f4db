/** The extension in a Node host (desktop, remote, code-server). */
import type * as vscode from 'vscode';
import { startNodeWorker } from '../platform/node/worker';
import { activate as activateShell } from '../vscode/extension';

/** Called by VS Code. */
export const activate = (context: vscode.ExtensionContext): void => {
  const root = context.extensionPath;
  activateShell(context, {
    hasDisk: true,
    startWorker: async (files) => startNodeWorker(context.asAbsolutePath('dist/worker.node.js'), root, files),
  });
};
