import * as vscode from 'vscode';
import { t } from '../base/l10n';
import type { InspectorView } from './inspector-list.gen';
import { activeSession } from './inspector-view';
import { viewId } from './inspector-view-id';

interface Action extends vscode.QuickPickItem {
  readonly command: string;
}

/** What the status bar item offers: the useful commands at this moment. */
export const showActions = async (inspectors: readonly InspectorView[]): Promise<void> => {
  if (!activeSession()) return;
  const isStopped = vscode.debug.activeStackItem !== undefined;
  const run: Action[] = isStopped
    ? [
        { label: `$(debug-continue) ${t`Continue`}`, command: 'workbench.action.debug.continue' },
        { label: `$(debug-step-over) ${t`Step Over`}`, command: 'workbench.action.debug.stepOver' },
        { label: `$(target) ${t`Run To…`}`, command: 'worldstep.runTo' },
        { label: `$(code) ${t`Open Disassembly`}`, command: 'debug.action.openDisassemblyView' },
      ]
    : [{ label: `$(debug-pause) ${t`Pause`}`, command: 'workbench.action.debug.pause' }];
  const views: Action[] = inspectors.map(({ id, title, icon }) => ({
    label: `$(${icon}) ${t`Show ${t(title)}`}`,
    command: `${viewId(id)}.focus`,
  }));
  const items: Action[] = [
    ...run,
    { label: `$(terminal) ${t`Show Guest Console`}`, command: 'worldstep.showConsole' },
    { label: `$(arrow-swap) ${t`Steps at Traps…`}`, command: 'worldstep.traps' },
    { label: `$(debug-breakpoint-conditional) ${t`Break on Traps…`}`, command: 'worldstep.breakOnTraps' },
    { label: `$(question) ${t`Explain an Address…`}`, command: 'worldstep.explainAddress' },
    { label: `$(file-binary) ${t`View Memory…`}`, command: 'worldstep.viewMemory' },
    ...views,
    { label: `$(table) ${t`Show as Table…`}`, command: 'worldstep.showTable' },
    { label: `$(save) ${t`Export as CSV…`}`, command: 'worldstep.exportTable' },
    { label: `$(debug-restart) ${t`Restart`}`, command: 'workbench.action.debug.restart' },
    { label: `$(debug-stop) ${t`Stop`}`, command: 'workbench.action.debug.stop' },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Worldstep',
    placeHolder: t`What do you want to do?`,
  });
  if (picked) await vscode.commands.executeCommand(picked.command);
};
