/** `worldstep dap`: the debug adapter for other editors, over stdin and stdout or TCP. */
import { createServer, type Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { Host } from '../../base/host';
import { createSession } from '../../dap/create-session';
import type { Message } from '../../dap/server';
import type { Shared } from '../../dap/session';
import { frame, MessageReader } from '../../platform/node/dap-stream';
import { useFatfsIn } from '../fatfs-file';
import { sessionServices } from '../session-services';
import { type Arguments, type CommandContext, EXIT, UsageError } from './command';
import { wholeNumber } from './guest';

/** Runs the command. */
export async function serveDap({ options }: Arguments, context: CommandContext): Promise<number> {
  useFatfsIn(__dirname);
  const port = options.get('port');
  if (options.has('stdio') === (port !== undefined)) {
    throw new UsageError('dap needs either --stdio or --port N.');
  }
  if (port === undefined) {
    const { host, stdin, stdout, stderr } = context;
    await converse({
      host,
      input: stdin,
      output: stdout,
      report: (problem) => stderr.write(`worldstep: ${problem}\n`),
    });
    return EXIT.done;
  }
  const number = wholeNumber('--port', port);
  if (number > 65535)
    throw new UsageError(`--port: there is no port ${number}. Give one up to 65535, or 0 for a free one.`);
  return listen(number, context);
}

function listen(port: number, { host, stderr }: CommandContext): Promise<number> {
  const shared: Shared = { debuggees: new Set() };
  return new Promise((_, reject) => {
    const server = createServer((socket: Socket) => {
      const report = (problem: string): void => void stderr.write(`worldstep: ${problem}\n`);
      void converse({ host, input: socket, output: socket, shared, report }).then(() => socket.end());
    });
    server.on('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE' ? 'is in use. Choose another' : `cannot be used (${error.message}). Choose another`;
      reject(new UsageError(`--port: port ${port} ${reason}.`));
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      stderr.write(`worldstep: listening on 127.0.0.1:${typeof address === 'object' ? address?.port : port}\n`);
    });
  });
}

/** One conversation over a pair of streams. */
interface Conversation {
  readonly input: Readable;
  readonly output: Writable;
  readonly host: Host;
  readonly shared?: Shared;
  report(problem: string): void;
}

/** Resolves when the client has taken its leave, closes an end, or breaks the format. */
function converse({ input, output, host, shared, report }: Conversation): Promise<void> {
  return new Promise((resolve) => {
    const reader = new MessageReader();
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      session.dispose();
      resolve();
    };
    const session = createSession(
      sessionServices(host),
      (message) => {
        if (!isOver && output.writable) output.write(frame(message));
      },
      { shared, closed: end },
    );
    input.on('data', (bytes: Buffer) => {
      if (isOver) return;
      try {
        for (const message of reader.add(bytes)) session.receive(message as Message);
      } catch (error) {
        report(`the session ends: ${(error as Error).message}.`);
        input.destroy();
        end();
      }
    });
    for (const name of ['end', 'close', 'error']) input.on(name, end);
    // Nobody reads any more.
    for (const name of ['close', 'error']) output.on(name, end);
  });
}
