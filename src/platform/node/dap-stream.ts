/** The wire format of the Debug Adapter Protocol: a header with the length, then JSON. */

const SEPARATOR = Buffer.from('\r\n\r\n');
/** More than any request; a client that announces more is not one. */
const LONGEST_MESSAGE = 64 << 20;
const LONGEST_HEADER = 4096;

/** A message as it goes over the wire. */
export function frame(message: object): Buffer {
  const body = Buffer.from(JSON.stringify(message));
  return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
}

/** Collects bytes and gives back the messages that are complete. */
export class MessageReader {
  #bytes = Buffer.alloc(0);

  /** Throws an Error that says what is wrong with the stream; nothing can be read after that. */
  add(bytes: Uint8Array): object[] {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    const messages: object[] = [];
    for (;;) {
      const end = this.#bytes.indexOf(SEPARATOR);
      if (end < 0) {
        if (this.#bytes.length > LONGEST_HEADER)
          throw new Error('no Content-Length header: the client does not speak DAP');
        return messages;
      }
      const header = this.#bytes.toString('latin1', 0, end);
      const length = Number(/^content-length: *(\d+) *$/im.exec(header)?.[1] ?? Number.NaN);
      if (!(length <= LONGEST_MESSAGE))
        throw new Error('no usable Content-Length header: the client does not speak DAP');
      const start = end + SEPARATOR.length;
      if (this.#bytes.length < start + length) return messages;
      messages.push(parse(this.#bytes.toString('utf8', start, start + length)));
      this.#bytes = this.#bytes.subarray(start + length);
    }
  }
}

function parse(text: string): object {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch (error) {
    throw new Error(`a message is not JSON (${(error as Error).message})`);
  }
  if (typeof message !== 'object' || message === null) throw new Error('a message is not a JSON object');
  return message;
}
