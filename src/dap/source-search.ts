/** Looks on the host for sources that are not where they were when a program was built. */
import type { Host } from '../base/host';
import { isRelative, RELATIVE } from '../debug/source-map';

/** A rule for "sourceMap". */
export interface FoundRule {
  readonly from: string;
  readonly to: string;
}

/** A folder to look in, and the names in it. */
interface Root {
  readonly path: string;
  readonly names: ReadonlySet<string>;
}

/** How deep below the workspace folder, and how many folders at most. */
const DEPTH = 2;
const MOST_FOLDERS = 200;
/** How far above a program its sources may begin. */
const HEIGHT = 6;
/** Folders full of what is no source of a kernel. */
const SKIPPED = /^(\.|node_modules$|target$)/;

/** The folder that a file or a folder is in. */
export const folderOf = (path: string): string => path.replaceAll('\\', '/').replace(/\/[^/]*$/, '');

/** Whether there is a file (no folder) of that name. */
export const isFile = (host: Host, path: string): Promise<boolean> =>
  host.stat(path).then(
    ({ isFolder }) => !isFolder,
    () => false,
  );

export class SourceSearch {
  private roots: Promise<readonly Root[]> | undefined;

  constructor(
    private readonly host: Host,
    /** The workspace's folder, if there is one. */
    private readonly workspace: string | undefined,
    private readonly program: string,
  ) {}

  /**
   * The rule by which `path` is found with as many of its folders as possible. For a relative path that is the folder that
   * it is relative to, if it is found as it is.
   */
  async find(path: string): Promise<FoundRule | undefined> {
    this.roots ??= this.open();
    const roots = await this.roots;
    const parts = path.split('/');
    const least = isRelative(path) ? 0 : 1;
    for (let dropped = least; dropped < parts.length; dropped++) {
      const tail = parts.slice(dropped);
      for (const root of roots) {
        if (!root.names.has(tail[0] ?? '')) continue;
        if (!(await isFile(this.host, `${root.path}/${tail.join('/')}`))) continue;
        const from = dropped === 0 ? RELATIVE : parts.slice(0, dropped).join('/');
        return this.inWorkspace({ from, to: root.path }, path);
      }
    }
    return undefined;
  }

  /** The same rule for the workspace, if it was found for a folder above that. */
  private inWorkspace({ from, to }: FoundRule, path: string): FoundRule {
    const inside = this.workspace?.replaceAll('\\', '/');
    if (inside === undefined || from === RELATIVE || !inside.startsWith(`${to}/`)) return { from, to };
    const rest = inside.slice(to.length);
    return path.startsWith(`${from}${rest}/`) ? { from: from + rest, to: inside } : { from, to };
  }

  /** The workspace and its folders, then the folders above the program. */
  private async open(): Promise<readonly Root[]> {
    const { workspace } = this;
    const below = workspace === undefined ? [] : await this.below(workspace);
    const known = new Set(below.map(({ path }) => path));
    const above = (await Promise.all(this.above().map((path) => this.root(path)))).flatMap((one) => one?.root ?? []);
    return [...below, ...above.filter(({ path }) => !known.has(path))];
  }

  private async below(workspace: string): Promise<Root[]> {
    const found: Root[] = [];
    let level = [workspace.replaceAll('\\', '/').replace(/\/+$/, '')];
    for (let depth = 0; depth <= DEPTH && level.length > 0; depth++) {
      const opened = await Promise.all(level.slice(0, MOST_FOLDERS - found.length).map((path) => this.root(path)));
      found.push(...opened.flatMap((one) => one?.root ?? []));
      level = opened.flatMap((one) => one?.folders ?? []);
    }
    return found;
  }

  private above(): string[] {
    if (/^(asset|bundled):/.test(this.program)) return [];
    const folders: string[] = [];
    for (let path = folderOf(this.program); folders.length < HEIGHT; path = folderOf(path)) {
      // A drive, a scheme or nothing is left.
      if (/(^|[:/])$/.test(path) || path === folders.at(-1)) break;
      folders.push(path);
    }
    return folders;
  }

  private async root(path: string): Promise<{ root: Root; folders: string[] } | undefined> {
    try {
      const entries = await this.host.list(path);
      const folders = entries.filter(({ name, isFolder }) => isFolder && !SKIPPED.test(name)).map(({ name }) => name);
      return {
        root: { path, names: new Set(entries.map(({ name }) => name)) },
        folders: folders.sort().map((name) => `${path}/${name}`),
      };
    } catch {
      // Not there, or closed to us: nothing is found in it.
      return undefined;
    }
  }
}
