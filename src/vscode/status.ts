import * as vscode from 'vscode';
import type { MachineStatus } from '../dap/protocol';
import { TRAP_POLICY_TEXTS } from '../dap/trap-policy-list';
import { activeSession, request } from './inspector-view';

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
    this.#item.name = 'Worldstep Machine';
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
    const { running, mode, pc, functionName, retired, seconds, harts, traps, numbers } = status;
    const policy = TRAP_POLICY_TEXTS.find(({ id }) => id === traps);
    // The button of the debug toolbar shows the choice.
    void vscode.commands.executeCommand('setContext', 'worldstep.traps', traps);
    void vscode.commands.executeCommand('setContext', 'worldstep.numbers', numbers);
    this.#item.text = running ? '$(sync~spin) Guest running' : `$(debug-pause) ${mode}-mode ${pc}`;
    this.#item.tooltip = new vscode.MarkdownString(
      [
        running ? '**The guest runs.**' : `**Stopped in ${mode}-mode** at \`${pc}\``,
        ...(functionName === undefined ? [] : [`Selected frame: \`${functionName}\``]),
        `${Number(retired).toLocaleString('en')} instructions, ${seconds.toFixed(6)} s of guest time, ${harts} hart${harts === 1 ? '' : 's'}`,
        `Steps: ${policy?.description ?? ''}`,
        'Click for what can be done here.',
      ].join('\n\n'),
    );
    this.#item.accessibilityInformation = {
      label: running ? 'Guest running' : `Guest stopped in ${mode} mode at ${pc}`,
    };
    this.#item.show();
  }
}
