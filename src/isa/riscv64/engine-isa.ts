/** RISC-V 64 as the engine executes it. */
import type { EngineIsa } from '../core/engine-isa';
import { STATE } from './csrs-slots';
import { FP } from './fp/table';
import { FUSIONS } from './fusions';
import { HELPERS } from './helpers';
import { INSNS } from './insns/all';
import { cpuTranslate, dataContext, fetchContext, GUEST_CONTEXTS } from './paging-cpu';
import { QUICK } from './quick';
import { CAUSE, isFpOpen, pendingInterrupt, prepareFp, takeTrap, wakesFromWait } from './traps';

export const RISCV64_ENGINE: EngineIsa = {
  name: 'riscv64',
  insns: INSNS,
  quick: QUICK,
  fusions: FUSIONS,
  state: STATE,
  helpers: HELPERS,
  fp: FP,
  isFpOpen,
  prepareFp,
  rounding: { dynamic: 7, modeSlot: 'frm', flagsSlot: 'fflags', highestMode: 4 },
  causes: {
    illegalInstruction: CAUSE.illegal,
    loadAccess: CAUSE.loadAccess,
    storeAccess: CAUSE.storeAccess,
    fetchAccess: CAUSE.fetchAccess,
    amoMisaligned: CAUSE.storeMisaligned,
  },
  cpuTranslate,
  dataContext,
  fetchContext,
  guestContexts: GUEST_CONTEXTS,
  takeTrap,
  pendingInterrupt,
  wakesFromWait,
};
