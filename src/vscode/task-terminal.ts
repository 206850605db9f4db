import * as vscode from 'vscode';
import { t } from '../base/l10n';

/** Thrown inside a task's work when its terminal was closed or Ctrl+C typed. */
export class Cancelled extends Error {}

/** What the work of a task may use. */
export interface TaskConsole {
  /** Prints a line, or several. */
  say(text: string): void;
  /** Lets the extension host do other things; throws {@link Cancelled} if the task shall end. */
  checkpoint(): Promise<void>;
}

const CTRL_C = '\x03';
const RED = '\x1b[31m';
const PLAIN = '\x1b[0m';

/**
 * The terminal of a task that runs inside the extension host, so that it works in a browser too. An error that the work
 * throws is its last line, and its exit code is 1; closing the terminal or Ctrl+C ends it.
 */
export class TaskTerminal implements vscode.Pseudoterminal {
  readonly #writes = new vscode.EventEmitter<string>();
  readonly #ends = new vscode.EventEmitter<number>();
  readonly onDidWrite = this.#writes.event;
  readonly onDidClose = this.#ends.event;
  #isCancelled = false;

  constructor(private readonly work: (console: TaskConsole) => Promise<void>) {}

  open(): void {
    void this.#run();
  }

  close(): void {
    this.#isCancelled = true;
  }

  handleInput(text: string): void {
    if (text.includes(CTRL_C)) this.#isCancelled = true;
  }

  async #run(): Promise<void> {
    const started = performance.now();
    try {
      await this.work({ say: (text) => this.#say(text), checkpoint: () => this.#checkpoint() });
      this.#say(t`Done in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
      this.#ends.fire(0);
    } catch (error) {
      const isWanted = error instanceof Cancelled;
      const message = error instanceof Error ? error.message : String(error);
      this.#say(isWanted ? t`Cancelled: nothing was written.` : `${RED}${message}${PLAIN}`);
      this.#ends.fire(1);
    }
  }

  #say(text: string): void {
    this.#writes.fire(`${text.replaceAll('\n', '\r\n')}\r\n`);
  }

  async #checkpoint(): Promise<void> {
    await new Promise((done) => setTimeout(done, 0));
    if (this.#isCancelled) throw new Cancelled();
  }
}
