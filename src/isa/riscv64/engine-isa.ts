/** RISC-V 64 as the engine executes it. */
import type { EngineIsa } from '../core/engine-isa';
import { CAUSE } from './causes';
import { STATE } from './csrs-slots';
import { ENCODING } from './encoding';
import { FP_FUNCTIONS } from './fp/functions';
import { FUSIONS } from './fusions';
import { HELPERS } from './helpers';
import { INSNS } from './insns/all';
import { cpuTranslate, dataContext, fetchContext, GUEST_CONTEXTS } from './paging-cpu';
import { QUICK } from './quick';
import { isFpOpen, pendingInterrupt, prepareFp, takeTrap, wakesFromWait } from './traps';

export const RISCV64_ENGINE: EngineIsa = {
  name: 'riscv64',
  encoding: ENCODING,
  insns: INSNS,
  quick: QUICK,
  fusions: FUSIONS,
  state: STATE,
  helpers: HELPERS,
  functions: FP_FUNCTIONS,
  guards: { fp: { isOpen: isFpOpen, open: (state, dirty) => prepareFp(state, dirty !== 0) } },
  causes: {
    illegalInstruction: CAUSE.illegal,
    loadAccess: CAUSE.loadAccess,
    storeAccess: CAUSE.storeAccess,
    fetchAccess: CAUSE.fetchAccess,
    fetchMisaligned: CAUSE.fetchMisaligned,
    updateOfDevice: CAUSE.storeAccess,
  },
  cpuTranslate,
  dataContext,
  fetchContext,
  guestContexts: GUEST_CONTEXTS,
  takeTrap,
  pendingInterrupt,
  wakesFromWait,
};
