/** LoongArch64 as the engine executes it. */
import type { EngineIsa } from '../core/engine-isa';
import { TLBRERA } from './bits';
import { CAUSE, isRefill } from './causes';
import { ENCODING } from './encoding';
import { isFpOpen, isLsxOpen, openFp, openLsx, pendingInterrupt, takeTrap, wakesFromWait } from './exceptions';
import { FP_FUNCTIONS } from './float/functions';
import { APART, FUSIONS } from './fusions';
import { FUNCTIONS, HELPERS } from './helpers';
import { INSNS } from './insns/all';
import { cpuTranslate, translationContext } from './paging-cpu';
import { QUICK } from './quick';
import { STATE } from './state';
import { VECTOR_HELPERS } from './vector/helpers';

export const LOONGARCH64_ENGINE: EngineIsa = {
  name: 'loongarch64',
  encoding: ENCODING,
  insns: INSNS,
  quick: QUICK,
  apart: APART,
  fusions: FUSIONS,
  state: STATE,
  helpers: { ...HELPERS, ...VECTOR_HELPERS },
  functions: { ...FUNCTIONS, ...FP_FUNCTIONS },
  guards: { fp: { isOpen: isFpOpen, open: openFp }, lsx: { isOpen: isLsxOpen, open: openLsx } },
  causes: {
    illegalInstruction: CAUSE.noInstruction,
    loadAccess: CAUSE.memoryAddress,
    storeAccess: CAUSE.memoryAddress,
    fetchAccess: CAUSE.fetchAddress,
  },
  cpuTranslate,
  dataContext: translationContext,
  fetchContext: translationContext,
  guestContexts: 0,
  takeTrap,
  isRefill,
  inRefill: (get) => (get('TLBRERA') & TLBRERA.IS_TLBR) !== 0n,
  pendingInterrupt,
  wakesFromWait,
};
