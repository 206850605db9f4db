/** RISC-V 64 for vector rows: in M-mode, with mstatus.FS Initial. */
import { resetState } from '../../../src/isa/riscv64/csrs-slots';
import { RISCV64_ENGINE } from '../../../src/isa/riscv64/engine-isa';
import { INSNS } from '../../../src/isa/riscv64/insns/all';
import type { Subject } from '../driver';

/** FS = Initial. */
export const FS_INITIAL = 1n << 13n;

export const RISCV64_SUBJECT: Subject = {
  engine: RISCV64_ENGINE,
  insns: INSNS,
  reset: (state) => {
    resetState(state, { hartid: 0, start: 'machine' });
    state.set('mstatus', state.get('mstatus') | FS_INITIAL);
  },
  // c.ebreak
  breakpoint: Uint8Array.of(0x02, 0x90),
  slots: ['fflags', 'frm', 'reservation'],
};
