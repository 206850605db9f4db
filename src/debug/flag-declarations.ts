/** `bitflags! { … }` in the text of a Rust source: what the debug information says nothing about. */
import type { FlagName } from '../symbols/types';

/** One flags type of a source. */
export interface FlagDeclaration {
  /** Its own name, without the path. */
  readonly type: string;
  readonly flags: readonly FlagName[];
}

/** Comments and texts, which may hold anything. */
const NOISE = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\[\s\S]|[^"\\])*"/g;
const MACRO = /\bbitflags!\s*[{(]/g;
const HEAD = /(?:\bstruct|\bimpl)\s+(\w+)\s*:\s*[\w:]+\s*\{/g;
const FLAG = /\bconst\s+(\w+)\s*(?::[^=;]+)?=([^;]+);/g;
const CONSTANT = /\bconst\s+(\w+)\s*:\s*[ui]\w+\s*=([^;]+);/g;

/** The flags types that a source declares. Values that are not plain arithmetic are left out. */
export function flagDeclarations(source: string): FlagDeclaration[] {
  if (!source.includes('bitflags!')) return [];
  const text = source.replace(NOISE, (found) => (found.startsWith('"') ? '""' : ' '));
  const constants = new Map<string, bigint>();
  for (const [, name = '', value = ''] of text.matchAll(CONSTANT)) {
    const known = evaluate(value, constants);
    if (known !== undefined) constants.set(name, known);
  }
  return [...text.matchAll(MACRO)].flatMap(({ index, 0: start }) => {
    const body = inBraces(text, index + start.length);
    return [...body.matchAll(HEAD)].map(({ index: at, 0: head, 1: type = '' }) => ({
      type,
      flags: flagsIn(inBraces(body, at + head.length), constants),
    }));
  });
}

/** The text from behind an opening brace to its closing one. */
function inBraces(text: string, from: number): string {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if ('{('.includes(text[at] ?? '')) depth++;
    else if ('})'.includes(text[at] ?? '') && --depth === 0) return text.slice(from, at);
  }
  return text.slice(from);
}

function flagsIn(body: string, constants: ReadonlyMap<string, bigint>): FlagName[] {
  const known = new Map(constants);
  const flags: FlagName[] = [];
  for (const [, name = '', text = ''] of body.matchAll(FLAG)) {
    const value = evaluate(text, known);
    if (value === undefined) continue;
    known.set(name, value);
    if (name !== '_') flags.push({ name, value });
  }
  return flags;
}

const TOKEN =
  /\s*(?:(0x[\da-f_]+|0b[01_]+|0o[0-7_]+|\d[\d_]*)(?:[ui](?:8|16|32|64|128|size))?|((?:\w+::)*\w+)|(<<|[|&^~!+\-*()]))/iy;

/** Binding strength of what stands between two operands, in Rust's order. */
const STRENGTH: Readonly<Record<string, number>> = { '|': 1, '^': 2, '&': 3, '<<': 4, '+': 5, '-': 5, '*': 6 };

const APPLY: Readonly<Record<string, (left: bigint, right: bigint) => bigint>> = {
  '|': (left, right) => left | right,
  '^': (left, right) => left ^ right,
  '&': (left, right) => left & right,
  '<<': (left, right) => (right < 128n ? left << right : 0n),
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
};

/** The value of a constant expression; `undefined` for what needs a compiler. */
function evaluate(text: string, known: ReadonlyMap<string, bigint>): bigint | undefined {
  // `Self::A.bits()`, `Self::A.bits` and `A as u8` are the number that A is.
  const plain = text.replace(/\.\s*bits\s*(\(\s*\))?/g, '').replace(/\bas\s+\w+/g, '');
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < plain.trimEnd().length) {
    const [, number, name, sign] = TOKEN.exec(plain) ?? [];
    if (number === undefined && name === undefined && sign === undefined) return undefined;
    tokens.push(number?.replaceAll('_', '') ?? name ?? sign ?? '');
  }
  let at = 0;
  const operand = (): bigint | undefined => {
    const token = tokens[at++] ?? '';
    if (token === '(') {
      const inner = expression(0);
      return tokens[at++] === ')' ? inner : undefined;
    }
    if (token === '!') {
      const inner = operand();
      return inner === undefined ? undefined : ~inner;
    }
    return /^\d/.test(token) ? BigInt(token) : known.get(token.replace(/^.*::/, ''));
  };
  const expression = (least: number): bigint | undefined => {
    let left = operand();
    while (left !== undefined && (STRENGTH[tokens[at] ?? ''] ?? 0) > least) {
      const sign = tokens[at++] ?? '';
      const right = expression(STRENGTH[sign] ?? 0);
      left = right === undefined ? undefined : APPLY[sign]?.(left, right);
    }
    return left;
  };
  const value = expression(0);
  return at === tokens.length ? value : undefined;
}
