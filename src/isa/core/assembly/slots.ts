/**
 * What may stand where an operand template has a field, read off how the disassembler prints that field: every value is printed
 * once, or its ends where there are too many. Nobody writes down a second time which registers or ranges an instruction takes.
 */
import type { Operands, Piece, Spelling } from '../disassembler';
import type { InsnField } from '../field-kind';
import type { Insn } from '../insn';
import { type OperandSyntax, type OperandToken, operandTokens } from './operand-text';

/** Numbers that may stand in a place: a range with a step, or single ones. */
export interface NumberRange {
  readonly least: bigint;
  readonly most: bigint;
  /** Every number is this much behind another. */
  readonly step: bigint;
  /** Only these. */
  readonly values?: ReadonlySet<bigint>;
  /** The range is one of unsigned numbers of so many bits; numbers of as many bits with a sign stand for them. */
  readonly unsignedBits?: 32 | 64;
}

/** What a place takes: sequences of tokens, each a key with `N` for a number, and the numbers that each takes there. */
export interface Slot {
  readonly keys: ReadonlyMap<string, readonly (NumberRange | undefined)[]>;
  /** Numbers of tokens that the keys have, longest first. */
  readonly lengths: readonly number[];
  /** It may be left out. */
  readonly mayBeEmpty: boolean;
  /** Words here have a meaning of their own, as names of system registers: a symbol is none unless its value is known. */
  readonly isNamed?: true;
  /** Words that it takes besides, as a system register that has no name. */
  takes?(word: string): boolean;
}

/** Number of a sequence's tokens, as keys have it. */
export const keyOf = (tokens: readonly Pick<OperandToken, 'kind' | 'text'>[]): string =>
  tokens.map(({ kind, text }) => (kind === 'number' ? 'N' : text)).join(' ');

const MOST_PRINTINGS = 1 << 13;
/** What is beyond the widths of fields that are printed value by value. */
const MOST_BITS = 13;

/** Prints a field with values for the fields it asks for, and notes which those are. */
const printer = (insn: Insn, piece: Piece) => {
  const asked = new Map<string, InsnField>();
  const print = (values: ReadonlyMap<string, number>): string => {
    const own = { ...Object.fromEntries(values) };
    const fields = new Proxy(own, {
      get: (_, name) => {
        const field = insn.fields.get(String(name));
        if (!field) return undefined;
        // Wider ones are in `wide`.
        if (insn.computed?.[field.name]) return field.width > 32 ? undefined : Number(computed(field.name));
        asked.set(field.name, field);
        return own[field.name] ?? startOf(field);
      },
    });
    const computed = (name: string): bigint => insn.computed?.[name]?.(fields) ?? noValue();
    const wide = new Proxy({} as Record<string, bigint>, { get: (_, name) => computed(String(name)) });
    return piece({ fields, wide } as Operands, 0n);
  };
  return { asked, print };
};

class NoValue extends Error {}
const noValue = (): never => {
  throw new NoValue('no value');
};

/** The first value of a field as rows see it. */
const startOf = ({ bias }: InsnField): number => bias;

/** Values of a field in the order of their bits. */
const stepOf = (insn: Insn, { name }: InsnField): number => {
  const pieces = insn.pattern?.fields.get(name)?.pieces;
  return pieces ? 2 ** Math.min(...pieces.map(({ to }) => to)) : 1;
};
const rangeOf = ({ width, isSigned, bias }: InsnField, step: number): { least: number; most: number } => {
  const size = 2 ** width;
  return isSigned
    ? { least: -size / 2 + bias, most: size / 2 - step + bias }
    : { least: bias, most: size - step + bias };
};

type Tokens = (text: string) => OperandToken[];

/** Printed addresses are unsigned; a distance is not. */
const distanceOf = (value: bigint): bigint => BigInt.asIntN(64, value);

/** The place of a field, as `piece` prints it. */
export const slotOf = (insn: Insn, piece: Piece, syntax: OperandSyntax, canonical: (word: string) => string): Slot => {
  const tokensOf: Tokens = (text) =>
    operandTokens(text, syntax).map((token) => ({ ...token, text: canonical(token.text) }));
  const { asked, print } = printer(insn, piece);
  const tryPrint = (values: ReadonlyMap<string, number>): string | undefined => {
    try {
      return print(values);
    } catch (error) {
      if (error instanceof NoValue) return undefined;
      throw error;
    }
  };
  tryPrint(new Map());
  let printed = printAll(insn, asked, tryPrint);
  // A value may have asked for a field that the first did not.
  for (let known = -1; known !== asked.size && printed; ) {
    known = asked.size;
    printed = printAll(insn, asked, tryPrint);
  }
  return printed ? enumerated(printed, tokensOf) : sampled(insn, asked, tryPrint, tokensOf);
};

/** Every text that the fields make, or `undefined` where they are too many. */
const printAll = (
  insn: Insn,
  asked: ReadonlyMap<string, InsnField>,
  print: (values: ReadonlyMap<string, number>) => string | undefined,
): Set<string> | undefined => {
  const fields = [...asked.values()].map((field) => {
    const step = stepOf(insn, field);
    const { least, most } = rangeOf(field, step);
    const none = new Set(insn.not?.[field.name] ?? []);
    const count = Math.floor((most - least) / step) + 1;
    return { field, step, least, count, none };
  });
  const total = fields.reduce((product, { count }) => product * count, 1);
  if (total > MOST_PRINTINGS || fields.some(({ field }) => field.width > MOST_BITS)) return undefined;
  const texts = new Set<string>();
  for (let number = 0; number < total; number++) {
    const values = new Map<string, number>();
    let rest = number;
    let isExcluded = false;
    for (const { field, step, least, count, none } of fields) {
      const value = least + step * (rest % count);
      if (none.has(value)) isExcluded = true;
      values.set(field.name, value);
      rest = Math.floor(rest / count);
    }
    const text = isExcluded ? undefined : print(values);
    if (text !== undefined) texts.add(text);
  }
  return texts;
};

const enumerated = (texts: ReadonlySet<string>, tokensOf: Tokens): Slot => {
  const found = new Map<string, Set<bigint>[]>();
  for (const text of texts) {
    const tokens = tokensOf(text);
    const key = keyOf(tokens);
    const numbers = tokens.filter(({ kind }) => kind === 'number');
    const sets = found.get(key) ?? numbers.map(() => new Set<bigint>());
    for (const [at, { value }] of numbers.entries()) if (value !== undefined) sets[at]?.add(distanceOf(value));
    found.set(key, sets);
  }
  // What prints nothing for 0 takes a 0 that is written.
  const mayBeEmpty = found.delete('');
  if (mayBeEmpty) for (const sets of found.values()) if (sets.length === 1) sets[0]?.add(0n);
  const keys = new Map([...found].map(([key, sets]) => [key, sets.map(rangeOfValues)]));
  return slot(keys, mayBeEmpty);
};

const rangeOfValues = (values: ReadonlySet<bigint>): NumberRange | undefined => {
  const sorted = [...values].sort((a, b) => (a < b ? -1 : 1));
  const [least, second] = sorted;
  const most = sorted.at(-1);
  // Numbers without a value are fractions.
  if (least === undefined || most === undefined) return undefined;
  const step = second === undefined ? 1n : second - least;
  const isEven = sorted.every((value, at) => value === least + step * BigInt(at));
  return isEven ? { least, most, step } : { least, most, step: 1n, values };
};

/** Of one wide field: the range between its ends, if what is printed grows evenly. */
const sampled = (
  insn: Insn,
  asked: ReadonlyMap<string, InsnField>,
  print: (values: ReadonlyMap<string, number>) => string | undefined,
  tokensOf: Tokens,
): Slot => {
  const [field] = [...asked.values()].sort((a, b) => b.width - a.width);
  if (!field) return slot(new Map([['N', [undefined]]]), false);
  const step = stepOf(insn, field);
  const { least, most } = rangeOf(field, step);
  const numberAt = (value: number): bigint | undefined => {
    const printed = print(new Map([[field.name, value]]));
    // What prints nothing for 0 takes a 0.
    if (printed === '' && value === field.bias) return 0n;
    const number = tokensOf(printed ?? '').find(({ kind }) => kind === 'number')?.value;
    return number === undefined ? undefined : distanceOf(number);
  };
  const key = keyOf(tokensOf(print(new Map([[field.name, most]])) ?? '')) || 'N';
  const mayBeEmpty = print(new Map([[field.name, field.bias]])) === '';
  const numbers = [least, least + step, most].map(numberAt);
  const range = rangeBetween(numbers, BigInt((most - least) / step));
  return slot(new Map([[key, [range]]]), mayBeEmpty);
};

/** The range of what grows or falls evenly from the first to the last number in so many steps. */
const rangeBetween = (numbers: readonly (bigint | undefined)[], steps: bigint): NumberRange | undefined => {
  for (const unsignedBits of [undefined, 32, 64] as const) {
    const [first, second, last] = numbers.map((number) =>
      number === undefined || unsignedBits === undefined ? number : BigInt.asUintN(unsignedBits, number),
    );
    if (first === undefined || second === undefined || last === undefined) return undefined;
    const each = second - first;
    if (each === 0n || last !== first + each * steps) continue;
    const [least, most] = each > 0n ? [first, last] : [last, first];
    return { least, most, step: each > 0n ? each : -each, ...(unsignedBits && { unsignedBits }) };
  }
  return undefined;
};

const slot = (keys: Slot['keys'], mayBeEmpty: boolean): Slot => {
  const lengths = new Set([...keys.keys()].map((key) => key.split(' ').length));
  return { keys, lengths: [...lengths].sort((a, b) => b - a), mayBeEmpty };
};

/** Why a number may not stand there; `undefined` where it may. */
export const outOfRange = (written: bigint, range: NumberRange): string | undefined => {
  const { least, most, step, values, unsignedBits } = range;
  const signed = distanceOf(written);
  const isOfBits = unsignedBits !== undefined && BigInt.asIntN(unsignedBits, signed) === signed;
  const value = isOfBits
    ? BigInt.asUintN(unsignedBits, signed)
    : unsignedBits === 64
      ? BigInt.asUintN(64, written)
      : signed;
  if (values) {
    const isOfWord = value < 0n && BigInt.asIntN(32, value) === value;
    const isKnown = values.has(value) || (isOfWord && values.has(BigInt.asUintN(32, value)));
    return isKnown ? undefined : `${value} cannot be encoded here`;
  }
  if (value < least || value > most) return `${value} is out of range: ${least} to ${most}`;
  return (value - least) % step === 0n ? undefined : `${value} is no multiple of ${step}`;
};

/** How a field is printed: as the instruction set says, or as all do. */
export type PieceOf = (insn: Insn, name: string, format: string | undefined) => Piece;

/** {@link PieceOf} of an instruction set's spelling. */
export const pieceOf =
  (spelling: Pick<Spelling, 'operand'>, common: PieceOf): PieceOf =>
  (insn, name, format) =>
    spelling.operand(insn, name, format) ?? common(insn, name, format);

/** Every text that `piece` prints for the values of an instruction's fields; few. */
export const slotTexts = (insn: Insn, piece: Piece): ReadonlySet<string> => {
  const { asked, print } = printer(insn, piece);
  print(new Map());
  return printAll(insn, asked, print) ?? new Set();
};
