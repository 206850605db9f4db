/** The wasm of operations on vectors, whose operands are on the stack. */
import type { NodeKind, VectorOperation } from '../../isa/core/graph';
import type { LaneBits } from '../../isa/core/ops';
import { simdOpcode } from './simd-opcodes';
import type { Code, Local } from './wasm-encoder';

type LanesOperation = Extract<NodeKind, { k: 'lanes' }>['op'];

const NAMES = {
  add: 'add',
  sub: 'sub',
  mul: 'mul',
  addSatS: 'add_sat_s',
  addSatU: 'add_sat_u',
  subSatS: 'sub_sat_s',
  subSatU: 'sub_sat_u',
  minS: 'min_s',
  minU: 'min_u',
  maxS: 'max_s',
  maxU: 'max_u',
  avgrU: 'avgr_u',
  eq: 'eq',
  ltS: 'lt_s',
  ltU: 'lt_u',
  leS: 'le_s',
  leU: 'le_u',
  shl: 'shl',
  shrS: 'shr_s',
  shrU: 'shr_u',
  splat: 'splat',
  signs: 'bitmask',
  all: 'all_true',
} as const satisfies Record<LanesOperation, string>;

/** @throws Error where WebAssembly does not have it for lanes of this width */
export const emitLanes = (code: Code, op: LanesOperation, bits: LaneBits): void => {
  if (op === 'splat' && bits < 64) code.op('i32.wrap_i64');
  code.simd(simdOpcode(NAMES[op], bits));
};

/** @param take hands out a local */
export const emitVector = (code: Code, op: VectorOperation, take: (type: 'i64') => Local): void => {
  switch (op) {
    case 'pair': {
      const high = take('i64');
      code.set(high).simd('i64x2.splat').get(high).simd('i64x2.replace_lane', 1);
      return;
    }
    case 'low':
      code.simd('i64x2.extract_lane', 0);
      return;
    case 'high':
      code.simd('i64x2.extract_lane', 1);
      return;
    case 'and':
    case 'or':
    case 'xor':
    case 'not':
      code.simd(`v128.${op}`);
      return;
    case 'select':
      code.simd('v128.bitselect');
      return;
    case 'any':
      code.simd('v128.any_true');
      return;
    case 'pick':
      code.simd('i8x16.swizzle');
      return;
  }
};
