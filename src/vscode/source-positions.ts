/** A source position inside a line of console output. */
export interface SourcePosition {
  /** Where its text begins in the line, and how long it is. */
  readonly startIndex: number;
  readonly length: number;
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** `src/main.rs:12:5` in panics and backtraces; the column may be missing. */
const POSITION = /([\w./@~+-]+\.(?:rs|c|h|cc|cpp|S|s|asm)):(\d+)(?::(\d+))?/g;

/** Finds the source positions in a line. */
export const sourcePositions = (text: string): SourcePosition[] =>
  [...text.matchAll(POSITION)].map((match) => {
    const [found, path = '', line = '1', column = '1'] = match;
    return { startIndex: match.index, length: found.length, path, line: Number(line), column: Number(column) };
  });
