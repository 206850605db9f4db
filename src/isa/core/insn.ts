/** One instruction, described once. Everything else about it is derived. */

import type { FieldKind } from './field-kind';
import type { Field, Fields, Ops } from './ops';
import { type InsnPattern, parsePattern } from './pattern';

/** What an instruction set describes its instructions with. */
export interface Vocabulary<O extends Ops, Name extends string> {
  /** What the fields of its patterns are, by name. */
  readonly fields: Readonly<Record<Name, FieldKind>>;
  /** The common operations and the instruction set's own, which are made of them. */
  ops(o: Ops): O;
}

interface InsnText {
  /**
   * Operand template: text, and `{name}` or `{format:name}` for a field. The instruction set's {@link Spelling} says how
   * fields are printed and which formats there are; `{target:name}` is pc + the field in every one.
   */
  readonly asm: string;
  /** Manual and section. */
  readonly ref: string;
  /** One line of ours: what it does. For hovers. */
  readonly doc: string;
  /** Field values for which this pattern does not match, e.g. `{ rd: [0, 2] }`. */
  readonly not?: Readonly<Record<string, readonly number[]>>;
  /** Control-flow kind shown to debuggers; derived from `sem` when absent (`jump`, `branch`, `plain`). */
  readonly kind?: 'call' | 'return' | 'indirect' | 'trap' | 'trapReturn';
}

/** A row as an instruction set writes it. */
export interface InsnOptions<O extends Ops, Name extends string> extends InsnText {
  readonly sem: (o: O, f: Fields<Name>) => void;
}

export interface Insn extends InsnText {
  readonly mnemonic: string;
  readonly pattern: InsnPattern;
  readonly sem: (o: Ops, f: Readonly<Record<string, Field>>) => void;
}

/** The function that an instruction set writes its rows with. */
export const insnBuilder = <O extends Ops, Name extends string>({ fields, ops }: Vocabulary<O, Name>) => {
  /** `sem` in words of the instruction set as one in the common words. */
  const spoken =
    (sem: (o: O, f: Fields<Name>) => void): Insn['sem'] =>
    (o, f) =>
      sem(ops(o), f as Fields<Name>);
  /**
   * @param pattern bits in the manual's order, most significant first: runs of 0/1, `name:width` for plain fields,
   *   `name[12|10:5]` for scattered ones, `-` for a bit that does not matter.
   */
  const insn = (mnemonic: string, pattern: string, { sem, ...text }: InsnOptions<O, Name>): Insn => {
    let parsed: InsnPattern | undefined;
    return {
      ...text,
      mnemonic,
      // Parsed when first looked at: a run on ready-made interpreters looks at few.
      get pattern() {
        parsed ??= parsePattern(mnemonic, pattern, fields);
        return parsed;
      },
      sem: spoken(sem),
    };
  };
  /** Another meaning of a row, with the row's own pattern and text. */
  const variant = ({ ...row }: Insn, mnemonic: string, sem: InsnOptions<O, Name>['sem']): Insn => ({
    ...row,
    mnemonic,
    sem: spoken(sem),
  });
  return { insn, variant };
};
