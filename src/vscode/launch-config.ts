import * as vscode from 'vscode';
import type { Architecture } from '../base/architectures';
import type { LaunchArguments } from '../dap/launch-schema';
import { type ListedMode, modesFor } from '../image/kernel-listing';
import { type KernelPackage, suggestionsOf } from '../image/kernel-package';
import { crateSources } from './crate-sources';
import { exists, parseUri } from './files';
import { VIEWS } from './inspector-list.gen';
import { pickKernel } from './kernel-picker';
import { type BundledKernels, type KernelChoice, kernelOf, openKernel, workspaceKernels } from './kernels';
import { withFiles } from './launch-paths';
import { MACHINES } from './machine-list.gen';
import type { OwnBuilds } from './own-builds';
import { kernelsOf, type OwnKernel } from './own-kernels';
import { sampleFolder } from './sample-files';
import { SAMPLE_SCHEME } from './sample-scheme';
import type { Log } from './session-log';
import { withSettings } from './settings';
import {
  type CargoBuild,
  type OwnConfiguration,
  type PathText,
  programConfiguration,
  treeConfiguration,
} from './trees/tree-launch';

/** A configuration on its way to the session: VS Code's three names and any of ours. */
type Configuration = vscode.DebugConfiguration & Partial<LaunchArguments> & { readonly cargo?: CargoBuild };

/**
 * Turns F5 into a launch: with a launch.json it fills defaults and makes paths absolute; without one it finds the kernel
 * from the open file or lets the user pick.
 */
export class LaunchConfigurations implements vscode.DebugConfigurationProvider {
  constructor(
    private readonly kernels: BundledKernels,
    /** In a browser paths must be URIs, as nothing there can open a plain path. */
    private readonly hasDisk: boolean,
    private readonly log: Log,
    private readonly own: OwnBuilds,
    /** Where cargo keeps crates, on machines that can have it. */
    private readonly cargoHome?: vscode.Uri,
  ) {}

  /** What a new launch.json gets: the kernels of the folder; where there are none, those that come with Worldstep. */
  async provideDebugConfigurations(folder: vscode.WorkspaceFolder | undefined): Promise<vscode.DebugConfiguration[]> {
    const own = await this.#inFolder(folder);
    return own.length > 0 ? own : this.#bundled();
  }

  /** What the drop-down of Run and Debug offers. */
  async provideDynamicConfigurations(folder: vscode.WorkspaceFolder | undefined): Promise<vscode.DebugConfiguration[]> {
    const own = await this.#inFolder(folder);
    const known = new Set(own.map(({ program }) => program));
    return [...own, ...(await this.#bundled()).filter(({ program }) => !known.has(program))];
  }

  async resolveDebugConfiguration(
    _folder: vscode.WorkspaceFolder | undefined,
    configuration: Configuration,
  ): Promise<Configuration | undefined> {
    if (configuration.program || configuration.cargo || configuration.request === 'attach') return configuration;
    const chosen = await this.choose();
    // Fields that the user wrote win; an empty configuration has none.
    return (
      chosen && {
        ...chosen,
        ...configuration,
        type: 'worldstep',
        request: 'launch',
        name: configuration.name || chosen.name,
      }
    );
  }

  async resolveDebugConfigurationWithSubstitutedVariables(
    folder: vscode.WorkspaceFolder | undefined,
    written: Configuration,
  ): Promise<Configuration | undefined> {
    if (written.request === 'attach') return written;
    const top = folder ?? vscode.workspace.workspaceFolders?.[0];
    const configuration = written.cargo ? await this.#withProgram(written, written.cargo, top) : written;
    if (!configuration) return undefined;
    const { cwd } = configuration;
    const base = cwd === undefined ? top?.uri : parseUri(this.#absolute(top?.uri, cwd));
    const absolute = (path: string): string => this.#absolute(base, path);
    const sourceMap = await this.#sourceMap(configuration);
    const settings = vscode.workspace.getConfiguration('worldstep', top);
    const { launch, problems } = withSettings(configuration, (path) => settings.get(path));
    for (const problem of problems) this.log.warn(problem);
    return {
      // Sources that are not where they were when the program was built are looked for there.
      ...(top && { cwd: this.#text(top.uri) }),
      ...launch,
      ...withFiles(configuration, absolute),
      sourceMap: Object.fromEntries(Object.entries(sourceMap).map(([from, to]) => [from, absolute(to)])),
    };
  }

  /**
   * The configuration that runs a kernel of the workspace (or of the opened samples): its own image where it has been
   * built, else the bundled one of that name, with the sources where they are.
   */
  async configurationFor({ kernel, folder }: KernelChoice, mode?: ListedMode): Promise<Configuration> {
    const roots = kernel.sources.map((root) => [root.recordedAs, vscode.Uri.joinPath(folder, root.folder)] as const);
    // A copy of the folder alone lacks the crates that lie beside it; those inside Worldstep do as well.
    const isThere = await Promise.all(roots.map(([, uri]) => exists(uri)));
    const here = roots.filter((_, at) => isThere[at]).map(([from, uri]) => [from, this.#text(uri)]);
    const sourceMap = Object.fromEntries(here);
    const bundled = { ...bundledConfiguration(kernel, mode), sourceMap };
    const images = [...kernel.architectures.values()].map(({ image }) => vscode.Uri.joinPath(folder, image.file));
    const isBuilt = folder.scheme !== SAMPLE_SCHEME && (await Promise.all(images.map(exists))).includes(true);
    if (!isBuilt && (await this.kernels.find(kernel.name))) return bundled;
    return { ...bundled, program: this.#text(vscode.Uri.joinPath(folder, 'kernel.json')) };
  }

  async #bundled(): Promise<Configuration[]> {
    return (await this.kernels.all()).flatMap(({ kernel }) =>
      inAllModes(kernel).map((mode) => bundledConfiguration(kernel, mode)),
    );
  }

  /** Of a folder of the workspace, as the user would write them. */
  async #inFolder(folder: vscode.WorkspaceFolder | undefined): Promise<Configuration[]> {
    const isHere = (uri: vscode.Uri): boolean => !folder || vscode.workspace.getWorkspaceFolder(uri) === folder;
    const all = await workspaceKernels();
    const packages = await Promise.all(
      all
        .filter((choice) => isHere(choice.folder))
        .flatMap((choice) => inAllModes(choice.kernel).map((mode) => this.configurationFor(choice, mode))),
    );
    const own = (await this.own.kernels.all(all)).filter((kernel) => !folder || kernel.folder === folder);
    const written = await Promise.all(own.map((kernel) => this.own.written(kernel, inWorkspaceFolder)));
    const top = folder ?? vscode.workspace.workspaceFolders?.[0];
    const portable = top ? withVariable(this.#text(top.uri)) : (path: string) => path;
    return [
      ...packages.map((each) => ({
        ...each,
        ...withFiles(each, portable),
        sourceMap: mapped(each.sourceMap, portable),
      })),
      ...written.flat().map(launched),
    ];
  }

  /** What a configuration that builds with cargo debugs; `undefined` if there is nothing, of which the user knows. */
  async #withProgram(
    configuration: Configuration,
    { args, cwd }: CargoBuild,
    top: vscode.WorkspaceFolder | undefined,
  ): Promise<Configuration | undefined> {
    const { cargo: _, ...rest } = configuration;
    const folder = cwd === undefined ? top?.uri : parseUri(this.#absolute(top?.uri, cwd));
    const program = await this.own.cargoProgram(folder, top, args, configuration.program);
    return program === undefined ? undefined : { ...rest, program };
  }

  #textIn({ uri }: vscode.WorkspaceFolder): PathText {
    return (path) => this.#text(vscode.Uri.joinPath(uri, path));
  }

  /**
   * What F5 runs: the kernel that the open file belongs to, else the only one of the workspace, else the user says which.
   * @param file in place of the open one
   */
  async choose(file = vscode.window.activeTextEditor?.document.uri): Promise<Configuration | undefined> {
    const open = file ? await kernelOf(file) : undefined;
    const chosen = open ?? (await openKernel());
    if (chosen) return this.configurationFor(chosen);
    const packages = await workspaceKernels();
    const kernels = await this.own.kernels.all(packages);
    const [here, neighbour] = file ? kernelsOf(kernels, file) : [];
    if (here && !neighbour) return this.ownConfiguration(here);
    const [only, another] = [...packages, ...kernels];
    if (!only || another) return this.pick(packages, kernels);
    return 'kernel' in only ? this.configurationFor(only) : this.ownConfiguration(only);
  }

  /** The configuration that runs one of the user's kernels, built if it is not yet. `undefined` if it cannot be run. */
  async ownConfiguration(kernel: OwnKernel): Promise<Configuration | undefined> {
    const text = this.#textIn(kernel.folder);
    if ('program' in kernel) return launched(programConfiguration(kernel.program, text));
    const built = await this.own.ready(kernel);
    if (!built) return undefined;
    const { tree } = built;
    const configuration = treeConfiguration(tree, text, this.own.canBuild(kernel.folder));
    // For the case that there is no cargo here.
    const program = tree.launch && !tree.missing.includes(tree.launch.program) ? tree.launch.program : undefined;
    return configuration && launched({ ...(program !== undefined && { program: text(program) }), ...configuration });
  }

  /** Asks which kernel to run. `undefined` when the user changed their mind. */
  async pick(packages: readonly KernelChoice[], kernels: readonly OwnKernel[]): Promise<Configuration | undefined> {
    const picked = await pickKernel(packages, kernels, await this.kernels.all());
    switch (picked?.kind) {
      case 'package':
        return this.configurationFor(picked.choice, picked.mode);
      case 'own':
        return this.ownConfiguration(picked.kernel);
      case 'bundled':
        return bundledConfiguration(picked.kernel, picked.mode);
      case 'file':
        return this.fileConfiguration(picked.uri);
      case undefined:
        return undefined;
    }
  }

  /** The configuration that runs one kernel file. */
  fileConfiguration(uri: vscode.Uri): Configuration {
    return named(`Debug ${uri.path.slice(uri.path.lastIndexOf('/') + 1)}`, this.#text(uri));
  }

  /** The user's source map over the one of the kernel that runs: its sources, and the crates that cargo has here. */
  async #sourceMap({ program = '', sourceMap }: Configuration): Promise<Record<string, string>> {
    const name = /^bundled:(.*)$/.exec(program)?.[1];
    const bundled = name === undefined ? undefined : await this.kernels.find(name);
    const shipped = bundled?.kernel.sources.map((root) => [
      root.recordedAs,
      vscode.Uri.joinPath(sampleFolder(bundled.kernel.name), root.folder).toString(),
    ]);
    const locks = bundled
      ? [...bundled.files].filter(([path]) => path.endsWith('Cargo.lock')).map(([, uri]) => uri)
      : await vscode.workspace.findFiles('**/Cargo.lock', '**/{target,node_modules}/**', 100);
    const crates = this.cargoHome === undefined ? {} : await crateSources(this.cargoHome, locks);
    const cargo = Object.entries(crates).map(([from, to]) => [from, this.#text(to)]);
    return { ...Object.fromEntries([...cargo, ...(shipped ?? [])]), ...sourceMap };
  }

  #absolute(base: vscode.Uri | undefined, path: string): string {
    // One letter before the colon is a Windows drive.
    if (!base || /^[a-z][a-z0-9+.-]+:/i.test(path)) return path;
    const isAbsolute = /^([a-z]:)?[\\/]/i.test(path);
    if (!isAbsolute) return this.#text(vscode.Uri.joinPath(base, path));
    return base.scheme === 'file' ? path : this.#text(base.with({ path }));
  }

  #text(uri: vscode.Uri): string {
    return this.hasDisk && uri.scheme === 'file' ? uri.fsPath : uri.toString();
  }
}

const launched = (own: OwnConfiguration): Configuration => ({ type: 'worldstep', request: 'launch', ...own });

// biome-ignore lint/suspicious/noTemplateCurlyInString: this is a variable of VS Code.
const FOLDER = '${workspaceFolder}';

const inWorkspaceFolder: PathText = (path) => (path === '' ? FOLDER : `${FOLDER}/${path}`);

/** Makes paths in a folder what a user would write, so that launch.json is the same on every machine. */
const withVariable =
  (folder: string): PathText =>
  (path) =>
    path.startsWith(`${folder}/`) || path.startsWith(`${folder}\\`)
      ? inWorkspaceFolder(path.slice(folder.length + 1).replaceAll('\\', '/'))
      : path;

const mapped = (map: Readonly<Record<string, string>> = {}, change: PathText): Record<string, string> =>
  Object.fromEntries(Object.entries(map).map(([from, to]) => [from, change(to)]));

const named = (name: string, program: string): Configuration => ({
  type: 'worldstep',
  request: 'launch',
  name,
  program,
});

/** A kernel as it runs when no mode is asked for, then its modes. */
const inAllModes = (kernel: KernelPackage): (ListedMode | undefined)[] => [undefined, ...modesFor(kernel, MACHINES)];

const bundledConfiguration = (kernel: KernelPackage, mode?: ListedMode): Configuration => {
  const suggestions = suggestionsOf(kernel, mode?.arch, mode?.mode);
  // A later version's kernel.json may name views that this one has not.
  const views = suggestions.views.filter((view) => VIEWS.some(({ id }) => id === view));
  return {
    ...named(`Debug ${mode?.title ?? kernel.title}`, `bundled:${kernel.name}`),
    ...(mode && { arch: mode.arch as Architecture, mode: mode.mode }),
    // More than one would leave none of them room; the others are a click away.
    ...(views.length > 0 && { openViews: views.slice(0, 1) }),
  };
};
