/** Rows of the Variables view and of expanded expressions: names, texts, and containers fetched when opened. */
import { hex } from '../base/address';
import { decodeFields } from '../base/fields';
import type { RegisterSpec } from '../isa/core/registers';
import { present } from '../symbols/lang/present';
import { childExpression, type Radix, type Value } from '../symbols/lang/value';
import { wholeLimits } from '../symbols/lang/view';
import type { FormatLetter } from './expression/ast';
import { isPhysical, wide } from './expression/evaluator';
import type { Operand } from './expression/operand';
import type { MemoryReference } from './memory';

/** What can be opened. Both counts 0 means unknown: ask for everything. */
export interface Container {
  readonly namedCount: number;
  readonly indexedCount: number;
  /** Rows `start` to `start + count`, named ones first. */
  rows(start: number, count: number): VariableRow[];
}

/** One row. */
export interface VariableRow {
  readonly name: string;
  readonly text: string;
  readonly type: string | undefined;
  /** An expression that yields the same again. */
  readonly expression: string | undefined;
  readonly container: Container | undefined;
  readonly memory: MemoryReference | undefined;
  /** Where the value itself lies, for data breakpoints. */
  readonly place: { readonly reference: MemoryReference; readonly length: number } | undefined;
  /** Present where it can be set. */
  readonly operand: Operand | undefined;
  readonly isReadOnly: boolean;
}

/** The base that a format letter asks for. */
const RADIX: Readonly<Partial<Record<FormatLetter, Radix>>> = { x: 16, d: 10, o: 8, b: 2 };

/** A value whose numbers, and those of its parts, are shown in a base. */
const valueIn = (value: Value, radix: Radix | undefined): Value =>
  radix === undefined ? value : { ...value, context: { ...value.context, radix } };

/** The base that was chosen for a row, or for what it is a part of. */
export const chosenRadix = ({ operand }: VariableRow): Radix | undefined =>
  operand?.kind === 'value' ? operand.value.context.radix : undefined;

/** The row with its numbers, and those of its parts, in a base. Pointers stay as they are, and registers unless decimal is asked for. */
export function inRadix(row: VariableRow, radix: Radix): VariableRow {
  const { operand } = row;
  const letter = radix === 16 ? 'x' : 'd';
  switch (operand?.kind) {
    case 'value': {
      const { text, container, operand: again } = valueRow(row.name, valueIn(operand.value, radix), row.expression);
      return { ...row, text, container, operand: again };
    }
    case 'register':
      return radix === 16 ? row : { ...row, text: formatted(operand.value, operand.spec.bits, letter) ?? row.text };
    case 'number':
      return operand.isSize ? row : { ...row, text: formatted(operand.value, 64, letter) ?? row.text };
    default:
      return row;
  }
}

/** Shows integers in the radix the user asked for; `undefined` leaves the text as it is. */
export function formatted(
  value: bigint | number | boolean | undefined,
  bits: number,
  format: FormatLetter | undefined,
): string | undefined {
  if (typeof value !== 'bigint' || format === undefined) return undefined;
  const unsigned = value < 0n ? BigInt.asUintN(Math.max(bits, 8), value) : value;
  switch (format) {
    case 'x':
      return `0x${unsigned.toString(16)}`;
    case 'b':
      return `0b${unsigned.toString(2)}`;
    case 'o':
      return `0o${unsigned.toString(8)}`;
    case 'd':
      return value.toString();
    case 'c':
      return unsigned < 0x110000n ? `'${String.fromCodePoint(Number(unsigned))}'` : undefined;
    case 'r':
      return undefined;
  }
}

/** The row of a typed value. */
export function valueRow(
  name: string,
  given: Value,
  expression: string | undefined,
  format?: FormatLetter,
): VariableRow {
  const value = valueIn(format === 'r' ? { ...given, isRaw: true } : given, format && RADIX[format]);
  const shown = present(value);
  const space = isPhysical(value.context) ? 'pa' : 'va';
  const reference = (address: bigint): MemoryReference => ({ space, address: BigInt.asUintN(64, address) });
  const count = shown.namedCount + shown.indexedCount;
  const operand: Operand = { kind: 'value', value };
  return {
    name,
    text: formatted(shown.scalar, shown.byteSize * 8, format) ?? shown.text,
    type: shown.fullType || shown.type || undefined,
    expression,
    container: count === 0 ? undefined : valueContainer(shown, expression, format === 'c' ? format : undefined),
    memory: shown.memoryAddress === undefined ? undefined : reference(shown.memoryAddress),
    place:
      shown.address === undefined
        ? undefined
        : { reference: reference(shown.address), length: Math.max(shown.byteSize, 1) },
    operand,
    isReadOnly: shown.write === undefined,
  };
}

function valueContainer(
  shown: ReturnType<typeof present>,
  parent: string | undefined,
  format: FormatLetter | undefined,
): Container {
  return {
    namedCount: shown.namedCount,
    indexedCount: shown.indexedCount,
    rows: (start, count) =>
      shown.childrenRange(start, count).map((child) => {
        const expression = parent === undefined ? undefined : childExpression(parent, child.evaluateSuffix);
        return valueRow(child.name, child.value, expression, format);
      }),
  };
}

/** The text of a row that is not cut to fit a line. */
export const wholeText = ({ operand, text }: VariableRow): string =>
  operand?.kind === 'value' ? present(operand.value, wholeLimits).text : text;

/** The row of a register, with its fields as children. */
export function registerRow(
  spec: RegisterSpec,
  value: bigint,
  isInnermost: boolean,
  format?: FormatLetter,
): VariableRow {
  const alias = spec.aliases[0];
  const fields = decodeFields(spec.fields ?? [], value).filter(
    (field) => field.value !== 0n || field.name !== undefined,
  );
  const summary = fields
    .slice(0, 8)
    .map((field) =>
      field.name === undefined && field.value === 1n
        ? field.spec.name
        : `${field.spec.name}=${field.name ?? field.value}`,
    );
  const float = spec.group === 'float' ? ` ${floatText(value)}` : '';
  const decoded = summary.length === 0 ? '' : ` ${summary.join(' ')}`;
  return {
    name: alias !== undefined && spec.group !== 'system' ? `${alias} (${spec.name})` : spec.name,
    text: formatted(value, spec.bits, format) ?? `${wide(value, spec.bits)}${float}${decoded}`,
    type: spec.doc,
    expression: `$${spec.name}`,
    container: spec.fields === undefined || spec.fields.length === 0 ? undefined : fieldContainer(spec, value),
    memory: spec.group === 'general' ? { space: 'va', address: value } : undefined,
    place: undefined,
    operand: { kind: 'register', spec, value, isInnermost },
    isReadOnly: !spec.isWritable || !isInnermost,
  };
}

function floatText(value: bigint): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, value);
  // A single-precision number sits NaN-boxed in the low half.
  return value >> 32n === 0xffff_ffffn ? `${view.getFloat32(4)}f32` : String(view.getFloat64(0));
}

function fieldContainer(spec: RegisterSpec, value: bigint): Container {
  const decoded = decodeFields(spec.fields ?? [], value);
  return {
    namedCount: decoded.length,
    indexedCount: 0,
    rows: (start, count) =>
      decoded.slice(start, start + count).map((field) => {
        const { high, low, name, doc } = field.spec;
        const shift = low === 0 ? `$${spec.name}` : `($${spec.name} >> ${low})`;
        const mask = (1n << BigInt(high - low + 1)) - 1n;
        return {
          name: high === low ? `${name} [${low}]` : `${name} [${high}:${low}]`,
          text: field.name === undefined ? showField(field.value) : `${field.name} (${showField(field.value)})`,
          type: doc,
          expression: `${shift} & 0x${mask.toString(16)}`,
          container: undefined,
          memory: undefined,
          place: undefined,
          operand: undefined,
          isReadOnly: true,
        };
      }),
  };
}

const showField = (value: bigint): string => (value < 10n ? value.toString() : `0x${value.toString(16)}`);

/** The row of an expression's result. */
export function operandRow(
  name: string,
  operand: Operand,
  expression: string | undefined,
  format?: FormatLetter,
): VariableRow {
  const plain = {
    name,
    expression,
    container: undefined,
    memory: undefined,
    place: undefined,
    operand: undefined,
    isReadOnly: true,
  };
  switch (operand.kind) {
    case 'value':
      return valueRow(name, operand.value, expression, format);
    case 'register':
      return { ...registerRow(operand.spec, operand.value, operand.isInnermost, format), name, expression };
    case 'number': {
      const text = operand.isAddress ? hex(BigInt.asUintN(64, operand.value)) : operand.value.toString();
      return { ...plain, text: formatted(operand.value, 64, format) ?? text, type: 'integer', operand };
    }
    case 'float':
      return { ...plain, text: String(operand.value), type: 'float' };
    case 'boolean':
      return { ...plain, text: String(operand.value), type: 'bool' };
    case 'string':
      return { ...plain, text: JSON.stringify(operand.value), type: 'string' };
    case 'symbol':
      return {
        ...plain,
        text: `${wide(operand.address)} <${operand.name}>`,
        type: 'symbol',
        memory: { space: 'va', address: operand.address },
        place: { reference: { space: 'va', address: operand.address }, length: 8 },
      };
  }
}

/** A container over rows that are at hand. */
export const listContainer = (rows: () => VariableRow[]): Container => ({
  namedCount: 0,
  indexedCount: 0,
  rows: (start, count) => rows().slice(start, start + count),
});
