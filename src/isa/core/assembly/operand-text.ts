/**
 * Operands of a statement of assembly as tokens. Expressions become one token each, so that `sym + 4`, `%lo(sym)` and `8` look
 * alike to whoever asks whether a number may stand there.
 */

/** A piece of operand text from `start` to `end`, exclusive, counted in the text that was split. */
export interface OperandToken {
  /** `any`: nobody can say what it will be: an argument of a macro, or `{name}` in what Rust assembles. */
  readonly kind: 'word' | 'number' | 'mark' | 'string' | 'any';
  /** Words in lower case. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Of a number that is known; a symbol's is not. */
  readonly value?: bigint;
}

/** How operands are written. */
export interface OperandSyntax {
  /** Stands before registers: `$` of LoongArch, `%` of AT&T syntax. */
  readonly registerSign?: string;
  /** Whether a word, in lower case and with its sign, names a register. */
  isRegister(word: string): boolean;
}

const PATTERN =
  /\s+|(?<string>"(?:[^"\\]|\\.)*"?)|(?<any>\\[@A-Za-z_]\w*(?:\\\(\))?|\\\(\))|(?<hole>\{[a-z_]?\w*(?::[^{}]*)?\})|(?<character>'(?:\\.|[^\\'])'?)|(?<float>\d+\.\d*(?:e[+-]?\d+)?)|(?<local>\d+[fb](?![\w.]))|(?<number>0x[0-9a-f]+|0b[01]+|\d+)|(?<modifier>%[a-z_][\w]*(?=\s*\())|(?<word>[%$]?[a-z_.][\w.$]*)|(?<mark><<|>>|&&|\|\||==|!=|<>|<=|>=|[^\s])/giy;

/** Escapes of character constants. */
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '0': '\0' };

const numberOf = (text: string): bigint =>
  BigInt(/^0\d+$/.test(text) && !/[89]/.test(text) ? `0o${text.slice(1)}` : text);

const characterOf = (text: string): bigint => {
  const inside = text.replace(/^'|'$/g, '');
  const shown = inside.startsWith('\\') ? (ESCAPES[inside[1] ?? ''] ?? inside.slice(1)) : inside;
  return BigInt(shown.codePointAt(0) ?? 0);
};

/** Words, numbers and marks, before expressions are put together. `#` before an immediate is left out. */
const splitRaw = (text: string, isRegister: OperandSyntax['isRegister']): OperandToken[] => {
  const tokens: OperandToken[] = [];
  PATTERN.lastIndex = 0;
  for (let match = PATTERN.exec(text); match; match = PATTERN.exec(text)) {
    const start = match.index;
    const end = PATTERN.lastIndex;
    const groups = match.groups ?? {};
    const [all] = match;
    const place = { start, end };
    if (groups.string !== undefined) tokens.push({ kind: 'string', text: all, ...place });
    else if (groups.hole !== undefined && isRegister(all.slice(1, -1).toLowerCase())) {
      // A list of one register.
      const word = { kind: 'word', text: all.slice(1, -1).toLowerCase(), start: start + 1, end: end - 1 } as const;
      tokens.push({ kind: 'mark', text: '{', start, end: start + 1 }, word, {
        kind: 'mark',
        text: '}',
        start: end - 1,
        end,
      });
    } else if (groups.any !== undefined || groups.hole !== undefined) tokens.push({ kind: 'any', text: all, ...place });
    else if (groups.character !== undefined) {
      tokens.push({ kind: 'number', text: all, ...place, value: characterOf(all) });
    } else if (groups.float !== undefined || groups.local !== undefined) {
      tokens.push({ kind: 'number', text: all, ...place });
    } else if (groups.number !== undefined) tokens.push({ kind: 'number', text: all, ...place, value: numberOf(all) });
    else if (groups.modifier !== undefined) tokens.push({ kind: 'mark', text: all.toLowerCase(), ...place });
    else if (groups.word !== undefined) tokens.push({ kind: 'word', text: all.toLowerCase(), ...place });
    else if (groups.mark !== undefined && all !== '#') tokens.push({ kind: 'mark', text: all, ...place });
  }
  return tokens;
};

type Known = bigint | undefined;
type Binary = (a: bigint, b: bigint) => bigint | undefined;
const truth = (claim: boolean): bigint => (claim ? -1n : 0n);

const OPERATORS: Readonly<Record<string, Binary>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => (b === 0n ? undefined : a / b),
  '%': (a, b) => (b === 0n ? undefined : a % b),
  '<<': (a, b) => (b >= 0n && b < 64n ? BigInt.asIntN(64, a << b) : 0n),
  '>>': (a, b) => (b >= 0n && b < 64n ? a >> b : 0n),
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '&&': (a, b) => truth(a !== 0n && b !== 0n),
  '||': (a, b) => truth(a !== 0n || b !== 0n),
  '==': (a, b) => truth(a === b),
  '!=': (a, b) => truth(a !== b),
  '<>': (a, b) => truth(a !== b),
  '<': (a, b) => truth(a < b),
  '>': (a, b) => truth(a > b),
  '<=': (a, b) => truth(a <= b),
  '>=': (a, b) => truth(a >= b),
};
/** How tightly they bind, as in GNU as: "Infix Operators". */
const BINDING: readonly RegExp[] = [/^(\|\||&&)$/, /^([=!]=|<>|[<>]=?)$/, /^[+-]$/, /^[|&^]$/, /^([*/%]|<<|>>)$/];

/** Reads one expression at a place in tokens; `undefined` where none begins. */
class ExpressionReader {
  constructor(
    private readonly tokens: readonly OperandToken[],
    private readonly syntax: OperandSyntax,
    private readonly constants: ReadonlyMap<string, Known>,
  ) {}

  /** The token behind it, and what it is worth where that is known. */
  read(at: number, level = 0): { readonly next: number; readonly value: Known } | undefined {
    if (level >= BINDING.length) return this.#unary(at);
    let left = this.read(at, level + 1);
    while (left) {
      const operator = this.tokens[left.next];
      if (operator?.kind !== 'mark' || !BINDING[level]?.test(operator.text)) return left;
      const right = this.read(left.next + 1, level + 1);
      if (!right) return left;
      const compute = OPERATORS[operator.text];
      const known = left.value !== undefined && right.value !== undefined;
      left = { next: right.next, value: known ? compute?.(left.value as bigint, right.value as bigint) : undefined };
    }
    return undefined;
  }

  #unary(at: number): { readonly next: number; readonly value: Known } | undefined {
    const token = this.tokens[at];
    if (!token) return undefined;
    if (token.kind === 'number') return { next: at + 1, value: token.value };
    if (token.kind === 'any') return { next: at + 1, value: undefined };
    if (token.kind === 'word') {
      if (this.syntax.isRegister(token.text)) return undefined;
      // sym@plt
      const isTyped = this.tokens[at + 1]?.text === '@' && this.tokens[at + 2]?.kind === 'word';
      return { next: at + (isTyped ? 3 : 1), value: this.constants.get(token.text) };
    }
    if (token.kind !== 'mark') return undefined;
    if (/^[-+~!]$/.test(token.text)) {
      const inner = this.#unary(at + 1);
      const value = inner?.value;
      if (!inner || value === undefined) return inner;
      const results: Readonly<Record<string, bigint>> = {
        '-': -value,
        '~': ~value,
        '!': truth(value === 0n),
        '+': value,
      };
      return { next: inner.next, value: results[token.text] };
    }
    // `%lo(sym)`, `:lo12:sym`
    if (token.text.startsWith('%') && token.text.length > 1) {
      const inner = this.tokens[at + 1]?.text === '(' ? this.read(at + 2) : undefined;
      return inner && this.tokens[inner.next]?.text === ')' ? { next: inner.next + 1, value: undefined } : undefined;
    }
    if (token.text === ':' && this.tokens[at + 1]?.kind === 'word' && this.tokens[at + 2]?.text === ':') {
      const inner = this.read(at + 3);
      return inner && { next: inner.next, value: undefined };
    }
    if (token.text !== '(') return undefined;
    const inner = this.read(at + 1);
    return inner && this.tokens[inner.next]?.text === ')' ? { ...inner, next: inner.next + 1 } : undefined;
  }
}

const NONE: ReadonlyMap<string, Known> = new Map();

/**
 * The operands of a statement as tokens.
 * @param constants symbols, in lower case, whose values are known
 */
export const operandTokens = (text: string, syntax: OperandSyntax, constants = NONE): OperandToken[] => {
  const raw = splitRaw(text, (word) => syntax.isRegister(word));
  const reader = new ExpressionReader(raw, syntax, constants);
  const tokens: OperandToken[] = [];
  for (let at = 0; at < raw.length; ) {
    const token = raw[at] as OperandToken;
    const expression = reader.read(at);
    const last = expression && raw[expression.next - 1];
    if (!expression || !last) tokens.push(token);
    else if (expression.next === at + 1 && token.kind !== 'number') {
      tokens.push({ ...token, ...(expression.value !== undefined && { value: expression.value }) });
    } else {
      const place = { start: token.start, end: last.end };
      const value = expression.value !== undefined && { value: expression.value };
      const isOpen = raw.slice(at, expression.next).some(({ kind }) => kind === 'any');
      tokens.push({ kind: isOpen ? 'any' : 'number', text: text.slice(token.start, last.end), ...place, ...value });
    }
    at = expression ? expression.next : at + 1;
  }
  return tokens;
};
