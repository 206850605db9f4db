/** Runs inside an extension host, Node or web worker: tasks, and the commands for disk images. */
import * as vscode from 'vscode';
import { check, equal, until } from './claims';

const KERNEL = {
  name: 'demo',
  title: 'Demo',
  description: 'Has a disk and a flash bank.',
  architectures: {
    riscv64: {
      board: 'riscv64-virt',
      memory: '128M',
      image: { file: 'target/demo.elf', format: 'elf', crate: '.' },
      disk: { size: '34M', label: 'DEMO', files: { '/etc/motd': { file: 'motd.txt' } } },
      flash: { pflash1: { size: '4K', at: { '0': 'PFLA' } } },
    },
  },
};

const TASKS = [
  { label: 'own disk', task: 'disk', size: '34M', files: { '/rootfs': 'rootfs' }, output: 'own.img' },
  { label: 'not there', task: 'disk', kernel: 'nowhere/kernel.json' },
  { label: 'misspelt', task: 'disc', kernel: 'demo/kernel.json' },
  { label: 'bundled', task: 'run', kernel: 'bundled:msgqueue', arch: 'riscv64' },
];

suite('Tasks in this extension host', () => {
  const folder = (): vscode.Uri => {
    const [first] = vscode.workspace.workspaceFolders ?? [];
    if (!first) throw new Error('the window has no folder');
    return first.uri;
  };
  const at = (path: string): vscode.Uri => vscode.Uri.joinPath(folder(), path);
  const write = (path: string, text: string): Thenable<void> =>
    vscode.workspace.fs.writeFile(at(path), new TextEncoder().encode(text));

  const tasks = async (): Promise<Map<string, vscode.Task>> =>
    new Map((await vscode.tasks.fetchTasks({ type: 'worldstep' })).map((task) => [task.name, task]));

  /** Runs a task to its end; its exit code. */
  const run = async (name: string): Promise<number | undefined> => {
    const task = (await tasks()).get(name);
    if (!task) throw new Error(`there is no task "${name}" among ${[...(await tasks()).keys()].join(', ')}`);
    let exitCode: number | undefined;
    const ended = new Promise<void>((done) => {
      const listening = vscode.Disposable.from(
        vscode.tasks.onDidEndTaskProcess((end) => {
          if (end.execution.task.name === name) exitCode = end.exitCode;
        }),
        vscode.tasks.onDidEndTask((end) => {
          if (end.execution.task.name !== name) return;
          listening.dispose();
          done();
        }),
      );
    });
    await vscode.tasks.executeTask(task);
    await ended;
    return exitCode;
  };

  /** "Show Contents of Disk Image…" shows all these lines. */
  const shows = async (image: string, ...lines: readonly RegExp[]): Promise<void> => {
    await vscode.commands.executeCommand('worldstep.showDiskImage', at(image));
    const text = (): string => vscode.window.activeTextEditor?.document.getText() ?? '';
    await until(
      () => text().startsWith(image) && lines.every((line) => line.test(text())),
      () => `${image} contains ${lines.join(' and ')}; shown is: ${text()}`,
    );
  };

  const isThere = async (path: string): Promise<boolean> =>
    vscode.workspace.fs.stat(at(path)).then(
      () => true,
      () => false,
    );

  suiteSetup(async () => {
    await write('demo/kernel.json', JSON.stringify(KERNEL));
    await write('demo/motd.txt', 'hello');
    await write('rootfs/motd.txt', 'hello');
    await write('rootfs/etc/name', 'demo');
    const list = TASKS.map((task) => ({ type: 'worldstep', ...task }));
    await write('.vscode/tasks.json', JSON.stringify({ version: '2.0.0', tasks: list }));
    await vscode.extensions.getExtension('worldstep.worldstep')?.activate();
    // The file watcher of the search tells of new files a moment later.
    for (let look = 0; look < 40 && !(await tasks()).has('build demo (riscv64)'); look++) {
      await new Promise((done) => setTimeout(done, 250));
    }
  });

  test('each kernel.json has its tasks, and builds are in the group Build', async () => {
    const all = await tasks();
    for (const name of ['build demo', 'make disk image of demo', 'make pflash1 image of demo', 'run demo']) {
      check(all.has(`${name} (riscv64)`), `"${name} (riscv64)" is among ${[...all.keys()].join(', ')}`);
    }
    const build = all.get('build demo (riscv64)');
    equal(build?.source, 'worldstep');
    equal(build?.group?.id, vscode.TaskGroup.Build.id);
    equal(build?.problemMatchers.join(), '$worldstep-rustc');
  });

  test('"make disk image" writes the disk that kernel.json declares', async () => {
    equal(await run('make disk image of demo (riscv64)'), 0);
    await shows('demo/target/demo-riscv64-disk.img', / 5 {2}\/etc\/motd\n/);
  });

  test('"make pflash image" writes the bank that kernel.json declares', async () => {
    equal(await run('make pflash1 image of demo (riscv64)'), 0);
    const bytes = await vscode.workspace.fs.readFile(at('demo/target/demo-riscv64-pflash1.img'));
    equal(bytes.length, 4096);
    equal(new TextDecoder('latin1').decode(bytes.subarray(0, 6)), 'PFLA\xff\xff');
  });

  test('a task of tasks.json makes a disk of a folder', async () => {
    equal(await run('own disk'), 0);
    await shows('own.img', / 5 {2}\/rootfs\/motd\.txt\n/, / 4 {2}\/rootfs\/etc\/name\n/);
  });

  test('tasks that cannot work fail and write nothing', async () => {
    equal(await run('not there'), 1);
    equal(await run('misspelt'), 1);
    equal(await isThere('nowhere'), false);
  });

  test('"Insert File into Disk Image" puts a file in, and replaces one', async () => {
    await write('more.txt', 'some more');
    const insert = (path: string) =>
      vscode.commands.executeCommand('worldstep.insertFile', at('own.img'), at('more.txt'), path);
    await insert('/new folder/a long name.txt');
    await insert('/rootfs/motd.txt');
    await shows('own.img', / 9 {2}\/new folder\/a long name\.txt\n/, / 9 {2}\/rootfs\/motd\.txt\n/);
  });

  test('"build" fails without Rust, and in a browser', async () => {
    equal(await run('build demo (riscv64)'), 1);
  });

  test('a debug session runs its preLaunchTask first', async () => {
    const image = 'demo/target/demo-riscv64-pflash1.img';
    await vscode.workspace.fs.delete(at(image));
    const started = new Promise<boolean>((done) => {
      const listening = vscode.debug.onDidStartDebugSession(async () => {
        listening.dispose();
        done(await isThere(image));
      });
    });
    const launch = {
      type: 'worldstep',
      request: 'launch',
      name: 'test',
      program: 'bundled:msgqueue',
      stopOnEntry: true,
    };
    const preLaunchTask = 'worldstep: make pflash1 image of demo (riscv64)';
    await vscode.debug.startDebugging(vscode.workspace.workspaceFolders?.[0], { ...launch, preLaunchTask });
    check(await started, 'the image is there when the session starts');
    await vscode.debug.stopDebugging();
  });

  test("what rustc prints becomes problems that lead to the kernel's source", async () => {
    const source = at('demo/src/main.rs');
    await write('demo/src/main.rs', `${'\n'.repeat(35)}    let x: u32 = undefined_thing;\n`);
    const output = [
      '   Compiling msgqueue v0.1.0 (/tmp/tk)',
      'error[E0425]: cannot find value `undefined_thing` in this scope',
      `  --> ${source.path}:36:18`,
      '   |',
      '36 |     let x: u32 = undefined_thing;',
      '   |                  ^^^^^^^^^^^^^^^ not found in this scope',
      '',
      'For more information about this error, try `rustc --explain E0425`.',
      'error: could not compile `msgqueue` (bin "msgqueue") due to 1 previous error',
    ];
    const started = new Promise<void>((done) => {
      const listening = vscode.tasks.onDidStartTask(({ execution }) => {
        if (execution.task.name !== 'printed') return;
        listening.dispose();
        done();
      });
    });
    const printing = new vscode.CustomExecution(async () => {
      const writes = new vscode.EventEmitter<string>();
      const closes = new vscode.EventEmitter<number>();
      // What is printed before the workbench reads along becomes no problem. It does so soon after it has said that the task is
      // started: when it has answered a question more.
      const open = async (): Promise<void> => {
        await started;
        await vscode.commands.getCommands();
        writes.fire(`${output.join('\r\n')}\r\n`);
        closes.fire(1);
      };
      return { onDidWrite: writes.event, onDidClose: closes.event, open, close: () => {} };
    });
    const [workspace] = vscode.workspace.workspaceFolders ?? [];
    if (!workspace) throw new Error('the window has no folder');
    const definition = { type: 'worldstep', task: 'build', kernel: 'printed' };
    await vscode.tasks.executeTask(
      new vscode.Task(definition, workspace, 'printed', 'worldstep', printing, '$worldstep-rustc'),
    );
    await until(
      () => vscode.languages.getDiagnostics(source).length > 0,
      () => `${source.path} has a problem, not only ${vscode.languages.getDiagnostics().map(([uri]) => uri)}`,
    );
    const [problem] = vscode.languages.getDiagnostics(source);
    equal(problem?.message, 'cannot find value `undefined_thing` in this scope');
    equal(problem?.source, 'rustc');
    equal(`${problem?.range.start.line}:${problem?.range.start.character}`, '35:17');
  });

  test('"run" runs a bundled kernel to its end where there are processes, and fails in a browser', async () => {
    equal(await run('bundled'), hasProcesses() ? 0 : 1);
  });
});

/** Whether this is the Node host: a web worker has no `process.versions`. */
const hasProcesses = (): boolean => typeof process !== 'undefined' && process.versions?.node !== undefined;
