/** The `worldstep` program: finds the command, turns every failure into a message and an exit code. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nearest } from '../../base/nearest';
import { ImageError } from '../../image/image-error';
import { LoadError } from '../../machine/boot/load-error';
import { nodeHost } from '../../platform/node/host';
import { buildCommand } from './build';
import {
  type Command,
  type CommandContext,
  type CommandGroup,
  commandHelp,
  EXIT,
  groupHelp,
  parseArguments,
  table,
  UsageError,
} from './command';
import { dapCommand } from './dap-command';
import { imageCommands } from './image';
import { kernelsCommand } from './kernels';
import { lspCommand } from './lsp-command';
import { runCommand } from './run';
import { toolCommand } from './tool';

const COMMANDS: readonly (Command | CommandGroup)[] = [
  runCommand,
  buildCommand,
  imageCommands,
  kernelsCommand,
  dapCommand,
  lspCommand,
  toolCommand,
];

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
    if (error instanceof UsageError || error instanceof LoadError || error instanceof ImageError) {
      stderr.write(`worldstep: ${error.message}\n`);
      return EXIT.usage;
    }
    throw error;
  }
}

async function dispatch(argv: readonly string[], context: CommandContext): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    const topic = name === 'help' && rest[0] !== undefined ? helpOf(rest) : undefined;
    (name === undefined ? context.stderr : context.stdout).write(topic ?? programHelp());
    return name === undefined ? EXIT.usage : EXIT.done;
  }
  if (name === '--version' || name === '-V') {
    context.stdout.write(`worldstep ${versionOf(context.root)}\n`);
    return EXIT.done;
  }
  const own = rest.slice(0, rest.includes('--') ? rest.indexOf('--') : rest.length);
  if (own.includes('--help') || own.includes('-h')) {
    context.stdout.write(helpOf(argv));
    return EXIT.done;
  }
  const found = named(COMMANDS, '', name);
  if (!('commands' in found)) return found.run(parseArguments(found, rest), context);
  const [second, ...words] = rest;
  if (second === undefined) {
    context.stderr.write(groupHelp(found));
    return EXIT.usage;
  }
  const command = named(found.commands, `${name} `, second);
  return command.run(parseArguments(command, words), context);
}

/** The help text of the command whose name `words` begin with. */
function helpOf([name = '', second]: readonly string[]): string {
  const found = named(COMMANDS, '', name);
  if (!('commands' in found)) return commandHelp(found);
  return second === undefined || second.startsWith('-')
    ? groupHelp(found)
    : commandHelp(named(found.commands, `${name} `, second));
}

/** The command called `prefix` and `name`. */
function named<T extends { readonly name: string }>(commands: readonly T[], prefix: string, name: string): T {
  const found = commands.find((command) => command.name === prefix + name);
  if (found) return found;
  const names = commands.map((command) => command.name.slice(prefix.length));
  const near = nearest(name, names);
  const next = near === undefined ? `There is: ${names.join(', ')}.` : `Did you mean "worldstep ${prefix}${near}"?`;
  throw new UsageError(`there is no command "${prefix}${name}". ${next}`);
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
