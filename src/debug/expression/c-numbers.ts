/** Integers as C computes with them: promoted, of a common width and sign, and cut to it. */
import { bare } from '../../symbols/lang/layout';
import type { Type } from '../../symbols/types';
import type { Operand } from './operand';

/** An integer type of C as far as arithmetic is concerned. */
export interface CInteger {
  readonly bits: 32 | 64;
  readonly isSigned: boolean;
}

export const INT: CInteger = { bits: 32, isSigned: true };
const LONG: CInteger = { bits: 64, isSigned: true };
const UNSIGNED_LONG: CInteger = { bits: 64, isSigned: false };

/** The type of a literal: the first of int, long and unsigned long that holds it, by its suffix. */
export function literalType(value: bigint, suffix: string | undefined, isDecimal: boolean): CInteger {
  if (suffix === 'char') return INT;
  const isUnsigned = /u/i.test(suffix ?? '');
  const isLong = /l/i.test(suffix ?? '');
  const fits = (bits: number) => value < 1n << BigInt(bits);
  if (isUnsigned) return !isLong && fits(32) ? { bits: 32, isSigned: false } : UNSIGNED_LONG;
  if (!isLong && fits(31)) return INT;
  // Hexadecimal ones may be unsigned before they are long.
  if (!isLong && !isDecimal && fits(32)) return { bits: 32, isSigned: false };
  return fits(63) ? LONG : UNSIGNED_LONG;
}

/** The type that an operand has in arithmetic; `undefined` for what is no integer of C, a register or an address. */
export function promoted(operand: Operand): CInteger | undefined {
  switch (operand.kind) {
    case 'number':
      return operand.isAddress === true ? undefined : (operand.c ?? (operand.isSize === true ? UNSIGNED_LONG : LONG));
    case 'boolean':
      return INT;
    case 'value':
      return ofType(operand.value.type, operand.value.bits?.size);
    default:
      return undefined;
  }
}

function ofType(written: Type, bits: number | undefined): CInteger | undefined {
  const type = bare(written);
  if (type.kind === 'enumeration') {
    const isSigned = type.enumerators.some(({ value }) => value < 0n);
    if (bits !== undefined && bits < 32) return INT;
    return type.size > 4 ? { bits: 64, isSigned } : { bits: 32, isSigned };
  }
  if (type.kind !== 'base' || type.encoding === 'float' || type.size > 8) return undefined;
  const isSigned = type.encoding === 'signed' || type.encoding === 'signedChar';
  if (type.size < 4 || (bits !== undefined && bits < 32)) return INT;
  return { bits: type.size > 4 ? 64 : 32, isSigned };
}

/** The type of a sum of two. */
export function common(a: CInteger, b: CInteger): CInteger {
  const bits = Math.max(a.bits, b.bits) as 32 | 64;
  const wide = [a, b].filter((one) => one.bits === bits);
  return { bits, isSigned: wide.every(({ isSigned }) => isSigned) };
}

/** A number as the type holds it. */
export const cut = (value: bigint, { bits, isSigned }: CInteger): bigint =>
  isSigned ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
