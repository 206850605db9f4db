import * as vscode from 'vscode';
import { t } from '../base/l10n';
import type { InspectorNode } from '../inspect/contract';
import { breaksOnChange, toggleBreakOnChange } from './data-breakpoints';
import type { TextDocuments } from './documents';
import { activeSession, type InspectorRow, request } from './inspector-view';
import { showMemory } from './memory-view';
import { showProblem } from './problem-message';

/** What can be done with a row of an inspector's view. `refresh` redraws the views after a change. */
export const registerRowCommands = (documents: TextDocuments, refresh: () => void): vscode.Disposable => {
  const on = (
    name: string,
    run: (row: InspectorRow, session: vscode.DebugSession) => Promise<void>,
  ): vscode.Disposable =>
    vscode.commands.registerCommand(name, async (row?: InspectorRow) => {
      const session = activeSession();
      if (!row || !session) return;
      try {
        await run(row, session);
      } catch (error) {
        await showProblem(error);
      }
    });
  return vscode.Disposable.from(
    on('worldstep.row.copyValue', async ({ node }) => vscode.env.clipboard.writeText(node.description ?? node.label)),
    on('worldstep.row.openSource', async ({ node }) => {
      if (!node.source) return;
      const { path, line } = node.source;
      const at = new vscode.Position(line - 1, 0);
      const uri = /^[a-z][a-z0-9+.-]+:/i.test(path) ? vscode.Uri.parse(path, true) : vscode.Uri.file(path);
      await vscode.window.showTextDocument(uri, { selection: new vscode.Range(at, at) });
    }),
    on('worldstep.row.viewMemory', async ({ node }, session) => {
      const { memoryReference } = node;
      if (memoryReference === undefined) return;
      await showMemory(documents, session, memoryReference);
    }),
    on('worldstep.row.breakOnChange', async ({ node }, session) => {
      const { memoryReference } = node;
      if (memoryReference === undefined) return;
      const bytes = breaksOnChange(session, memoryReference) ? 0 : await pickSize(node.label);
      if (bytes === undefined) return;
      await toggleBreakOnChange(session, memoryReference, bytes);
      refresh();
    }),
    on('worldstep.row.breakOnLike', async ({ node }, session) => {
      if (node.breakOn) await breakOnLike(session, node.label, node.breakOn);
    }),
    on('worldstep.row.setValue', async ({ node }, session) => {
      if (node.editable === undefined) return;
      const value = await vscode.window.showInputBox({
        title: t`Set ${node.label}`,
        prompt: t`A number (0x… for hexadecimal) or an expression`,
        value: (node.description ?? '').split(' ')[0],
      });
      if (value === undefined) return;
      // VS Code itself says why a value cannot be set.
      await session.customRequest('setExpression', { expression: node.editable, value }).then(refresh, () => {});
    }),
  );
};

/** Lets the user pick what "like" means, or drop what was picked before. */
const breakOnLike = async (
  session: vscode.DebugSession,
  label: string,
  choices: NonNullable<InspectorNode['breakOn']>,
): Promise<void> => {
  const { likes } = await request(session, 'exceptions/likes', {});
  const items = [
    ...choices.map(({ label, filter, condition }) => ({ label, detail: condition, filter, condition, isOn: true })),
    ...likes.map(({ filter, condition }) => ({
      label: `$(close) ${t`Stop there no more`}`,
      detail: `${filter}: ${condition}`,
      filter,
      condition,
      isOn: false,
    })),
  ];
  const picked = await vscode.window.showQuickPick(items, { title: t`Break on what is like ${label}` });
  if (!picked) return;
  const { filter, condition, isOn } = picked;
  await request(session, isOn ? 'exceptions/addLike' : 'exceptions/removeLike', { filter, condition });
  const then = isOn ? t`The guest will stop when it happens again` : t`The guest no longer stops there`;
  vscode.window.setStatusBarMessage(`${then}: ${filter}, ${condition}`, 10_000);
};

const pickSize = async (label: string): Promise<number | undefined> => {
  const items = [8, 4, 2, 1].map((bytes) => ({ label: bytes === 1 ? t`1 byte` : t`${bytes} bytes`, bytes }));
  const picked = await vscode.window.showQuickPick(items, {
    title: t`Break when ${label} changes`,
    placeHolder: t`How many bytes from its address on?`,
  });
  return picked?.bytes;
};
