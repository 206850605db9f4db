/** LoongArch64 for vector rows: at PLV0 in direct addresses, with floating point and vectors on. */
import { LOONGARCH64_ENGINE } from '../../../src/isa/loongarch64/engine-isa';
import { insns } from '../../../src/isa/loongarch64/insns/all';
import { resetState, STATE } from '../../../src/isa/loongarch64/state';
import type { Subject } from '../driver';

const FPE = 1n;
const SXE = 2n;

export const LOONGARCH64_SUBJECT: Subject = {
  engine: LOONGARCH64_ENGINE,
  insns: insns(),
  reset: (state) => {
    resetState(state, { cpu: 0 });
    state.set('EUEN', FPE | SXE);
  },
  // break 0
  breakpoint: Uint8Array.of(0x00, 0x00, 0x2a, 0x00),
  slots: STATE.slots,
};
