/** Whether the x87, MMX and SSE may be used. @see AMD64 APM volume 2, 3.1.2 "Lazy Context Switch", volume 3 and 4 "Exceptions" */
import { type Guard, type HartState, Trap } from '../core/privileged';
import { CR0, CR4 } from './bits';
import { CAUSE } from './causes';

type SlotReader = Pick<HartState, 'get'>;

/** What an instruction is to the guard `fpu`. */
export const FPU_USE = { x87: 0, mmx: 1, wait: 2 } as const;

const isSet = (state: SlotReader, slot: string, bit: bigint): boolean => (state.get(slot) & bit) !== 0n;

/** @throws Trap #NM, or #UD of MMX, where it is switched off */
const requireFpu = (state: SlotReader, use: number): void => {
  const isEmulated = isSet(state, 'cr0', CR0.EM);
  const isSwitched = isSet(state, 'cr0', CR0.TS);
  if (use === FPU_USE.mmx && isEmulated) throw new Trap(CAUSE.UD, 0n);
  if (use === FPU_USE.wait) {
    // FWAIT asks MP, too, and does not heed EM.
    if (isSwitched && isSet(state, 'cr0', CR0.MP)) throw new Trap(CAUSE.NM, 0n);
    return;
  }
  if (isEmulated || isSwitched) throw new Trap(CAUSE.NM, 0n);
};

/** @throws Trap #UD where there is no SSE, #NM where its registers are another task's */
export const requireSse = (state: SlotReader): void => {
  if (isSet(state, 'cr0', CR0.EM) || !isSet(state, 'cr4', CR4.OSFXSR)) throw new Trap(CAUSE.UD, 0n);
  if (isSet(state, 'cr0', CR0.TS)) throw new Trap(CAUSE.NM, 0n);
};

/** Guards of rows: of the x87 and MMX, and of SSE. */
export const FPU_GUARDS: Readonly<Record<'fpu' | 'sse', Guard>> = {
  fpu: {
    isOpen: (state) => (state.get('cr0') & (CR0.EM | CR0.TS)) === 0n,
    open: requireFpu,
  },
  sse: {
    isOpen: (state) => (state.get('cr0') & (CR0.EM | CR0.TS)) === 0n && isSet(state, 'cr4', CR4.OSFXSR),
    open: requireSse,
  },
};
