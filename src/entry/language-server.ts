/** Composes the language server: its languages, and its connection in a worker. */
import type { Host } from '../base/host';
import { AARCH64_ASSEMBLY } from '../isa/aarch64/assembly-language';
import { LOONGARCH64_ASSEMBLY } from '../isa/loongarch64/assembly-language';
import { RISCV64_ASSEMBLY } from '../isa/riscv64/assembly-language';
import { X86_64_ASSEMBLY } from '../isa/x86_64/assembly-language';
import { serverConnection } from '../lsp/connection';
import type { AssemblyLanguages } from '../lsp/language-choice';
import { serveLanguages } from '../lsp/server';
import { PushedMessages, SentMessages } from '../platform/rpc-messages';

export const ASSEMBLY_LANGUAGES: AssemblyLanguages = {
  riscv64: RISCV64_ASSEMBLY,
  aarch64: AARCH64_ASSEMBLY,
  x86_64: X86_64_ASSEMBLY,
  loongarch64: LOONGARCH64_ASSEMBLY,
};

/** The server at one end of a line of messages. */
export const createLanguageServer = (
  host: Host,
  send: (message: object) => void,
): { receive(message: object): void } => {
  const reader = new PushedMessages();
  const connection = serverConnection(reader, new SentMessages(send), () => {});
  serveLanguages(connection, { host, languages: ASSEMBLY_LANGUAGES });
  return { receive: (message) => reader.push(message) };
};
