/** What the operands of the instruction are that is being written. */
import type { SignatureHelp } from 'vscode-languageserver';
import type { AssemblyForm } from '../isa/core/assembly/language';
import { type OperandToken, operandTokens } from '../isa/core/assembly/operand-text';
import { type AssemblyFile, dialectAt } from './assembly-file';
import { type Place, statementAt } from './places';

export const signatureHelp = (file: AssemblyFile, place: Place): SignatureHelp | undefined => {
  const statement = statementAt(file, place);
  if (statement?.kind !== 'instruction' || place.character <= statement.word.end) return undefined;
  const { language } = file;
  const dialect = dialectAt(file, place.line);
  const word = statement.word.text.toLowerCase();
  const forms = language.forms(word, dialect);
  if (forms.length === 0) return undefined;
  const written = statement.operands.text.slice(0, Math.max(0, place.character - statement.operands.start));
  const tokens = operandTokens(statement.operands.text, language.operandSyntax(dialect), file.constants);
  const best = language.match(word, tokens, dialect)?.form;
  const shown = [...new Map(forms.map((form) => [form.operands, form])).values()];
  return {
    signatures: shown.map(signatureOf),
    activeSignature: Math.max(
      0,
      shown.findIndex(({ operands }) => operands === best?.operands),
    ),
    activeParameter: commas(operandTokens(written, language.operandSyntax(dialect))),
  };
};

/** Commas that stand in no brackets. */
const commas = (tokens: readonly OperandToken[]): number => {
  let depth = 0;
  let count = 0;
  for (const { text } of tokens) {
    if (/^[([{]$/.test(text)) depth += 1;
    if (/^[)\]}]$/.test(text)) depth -= 1;
    if (text === ',' && depth <= 0) count += 1;
  }
  return count;
};

const signatureOf = ({ mnemonic, operands, doc }: AssemblyForm) => {
  const label = `${mnemonic} ${operands}`.trim();
  const parameters: { label: [number, number] }[] = [];
  let depth = 0;
  let start = mnemonic.length + 1;
  for (let at = start; at <= label.length; at++) {
    const character = label[at];
    if (character === '(' || character === '[' || character === '{') depth += 1;
    if (character === ')' || character === ']' || character === '}') depth -= 1;
    if (at < label.length && (character !== ',' || depth > 0)) continue;
    parameters.push({ label: [start, at] });
    start = at + 2;
  }
  return { label, documentation: doc, parameters: operands === '' ? [] : parameters };
};
