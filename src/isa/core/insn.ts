/** One instruction, described once. Everything else about it is derived. */

import type { FieldKind, InsnField } from './field-kind';
import type { Field, Fields, Ops } from './ops';
import { type InsnPattern, parsePattern } from './pattern';

/** What an instruction set describes its instructions with. */
export interface Vocabulary<O extends Ops, Name extends string> {
  /** What the fields of its patterns are, by name. */
  readonly fields: Readonly<Record<Name, FieldKind>>;
  /** The common operations and the instruction set's own, which are made of them. */
  ops(o: Ops): O;
}

/**
 * Computes 64 bits of an instruction's other fields when it is decoded: immediates that are no plain bits. `undefined`
 * where the word is not this instruction.
 */
export type ComputeField = (fields: Readonly<Record<string, number>>) => bigint | undefined;

interface InsnText {
  /**
   * Operand template: text, and `{name}` or `{format:name}` for a field. The instruction set's `Spelling` says how fields are
   * printed and which formats there are; `{hex:name}` and `{target:name}`, pc + the field, are in every one.
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
  /**
   * The fast interpreter hands it over like a helper, and the exact one calls a function for it: one of many, which would
   * make both large and every instruction slower.
   */
  readonly isRare?: true;
  /** The only file whose registers its helper writes; absent where that is not known. It goes on behind the instruction. */
  readonly helperWrites?: string;
  /** Fields of the kind `computed`. */
  readonly computed?: Readonly<Record<string, ComputeField>>;
}

/** A row as an instruction set writes it. */
export interface InsnOptions<O extends Ops, Name extends string> extends InsnText {
  readonly sem: (o: O, f: Fields<Name>) => void;
}

export interface Insn extends InsnText {
  readonly mnemonic: string;
  /** What is written, where rows have longer names because several have one mnemonic. */
  readonly written?: string;
  /** All its fields, computed ones too, by name. */
  readonly fields: ReadonlyMap<string, InsnField>;
  /** Its bits; absent where the instruction set's decoder is a program. */
  readonly pattern?: InsnPattern;
  readonly sem: (o: Ops, f: Readonly<Record<string, Field>>) => void;
}

/** An instruction that is found by its bits. */
export type PatternInsn = Insn & { readonly pattern: InsnPattern };

/** Whether an instruction is found by its bits. */
export const isPatternInsn = (insn: Insn): insn is PatternInsn => insn.pattern !== undefined;

/** The functions that an instruction set writes its rows with. */
export const insnBuilder = <O extends Ops, Name extends string>({ fields, ops }: Vocabulary<O, Name>) => {
  /** `sem` in words of the instruction set as one in the common words. */
  const spoken =
    (sem: (o: O, f: Fields<Name>) => void): Insn['sem'] =>
    (o, f) =>
      sem(ops(o), f as Fields<Name>);
  /**
   * @param pattern bits in the manual's order, most significant first: runs of 0/1, `name:width` for plain fields,
   *   `name[12|10:5]` for scattered ones, `-` for a bit that does not matter. 8 to 32 bits.
   */
  const insn = (mnemonic: string, pattern: string, { sem, ...text }: InsnOptions<O, Name>): PatternInsn => {
    let parsed: InsnPattern | undefined;
    return {
      ...text,
      mnemonic,
      // Parsed when first looked at: a run on ready-made interpreters looks at few.
      get pattern() {
        parsed ??= parsePattern(mnemonic, pattern, fields);
        return parsed;
      },
      get fields() {
        return withComputed(mnemonic, this.pattern.fields, text.computed, fields);
      },
      sem: spoken(sem),
    };
  };
  /** Another meaning of a row, with the row's own fields and text. */
  const variant = <Row extends Insn>(row: Row, mnemonic: string, sem: InsnOptions<O, Name>['sem']): Row => ({
    ...row,
    mnemonic,
    sem: spoken(sem),
  });
  return { insn, variant };
};

const withComputed = (
  mnemonic: string,
  own: ReadonlyMap<string, InsnField>,
  computed: InsnText['computed'],
  kinds: Readonly<Record<string, FieldKind>>,
): ReadonlyMap<string, InsnField> => {
  if (!computed) return own;
  const names = Object.keys(computed);
  for (const name of names) {
    if (kinds[name]?.kind !== 'computed')
      throw new Error(`${mnemonic}: "${name}" is no computed field of its instruction set`);
  }
  const more = names.map((name): [string, InsnField] => [
    name,
    { name, width: kinds[name]?.bits ?? 64, isSigned: false, bias: 0 },
  ]);
  return new Map([...own, ...more]);
};
