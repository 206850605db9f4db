/** A host whose files are in memory, with the times that a test gives them. */
import { type Host, HostFileError } from '../../src/base/host';

/** A file: its text or bytes, and when it was changed, in seconds. */
export interface MemoryFile {
  readonly content: string | Uint8Array;
  readonly modified?: number;
}

const absent = (uri: string) => new HostFileError(uri, 'does not exist');

/** Path → file. Folders are what files are in. */
export function memoryHost(files: Readonly<Record<string, MemoryFile>>): Host {
  const below = (folder: string) =>
    Object.keys(files).filter((path) => path.startsWith(`${folder.replace(/\/$/, '')}/`));
  const fileAt = async (uri: string): Promise<MemoryFile> => {
    const file = files[uri];
    if (file === undefined) throw absent(uri);
    return file;
  };
  return {
    readFile: async (uri) => {
      const { content } = await fileAt(uri);
      return typeof content === 'string' ? new TextEncoder().encode(content) : content;
    },
    writeFile: async (uri) => {
      throw new HostFileError(uri, 'is on a read-only disk');
    },
    stat: async (uri) => {
      const file = files[uri];
      if (file === undefined && below(uri).length === 0) throw absent(uri);
      return { isFolder: file === undefined, modified: (file?.modified ?? 0) * 1000 };
    },
    list: async (uri) => {
      const depth = uri.replace(/\/$/, '').length + 1;
      const inside = below(uri).map((path) => path.slice(depth).split('/'));
      if (inside.length === 0) throw absent(uri);
      const entries = new Map(inside.map(([name = '', ...rest]) => [name, rest.length > 0]));
      return [...entries].map(([name, isFolder]) => ({ name, isFolder }));
    },
    wallClock: () => 0,
    yield: async () => {},
    gunzip: async (bytes) => bytes,
  };
}
