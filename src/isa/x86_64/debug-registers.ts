/** Debug registers by MOV. What they watch, debug.ts does. @see AMD64 APM volume 2, 13.1.1 "Debug Registers" */
import { type HartState, Trap } from '../core/privileged';
import { CR4, DR6, DR7 } from './bits';
import { causeOf, VECTOR } from './causes';
import { EXIT } from './svm/exit-codes';
import { checkIntercept } from './svm/intercepts';

/** The register that a number means: 4 and 5 are 6 and 7 where CR4.DE does not forbid it. @throws Trap #UD */
const registerOf = (state: HartState, number: number): number => {
  const isAlias = number === 4 || number === 5;
  if (number > 7 || (isAlias && state.get('cr4') & CR4.DE)) throw new Trap(causeOf(VECTOR.UD), 0n);
  return isAlias ? number + 2 : number;
};

/** @throws Trap #UD, #GP, and #DB where DR7.GD protects them */
const open = (state: HartState, number: number): number => {
  const register = registerOf(state, number);
  if (state.get('cpl') !== 0n) throw new Trap(causeOf(VECTOR.GP), 0n);
  if (state.get('dr7') & DR7.GD) {
    state.set('dr6', state.get('dr6') | DR6.BD);
    throw new Trap(causeOf(VECTOR.DB), 0n);
  }
  return register;
};

/**
 * Reads a debug register for MOV to a general register.
 * @throws Trap #UD, #GP, #DB, #VMEXIT
 */
export const readDebug = (state: HartState, number: number, register: number): bigint => {
  const debug = open(state, number);
  checkIntercept(state, EXIT.DR_READ + debug, BigInt(register));
  return state.get(`dr${debug}`);
};

/**
 * Writes a debug register for MOV from a general register.
 * @throws Trap #UD, #GP, #DB, #VMEXIT
 */
export const writeDebug = (state: HartState, number: number, value: bigint, register: number): void => {
  const debug = open(state, number);
  if (debug >= 6 && value >> 32n) throw new Trap(causeOf(VECTOR.GP), 0n);
  checkIntercept(state, EXIT.DR_WRITE + debug, BigInt(register));
  if (debug === 6) state.set('dr6', (value & DR6.writable) | DR6.fixed);
  else if (debug === 7) state.set('dr7', (value & DR7.writable) | DR7.fixed);
  else state.set(`dr${debug}`, value);
  // Pages that are watched are not cached.
  state.flushTranslations();
  state.contextChanged();
};
