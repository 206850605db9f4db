/** `worldstep lsp`: the language server for other editors, over stdin and stdout. */
import { StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import { serverConnection } from '../../lsp/connection';
import { serveLanguages } from '../../lsp/server';
import { ASSEMBLY_LANGUAGES } from '../language-server';
import { type Arguments, type CommandContext, EXIT, UsageError } from './command';

/** Runs the command until the client takes its leave or closes its end. */
export function serveLsp({ options }: Arguments, { host, stdin, stdout }: CommandContext): Promise<number> {
  if (!options.has('stdio')) throw new UsageError('lsp needs --stdio.');
  return new Promise((resolve) => {
    const exited = (code: number): void => resolve(code === 0 ? EXIT.done : EXIT.usage);
    const connection = serverConnection(new StreamMessageReader(stdin), new StreamMessageWriter(stdout), exited);
    serveLanguages(connection, { host, languages: ASSEMBLY_LANGUAGES });
    for (const name of ['end', 'close', 'error']) stdin.on(name, () => exited(0));
  });
}
