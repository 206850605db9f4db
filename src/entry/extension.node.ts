/** The extension in a Node host (desktop, remote, code-server). */
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { readFileStart } from '../platform/node/file-start';
import { connectToServer } from '../platform/node/server-link';
import { startNodeWorker } from '../platform/node/worker';
import { activate as activateShell } from '../vscode/extension';
import { useFatfsIn } from './fatfs-file';

/** Called by VS Code. */
export const activate = (context: vscode.ExtensionContext): void => {
  const root = context.extensionPath;
  useFatfsIn(context.asAbsolutePath('dist'));
  activateShell(context, {
    name: `Node ${process.versions.node} on ${process.platform} ${process.arch}`,
    hasDisk: true,
    cargoHome: vscode.Uri.file(process.env.CARGO_HOME ?? join(homedir(), '.cargo')),
    commandLine: {
      program: process.execPath,
      words: [context.asAbsolutePath('dist/cli.js')],
      // Desktop VS Code's program is a browser otherwise.
      environment: { ELECTRON_RUN_AS_NODE: '1' },
    },
    readStart: readFileStart,
    connectToServer,
    startWorker: async (files) => startNodeWorker(context.asAbsolutePath('dist/worker.node.js'), root, files),
  });
};
