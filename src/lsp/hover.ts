/** What is said about a word of assembly. */
import type { FieldSpec } from '../base/fields';
import type { AssemblyForm, AssemblyLanguage, OperandWord } from '../isa/core/assembly/language';
import { operandTokens } from '../isa/core/assembly/operand-text';
import { type AssemblyFile, type Definition, dialectAt } from './assembly-file';
import type { Statement } from './assembly-line';
import { DIRECTIVES } from './directives';

/** A mnemonic: the form that its operands fit, or all of them. Markdown; `undefined` for a word that is none. */
export const mnemonicHover = (file: AssemblyFile, line: number, statement: Statement): string | undefined => {
  const { language } = file;
  const dialect = dialectAt(file, line);
  const word = statement.word.text.toLowerCase();
  const tokens = operandTokens(statement.operands.text, language.operandSyntax(dialect), file.constants);
  const match = language.match(word, tokens, dialect);
  if (match) return formText(match.form);
  const doc = language.mnemonics.get(word);
  return doc === undefined ? undefined : `\`${word}\`  \n${doc}`;
};

/** One form in Markdown. */
export const formText = (form: AssemblyForm): string => {
  const { mnemonic, operands, doc, of, ref, encoding, effects, expansion } = form;
  const rows = [
    `\`\`\`asm\n${`${mnemonic} ${operands}`.trim()}\n\`\`\``,
    `${doc}${of === undefined ? '' : ` Another name of \`${of}\`.`}`,
    expansion === undefined ? '' : `Assembled as \`${expansion}\`.`,
    effects ?? '',
    encoding === undefined ? '' : `\`${encoding}\``,
    ref === undefined ? '' : `*${ref}*`,
  ];
  return rows.filter((row) => row !== '').join('\n\n');
};

/** A register or system register in Markdown. */
export const operandWordText = ({ name, doc, aliases, number, fields }: OperandWord): string => {
  const others = aliases.length > 0 ? ` (${aliases.map((each) => `\`${each}\``).join(', ')})` : '';
  const title = `**${name}**${others}${number === undefined ? '' : ` — ${number}`}`;
  const table = fields && fields.length > 0 ? `\n\n${fieldTable(fields)}` : '';
  return `${title}\n\n${doc}${table}`;
};

const fieldTable = (fields: readonly FieldSpec[]): string =>
  [
    '| Bits | Field | |',
    '| --- | --- | --- |',
    ...fields.map(({ name, high, low, doc, values }) => {
      const meanings = values
        ? ` ${Object.entries(values)
            .map(([value, text]) => `${value}: ${text}`)
            .join(', ')}.`
        : '';
      return `| ${high === low ? high : `${high}:${low}`} | ${name} | ${`${doc}${meanings}`.replaceAll('|', '\\|')} |`;
    }),
  ].join('\n');

/** A directive in Markdown. */
export const directiveText = (language: AssemblyLanguage, word: string): string | undefined => {
  const doc = language.directives[word] ?? DIRECTIVES[word];
  return doc === undefined ? undefined : `\`${word}\`  \n${doc}`;
};

const KINDS: Readonly<Record<Definition['kind'], string>> = {
  label: 'label',
  constant: 'constant',
  macro: 'macro',
  define: 'macro of the preprocessor',
  register: 'name of a register',
};

/** What a symbol is defined as, in Markdown. `comment`: what is written above it. */
export const definitionText = ({ name, kind, text, value }: Definition, place: string, comment: string): string => {
  const shown = kind === 'label' ? `${name}:` : `${name} ${text}`.trim();
  const known = value === undefined ? '' : ` = ${value} (0x${BigInt.asUintN(64, value).toString(16)})`;
  const rows = [`\`\`\`asm\n${shown}\n\`\`\``, `${KINDS[kind]}${known}, ${place}`, comment];
  return rows.filter((row) => row !== '').join('\n\n');
};
