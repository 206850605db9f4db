/** When instructions of LSX raise exceptions instead. */
import { CAUSE } from '../../../../../src/isa/loongarch64/causes';
import { vectorInsns } from '../../../../../src/isa/loongarch64/insns/vectors';
import type { Vector } from '../../../driver';
import { DZ, fcsr, NV, NX, RNE, UF } from '../float-rows';
import { vector, wordOf } from '../rows';

const [VD, VJ, VK] = [4, 5, 6];
const [FPE, SXE] = [1n, 2n];

/** Every instruction with vectors off, whether floating point is on or not. */
const disabled: readonly Vector[] = vectorInsns().map(({ mnemonic }) =>
  vector(
    mnemonic,
    {},
    'with vectors off',
    { slots: { EUEN: FPE } },
    { trap: { cause: CAUSE.vectorDisabled, tval: BigInt(wordOf(mnemonic, {})) } },
  ),
);

/** Vectors do not ask whether floating point is on, not even where they compute with it. */
const alone: readonly Vector[] = [
  vector(
    'vadd.d',
    { vd: VD, vj: VJ, vk: VK },
    'with floating point off',
    { slots: { EUEN: SXE }, v: { [VJ]: 1n, [VK]: 2n } },
    { v: { [VD]: 3n } },
  ),
  vector(
    'vfadd.d',
    { vd: VD, vj: VJ, vk: VK },
    'with floating point off',
    { slots: { EUEN: SXE, fcsr: 0n }, v: { [VJ]: 0x3ff0_0000_0000_0000n, [VK]: 0n } },
    { v: { [VD]: 0x3ff0_0000_0000_0000n } },
  ),
];

const ONE = 0x3f80_0000n;
const SIGNALLING = 0x7f80_0001n;
const HUGE_TINY = (0x0080_0000n << 32n) | ONE;

/** Lanes raise flags together; one of them that is enabled leaves vd and the flags of before as they were. */
const raised: readonly Vector[] = [
  vector(
    'vfadd.s',
    { vd: VD, vj: VJ, vk: VK },
    'an invalid lane above an inexact one, invalid enabled',
    {
      v: { [VJ]: (SIGNALLING << 96n) | ONE, [VK]: 0x3300_0000n },
      slots: { fcsr: fcsr(RNE, { flags: DZ, enables: NV }) },
    },
    {
      slots: { fcsr: fcsr(RNE, { flags: DZ, cause: NV | NX, enables: NV }) },
      trap: { cause: CAUSE.floatError, tval: 0n },
    },
  ),
  vector(
    'vfadd.s',
    { vd: VD, vj: VJ, vk: VK },
    'an invalid lane above an inexact one, nothing enabled',
    { v: { [VJ]: (SIGNALLING << 96n) | ONE, [VK]: 0x3300_0000n }, slots: { fcsr: fcsr(RNE, { flags: DZ }) } },
    {
      v: { [VD]: (0x7fc0_0001n << 96n) | ONE },
      slots: { fcsr: fcsr(RNE, { flags: DZ | NV | NX, cause: NV | NX }) },
    },
  ),
  // Underflow that is enabled is an exception for exact results, too. QEMU does not have that.
  vector(
    'vfmul.s',
    { vd: VD, vj: VJ, vk: VK },
    'a lane exact and tiny, underflow enabled',
    { v: { [VJ]: HUGE_TINY, [VK]: (0x3f00_0000n << 32n) | ONE }, slots: { fcsr: fcsr(RNE, { enables: UF }) } },
    { slots: { fcsr: fcsr(RNE, { cause: UF, enables: UF }) }, trap: { cause: CAUSE.floatError, tval: 0n } },
  ),
  vector(
    'vfcvt.h.s',
    { vd: VD, vj: VJ, vk: VK },
    'a half exact and tiny, underflow enabled',
    { v: { [VJ]: 0x3800_0000n, [VK]: 0n }, slots: { fcsr: fcsr(RNE, { enables: UF }) } },
    { slots: { fcsr: fcsr(RNE, { cause: UF, enables: UF }) }, trap: { cause: CAUSE.floatError, tval: 0n } },
  ),
];

export const LSX_EXCEPTIONS: readonly Vector[] = [...disabled, ...alone, ...raised];
