/**
 * Which expressions of a function have their values shown beside them while it is stopped: what its lines name, from its
 * head to the line of the stop; below that nothing has happened yet. Of `a.b[i].c` the whole, and `i`. In assembly the
 * operands of the instruction alone: the lines above have used other values.
 */
import { ExpressionReader, type SourceExpression } from './expression-reader';
import { KEYWORDS } from './source-keywords';
import { isAssembly, type SourceFamily, type SourceToken, sourceTokens } from './source-tokens';

/** An expression with the line that it begins in, counted from 0. */
export interface InlineExpression extends SourceExpression {
  readonly line: number;
}

/** The expressions up to the line from `start` to `end`, in the order of the text; each once in a line. */
export function inlineExpressions(
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
  family: SourceFamily,
): InlineExpression[] {
  const tokens = sourceTokens(text, family, end).filter(({ kind }) => kind !== 'comment');
  const from = isAssembly(family) ? start : functionStart(text, tokens, { start, end }, family);
  const found = longest(candidates(tokens, from, family));
  let line = 0;
  let at = 0;
  const seen = new Set<string>();
  return found.flatMap((one) => {
    line += text.slice(at, one.start).split('\n').length - 1;
    at = one.start;
    const key = `${line} ${one.expression}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ ...one, line }];
  });
}

/** What can be read of the tokens from the offset `from` on. */
function candidates(tokens: readonly SourceToken[], from: number, family: SourceFamily): SourceExpression[] {
  const reader = new ExpressionReader(tokens, family);
  return tokens.flatMap((token, at) => {
    if (token.start < from) return [];
    if (token.kind === 'string') return family === 'rust' ? reader.inFormat(at) : [];
    const next = tokens[at + 1]?.text ?? '';
    const found = isAssembly(family)
      ? reader.assemblyOperand(at)
      : isOperandEnd(token) && !isCalled(next)
        ? reader.expression(at)
        : undefined;
    // A part of a slice is no element.
    return found === undefined || /\.\./.test(found.expression) ? [] : [found];
  });
}

const isOperandEnd = ({ kind, text }: SourceToken): boolean =>
  kind === 'word' || kind === 'number' || text === ']' || text === '.*';
const isCalled = (next: string): boolean => next === '(' || next === '::';

/** Of those that begin at the same place the longest, by where they begin. */
function longest(found: readonly SourceExpression[]): SourceExpression[] {
  const byStart = new Map<number, SourceExpression>();
  for (const one of found) if (one.end > (byStart.get(one.start)?.end ?? 0)) byStart.set(one.start, one);
  return [...byStart.values()].sort((a, b) => a.start - b.start);
}

/** Where the head of the function begins that the line from `start` to `end` is in; `start` if it is in none. */
function functionStart(
  text: string,
  tokens: readonly SourceToken[],
  { start, end }: { readonly start: number; readonly end: number },
  family: SourceFamily,
): number {
  // At its end a line with the head of a function is inside it, one with its closing brace no more.
  for (const offset of [start, end]) {
    const heads = openBraces(text, tokens, offset, family).map((brace) => headBefore(tokens, brace, family));
    // Rust and Zig have functions in functions; in C a macro before a block may look like a head.
    const all = heads.filter((head) => head !== undefined);
    const head = family === 'c' ? all[0] : all.at(-1);
    if (head !== undefined) return tokens[head]?.start ?? start;
  }
  return start;
}

/** The braces that are open at an offset, outermost first, by their numbers. */
function openBraces(text: string, tokens: readonly SourceToken[], offset: number, family: SourceFamily): number[] {
  const open: number[] = [];
  for (const [at, token] of tokens.entries()) {
    if (token.start >= offset) break;
    if (token.kind !== 'punctuation') continue;
    if (token.text === '{') open.push(at);
    if (token.text !== '}') continue;
    open.pop();
    // With both branches of an #if braces need not come in pairs; at the margin a function of C ends.
    if (family === 'c' && text.charAt(token.start - 1) === '\n') open.length = 0;
  }
  return open;
}

/** The first token of the function's head before a brace, or `undefined` where it opens something else. */
function headBefore(tokens: readonly SourceToken[], brace: number, family: SourceFamily): number | undefined {
  let depth = 0;
  let isHead = false;
  for (let at = brace - 1; at >= 0; at--) {
    const { text, kind } = tokens[at] ?? { text: '', kind: 'word' };
    if (text === ')' || text === ']') depth++;
    else if (text === '(' || text === '[') depth--;
    else if (depth === 0 && /^[;{}]$/.test(text)) return isHead ? at + 1 : undefined;
    if (family !== 'c' && depth === 0 && text === 'fn') return at;
    const before = tokens[at - 1];
    if (family === 'c' && text === '(' && depth === 0 && before?.kind === 'word' && kind === 'punctuation')
      isHead ||= !KEYWORDS.c.has(before.text);
  }
  return isHead ? 0 : undefined;
}
