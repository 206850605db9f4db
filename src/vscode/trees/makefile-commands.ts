/**
 * Reads from a Makefile the command that starts QEMU. Understands what such files are made of: variables, conditionals on
 * them, continued lines. Functions (`$(shell …)`) give nothing, other files are not included.
 */
import { shellWords } from './qemu-words';

// Deeper nesting, or longer text, is a variable that names itself.
const DEPTH = 20;
const LONGEST = 1 << 16;

/** The words of the commands in recipes that start QEMU for an architecture, in the order of the file. */
export function qemuCommands(makefile: string, arch: string): string[][] {
  const { variables, recipes } = readMakefile(makefile);
  return recipes
    .map((line) => expanded(line, variables))
    .filter((line) => line.includes(`qemu-system-${arch}`))
    .map((line) => {
      const words = shellWords(line);
      return words.slice(words.findIndex((word) => word.includes(`qemu-system-${arch}`)) + 1);
    });
}

interface Makefile {
  readonly variables: ReadonlyMap<string, string>;
  readonly recipes: readonly string[];
}

function readMakefile(text: string): Makefile {
  const variables = new Map<string, string>();
  const recipes: string[] = [];
  /** For each open conditional: whether its lines count, and whether one of its branches did. */
  const open: { counts: boolean; done: boolean }[] = [];
  for (const line of text.replace(/\\\r?\n[ \t]*/g, ' ').split(/\r?\n/)) {
    const words = line.replace(/#.*/, '').trim();
    if (conditional(words, variables, open) || open.some(({ counts }) => !counts)) continue;
    if (line.startsWith('\t')) recipes.push(line.trim());
    else assign(words, variables);
  }
  return { variables, recipes };
}

/** Follows `ifeq` to `endif`; whether the line was one of these. */
function conditional(
  line: string,
  variables: Map<string, string>,
  open: { counts: boolean; done: boolean }[],
): boolean {
  const [, isElse, word, rest = ''] = /^(else\s+)?(ifn?eq|ifn?def)\b\s*(.*)$/.exec(line) ?? [];
  const top = open.at(-1);
  if (word !== undefined) {
    const holds = test(word, rest, variables);
    if (isElse === undefined) open.push({ counts: holds, done: holds });
    else if (top) Object.assign(top, { counts: holds && !top.done, done: top.done || holds });
    return true;
  }
  if (line === 'else') {
    if (top) Object.assign(top, { counts: !top.done, done: true });
    return true;
  }
  if (line === 'endif') open.pop();
  return line === 'endif';
}

function test(word: string, rest: string, variables: ReadonlyMap<string, string>): boolean {
  if (word.endsWith('def')) return variables.has(rest.trim()) === (word === 'ifdef');
  const [, one, other, quoted, second] = /^\(([^,]*),(.*)\)$|^["'](.*?)["']\s+["'](.*?)["']$/.exec(rest) ?? [];
  const isSame = expanded(one ?? quoted ?? '', variables).trim() === expanded(other ?? second ?? '', variables).trim();
  return isSame === (word === 'ifeq');
}

function assign(line: string, variables: Map<string, string>): void {
  const [, name = '', operator, value = ''] =
    /^(?:export\s+|override\s+)*([\w.-]+)\s*(\?=|\+=|::?:?=|=)\s*(.*)$/.exec(line) ?? [];
  if (operator === undefined || (operator === '?=' && variables.has(name))) return;
  const old = operator === '+=' ? variables.get(name) : undefined;
  variables.set(name, old === undefined ? value : `${old} ${value}`);
}

const REFERENCE = /\$\(([^()]*)\)|\$\{([^{}]*)\}|\$([A-Za-z])/g;

/** Replaces variables, the inner ones first. What is unknown is empty, as for make; `$@` and its like stay. */
function expanded(text: string, variables: ReadonlyMap<string, string>): string {
  let result = text;
  for (let depth = 0; depth < DEPTH; depth++) {
    const next = result.replace(REFERENCE, (_, round, curly, letter) => variables.get(round ?? curly ?? letter) ?? '');
    if (next === result || next.length > LONGEST) break;
    result = next;
  }
  return result;
}
