/** Formatting that only aligns: spaces at the start of lines, before operands and before comments. No word is changed. */
import type { TextEdit } from 'vscode-languageserver';
import type { AssemblyFile } from './assembly-file';

const INDENT = 4;
/** Operands begin at a multiple of this behind the indent, as far as mnemonics are short. */
const OPERANDS = 8;

/** Edits for lines from `first` to `last`. Lines with several statements, or in a comment, stay as they are. */
export const format = (file: AssemblyFile, first = 0, last = file.texts.length - 1): TextEdit[] => {
  const edits: TextEdit[] = [];
  for (let line = first; line <= last; line++) {
    const text = file.texts[line];
    const wanted = text === undefined ? undefined : aligned(file, line, text);
    if (text === undefined || wanted === undefined || wanted === text) continue;
    edits.push({ range: { start: { line, character: 0 }, end: { line, character: text.length } }, newText: wanted });
  }
  return edits;
};

/** The line as it should be; `undefined` where it stays. */
const aligned = ({ lines }: AssemblyFile, line: number, text: string): string | undefined => {
  const read = lines[line];
  if (!read || read.preprocessor || (line > 0 && lines[line - 1]?.next !== 'code')) return undefined;
  const { labels, statements, comments } = read;
  if (statements.length > 1 || comments.length > 1) return undefined;
  const [statement] = statements;
  const [comment] = comments;
  // A comment in the middle is part of what is written.
  if (comment && comment.end < text.trimEnd().length) return undefined;
  const trailing = comment ? text.slice(comment.start).trimEnd() : '';
  if (!statement) return labels.length > 0 || comment ? undefined : text.trimEnd();
  if (statement.kind === 'assignment' || /^\.req\b/i.test(statement.operands.text)) return undefined;
  const { word, operands } = statement;
  const start = text.slice(0, word.start).trim();
  const indented = labels.length > 0 ? `${start.padEnd(INDENT - 1)} ` : ' '.repeat(INDENT);
  const code = operands.text === '' ? word.text : `${word.text.padEnd(OPERANDS - 1)} ${operands.text}`;
  const body = `${indented}${code}`;
  if (!trailing) return body;
  // Comments keep their column where it is free.
  const column = Math.max(comment?.start ?? 0, body.length + 1);
  return `${body.padEnd(column)}${trailing}`;
};
