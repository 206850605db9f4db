import * as vscode from 'vscode';
import { t } from '../base/l10n';
import type { OwnEvents } from '../dap/protocol';

/**
 * The guest's console: one interactive terminal per session. Output arrives as events, what is typed goes to the guest
 * unchanged (Enter is a carriage return, as from a serial terminal).
 */
export class GuestConsoles implements vscode.Disposable {
  readonly #open = new Map<string, GuestConsole>();
  readonly #subscriptions: vscode.Disposable[] = [
    vscode.debug.onDidStartDebugSession((session) => {
      if (session.type === 'worldstep') this.#of(session).show();
    }),
    vscode.debug.onDidReceiveDebugSessionCustomEvent(({ session, event, body }) => {
      if (session.type !== 'worldstep' || event !== 'console/output') return;
      this.#of(session).write((body as OwnEvents['console/output']).text);
    }),
    vscode.debug.onDidTerminateDebugSession((session) => this.#open.get(session.id)?.end()),
    vscode.window.onDidCloseTerminal((terminal) => {
      for (const [id, guest] of this.#open) if (guest.terminal === terminal) this.#open.delete(id);
    }),
  ];

  /** The terminal of a session, made again if the user closed it. */
  show(session: vscode.DebugSession): void {
    this.#of(session).show(false);
  }

  dispose(): void {
    for (const each of [...this.#subscriptions, ...this.#open.values()]) each.dispose();
  }

  #of(session: vscode.DebugSession): GuestConsole {
    const known = this.#open.get(session.id);
    if (known) return known;
    const name = `Guest: ${session.name}`;
    // A finished session of the same name leaves its terminal to the next one, so that they do not pile up.
    const [oldId, old] = [...this.#open].find(([, each]) => each.hasEnded && each.name === name) ?? [];
    if (oldId !== undefined) this.#open.delete(oldId);
    const guest = old ?? new GuestConsole(name);
    guest.attach(session);
    this.#open.set(session.id, guest);
    return guest;
  }
}

class GuestConsole implements vscode.Pseudoterminal {
  readonly #writes = new vscode.EventEmitter<string>();
  readonly onDidWrite = this.#writes.event;
  readonly terminal: vscode.Terminal;
  #session: vscode.DebugSession | undefined;
  #isOpen = false;
  /** Output from before the terminal was drawn. */
  #early = '';
  #endsWithReturn = false;

  constructor(readonly name: string) {
    this.terminal = vscode.window.createTerminal({
      name,
      pty: this,
      iconPath: new vscode.ThemeIcon('circuit-board'),
      isTransient: true,
    });
  }

  get hasEnded(): boolean {
    return this.#session === undefined;
  }

  attach(session: vscode.DebugSession): void {
    this.#session = session;
    // Clears screen and scrollback of an earlier session.
    if (this.#isOpen) this.#writes.fire('\x1bc');
  }

  show(preserveFocus = true): void {
    this.terminal.show(preserveFocus);
  }

  write(text: string): void {
    // A terminal needs a carriage return before each line feed; many guests send the line feed alone.
    const lines = text.replace(/\r?\n/g, (found, at) =>
      at === 0 && found === '\n' && this.#endsWithReturn ? '\n' : '\r\n',
    );
    this.#endsWithReturn = text.endsWith('\r');
    if (this.#isOpen) this.#writes.fire(lines);
    else this.#early += lines;
  }

  end(): void {
    this.#session = undefined;
    this.write(`\r\n\x1b[2m[${t`the session has ended`}]\x1b[0m\r\n`);
  }

  open(): void {
    this.#isOpen = true;
    this.#writes.fire(this.#early);
    this.#early = '';
  }

  close(): void {
    this.#isOpen = false;
  }

  handleInput(text: string): void {
    void this.#session?.customRequest('console/input', { text });
  }

  dispose(): void {
    this.terminal.dispose();
  }
}
