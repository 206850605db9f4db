/** What a session writes to Worldstep's log: how it was started, what went wrong in it, and at level trace each message. */

/** The part of VS Code's log channels that is used; the channel leaves out what is below its level. */
export interface Log {
  trace(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

/** What is read of messages, each of which may lack any of it. */
interface Message {
  readonly type?: string;
  readonly command?: string;
  readonly event?: string;
  readonly success?: boolean;
  readonly message?: string;
  readonly arguments?: object;
  readonly body?: { readonly category?: string; readonly output?: string; readonly exitCode?: number };
}

/** Longest message that level trace shows. */
const MOST = 4000;

export class SessionLog {
  /** @param isTracing whether the channel shows level trace now: messages are put into words only then */
  constructor(
    private readonly log: Log,
    private readonly session: string,
    private readonly isTracing: () => boolean,
  ) {}

  /** A message on its way to the debugger. */
  received(message: object): void {
    this.#trace('→', message);
    const { command, arguments: given } = message as Message;
    if (command === 'launch' || command === 'attach' || command === 'restart') {
      this.log.info(`${this.session}: ${command} ${JSON.stringify(given ?? {})}`);
    }
  }

  /** A message of the debugger. */
  sent(message: object): void {
    this.#trace('←', message);
    const { type, command, event, success, message: problem, body } = message as Message;
    if (type === 'response' && (command === 'launch' || command === 'attach')) {
      const done = `${command}ed`;
      if (success === true) this.log.info(`${this.session}: ${done}`);
      else this.log.warn(`${this.session}: not ${done}: ${problem ?? ''}`);
    }
    // The session prints there what is a mistake of its own, with its stack.
    if (event === 'output' && body?.category === 'stderr') {
      this.log.error(`${this.session}: ${(body.output ?? '').trimEnd()}`);
    }
    if (event === 'exited') this.log.info(`${this.session}: exit code ${body?.exitCode ?? 0}`);
    if (event === 'terminated') this.log.info(`${this.session}: ended`);
  }

  #trace(direction: string, message: object): void {
    if (!this.isTracing()) return;
    const text = JSON.stringify(message);
    const shown = text.length > MOST ? `${text.slice(0, MOST)}… (${text.length} characters)` : text;
    this.log.trace(`${this.session} ${direction} ${shown}`);
  }
}

/** An error with its stack, where it has one. */
export const errorText = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
