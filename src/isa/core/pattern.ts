/** Instruction patterns in the manual's notation, parsed into masks and fields. */
import type { FieldKind, InsnField } from './field-kind';

/** `count` bits of the word from `from`, placed at bit `to` of the field's value. */
export interface FieldPiece {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export interface PatternField extends InsnField {
  readonly pieces: readonly FieldPiece[];
}

export interface InsnPattern {
  /** Bytes. */
  readonly length: number;
  /** Bits that must equal `match`; unsigned. */
  readonly mask: number;
  readonly match: number;
  readonly fields: ReadonlyMap<string, PatternField>;
}

/**
 * @param kinds what the fields are, by name
 * @throws Error naming the instruction when the pattern is malformed: a mistake of ours.
 */
export const parsePattern = (
  mnemonic: string,
  text: string,
  kinds: Readonly<Record<string, FieldKind>>,
): InsnPattern => {
  const tokens = text.trim().split(/\s+/);
  const sized = tokens.map((token) => ({ token, width: tokenWidth(mnemonic, token) }));
  const bits = sized.reduce((sum, { width }) => sum + width, 0);
  if (bits === 0 || bits % 8 !== 0 || bits > 32) throw new Error(`${mnemonic}: pattern has ${bits} bits`);
  let mask = 0;
  let match = 0;
  let high = bits;
  const pieces = new Map<string, FieldPiece[]>();
  for (const { token, width } of sized) {
    const low = high - width;
    if (/^[01]+$/.test(token)) {
      mask += (2 ** width - 1) * 2 ** low;
      match += Number.parseInt(token, 2) * 2 ** low;
    } else if (!/^-+$/.test(token)) {
      const { name, ranges } = fieldToken(token, width);
      let from = high;
      for (const [hi, lo] of ranges) {
        const count = hi - lo + 1;
        from -= count;
        const list = pieces.get(name) ?? [];
        list.push({ from, to: lo, count });
        pieces.set(name, list);
      }
    }
    high = low;
  }
  const fields = new Map<string, PatternField>();
  for (const [name, list] of pieces) {
    const width = Math.max(...list.map((piece) => piece.to + piece.count));
    const kind = kinds[name];
    if (!kind)
      throw new Error(`${mnemonic}: its pattern has a field "${name}", which its instruction set does not know`);
    fields.set(name, { name, pieces: list, width, isSigned: kind.kind === 'signed', bias: kind.bias ?? 0 });
  }
  return { length: bits / 8, mask, match, fields };
};

const tokenWidth = (mnemonic: string, token: string): number => {
  if (/^[01]+$|^-+$/.test(token)) return token.length;
  const plain = /^[A-Za-z][A-Za-z0-9]*'?:(\d+)$/.exec(token);
  if (plain) return Number(plain[1]);
  if (/^[A-Za-z][A-Za-z0-9]*\[[\d:|]+\]$/.test(token)) {
    return fieldToken(token, 0).ranges.reduce((sum, [hi, lo]) => sum + hi - lo + 1, 0);
  }
  throw new Error(`${mnemonic}: cannot read pattern token "${token}"`);
};

const fieldToken = (token: string, width: number): { name: string; ranges: [number, number][] } => {
  const scattered = /^([A-Za-z][A-Za-z0-9]*)\[([\d:|]+)\]$/.exec(token);
  if (!scattered) return { name: token.split(':')[0] ?? token, ranges: [[width - 1, 0]] };
  const ranges = (scattered[2] ?? '').split('|').map((part): [number, number] => {
    const [hi, lo] = part.split(':').map(Number);
    return [hi ?? 0, lo ?? hi ?? 0];
  });
  return { name: scattered[1] ?? '', ranges };
};

/** Takes the field out of an instruction word. */
export const extractField = (field: PatternField, word: number): number => {
  let value = 0;
  for (const { from, to, count } of field.pieces) {
    value |= ((word >>> from) & (count === 32 ? -1 : (1 << count) - 1)) << to;
  }
  const unused = 32 - field.width;
  return (field.isSigned ? (value << unused) >> unused : value >>> 0) + field.bias;
};
