import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { resolve } from 'node:path';
import { PassThrough, type Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/entry/commands/main';
import { frame, MessageReader } from '../../src/platform/node/dap-stream';
import type { Json } from '../support/dap-client';
import { Random, SEED } from '../support/random';
import { runProgram } from './program';

const root = resolve(__dirname, '../..');

describe('the wire format', () => {
  it('gives back messages however the bytes are cut', () => {
    const random = new Random(SEED);
    const messages = [{ seq: 1, text: 'ä€🙂' }, {}, { seq: 3, list: [1, 2, 3] }];
    const wire = Buffer.concat(messages.map(frame));
    for (let round = 0; round < 50; round++) {
      const reader = new MessageReader();
      const got: object[] = [];
      for (let at = 0; at < wire.length; ) {
        const size = 1 + random.below(12);
        got.push(...reader.add(wire.subarray(at, at + size)));
        at += size;
      }
      expect(got, `WORLDSTEP_SEED=${SEED}`).toEqual(messages);
    }
  });

  it.each([
    ['GET / HTTP/1.1\r\n\r\n', /does not speak DAP/],
    ['Content-Length: many\r\n\r\n', /does not speak DAP/],
    ['Content-Length: 99999999999\r\n\r\n', /does not speak DAP/],
    ['Content-Length: 3\r\n\r\n{a}', /not JSON/],
    ['Content-Length: 4\r\n\r\nnull', /not a JSON object/],
    ['x'.repeat(5000), /does not speak DAP/],
  ])('refuses %j', (text, message) => {
    expect(() => new MessageReader().add(Buffer.from(text))).toThrow(message);
  });
});

const initialize = frame({ seq: 1, type: 'request', command: 'initialize', arguments: { adapterID: 'worldstep' } });
const isAnswer = /"command":"initialize"[^}]*.*"supportsConfigurationDoneRequest":true/s;

const request = (to: Writable, seq: number, command: string, args?: object): void => {
  to.write(frame({ seq, type: 'request', command, arguments: args }));
};

describe('worldstep dap', () => {
  it('--stdio answers, and ends when stdin does', async () => {
    const run = await runProgram(['dap', '--stdio'], initialize.toString());
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/^Content-Length: \d+\r\n\r\n\{/);
    expect(run.stdout).toMatch(isAnswer);
  });

  it('--stdio says what is wrong with a client that speaks something else', async () => {
    const run = await runProgram(['dap', '--stdio'], 'hello\r\n\r\n');
    expect(run.stderr).toBe(
      'worldstep: the session ends: no usable Content-Length header: the client does not speak DAP.\n',
    );
  });

  it('--stdio ends after disconnect, though stdin stays open and the guest runs', async () => {
    const stdin = new PassThrough();
    const stdout = new PassThrough();
    const streams = { stdin, stdout, stderr: new PassThrough() } as unknown as Parameters<typeof main>[2];
    const code = main(['dap', '--stdio'], root, streams);
    const reader = new MessageReader();
    const messages: Json[] = [];
    stdout.on('data', (bytes: Buffer) => {
      for (const message of reader.add(bytes) as Json[]) {
        messages.push(message);
        if (message.event === 'initialized') request(stdin, 3, 'configurationDone');
        if (message.request_seq === 3) request(stdin, 4, 'disconnect', { terminateDebuggee: false });
      }
    });
    stdin.write(initialize);
    const program = resolve(root, 'test/symbols/fixtures/c-o0-dwarf5.elf.gz');
    request(stdin, 2, 'launch', { program, machine: { memory: '16M' } });
    expect(await code).toBe(0);
    expect(messages.slice(-2)).toMatchObject([{ request_seq: 4, success: true }, { event: 'terminated' }]);
  });

  it('--stdio ends when nobody reads what it says', async () => {
    const program = spawn(process.execPath, ['--import', 'tsx', 'src/entry/cli.ts', 'dap', '--stdio'], { cwd: root });
    const ended = new Promise<number | null>((done) => program.on('exit', done));
    program.stdout.once('data', () => {
      program.stdout.destroy();
      for (let seq = 2; seq < 50; seq++) request(program.stdin, seq, 'threads');
    });
    // It may be gone before it has read all of it.
    program.stdin.on('error', () => {});
    program.stdin.write(initialize);
    expect(await ended).toBe(0);
  });

  it('--stdio ends when stdin is destroyed', async () => {
    const stdin = new PassThrough();
    const streams = { stdin, stdout: new PassThrough(), stderr: new PassThrough() } as unknown as Parameters<
      typeof main
    >[2];
    const code = main(['dap', '--stdio'], root, streams);
    stdin.destroy();
    expect(await code).toBe(0);
  });

  it('--port serves each connection its own session', async () => {
    const port = await listening();
    for (let client = 0; client < 2; client++) {
      const answer = await new Promise<string>((done) => {
        const socket = connect(port, '127.0.0.1');
        let text = '';
        socket.on('data', (data) => {
          text += data.toString();
          if (isAnswer.test(text)) socket.end();
        });
        socket.on('close', () => done(text));
        socket.write(initialize);
      });
      expect(answer).toMatch(isAnswer);
    }
    const busy = await runProgram(['dap', '--port', String(port)]);
    expect(busy).toMatchObject({ code: 2, stderr: `worldstep: --port: port ${port} is in use. Choose another.\n` });
  });

  it('--port lets a second client attach to the machine of the first', async () => {
    const port = await listening();
    const first = new SocketClient(port);
    first.send(initialize);
    first.ask('launch', { program: resolve(root, 'test/debug/fixtures/traps.elf.gz'), stopOnEntry: true });
    await first.hears((message) => message.event === 'initialized');
    first.ask('configurationDone');
    await first.hears((message) => message.event === 'stopped');
    const second = new SocketClient(port);
    second.send(initialize);
    second.ask('attach', { type: 'worldstep', request: 'attach', port });
    await second.hears((message) => message.event === 'initialized');
    second.ask('configurationDone');
    expect(await second.hears((message) => message.event === 'stopped')).toMatchObject({ body: { reason: 'entry' } });
    first.ask('disconnect');
    await second.hears((message) => message.event === 'terminated');
    await first.closed;
    second.ask('disconnect');
    await second.closed;
  });
});

/** The port of a server that a test has started. */
async function listening(): Promise<number> {
  const stderr = new PassThrough();
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr } as unknown as Parameters<
    typeof main
  >[2];
  void main(['dap', '--port', '0'], root, streams);
  const line = await new Promise<string>((done) => stderr.once('data', (text: Buffer) => done(text.toString())));
  return Number(/listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1]);
}

class SocketClient {
  private readonly socket: Socket;
  private readonly reader = new MessageReader();
  private readonly messages: Json[] = [];
  private seq = 1;
  private wake = (): void => {};
  readonly closed: Promise<void>;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.closed = new Promise((done) => this.socket.on('close', () => done()));
    this.socket.on('data', (bytes: Buffer) => {
      this.messages.push(...this.reader.add(bytes));
      this.wake();
    });
  }

  send(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  ask(command: string, args?: object): void {
    request(this.socket, ++this.seq, command, args);
  }

  /** The first message that is like that. */
  async hears(isWanted: (message: Json) => boolean): Promise<Json> {
    for (;;) {
      const found = this.messages.find(isWanted);
      if (found !== undefined) return found;
      await new Promise<void>((done) => {
        this.wake = done;
      });
    }
  }
}
