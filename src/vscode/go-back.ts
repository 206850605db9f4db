/** Ways back beside VS Code's own Step Back and Reverse: commands over the session's own requests. */
import * as vscode from 'vscode';
import { t } from '../base/l10n';
import { activeSession, request } from './inspector-view';
import { expressionOfRow } from './variable-row';

const selectedFrame = (): { frameId?: number } => {
  const item = vscode.debug.activeStackItem;
  return item instanceof vscode.DebugStackFrame ? { frameId: item.frameId } : {};
};

/** Does what a command asks a session for; says why when it cannot. */
const inWords = async (way: () => Thenable<unknown>): Promise<void> => {
  try {
    await way();
  } catch (error) {
    void vscode.window.showWarningMessage(error instanceof Error ? error.message : String(error));
  }
};

const goToLastWrite = async (expression: string | undefined): Promise<void> => {
  const session = activeSession();
  if (session && expression) await inWords(() => request(session, 'back/write', { expression, ...selectedFrame() }));
};

/** Registers the commands. */
export const registerWaysBack = (): vscode.Disposable =>
  vscode.Disposable.from(
    vscode.commands.registerCommand('worldstep.stepBackOut', async () => {
      const session = activeSession();
      const item = vscode.debug.activeStackItem;
      const thread = item === undefined ? {} : { threadId: item.threadId };
      if (session) await inWords(() => request(session, 'back/out', thread));
    }),
    vscode.commands.registerCommand('worldstep.goToLastWrite', async () => {
      const prompt = t`Whose last write? A variable, or an address such as 0x80200000.`;
      await goToLastWrite(await vscode.window.showInputBox({ title: t`Go to Last Write`, prompt }));
    }),
    vscode.commands.registerCommand('worldstep.variable.goToLastWrite', (row?: unknown) =>
      goToLastWrite(expressionOfRow(row)),
    ),
  );
