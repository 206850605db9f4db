/** What may be written at a place of assembly. */
import { type CompletionItem, CompletionItemKind, MarkupKind } from 'vscode-languageserver';
import type { AssemblyLanguage } from '../isa/core/assembly/language';
import type { AssemblyFile, Definition } from './assembly-file';
import { dialectAt } from './assembly-file';
import type { Statement } from './assembly-line';
import { DIRECTIVES } from './directives';
import { formText, operandWordText } from './hover';
import { type Place, statementAt } from './places';

/** What an item needs so that its documentation can be made when it is looked at. */
export interface CompletionData {
  readonly uri: string;
  readonly kind: 'mnemonic' | 'operand';
  readonly word: string;
}

const KINDS: Readonly<Record<Definition['kind'], CompletionItemKind>> = {
  label: CompletionItemKind.Function,
  constant: CompletionItemKind.Constant,
  macro: CompletionItemKind.Snippet,
  define: CompletionItemKind.Constant,
  register: CompletionItemKind.Variable,
};

/**
 * @param definitions symbols of this file and of those it includes
 * @param symbols names of the built program
 */
export const complete = (
  uri: string,
  file: AssemblyFile,
  place: Place,
  definitions: Iterable<Definition>,
  symbols: readonly string[],
): CompletionItem[] => {
  const text = file.texts[place.line]?.slice(0, place.character) ?? '';
  const line = file.lines[place.line];
  if (line?.comments.some(({ start, end }) => start < place.character && place.character <= end)) return [];
  if (line?.preprocessor || ((text.match(/"/g)?.length ?? 0) & 1) === 1) return [];
  const { start, typed } = typedAt(text);
  const range = { start: { line: place.line, character: start }, end: place };
  const statement = statementAt(file, place);
  const isFirst =
    !statement || (statement.word.start <= start && start <= statement.word.end && isWord(statement, start));
  const own = isFirst
    ? [...mnemonicItems(uri, file.language), ...symbolItems(definitions, 'macro')]
    : operandItems(uri, file.language, dialectAt(file, place.line), definitions, symbols, typed);
  const directives = isFirst ? directiveItems(file.language) : [];
  const all = typed.startsWith('.') ? [...directives, ...own.filter(({ label }) => label.startsWith('.'))] : own;
  return (typed === '' && isFirst ? [...own, ...directives] : all).map((item) => ({
    ...item,
    textEdit: { range, newText: item.label },
  }));
};

const isWord = ({ word }: Statement, start: number): boolean => start < word.end || word.text === '';

/** The word that ends at the cursor. */
const typedAt = (text: string): { readonly start: number; readonly typed: string } => {
  const [typed = ''] = /[%$\\]?[\w.$]*$/.exec(text) ?? [];
  return { start: text.length - typed.length, typed };
};

const mnemonicItems = (uri: string, { mnemonics }: AssemblyLanguage): CompletionItem[] =>
  [...mnemonics].map(([word, doc]) => ({
    label: word,
    kind: CompletionItemKind.Keyword,
    detail: doc,
    data: { uri, kind: 'mnemonic', word } satisfies CompletionData,
  }));

const directiveItems = ({ directives }: AssemblyLanguage): CompletionItem[] =>
  Object.entries({ ...DIRECTIVES, ...directives }).map(([label, detail]) => ({
    label,
    detail,
    kind: CompletionItemKind.Keyword,
  }));

const symbolItems = (definitions: Iterable<Definition>, only?: Definition['kind']): CompletionItem[] => {
  const items = new Map<string, CompletionItem>();
  for (const { name, kind, text } of definitions) {
    if (only !== undefined && kind !== only && kind !== 'define') continue;
    items.set(name, { label: name, kind: KINDS[kind], detail: `${kind} ${text}`.trim() });
  }
  return [...items.values()];
};

const operandItems = (
  uri: string,
  language: AssemblyLanguage,
  dialect: string | undefined,
  definitions: Iterable<Definition>,
  symbols: readonly string[],
  typed: string,
): CompletionItem[] => {
  const own = symbolItems(definitions);
  const known = new Set(own.map(({ label }) => label));
  const more = symbols
    .filter((name) => !known.has(name) && (typed === '' || name.startsWith(typed)))
    .slice(0, MOST_SYMBOLS)
    .map((label): CompletionItem => ({ label, kind: CompletionItemKind.Function, detail: 'symbol of the program' }));
  const sign = language.operandSyntax(dialect).registerSign ?? '';
  const words = language.operandWords.map(({ name, kind, doc }): CompletionItem => {
    const plain = name.replace(/^[%$]/, '');
    return {
      label: kind === 'register' ? sign + plain : plain,
      kind: kind === 'register' ? CompletionItemKind.Variable : CompletionItemKind.Property,
      detail: doc,
      data: { uri, kind: 'operand', word: name } satisfies CompletionData,
    };
  });
  return [...own, ...more, ...words];
};

/** Of a program, as many names as one list can have. */
const MOST_SYMBOLS = 500;

/** The documentation of an item that somebody looks at. */
export const describeItem = (item: CompletionItem, language: AssemblyLanguage): CompletionItem => {
  const { kind, word } = item.data as CompletionData;
  const known = kind === 'operand' ? language.operandWord(word) : undefined;
  const value = known
    ? operandWordText(known)
    : language.forms(word, undefined).slice(0, 4).map(formText).join('\n\n---\n\n');
  return value === '' ? item : { ...item, documentation: { kind: MarkupKind.Markdown, value } };
};
