/** Fences, and accesses to a guest's memory: who may execute them and what they do. */
import { type Fence, type HartState, type Helper, Trap } from '../core/privileged';
import { illegalInstruction, isGuest, modeOf, virtualInstruction } from './csr-access';
import { GUEST, HSTATUS, MSTATUS, PRIV_S, PRIV_U } from './csrs-bits';
import { AS_EXECUTABLE, hypervisorAccessPrivilege } from './effective-privilege';

const isTrappedByTvm = (state: HartState): boolean => (state.get('mstatus') & MSTATUS.TVM) !== 0n;

/** What a fence instruction names: rs1 an address, rs2 an ASID or VMID, x0 all of them. */
const fenceOf = (state: HartState, field: (name: string) => number, of: Fence['of']): Fence => {
  const [rs1, rs2] = [field('rs1'), field('rs2')];
  // HFENCE.GVMA takes the guest physical address without its low two bits, and a VMID, which has 14 bits.
  const [shift, width] = of === 'stage2' ? [2n, 14] : [0n, 16];
  return {
    of,
    ...(rs1 !== 0 && { address: BigInt.asUintN(64, state.read('x', rs1) << shift) }),
    ...(rs2 !== 0 && { asid: Number(BigInt.asUintN(width, state.read('x', rs2))) }),
  };
};

/** Drops all translations of one kind, whatever address and ASID it names: a larger flush than asked is always allowed. */
const sfenceVma: Helper = (state, field) => {
  const mode = modeOf(state);
  if (mode === (GUEST | PRIV_U)) throw virtualInstruction(state);
  if (mode === (GUEST | PRIV_S)) {
    if (state.get('hstatus') & HSTATUS.VTVM) throw virtualInstruction(state);
    state.flushTranslations('guest', fenceOf(state, field, 'guest'));
    return;
  }
  if (mode === PRIV_U || (mode === PRIV_S && isTrappedByTvm(state))) throw illegalInstruction(state);
  state.flushTranslations('host', fenceOf(state, field, 'host'));
};

/** For what Svinval orders, which needs no time here: only who may execute it matters. */
const ordering: Helper = (state) => {
  const mode = modeOf(state);
  if (mode === (GUEST | PRIV_U)) throw virtualInstruction(state);
  if (mode === PRIV_U) throw illegalInstruction(state);
};

/** HFENCE.GVMA obeys TVM as hgatp does, HFENCE.VVMA does not. */
const hfence =
  (obeysTvm: boolean): Helper =>
  (state, field) => {
    const mode = modeOf(state);
    if (isGuest(state)) throw virtualInstruction(state);
    if (mode === PRIV_U || (mode === PRIV_S && obeysTvm && isTrappedByTvm(state))) throw illegalInstruction(state);
    state.flushTranslations('guest', fenceOf(state, field, obeysTvm ? 'stage2' : 'guest'));
  };

/** Runs an access to the guest's memory; faults tell that their address is the guest's. */
const asGuest = (state: HartState, access: () => void): void => {
  if (isGuest(state)) throw virtualInstruction(state);
  if (modeOf(state) === PRIV_U && (state.get('hstatus') & HSTATUS.HU) === 0n) throw illegalInstruction(state);
  try {
    access();
  } catch (error) {
    if (!(error instanceof Trap)) throw error;
    throw new Trap(error.trapCause, error.tval, { ...error.detail, isGuestAddress: true });
  }
};

type Width = 1 | 2 | 4 | 8;

const load =
  (bytes: Width, isSigned: boolean, more = 0): Helper =>
  (state, field) =>
    asGuest(state, () => {
      const value = state.load(state.read('x', field('rs1')), bytes, hypervisorAccessPrivilege(state) | more);
      state.write('x', field('rd'), isSigned ? BigInt.asUintN(64, BigInt.asIntN(bytes * 8, value)) : value);
    });

const store =
  (bytes: Width): Helper =>
  (state, field) =>
    asGuest(state, () => {
      const value = BigInt.asUintN(bytes * 8, state.read('x', field('rs2')));
      state.store(state.read('x', field('rs1')), bytes, value, hypervisorAccessPrivilege(state));
    });

/** By the names their rows give. */
export const HYPERVISOR_HELPERS: Readonly<Record<string, Helper>> = {
  'sfence.vma': sfenceVma,
  'sinval.vma': sfenceVma,
  'sfence.w.inval': ordering,
  'sfence.inval.ir': ordering,
  'hfence.vvma': hfence(false),
  'hinval.vvma': hfence(false),
  'hfence.gvma': hfence(true),
  'hinval.gvma': hfence(true),
  'hlv.b': load(1, true),
  'hlv.bu': load(1, false),
  'hlv.h': load(2, true),
  'hlv.hu': load(2, false),
  'hlvx.hu': load(2, false, AS_EXECUTABLE),
  'hlv.w': load(4, true),
  'hlv.wu': load(4, false),
  'hlvx.wu': load(4, false, AS_EXECUTABLE),
  'hlv.d': load(8, false),
  'hsv.b': store(1),
  'hsv.h': store(2),
  'hsv.w': store(4),
  'hsv.d': store(8),
};
