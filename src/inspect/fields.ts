/** The named bit fields of a register or a page-table entry, one row each. */

import { hex } from '../base/address';
import { type DecodedField, decodeFields, type FieldSpec } from '../base/fields';
import type { InspectorNode } from './contract';

const numberText = (value: bigint): string => (value < 10n ? value.toString() : hex(value));

/** `SPP [8]`, `MODE [63:60]`. */
export const fieldLabel = ({ name, high, low }: FieldSpec): string =>
  `${name} [${high === low ? low : `${high}:${low}`}]`;

/** `1`, `Sv39 (8)`, `0x80285`. */
export const fieldText = ({ name, value }: DecodedField): string =>
  name === undefined ? numberText(value) : `${name} (${numberText(value)})`;

/** A row for each field. `meaning` may name a value that the table of fields cannot. */
export function fieldRows(
  prefix: string,
  fields: readonly FieldSpec[],
  value: bigint,
  meaning: (field: DecodedField) => string | undefined = () => undefined,
): InspectorNode[] {
  return decodeFields(fields, value).map((field) => {
    const named = meaning(field);
    const { doc } = field.spec;
    return {
      key: `${prefix}#${field.spec.name}`,
      label: fieldLabel(field.spec),
      description: named === undefined ? fieldText(field) : `${named} (${numberText(field.value)})`,
      ...(doc !== undefined && { tooltip: doc }),
      icon: 'symbol-field',
      hasChildren: false,
    };
  });
}

/** The fields that are set, in a line: `V R W A D PPN=0x80285`. */
export const fieldSummary = (fields: readonly FieldSpec[], value: bigint): string =>
  decodeFields(fields, value)
    .filter((field) => field.value !== 0n)
    .map((field) => {
      if (field.name !== undefined) return `${field.spec.name}=${field.name}`;
      return field.spec.high === field.spec.low ? field.spec.name : `${field.spec.name}=${numberText(field.value)}`;
    })
    .join(' ');
