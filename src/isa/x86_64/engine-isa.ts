/** x86-64 as the engine executes it. */
import type { EngineIsa } from '../core/engine-isa';
import { alignedTranslation } from './alignment';
import { CAUSE } from './causes';
import { dataContext, fetchContext, GUEST_CONTEXTS } from './contexts';
import { watchedTranslation } from './debug';
import { ENCODING } from './encoding';
import { takeTrap } from './exceptions';
import { variantOf } from './form';
import { FPU_GUARDS } from './fpu-access';
import { FUSIONS } from './fusions';
import { isApart } from './hot-rows';
import { FORMS } from './insns/all';
import { DIVISION_FUNCTIONS, quickDivisions } from './insns/multiply';
import { acknowledge, holdsInterrupts, pendingInterrupt, wakesFromWait } from './interrupts';
import { OPERAND_GUARDS } from './operand-check';
import { AS_SYSTEM, cpuTranslate } from './paging-cpu';
import { quickMedia } from './quick-media';
import { MEDIA_FUNCTIONS } from './simd/functions';
import { STATE } from './state';
import { SVM_GUARDS, SVM_HELPERS } from './svm/instructions';
import { SYSTEM_FUNCTIONS } from './system-functions';
import { SYSTEM_HELPERS } from './system-helpers';

let quick: EngineIsa['quick'] | undefined;

export const X86_64_ENGINE: EngineIsa = {
  name: 'x86_64',
  encoding: ENCODING,
  get insns() {
    return FORMS.rows;
  },
  get quick() {
    quick ??= [...quickDivisions(FORMS.rows, variantOf), ...quickMedia(FORMS.rows, variantOf)];
    return quick;
  },
  apart: { test: isApart, jumps: true },
  fusions: FUSIONS,
  state: STATE,
  helpers: { ...SYSTEM_HELPERS, ...SVM_HELPERS },
  functions: { ...DIVISION_FUNCTIONS, ...SYSTEM_FUNCTIONS, ...MEDIA_FUNCTIONS },
  guards: { ...OPERAND_GUARDS, ...FPU_GUARDS, ...SVM_GUARDS },
  causes: {
    illegalInstruction: CAUSE.UD,
    // What nothing answers at reads as ones on a PC; the board says so before it comes to this.
    loadAccess: CAUSE.MC,
    storeAccess: CAUSE.MC,
    fetchAccess: CAUSE.MC,
  },
  cpuTranslate: watchedTranslation(alignedTranslation(cpuTranslate)),
  ownSpace: AS_SYSTEM,
  fencesByPage: true,
  decodeMode: (state) => Number(state.get('codeMode')),
  dataContext,
  fetchContext,
  guestContexts: GUEST_CONTEXTS,
  // Gates, SYSCALL, VMRUN and #VMEXIT.
  switched: {
    rsp: { file: 'r', index: 4 },
    rax: { file: 'r', index: 0 },
    rcx: { file: 'r', index: 1 },
    r11: { file: 'r', index: 11 },
  },
  takeTrap,
  pendingInterrupt,
  acknowledge,
  holdsInterrupts,
  wakesFromWait,
};
