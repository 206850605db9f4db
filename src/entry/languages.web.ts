/** The language server as a nested worker of the web-worker extension host. */
import 'vscode-languageserver/browser';
import { serveBrowserWorker } from '../platform/browser/worker';
import { createLanguageServer } from './language-server';

serveBrowserWorker(createLanguageServer);
