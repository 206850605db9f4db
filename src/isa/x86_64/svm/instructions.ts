/** The instructions of SVM. @see AMD64 APM volume 3, chapter 4; volume 2, 15.4 to 15.17 and 15.33 */
import { type Guard, type HartState, type Helper, Trap } from '../../core/privileged';
import { EFER, RFLAGS } from '../bits';
import { causeOf, VECTOR } from '../causes';
import { flushGuests } from '../contexts';
import { cpuOf } from '../cpus';
import { isReal } from '../modes';
import { countsPause } from './events';
import { EXIT } from './exit-codes';
import { toHostPhysical } from './guest-physical';
import { checkIntercept, isInGuest, isIntercepted, vmExitTrap } from './intercepts';
import { loadOthers, storeOthers } from './saved-state';
import { V_INTR, VIRTUAL } from './vmcb-control';
import { enterGuest } from './vmrun';

const undefinedInstruction = (): Trap => new Trap(causeOf(VECTOR.UD), 0n);
const protection = (): Trap => new Trap(causeOf(VECTOR.GP, 0), 0n);

/** SVM is on, in a mode that it is for. @throws Trap #UD */
const checkEnabled = (state: HartState): void => {
  if ((state.get('efer') & EFER.SVME) === 0n) throw undefinedInstruction();
  if (isReal(state) || state.get('rflags') & RFLAGS.VM) throw undefinedInstruction();
};

/** @throws Trap #UD, #GP, then #VMEXIT */
const checkSystem = (state: HartState, code: number): void => {
  checkEnabled(state);
  if (state.get('cpl') !== 0n) throw protection();
  checkIntercept(state, code);
};

const ADDRESS_MASKS = [0xffff_ffff_ffff_ffffn, 0xffff_ffffn, 0xffffn] as const;

/** rAX as far as the address size goes. */
const addressOf = (state: HartState, field: (name: string) => number): bigint =>
  state.read('r', 0) & (ADDRESS_MASKS[field('mask')] ?? ADDRESS_MASKS[0]);

/** @throws Trap #GP where no VMCB can be at the address */
const checkVmcbAddress = (state: HartState, at: bigint): void => {
  if ((at & 0xfffn) !== 0n || at >> BigInt(cpuOf(state).physicalBits) !== 0n) throw protection();
};

const vmrun: Helper = (state, field) => {
  checkSystem(state, EXIT.VMRUN);
  const at = addressOf(state, field);
  checkVmcbAddress(state, at);
  enterGuest(state, at);
};

/** Where VMLOAD and VMSAVE of a guest find their VMCB: where it is virtual, nested tables say. */
const otherVmcb = (state: HartState, field: (name: string) => number, access: 'read' | 'write'): bigint => {
  const at = addressOf(state, field);
  checkVmcbAddress(state, at);
  const isVirtual = isInGuest(state) && (state.get('virtualExtensions') & VIRTUAL.vmloadVmsave) !== 0n;
  return isVirtual && state.get('isNested') !== 0n ? toHostPhysical(state, at, access) : at;
};

const vmload: Helper = (state, field) => {
  checkSystem(state, EXIT.VMLOAD);
  loadOthers(state, otherVmcb(state, field, 'read'));
  state.contextChanged();
};

const vmsave: Helper = (state, field) => {
  checkSystem(state, EXIT.VMSAVE);
  storeOthers(state, otherVmcb(state, field, 'write'));
};

/** Whoever does not intercept it does not know it. */
const vmmcall: Helper = (state) => {
  if ((state.get('efer') & EFER.SVME) !== 0n) checkIntercept(state, EXIT.VMMCALL);
  throw undefinedInstruction();
};

const setGif = (state: HartState, isSet: boolean): void => {
  const vIntr = state.get('vIntr');
  if (isInGuest(state) && vIntr & V_INTR.gifEnable) {
    state.set('vIntr', isSet ? vIntr | V_INTR.gif : vIntr & ~V_INTR.gif);
  } else state.set('gif', isSet ? 1n : 0n);
  state.interruptsChanged();
};

const stgi: Helper = (state) => {
  checkSystem(state, EXIT.STGI);
  setGif(state, true);
};

const clgi: Helper = (state) => {
  checkSystem(state, EXIT.CLGI);
  setGif(state, false);
};

/** Drops more than the page of the ASID in ECX, which is always allowed. */
const invlpga: Helper = (state, field) => {
  checkEnabled(state);
  if (state.get('cpl') !== 0n) throw protection();
  const address = addressOf(state, field);
  checkIntercept(state, EXIT.INVLPGA, address);
  const asid = Number(BigInt.asUintN(32, state.read('r', 1)));
  if (asid === 0) state.flushTranslations('host', { of: 'host', address });
  else flushGuests(state);
};

/** Of neither is there anything here: CPUID does not tell of SKINIT, and VMCALL is Intel's. */
const absent: Helper = () => {
  throw undefinedInstruction();
};

/** By the names their rows give. */
export const SVM_HELPERS: Readonly<Record<string, Helper>> = {
  vmrun,
  vmload,
  vmsave,
  vmmcall,
  stgi,
  clgi,
  invlpga,
  skinit: absent,
  vmcall: absent,
};

/** Of PAUSE, which asks nothing where no guest is left for it. */
export const SVM_GUARDS: Readonly<Record<string, Guard>> = {
  pause: {
    isOpen: (state) => !isIntercepted(state, EXIT.PAUSE),
    open: (state) => {
      if (countsPause(state)) throw vmExitTrap(EXIT.PAUSE);
    },
  },
};
