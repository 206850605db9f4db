/** The assembly of an instruction set whose instructions are rows with operand templates. */
import { hex } from '../../../base/address';
import type { Alias, Piece, Spelling } from '../disassembler';
import { commonPiece } from '../disassembler';
import type { Insn } from '../insn';
import type { RegisterSpec } from '../registers';
import { describeEffects, encodingText } from './description';
import { createMatcher, type Failure, type MatchContext, type Matcher, problemOf } from './forms';
import type { AssemblyForm, AssemblyLanguage, AssemblySyntax, OperandMatch, OperandWord } from './language';
import type { OperandSyntax } from './operand-text';
import { pieceOf, type Slot, slotTexts } from './slots';

/** What assemblers take besides instructions and their aliases: they choose one or several instructions. */
export interface PseudoInstruction {
  readonly as: string;
  /** The row whose fields the template names. */
  readonly of?: string;
  /** As rows have it; `{symbol}` and `{number}` take any address or number. */
  readonly asm: string;
  /** One line: what it does. */
  readonly doc: string;
  /** What the assembler makes of it. */
  readonly expansion?: string;
}

/** What a table language is made of. */
export interface LanguageTables {
  readonly name: string;
  readonly insns: () => readonly Insn[];
  readonly spelling: Spelling;
  readonly pseudo: () => readonly PseudoInstruction[];
  readonly registers: readonly RegisterSpec[];
  readonly syntax: AssemblySyntax;
  readonly operands: OperandSyntax;
  /** One name for the several of a register; words as they are in `operands`, with their sign. */
  canonical(word: string): string;
  readonly directives?: Readonly<Record<string, string>>;
  /** How the number of a system register is written. */
  numberText?(spec: RegisterSpec): string | undefined;
  readonly refine?: MatchContext['refine'];
}

interface OwnForm extends AssemblyForm {
  readonly matcher: Matcher;
}

/** One way to write a row: its own, or an alias. */
interface Entry {
  readonly mnemonic: string;
  readonly asm: string;
  readonly insn: Insn | undefined;
  readonly alias?: Alias;
  readonly pseudo?: PseudoInstruction;
}

/** Operands of a template as a reader sees them: `rd, imm(rs1)`. */
const shownOperands = (asm: string): string =>
  asm
    .replace(/\{(?:[a-z][a-z0-9]*:)?([^} ]+)\}/g, (_, name: string) =>
      name === 'aqrl' ? '' : name === 'rm' ? '[, rm]' : name,
    )
    .trim();

export const createTableLanguage = (tables: LanguageTables): AssemblyLanguage => {
  const { spelling, operands } = tables;
  const context: MatchContext = {
    syntax: operands,
    pieceOf: pieceOf(spelling, commonPiece),
    canonical: tables.canonical,
    slots: new Map<string, Slot>(),
    ...(tables.refine && { refine: tables.refine }),
  };
  let entries: ReadonlyMap<string, readonly Entry[]> | undefined;
  const forms = new Map<string, readonly OwnForm[]>();
  const all = (): ReadonlyMap<string, readonly Entry[]> => {
    entries ??= collect(tables);
    return entries;
  };
  const formsOf = (mnemonic: string): readonly OwnForm[] => {
    const known = forms.get(mnemonic) ?? (all().get(mnemonic) ?? []).map((entry) => formOf(entry, tables, context));
    forms.set(mnemonic, known);
    return known;
  };
  let words: readonly OperandWord[] | undefined;
  let byName: ReadonlyMap<string, OperandWord> | undefined;
  let mnemonics: ReadonlyMap<string, string> | undefined;
  const operandWords = (): readonly OperandWord[] => {
    words ??= tables.registers.map((spec) => wordOf(spec, tables));
    return words;
  };
  return {
    name: tables.name,
    syntax: tables.syntax,
    operandSyntax: () => operands,
    get mnemonics() {
      mnemonics ??= new Map([...all()].map(([name, [first]]) => [name, first ? docOf(first) : '']));
      return mnemonics;
    },
    prefixes: new Set(),
    forms: formsOf,
    match: (mnemonic, tokens) => bestMatch(formsOf(mnemonic), tokens),
    get operandWords() {
      return operandWords();
    },
    operandWord: (name) => {
      byName ??= new Map(
        operandWords().flatMap((word) => [word.name, ...word.aliases].map((each) => [each.toLowerCase(), word])),
      );
      const word = name.toLowerCase();
      return byName.get(word) ?? byName.get(`${operands.registerSign ?? ''}${word}`);
    },
    directives: tables.directives ?? {},
  };
};

/** The form that operands fit; else the one that they fit longest. */
const bestMatch = (
  forms: readonly OwnForm[],
  tokens: Parameters<AssemblyLanguage['match']>[1],
): OperandMatch | undefined => {
  let best: { form: OwnForm; failure: Failure } | undefined;
  for (const form of forms) {
    const failure = form.matcher.match(tokens);
    if (!failure) return { form, problem: undefined };
    if (!best || failure.at > best.failure.at || (failure.at === best.failure.at && failure.isNumber)) {
      best = { form, failure };
    }
  }
  if (!best) return undefined;
  const { form, failure } = best;
  return { form, problem: problemOf(failure, tokens, `${failure.message}. ${usage(forms)}`) };
};

const MOST_SHOWN = 4;

const usage = (forms: readonly OwnForm[]): string => {
  const ways = [...new Set(forms.map(({ mnemonic, operands }) => `\`${`${mnemonic} ${operands}`.trim()}\``))];
  const more = ways.length > MOST_SHOWN ? ` and ${ways.length - MOST_SHOWN} more` : '';
  return `It is written ${ways.slice(0, MOST_SHOWN).join(', ')}${more}`;
};

const docOf = ({ insn, pseudo }: Entry): string => pseudo?.doc ?? insn?.doc ?? '';

const formOf = (entry: Entry, tables: LanguageTables, context: MatchContext): OwnForm => {
  const { mnemonic, asm, insn, alias, pseudo } = entry;
  const own = insn && (tables.spelling.mnemonic?.(insn.mnemonic) ?? insn.mnemonic);
  let facts: Pick<AssemblyForm, 'encoding' | 'effects'> | undefined;
  const told = (): Pick<AssemblyForm, 'encoding' | 'effects'> => {
    facts ??= pseudo || !insn ? {} : { encoding: encodingText(insn), effects: describeEffects(insn) };
    return facts;
  };
  return {
    mnemonic,
    operands: shownOperands(asm),
    doc: docOf(entry),
    ...(insn && !pseudo && { ref: insn.ref }),
    ...(alias && own !== undefined && own !== mnemonic && { of: own }),
    ...(pseudo?.expansion !== undefined && { expansion: pseudo.expansion }),
    get encoding() {
      return told().encoding;
    },
    get effects() {
      return told().effects;
    },
    matcher: createMatcher(insn, asm, context),
  };
};

/** All entries by the word that is written. */
const collect = ({ insns, spelling, pseudo }: LanguageTables): ReadonlyMap<string, readonly Entry[]> => {
  const found = new Map<string, Entry[]>();
  const add = (entry: Entry): void => {
    const list = found.get(entry.mnemonic) ?? [];
    list.push(entry);
    found.set(entry.mnemonic, list);
  };
  const rows = new Map<string, Insn>();
  for (const insn of insns()) {
    rows.set(insn.mnemonic, insn);
    const own = spelling.mnemonic?.(insn.mnemonic) ?? insn.mnemonic;
    for (const suffix of suffixesOf(insn, spelling)) add({ mnemonic: own + suffix, asm: insn.asm, insn });
  }
  for (const alias of spelling.aliases) {
    const insn = rows.get(alias.of);
    if (!insn) continue;
    const asm = alias.asm ?? insn.asm;
    for (const suffix of suffixesOf(insn, spelling)) add({ mnemonic: alias.as + suffix, asm, insn, alias });
  }
  for (const row of pseudo()) {
    add({ mnemonic: row.as, asm: row.asm, insn: row.of === undefined ? undefined : rows.get(row.of), pseudo: row });
  }
  return found;
};

/** What may follow a row's mnemonic. */
const suffixesOf = (insn: Insn, spelling: Spelling): Iterable<string> => {
  const suffix = spelling.suffix?.(insn);
  if (!suffix) return [''];
  const piece: Piece = (operands) => suffix(operands);
  return slotTexts(insn, piece);
};

const wordOf = (spec: RegisterSpec, { operands, numberText }: LanguageTables): OperandWord => {
  const isSystem = spec.group === 'system';
  const sign = isSystem ? '' : (operands.registerSign ?? '');
  const [preferred = spec.name, ...others] = spec.aliases;
  const names = [preferred, ...others, spec.name].filter((name, at, list) => list.indexOf(name) === at);
  const [name = spec.name, ...aliases] = names.map((each) => sign + each);
  const number = numberText ? numberText(spec) : spec.number === undefined ? undefined : hex(spec.number);
  return {
    name,
    aliases,
    kind: isSystem ? 'system register' : 'register',
    doc: spec.doc,
    ...(spec.fields && { fields: spec.fields }),
    ...(isSystem && number !== undefined && { number }),
  };
};
