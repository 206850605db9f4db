/**
 * An instruction set's assembly as an editor asks about it: which words there are, what they mean, and whether operands fit. What
 * reads sources (`lsp/`) knows instruction sets only through this.
 */
import type { FieldSpec } from '../../../base/fields';
import type { OperandSyntax, OperandToken } from './operand-text';

/** One way in which a mnemonic is written. */
export interface AssemblyForm {
  readonly mnemonic: string;
  /** Operands as a reader sees them: `rd, rs1, imm`. */
  readonly operands: string;
  /** One line: what it does. */
  readonly doc: string;
  /** Manual and section; absent where only assemblers know it. */
  readonly ref?: string;
  /** Bits in the manual's order; absent where it is no single instruction. */
  readonly encoding?: string;
  /** What it reads, writes and may do besides, in words. */
  readonly effects?: string;
  /** What an assembler makes of it. */
  readonly expansion?: string;
  /** The instruction it is another name of. */
  readonly of?: string;
}

/** Why operands do not fit. Offsets count in the operands' text. */
export interface OperandProblem {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** What became of operands. */
export interface OperandMatch {
  /** The form that they fit, or come nearest to. */
  readonly form: AssemblyForm;
  readonly problem: OperandProblem | undefined;
}

/** A word that may be an operand. */
export interface OperandWord {
  readonly name: string;
  readonly kind: 'register' | 'system register' | 'word';
  readonly doc: string;
  readonly fields?: readonly FieldSpec[];
  /** The number of a system register in instructions. */
  readonly number?: string;
  /** Other names. */
  readonly aliases: readonly string[];
}

/** How its sources are written, as GNU as reads them. */
export interface AssemblySyntax {
  /** Begin a comment anywhere, besides `//` and C's. */
  readonly comments: readonly string[];
  /** Begin a comment where nothing stands before them in the line. */
  readonly lineComments: readonly string[];
  /** Between statements of one line. */
  readonly separators: readonly string[];
}

export interface AssemblyLanguage {
  /** Name of the instruction set. */
  readonly name: string;
  readonly syntax: AssemblySyntax;
  /** Of operands. `dialect` is what directives chose, such as `intel`. */
  operandSyntax(dialect: string | undefined): OperandSyntax;
  /** Every word that may begin a statement, with what it does, by name. */
  readonly mnemonics: ReadonlyMap<string, string>;
  /** Words that may stand before a mnemonic. */
  readonly prefixes: ReadonlySet<string>;
  /** The ways in which a word is written, if it is an instruction. In lower case. */
  forms(mnemonic: string, dialect: string | undefined): readonly AssemblyForm[];
  /** How operands fit; `undefined` for a word that is no instruction. */
  match(mnemonic: string, operands: readonly OperandToken[], dialect: string | undefined): OperandMatch | undefined;
  /** Registers and system registers. */
  readonly operandWords: readonly OperandWord[];
  /** By any of its names, in any case, with or without its sign. */
  operandWord(name: string): OperandWord | undefined;
  /** Its own directives, with what they do. */
  readonly directives: Readonly<Record<string, string>>;
}
