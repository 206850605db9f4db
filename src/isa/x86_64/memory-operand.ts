/** Memory operands of instructions that a helper does as a whole. */
import type { HartState } from '../core/privileged';
import { linearOf } from './segments';
import { FLAT, SEG } from './state';

type Fields = (name: string) => number;

/** By the number in the field `mask`. */
const MASKS = [0xffff_ffff_ffff_ffffn, 0xffff_ffffn, 0xffffn];
const [RSP, RBP] = [4, 5];

/**
 * The linear address of an instruction's memory operand.
 * @param isPcRelative its displacement counts from the instruction
 * @throws Trap #GP, #SS
 */
export const operandAddress = (state: HartState, field: Fields, isPcRelative: boolean, bytes: number): bigint => {
  const register = (name: string): bigint => state.read('address', field(name));
  const disp = BigInt(field('disp'));
  const base = isPcRelative ? state.pc : register('base') + (register('index') << BigInt(field('scale')));
  const offset = (base + disp) & (MASKS[field('mask')] ?? 0n);
  const named = field('segment');
  const isStack = named === SEG.ss || (named === FLAT && !isPcRelative && [RSP, RBP].includes(field('base')));
  return linearOf(state, named === FLAT ? SEG.ds : named, offset, bytes, 'read', isStack);
};
