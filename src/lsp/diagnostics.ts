/** What is wrong with a source in assembly. Where nobody can know, nothing is said. */
import { type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver';
import { t } from '../base/l10n';
import { nearest } from '../base/nearest';
import type { OperandMatch } from '../isa/core/assembly/language';
import { type OperandToken, operandTokens } from '../isa/core/assembly/operand-text';
import { type AssemblyFile, type Definition, dialectAt } from './assembly-file';
import type { Name, Statement } from './assembly-line';
import { DIRECTIVES } from './directives';

/** What is known beside the file itself. */
export interface Scope {
  /** What it and the files that it includes define. */
  definition(name: string): Definition | undefined;
  /** Every file that it includes is known. */
  readonly isComplete: boolean;
}

/** As many as anybody reads. */
const MOST = 2000;

export const diagnose = (file: AssemblyFile, scope: Scope): Diagnostic[] => {
  const found: Diagnostic[] = [];
  const elsewhere = otherMachines(file);
  for (const [number, { statements }] of file.lines.entries()) {
    if (elsewhere(number)) continue;
    for (const statement of statements) {
      if (found.length >= MOST) return found;
      const problem = problemOf(file, number, statement, scope);
      if (problem) found.push(problem);
    }
  }
  return found;
};

/** Lines that the preprocessor leaves in for other instruction sets only, or never. */
const OTHER = /^0$|__(riscv|aarch64|arm|ARM|x86_64|i386|loongarch|amd64)|CONFIG_|defined/;

const otherMachines = ({ lines, blocks }: AssemblyFile): ((line: number) => boolean) => {
  const ranges = blocks.filter(({ kind, first }) => {
    const condition = lines[first]?.preprocessor;
    return kind === 'preprocessor' && condition !== undefined && OTHER.test(condition.rest.text);
  });
  return (line) => ranges.some(({ first, last }) => line >= first && line <= last);
};

const at = (line: number, { start, end }: Pick<Name, 'start' | 'end'>, message: string): Diagnostic => ({
  range: { start: { line, character: start }, end: { line, character: end } },
  severity: DiagnosticSeverity.Error,
  source: 'worldstep',
  message,
});

/** How the operands of a statement fit, and for which constants and syntax that was found out. */
interface KnownMatch {
  readonly constantsKey: string;
  readonly dialect: string | undefined;
  readonly tokens: readonly OperandToken[];
  readonly match: OperandMatch | undefined;
}

/** Statements live as long as their line is remembered: what was found out of them holds for every line with the same text. */
const MATCHES = new WeakMap<Statement, KnownMatch>();

const matchOf = (file: AssemblyFile, statement: Statement, dialect: string | undefined): KnownMatch => {
  const { language, constants, constantsKey } = file;
  const known = MATCHES.get(statement);
  if (known?.constantsKey === constantsKey && known.dialect === dialect) return known;
  const tokens = operandTokens(statement.operands.text, language.operandSyntax(dialect), constants);
  const match = language.match(statement.word.text.toLowerCase(), tokens, dialect);
  const found = { constantsKey, dialect, tokens, match };
  MATCHES.set(statement, found);
  return found;
};

const problemOf = (file: AssemblyFile, line: number, statement: Statement, scope: Scope): Diagnostic | undefined => {
  const { kind, word, operands } = statement;
  const name = word.text.toLowerCase();
  if (scope.definition(word.text) || scope.definition(name)) return undefined;
  if (kind === 'directive') return unknownDirective(file, line, word, name, scope);
  if (kind !== 'instruction') return undefined;
  const dialect = dialectAt(file, line);
  const { tokens, match } = matchOf(file, statement, dialect);
  if (!match) return unknownMnemonic(file, line, word, name, scope);
  if (!match.problem) return undefined;
  // What the preprocessor or a macro puts in its place, nobody knows.
  const isOpen = tokens.some(
    ({ kind: type, text }) => type === 'any' || (type === 'word' && isReplaced(operands.text, text, scope)),
  );
  if (isOpen) return undefined;
  const { message, start, end } = match.problem;
  return at(line, { start: operands.start + start, end: operands.start + Math.max(end, start + 1) }, message);
};

/** Whether a word of operands, in lower case, is something else when it is assembled. */
const isReplaced = (text: string, word: string, scope: Scope): boolean => {
  const index = text.toLowerCase().indexOf(word);
  const written = text.slice(index, index + word.length);
  const definition = scope.definition(written);
  return definition ? definition.kind !== 'label' && definition.value === undefined : !scope.isComplete;
};

const unknownMnemonic = (
  { language }: AssemblyFile,
  line: number,
  word: Name,
  name: string,
  scope: Scope,
): Diagnostic | undefined => {
  // A file that is not there may define it.
  if (!scope.isComplete) return undefined;
  const near = nearest(name, language.mnemonics.keys());
  const hint = near === undefined ? '' : ` ${t`Did you mean \`${near}\`?`}`;
  return at(
    line,
    word,
    t`The machines of ${language.name} have no instruction \`${word.text}\`, and no macro has its name.` + hint,
  );
};

const unknownDirective = (
  { language }: AssemblyFile,
  line: number,
  word: Name,
  name: string,
  scope: Scope,
): Diagnostic | undefined => {
  if (!scope.isComplete || name in DIRECTIVES || name in language.directives) return undefined;
  const near = nearest(name, [...Object.keys(DIRECTIVES), ...Object.keys(language.directives)]);
  // There are more directives than anybody lists: only what looks like a known one is a mistake.
  if (near === undefined || Math.abs(near.length - name.length) > 2) return undefined;
  return at(line, word, t`There is no directive \`${word.text}\`. Did you mean \`${near}\`?`);
};
