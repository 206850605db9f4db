/** What expressions compute with. */
import { t } from '../../base/l10n';
import type { RegisterSpec } from '../../isa/core/registers';
import { present } from '../../symbols/lang/present';
import { littleEndian, type Value } from '../../symbols/lang/value';
import { ExpressionError } from './ast';
import type { CInteger } from './c-numbers';

export type Operand =
  /** A typed place of the guest. */
  | { readonly kind: 'value'; readonly value: Value }
  /** A computed integer of unlimited width; an address plus a number is an address. A size is shown in decimal. */
  | {
      readonly kind: 'number';
      readonly value: bigint;
      readonly isAddress?: true;
      readonly isSize?: true;
      readonly c?: CInteger;
    }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'register'; readonly spec: RegisterSpec; readonly value: bigint; readonly isInnermost: boolean }
  /** A function or an untyped symbol. */
  | { readonly kind: 'symbol'; readonly name: string; readonly address: bigint };

export const number = (value: bigint): Operand => ({ kind: 'number', value });
export const boolean = (value: boolean): Operand => ({ kind: 'boolean', value });

/** How an operand is called in messages. */
export function describe(operand: Operand): string {
  switch (operand.kind) {
    case 'value':
      return t`a value of type ${operand.value.type.shortName || operand.value.type.kind}`;
    case 'register':
      return t`register ${operand.spec.name}`;
    case 'symbol':
      return t`symbol ${operand.name}`;
    default:
      return `a ${operand.kind}`;
  }
}

/** The operand as an integer: pointers by address, characters by code point. Throws when it has none. */
export function toInteger(operand: Operand): bigint {
  switch (operand.kind) {
    case 'number':
    case 'register':
      return operand.value;
    case 'symbol':
      return operand.address;
    case 'boolean':
      return operand.value ? 1n : 0n;
    case 'float':
      return BigInt(Math.trunc(operand.value));
    case 'string':
      break;
    case 'value': {
      const scalar = scalarOf(operand.value);
      if (typeof scalar === 'bigint') return scalar;
      if (typeof scalar === 'boolean') return scalar ? 1n : 0n;
      if (typeof scalar === 'number') return BigInt(Math.trunc(scalar));
      throw new ExpressionError(t`${text(operand.value)} is not a number.`);
    }
  }
  throw new ExpressionError(t`${describe(operand)} is not a number.`);
}

/** The operand as a number for arithmetic: floating point stays. */
export function toNumber(operand: Operand): bigint | number {
  if (operand.kind === 'float') return operand.value;
  if (operand.kind === 'value') {
    const scalar = scalarOf(operand.value);
    if (typeof scalar === 'number') return scalar;
  }
  return toInteger(operand);
}

/** Whether a condition holds. */
export function isTrue(operand: Operand): boolean {
  if (operand.kind === 'boolean') return operand.value;
  if (operand.kind === 'string') return operand.value !== '';
  return Number(toNumber(operand)) !== 0;
}

function scalarOf(value: Value): bigint | number | boolean | undefined {
  const { scalar, text: shown } = present(value);
  if (scalar === undefined && value.place.kind === 'unavailable') throw new ExpressionError(shown);
  return scalar;
}

/** The one-line text of a value. */
export const text = (value: Value): string => present(value).text;

/** The bytes of a place that is not memory, as an integer. */
export const integerOfBytes = (bytes: Uint8Array): bigint => littleEndian(bytes);
