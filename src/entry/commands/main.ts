/** The `worldstep` program: finds the command, turns every failure into a message and an exit code. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nearest } from '../../base/nearest';
import { LoadError } from '../../machine/load-error';
import { nodeHost } from '../../platform/node/host';
import { buildCommand } from './build';
import { type Command, type CommandContext, commandHelp, EXIT, parseArguments, table, UsageError } from './command';
import { dapCommand } from './dap-command';
import { kernelsCommand } from './kernels';
import { runCommand } from './run';

const COMMANDS: readonly Command[] = [runCommand, buildCommand, kernelsCommand, dapCommand];

/** Where the program reads and writes; tests give their own. */
export type Streams = Pick<CommandContext, 'stdin' | 'stdout' | 'stderr'>;

/** Runs the program; returns its exit code. `from` is a folder inside the installation. */
export async function main(argv: readonly string[], from: string, streams: Streams = process): Promise<number> {
  const root = findRoot(from);
  const { stdin, stdout, stderr } = streams;
  const context: CommandContext = { host: nodeHost({ root }), root, stdin, stdout, stderr };
  try {
    return await dispatch(argv, context);
  } catch (error) {
    if (error instanceof UsageError || error instanceof LoadError) {
      stderr.write(`worldstep: ${error.message}\n`);
      return EXIT.usage;
    }
    throw error;
  }
}

async function dispatch(argv: readonly string[], context: CommandContext): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    const topic = name === 'help' && rest[0] !== undefined ? commandNamed(rest[0]) : undefined;
    (name === undefined ? context.stderr : context.stdout).write(topic ? commandHelp(topic) : programHelp());
    return name === undefined ? EXIT.usage : EXIT.done;
  }
  if (name === '--version' || name === '-V') {
    context.stdout.write(`worldstep ${versionOf(context.root)}\n`);
    return EXIT.done;
  }
  const command = commandNamed(name);
  if (rest.includes('--help') || rest.includes('-h')) {
    context.stdout.write(commandHelp(command));
    return EXIT.done;
  }
  return command.run(parseArguments(command, rest), context);
}

function commandNamed(name: string): Command {
  const found = COMMANDS.find((command) => command.name === name);
  if (found) return found;
  const names = COMMANDS.map((command) => command.name);
  const near = nearest(name, names);
  const next = near === undefined ? `There is: ${names.join(', ')}.` : `Did you mean "worldstep ${near}"?`;
  throw new UsageError(`there is no command "${name}". ${next}`);
}

const programHelp = (): string =>
  [
    'Worldstep runs and debugs kernels and hypervisors in a deterministic emulator.',
    '',
    'Usage: worldstep COMMAND [options]',
    '',
    ...table([
      ...COMMANDS.map(({ name, summary }) => [name, summary] as const),
      ['help COMMAND', "Shows a command's options."],
      ['--version', 'Shows the version.'],
    ]),
    '',
  ].join('\n');

const versionOf = (root: string): string => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return version;
};

/** The folder that holds `kernels/`, from `dist/` as well as from `src/entry/`. */
const findRoot = (from: string): string => {
  const parent = dirname(from);
  return existsSync(join(from, 'kernels')) || parent === from ? from : findRoot(parent);
};
