/** Connections of the language server: messages as objects, whatever carries them. */
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  type Connection,
  createConnection,
  createProtocolConnection,
  type Disposable,
  type Message,
  type MessageReader,
  type MessageWriter,
} from 'vscode-languageserver';

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

/** A server's connection. `exited` is called when the client has taken its leave, with 0 if it asked for the shutdown before. */
export const serverConnection = (
  reader: MessageReader,
  writer: MessageWriter,
  exited: (code: number) => void,
): Connection =>
  createConnection((logger) => createProtocolConnection(reader, writer, logger), {
    shutdownReceived: false,
    initialize: () => {},
    exit: exited,
  });
