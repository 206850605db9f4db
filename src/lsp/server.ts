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
import { format } from './formatting';
import { hoverAt } from './hover-at';
import type { AssemblyLanguages } from './language-choice';
import { folds, semanticTokens, TOKEN_TYPES } from './outline';
import { signatureHelp } from './signature';
import { Sources } from './sources';
import { serveSymbols } from './symbols';

/** What the server is composed of. */
export interface ServerParts {
  readonly host: Host;
  readonly languages: AssemblyLanguages;
}

const CAPABILITIES: ServerCapabilities = {
  textDocumentSync: TextDocumentSyncKind.Incremental,
  hoverProvider: true,
  definitionProvider: true,
  referencesProvider: true,
  documentHighlightProvider: true,
  renameProvider: { prepareProvider: true },
  documentSymbolProvider: true,
  workspaceSymbolProvider: true,
  foldingRangeProvider: true,
  documentFormattingProvider: true,
  documentRangeFormattingProvider: true,
  signatureHelpProvider: { triggerCharacters: [' ', ','] },
  semanticTokensProvider: { legend: { tokenTypes: [...TOKEN_TYPES], tokenModifiers: [] }, full: true },
  completionProvider: { triggerCharacters: ['.', '%', '$', '\\'], resolveProvider: true },
};

/** How long nobody types before a source is looked through. */
const QUIET_MS = 100;

/** Serves one client; nothing happens before it listens. */
export const serveLanguages = (connection: Connection, { host, languages }: ServerParts): void => {
  const documents = new TextDocuments(TextDocument);
  const sources = new Sources(host, languages, (uri) => documents.get(uri));
  const assembly = (uri: string) => sources.open(uri);

  connection.onInitialize(({ workspaceFolders, rootUri, initializationOptions }) => {
    sources.useFolders(workspaceFolders?.map(({ uri }) => uri) ?? (rootUri ? [rootUri] : []));
    sources.configure((initializationOptions as { architecture?: string } | undefined)?.architecture);
    return { capabilities: CAPABILITIES, serverInfo: { name: 'worldstep' } };
  });
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

  serveSymbols(connection, sources);
  connection.onSignatureHelp(({ textDocument: { uri }, position }) => {
    const file = assembly(uri);
    return file && signatureHelp(file, position);
  });
  connection.onFoldingRanges(({ textDocument: { uri } }) => {
    const file = assembly(uri);
    return file ? folds(file) : [];
  });
  connection.onDocumentFormatting(({ textDocument: { uri } }) => {
    const file = assembly(uri);
    return file ? format(file) : [];
  });
  connection.onDocumentRangeFormatting(({ textDocument: { uri }, range }) => {
    const file = assembly(uri);
    return file ? format(file, range.start.line, range.end.line) : [];
  });
  connection.languages.semanticTokens.on(async ({ textDocument: { uri } }) => {
    const file = assembly(uri);
    return file ? semanticTokens(file, (await sources.scope(uri)).definition) : { data: [] };
  });

  /** Diagnostics wait until nobody types: what is asked meanwhile is answered first. */
  const waiting = new Map<string, ReturnType<typeof setTimeout>>();
  const report = async (uri: string): Promise<void> => {
    waiting.delete(uri);
    const file = assembly(uri);
    const diagnostics = file ? diagnose(file, await sources.scope(uri)) : [];
    await connection.sendDiagnostics({ uri, diagnostics });
  };
  documents.onDidChangeContent(({ document: { uri } }) => {
    clearTimeout(waiting.get(uri));
    waiting.set(
      uri,
      setTimeout(() => void report(uri), QUIET_MS),
    );
  });
  documents.onDidClose(({ document }) => {
    clearTimeout(waiting.get(document.uri));
    sources.close(document.uri);
    void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
  });
  documents.listen(connection);
  connection.listen();
};
