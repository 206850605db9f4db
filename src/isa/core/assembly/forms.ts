/** Operand templates of instructions as patterns that operands of a source are matched against. */
import { nearest } from '../../../base/nearest';
import type { Insn } from '../insn';
import type { OperandProblem } from './language';
import { type OperandSyntax, type OperandToken, operandTokens } from './operand-text';
import { outOfRange, type PieceOf, type Slot, slotOf } from './slots';

/** A part of a template: tokens as they are, or what a field takes. */
type Element =
  | { readonly kind: 'text'; readonly token: OperandToken }
  | { readonly kind: 'slot'; readonly slot: Slot; readonly name: string };

/** How the operands of one form are matched. */
export interface Matcher {
  /** @returns undefined where they fit */
  match(tokens: readonly OperandToken[]): Failure | undefined;
}

/** Where matching came to an end, and why. */
export interface Failure {
  /** Number of the token that does not fit. */
  readonly at: number;
  readonly message: string;
  /** What is wrong is a number. */
  readonly isNumber: boolean;
}

/** What matchers of an instruction set share. */
export interface MatchContext {
  readonly syntax: OperandSyntax;
  readonly pieceOf: PieceOf;
  /** One name for the several of a register. */
  canonical(word: string): string;
  /** Places with the same fields are made once: see {@link slotKey}. */
  readonly slots: Map<string, Slot>;
  /** What a place takes that no printing shows: names of system registers beside their numbers. */
  refine?(name: string, format: string | undefined, slot: Slot): Slot;
}

const ANY_NUMBER: Slot = { keys: new Map([['N', [undefined]]]), lengths: [1], mayBeEmpty: false };

/** Fields that only pseudo-instructions have: any address, any number. */
const FREE = new Set(['symbol', 'number']);

/** Fields are printed alike where they have the same name, format and bits. */
const slotKey = (insn: Insn, name: string, format: string | undefined): string => {
  const own = [...insn.fields.values()].filter(
    (field) => name.includes(field.name) || FIELDS_OF_PIECES.has(field.name),
  );
  const shape = own.map((field) => {
    const pieces = insn.pattern?.fields.get(field.name)?.pieces ?? [];
    return [field.name, field.width, field.bias, pieces.map(({ to }) => to).join('.'), insn.not?.[field.name] ?? ''];
  });
  // A computed field is what its instruction computes.
  const isComputed = insn.computed && name in insn.computed;
  return `${format ?? ''}:${name} ${shape.join(' ')}${isComputed ? insn.mnemonic : ''}`;
};
/** Fields that the printing of others looks at. */
const FIELDS_OF_PIECES = new Set(['Q', 'size', 'extend', 'bit', 'immr', 'Rt']);

const PART = /(\{[^}]*\})/;

/** The matcher of one template. */
export const createMatcher = (insn: Insn | undefined, asm: string, context: MatchContext): Matcher => {
  let elements: readonly Element[] | undefined;
  return {
    match: (tokens) => {
      elements ??= elementsOf(insn, asm, context);
      return new Attempt(elements, tokens, context).run();
    },
  };
};

const elementsOf = (insn: Insn | undefined, asm: string, context: MatchContext): Element[] =>
  protectBraces(asm)
    .split(PART)
    .flatMap((part): Element[] => {
      const inside = /^\{(?:([a-z][a-z0-9]*):)?([^}]+)\}$/.exec(part);
      if (!inside) {
        return operandTokens(part.replaceAll('\u0001', '{').replaceAll('\u0002', '}'), context.syntax).map((token) => ({
          kind: 'text',
          token: { ...token, text: context.canonical(token.text) },
        }));
      }
      const [, format, name = ''] = inside;
      return [{ kind: 'slot', name, slot: slotFor(insn, name, format, context) }];
    });

/** Braces of the assembly itself, around lists of registers, stand alone. */
const protectBraces = (asm: string): string => asm.replaceAll('{ ', '\u0001 ').replaceAll(' }', ' \u0002');

const slotFor = (insn: Insn | undefined, name: string, format: string | undefined, context: MatchContext): Slot => {
  if (!insn || FREE.has(name)) return ANY_NUMBER;
  const key = slotKey(insn, name, format);
  const known = context.slots.get(key);
  if (known) return known;
  const { canonical } = context;
  const made = slotOf(insn, context.pieceOf(insn, name, format), context.syntax, canonical);
  const refined = context.refine?.(name, format, made) ?? made;
  context.slots.set(key, refined);
  return refined;
};

/** One matching of operands against a template, with a step back where a place can be filled in several ways. */
class Attempt {
  #failure: Failure = { at: -1, message: '', isNumber: false };

  constructor(
    private readonly elements: readonly Element[],
    private readonly tokens: readonly OperandToken[],
    private readonly context: MatchContext,
  ) {}

  run(): Failure | undefined {
    return this.#from(0, 0) ? undefined : this.#failure;
  }

  #fail(at: number, message: string, isNumber = false): false {
    if (at > this.#failure.at || (at === this.#failure.at && isNumber && !this.#failure.isNumber)) {
      this.#failure = { at, message, isNumber };
    }
    return false;
  }

  #from(at: number, place: number): boolean {
    const element = this.elements[place];
    const token = this.tokens[at];
    if (!element) return token === undefined || this.#fail(at, `\`${token.text}\` is more than it takes`);
    if (element.kind === 'slot') return this.#fill(at, place, element.slot, element.name);
    const { text, value } = element.token;
    if (token && this.#isSame(token, text, value)) return this.#from(at + 1, place + 1);
    // `0(a0)` where no offset can be: assemblers take a 0.
    if (token?.value === 0n && text === '(' && this.tokens[at + 1]?.text === '(') return this.#from(at + 1, place);
    return this.#fail(at, token ? `\`${token.text}\` where \`${text}\` should stand` : `\`${text}\` is missing`);
  }

  #isSame(token: OperandToken, text: string, value: bigint | undefined): boolean {
    if (value !== undefined) return token.value === value;
    return this.context.canonical(token.text) === text;
  }

  #fill(at: number, place: number, slot: Slot, name: string): boolean {
    for (const length of slot.lengths) {
      if (at + length > this.tokens.length) continue;
      const taken = this.tokens.slice(at, at + length);
      for (const reading of this.#readings(taken, slot)) {
        const ranges = slot.keys.get(reading.key);
        if (!ranges) continue;
        const wrong = reading.numbers
          .map(({ value }, index) => {
            const range = ranges[index];
            return value === undefined || !range ? undefined : outOfRange(value, range);
          })
          .find((problem) => problem !== undefined);
        if (wrong !== undefined) this.#fail(at, wrong, true);
        else if (this.#from(at + length, place + 1)) return true;
      }
    }
    const [token] = this.tokens.slice(at, at + 1);
    if (token?.kind === 'word' && slot.takes?.(token.text) && this.#from(at + 1, place + 1)) return true;
    const next = this.elements[place + 1];
    const isOffset = next?.kind === 'text' && next.token.text === '(' && slot.keys.has('N');
    if (slot.mayBeEmpty || isOffset) return this.#from(at, place + 1);
    if (!token) return this.#fail(at, `${name} is missing`);
    const near = slot.isNamed && token.kind === 'word' ? nearest(token.text, slot.keys.keys()) : undefined;
    return this.#fail(
      at,
      `\`${token.text}\` cannot be ${name}${near === undefined ? '' : `: did you mean \`${near}\``}`,
    );
  }

  /** Keys that tokens can be looked up by: a word may be a keyword or a symbol. */
  #readings(
    tokens: readonly OperandToken[],
    { isNamed }: Slot,
  ): { readonly key: string; readonly numbers: OperandToken[] }[] {
    let readings: { key: string; numbers: OperandToken[] }[] = [{ key: '', numbers: [] }];
    for (const token of tokens) {
      readings = readings.flatMap(({ key, numbers }) => {
        const before = key === '' ? '' : `${key} `;
        const number = { key: `${before}N`, numbers: [...numbers, token] };
        if (token.kind === 'number') return [number];
        const own = { key: before + this.context.canonical(token.text), numbers };
        const isWord = token.kind === 'word' && !this.context.syntax.isRegister(token.text);
        const mayBeSymbol = isWord && (!isNamed || token.value !== undefined);
        return mayBeSymbol ? [own, number] : [own];
      });
    }
    return readings;
  }
}

/** Where in the operands' text a failure is. */
export const problemOf = (failure: Failure, tokens: readonly OperandToken[], message: string): OperandProblem => {
  const token = tokens[failure.at];
  const last = tokens.at(-1);
  const start = token?.start ?? last?.start ?? 0;
  return { message, start, end: token?.end ?? last?.end ?? start };
};
