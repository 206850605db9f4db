/** AArch64 as the engine executes it. */

import { CRC_FUNCTIONS } from '../core/crc32';
import type { EngineIsa } from '../core/engine-isa';
import { ALIGNMENT_GUARDS } from './alignment';
import { CAUSE } from './causes';
import { dataContext, EL1_CONTEXTS, fetchContext } from './contexts';
import { watchedTranslation } from './debug';
import { ENCODING } from './encoding';
import { takeTrap } from './exceptions';
import { FP_FUNCTIONS } from './float/functions';
import { isFpOpen, requireFp } from './fp-access';
import { FUSIONS } from './fusions';
import { isOtherFloat, isOtherInteger } from './hot-rows';
import { insns } from './insns/all';
import { ATOMIC_HELPERS } from './insns/atomics';
import { EXCLUSIVE_FUNCTIONS, QUICK_EXCLUSIVES } from './insns/exclusives';
import { isOtherMemory } from './insns/hot-memory';
import { UNPRIVILEGED_FUNCTIONS } from './insns/memory-unprivileged';
import { QUICK_PAUTH } from './insns/pauth';
import { simdHelpers } from './insns/simd';
import { pendingInterrupt, wakesFromWait } from './interrupts';
import { cpuTranslate, mustAlign } from './paging-cpu';
import { PAUTH_FUNCTIONS } from './pauth/functions';
import { QUICK_FLOAT } from './quick-float';
import { QUICK_SIMD } from './quick-simd';
import { QUICK_SYSTEM } from './quick-system';
import { isQuickVector, quickVectors } from './quick-vectors';
import { COMMON_SIMD } from './simd/row';
import { STATE } from './state';
import { SYSTEM_HELPERS } from './system-helpers';

let helpers: EngineIsa['helpers'] | undefined;
let quick: EngineIsa['quick'] | undefined;

export const AARCH64_ENGINE: EngineIsa = {
  name: 'aarch64',
  encoding: ENCODING,
  get insns() {
    return insns();
  },
  get quick() {
    quick ??= [...QUICK_PAUTH, ...QUICK_SYSTEM, ...QUICK_FLOAT, ...quickVectors(), ...QUICK_EXCLUSIVES, ...QUICK_SIMD];
    return quick;
  },
  apart: {
    test: (row) =>
      isOtherInteger(row) || isOtherFloat(row) || isOtherMemory(row) || COMMON_SIMD.test(row) || isQuickVector(row),
  },
  fusions: FUSIONS,
  state: STATE,
  get helpers() {
    helpers ??= { ...SYSTEM_HELPERS, ...ATOMIC_HELPERS, ...simdHelpers() };
    return helpers;
  },
  functions: {
    ...CRC_FUNCTIONS,
    ...PAUTH_FUNCTIONS,
    ...FP_FUNCTIONS,
    ...EXCLUSIVE_FUNCTIONS,
    ...UNPRIVILEGED_FUNCTIONS,
  },
  guards: { fp: { isOpen: isFpOpen, open: requireFp }, ...ALIGNMENT_GUARDS },
  updatesRead: true,
  causes: {
    illegalInstruction: CAUSE.undefined,
    loadAccess: CAUSE.readExternal,
    storeAccess: CAUSE.writeExternal,
    fetchAccess: CAUSE.fetchExternal,
    fetchMisaligned: CAUSE.pcAlignment,
    updateOfDevice: CAUSE.exclusiveOfDevice,
  },
  cpuTranslate: watchedTranslation(cpuTranslate),
  mustAlign,
  fencesByPage: true,
  dataContext,
  fetchContext,
  guestContexts: EL1_CONTEXTS,
  takeTrap,
  pendingInterrupt,
  wakesFromWait,
};
