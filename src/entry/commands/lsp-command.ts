/** What `worldstep lsp` is; the server itself is in `lsp.ts`. */
import type { Command } from './command';

export const lspCommand: Command = {
  name: 'lsp',
  summary: 'Serves the language server protocol to an editor: assembly.',
  options: { stdio: { help: 'Talk over stdin and stdout.' } },
  notes: 'For .s, .S and .asm files of RISC-V, AArch64, x86-64 and LoongArch in GNU syntax.',
  run: async (args, context) => (await import('./lsp')).serveLsp(args, context),
};
