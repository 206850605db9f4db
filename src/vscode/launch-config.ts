import * as vscode from 'vscode';
import { withPath } from '../base/device-words';
import type { LaunchArguments, LaunchDisk } from '../dap/launch-schema';
import { architecturesFor } from '../image/kernel-listing';
import { type KernelPackage, suggestionsOf } from '../image/kernel-package';
import { crateSources } from './crate-sources';
import { exists, parseUri } from './files';
import { VIEWS } from './inspector-list.gen';
import { type BundledKernels, type KernelChoice, openKernel, workspaceKernels } from './kernels';
import { MACHINES } from './machine-list.gen';
import { sampleFolder } from './sample-files';
import { SAMPLE_SCHEME } from './sample-scheme';
import type { Log } from './session-log';
import { withSettings } from './settings';

/** A configuration on its way to the session: VS Code's three names and any of ours. */
type Configuration = vscode.DebugConfiguration & Partial<LaunchArguments>;

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
    /** Where cargo keeps crates, on machines that can have it. */
    private readonly cargoHome?: vscode.Uri,
  ) {}

  /** What a new launch.json and the "Run and Debug" drop-down offer. */
  async provideDebugConfigurations(): Promise<vscode.DebugConfiguration[]> {
    const workspace = await this.#configurationsFor(await workspaceKernels());
    const bundled = (await this.kernels.all()).map(({ kernel }) => bundledConfiguration(kernel));
    const known = new Set(workspace.map(({ program }) => program));
    return [...workspace, ...bundled.filter(({ program }) => !known.has(program))];
  }

  async resolveDebugConfiguration(
    _folder: vscode.WorkspaceFolder | undefined,
    configuration: Configuration,
  ): Promise<Configuration | undefined> {
    if (configuration.program) return configuration;
    const chosen = await this.#choose();
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
    configuration: Configuration,
  ): Promise<Configuration | undefined> {
    const { cwd } = configuration;
    const top = folder ?? vscode.workspace.workspaceFolders?.[0];
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
      ...mapPresent(configuration, ['program', 'bios', 'initrd', 'pflash0', 'pflash1', 'cwd'], absolute),
      ...(configuration.disk !== undefined && { disk: disksWith(configuration.disk, absolute) }),
      ...(configuration.images && {
        images: configuration.images.map((image) => ({ ...image, path: absolute(image.path) })),
      }),
      sourceMap: Object.fromEntries(Object.entries(sourceMap).map(([from, to]) => [from, absolute(to)])),
    };
  }

  /**
   * The configuration that runs a kernel of the workspace (or of the opened samples): its own image where it has been
   * built, else the bundled one of that name, with the sources where they are.
   */
  async configurationFor({ kernel, folder }: KernelChoice): Promise<Configuration> {
    const roots = kernel.sources.map((root) => [root.recordedAs, vscode.Uri.joinPath(folder, root.folder)] as const);
    // A copy of the folder alone lacks the crates that lie beside it; those inside Worldstep do as well.
    const isThere = await Promise.all(roots.map(([, uri]) => exists(uri)));
    const here = roots.filter((_, at) => isThere[at]).map(([from, uri]) => [from, this.#text(uri)]);
    const sourceMap = Object.fromEntries(here);
    const bundled = { ...bundledConfiguration(kernel), sourceMap };
    const images = [...kernel.architectures.values()].map(({ image }) => vscode.Uri.joinPath(folder, image.file));
    const isBuilt = folder.scheme !== SAMPLE_SCHEME && (await Promise.all(images.map(exists))).includes(true);
    if (!isBuilt && (await this.kernels.find(kernel.name))) return bundled;
    return { ...bundled, program: this.#text(vscode.Uri.joinPath(folder, 'kernel.json')) };
  }

  #configurationsFor(choices: readonly KernelChoice[]): Promise<Configuration[]> {
    return Promise.all(choices.map((choice) => this.configurationFor(choice)));
  }

  async #choose(): Promise<Configuration | undefined> {
    const open = await openKernel();
    if (open) return this.configurationFor(open);
    const workspace = await workspaceKernels();
    const [only, another] = workspace;
    if (only && !another) return this.configurationFor(only);
    return this.pick(workspace);
  }

  /** Asks which kernel to run. `undefined` when the user changed their mind. */
  async pick(workspace: readonly KernelChoice[]): Promise<Configuration | undefined> {
    const configurations = await this.#configurationsFor(workspace);
    const separator = (label: string) => ({ label, kind: vscode.QuickPickItemKind.Separator });
    const item = (kernel: KernelPackage, configuration: Configuration) => ({
      label: kernel.title,
      description: architecturesFor(kernel, MACHINES).join(', '),
      detail: kernel.description,
      configuration,
    });
    const file = {
      label: '$(folder-opened) Choose a kernel file…',
      detail: 'An ELF, a Linux-header Image or a flat binary',
    };
    const items: (vscode.QuickPickItem & { configuration?: Configuration })[] = [
      ...(workspace.length > 0 ? [separator('in this workspace')] : []),
      ...workspace.map(({ kernel }, index) => item(kernel, configurations[index] ?? bundledConfiguration(kernel))),
      separator('bundled with Worldstep'),
      ...(await this.kernels.all()).map(({ kernel }) => item(kernel, bundledConfiguration(kernel))),
      separator('your own'),
      file,
    ];
    const picked = await vscode.window.showQuickPick(items, {
      title: 'Debug a Kernel',
      placeHolder: 'Which kernel shall run?',
      matchOnDetail: true,
    });
    if (picked !== file) return picked?.configuration;
    const [uri] = (await vscode.window.showOpenDialog({ title: 'Kernel to debug', openLabel: 'Debug' })) ?? [];
    return uri && this.fileConfiguration(uri);
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

const named = (name: string, program: string): Configuration => ({
  type: 'worldstep',
  request: 'launch',
  name,
  program,
});

const bundledConfiguration = (kernel: KernelPackage): Configuration => {
  // A later version's kernel.json may name views that this one has not.
  const views = suggestionsOf(kernel).views.filter((view) => VIEWS.some(({ id }) => id === view));
  return {
    ...named(`Debug ${kernel.title}`, `bundled:${kernel.name}`),
    // More than one would leave none of them room; the others are a click away.
    ...(views.length > 0 && { openViews: views.slice(0, 1) }),
  };
};

/** The disks of a launch with their image files made absolute. */
function disksWith(
  disk: NonNullable<LaunchArguments['disk']>,
  absolute: (path: string) => string,
): LaunchArguments['disk'] {
  const one = (each: LaunchDisk): LaunchDisk => {
    if (typeof each === 'string') return withPath(each, absolute);
    return typeof each?.path === 'string' ? { ...each, path: absolute(each.path) } : each;
  };
  return Array.isArray(disk) ? disk.map(one) : one(disk as LaunchDisk);
}

const mapPresent = <K extends keyof LaunchArguments>(
  from: Configuration,
  keys: readonly K[],
  change: (text: string) => string,
): Partial<Record<K, string>> =>
  Object.fromEntries(
    keys.flatMap((key) => {
      const value: unknown = from[key];
      return typeof value === 'string' ? [[key, change(value)]] : [];
    }),
  ) as Partial<Record<K, string>>;
