/** LoongArch64 as the engine executes it. */
import type { EngineIsa } from '../core/engine-isa';
import { TLBRERA } from './bits';
import { CAUSE, isRefill } from './causes';
import { ENCODING } from './encoding';
import { isFpOpen, isLsxOpen, openFp, openLsx, pendingInterrupt, takeTrap, wakesFromWait } from './exceptions';
import { FP_FUNCTIONS } from './float/functions';
import { APART, FUSIONS } from './fusions';
import { FUNCTIONS, HELPERS } from './helpers';
import { insns } from './insns/all';
import { cpuTranslate, translationContext } from './paging-cpu';
import { QUICK } from './quick';
import { STATE } from './state';
import { vectorHelpers } from './vector/helpers';

let helpers: EngineIsa['helpers'] | undefined;

export const LOONGARCH64_ENGINE: EngineIsa = {
  name: 'loongarch64',
  encoding: ENCODING,
  get insns() {
    return insns();
  },
  quick: QUICK,
  apart: APART,
  fusions: FUSIONS,
  state: STATE,
  get helpers() {
    helpers ??= { ...HELPERS, ...vectorHelpers() };
    return helpers;
  },
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
