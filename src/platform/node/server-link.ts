/** A debug adapter of another process, reached over TCP: `worldstep dap --port`. */
import { connect } from 'node:net';
import type { AdapterWorker, DapMessage } from '../link';
import { frame, MessageReader } from './dap-stream';

/** Connects. Rejects with what is wrong and the next step where nobody listens. */
export const connectToServer = (port: number, host: string): Promise<AdapterWorker> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, host);
    const reader = new MessageReader();
    let receive: (message: DapMessage) => void = () => {};
    let fail: (error: Error) => void = () => {};
    let isDisposed = false;
    const broken = (error: Error): void => {
      reject(
        new Error(`Nobody listens on ${host}:${port} (${error.message}). Start "worldstep dap --port ${port}" there.`),
      );
      if (!isDisposed) fail(error);
    };
    socket.on('error', broken);
    socket.on('data', (bytes: Buffer) => {
      try {
        for (const message of reader.add(bytes)) receive(message);
      } catch (error) {
        socket.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    });
    socket.on('close', (hadError) => {
      if (!hadError && !isDisposed) fail(new Error(`${host}:${port} has closed the connection.`));
    });
    socket.on('connect', () =>
      resolve({
        send: (message) => void socket.write(frame(message)),
        onMessage: (receiver) => {
          receive = receiver;
        },
        onFailure: (receiver) => {
          fail = receiver;
        },
        dispose: () => {
          isDisposed = true;
          socket.end();
        },
      }),
    );
  });
