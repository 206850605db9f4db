/**
 * One line of assembly as statements. Nothing is refused: what cannot be read is a statement without a word. Lines are read once
 * for each text, so that a large file that changed in one line is read anew in no time.
 */
import type { AssemblySyntax } from '../isa/core/assembly/language';

/** What a line begins in. */
export type LineState = 'code' | 'comment' | 'define';

/** A name and where it stands in its line. */
export interface Name {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export interface Statement {
  /** `open`: nobody can say what it is, for an argument of a macro is its word. */
  readonly kind: 'instruction' | 'directive' | 'assignment' | 'open';
  /** Mnemonic, directive or assigned symbol. */
  readonly word: Name;
  /** What follows, without the spaces around it. */
  readonly operands: Name;
}

export interface AssemblyLine {
  readonly labels: readonly Name[];
  readonly statements: readonly Statement[];
  /** Where comments are. */
  readonly comments: readonly { readonly start: number; readonly end: number }[];
  /** `#include "x"`: its word and the rest. */
  readonly preprocessor?: { readonly word: string; readonly rest: Name };
  /** What the next line begins in. */
  readonly next: LineState;
}

const PREPROCESSOR = /^\s*#\s*(include|define|undef|ifdef|ifndef|if|elif|else|endif|error|warning|pragma|line)\b/;
const LABEL = /^(\s*)("[^"]+"|[A-Za-z_.$\\][\w.$@\\()]*|\d+)\s*:(?!:)/;
const ASSIGNMENT = /^(\s*)([A-Za-z_.$][\w.$]*)\s*==?(?!=)\s*(.*)$/;
const WORD = /^(\s*)([^\s,]+)\s*(.*)$/;

/** Reads lines of one instruction set. */
export class LineReader {
  readonly #known = new Map<string, AssemblyLine>();

  constructor(private readonly syntax: AssemblySyntax) {}

  /** @param isPreprocessed `#include` and the like are the C preprocessor's */
  read(text: string, state: LineState): AssemblyLine {
    const key = state === 'code' ? text : `${state}\n${text}`;
    const known = this.#known.get(key);
    if (known) return known;
    // As much as a few large files have.
    if (this.#known.size > MOST_LINES) this.#known.clear();
    const line = text.length > LONGEST ? EMPTY : readLine(text, state, this.syntax);
    this.#known.set(key, line);
    return line;
  }
}

const MOST_LINES = 50_000;
/** Longer lines are data that somebody generated. */
const LONGEST = 4000;
const EMPTY: AssemblyLine = { labels: [], statements: [], comments: [], next: 'code' };

const readLine = (text: string, state: LineState, syntax: AssemblySyntax): AssemblyLine => {
  const isContinued = text.trimEnd().endsWith('\\');
  if (state === 'define') return { ...EMPTY, next: isContinued ? 'define' : 'code' };
  const preprocessor = state === 'code' ? PREPROCESSOR.exec(text) : null;
  if (preprocessor) {
    const start = preprocessor[0].length;
    const rest = nameAt(text.slice(start), start);
    return { ...EMPTY, preprocessor: { word: preprocessor[1] ?? '', rest }, next: isContinued ? 'define' : 'code' };
  }
  const { pieces, comments, next } = splitLine(text, state, syntax);
  const labels: Name[] = [];
  const statements: Statement[] = [];
  for (const { start, end } of pieces) readPiece(text.slice(start, end), start, labels, statements);
  return { labels, statements, comments, next };
};

const nameAt = (text: string, start: number): Name => {
  const trimmed = text.trim();
  const from = start + text.length - text.trimStart().length;
  return { text: trimmed, start: from, end: from + trimmed.length };
};

const readPiece = (piece: string, from: number, labels: Name[], statements: Statement[]): void => {
  let text = piece;
  let start = from;
  for (let label = LABEL.exec(text); label; label = LABEL.exec(text)) {
    const at = start + (label[1]?.length ?? 0);
    const name = label[2] ?? '';
    labels.push({ text: name, start: at, end: at + name.length });
    start += label[0].length;
    text = text.slice(label[0].length);
  }
  const assigned = ASSIGNMENT.exec(text);
  const match = assigned ?? WORD.exec(text);
  if (!match) return;
  const [, space = '', word = '', rest = ''] = match;
  const at = start + space.length;
  const operands = nameAt(rest, start + text.length - rest.length);
  const kind = assigned
    ? 'assignment'
    : word.includes('\\')
      ? 'open'
      : word.startsWith('.')
        ? 'directive'
        : 'instruction';
  statements.push({ kind, word: { text: word, start: at, end: at + word.length }, operands });
};

/** The line without its comments, cut at separators. */
const splitLine = (text: string, state: LineState, { comments: marks, lineComments, separators }: AssemblySyntax) => {
  const pieces: { start: number; end: number }[] = [];
  const comments: { start: number; end: number }[] = [];
  let next: LineState = 'code';
  let start = 0;
  let at = 0;
  const cut = (end: number, goOn: number): void => {
    if (text.slice(start, end).trim() !== '') pieces.push({ start, end });
    start = goOn;
    at = goOn;
  };
  const comment = (end: number): void => {
    const from = at;
    comments.push({ start: from, end });
  };
  if (state === 'comment') {
    const end = text.indexOf('*/');
    if (end < 0) return { pieces, comments: [{ start: 0, end: text.length }], next: 'comment' as LineState };
    comment(end + 2);
    start = at = end + 2;
  }
  while (at < text.length) {
    const character = text[at] ?? '';
    if (character === '"') {
      at = endOfString(text, at);
    } else if (character === "'") {
      // A character constant: GNU as needs no second quote.
      at += text[at + 1] === '\\' ? 3 : 2;
      if (text[at] === "'") at += 1;
    } else if (text.startsWith('/*', at)) {
      const end = text.indexOf('*/', at + 2);
      comment(end < 0 ? text.length : end + 2);
      if (end < 0) next = 'comment';
      cut(at, end < 0 ? text.length : end + 2);
    } else if (
      text.startsWith('//', at) ||
      marks.some((mark) => text.startsWith(mark, at)) ||
      (lineComments.includes(character) && text.slice(start, at).trim() === '' && pieces.length === 0)
    ) {
      comment(text.length);
      cut(at, text.length);
    } else if (separators.some((mark) => text.startsWith(mark, at))) {
      cut(at, at + 1);
    } else at += 1;
  }
  cut(text.length, text.length);
  return { pieces, comments, next };
};

const endOfString = (text: string, at: number): number => {
  for (let end = at + 1; end < text.length; end++) {
    if (text[end] === '\\') end += 1;
    else if (text[end] === '"') return end + 1;
  }
  return text.length;
};
