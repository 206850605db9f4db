/** Evaluates parsed expressions in a frame. Reads only; assignment is in assign.ts. */
import { hex, pa } from '../../base/address';
import { t } from '../../base/l10n';
import { present } from '../../symbols/lang/present';
import { contextOf, type Value, type ValueContext, wordBytes } from '../../symbols/lang/value';
import type { Type } from '../../symbols/types';
import { floating, integer } from './arithmetic';
import { type BinaryOperator, type Expression, ExpressionError, type TypeName, type UnaryOperator } from './ast';
import { type CInteger, common, cut, literalType, promoted } from './c-numbers';
import { classNames } from './cpp-names';
import { boolean, describe, isTrue, number, type Operand, text, toInteger, toNumber } from './operand';
import { element, member, target } from './parts';
import { type EvaluationScope, firstStatic, lookupName, lookupRegister } from './scope';
import { decayed, distance, firstOf, spanOf } from './spans';
import { pointerTo, resolveType, stripAlias, u64Type } from './types';

/** The value of `expression`. Throws {@link ExpressionError} with a message for the user. */
export function evaluate(expression: Expression, scope: EvaluationScope): Operand {
  switch (expression.kind) {
    case 'integer': {
      const { value, suffix, isDecimal } = expression;
      return scope.isC ? { kind: 'number', value, c: literalType(value, suffix, isDecimal === true) } : number(value);
    }
    case 'float':
    case 'boolean':
    case 'string':
      return expression as Operand;
    case 'name':
      return lookupName(scope, expression.path);
    case 'register':
      return lookupRegister(scope, expression.name);
    case 'memory':
      return {
        kind: 'value',
        value: memoryAt(scope, expression.space, toInteger(evaluate(expression.address, scope)), u64Type()),
      };
    case 'member':
      return memberOperand(evaluate(expression.object, scope), expression.name, scope);
    case 'index': {
      const index = toInteger(evaluate(expression.index, scope));
      if (scope.isC) return indexedInC(evaluate(expression.object, scope), index);
      return ofObject(evaluate(expression.object, scope), (value) => element(value, index));
    }
    case 'unary':
      return unary(expression.operator, expression.operand, scope);
    case 'binary':
      return binary(expression.operator, expression.left, expression.right, scope);
    case 'conditional':
      return evaluate(isTrue(evaluate(expression.condition, scope)) ? expression.then : expression.otherwise, scope);
    case 'span': {
      const count = toInteger(evaluate(expression.count, scope));
      const first = evaluate(expression.first, scope);
      return expression.isPointed ? firstOf(first, count) : spanOf(first, count);
    }
    case 'offset':
      return offsetOf(expression, scope);
    case 'cast':
      return cast(expression, scope);
    case 'sizeof':
      return { kind: 'number', value: BigInt(sizeOf(expression, scope)), isSize: true };
    case 'assign':
      throw new ExpressionError(t`An assignment cannot be part of another expression or of a condition.`);
  }
}

/** What reading guest memory needs where no image is at hand. */
export function plainContext(scope: EvaluationScope): ValueContext {
  const image = scope.frame?.physical.image ?? scope.images.all[0];
  if (image === undefined) return { read: scope.read, addressSize: 8, isLittleEndian: true };
  return contextOf(image.program, scope.read, scope.frame?.physical.slide ?? 0n);
}

/** A typed place in one of the address spaces. */
export function memoryAt(scope: EvaluationScope, space: 'pa' | 'va', address: bigint, type: Type): Value {
  const context = plainContext(scope);
  const at = BigInt.asUintN(64, address);
  if (space === 'va') return { type, place: { kind: 'memory', address: at }, context };
  const read = (where: bigint, length: number) => scope.machine.readPhysical(pa(where), length);
  return {
    type,
    place: { kind: 'memory', address: at },
    context: { ...context, read, isPhysical: true } as PhysicalContext,
  };
}

/** Marks values whose addresses are physical, so that writing them goes there too. */
export interface PhysicalContext extends ValueContext {
  readonly isPhysical: true;
}

export const isPhysical = (context: ValueContext): boolean => 'isPhysical' in context;

/** A field, or what C++ calls so: a static member of the object's class. */
function memberOperand(operand: Operand, name: string, scope: EvaluationScope): Operand {
  if (operand.kind !== 'value') throw new ExpressionError(t`${describe(operand)} has no parts.`);
  try {
    return { kind: 'value', value: member(operand.value, name) };
  } catch (error) {
    const type = stripAlias(operand.value.type);
    const owner = type.kind === 'pointer' ? type.target : type;
    const found = scope.isC ? firstStatic(scope, classNames(owner), name) : undefined;
    if (found === undefined) throw error;
    return found;
  }
}

/** C's `p[i]`; beyond the end of an array, too, for nobody but the program knows how it is used. */
function indexedInC(operand: Operand, index: bigint): Operand {
  if (operand.kind === 'value' && stripAlias(operand.value.type).kind === 'array' && index < 0n) {
    throw new ExpressionError(t`There is no element ${index}.`);
  }
  return ofObject(operand, (value) => element(value, index));
}

/** Where a field is in its struct, in bytes. */
function offsetOf({ type, members }: Extract<Expression, { kind: 'offset' }>, scope: EvaluationScope): Operand {
  const start: Value = memberAtZero(resolveIn(type, scope), scope);
  const end = members.reduce((value, name) => member(value, name), start);
  if (end.bits !== undefined) throw new ExpressionError(BIT_FIELD());
  const address = end.place.kind === 'memory' ? end.place.address : 0n;
  return { kind: 'number', value: address, isSize: true };
}

const memberAtZero = (type: Type, scope: EvaluationScope): Value => ({
  type,
  place: { kind: 'memory', address: 0n },
  context: plainContext(scope),
});

const BIT_FIELD = (): string =>
  t`A bit-field has no address. Take that of its struct; its bits can be watched as a data breakpoint.`;

function ofObject(operand: Operand, part: (value: Value) => Value): Operand {
  if (operand.kind !== 'value') throw new ExpressionError(t`${describe(operand)} has no parts.`);
  return { kind: 'value', value: part(operand.value) };
}

function unary(operator: UnaryOperator, inner: Expression, scope: EvaluationScope): Operand {
  const operand = evaluate(inner, scope);
  switch (operator) {
    case '*':
      return dereference(decayed(operand), scope);
    case '&':
      return addressOf(operand);
    case '-': {
      const value = toNumber(operand);
      if (typeof value === 'number') return { kind: 'float', value: -value };
      return inC(scope, promoted(operand), -value) ?? number(-value);
    }
    case '~':
      return inC(scope, promoted(operand), ~toInteger(operand)) ?? number(complement(operand));
    case '!': {
      const isBoolean =
        operand.kind === 'boolean' || (operand.kind === 'value' && typeof present(operand.value).scalar === 'boolean');
      // C has only one `!`; Rust's complements integers.
      return isBoolean || scope.isC ? boolean(!isTrue(operand)) : number(complement(operand));
    }
  }
}

/** Unsigned where the width is known and unsigned; else two's complement without limit. */
function complement(operand: Operand): bigint {
  const value = toInteger(operand);
  if (operand.kind === 'register') return BigInt.asUintN(operand.spec.bits, ~value);
  if (operand.kind === 'value') {
    const type = stripAlias(operand.value.type);
    if (type.kind === 'base' && type.encoding.startsWith('unsigned')) return BigInt.asUintN(type.size * 8, ~value);
  }
  return ~value;
}

function dereference(operand: Operand, scope: EvaluationScope): Operand {
  if (operand.kind === 'value') {
    const inner = target(operand.value);
    if (stripAlias(inner.type).kind === 'void') {
      throw new ExpressionError(t`The pointer has no type to read. Cast it first: *(u64*)p.`);
    }
    return { kind: 'value', value: inner };
  }
  // A bare number or register: a word of memory.
  return { kind: 'value', value: memoryAt(scope, 'va', toInteger(operand), u64Type()) };
}

function addressOf(operand: Operand): Operand {
  if (operand.kind === 'symbol') return number(operand.address);
  if (operand.kind !== 'value') throw new ExpressionError(t`${describe(operand)} has no address.`);
  const { place, type, context, bits } = operand.value;
  if (bits !== undefined) throw new ExpressionError(BIT_FIELD());
  if (place.kind === 'register') throw new ExpressionError(t`The value lives in a register and has no address.`);
  if (place.kind !== 'memory') throw new ExpressionError(t`The value is not in memory now and has no address.`);
  return {
    kind: 'value',
    value: { type: pointerTo(type), place: { kind: 'bytes', bytes: wordBytes(place.address) }, context },
  };
}

/** Bytes of a value or a type. A name is a variable's before it is a type's. */
function sizeOf({ operand, type }: Extract<Expression, { kind: 'sizeof' }>, scope: EvaluationScope): number {
  try {
    if (operand !== undefined) return operandSize(evaluate(operand, scope));
  } catch (error) {
    const named = type && typeNamed(type, scope);
    if (named === undefined || !(error instanceof ExpressionError)) throw error;
    return named.size;
  }
  return type === undefined ? 0 : resolveIn(type, scope).size;
}

function operandSize(operand: Operand): number {
  if (operand.kind === 'value') {
    if (operand.value.bits !== undefined) throw new ExpressionError(t`A bit-field has no size in bytes.`);
    return stripAlias(operand.value.type).size;
  }
  if (operand.kind === 'number' && operand.c !== undefined) return operand.c.bits / 8;
  if (operand.kind === 'register') return operand.spec.bits / 8;
  throw new ExpressionError(t`${describe(operand)} has no size.`);
}

function typeNamed(name: TypeName, scope: EvaluationScope): Type | undefined {
  try {
    return resolveIn(name, scope);
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

/** A type of the frame's program, else of another. */
function resolveIn(name: TypeName, scope: EvaluationScope): Type {
  const programs = scope.images.all.map((image) => image.program);
  const own = scope.frame?.physical.image?.program;
  return resolveType(name, own === undefined ? programs : [own, ...programs]);
}

function cast(expression: Extract<Expression, { kind: 'cast' }>, scope: EvaluationScope): Operand {
  const operand = evaluate(expression.operand, scope);
  const type = resolveIn(expression.type, scope);
  const plain = stripAlias(type);
  if (plain.kind === 'struct' || plain.kind === 'union' || plain.kind === 'array') {
    if (plain.kind === 'array' && operand.kind === 'value' && stripAlias(operand.value.type).kind === 'pointer') {
      return { kind: 'value', value: { ...target(operand.value), type } };
    }
    // Not a conversion: the same place read as another type.
    if (operand.kind === 'value' && operand.value.place.kind === 'memory') {
      return { kind: 'value', value: { type, place: operand.value.place, context: operand.value.context } };
    }
    throw new ExpressionError(
      t`Only memory can be read as ${type.shortName}. Use a pointer: *(${type.shortName}*)address.`,
    );
  }
  if (plain.kind === 'base' && plain.encoding === 'float') {
    const bytes = new Uint8Array(plain.size);
    const view = new DataView(bytes.buffer);
    const value = Number(toNumber(operand));
    if (plain.size === 4) view.setFloat32(0, value, true);
    else view.setFloat64(0, value, true);
    return { kind: 'value', value: { type, place: { kind: 'bytes', bytes }, context: plainContext(scope) } };
  }
  let bits = toInteger(scope.isC ? decayed(operand) : operand);
  if (plain.kind === 'base' && plain.encoding === 'bool') bits = bits === 0n ? 0n : 1n;
  const bytes = new Uint8Array(Math.max(type.size, 1));
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number((bits >> BigInt(8 * at)) & 0xffn);
  const context = operand.kind === 'value' ? operand.value.context : plainContext(scope);
  return { kind: 'value', value: { type, place: { kind: 'bytes', bytes }, context } };
}

function binary(
  operator: BinaryOperator,
  leftTree: Expression,
  rightTree: Expression,
  scope: EvaluationScope,
): Operand {
  if (operator === '&&') return boolean(isTrue(evaluate(leftTree, scope)) && isTrue(evaluate(rightTree, scope)));
  if (operator === '||') return boolean(isTrue(evaluate(leftTree, scope)) || isTrue(evaluate(rightTree, scope)));
  const left = decayed(evaluate(leftTree, scope));
  if (operator === '==' || operator === '!=') {
    const isEqual = equalText(left, rightTree, scope) ?? equalNumbers(left, decayed(evaluate(rightTree, scope)), scope);
    return boolean(isEqual === (operator === '=='));
  }
  const right = decayed(evaluate(rightTree, scope));
  const apart = operator === '-' ? distance(left, right) : undefined;
  if (apart !== undefined) return number(apart);
  const computed = scope.isC ? computedInC(operator, left, right) : undefined;
  if (computed !== undefined) return computed;
  const a = toNumber(left);
  const b = toNumber(right);
  const ordered = compared(operator, a, b);
  if (ordered !== undefined) return ordered;
  const step = pointerStep(left, operator);
  if (step !== undefined) return step(toInteger(right));
  const mirrored = operator === '+' ? pointerStep(right, operator) : undefined;
  if (mirrored !== undefined) return mirrored(toInteger(left));
  if (typeof a === 'number' || typeof b === 'number')
    return { kind: 'float', value: floating(operator, Number(a), Number(b)) };
  const value = integer(operator, a, b);
  const isSum = operator === '+' || operator === '-';
  // The distance of two addresses is none.
  return isSum && isAddress(left) !== isAddress(right) ? { kind: 'number', value, isAddress: true } : number(value);
}

/** Which of two numbers is the greater, where that is asked. */
function compared(operator: BinaryOperator, a: bigint | number, b: bigint | number): Operand | undefined {
  switch (operator) {
    case '<':
      return boolean(a < b);
    case '<=':
      return boolean(a <= b);
    case '>':
      return boolean(a > b);
    case '>=':
      return boolean(a >= b);
    default:
      return undefined;
  }
}

/** Whether an operand is shown as an address: registers, symbols, pointers, numbers that are called so. */
function isAddress(operand: Operand): boolean {
  if (operand.kind === 'value') {
    const { isPointer, text } = present(operand.value);
    return isPointer || /^(?:\w+\()?0x/.test(text);
  }
  if (operand.kind === 'register') return operand.spec.group !== 'float' && operand.spec.group !== 'vector';
  return operand.kind === 'symbol' || (operand.kind === 'number' && operand.isAddress === true);
}

/** The result of an operator on integers of C, with its type; `undefined` where one of them is none. */
function computedInC(operator: BinaryOperator, left: Operand, right: Operand): Operand | undefined {
  const [x, y] = [promoted(left), promoted(right)];
  if (x === undefined || y === undefined) return undefined;
  const isShift = operator === '<<' || operator === '>>';
  const c = isShift ? x : common(x, y);
  const a = cut(toInteger(left), c);
  const b = isShift ? cut(toInteger(right), y) : cut(toInteger(right), c);
  return compared(operator, a, b) ?? { kind: 'number', value: cut(integer(operator, a, b), c), c };
}

const inC = (scope: EvaluationScope, c: CInteger | undefined, value: bigint): Operand | undefined =>
  scope.isC && c !== undefined ? { kind: 'number', value: cut(value, c), c } : undefined;

function equalNumbers(left: Operand, right: Operand, { isC }: EvaluationScope): boolean {
  const [x, y] = isC ? [promoted(left), promoted(right)] : [];
  if (x !== undefined && y !== undefined) {
    const c = common(x, y);
    return cut(toInteger(left), c) === cut(toInteger(right), c);
  }
  const a = toNumber(left);
  const b = toNumber(right);
  return typeof a === typeof b ? a === b : Number(a) === Number(b);
}

/** Comparison with a string, or of an enum with a variant's name; `undefined` when neither is asked for. */
function equalText(left: Operand, rightTree: Expression, scope: EvaluationScope): boolean | undefined {
  if (left.kind === 'string' && rightTree.kind !== 'string') {
    const right = evaluate(rightTree, scope);
    return right.kind === 'value' && text(right.value) === JSON.stringify(left.value);
  }
  if (rightTree.kind === 'string') {
    if (left.kind === 'string') return left.value === rightTree.value;
    return left.kind === 'value' && text(left.value) === JSON.stringify(rightTree.value);
  }
  if (rightTree.kind !== 'name' || left.kind !== 'value') return undefined;
  const type = stripAlias(left.value.type);
  // An enumerator of C is a number, and several of them or-ed together are none of them.
  if (type.kind === 'enumeration' && type.language !== 'rust' && isNumberName(rightTree.path, scope)) return undefined;
  const isEnum = type.kind === 'enumeration' || (type.kind === 'struct' && type.variantPart !== undefined);
  if (!isEnum) return undefined;
  const variant = rightTree.path.split('::').pop();
  return /^[\w:]+/.exec(text(left.value))?.[0].split('::').pop() === variant;
}

function isNumberName(path: string, scope: EvaluationScope): boolean {
  try {
    toNumber(lookupName(scope, path));
    return true;
  } catch (error) {
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}

/** C's pointer arithmetic. */
function pointerStep(left: Operand, operator: BinaryOperator): ((count: bigint) => Operand) | undefined {
  if (left.kind !== 'value' || (operator !== '+' && operator !== '-')) return undefined;
  const { type, context } = left.value;
  const plain = stripAlias(type);
  if (plain.kind !== 'pointer') return undefined;
  const size = BigInt(Math.max(plain.target.size, 1));
  return (count) => {
    const address = toInteger(left) + (operator === '+' ? count : -count) * size;
    return { kind: 'value', value: { type, place: { kind: 'bytes', bytes: wordBytes(address) }, context } };
  };
}

/** Hexadecimal with all digits of the width, for registers and addresses. */
export const wide = (value: bigint, bits = 64): string => hex(BigInt.asUintN(bits, value), bits / 4);
