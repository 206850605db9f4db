/** A named range of bits of a register or a page-table entry: `high` and `low` are inclusive. */
export interface FieldSpec {
  readonly name: string;
  readonly high: number;
  readonly low: number;
  /** One line from us (not copied from the manual) on what the field means. */
  readonly doc?: string;
  /** Names of values, e.g. `{ 0: 'Bare', 8: 'Sv39' }`. */
  readonly values?: Readonly<Record<number, string>>;
}

/** One field of a value, taken apart. */
export interface DecodedField {
  readonly spec: FieldSpec;
  readonly value: bigint;
  /** The value's name when the spec has one for it. */
  readonly name?: string;
}

export const fieldOf = (spec: FieldSpec, value: bigint): bigint =>
  BigInt.asUintN(spec.high - spec.low + 1, value >> BigInt(spec.low));

export const decodeFields = (specs: readonly FieldSpec[], value: bigint): DecodedField[] =>
  specs.map((spec) => {
    const part = fieldOf(spec, value);
    const name = spec.values?.[Number(part)];
    return name === undefined ? { spec, value: part } : { spec, value: part, name };
  });
