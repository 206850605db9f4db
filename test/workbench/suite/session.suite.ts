/** Runs inside an extension host, Node or web worker: the whole road without the mouse. */
import * as vscode from 'vscode';
import { LIMIT_MS } from '../limit';
import { check, equal, until } from './claims';

const FILE = 'src/main.rs';
const LINE_TEXT = 'queue.lock().push_back(message)';

interface Message {
  readonly type: string;
  readonly event?: string;
  readonly command?: string;
  readonly success?: boolean;
  readonly arguments?: { readonly text?: string };
  readonly body?: Readonly<Partial<Record<'reason' | 'text' | 'category' | 'output', string>>>;
}

/** What the adapter sent, in order. */
class Trace {
  readonly messages: Message[] = [];
  readonly #waiting: (() => void)[] = [];

  add(message: Message): void {
    this.messages.push(message);
    for (const look of this.#waiting) look();
  }

  /** The next event of this name after the first `from` messages. */
  event(name: string, from = 0): Promise<Message> {
    return this.first(({ event }) => event === name, from);
  }

  /** The first message that `wanted` accepts, after the first `from`. */
  first(wanted: (message: Message) => boolean, from = 0): Promise<Message> {
    return new Promise((done, fail) => {
      const timer = setTimeout(() => {
        const seen = this.messages.map(({ event, command }) => event ?? command);
        fail(new Error(`it did not come; there were: ${seen.join(', ')}`));
      }, LIMIT_MS);
      const look = (): void => {
        const found = this.messages.slice(from).find(wanted);
        if (!found) return;
        clearTimeout(timer);
        done(found);
      };
      this.#waiting.push(look);
      look();
    });
  }

  /** What the session had to say in the Debug Console. */
  get remarks(): string {
    const outputs = this.messages.filter(({ event, body }) => event === 'output' && body?.category === 'console');
    return outputs.map(({ body }) => body?.output).join('');
  }

  get console(): string {
    return this.messages.map(({ event, body }) => (event === 'console/output' ? body?.text : '')).join('');
  }
}

suite('Worldstep in this extension host', () => {
  let trace = new Trace();
  let tracker: vscode.Disposable;

  suiteSetup(() => {
    tracker = vscode.debug.registerDebugAdapterTrackerFactory('worldstep', {
      createDebugAdapterTracker: () => ({
        onDidSendMessage: (message: Message) => trace.add(message),
        onWillReceiveMessage: (message: Message) => trace.add(message),
      }),
    });
  });

  setup(() => {
    trace = new Trace();
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
  });

  suiteTeardown(() => tracker.dispose());

  const launch = async (configuration: object): Promise<vscode.DebugSession> => {
    const folder = vscode.workspace.workspaceFolders?.[0];
    const whole = { type: 'worldstep', request: 'launch', name: 'test', ...configuration };
    const started = new Promise<vscode.DebugSession>((done) => {
      const subscription = vscode.debug.onDidStartDebugSession((session) => {
        subscription.dispose();
        done(session);
      });
    });
    check(await vscode.debug.startDebugging(folder, whole), 'the session starts');
    return started;
  };

  const breakpointAt = async (uri: vscode.Uri, text: string): Promise<number> => {
    const lines = (await vscode.workspace.openTextDocument(uri)).getText().split('\n');
    const line = lines.findIndex((each) => each.includes(text));
    vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(new vscode.Location(uri, new vscode.Position(line, 0)))]);
    return line + 1;
  };

  test('a bundled kernel stops at a breakpoint, shows its queue, continues and powers off', async () => {
    const source = vscode.Uri.parse(`worldstep-sample:/msgqueue/${FILE}`);
    const line = await breakpointAt(source, LINE_TEXT);
    const session = await launch({ program: 'bundled:msgqueue' });
    equal((await trace.event('stopped')).body?.reason, 'breakpoint');
    equal(trace.remarks, '');
    const { threads } = await session.customRequest('threads');
    const { stackFrames } = await session.customRequest('stackTrace', { threadId: threads[0].id });
    equal(stackFrames[0].line, line);
    check(stackFrames[0].name.includes('producer'), `the top frame is the producer, not ${stackFrames[0].name}`);
    const { inspectors } = await session.customRequest('inspect/list', {});
    for (const id of ['queues', 'pageTables', 'registers']) {
      check(
        inspectors.some((each: { id: string }) => each.id === id),
        `there is an inspector "${id}"`,
      );
    }
    const { nodes } = await session.customRequest('inspect/children', { inspector: 'queues' });
    check(
      nodes.some(({ label }: { label: string }) => label.includes('MESSAGES')),
      'the queues view shows MESSAGES',
    );
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    await session.customRequest('continue', { threadId: threads[0].id });
    await trace.event('terminated');
    check(trace.console.includes('Multi-task message queue OK!'), 'the console shows the last line');
  });

  test('a step over goes to the next line', async () => {
    const source = vscode.Uri.parse(`worldstep-sample:/msgqueue/${FILE}`);
    const line = await breakpointAt(source, LINE_TEXT);
    const session = await launch({ program: 'bundled:msgqueue' });
    await trace.event('stopped');
    const { threads } = await session.customRequest('threads');
    const before = trace.messages.length;
    await session.customRequest('next', { threadId: threads[0].id });
    equal((await trace.event('stopped', before)).body?.reason, 'step');
    const { stackFrames } = await session.customRequest('stackTrace', { threadId: threads[0].id });
    equal(stackFrames[0].line, line + 1);
    await vscode.debug.stopDebugging(session);
  });

  test('VM exits can be filtered and saved as CSV', async () => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file('/');
    const file = vscode.Uri.joinPath(folder, 'exits.csv');
    const source = vscode.Uri.parse('worldstep-sample:/guestmonolithickernel/src/riscv64/sbi.rs');
    await breakpointAt(source, 'println!("Guest: SBI SRST shutdown");');
    const session = await launch({ program: 'bundled:guestmonolithickernel' });
    equal((await trace.event('stopped')).body?.reason, 'breakpoint');
    const saved = async (filter: string): Promise<string[]> => {
      await vscode.commands.executeCommand('worldstep.filter.vmExits', filter);
      await vscode.commands.executeCommand('worldstep.export.vmExits', file);
      return new TextDecoder()
        .decode(await vscode.workspace.fs.readFile(file))
        .trim()
        .split('\n');
    };
    const [heading, ...faults] = await saved('guest-page');
    check(heading?.startsWith('Number,At instruction,') === true, `the first line names the columns: ${heading}`);
    check(
      faults.length > 0 && faults.every((line) => line.includes('guest-page fault')),
      `only guest-page faults are saved: ${faults.join('; ')}`,
    );
    check((await saved('')).length > faults.length + 1, 'without a filter all exits are saved');
    await vscode.workspace.fs.delete(file);
    await vscode.debug.stopDebugging(session);
  });

  test('a misspelt attribute of launch.json is named and the session does not start', async () => {
    const folder = vscode.workspace.workspaceFolders?.[0];
    const wrong = {
      type: 'worldstep',
      request: 'launch',
      name: 'test',
      program: 'bundled:msgqueue',
      stopOnEntri: true,
    };
    // Its answer comes when somebody has read the message.
    void vscode.debug.startDebugging(folder, wrong).then(undefined, () => {});
    const answer = await trace.first(({ type, command }) => type === 'response' && command === 'launch');
    equal(answer.success, false);
    check(JSON.stringify(answer.body).includes('stopOnEntry'), 'the answer names the attribute that was meant');
  });

  test('what is typed into the guest console goes to the guest', async () => {
    const session = await launch({ program: 'bundled:msgqueue', stopOnEntry: true });
    await trace.event('stopped');
    // While an earlier session of the same name is still ending, VS Code calls this one "test 2".
    const terminal = vscode.window.terminals.find(({ name }) => name === `Guest: ${session.name}`);
    check(terminal, 'the session has a terminal');
    terminal?.sendText('hello', false);
    const request = await trace.first(({ type, command }) => type === 'request' && command === 'console/input');
    equal(request.arguments?.text, 'hello');
    await vscode.debug.stopDebugging(session);
  });

  test('launch.json completes our attributes and marks unknown ones', async () => {
    const folder = vscode.workspace.workspaceFolders?.[0];
    if (!folder) throw new Error('the window has no folder');
    const uri = vscode.Uri.joinPath(folder.uri, '.vscode/launch.json');
    const lines = [
      '{ "version": "0.2.0", "configurations": [{',
      '  "type": "worldstep", "request": "launch", "name": "x", "program": "bundled:msgqueue", "stopOnEntri": true,',
      '  ',
      '}] }',
    ];
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(lines.join('\n')));
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    await until(
      () => vscode.languages.getDiagnostics(uri).some(({ message }) => message.includes('stopOnEntri')),
      () => `stopOnEntri is marked, not only: ${vscode.languages.getDiagnostics(uri).map(({ message }) => message)}`,
    );
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      uri,
      new vscode.Position(2, 2),
    );
    const labels = items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    for (const name of ['stopOnEntry', 'runTo', 'machine', 'images', 'sourceMap']) {
      check(labels.includes(name), `"${name}" is offered among ${labels.join(', ')}`);
    }
  });

  test('samples are read-only files', async () => {
    const folder = vscode.Uri.parse('worldstep-sample:/msgqueue');
    const names = (await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name);
    check(names.includes('kernel.json') && names.includes('src'), `the sample has its files, not ${names.join(', ')}`);
    equal(vscode.workspace.fs.isWritableFileSystem('worldstep-sample'), false);
  });

  test('a sample opens with its suggested breakpoints set and its guide beside', async () => {
    await vscode.commands.executeCommand('worldstep.openSample', 'msgqueue', 'look');
    const source = vscode.Uri.parse(`worldstep-sample:/msgqueue/${FILE}`).toString();
    equal(vscode.window.activeTextEditor?.document.uri.toString(), source);
    const lines = vscode.debug.breakpoints.flatMap((each) =>
      each instanceof vscode.SourceBreakpoint && each.location.uri.toString() === source
        ? [each.location.range.start.line]
        : [],
    );
    equal(lines.length, 2);
    equal(vscode.window.activeTextEditor?.selection.active.line, lines[0]);
    const guides = vscode.window.tabGroups.all
      .filter(({ isActive }) => !isActive)
      .flatMap(({ tabs }) => tabs.map(({ input }) => input instanceof vscode.TabInputCustom && input.uri.path));
    equal(guides.join(), '/msgqueue/README.md');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('the drop-down of Run and Debug offers the bundled kernel', async () => {
    const extension = vscode.extensions.getExtension('worldstep.worldstep');
    await extension?.activate();
    const commands = await vscode.commands.getCommands(true);
    for (const name of ['openSample', 'pickKernel', 'debugFile', 'showConsole', 'row.viewMemory', 'table.queues']) {
      check(commands.includes(`worldstep.${name}`), `the command worldstep.${name} exists`);
    }
  });
});
