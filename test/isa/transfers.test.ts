/** Which instructions store a register or copy it, as the debugger sees what functions begin with. */
import { expect, it } from 'vitest';
import { LOONGARCH64 } from '../../src/isa/loongarch64/isa';
import { RISCV64 } from '../../src/isa/riscv64/isa';

const store = (register: string, base: string, offset: bigint, bytes: number) => ({
  kind: 'store',
  register,
  base,
  offset,
  bytes,
});

it.each([
  ['sd a0, 40(sp)', RISCV64, 0x02a1_3423, store('a0', 'sp', 40n, 8)],
  ['sw a5, -36(s0)', RISCV64, 0xfcf4_2e23, store('a5', 's0', -36n, 4)],
  ['c.sdsp a0, 40(sp)', RISCV64, 0xf42a, store('a0', 'sp', 40n, 8)],
  ['c.mv a5, a0', RISCV64, 0x87aa, { kind: 'move', to: 'a5', from: 'a0' }],
  ['addi a0, a0, 1', RISCV64, 0x0015_0513, undefined],
  ['ld a0, 40(sp)', RISCV64, 0x0281_3503, undefined],
  ['st.d a0, sp, 40', LOONGARCH64, 0x29c0_a064, store('a0', 'sp', 40n, 8)],
  ['st.w a5, fp, -36', LOONGARCH64, 0x29bf_72c9, store('a5', 'fp', -36n, 4)],
  ['or a5, a0, zero', LOONGARCH64, 0x0015_0089, { kind: 'move', to: 'a5', from: 'a0' }],
  ['or a5, a0, a1', LOONGARCH64, 0x0015_1489, undefined],
  ['ld.d a0, sp, 40', LOONGARCH64, 0x28c0_a064, undefined],
] as const)('%s', (_, isa, word, transfer) => {
  const bytes = new Uint8Array(new Uint32Array([word]).buffer);
  expect(isa.transfer?.(isa.disassemble(bytes, 0x8000_0000n))).toEqual(transfer);
});
