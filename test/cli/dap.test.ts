import { connect } from 'node:net';
import { resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { frame, MessageReader } from '../../src/entry/commands/dap-stream';
import { main } from '../../src/entry/commands/main';
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

  it('--port serves each connection its own session', async () => {
    const stderr = new PassThrough();
    const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr } as unknown as Parameters<
      typeof main
    >[2];
    void main(['dap', '--port', '0'], root, streams);
    const line = await new Promise<string>((done) => stderr.once('data', (text: Buffer) => done(text.toString())));
    const port = Number(/listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1]);
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
});
