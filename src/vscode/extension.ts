/**
 * The extension, common to both hosts: what `activate` registers and nothing else. Each feature is a file beside this
 * one. Everything about the machine comes from the session by DAP and our own requests; nothing here knows guests.
 */
import * as vscode from 'vscode';
import { speak, t } from '../base/l10n';
import { RUN_GOALS } from '../dap/run-goal-list';
import { TRAP_POLICY_TEXTS } from '../dap/trap-policy-list';
import { showActions } from './actions';
import { type ConnectToServer, registerAdapter, type StartWorker } from './adapter';
import { pickTraps, remindOfTraps } from './break-on-traps';
import { GuestConsoles } from './console';
import { registerConsoleLinks } from './console-links';
import { insertFile, showDiskImage } from './disk-image-commands';
import { TextDocuments } from './documents';
import { EntryLenses } from './entry-lenses';
import { bookmarkPageTables, explainAddress } from './explain';
import { workspaceFiles } from './files';
import { registerWaysBack } from './go-back';
import { registerInspectorCommands } from './inspector-commands';
import { VIEWS } from './inspector-list.gen';
import { activeSession, type InspectorViews, registerInspectorViews } from './inspector-view';
import { KERNEL_FILES } from './kernel-files';
import { BundledKernels, openKernel, workspaceKernels } from './kernels';
import { LaunchConfigurations } from './launch-config';
import { createLog, loggedCommands, registerSessionLog } from './log';
import { registerMemoryView } from './memory-view';
import { registerNumberFormats } from './number-format';
import { OwnBuilds } from './own-builds';
import { OwnKernels } from './own-kernels';
import { showProblem } from './problem-message';
import { registerRowCommands } from './row-commands';
import { pickRunGoal, pickTrapPolicy, runTo } from './run-to';
import { SampleFiles, sampleFolder } from './sample-files';
import { addSuggestedBreakpoints, showOpenedCopy, showSources } from './sample-opening';
import { SAMPLE_SCHEME } from './sample-scheme';
import { openSample } from './samples';
import { registerSourceProviders } from './source-providers';
import { StatusItem } from './status';
import { buildAndDebug, makeImageOfKernel } from './task-commands';
import { TASK_TYPE } from './task-definition';
import { type CommandLine, WorldstepTasks } from './tasks';
import type { ReadStart } from './workspace-tree';

/** What differs between the Node and the browser host. */
export interface HostPlatform {
  readonly startWorker: StartWorker;
  /** Absent where there are no sockets. */
  readonly connectToServer?: ConnectToServer;
  /** What the extension runs in, for the log. */
  readonly name: string;
  /** Plain paths can be opened. */
  readonly hasDisk: boolean;
  /** Where cargo keeps the crates it has fetched; absent where there is no cargo. */
  readonly cargoHome?: vscode.Uri;
  /** How our command line is started; absent where there are no processes. */
  readonly commandLine?: CommandLine;
  /** Absent where files are read whole only. */
  readonly readStart?: ReadStart;
}

/** Registers everything; called once by the entry of each host. */
export const activate = (
  context: vscode.ExtensionContext,
  { name, startWorker, connectToServer, hasDisk, cargoHome, commandLine, readStart }: HostPlatform,
): void => {
  speak(vscode.l10n.bundle);
  const log = createLog();
  const { version } = context.extension.packageJSON as { readonly version: string };
  const kernels = new BundledKernels(context.extensionUri);
  const own = new OwnKernels(readStart);
  const tasks = new WorldstepTasks(context.extensionUri, commandLine, own);
  const builds = new OwnBuilds(own, tasks, readStart, context.globalStorageUri);
  const configurations = new LaunchConfigurations(kernels, hasDisk, log, builds, cargoHome);
  const lenses = new EntryLenses();
  const documents = new TextDocuments();
  const consoles = new GuestConsoles();
  const copySample = (name: string): Promise<void> => openSample(kernels, context.globalState, name, 'copy');
  const views = registerInspectorViews(VIEWS.map(({ id }) => id));

  const start = async (configuration: vscode.DebugConfiguration | undefined): Promise<void> => {
    if (configuration) await vscode.debug.startDebugging(vscode.workspace.workspaceFolders?.[0], configuration);
  };
  const pick = async () => {
    const packages = await workspaceKernels();
    return configurations.pick(packages, await own.all(packages));
  };
  /** ▶ in the title of an editor: the kernel that the file belongs to, or the file itself if it is a kernel image. */
  const debugFile = async (uri?: vscode.Uri, symbol?: unknown): Promise<void> => {
    const isImage = uri !== undefined && /\.(elf|bin|img)(\.gz)?$|\/(Image|vmlinux|kernel)$/.test(uri.path);
    const chosen = isImage ? configurations.fileConfiguration(uri) : await configurations.choose(uri);
    // An editor's menu gives more than the file, too.
    await start(chosen && typeof symbol === 'string' ? { ...chosen, runTo: symbol } : chosen);
  };
  const suggest = async (): Promise<void> => {
    const choice = await openKernel();
    const [first] = await kernels.all();
    // Nothing of a kernel is open, e.g. the walkthrough is: then the sample.
    const { kernel, folder } = choice ?? { kernel: first?.kernel, folder: sampleFolder(first?.kernel.name ?? '') };
    if (!kernel) return;
    await addSuggestedBreakpoints(kernel, folder);
    await showSources(kernel, folder);
  };
  const inSession = (run: (session: vscode.DebugSession) => unknown) => async () => {
    const session = activeSession();
    if (session) return Promise.resolve(session).then(run).catch(showProblem);
    return vscode.window.showInformationMessage(t`No Worldstep session is running. F5 starts one.`);
  };
  const command = loggedCommands(log);
  // Where the workspace has no kernel, Worldstep stays out of the way.
  const watcher = vscode.workspace.createFileSystemWatcher(KERNEL_FILES, false, true, false);
  const look = async (): Promise<void> => {
    const packages = await workspaceKernels();
    const hasKernel = packages.length > 0 || (await own.all(packages)).length > 0;
    lenses.hasKernel = hasKernel;
    await vscode.commands.executeCommand('setContext', 'worldstep.hasKernel', hasKernel);
  };
  void look();
  void showOpenedCopy(context.globalState);

  context.subscriptions.push(
    log,
    registerSessionLog(log, `Worldstep ${version}, VS Code ${vscode.version}, ${name}`),
    watcher,
    watcher.onDidCreate(look),
    watcher.onDidDelete(look),
    vscode.tasks.onDidEndTask(look),
    vscode.languages.registerCodeLensProvider({ pattern: '**/*.{c,cc,cpp,cxx,rs,zig,s,S,asm,ld,lds,x}' }, lenses),
    documents,
    consoles,
    views,
    new StatusItem(),
    registerAdapter(startWorker, connectToServer, workspaceFiles, context.workspaceState, log),
    remindOfTraps(context.workspaceState),
    registerConsoleLinks(),
    registerSourceProviders(),
    registerMemoryView(documents),
    registerWaysBack(),
    registerNumberFormats(),
    registerRowCommands(documents, () => views.refresh()),
    registerInspectorCommands(VIEWS, views, documents),
    vscode.workspace.registerFileSystemProvider(SAMPLE_SCHEME, new SampleFiles(kernels), { isReadonly: true }),
    vscode.debug.registerDebugConfigurationProvider('worldstep', configurations),
    vscode.debug.registerDebugConfigurationProvider(
      'worldstep',
      { provideDebugConfigurations: (folder) => configurations.provideDynamicConfigurations(folder) },
      vscode.DebugConfigurationProviderTriggerKind.Dynamic,
    ),
    vscode.tasks.registerTaskProvider(TASK_TYPE, tasks),
    vscode.debug.onDidChangeActiveStackItem(() => documents.refresh()),
    // Something was changed by hand: the stack item stays the same.
    vscode.debug.onDidReceiveDebugSessionCustomEvent(({ session, event }) => {
      if (session === activeSession() && event === 'inspect/changed' && vscode.debug.activeStackItem)
        documents.refresh();
    }),
    revealAtFirstStop(views),
    command('worldstep.showLog', () => log.show()),
    command('worldstep.openSample', (name?: string, how?: 'look' | 'copy') =>
      openSample(kernels, context.globalState, name, how),
    ),
    command('worldstep.pickKernel', async () => start(await pick())),
    command('worldstep.debugFile', debugFile),
    command('worldstep.buildAndDebug', (uri?: vscode.Uri) =>
      buildAndDebug({ tasks, configurations, own, builds, copySample }, uri),
    ),
    command('worldstep.makeDiskImage', () => makeImageOfKernel(tasks, 'disk')),
    command('worldstep.makeFlashImage', () => makeImageOfKernel(tasks, 'flash')),
    command('worldstep.insertFile', (image?: vscode.Uri, file?: unknown, path?: unknown) =>
      // The explorer gives all selected files as second argument.
      insertFile(documents, {
        image,
        ...(file instanceof vscode.Uri && { file }),
        ...(typeof path === 'string' && { path }),
      }),
    ),
    command('worldstep.showDiskImage', (uri?: vscode.Uri) => showDiskImage(documents, uri)),
    command('worldstep.addSuggestedBreakpoints', suggest),
    command(
      'worldstep.showConsole',
      inSession((session) => consoles.show(session)),
    ),
    command(
      'worldstep.explainAddress',
      inSession(() => explainAddress(documents)),
    ),
    command('worldstep.bookmarkPageTables', inSession(bookmarkPageTables)),
    command('worldstep.runTo', inSession(pickRunGoal)),
    ...RUN_GOALS.map(({ id }) =>
      command(
        `worldstep.runTo.${id}`,
        inSession((session) => runTo(session, id)),
      ),
    ),
    command('worldstep.traps', inSession(pickTrapPolicy)),
    command(
      'worldstep.breakOnTraps',
      inSession((session) => pickTraps(session, context.workspaceState)),
    ),
    ...TRAP_POLICY_TEXTS.map(({ id }) => command(`worldstep.traps.${id}`, inSession(pickTrapPolicy))),
    command(
      'worldstep.showActions',
      inSession(() => showActions(VIEWS)),
    ),
  );
};

/** Opens the views that a launch configuration names, when there is something to see in them. */
const revealAtFirstStop = (views: InspectorViews): vscode.Disposable => {
  const seen = new WeakSet<vscode.DebugSession>();
  return vscode.debug.onDidChangeActiveStackItem(async (item) => {
    const session = activeSession();
    if (!item || !session || seen.has(session)) return;
    seen.add(session);
    for (const id of (session.configuration.openViews ?? []) as readonly string[]) await views.reveal(id);
  });
};
