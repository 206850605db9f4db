import * as vscode from 'vscode';
import { t } from '../base/l10n';
import type { MachineStatus } from '../dap/protocol';
import { TRAP_POLICY_TEXTS } from '../dap/trap-policy-list';
import { activeSession, request } from './inspector-view';

const code = (text: string): string => `\`${text}\``;

/** The status bar item: the machine's mode where it stands, or that it runs. A click offers what can be done. */
export class StatusItem implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('worldstep.status', vscode.StatusBarAlignment.Left, 50);
  readonly #subscription = vscode.Disposable.from(
    this.#item,
    vscode.debug.onDidChangeActiveDebugSession(() => void this.#ask()),
    vscode.debug.onDidChangeActiveStackItem(() => void this.#ask()),
    vscode.debug.onDidReceiveDebugSessionCustomEvent(({ session, event, body }) => {
      if (session === activeSession() && event === 'machine/status') this.#show(body as MachineStatus);
    }),
  );

  constructor() {
    this.#item.name = t`Worldstep Machine`;
    this.#item.command = 'worldstep.showActions';
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #ask(): Promise<void> {
    const session = activeSession();
    if (!session) return this.#item.hide();
    try {
      const item = vscode.debug.activeStackItem;
      const frame = item instanceof vscode.DebugStackFrame ? { frameId: item.frameId } : {};
      const status = await request(session, 'machine/status', frame);
      if (session === activeSession()) this.#show(status);
    } catch {
      // Not launched yet or gone already: nothing to show.
      this.#item.hide();
    }
  }

  #show(status: MachineStatus): void {
    const { running, mode, pc, functionName, retired, seconds, harts, processor, traps, numbers } = status;
    const instructions = Number(retired).toLocaleString('en');
    const policy = TRAP_POLICY_TEXTS.find(({ id }) => id === traps);
    // The button of the debug toolbar shows the choice.
    void vscode.commands.executeCommand('setContext', 'worldstep.traps', traps);
    void vscode.commands.executeCommand('setContext', 'worldstep.numbers', numbers);
    const processors = harts === 1 ? processor : `${processor}s`;
    this.#item.text = running ? `$(sync~spin) ${t`Guest running`}` : `$(debug-pause) ${mode} ${pc}`;
    this.#item.tooltip = new vscode.MarkdownString(
      [
        running ? t`**The guest runs.**` : t`**Stopped in ${mode}** at ${code(pc)}`,
        ...(functionName === undefined ? [] : [t`Selected frame: ${code(functionName)}`]),
        t`${instructions} instructions, ${seconds.toFixed(6)} s of guest time, ${harts} ${processors}`,
        t`Steps: ${t(policy?.description ?? '')}`,
        t`Click for what can be done here.`,
      ].join('\n\n'),
    );
    this.#item.accessibilityInformation = {
      label: running ? t`Guest running` : t`Guest stopped in ${mode} at ${pc}`,
    };
    this.#item.show();
  }
}
