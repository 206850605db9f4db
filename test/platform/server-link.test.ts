import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { frame, MessageReader } from '../../src/platform/node/dap-stream';
import { connectToServer } from '../../src/platform/node/server-link';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server that gives back each message, or what `answer` makes of it. */
async function serve(answer: (message: object) => Buffer | undefined): Promise<number> {
  const server = createServer((socket) => {
    const reader = new MessageReader();
    socket.on('data', (bytes: Buffer) => {
      for (const message of reader.add(bytes)) {
        const reply = answer(message);
        if (reply === undefined) socket.end();
        else socket.write(reply);
      }
    });
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

describe('an adapter of another process', () => {
  it('gets messages and gives them', async () => {
    const worker = await connectToServer(await serve(frame), '127.0.0.1');
    const got = new Promise((done) => worker.onMessage(done));
    worker.send({ seq: 1, text: 'ä' });
    expect(await got).toEqual({ seq: 1, text: 'ä' });
    worker.dispose();
  });

  it.each<[string, Buffer | undefined, RegExp]>([
    ['closes the connection', undefined, /has closed the connection/],
    ['speaks something else', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), /does not speak DAP/],
  ])('that %s fails the session', async (_, reply, message) => {
    const worker = await connectToServer(await serve(() => reply), '127.0.0.1');
    const failed = new Promise<Error>((done) => worker.onFailure(done));
    worker.send({ seq: 1 });
    expect((await failed).message).toMatch(message);
  });

  it('that is not there is refused with the next step', async () => {
    const port = await serve(frame);
    const [server] = servers.splice(0);
    await new Promise((done) => server?.close(done));
    await expect(connectToServer(port, '127.0.0.1')).rejects.toThrow(
      new RegExp(`Nobody listens on 127\\.0\\.0\\.1:${port} .*Start "worldstep dap --port ${port}" there`),
    );
  });
});
