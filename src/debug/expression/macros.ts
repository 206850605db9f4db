/** Macros of the preprocessor in what C users type: they are replaced before anything else is read, as a compiler does. */
import { t } from '../../base/l10n';
import { ExpressionError } from './ast';

/** Parameters and body of a macro, ` 4` or `(x) ((x) + 1)`; `undefined` for a name that is none. */
export type MacroLookup = (name: string) => string | undefined;

/** Longer is no expression that anybody reads. */
const LONGEST = 20_000;

/** A literal, which is left alone, or a name with what stands before it. */
const PIECE = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(\$|\.|->|::)?\s*([A-Za-z_]\w*)/gs;

/** The text with its macros replaced. Throws {@link ExpressionError} for what has no text of its own. */
export function expandMacros(text: string, lookup: MacroLookup, hidden: ReadonlySet<string> = new Set()): string {
  if (text.length > LONGEST) throw new ExpressionError(t`The macros expand to more than ${LONGEST} characters.`);
  let out = '';
  let done = 0;
  PIECE.lastIndex = 0;
  const pieces = new RegExp(PIECE);
  for (let piece = pieces.exec(text); piece !== null; piece = pieces.exec(text)) {
    const [whole, before, name] = piece;
    if (name === undefined || before !== undefined || hidden.has(name)) continue;
    // The letters of 0x10 and 5u are no name.
    if (/\w/.test(text[piece.index - 1] ?? '') && whole.length === name.length) continue;
    const definition = lookup(name)?.trim();
    if (definition === undefined || definition === '') continue;
    const start = piece.index + whole.length - name.length;
    const used = useOf(text, start + name.length, name, definition);
    if (used === undefined) continue;
    out += text.slice(done, start) + expandMacros(used.text, lookup, new Set([...hidden, name]));
    done = used.end;
    pieces.lastIndex = used.end;
  }
  return out + text.slice(done);
}

/** What a use of a macro stands for, and where it ends. A macro with parameters is one only before a parenthesis. */
function useOf(
  text: string,
  after: number,
  name: string,
  definition: string,
): { text: string; end: number } | undefined {
  const parameters = /^\(([^)]*)\)\s*/.exec(definition);
  const isFunction = parameters !== null && isParameterList(parameters[1] ?? '');
  if (!isFunction) return { text: definition, end: after };
  const open = /^\s*\(/.exec(text.slice(after));
  if (open === null) return undefined;
  const { values, end } = argumentsAt(text, after + open[0].length, name);
  const names = (parameters[1] ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  const isVariadic = names.at(-1)?.endsWith('...') === true;
  if (values.length !== names.length && !isVariadic && !(names.length === 0 && values.join('') === '')) {
    throw new ExpressionError(t`The macro ${name} takes ${names.length} arguments.`);
  }
  const body = definition.slice(parameters[0].length);
  if (/(?<!#)#(?!#)/.test(body))
    throw new ExpressionError(t`The macro ${name} makes a text of its argument, which is no value.`);
  const replaced = body.replace(/[A-Za-z_]\w*/g, (word) => {
    const at = names.indexOf(word);
    return at < 0 ? word : (values[at] ?? '');
  });
  return { text: replaced.replace(/\s*##\s*/g, ''), end };
}

const isParameterList = (list: string): boolean =>
  /^\s*(?:[A-Za-z_]\w*|\.\.\.)?(?:\s*,\s*(?:[A-Za-z_]\w*|\.\.\.))*\s*$/.test(list);

/** The arguments up to the closing parenthesis, split at the commas of their own level. */
function argumentsAt(text: string, start: number, name: string): { values: string[]; end: number } {
  const values: string[] = [];
  let depth = 0;
  let from = start;
  for (let at = start; at < text.length; at++) {
    const letter = text[at] ?? '';
    if ('([{'.includes(letter)) depth++;
    else if (letter === ')' && depth === 0) return { values: [...values, text.slice(from, at).trim()], end: at + 1 };
    else if (')]}'.includes(letter)) depth--;
    else if (letter === ',' && depth === 0) {
      values.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  throw new ExpressionError(t`The arguments of the macro ${name} have no closing parenthesis.`);
}
