/**
 * What a command of the `worldstep` program is, and how its arguments are read. The table of options serves both the
 * parser and the help texts.
 */

import type { Host } from '../../base/host';
import { nearest } from '../../base/nearest';

/** Exit codes, as the README lists them. */
export const EXIT = { done: 0, failed: 1, usage: 2, limit: 3 } as const;

/** The user asked for something that cannot be: a message with the next step, and exit code 2. */
export class UsageError extends Error {}

export interface OptionSpec {
  /** Name of its value in help texts; absent for a switch. */
  readonly value?: string;
  readonly help: string;
  /** May be given more than once. */
  readonly isList?: boolean;
}

/** Arguments as read: positional words, and options by name (switches have the value `''`). */
export interface Arguments {
  readonly words: readonly string[];
  readonly options: ReadonlyMap<string, string>;
  /** The values of options that may be given more than once. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
  /** Everything behind `--`, for commands that take a command line. */
  readonly tail: readonly string[];
}

/** What a command may use of the process it runs in. */
export interface CommandContext {
  readonly host: Host;
  /** Folder that holds `kernels/` and `dist/`. */
  readonly root: string;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** The positional word, as help shows it. */
  readonly word?: string;
  /** Positional words behind the first. With this, words that are not in brackets must be there. */
  readonly moreWords?: readonly string[];
  /** A command line behind `--`, as help shows it. With this it must be there. */
  readonly tail?: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** More paragraphs of help. */
  readonly notes?: string;
  /** Returns the exit code. */
  run(args: Arguments, context: CommandContext): Promise<number>;
}

/** Commands that have a name in common: `worldstep image disk`. */
export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  /** Their names include the group's: `image disk`. */
  readonly commands: readonly Command[];
  readonly notes?: string;
}

/** Reads a command's arguments. Throws a {@link UsageError} that names the nearest option. */
export function parseArguments(command: Command, argv: readonly string[]): Arguments {
  const words: string[] = [];
  const options = new Map<string, string>();
  const lists = new Map<string, readonly string[]>();
  const end = command.tail === undefined ? -1 : argv.indexOf('--');
  const tail = end < 0 ? [] : argv.slice(end + 1);
  const rest = end < 0 ? [...argv] : argv.slice(0, end);
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (!word.startsWith('-') || word === '-') {
      words.push(word);
      continue;
    }
    const [, name = '', inline] = /^--?([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    const spec = Object.hasOwn(command.options, name) && word.startsWith('--') ? command.options[name] : undefined;
    if (!spec) throw unknownOption(command, word, name);
    if (options.has(name)) throw new UsageError(`--${name} is given twice. Give it once.`);
    if (spec.value === undefined) {
      if (inline !== undefined) throw new UsageError(`--${name} takes no value. Leave "=${inline}" out.`);
      options.set(name, '');
      continue;
    }
    const value = inline ?? rest.shift();
    if (value === undefined || (inline === undefined && value.startsWith('--'))) {
      throw new UsageError(`--${name} needs a value: --${name} ${spec.value}.`);
    }
    if (spec.isList) lists.set(name, [...(lists.get(name) ?? []), value]);
    else options.set(name, value);
  }
  const wanted = wordsOf(command);
  const surplus = words[wanted.length];
  if (words.length > 0 && command.word === undefined) {
    throw new UsageError(`"${words[0]}" is too much: worldstep ${command.name} takes options only.`);
  }
  if (surplus !== undefined) {
    const takes = wanted.length === 1 ? `one ${wanted[0]}` : wanted.join(' ');
    throw new UsageError(`"${surplus}" is too much: worldstep ${command.name} takes ${takes}.`);
  }
  const missing = command.moreWords && wanted.slice(words.length).find((word) => !word.startsWith('['));
  if (missing !== undefined) {
    throw new UsageError(`${missing} is missing. Write: worldstep ${command.name} ${wanted.join(' ')}.`);
  }
  if (command.tail !== undefined && tail.length === 0) {
    throw new UsageError(`${command.tail} is missing. Write: worldstep ${command.name} -- ${command.tail}.`);
  }
  return { words, options, lists, tail };
}

const wordsOf = ({ word, moreWords }: Command): readonly string[] =>
  word === undefined ? [] : [word, ...(moreWords ?? [])];

function unknownOption(command: Command, word: string, name: string): UsageError {
  const near = nearest(name, Object.keys(command.options));
  const next = near === undefined ? `worldstep ${command.name} --help lists the options.` : `Did you mean --${near}?`;
  return new UsageError(`${command.name} has no option ${word.replace(/=.*$/s, '')}. ${next}`);
}

/** The help text of one command. */
export function commandHelp(command: Command): string {
  const words = wordsOf(command).map((word) => ` ${word}`);
  const rows = Object.entries(command.options).map(
    ([name, { value, help }]) => [`--${name}${value === undefined ? '' : ` ${value}`}`, help] as const,
  );
  return [
    `Usage: worldstep ${command.name}${words.join('')} [options]${command.tail === undefined ? '' : ` -- ${command.tail}`}`,
    '',
    command.summary,
    '',
    ...table([...rows, ['--help', 'Show this text.']]),
    ...(command.notes === undefined ? [] : ['', command.notes]),
    '',
  ].join('\n');
}

/** The help text of a group: its commands. */
export const groupHelp = ({ name, summary, commands, notes }: CommandGroup): string =>
  [
    `Usage: worldstep ${name} COMMAND …`,
    '',
    summary,
    '',
    ...table(commands.map((command) => [[command.name, ...wordsOf(command)].join(' '), command.summary] as const)),
    '',
    `worldstep ${name} COMMAND --help shows the options of one.`,
    ...(notes === undefined ? [] : ['', notes]),
    '',
  ].join('\n');

/** Two columns, indented. */
export function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
