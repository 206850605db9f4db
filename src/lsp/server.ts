/**
 * The language server: assembly of every instruction set that it is given. It runs over any connection (a worker of the
 * extension, stdin and stdout) and reads files through the {@link Host} alone. Start reading here; what is said about sources is in the files
 * beside this one, which know nothing of the protocol but its types.
 */
import {
  type Connection,
  type Hover,
  MarkupKind,
  type ServerCapabilities,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Host } from '../base/host';
import { complete, describeItem } from './completion';
import { diagnose } from './diagnostics';
import { hoverAt } from './hover-at';
import type { AssemblyLanguages } from './language-choice';
import { Sources } from './sources';

/** What the server is composed of. */
export interface ServerParts {
  readonly host: Host;
  readonly languages: AssemblyLanguages;
}

const CAPABILITIES: ServerCapabilities = {
  textDocumentSync: TextDocumentSyncKind.Incremental,
  hoverProvider: true,
  completionProvider: { triggerCharacters: ['.', '%', '$', '\\'], resolveProvider: true },
};

/** Serves one client; nothing happens before it listens. */
export const serveLanguages = (connection: Connection, { host, languages }: ServerParts): void => {
  const documents = new TextDocuments(TextDocument);
  const sources = new Sources(host, languages, (uri) => documents.get(uri));
  const assembly = (uri: string) => sources.open(uri);

  connection.onInitialize(() => ({ capabilities: CAPABILITIES, serverInfo: { name: 'worldstep' } }));
  connection.onHover(async ({ textDocument: { uri }, position }): Promise<Hover | undefined> => {
    const file = assembly(uri);
    const found = file && (await hoverAt(sources, uri, file, position));
    return found && { contents: { kind: MarkupKind.Markdown, value: found.text }, range: found.range };
  });
  connection.onCompletion(async ({ textDocument: { uri }, position }) => {
    const file = assembly(uri);
    return file ? complete(uri, file, position, await sources.definitions(uri), []) : [];
  });
  connection.onCompletionResolve((item) => {
    const { uri } = (item.data ?? {}) as { uri?: string };
    const file = uri === undefined ? undefined : assembly(uri);
    return file ? describeItem(item, file.language) : item;
  });

  const report = async (uri: string): Promise<void> => {
    const file = assembly(uri);
    const diagnostics = file ? diagnose(file, await sources.scope(uri)) : [];
    await connection.sendDiagnostics({ uri, diagnostics });
  };
  documents.onDidChangeContent(({ document }) => void report(document.uri));
  documents.onDidClose(({ document }) => {
    sources.close(document.uri);
    void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
  });
  documents.listen(connection);
  connection.listen();
};
