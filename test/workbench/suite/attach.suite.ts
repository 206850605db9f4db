/** Runs inside Node extension hosts: VS Code as the second client of a machine. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { connectToServer } from '../../../src/platform/node/server-link';
import { check, equal, until } from './claims';

interface Message {
  readonly event?: string;
  readonly request_seq?: number;
}

suite('Attaching', () => {
  test('to a machine that another client has launched: its stop, its views, and leaving it as it is', async () => {
    const root = vscode.extensions.all.find(({ packageJSON }) => packageJSON.name === 'worldstep')?.extensionPath ?? '';
    const server = spawn(process.execPath, [join(root, 'dist/cli.js'), 'dap', '--port', '0'], {
      // Desktop VS Code's program is a browser otherwise.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    });
    const line = await new Promise<string>((done) =>
      server.stderr.once('data', (text: Buffer) => done(text.toString())),
    );
    const port = Number(/listening on [^:]+:(\d+)/.exec(line)?.[1]);
    const first = await connectToServer(port, '127.0.0.1');
    const seen: Message[] = [];
    first.onMessage((message) => seen.push(message));
    const heard = (name: string) =>
      until(
        () => seen.some(({ event }) => event === name),
        () => `the first client hears "${name}"`,
      );
    let seq = 0;
    const ask = (command: string, args?: object) =>
      first.send({ seq: ++seq, type: 'request', command, arguments: args });
    ask('initialize', { adapterID: 'worldstep' });
    ask('launch', { program: 'bundled:msgqueue', stopOnEntry: true });
    await heard('initialized');
    ask('configurationDone');
    await heard('stopped');

    const started = await vscode.debug.startDebugging(undefined, {
      type: 'worldstep',
      request: 'attach',
      name: 'second',
      port,
    });
    check(started, 'the second session starts');
    const session = vscode.debug.activeDebugSession;
    if (!session) throw new Error('there is no session');
    equal(session.name, 'second');
    // The first instruction has no source: the workbench then looks at the thread, not at a frame of it.
    await until(
      () => vscode.debug.activeStackItem?.session.name === 'second',
      () => 'the second session shows where the machine stands',
    );
    const { stackFrames } = await session.customRequest('stackTrace', { threadId: 1 });
    equal(stackFrames[0]?.instructionPointerReference, '0x80200000');
    const { nodes } = await session.customRequest('inspect/children', { inspector: 'registers' });
    check(nodes.length > 0, 'the views work');
    await vscode.debug.stopDebugging(session);
    seen.length = 0;
    ask('next', { threadId: 1, granularity: 'instruction' });
    await heard('stopped');
    ask('disconnect');
    await heard('terminated');
    first.dispose();
    server.kill();
  });

  test('where nobody listens says so', async () => {
    const started = vscode.debug.startDebugging(undefined, {
      type: 'worldstep',
      request: 'attach',
      name: 'nobody',
      port: 1,
    });
    const answer = await started.then(
      (isStarted) => `${isStarted}`,
      (error: unknown) => String(error),
    );
    check(answer !== 'true', 'there is no session');
  });
});
