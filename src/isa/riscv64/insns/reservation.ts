/**
 * Load-reserved and store-conditional. The reservation is an address and the value seen there, in the slots `reservation`
 * (all ones: none) and `reservationValue`.
 *
 * Other harts' stores are noticed by value alone: `sc` fails when memory no longer holds what `lr` saw. A store that put
 * the same value back goes unnoticed. The manual asks for more (any store by another hart in between must fail the `sc`),
 * but software cannot tell in a sequence it may rely on: constrained loops only compare and replace the one value,
 * and this is how QEMU behaves too.
 */

import { type HartState, type Helper, Trap } from '../../core/privileged';
import { CAUSE } from '../causes';

/** The value of the slot `reservation` while there is none. */
export const NO_RESERVATION = (1n << 64n) - 1n;

const align = (address: bigint, bytes: 4 | 8, cause: number): void => {
  if (address % BigInt(bytes) !== 0n) throw new Trap(cause, address);
};

const loadReserved =
  (bytes: 4 | 8): Helper =>
  (state, field) => {
    const address = state.read('x', field('rs1'));
    align(address, bytes, CAUSE.loadMisaligned);
    const value = state.load(address, bytes);
    state.set('reservation', address);
    state.set('reservationValue', BigInt.asUintN(bytes * 8, value));
    state.write('x', field('rd'), BigInt.asUintN(64, BigInt.asIntN(bytes * 8, value)));
  };

const stillHolds = (state: HartState, address: bigint, bytes: 4 | 8): boolean => {
  if (state.get('reservation') !== address) return false;
  // A fault of the store must be reported as a store's, so ask before the comparing load.
  state.check(address, 'write');
  return BigInt.asUintN(bytes * 8, compared(state, address, bytes)) === state.get('reservationValue');
};

/** What is where the page allows a store: when nothing is, that is the store's fault, too. */
const compared = (state: HartState, address: bigint, bytes: 4 | 8): bigint => {
  try {
    return state.load(address, bytes);
  } catch (error) {
    if (!(error instanceof Trap)) throw error;
    throw new Trap(CAUSE.storeAccess, error.tval, error.detail);
  }
};

const storeConditional =
  (bytes: 4 | 8): Helper =>
  (state, field) => {
    const address = state.read('x', field('rs1'));
    align(address, bytes, CAUSE.storeMisaligned);
    const holds = stillHolds(state, address, bytes);
    if (holds) state.store(address, bytes, BigInt.asUintN(bytes * 8, state.read('x', field('rs2'))));
    state.set('reservation', NO_RESERVATION);
    state.write('x', field('rd'), holds ? 0n : 1n);
  };

/** The helpers behind `lr` and `sc`, by the names their rows give. */
export const RESERVATION_HELPERS: Readonly<Record<string, Helper>> = {
  'lr.w': loadReserved(4),
  'lr.d': loadReserved(8),
  'sc.w': storeConditional(4),
  'sc.d': storeConditional(8),
};
