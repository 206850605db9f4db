/** Run To and what steps do at traps: quick picks and commands over the session's own requests. */
import * as vscode from 'vscode';
import { t } from '../base/l10n';
import type { OwnRequests } from '../dap/protocol';
import { RUN_GOALS } from '../dap/run-goal-list';
import { TRAP_POLICY_TEXTS } from '../dap/trap-policy-list';
import { request } from './inspector-view';

type Goal = OwnRequests['run/to']['arguments']['goal'];

/** The thread that the Call Stack shows, if any. */
const shownThread = (): { threadId?: number } => {
  const item = vscode.debug.activeStackItem;
  return item === undefined ? {} : { threadId: item.threadId };
};

/** Lets the guest run to the next event of a kind; says why when it cannot. */
export const runTo = async (session: vscode.DebugSession, goal: Goal): Promise<void> => {
  try {
    await request(session, 'run/to', { goal, ...shownThread() });
  } catch (error) {
    void vscode.window.showWarningMessage(error instanceof Error ? error.message : String(error));
  }
};

/** Offers everything the guest can run to. */
export const pickRunGoal = async (session: vscode.DebugSession): Promise<void> => {
  const picked = await vscode.window.showQuickPick(
    RUN_GOALS.map(({ id, title, description }) => ({ label: t(title), detail: t(description), id })),
    { title: t`Run To`, placeHolder: t`Run on until…` },
  );
  if (picked) await runTo(session, picked.id);
};

/** Offers what Step Into does at traps; the present choice is marked. */
export const pickTrapPolicy = async (session: vscode.DebugSession): Promise<void> => {
  const { policy } = await request(session, 'stepping/traps', {});
  const picked = await vscode.window.showQuickPick(
    TRAP_POLICY_TEXTS.map(({ id, title, description }) => ({
      label: id === policy ? `$(check) ${t(title)}` : t(title),
      detail: t(description),
      id,
    })),
    { title: t`Steps at Traps`, placeHolder: t`What shall Step Into do where control goes to another world?` },
  );
  if (picked) await request(session, 'stepping/traps', { policy: picked.id });
};
