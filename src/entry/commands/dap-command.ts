/** What `worldstep dap` is; the adapter itself is in `dap.ts`. */
import type { Command } from './command';

export const dapCommand: Command = {
  name: 'dap',
  summary: 'Serves the debug adapter protocol to an editor.',
  options: {
    stdio: { help: 'Talk over stdin and stdout.' },
    port: {
      value: 'N',
      help: 'Listen on TCP port N of this machine; each connection launches a session of its own, or attaches to one. 0: any free port.',
    },
  },
  notes:
    'The adapter type is "worldstep"; launch arguments are those of the VS Code extension ("program": "bundled:msgqueue").',
  // Symbols, views and the protocol are loaded by this command only: `run` starts faster without.
  run: async (args, context) => (await import('./dap')).serveDap(args, context),
};
