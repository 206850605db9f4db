/** A folder in memory: path → contents, of the same age unless a test says otherwise. */
import type { FileTree, TreeEntry } from '../../src/vscode/trees/file-tree';

export type FileContents = string | Uint8Array;

export const memoryTree = (
  files: Readonly<Record<string, FileContents>>,
  modified: Readonly<Record<string, number>> = {},
  isExcluded: (path: string) => boolean = () => false,
): FileTree => {
  const bytes = (path: string): Uint8Array | undefined => {
    const contents = files[path];
    return typeof contents === 'string' ? new TextEncoder().encode(contents) : contents;
  };
  return {
    list: async (folder) => {
      const entries = new Map<string, TreeEntry>();
      const start = folder === '' ? '' : `${folder}/`;
      for (const path of Object.keys(files)) {
        if (!path.startsWith(start)) continue;
        const [name = '', ...below] = path.slice(start.length).split('/');
        entries.set(name, {
          name,
          isFolder: below.length > 0,
          isLink: false,
          isExcluded: isExcluded(start + name),
        });
      }
      return [...entries.values()];
    },
    text: async (path) => {
      const contents = bytes(path);
      return contents && new TextDecoder().decode(contents);
    },
    start: async (path, length) => bytes(path)?.subarray(0, length),
    modified: async (path) => modified[path] ?? 0,
  };
};
