/** The language server as a worker thread of the Node extension host. */
import 'vscode-languageserver/node';
import { serveNodeWorker } from '../platform/node/worker';
import { createLanguageServer } from './language-server';

serveNodeWorker(createLanguageServer);
