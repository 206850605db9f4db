/** Operands that instructions do not name, and which both syntaxes write all the same: of string instructions and XLAT. */

export type ImplicitOperand =
  | { readonly kind: 'register'; readonly index: number; readonly bits: number }
  /** Where a register points: in ES, or in the segment that a prefix names. */
  | { readonly kind: 'memory'; readonly index: number; readonly bits: number; readonly isTarget: boolean };

export interface ImplicitOperands {
  readonly operands: readonly ImplicitOperand[];
  /** They stand beside operands of its own. */
  readonly isBeside?: true;
}

const [RAX, RDX, RBX, RSI, RDI] = [0, 2, 3, 6, 7];

const accumulator = (bits: number): ImplicitOperand => ({ kind: 'register', index: RAX, bits });
const source = (bits: number): ImplicitOperand => ({ kind: 'memory', index: RSI, bits, isTarget: false });
const target = (bits: number): ImplicitOperand => ({ kind: 'memory', index: RDI, bits, isTarget: true });
const port: ImplicitOperand = { kind: 'register', index: RDX, bits: 16 };

/** Of string instructions by what stands before the letter of their size. */
const STRINGS: Readonly<Record<string, (bits: number) => readonly ImplicitOperand[]>> = {
  movs: (bits) => [target(bits), source(bits)],
  cmps: (bits) => [source(bits), target(bits)],
  stos: (bits) => [target(bits), accumulator(bits)],
  lods: (bits) => [accumulator(bits), source(bits)],
  scas: (bits) => [accumulator(bits), target(bits)],
  ins: (bits) => [target(bits), port],
  outs: (bits) => [port, source(bits)],
};
const LETTERS = { b: 8, w: 16, d: 32, q: 64 };

const strings = Object.entries(STRINGS).flatMap(([name, operandsOf]) =>
  Object.entries(LETTERS).map(([letter, bits]): [string, ImplicitOperands] => [
    name + letter,
    { operands: operandsOf(bits) },
  ]),
);

/** By mnemonic. */
export const IMPLICIT_OPERANDS: Readonly<Record<string, ImplicitOperands>> = {
  ...Object.fromEntries(strings),
  xlatb: { operands: [{ kind: 'memory', index: RBX, bits: 8, isTarget: false }] },
};
