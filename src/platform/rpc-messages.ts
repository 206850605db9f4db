/** JSON-RPC messages as objects that a worker's line carries, for client and server of a language. */
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  type Disposable,
  type Message,
  type MessageReader,
  type MessageWriter,
} from 'vscode-jsonrpc';

/** Messages that come one by one. */
export class PushedMessages extends AbstractMessageReader implements MessageReader {
  #receive: ((message: Message) => void) | undefined;
  readonly #early: Message[] = [];

  /** Hands over a message. */
  push(message: object): void {
    if (this.#receive) this.#receive(message as Message);
    else this.#early.push(message as Message);
  }

  listen(receive: (message: Message) => void): Disposable {
    this.#receive = receive;
    for (const message of this.#early.splice(0)) receive(message);
    return { dispose: () => (this.#receive = undefined) };
  }
}

/** Messages that are sent as objects. */
export class SentMessages extends AbstractMessageWriter implements MessageWriter {
  constructor(private readonly send: (message: object) => void) {
    super();
  }

  write(message: Message): Promise<void> {
    this.send(message);
    return Promise.resolve();
  }

  end(): void {}
}
