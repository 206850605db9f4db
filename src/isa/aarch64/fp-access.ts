/** Whether floating point and SIMD may be used. @see Arm ARM, D1.3.6, CPACR_EL1.FPEN and CPTR_EL2 */
import { type HartState, Trap } from '../core/privileged';
import { HCR } from './bits';
import { CAUSE, TO_EL2 } from './causes';
import { isHostUser } from './contexts';

type SlotReader = Pick<HartState, 'get'>;

const TFP = 1n << 10n;

/** CPACR_EL1.FPEN, and CPTR_EL2.FPEN with E2H: open to all, to the kernel alone, or to nobody. */
const isOpenIn = (register: bigint, el: bigint): boolean => {
  const fpen = (register >> 20n) & 3n;
  return fpen === 3n || (fpen === 1n && el !== 0n);
};

/** The cause that floating point traps by, if it does. */
const refusal = (state: SlotReader): number | undefined => {
  const el = state.get('EL');
  const hcr = state.get('HCR_EL2');
  const isHost = (hcr & HCR.E2H) !== 0n;
  const isUserOfHost = el === 0n && isHostUser(hcr);
  if (el < 2n && !isUserOfHost && !isOpenIn(state.get('CPACR_EL1'), el)) return CAUSE.simd;
  const cptr = state.get('CPTR_EL2');
  // CPTR_EL2.FPEN tells the host's EL0 from its EL2, and counts a guest's levels as EL2.
  const isOpen = isHost ? isOpenIn(cptr, isUserOfHost ? 0n : 2n) : (cptr & TFP) === 0n;
  return isOpen ? undefined : CAUSE.simd | TO_EL2;
};

export const isFpOpen = (state: SlotReader): boolean => refusal(state) === undefined;

/** @throws Trap access to SIMD or floating point */
export const requireFp = (state: SlotReader): void => {
  const cause = refusal(state);
  if (cause !== undefined) throw new Trap(cause, 0n);
};
