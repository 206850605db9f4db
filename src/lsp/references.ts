/** Where a symbol is named: in its file, in those it includes, and in those that are open or were read. */
import type { AssemblyFile } from './assembly-file';
import { type Place, wordsOf } from './places';

/** A name at a place. */
export interface NamedPlace {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  /** It is defined here. */
  readonly isDefinition: boolean;
}

/** Every place of a file that names a symbol. */
export const namedPlaces = ({ lines, definitions }: AssemblyFile, name: string): NamedPlace[] => {
  const defined = new Set((definitions.get(name) ?? []).map(({ line, start }) => `${line}:${start}`));
  return lines.flatMap(({ labels, statements, preprocessor }, line) => {
    const words = [
      ...labels,
      ...statements.flatMap(({ word, operands }) => [word, ...wordsOf(operands)]),
      ...(preprocessor ? wordsOf(preprocessor.rest) : []),
    ];
    return words
      .filter(({ text }) => text === name)
      .map(({ start, end }) => ({ line, start, end, isDefinition: defined.has(`${line}:${start}`) }));
  });
};

/** Places of a numeric label that one use of it means: the label, and every jump to it. */
export const localPlaces = (file: AssemblyFile, number: string, label: Place): NamedPlace[] => {
  const found: NamedPlace[] = [];
  const isLabel = (line: number): boolean => file.lines[line]?.labels.some(({ text }) => text === number) ?? false;
  const add = (line: number, reference: string): void => {
    for (const { operands } of file.lines[line]?.statements ?? []) {
      for (const { text, start, end } of wordsOf(operands)) {
        if (text === reference) found.push({ line, start, end, isDefinition: false });
      }
    }
  };
  for (let line = label.line - 1; line >= 0; line--) {
    add(line, `${number}f`);
    if (isLabel(line)) break;
  }
  const own = file.lines[label.line]?.labels.find(({ text }) => text === number);
  if (own) found.push({ line: label.line, start: own.start, end: own.end, isDefinition: true });
  for (let line = label.line; line < file.lines.length; line++) {
    if (line > label.line && isLabel(line)) break;
    add(line, `${number}b`);
  }
  return found;
};
