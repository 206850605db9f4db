/** PSTATE as one word, in the layout of SPSR_ELx. @see Arm ARM, C5.2.19 "SPSR_EL1" */
import type { FieldSpec } from '../../base/fields';
import type { HartState } from '../core/privileged';
import { DAIF, SPSR } from './bits';

type SlotReader = Pick<HartState, 'get'>;
type Slots = Pick<HartState, 'get' | 'set'>;

/** Slots of one or two bits and the places they have. */
const PLACES = [
  ['BTYPE', SPSR.BTYPE],
  ['SSBS', SPSR.SSBS],
  ['IL', SPSR.IL],
  ['SS', SPSR.SS],
  ['PAN', SPSR.PAN],
  ['UAO', SPSR.UAO],
  ['DIT', SPSR.DIT],
  ['TCO', SPSR.TCO],
] as const;

const lowest = (mask: bigint): bigint => mask & -mask;

/** N, Z, C and V in bits 31 to 28, of the slots that keep them lazily. */
export const flagsOf = (state: SlotReader): bigint =>
  (state.get('N') >> 63n ? SPSR.N : 0n) |
  (state.get('Z') === 0n ? SPSR.Z : 0n) |
  (state.get('C') !== 0n ? SPSR.C : 0n) |
  (state.get('V') >> 63n ? SPSR.V : 0n);

/** Sets N, Z, C and V from bits 31 to 28. */
export const setFlags = (state: Slots, word: bigint): void => {
  state.set('N', word & SPSR.N ? 1n << 63n : 0n);
  state.set('Z', word & SPSR.Z ? 0n : 1n);
  state.set('C', word & SPSR.C ? 1n : 0n);
  state.set('V', word & SPSR.V ? 1n << 63n : 0n);
};

/** All of PSTATE. */
export const pstateOf = (state: SlotReader): bigint => {
  let word = flagsOf(state) | (state.get('DAIF') & DAIF.all) | (state.get('EL') << 2n) | state.get('SP');
  for (const [slot, mask] of PLACES) word |= (state.get(slot) * lowest(mask)) & mask;
  return word;
};

/** The slot that `sp` is banked in while another stack pointer is in use. */
export const stackBank = (el: bigint, spsel: bigint): string => (spsel === 0n || el === 0n ? 'SP_EL0' : `SP_EL${el}`);

/** Sets PSTATE.EL and PSTATE.SP; the stack pointer that was in use goes to its bank, the one in use from now on comes from there. */
export const setLevel = (state: Slots, el: bigint, spsel: bigint): void => {
  const before = stackBank(state.get('EL'), state.get('SP'));
  const after = stackBank(el, spsel);
  state.set('EL', el);
  state.set('SP', spsel);
  if (before === after) return;
  state.set(before, state.get('sp'));
  state.set('sp', state.get(after));
};

/** Sets all of PSTATE; the exception level and stack pointer are taken as they are. */
export const setPstate = (state: Slots, word: bigint): void => {
  setFlags(state, word);
  state.set('DAIF', word & DAIF.all);
  for (const [slot, mask] of PLACES) state.set(slot, (word & mask) / lowest(mask));
  setLevel(state, (word >> 2n) & 3n, word & 1n);
};

/** The fields of PSTATE and SPSR_ELx. */
export const PSTATE_FIELDS: readonly FieldSpec[] = [
  { name: 'N', high: 31, low: 31, doc: 'The result was negative.' },
  { name: 'Z', high: 30, low: 30, doc: 'The result was zero.' },
  { name: 'C', high: 29, low: 29, doc: 'Carry, or no borrow.' },
  { name: 'V', high: 28, low: 28, doc: 'Signed overflow.' },
  { name: 'TCO', high: 25, low: 25, doc: 'Tags are not checked.' },
  { name: 'DIT', high: 24, low: 24, doc: 'Timing does not depend on data.' },
  { name: 'UAO', high: 23, low: 23, doc: 'Unprivileged accesses are privileged ones.' },
  { name: 'PAN', high: 22, low: 22, doc: "Privileged code may not access programs' data." },
  { name: 'SS', high: 21, low: 21, doc: 'Software step.' },
  { name: 'IL', high: 20, low: 20, doc: 'Illegal execution state.' },
  { name: 'SSBS', high: 12, low: 12, doc: 'Speculative store bypassing is safe.' },
  { name: 'BTYPE', high: 11, low: 10, doc: 'The kind of branch that led here.' },
  { name: 'D', high: 9, low: 9, doc: 'Debug exceptions are masked.' },
  { name: 'A', high: 8, low: 8, doc: 'SErrors are masked.' },
  { name: 'I', high: 7, low: 7, doc: 'IRQs are masked.' },
  { name: 'F', high: 6, low: 6, doc: 'FIQs are masked.' },
  {
    name: 'M',
    high: 4,
    low: 0,
    doc: 'Exception level and stack pointer.',
    values: { 0: 'EL0t', 4: 'EL1t', 5: 'EL1h', 8: 'EL2t', 9: 'EL2h' },
  },
];

/** The bank that has the stack pointer in use. */
const bankInUse = (state: SlotReader): string => stackBank(state.get('EL'), state.get('SP'));

/** A banked stack pointer, SP_EL0 to SP_EL2, in use or not. */
export const stackPointerOf = (state: SlotReader, bank: string): bigint =>
  state.get(bankInUse(state) === bank ? 'sp' : bank);

export const writeStackPointer = (state: Slots, bank: string, value: bigint): void =>
  state.set(bankInUse(state) === bank ? 'sp' : bank, value);
