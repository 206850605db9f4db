/** The wasm instruction of each operation that is one. */
import type { GraphNode, Operation } from '../../isa/core/graph';
import type { ValueType } from '../../isa/core/ops';
import { WASM_OPCODES, type WasmOpcode } from './wasm-encoder';

/** Operations whose instruction is called after the type of their operands: `i32.add`, `i64.add`. */
const OF_OPERANDS = {
  add: 'add',
  sub: 'sub',
  mul: 'mul',
  divS: 'div_s',
  divU: 'div_u',
  remS: 'rem_s',
  remU: 'rem_u',
  and: 'and',
  or: 'or',
  xor: 'xor',
  shl: 'shl',
  shrU: 'shr_u',
  shrS: 'shr_s',
  rotl: 'rotl',
  rotr: 'rotr',
  clz: 'clz',
  ctz: 'ctz',
  popcnt: 'popcnt',
  eq: 'eq',
  ne: 'ne',
  ltS: 'lt_s',
  ltU: 'lt_u',
  geS: 'ge_s',
  geU: 'ge_u',
  eqz: 'eqz',
  sx8: 'extend8_s',
  sx16: 'extend16_s',
  floatDiv: 'div',
  floatSqrt: 'sqrt',
  floatNeg: 'neg',
  floatMin: 'min',
  floatMax: 'max',
  floatLt: 'lt',
  floatLe: 'le',
  floatTrunc: 'trunc',
  floatNearest: 'nearest',
} as const satisfies Partial<Record<Operation, string>>;

/** Operations between two types: `i64.extend_i32_s`, `f64.convert_i64_u`. */
const BETWEEN = {
  lo32: 'wrap',
  sx32: 'extend',
  zx32: 'extend',
  bits: 'reinterpret',
  promote: 'promote',
  demote: 'demote',
  fromS: 'convert',
  fromU: 'convert',
  toS: 'trunc',
  toU: 'trunc',
} as const satisfies Partial<Record<Operation, string>>;

const SIGNS: Partial<Record<Operation, string>> = {
  sx32: '_s',
  zx32: '_u',
  fromS: '_s',
  fromU: '_u',
  toS: '_s',
  toU: '_u',
};

/** The operations that take more than one instruction; {@link GraphEmitter} knows them. */
export type Composed = Exclude<Operation, keyof typeof OF_OPERANDS | keyof typeof BETWEEN | 'select'>;

/** The instruction of `op` at `node`. @throws Error when wasm has none for its types. */
export const opcodeOf = (op: Exclude<Operation, Composed>, node: GraphNode): WasmOpcode => {
  const name = nameOf(op, node);
  if (!isOpcode(name)) throw new Error(`no instruction ${name}`);
  return name;
};

const nameOf = (op: Exclude<Operation, Composed>, { type, args }: GraphNode): string => {
  const operand: ValueType = args[0]?.type ?? type;
  if (op === 'select') return 'select';
  if (op in OF_OPERANDS) return `${operand}.${OF_OPERANDS[op as keyof typeof OF_OPERANDS]}`;
  return `${type}.${BETWEEN[op as keyof typeof BETWEEN]}_${operand}${SIGNS[op] ?? ''}`;
};

const isOpcode = (name: string): name is WasmOpcode => name in WASM_OPCODES;
