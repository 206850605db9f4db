/** Gates: what entries of the IDT, and call gates, lead to. @see AMD64 APM volume 2, 4.7.3 and 4.8.3 */
import type { HartState } from '../core/privileged';
import { ATTRIBUTES, SYSTEM_TYPE } from './bits';
import { VECTOR } from './causes';
import { type Descriptor, isCode, isConforming, isNull, readDescriptor, selectorFault } from './descriptors';
import { isLong } from './modes';
import { dplOf } from './segments';

/** A gate, taken apart. */
export interface Gate {
  readonly type: number;
  readonly dpl: number;
  readonly isPresent: boolean;
  readonly selector: number;
  readonly offset: bigint;
  /** Of interrupt and trap gates in long mode: the stack of the interrupt stack table, 0 for none. */
  readonly ist: number;
  /** Of call gates in legacy mode: how many parameters are copied. */
  readonly parameters: number;
}

/** @param high the second 8 bytes in long mode */
export const gateOf = (raw: bigint, high = 0n): Gate => ({
  type: Number((raw >> 40n) & 0x1fn),
  dpl: Number((raw >> 45n) & 3n),
  isPresent: ((raw >> 47n) & 1n) === 1n,
  selector: Number((raw >> 16n) & 0xffffn),
  offset: (raw & 0xffffn) | ((raw >> 32n) & 0xffff_0000n) | ((high & 0xffff_ffffn) << 32n),
  ist: Number((raw >> 32n) & 7n),
  parameters: Number((raw >> 32n) & 0x1fn),
});

/** Gates of 16 bits have offsets of so many. */
export const isGate16 = ({ type }: Gate): boolean => type <= SYSTEM_TYPE.trapGate16;
export const offsetOfGate = (gate: Gate): bigint => (isGate16(gate) ? gate.offset & 0xffffn : gate.offset);

/** What code a gate leads to, and at which level it runs. */
export interface GateTarget {
  readonly descriptor: Descriptor;
  readonly cpl: number;
}

/**
 * The code segment of a gate, checked: in long mode it must be one of 64 bits.
 * @throws Trap #GP, #NP with its selector
 */
export const targetOfGate = (state: HartState, { selector }: Gate, ext = 0): GateTarget => {
  if (isNull(selector)) throw selectorFault(VECTOR.GP, 0, ext);
  const descriptor = readDescriptor(state, selector, VECTOR.GP, ext);
  const { attributes } = descriptor;
  const cpl = Number(state.get('cpl'));
  const dpl = dplOf(attributes);
  if (!isCode(attributes) || dpl > cpl) throw selectorFault(VECTOR.GP, selector, ext);
  const is64 = (attributes & (ATTRIBUTES.L | ATTRIBUTES.DB)) === ATTRIBUTES.L;
  if (isLong(state) && !is64) throw selectorFault(VECTOR.GP, selector, ext);
  if ((attributes & ATTRIBUTES.P) === 0n) throw selectorFault(VECTOR.NP, selector, ext);
  return { descriptor, cpl: isConforming(attributes) ? cpl : dpl };
};
