/**
 * Finds the expressions of a source that a debugger can read: `self.queue` before `.head`, `ring[head].address`; none in
 * calls, types, keywords and mnemonics. Tokens in, places and texts out; nothing here knows VS Code.
 */
import { KEYWORDS } from './source-keywords';
import type { SourceFamily, SourceToken } from './source-tokens';

/** An expression that the debugger can read, and the text that it stands for, by offsets; `end` is exclusive. */
export interface SourceExpression {
  readonly start: number;
  readonly end: number;
  readonly expression: string;
}

/** First segments of paths that the debugger does not know: it finds names by their ends. */
const PATH_ROOTS = new Set(['crate', 'self', 'super']);

/** Finds expressions among the tokens of a text, which are without comments. */
export class ExpressionReader {
  constructor(
    private readonly tokens: readonly SourceToken[],
    private readonly family: SourceFamily,
  ) {}

  /** The expression whose last part is the token number `at`. */
  expression(at: number): SourceExpression | undefined {
    const next = this.text(at + 1);
    const isMacro = next === '!' || this.text(at - 2) === 'macro_rules';
    if (this.family === 'rust' && isMacro) return undefined;
    if (next === '::' && PATH_ROOTS.has(this.text(at))) return undefined;
    const start = this.operandStart(at);
    return start === undefined ? undefined : this.between(start, at);
  }

  /** A register, label or symbol among the operands of an instruction. */
  assemblyOperand(at: number): SourceExpression | undefined {
    const token = this.tokens[at];
    if (token?.kind !== 'word' || KEYWORDS[this.family].has(token.text.toLowerCase())) return undefined;
    const [before, after] = [this.tokens[at - 1], this.text(at + 1)];
    // A mnemonic or directive, unless it is a label.
    if (this.isStatementStart(at) && after !== ':') return undefined;
    // `\argument` of a macro, `%hi(…)` and `:lo12:` of the linker.
    if (before?.text === '\\' || (before?.text === '%' && after === '(')) return undefined;
    if (before?.text === ':' && after === ':') return undefined;
    const isImmediate = token.text.startsWith('$');
    const isRegister = before?.text === '%' && before.end === token.start;
    const name = isImmediate ? token.text.slice(1) : token.text;
    if (name === '' || name.startsWith('.')) return undefined;
    return { start: token.start, end: token.end, expression: isRegister ? `$${name}` : name };
  }

  /** The names inside `{…}` of a format string, the first string of a macro's arguments; none if it is another string. */
  inFormat(at: number): SourceExpression[] {
    const token = this.tokens[at];
    if (token === undefined || !this.isFormat(at)) return [];
    return [...token.text.matchAll(/\{\{|\}\}|\{([^{}]*)\}/g)].flatMap((hole) => {
      const names = (hole[1] ?? '').matchAll(/^\s*([A-Za-z_]\w*)|(?<=[:>.<^+\-#0])([A-Za-z_]\w*)(?=\$)/g);
      return [...names].flatMap((name) => {
        const expression = name[1] ?? name[2] ?? '';
        const end = token.start + hole.index + 1 + name.index + name[0].length;
        return KEYWORDS.rust.has(expression) ? [] : [{ start: end - expression.length, end, expression }];
      });
    });
  }

  private isFormat(at: number): boolean {
    let depth = 0;
    for (let one = at - 1; one >= 0; one--) {
      const token = this.tokens[one];
      if (token === undefined) return false;
      if (isClosing(token)) depth++;
      else if (isOpening(token) && --depth < 0)
        return this.text(one - 1) === '!' && this.tokens[one - 2]?.kind === 'word';
      else if (depth === 0 && token.kind === 'string') return false;
      else if (depth === 0 && token.text === ';') return false;
    }
    return false;
  }

  /** Where the operand begins that ends with the token `at`: `a` of `a.b[i].c`. None for calls and other values. */
  private operandStart(at: number): number | undefined {
    const token = this.tokens[at];
    if (token === undefined) return undefined;
    if (token.kind === 'number') return this.text(at - 1) === '.' ? this.operandStart(at - 2) : undefined;
    if (token.kind === 'word') return this.wordStart(at);
    switch (token.text) {
      case ']': {
        const open = this.partner(at);
        return open === undefined || this.hasCall(open, at) ? undefined : this.operandStart(open - 1);
      }
      case ')': {
        const open = this.partner(at);
        const isGroup = open !== undefined && !this.isCallee(open - 1) && !this.hasCall(open, at);
        return isGroup && at > open + 1 ? open : undefined;
      }
      case '.*':
        return this.operandStart(at - 1);
      default:
        return undefined;
    }
  }

  private wordStart(at: number): number | undefined {
    if (KEYWORDS[this.family].has(this.text(at))) return undefined;
    const before = this.text(at - 1);
    if (before === '.' || before === '->') return this.operandStart(at - 2);
    let start = at;
    while (this.text(start - 1) === '::') {
      const segment = this.tokens[start - 2];
      // `Vec::<u8>::new`, `<T as Trait>::NAME`: no name alone says which.
      if (segment?.text === '>' || segment?.text === 'Self') return undefined;
      if (segment?.kind !== 'word' || KEYWORDS[this.family].has(segment.text)) return start === at ? at : start;
      start -= 2;
    }
    return start;
  }

  /** Whether `(` behind the token `at` calls something. */
  private isCallee(at: number): boolean {
    const token = this.tokens[at];
    if (token === undefined) return false;
    if (token.kind === 'word') return !KEYWORDS[this.family].has(token.text);
    return token.text === ')' || token.text === ']' || token.text === '>' || token.text === '!';
  }

  private hasCall(from: number, to: number): boolean {
    for (let one = from + 1; one < to; one++) {
      if (this.text(one) === '(' && this.isCallee(one - 1)) return true;
      if (this.text(one) === ';' || this.text(one) === '{') return true;
    }
    return false;
  }

  /** The bracket that opens what the one at `at` closes. */
  private partner(at: number): number | undefined {
    let depth = 0;
    for (let one = at; one >= 0; one--) {
      const token = this.tokens[one];
      if (token === undefined) return undefined;
      if (isClosing(token)) depth++;
      else if (isOpening(token) && --depth === 0) return one;
    }
    return undefined;
  }

  private isStatementStart(at: number): boolean {
    const before = this.tokens[at - 1];
    if (before === undefined || before.kind === 'line end') return true;
    // Behind a label, and behind the separator of statements.
    return before.text === ';' || (before.text === ':' && this.isStatementStart(at - 2));
  }

  private between(from: number, to: number): SourceExpression | undefined {
    const [first, last] = [this.tokens[from], this.tokens[to]];
    if (first === undefined || last === undefined) return undefined;
    let expression = '';
    let previous: SourceToken | undefined;
    for (let at = from; at <= to; at++) {
      const token = this.tokens[at];
      if (token === undefined) continue;
      const isRoot = this.text(at + 1) === '::' && PATH_ROOTS.has(token.text) && at < to;
      // Members are found through pointers anyway.
      if (isRoot || token.text === '.*' || (expression === '' && token.text === '::')) continue;
      if (previous?.kind === 'word' && token.kind === 'word') expression += ' ';
      expression += token.kind === 'word' ? token.text.replace(/^r#/, '') : token.text;
      previous = token;
    }
    return expression === '' ? undefined : { start: first.start, end: last.end, expression };
  }

  private text(at: number): string {
    return this.tokens[at]?.text ?? '';
  }
}

const isOpening = ({ kind, text }: SourceToken): boolean =>
  kind === 'punctuation' && (text === '(' || text === '[' || text === '{');
const isClosing = ({ kind, text }: SourceToken): boolean =>
  kind === 'punctuation' && (text === ')' || text === ']' || text === '}');
