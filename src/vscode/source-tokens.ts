/**
 * Splits a program's text into tokens, as far as an editor feature must know: what is a comment, a string, a character, a
 * number or code. One table of rules per family of languages; nothing here knows VS Code.
 */

/** Families of languages that are written alike. */
export type SourceFamily = 'rust' | 'c' | 'zig' | 'gas' | 'nasm' | 'arm';

/** The family of each language id that a guest's sources may have. */
export const SOURCE_FAMILIES: Readonly<Record<string, SourceFamily>> = {
  rust: 'rust',
  c: 'c',
  cpp: 'c',
  zig: 'zig',
  // Extensions for assembly have given it many ids.
  asm: 'gas',
  gas: 'gas',
  riscv: 'gas',
  loongarch: 'gas',
  'asm-collection': 'gas',
  nasm: 'nasm',
  masm: 'nasm',
  'asm-intel-x86-generic': 'nasm',
  arm: 'arm',
  arm64: 'arm',
};

/** Whether a family is an assembly language. */
export const isAssembly = (family: SourceFamily): boolean => family === 'gas' || family === 'nasm' || family === 'arm';

/** What a piece of text is. `opaque` is code without expressions: attributes, preprocessor lines, built-in names. */
export type TokenKind = 'comment' | 'string' | 'number' | 'word' | 'lifetime' | 'opaque' | 'line end' | 'punctuation';

/** A piece of text from `start` to `end`, exclusive; both count UTF-16 units from the beginning of the text. */
export interface SourceToken {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Where the token that begins at `at` ends, or `undefined` if none of this kind begins there. */
type Rule = readonly [TokenKind, (text: string, at: number, before: SourceToken | undefined) => number | undefined];

/** A rule by a regular expression with the flag `y`. */
const like = (kind: TokenKind, pattern: RegExp): Rule => [
  kind,
  (text, at) => {
    pattern.lastIndex = at;
    return pattern.test(text) ? pattern.lastIndex : undefined;
  },
];

/** The same where no code stands before it in the line. */
const likeAtLineStart = (kind: TokenKind, pattern: RegExp): Rule => [
  kind,
  (text, at, before) => {
    if (before !== undefined && !text.slice(before.end, at).includes('\n')) return undefined;
    return like(kind, pattern)[1](text, at, before);
  },
];

const endOr = (text: string, found: number, length: number): number => (found < 0 ? text.length : found + length);

/** `/*` to the partner of its end: Rust's block comments nest. */
const nestedComment: Rule = [
  'comment',
  (text, at) => {
    if (!text.startsWith('/*', at)) return undefined;
    let depth = 0;
    const border = /\/\*|\*\//g;
    border.lastIndex = at;
    for (let found = border.exec(text); found !== null; found = border.exec(text)) {
      depth += found[0] === '/*' ? 1 : -1;
      if (depth === 0) return border.lastIndex;
    }
    return text.length;
  },
];

/** Text between quotes that are chosen where it begins; `closing` makes the end out of the match. */
const chosenQuotes = (opening: RegExp, closing: (match: RegExpExecArray) => string): Rule => [
  'string',
  (text, at) => {
    opening.lastIndex = at;
    const match = opening.exec(text);
    if (match === null) return undefined;
    const close = closing(match);
    return endOr(text, text.indexOf(close, opening.lastIndex), close.length);
  },
];

/** `#[…]` with its brackets in pairs. */
const rustAttribute: Rule = [
  'opaque',
  (text, at) => {
    const opening = /#!?\[/y;
    opening.lastIndex = at;
    if (!opening.test(text)) return undefined;
    let depth = 1;
    const border = /"(?:[^"\\]|\\[\s\S])*"|[[\]]/g;
    border.lastIndex = opening.lastIndex;
    for (let found = border.exec(text); found !== null; found = border.exec(text)) {
      if (found[0] === '[') depth++;
      else if (found[0] === ']') depth--;
      if (depth === 0) return border.lastIndex;
    }
    return text.length;
  },
];

/** Behind a dot a number is the place of a member: `pair.0.1` is no 0.1. */
const memberNumber: Rule = [
  'number',
  (text, at, before) => (before?.text === '.' ? like('number', /\d+/y)[1](text, at, before) : undefined),
];

const lineComment = like('comment', /\/\/[^\n]*/y);
const blockComment = like('comment', /\/\*[\s\S]*?(?:\*\/|$)/y);
const word = like('word', /[\p{L}_][\p{L}\p{N}_]*/uy);
const lineString = like('string', /"(?:[^"\\\n]|\\[\s\S])*(?:"|(?=\n)|$)/y);
const number = like('number', /\d[\w]*(?:\.\d[\w]*)?/y);
const anyPunctuation = like('punctuation', /\S/uy);

/** In assembly a `#` opens a comment, except where an operand is due: there it marks an immediate. */
const gasComment: Rule = [
  'comment',
  (text, at, before) => {
    const isImmediate = before !== undefined && /^[,[({]$/.test(before.text);
    return isImmediate ? undefined : like('comment', /#[^\n]*/y)[1](text, at, before);
  },
];

/** A quoted text; a character that gas leaves open. */
const quotedText = like('string', /'[^'\n]*'/y);
const quotedCharacter = like('string', /'(?:\\.|[^\n'])'?/y);

const assembly = (quoted: Rule, ...comments: readonly Rule[]): readonly Rule[] => [
  blockComment,
  lineComment,
  ...comments,
  like('line end', /\n/y),
  lineString,
  quoted,
  like('number', /\d\w*/y),
  like('word', /[\p{L}_.$][\p{L}\p{N}_.$]*/uy),
  anyPunctuation,
];

const RULES: Readonly<Record<SourceFamily, readonly Rule[]>> = {
  rust: [
    lineComment,
    nestedComment,
    rustAttribute,
    chosenQuotes(/[bc]?r(#*)"/y, (match) => `"${match[1] ?? ''}`),
    like('string', /[bc]?"(?:[^"\\]|\\[\s\S])*(?:"|$)/y),
    like('string', /b?'(?:\\[^\n][^'\n]*|[^\\'\n])'/uy),
    like('lifetime', /'[\p{L}_][\p{L}\p{N}_]*/uy),
    memberNumber,
    number,
    like('word', /(?:r#)?[\p{L}_][\p{L}\p{N}_]*/uy),
    like('punctuation', /::|->|=>|!=|\.\.[.=]?|\S/uy),
  ],
  c: [
    like('comment', /\/\/(?:\\\r?\n|[^\n])*/y),
    blockComment,
    likeAtLineStart('opaque', /#(?:\\\r?\n|\/\*[\s\S]*?(?:\*\/|$)|"(?:[^"\\\n]|\\.)*"|[^\n])*/y),
    chosenQuotes(/(?:u8|[uUL])?R"([^()\\\s]{0,16})\(/y, (match) => `)${match[1] ?? ''}"`),
    like('string', /(?:u8|[uUL])?"(?:[^"\\\n]|\\[\s\S])*(?:"|(?=\n)|$)/y),
    like('string', /(?:u8|[uUL])?'(?:[^'\\\n]|\\[\s\S])*(?:'|(?=\n)|$)/y),
    like('number', /\d(?:[eEpP][+-]|'?\w|\.\w)*\.?/y),
    word,
    like('punctuation', /::|->|\.\.\.|\S/uy),
  ],
  zig: [
    lineComment,
    like('string', /\\\\[^\n]*/y),
    like('opaque', /@(?:[A-Za-z_]\w*|"(?:[^"\\\n]|\\.)*")/y),
    lineString,
    like('string', /'(?:[^'\\\n]|\\.[^'\n]*)*'/y),
    memberNumber,
    number,
    word,
    like('punctuation', /\.\.\.?|\.\*|\.\?|=>|\S/uy),
  ],
  gas: assembly(quotedCharacter, gasComment),
  nasm: assembly(quotedText, like('comment', /;[^\n]*/y), likeAtLineStart('opaque', /[%#][^\n]*/y)),
  arm: assembly(quotedCharacter, like('comment', /[;@][^\n]*/y), gasComment),
};

/** All tokens of a text that begin before `until`; what stands between them is blank. */
export function sourceTokens(text: string, family: SourceFamily, until = text.length): SourceToken[] {
  const rules = RULES[family];
  const tokens: SourceToken[] = [];
  const blank = isAssembly(family) ? /[^\S\n]+/y : /\s+/y;
  let at = 0;
  /** Comments are no part of what stands before. */
  let before: SourceToken | undefined;
  while (at < text.length && at < until) {
    blank.lastIndex = at;
    if (blank.test(text)) {
      at = blank.lastIndex;
      continue;
    }
    const token = tokenAt(text, at, rules, before);
    tokens.push(token);
    if (token.kind !== 'comment') before = token;
    at = token.end;
  }
  return tokens;
}

function tokenAt(text: string, at: number, rules: readonly Rule[], before: SourceToken | undefined): SourceToken {
  for (const [kind, endOf] of rules) {
    const end = endOf(text, at, before);
    if (end !== undefined) return { kind, start: at, end, text: text.slice(at, end) };
  }
  // Half of a surrogate pair is the only thing that no rule knows.
  return { kind: 'punctuation', start: at, end: at + 1, text: text.charAt(at) };
}
