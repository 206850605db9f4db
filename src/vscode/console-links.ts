import * as vscode from 'vscode';
import { t } from '../base/l10n';
import { activeSession } from './inspector-view';
import { type SourcePosition, sourcePositions } from './source-positions';

/** A position in a line of a terminal, as VS Code wants links. */
type SourceLink = vscode.TerminalLink & SourcePosition;

const provider: vscode.TerminalLinkProvider<SourceLink> = {
  provideTerminalLinks: ({ line, terminal }) =>
    terminal.name.startsWith('Guest: ')
      ? sourcePositions(line).map((position) => ({ ...position, tooltip: t`Open Source` }))
      : [],
  handleTerminalLink: async ({ path, line, column }) => {
    const uri = await locate(path);
    if (!uri) {
      await vscode.window.showWarningMessage(
        t`${path} is not among the sources here. Say where it is under "sourceMap" in launch.json.`,
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
