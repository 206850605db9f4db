import * as vscode from 'vscode';
import { activeSession } from './inspector-view';

interface SourceLink extends vscode.TerminalLink {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** `src/main.rs:12:5` in panics and backtraces; the column may be missing. */
const POSITION = /([\w./@~+-]+\.(?:rs|c|h|cc|cpp|S|s|asm)):(\d+)(?::(\d+))?/g;

/** Finds the source positions in a line of console output. */
export const sourceLinks = (text: string): SourceLink[] =>
  [...text.matchAll(POSITION)].map(([found, path = '', line = '1', column = '1'], index, all) => ({
    startIndex: all[index]?.index ?? text.indexOf(found),
    length: found.length,
    tooltip: 'Open Source',
    path,
    line: Number(line),
    column: Number(column),
  }));

const provider: vscode.TerminalLinkProvider<SourceLink> = {
  provideTerminalLinks: ({ line, terminal }) => (terminal.name.startsWith('Guest: ') ? sourceLinks(line) : []),
  handleTerminalLink: async ({ path, line, column }) => {
    const uri = await locate(path);
    if (!uri) {
      await vscode.window.showWarningMessage(
        `${path} is not among the sources here. Say where it is under "sourceMap" in launch.json.`,
      );
      return;
    }
    const at = new vscode.Position(line - 1, column - 1);
    await vscode.window.showTextDocument(uri, { selection: new vscode.Range(at, at) });
  },
};

/** Makes the positions in guest consoles clickable: recorded paths are looked up as the session's source map says. */
export const registerConsoleLinks = (): vscode.Disposable => vscode.window.registerTerminalLinkProvider(provider);

const locate = async (path: string): Promise<vscode.Uri | undefined> => {
  const map = Object.entries((lastSourceMap() ?? {}) as Record<string, string>);
  const toUri = (text: string) =>
    /^[a-z][a-z0-9+.-]+:/i.test(text) ? vscode.Uri.parse(text, true) : vscode.Uri.file(text);
  const mapped = map
    .filter(([from]) => path.startsWith(`${from}/`))
    .map(([from, to]) => vscode.Uri.joinPath(toUri(to), path.slice(from.length)));
  // Rust names the files of the crate itself relative to its folder.
  const relative = path.startsWith('/') ? [] : map.map(([, to]) => vscode.Uri.joinPath(toUri(to), path));
  const direct = path.startsWith('/') ? [vscode.Uri.file(path)] : [];
  for (const uri of [...mapped, ...relative, ...direct]) {
    try {
      await vscode.workspace.fs.stat(uri);
      return uri;
    } catch {
      // Not there; try the next place.
    }
  }
  return path.startsWith('/') ? undefined : (await vscode.workspace.findFiles(`**/${path}`, undefined, 1))[0];
};

let remembered: unknown;

/** Links outlive their session: a panic ends it. */
const lastSourceMap = (): unknown => {
  remembered = activeSession()?.configuration.sourceMap ?? remembered;
  return remembered;
};
