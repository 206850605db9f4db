/**
 * Operands that rows could not see to be within their segments: null and expand-down ones, those of the wrong type, and what is
 * really outside. The rows say by marks which operand it is.
 */
import { type Guard, type HartState, Trap } from '../core/privileged';
import { CAUSE } from './causes';
import { linearOf } from './segments';
import { SEG } from './state';

/** Beside the bytes of an access in the guard's argument. */
export const OPERAND = {
  write: 0x100,
  /** A push (with `write`) or a pop. */
  stack: 0x200,
  /** Where rdi points, in ES. */
  target: 0x400,
  /** Where rsi points, in the segment that is named. */
  source: 0x800,
  /** XLATB's. */
  table: 0x1000,
  /** Where rdi points, in the segment that is named: MASKMOVQ's. */
  masked: 0x8000,
  /** At the address in the instruction. */
  absolute: 0x4000,
  /** Where rbp points, in SS: LEAVE's. */
  frame: 0x2000,
} as const;

const [RAX, RBX, RSP, RBP, RSI, RDI] = [0, 3, 4, 5, 6, 7];
/** By the number in the field `mask`. */
const MASKS = [0xffff_ffff_ffff_ffffn, 0xffff_ffffn, 0xffffn];

type Field = (name: string) => number;

const placeOf = (state: HartState, argument: number, field: Field): { seg: number; offset: bigint } => {
  const bytes = BigInt(argument & 0xff);
  const register = (number: number): bigint => state.read('address', number);
  const masked = (value: bigint): bigint => value & (MASKS[field('mask')] ?? 0n);
  if (argument & OPERAND.stack) {
    const rsp = register(RSP) - (argument & OPERAND.write ? bytes : 0n);
    return { seg: SEG.ss, offset: rsp & state.get('stackMask') };
  }
  if (argument & OPERAND.frame) return { seg: SEG.ss, offset: register(RBP) & state.get('stackMask') };
  if (argument & OPERAND.target) return { seg: SEG.es, offset: masked(register(RDI)) };
  const seg = field('segment');
  if (argument & OPERAND.source) return { seg, offset: masked(register(RSI)) };
  if (argument & OPERAND.masked) return { seg, offset: masked(register(RDI)) };
  if (argument & OPERAND.table) return { seg, offset: masked(register(RBX) + state.read('b', RAX)) };
  if (argument & OPERAND.absolute) return { seg, offset: BigInt(field('imm64')) };
  const shifted = register(field('index')) << BigInt(field('scale'));
  return { seg, offset: masked(register(field('base')) + shifted + BigInt(field('disp'))) };
};

export const OPERAND_GUARDS: Readonly<Record<'operand' | 'aligned16', Guard>> = {
  operand: {
    isOpen: () => false,
    open: (state, argument, field) => {
      const { seg, offset } = placeOf(state, argument, field);
      linearOf(state, seg, offset, argument & 0xff, argument & OPERAND.write ? 'write' : 'read');
    },
  },
  /** Operands of 16 bytes that are no multiple of that. */
  aligned16: {
    isOpen: () => false,
    open: () => {
      throw new Trap(CAUSE.GP, 0n);
    },
  },
};
