/** Runs inside an extension host, Node or web worker: kernels of the user's own, without a kernel.json or a launch.json. */
import * as vscode from 'vscode';
import { KNOWN_TREES, program } from '../../support/known-trees';
import { check, equal, until } from './claims';

const KERNEL = ['void kmain(void) {', '  for (;;) ;', '}'].join('\n');

/** The least that a disk holds. */
const SECTOR = 512;

suite('Own kernels in this extension host', () => {
  const [first] = vscode.workspace.workspaceFolders ?? [];
  const folder = (): vscode.WorkspaceFolder => {
    if (!first) throw new Error('the window has no folder');
    return first;
  };
  const at = (path: string): vscode.Uri => vscode.Uri.joinPath(folder().uri, path);
  const write = (path: string, contents: string | Uint8Array): Thenable<void> =>
    vscode.workspace.fs.writeFile(
      at(path),
      typeof contents === 'string' ? new TextEncoder().encode(contents) : contents,
    );
  const made = new Set<string>();
  const writeAll = async (top: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> => {
    made.add(top);
    for (const [path, contents] of Object.entries(files)) await write(`${top}/${path}`, contents);
  };

  /** The launch arguments of the next session, which the adapter takes; then it is stopped. */
  const launched = async (start: () => Thenable<unknown>): Promise<Record<string, unknown>> => {
    const answered = new Promise<Record<string, unknown>>((done, fail) => {
      let asked: Record<string, unknown> = {};
      const tracker = vscode.debug.registerDebugAdapterTrackerFactory('worldstep', {
        createDebugAdapterTracker: () => ({
          onWillReceiveMessage: (message: { command?: string; arguments?: Record<string, unknown> }) => {
            if (message.command === 'launch') asked = message.arguments ?? {};
          },
          onDidSendMessage: (message: { type: string; command?: string; success?: boolean; message?: string }) => {
            if (message.type !== 'response' || message.command !== 'launch') return;
            tracker.dispose();
            if (message.success) done(asked);
            else fail(new Error(message.message));
          },
        }),
      });
    });
    const ended = new Promise<void>((done) => {
      const listener = vscode.debug.onDidTerminateDebugSession(() => {
        listener.dispose();
        done();
      });
    });
    // A launch that fails waits for somebody to read why.
    void start().then(undefined, () => undefined);
    const found = await answered;
    await vscode.debug.stopDebugging();
    await ended;
    return found;
  };
  const open = async (path: string): Promise<void> => {
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(at(path)));
  };
  /** As F5 does without a launch.json. */
  const f5 = () => vscode.debug.startDebugging(folder(), { type: 'worldstep', request: 'launch', name: '' });
  const endsWith = (value: unknown, end: string): void =>
    check(String(value).endsWith(end), `${JSON.stringify(value)} ends with ${end}`);

  suiteSetup(async () => {
    await vscode.extensions.getExtension('worldstep.worldstep')?.activate();
  });
  teardown(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const top of made) {
      await vscode.workspace.fs.delete(at(top), { recursive: true }).then(undefined, () => undefined);
    }
    made.clear();
  });

  test('F5 in an xv6 tree starts its kernel with its disk on the bus that it looks at', async () => {
    await writeAll('xv6', { ...KNOWN_TREES['xv6-riscv']?.files, 'fs.img': new Uint8Array(SECTOR) });
    await open('xv6/kernel/proc.c');
    const launch = await launched(f5);
    endsWith(launch.program, '/xv6/kernel/kernel');
    const disk = launch.disk as { path: string; bus: string };
    endsWith(disk.path, '/xv6/fs.img');
    equal(disk.bus, 'virtio-mmio-legacy');
    equal(JSON.stringify(launch.machine), '{"harts":3,"memory":"256M"}');
  });

  test('F5 in a C folder starts the kernel that was built there', async () => {
    await writeAll('toy', { 'main.c': KERNEL, 'build/toy.elf': program(0x8020_0000n), 'build/main.o': 'no program' });
    await open('toy/main.c');
    const launch = await launched(f5);
    endsWith(launch.program, '/toy/build/toy.elf');
  });

  test('a new launch.json says what was found, from the workspace folder on', async () => {
    await writeAll('toy', { 'main.c': KERNEL, 'build/toy.elf': program(0x8020_0000n) });
    await writeAll('.vscode', {});
    await open('toy/main.c');
    await vscode.commands.executeCommand('workbench.action.debug.configure');
    let text = '';
    const look = async (): Promise<void> => {
      text = new TextDecoder().decode(await vscode.workspace.fs.readFile(at('.vscode/launch.json')));
    };
    await until(
      () => {
        void look().then(undefined, () => undefined);
        return text.includes('configurations');
      },
      () => 'there is a launch.json',
    );
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is a variable of VS Code.
    check(text.includes('"program": "${workspaceFolder}/toy/build/toy.elf"'), `launch.json names the kernel: ${text}`);
    check(!text.includes('bundled:'), `it names no sample: ${text}`);
  });

  test('a crate without cargo is debugged as it was built before, and with cargo as cargo builds it', async () => {
    const files = {
      ...KNOWN_TREES.cargo?.files,
      'built/toy': program(0x8020_0000n),
      'disk.img': new Uint8Array(SECTOR),
    };
    await writeAll('crate', files);
    await open('crate/src/main.rs');
    endsWith((await launched(f5)).program, '/crate/target/riscv64gc-unknown-none-elf/debug/toy');
    if (!hasProcesses()) return;
    const tools = vscode.extensions.getExtension('worldstep.worldstep')?.extensionUri.fsPath;
    const settings = vscode.workspace.getConfiguration('terminal.integrated', folder());
    await settings.update('env.linux', { PATH: `${tools}/test/workbench/fake-tools:/usr/bin:/bin` });
    try {
      endsWith((await launched(f5)).program, '/crate/built/toy');
    } finally {
      await settings.update('env.linux', undefined);
    }
  });

  test('a kernel for a machine that there is not yet is refused by name', async () => {
    const elf = new Uint8Array(program(0xffff_ffff_8100_0000n));
    // e_machine: PowerPC64.
    elf.set([21, 0], 18);
    await writeAll('toy', { 'main.c': KERNEL, 'kernel.elf': elf });
    await open('toy/main.c');
    const answer = new Promise<string>((done) => {
      const tracker = vscode.debug.registerDebugAdapterTrackerFactory('worldstep', {
        createDebugAdapterTracker: () => ({
          onDidSendMessage: (message: { type: string; command?: string; success?: boolean; body?: object }) => {
            if (message.command !== 'launch') return;
            tracker.dispose();
            done(JSON.stringify(message));
          },
        }),
      });
    });
    // Its answer comes when somebody has read the message.
    void f5().then(undefined, () => {});
    const text = await answer;
    check(text.includes('kernel.elf') && text.includes('PowerPC64') && text.includes('"success":false'), text);
  });

  test('the entry of a kernel has "Debug" above it, and a program for the host has not', async () => {
    await writeAll('toy', {
      'main.c': KERNEL,
      'tool.c': '#include <stdio.h>\nint main(void) { return 0; }\n',
      'toy.elf': program(0x8020_0000n),
    });
    const lenses = async (path: string): Promise<string[]> => {
      await vscode.workspace.openTextDocument(at(path));
      const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        at(path),
        9,
      );
      return found.map(({ command }) => `${command?.command} ${command?.arguments?.[1]}`);
    };
    let found: string[] = [];
    void (async () => {
      while (found.length === 0) found = await lenses('toy/main.c');
    })();
    await until(
      () => found.length > 0,
      () => 'kmain has a lens',
    );
    equal(found.join(), 'worldstep.debugFile kmain');
    equal((await lenses('toy/tool.c')).length, 0);
  });

  test('each known tree has its build among the tasks, where programs can be started', async () => {
    await writeAll('xv6', { ...KNOWN_TREES['xv6-riscv']?.files, 'fs.img': new Uint8Array(SECTOR) });
    const tasks = await vscode.tasks.fetchTasks({ type: 'worldstep' });
    const build = tasks.find(({ name }) => name === 'build xv6');
    equal(build !== undefined, hasProcesses());
    if (!build) return;
    equal(JSON.stringify(build.definition.args), '["kernel/kernel","fs.img"]');
    equal(build.problemMatchers.join(), '$worldstep-gcc,$worldstep-rustc');
  });
});

/** Whether this is the Node host: a web worker has no `process.versions`. */
const hasProcesses = (): boolean => typeof process !== 'undefined' && process.versions?.node !== undefined;
