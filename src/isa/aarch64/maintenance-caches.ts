/** `dc zva`. @see Arm ARM, C5.3 "DC ZVA" */
import type { HartState } from '../core/privileged';

/** As DCZID_EL0 says: 16 words. */
const BLOCK = 64n;

/** Stores zeros to the whole block; it faults as the first store does, at the address that was given. */
export const zeroBlock = (state: HartState, address: bigint): void => {
  state.check(address, 'write');
  const from = address & ~(BLOCK - 1n);
  for (let at = 0n; at < BLOCK; at += 8n) state.store(from + at, 8, 0n);
};
