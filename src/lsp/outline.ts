/** The outline of a source, what can be folded in it, and what its words are. */
import {
  type DocumentSymbol,
  type FoldingRange,
  FoldingRangeKind,
  type Range,
  type SemanticTokens,
  SemanticTokensBuilder,
  SymbolKind,
} from 'vscode-languageserver';
import { type AssemblyFile, type Definition, dialectAt } from './assembly-file';
import { wordsOf } from './places';

const KINDS: Readonly<Record<Definition['kind'], SymbolKind>> = {
  label: SymbolKind.Function,
  constant: SymbolKind.Constant,
  macro: SymbolKind.Method,
  define: SymbolKind.Constant,
  register: SymbolKind.Variable,
};

/** The kind of symbol that a definition is shown as. */
export const symbolKind = ({ kind }: Definition): SymbolKind => KINDS[kind];

/** The place of a definition's name. */
export const rangeOf = ({ line, start, end }: Pick<Definition, 'line' | 'start' | 'end'>): Range => ({
  start: { line, character: start },
  end: { line, character: end },
});

/** Labels of the compiler and of macros, which nobody looks for. */
const isLocal = (name: string): boolean => name.startsWith('.L');

/** Labels reach to the next one that is no local label. */
export const outline = ({ definitions, texts, blocks }: AssemblyFile): DocumentSymbol[] => {
  const all = [...definitions.values()].flat().sort((a, b) => a.line - b.line || a.start - b.start);
  const labels = all.filter(({ kind, name }) => kind === 'label' && !isLocal(name));
  const end = (definition: Definition): number => {
    if (definition.kind === 'macro')
      return blocks.find(({ kind, first }) => kind === 'macro' && first === definition.line)?.last ?? definition.line;
    if (definition.kind !== 'label') return definition.line;
    const next = labels.find(({ line }) => line > definition.line);
    return next ? next.line - 1 : texts.length - 1;
  };
  return all.map((definition) => {
    const selectionRange = rangeOf(definition);
    const last = end(definition);
    const range = {
      start: { line: definition.line, character: 0 },
      end: { line: last, character: texts[last]?.length ?? 0 },
    };
    return { name: definition.name, detail: definition.text, kind: symbolKind(definition), range, selectionRange };
  });
};

const FOLDS: Readonly<Record<string, FoldingRangeKind>> = { comment: FoldingRangeKind.Comment };

/** Macros, conditions, comments, and what follows a label up to the next one. */
export const folds = (file: AssemblyFile): FoldingRange[] => {
  const blocks = file.blocks.map(({ kind, first, last }): FoldingRange => {
    const own = FOLDS[kind];
    return { startLine: first, endLine: last, ...(own && { kind: own }) };
  });
  const labels = outline(file)
    .filter(({ kind, range }) => kind === SymbolKind.Function && range.end.line > range.start.line)
    .map(
      ({ range }): FoldingRange => ({
        startLine: range.start.line,
        endLine: lastCode(file, range.start.line, range.end.line),
      }),
    );
  return [...blocks, ...labels.filter(({ startLine, endLine }) => endLine > startLine)];
};

/** Without the empty lines and the comments at the end, which belong to what follows. */
const lastCode = ({ lines }: AssemblyFile, first: number, last: number): number => {
  let line = last;
  while (line > first && (lines[line]?.statements.length ?? 0) === 0 && (lines[line]?.labels.length ?? 0) === 0)
    line -= 1;
  return line;
};

/** What the server calls the words that it colours. */
export const TOKEN_TYPES = ['keyword', 'macro', 'function', 'variable', 'parameter', 'enumMember', 'property'] as const;
type TokenType = (typeof TOKEN_TYPES)[number];

const TYPES: Readonly<Record<Definition['kind'], TokenType>> = {
  label: 'function',
  constant: 'enumMember',
  macro: 'macro',
  define: 'macro',
  register: 'variable',
};

/** Words whose meaning a grammar cannot know: symbols by what they are, macros, registers. */
export const semanticTokens = (
  file: AssemblyFile,
  definition: (name: string) => Definition | undefined,
): SemanticTokens => {
  const builder = new SemanticTokensBuilder();
  const { language } = file;
  for (const [number, { labels, statements }] of file.lines.entries()) {
    const tokens: { start: number; end: number; type: TokenType }[] = labels
      .filter(({ text }) => !text.includes('"'))
      .map(({ start, end }) => ({ start, end, type: 'function' }));
    const { isRegister } = language.operandSyntax(dialectAt(file, number));
    for (const { kind, word, operands } of statements) {
      const known = definition(word.text);
      if (kind === 'instruction' && known) tokens.push({ ...word, type: TYPES[known.kind] });
      else if (kind === 'instruction' && language.mnemonics.has(word.text.toLowerCase()))
        tokens.push({ ...word, type: 'keyword' });
      for (const name of wordsOf(operands)) {
        const defined = definition(name.text);
        const system = language.operandWord(name.text);
        if (name.text.startsWith('\\')) tokens.push({ ...name, type: 'parameter' });
        else if (isRegister(name.text.toLowerCase())) tokens.push({ ...name, type: 'variable' });
        else if (defined) tokens.push({ ...name, type: TYPES[defined.kind] });
        else if (kind === 'instruction' && system?.kind === 'system register')
          tokens.push({ ...name, type: 'property' });
      }
    }
    tokens.sort((a, b) => a.start - b.start);
    for (const { start, end, type } of tokens) builder.push(number, start, end - start, TOKEN_TYPES.indexOf(type), 0);
  }
  return builder.build();
};
