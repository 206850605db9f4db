/** Splits an expression into tokens. */
import { t } from '../../base/l10n';
import { ExpressionError } from './ast';

export type Token =
  | {
      readonly kind: 'integer';
      readonly at: number;
      readonly value: bigint;
      readonly suffix: string | undefined;
      readonly isDecimal?: true;
    }
  | { readonly kind: 'float'; readonly at: number; readonly value: number }
  | { readonly kind: 'string'; readonly at: number; readonly value: string }
  | { readonly kind: 'char'; readonly at: number; readonly value: string }
  | { readonly kind: 'name'; readonly at: number; readonly text: string }
  | { readonly kind: 'register'; readonly at: number; readonly text: string }
  | { readonly kind: 'punctuation'; readonly at: number; readonly text: string }
  | { readonly kind: 'end'; readonly at: number };

const SUFFIX = /^(?:[ui](?:8|16|32|64|128|size)|[uU]?[lL]{1,2}[uU]?|[uU])/;
const NUMBER = /^(?:0x[0-9a-f_]+|0b[01_]+|0o[0-7_]+|[0-9][0-9_]*)/i;
const NAME = /^[\p{L}_][\p{L}\p{N}_]*/u;
const REGISTER = /^\$([A-Za-z][A-Za-z0-9_]*)/;
const PUNCTUATION = /^(?:::|->|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^~!<>=().,;:[\]{}#?@])/;
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '0': '\0',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** Longest expression accepted; hostile input must not cost time. */
export const LONGEST = 10_000;

/** All tokens, the end marker last. Throws {@link ExpressionError}. */
export function tokenize(text: string): Token[] {
  if (text.length > LONGEST) throw new ExpressionError(t`The expression is longer than ${LONGEST} characters.`);
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const space = /^\s+/.exec(text.slice(at, at + 1000));
    if (space !== null) {
      at += space[0].length;
      continue;
    }
    const [token, length] = tokenAt(text, at, tokens.at(-1));
    tokens.push(token);
    at += length;
  }
  tokens.push({ kind: 'end', at: text.length });
  return tokens;
}

function tokenAt(text: string, at: number, previous: Token | undefined): [Token, number] {
  const rest = text.slice(at, at + 300);
  const number = NUMBER.exec(rest);
  if (number !== null) return numberAt(rest, at, number[0], previous);
  const name = NAME.exec(rest);
  if (name !== null) return [{ kind: 'name', at, text: name[0] }, name[0].length];
  const register = REGISTER.exec(rest);
  if (register?.[1] !== undefined) return [{ kind: 'register', at, text: register[1] }, register[0].length];
  const quoted = /^(?:'((?:[^'\\]|\\.)+)'|"((?:[^"\\]|\\.)*)")/u.exec(rest);
  if (quoted !== null) {
    const raw = quoted[1] ?? quoted[2] ?? '';
    const value = raw.replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter);
    if (quoted[1] !== undefined && [...value].length !== 1)
      throw new ExpressionError(t`${quoted[0]} is not one character.`, at);
    return [{ kind: quoted[1] === undefined ? 'string' : 'char', at, value }, quoted[0].length];
  }
  const punctuation = PUNCTUATION.exec(rest);
  if (punctuation !== null) return [{ kind: 'punctuation', at, text: punctuation[0] }, punctuation[0].length];
  throw new ExpressionError(t`"${[...rest][0]}" is not expected here.`, at);
}

function numberAt(rest: string, at: number, digits: string, previous: Token | undefined): [Token, number] {
  const afterDot = previous?.kind === 'punctuation' && previous.text === '.';
  // `pair.0.1` are two members, not the number 0.1.
  if (afterDot) {
    const index = /^[0-9]+/.exec(digits)?.[0] ?? digits;
    return [{ kind: 'name', at, text: index }, index.length];
  }
  const float = /^[0-9][0-9_]*\.[0-9][0-9_]*(?:e[-+]?[0-9]+)?/i.exec(rest);
  if (float !== null) return [{ kind: 'float', at, value: Number(float[0].replaceAll('_', '')) }, float[0].length];
  const clean = digits.replaceAll('_', '');
  if (clean.length > 45 || /^0[xbo]$/i.test(clean)) throw new ExpressionError(t`${digits} is not a number.`, at);
  const suffix = SUFFIX.exec(rest.slice(digits.length))?.[0];
  const length = digits.length + (suffix?.length ?? 0);
  if (NAME.test(rest.slice(length))) throw new ExpressionError(t`${rest.slice(0, length + 1)} is not a number.`, at);
  const decimal = /^0[xbo]/i.test(clean) ? {} : { isDecimal: true as const };
  return [{ kind: 'integer', at, value: BigInt(clean), suffix, ...decimal }, length];
}
