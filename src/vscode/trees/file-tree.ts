/**
 * What this folder is for: finding kernels in a user's folder, and knowing trees (xv6, Linux, Cargo workspaces …) by their
 * files. Free of VS Code: everything is read through a {@link FileTree}, so that tests give one in memory. Start reading
 * at tree-rules.ts, the table; recognised-trees.ts applies it; program-search.ts finds programs where no rule holds.
 * Paths are relative to the folder, with `/`; the folder itself is `''`.
 */

/** A name in a folder. */
export interface TreeEntry {
  readonly name: string;
  readonly isFolder: boolean;
  /** Walks do not follow it: it may lead in circles. */
  readonly isLink: boolean;
  /** The user does not want to see it. It counts where a path names it outright. */
  readonly isExcluded?: boolean;
}

/** Files below a folder. What is not there or may not be read is empty or `undefined`; nothing rejects. */
export interface FileTree {
  list(folder: string): Promise<readonly TreeEntry[]>;
  text(file: string): Promise<string | undefined>;
  /** The first bytes of a file, fewer if it is shorter. */
  start(file: string, length: number): Promise<Uint8Array | undefined>;
  /** Milliseconds since 1970; 0 if unknown. */
  modified(file: string): Promise<number>;
}

/** How much of a big folder is looked at. */
export interface TreeLimits {
  readonly folders: number;
  readonly files: number;
}

const LIMITS: TreeLimits = { folders: 2000, files: 500 };

/** The same tree, where each folder and each file is read once and, past the limits, not at all. */
export function limitedTree(tree: FileTree, limits: TreeLimits = LIMITS): FileTree {
  const lists = new Map<string, Promise<readonly TreeEntry[]>>();
  const texts = new Map<string, Promise<string | undefined>>();
  let files = 0;
  return {
    list: (folder) => {
      const known = lists.get(folder);
      if (known) return known;
      const list = lists.size < limits.folders ? tree.list(folder) : Promise.resolve([]);
      lists.set(folder, list);
      return list;
    },
    text: (file) => {
      const text = texts.get(file) ?? tree.text(file);
      texts.set(file, text);
      return text;
    },
    start: async (file, length) => (files++ < limits.files ? tree.start(file, length) : undefined),
    modified: (file) => tree.modified(file),
  };
}

/** A path from a folder, without `.` and `..`; `undefined` if it leads out of the tree. */
export function joined(folder: string, path: string): string | undefined {
  const parts: string[] = [];
  for (const part of `${folder}/${path}`.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

/** The folder that a path lies in. */
export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** The last name of a path. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Whether a path is that of the folder or of something below it. */
export const isInside = (path: string, folder: string): boolean =>
  folder === '' || path === folder || path.startsWith(`${folder}/`);

const patterns = new Map<string, RegExp>();

/** A pattern of names: `*`, `?` and `{one,other}`. */
export function namePattern(glob: string): RegExp {
  const known = patterns.get(glob);
  if (known) return known;
  const source = glob
    .replace(/[.+^$()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  const words = source.replace(/\{([^}]*)\}/g, (_, list: string) => `(?:${list.replaceAll(',', '|')})`);
  const pattern = new RegExp(`^${words}$`);
  patterns.set(glob, pattern);
  return pattern;
}

/** Whether an entry is what a part of a path means. */
function matcher(part: string, isFolder: boolean): (entry: TreeEntry) => boolean {
  if (!/[*?{]/.test(part)) return (entry) => entry.isFolder === isFolder && entry.name === part;
  const pattern = namePattern(part);
  return (entry) => entry.isFolder === isFolder && !entry.isExcluded && pattern.test(entry.name);
}

/** The files that a path with patterns in its names means, from `folder` on; sorted in each folder. */
export async function expand(tree: FileTree, folder: string, glob: string): Promise<string[]> {
  const parts = glob.split('/').filter((part) => part !== '');
  let found = [folder];
  for (const [index, part] of parts.entries()) {
    const matches = matcher(part, index < parts.length - 1);
    const below = await Promise.all(
      found.map(async (at) => {
        const names = (await tree.list(at)).filter(matches).map(({ name }) => name);
        return names.sort().map((name) => (at === '' ? name : `${at}/${name}`));
      }),
    );
    found = below.flat();
  }
  return found;
}

/** Whether there is this file. */
export async function hasFile(tree: FileTree, path: string): Promise<boolean> {
  return (await tree.list(parentOf(path))).some(({ name, isFolder }) => !isFolder && name === nameOf(path));
}

/** Folders that hold no sources of a kernel, or so many files that a walk would drown. Built files are named outright. */
const SKIPPED = namePattern('{.*,node_modules,target,build,out,bin,zig-out,zig-cache,dist,__pycache__,venv,vendor}');
const DEPTH = 3;

/** The folders in which a tree or a program may begin, from the top down, the shallow ones first. */
export async function foldersOf(tree: FileTree): Promise<string[]> {
  const found = [''];
  let level = [''];
  for (let depth = 0; depth < DEPTH; depth++) {
    const lists = await Promise.all(
      level.map(async (folder) =>
        (await tree.list(folder))
          .filter(({ name, isFolder, isLink, isExcluded }) => isFolder && !isLink && !isExcluded && !SKIPPED.test(name))
          .map(({ name }) => (folder === '' ? name : `${folder}/${name}`))
          .sort(),
      ),
    );
    level = lists.flat();
    found.push(...level);
  }
  return found;
}
