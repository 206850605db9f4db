/** What stands at a place of a source. */
import type { AssemblyFile } from './assembly-file';
import type { Name, Statement } from './assembly-line';

/** A place in a source: line and column, from 0. */
export interface Place {
  readonly line: number;
  readonly character: number;
}

/** What is at a place. */
export type Found =
  | { readonly kind: 'mnemonic' | 'directive' | 'operand'; readonly statement: Statement; readonly name: Name }
  | { readonly kind: 'label' | 'preprocessor'; readonly name: Name };

const holds = ({ start, end }: Name, at: number): boolean => at >= start && at <= end;

const WORD = /\\?[%$]?[A-Za-z_.][\w.$]*|\d+[fb]\b/g;

/** Words of operands, with their columns; strings are left out. */
export const wordsOf = ({ text, start }: Name): Name[] => {
  const plain = text.replace(/"(?:[^"\\]|\\.)*"?/g, (string) => ' '.repeat(string.length));
  return [...plain.matchAll(WORD)].map((match) => ({
    text: match[0],
    start: start + match.index,
    end: start + match.index + match[0].length,
  }));
};

/** The word under the cursor. */
export const findAt = ({ lines }: AssemblyFile, { line, character }: Place): Found | undefined => {
  const at = lines[line];
  if (!at) return undefined;
  const label = at.labels.find((each) => holds(each, character));
  if (label) return { kind: 'label', name: label };
  for (const statement of at.statements) {
    if (holds(statement.word, character)) {
      const { kind } = statement;
      if (kind === 'assignment') return { kind: 'label', name: statement.word };
      return { kind: kind === 'directive' ? 'directive' : 'mnemonic', statement, name: statement.word };
    }
    const name = wordsOf(statement.operands).find((each) => holds(each, character));
    if (name) return { kind: 'operand', statement, name };
  }
  const { preprocessor } = at;
  const name = preprocessor && wordsOf(preprocessor.rest).find((each) => holds(each, character));
  return name && { kind: 'preprocessor', name };
};

/** The statement that is being written at a place: the last one that begins before it. */
export const statementAt = ({ lines }: AssemblyFile, { line, character }: Place): Statement | undefined =>
  lines[line]?.statements.findLast(({ word }) => word.start <= character);
