/** The connection of the language server, whatever carries its messages. */
import {
  type Connection,
  createConnection,
  createProtocolConnection,
  type MessageReader,
  type MessageWriter,
} from 'vscode-languageserver';

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
