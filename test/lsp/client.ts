/** A client of the language server for tests: it speaks the protocol to a server in the same process. */
import 'vscode-languageserver/node';
import { createProtocolConnection, type ProtocolConnection } from 'vscode-languageserver';
import { createLanguageServer } from '../../src/entry/language-server';
import { PushedMessages, SentMessages } from '../../src/platform/rpc-messages';
import { memoryHost } from '../support/memory-host';

/** What a server says of a document by itself. */
export interface Published {
  readonly uri: string;
  readonly diagnostics: readonly {
    readonly range: { readonly start: { readonly line: number } };
    readonly message: string;
  }[];
}

/** One conversation. Files are those that the test gives. */
export class LanguageClient {
  readonly connection: ProtocolConnection;
  readonly #published = new Map<string, (published: Published) => void>();
  #version = 0;

  constructor(files: Readonly<Record<string, string>> = {}) {
    const reader = new PushedMessages();
    const server = createLanguageServer(memoryHost(contents(files)), (message) =>
      queueMicrotask(() => reader.push(message)),
    );
    this.connection = createProtocolConnection(reader, new SentMessages((message) => server.receive(message)));
    this.connection.onNotification('textDocument/publishDiagnostics', (published: Published) =>
      this.#published.get(published.uri)?.(published),
    );
    this.connection.listen();
  }

  async start(options: object = {}, folders: readonly string[] = []): Promise<unknown> {
    const answer = await this.ask('initialize', {
      processId: null,
      rootUri: null,
      capabilities: {},
      workspaceFolders: folders.map((uri) => ({ uri, name: uri })),
      initializationOptions: options,
    });
    await this.tell('initialized', {});
    return answer;
  }

  ask<T>(method: string, parameters: object): Promise<T> {
    return this.connection.sendRequest(method, parameters);
  }

  tell(method: string, parameters: object): Promise<void> {
    return this.connection.sendNotification(method, parameters);
  }

  /** Opens a document; resolves with what the server says of it. */
  async open(uri: string, text: string, languageId = 'asm'): Promise<Published['diagnostics']> {
    this.#version += 1;
    const published = new Promise<Published>((resolve) => this.#published.set(uri, resolve));
    await this.tell('textDocument/didOpen', { textDocument: { uri, languageId, version: this.#version, text } });
    return (await published).diagnostics;
  }

  /** Replaces the text; resolves with what the server says of it. */
  async change(uri: string, contentChanges: readonly object[]): Promise<Published['diagnostics']> {
    this.#version += 1;
    const published = new Promise<Published>((resolve) => this.#published.set(uri, resolve));
    await this.tell('textDocument/didChange', { textDocument: { uri, version: this.#version }, contentChanges });
    return (await published).diagnostics;
  }

  dispose(): void {
    this.connection.dispose();
  }
}

const contents = (files: Readonly<Record<string, string>>): Parameters<typeof memoryHost>[0] =>
  Object.fromEntries(Object.entries(files).map(([uri, content]) => [uri, { content }]));
