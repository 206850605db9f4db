/** AArch64 for vector rows: at EL1 of a processor with all features, in physical addresses, with floating point open. */
import { CPUS } from '../../../src/isa/aarch64/cpus';
import { AARCH64_ENGINE } from '../../../src/isa/aarch64/engine-isa';
import { insns } from '../../../src/isa/aarch64/insns/all';
import { simdInsns } from '../../../src/isa/aarch64/insns/simd';
import { flagsOf, setFlags } from '../../../src/isa/aarch64/pstate';
import { resetState, STATE } from '../../../src/isa/aarch64/state';
import type { Subject } from '../driver';

/** Slots that keep the flags; rows name those together as `nzcv`, in bits 3 to 0. */
const LAZY = ['N', 'Z', 'C', 'V'];

/** Advanced SIMD is a subject of its own, see simd-subject.ts. */
const SIMD = new Set(simdInsns());

export const AARCH64_SUBJECT: Subject = {
  engine: AARCH64_ENGINE,
  insns: insns().filter((row) => !SIMD.has(row)),
  reset: (state) => {
    resetState(state, { cpu: CPUS.findIndex(({ name }) => name === 'max'), el: 1 });
    // CPACR_EL1.FPEN: floating point is open.
    state.set('CPACR_EL1', 3n << 20n);
  },
  // brk #0
  breakpoint: Uint8Array.of(0x00, 0x00, 0x20, 0xd4),
  slots: STATE.slots.filter((name) => !LAZY.includes(name)),
  meanings: {
    nzcv: {
      get: (state) => flagsOf(state) >> 28n,
      set: (state, value) => setFlags(state, value << 28n),
    },
  },
};
