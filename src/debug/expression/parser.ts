/** Parses expressions by precedence climbing, with Rust's precedences (comparison binds weaker than bit operators). */
import { t } from '../../base/l10n';
import {
  type BinaryOperator,
  type Expression,
  ExpressionError,
  type FormatLetter,
  type ParsedExpression,
  type TypeName,
  type UnaryOperator,
} from './ast';
import { type Token, tokenize } from './lexer';

const PRECEDENCE: Readonly<Record<BinaryOperator, number>> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '|': 4,
  '^': 5,
  '&': 6,
  '<<': 7,
  '>>': 7,
  '+': 8,
  '-': 8,
  '*': 9,
  '/': 9,
  '%': 9,
};
/** C binds comparisons tighter than its bit operators. */
const C_PRECEDENCE: typeof PRECEDENCE = {
  '||': 1,
  '&&': 2,
  '|': 3,
  '^': 4,
  '&': 5,
  '==': 6,
  '!=': 6,
  '<': 7,
  '<=': 7,
  '>': 7,
  '>=': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
};

/** How the language of the frame reads an expression. */
export interface ParserOptions {
  readonly isC?: boolean;
  /** Whether a name is that of a type, and of nothing else: `(u8)-1` is a cast then. */
  readonly isType?: (name: string) => boolean;
}

const UNARY: readonly string[] = ['-', '!', '~', '*', '&'];
const C_WORDS = new Set(
  'void char short int long unsigned signed float double _Bool bool struct union enum const volatile'.split(' '),
);
const BUILT_IN = /^(?:[ui](?:8|16|32|64|128|size)|f32|f64|bool|char|u?int(?:8|16|32|64|ptr)_t|s?size_t)$/;
const DEEPEST = 200;

/** Whether a word alone names a type. */
export const isBuiltInType = (word: string): boolean => BUILT_IN.test(word) || C_WORDS.has(word);

/** Parses a line with its optional suffixes: a number of elements, a format. Throws {@link ExpressionError}. */
export function parseExpression(text: string, options: ParserOptions = {}): ParsedExpression {
  const suffix = /,\s*([xdbocr])\s*$/.exec(text);
  const whole = suffix === null ? text : text.slice(0, suffix.index);
  const elements = /,\s*(?:\[([^[\]]+)\]|(\d+))\s*$/.exec(whole);
  const body = elements === null ? whole : whole.slice(0, elements.index);
  if (body.trim() === '') throw new ExpressionError(t`The expression is empty.`);
  const first = parseWhole(body, options);
  const count = elements === null ? undefined : parseWhole(elements[1] ?? elements[2] ?? '', options);
  const expression: Expression = count === undefined ? first : { kind: 'span', first, count, isPointed: true };
  return { expression, format: suffix?.[1] as FormatLetter | undefined };
}

function parseWhole(text: string, options: ParserOptions): Expression {
  const parser = new Parser(tokenize(text), options);
  const expression = parser.assignment();
  parser.expectEnd();
  return expression;
}

class Parser {
  private at = 0;
  private depth = 0;

  private readonly precedence: typeof PRECEDENCE;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly options: ParserOptions,
  ) {
    this.precedence = options.isC === true ? C_PRECEDENCE : PRECEDENCE;
  }

  assignment(): Expression {
    const target = this.conditional();
    if (!this.accept('=')) return target;
    return { kind: 'assign', target, value: this.conditional() };
  }

  private conditional(): Expression {
    const condition = this.binary(1);
    if (!this.accept('?')) return condition;
    if (++this.depth > DEEPEST) throw new ExpressionError(t`The expression nests too deeply.`, this.peek().at);
    const then = this.conditional();
    this.expect(':');
    const otherwise = this.conditional();
    this.depth--;
    return { kind: 'conditional', condition, then, otherwise };
  }

  expectEnd(): void {
    const token = this.peek();
    if (token.kind === 'end') return;
    if (token.kind === 'punctuation' && token.text === '(') {
      throw new ExpressionError(
        t`Calling functions of the guest would disturb it; expressions only read and assign.`,
        token.at,
      );
    }
    throw new ExpressionError(t`${this.describe(token)} is not expected here.`, token.at);
  }

  private binary(least: number): Expression {
    if (++this.depth > DEEPEST) throw new ExpressionError(t`The expression nests too deeply.`, this.peek().at);
    let left = this.cast();
    for (;;) {
      const operator = this.operator();
      // gdb's `@` stands between sums and shifts.
      if (least <= this.precedence['+'] && this.accept('@')) {
        left = { kind: 'span', first: left, count: this.binary(this.precedence['+']), isPointed: false };
        continue;
      }
      const precedence = operator === undefined ? 0 : this.precedence[operator];
      if (operator === undefined || precedence < least) break;
      this.at++;
      left = { kind: 'binary', operator, left, right: this.binary(precedence + 1) };
    }
    this.depth--;
    return left;
  }

  private operator(): BinaryOperator | undefined {
    const token = this.peek();
    return token.kind === 'punctuation' && Object.hasOwn(PRECEDENCE, token.text)
      ? (token.text as BinaryOperator)
      : undefined;
  }

  private cast(): Expression {
    let operand = this.unary();
    while (this.peekName('as')) {
      this.at++;
      operand = { kind: 'cast', operand, type: this.type() };
    }
    return operand;
  }

  private unary(): Expression {
    const token = this.peek();
    if (++this.depth > DEEPEST) throw new ExpressionError(t`The expression nests too deeply.`, token.at);
    try {
      if (token.kind === 'punctuation') {
        if (token.text === '&&') {
          this.at++;
          throw new ExpressionError(t`The address of an address does not exist.`, token.at);
        }
        if (UNARY.includes(token.text)) {
          this.at++;
          if (token.text === '&') this.acceptName('mut');
          return { kind: 'unary', operator: token.text as UnaryOperator, operand: this.unary() };
        }
        const type = token.text === '(' ? this.cCast() : undefined;
        if (type !== undefined) return { kind: 'cast', operand: this.unary(), type };
      }
      return this.postfix();
    } finally {
      this.depth--;
    }
  }

  /** `(u64*)`, `(struct task *)`: a parenthesis that holds a type and is followed by an operand. */
  private cCast(): TypeName | undefined {
    const start = this.at;
    this.at++;
    const first = this.peek();
    if (first.kind === 'name') {
      try {
        const type = this.type();
        const isType = type.pointers > 0 || type.count !== undefined || isBuiltInType(first.text);
        if (this.accept(')')) {
          if (isType && this.startsOperand()) return type;
          if (this.isNamedCast(type)) return type;
        }
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
      }
    }
    this.at = start;
    return undefined;
  }

  /** `(u8)x`: two operands side by side are none, so that the first is a type; before `-` and the like its name decides. */
  private isNamedCast({ name }: TypeName): boolean {
    const token = this.peek();
    if (token.kind === 'end' || this.options.isC !== true) return false;
    if (token.kind === 'name') return token.text !== 'as';
    if (token.kind !== 'punctuation') return true;
    return this.startsOperand() && this.options.isType?.(name) === true;
  }

  private startsOperand(): boolean {
    const token = this.peek();
    if (token.kind === 'end') return false;
    return token.kind !== 'punctuation' || ['(', '-', '!', '~', '*', '&', '{'].includes(token.text);
  }

  private postfix(): Expression {
    let object = this.primary();
    for (;;) {
      if (this.accept('.') || this.accept('->')) {
        const token = this.next();
        if (token.kind !== 'name') throw new ExpressionError(t`A field name is expected after the dot.`, token.at);
        object = { kind: 'member', object, name: token.text };
      } else if (this.accept('[')) {
        const index = this.conditional();
        this.expect(']');
        object = { kind: 'index', object, index };
      } else return object;
    }
  }

  private primary(): Expression {
    const token = this.next();
    switch (token.kind) {
      case 'integer':
        return {
          kind: 'integer',
          value: token.value,
          suffix: token.suffix,
          ...(token.isDecimal && { isDecimal: token.isDecimal }),
        };
      case 'float':
        return { kind: 'float', value: token.value };
      case 'string':
        return { kind: 'string', value: token.value };
      case 'char':
        return { kind: 'integer', value: BigInt(token.value.codePointAt(0) ?? 0), suffix: 'char' };
      case 'register':
        return { kind: 'register', name: token.text };
      case 'name':
        return this.named(token.text);
      case 'punctuation':
        if (token.text === '(') {
          const inner = this.assignment();
          this.expect(')');
          return inner;
        }
        if (token.text === '::') return this.named('');
        throw new ExpressionError(t`${this.describe(token)} is not expected here.`, token.at);
      case 'end':
        throw new ExpressionError(t`The expression ends too early.`, token.at);
    }
  }

  private named(first: string): Expression {
    if (first === 'true' || first === 'false') return { kind: 'boolean', value: first === 'true' };
    if ((first === 'pa' || first === 'va') && this.accept(':')) {
      return { kind: 'memory', space: first, address: this.unary() };
    }
    if (first === 'sizeof' && this.startsOperand()) return this.sizeof();
    if ((first === 'offsetof' || first === '__builtin_offsetof') && this.accept('(')) return this.offsetof();
    if (first === '') this.at--;
    return { kind: 'name', path: first + this.path() };
  }

  /** After the parenthesis: `struct node, link.next)`. */
  private offsetof(): Expression {
    const type = this.type();
    this.expect(',');
    const members: string[] = [];
    do {
      const token = this.next();
      if (token.kind !== 'name') throw new ExpressionError(t`A field name is expected here.`, token.at);
      members.push(token.text);
    } while (this.accept('.'));
    this.expect(')');
    return { kind: 'offset', type, members };
  }

  /** After the word: `(expression)`, `(type)`, or an operand without parentheses. */
  private sizeof(): Expression {
    if (!this.accept('(')) return { kind: 'sizeof', operand: this.unary(), type: undefined };
    const start = this.at;
    const type = this.attempt(() => this.type());
    const end = this.at;
    this.at = start;
    if (type === undefined) return { kind: 'sizeof', operand: this.upTo(() => this.binary(1)), type };
    const operand = this.attempt(() => this.binary(1));
    if (operand === undefined) this.at = end;
    return { kind: 'sizeof', operand, type };
  }

  /** What is before the closing parenthesis. */
  private upTo<T>(read: () => T): T {
    const found = read();
    this.expect(')');
    return found;
  }

  /** The same, or `undefined` where something else stands there. */
  private attempt<T>(read: () => T): T | undefined {
    const { depth } = this;
    try {
      return this.upTo(read);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.depth = depth;
      return undefined;
    }
  }

  /** The rest of `a::b::<T>::{closure#0}::c`. */
  private path(): string {
    let text = '';
    while (this.accept('::')) {
      text += '::';
      const token = this.next();
      if (token.kind === 'name') text += token.text;
      else if (token.kind === 'punctuation' && (token.text === '<' || token.text === '{'))
        text += this.bracketed(token.text);
      else throw new ExpressionError(t`A name is expected after "::".`, token.at);
    }
    return text;
  }

  /** Text between `<` or `{` (already taken) and its partner, as Rust prints names. */
  private bracketed(open: '<' | '{' | string): string {
    const close = open === '<' ? '>' : '}';
    let text = open;
    let depth = 1;
    while (depth > 0) {
      const token = this.next();
      if (token.kind === 'end') throw new ExpressionError(t`"${close}" is missing.`, token.at);
      const piece = this.spell(token);
      if (token.kind === 'punctuation') {
        if (piece === open) depth++;
        else if (piece === close) depth--;
        else if (close === '>' && piece === '>>') depth -= 2;
      }
      text += piece === ',' ? ', ' : piece;
      if (piece === 'dyn' || piece === 'mut' || piece === 'const') text += ' ';
    }
    return text;
  }

  private type(): TypeName {
    let pointers = 0;
    for (;;) {
      if (this.accept('*')) {
        if (!this.acceptName('const')) this.acceptName('mut');
      } else if (this.accept('&')) this.acceptName('mut');
      else break;
      pointers++;
    }
    if (this.accept('[')) {
      const element = this.type();
      this.expect(';');
      const count = this.next();
      if (count.kind !== 'integer' || count.value > 1_000_000n)
        throw new ExpressionError(t`An array length is expected.`, count.at);
      this.expect(']');
      if (element.count !== undefined) throw new ExpressionError(t`Cast to the element type instead.`, count.at);
      const over = pointers > 0 ? { over: pointers } : {};
      return { name: element.name, pointers: element.pointers, count: Number(count.value), ...over };
    }
    const name = this.typeWords();
    while (this.accept('*')) {
      pointers++;
      if (!this.acceptName('const')) this.acceptName('volatile');
    }
    const over = this.starsInParentheses();
    const count = this.arrayLength();
    if (over > 0 && count === undefined) throw new ExpressionError(t`An array length is expected.`, this.peek().at);
    return { name, pointers, count, ...(over > 0 && { over }) };
  }

  /** `(*)` of a pointer to an array. */
  private starsInParentheses(): number {
    const start = this.at;
    let stars = 0;
    if (this.accept('(')) {
      while (this.accept('*')) stars++;
      if (stars > 0 && this.accept(')')) return stars;
      this.at = start;
    }
    return 0;
  }

  /** `[5]` after a type of C. */
  private arrayLength(): number | undefined {
    if (!this.accept('[')) return undefined;
    const count = this.next();
    if (count.kind !== 'integer' || count.value > 1_000_000n)
      throw new ExpressionError(t`An array length is expected.`, count.at);
    this.expect(']');
    return Number(count.value);
  }

  private typeWords(): string {
    const words: string[] = [];
    for (;;) {
      const token = this.peek();
      if (token.kind !== 'name') break;
      // After a first full name only C's multi-word types go on: `unsigned long`.
      if (words.length > 0 && !(C_WORDS.has(token.text) || C_WORDS.has(words.at(-1) ?? ''))) break;
      this.at++;
      let text = token.text + this.path();
      if (this.accept('<')) text += this.bracketed('<');
      words.push(text);
    }
    const named = words.filter((word) => !['struct', 'union', 'enum', 'const', 'volatile'].includes(word));
    if (named.length === 0) throw new ExpressionError(t`A type is expected here.`, this.peek().at);
    return named.join(' ');
  }

  private peek(): Token {
    return this.tokens[this.at] ?? { kind: 'end', at: 0 };
  }

  private next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.at++;
    return token;
  }

  private accept(text: string): boolean {
    const token = this.peek();
    if (token.kind !== 'punctuation' || token.text !== text) return false;
    this.at++;
    return true;
  }

  private peekName(text: string): boolean {
    const token = this.peek();
    return token.kind === 'name' && token.text === text;
  }

  private acceptName(text: string): boolean {
    if (!this.peekName(text)) return false;
    this.at++;
    return true;
  }

  private expect(text: string): void {
    const token = this.peek();
    if (!this.accept(text)) throw new ExpressionError(t`"${text}" is expected here.`, token.at);
  }

  private spell(token: Token): string {
    if (token.kind === 'integer') return token.value.toString();
    if (token.kind === 'name' || token.kind === 'punctuation') return token.text;
    return this.describe(token);
  }

  private describe(token: Token): string {
    switch (token.kind) {
      case 'end':
        return t`The end`;
      case 'name':
      case 'punctuation':
        return `"${token.text}"`;
      case 'register':
        return `"$${token.text}"`;
      default:
        return `"${token.value}"`;
    }
  }
}
