/** Which code only a hypervisor has. Words from the manual's encoding of Zicsr. */
import { describe, expect, it } from 'vitest';
import { RISCV64 } from '../../../src/isa/riscv64';

const code = (...words: number[]): Uint8Array => new Uint8Array(new Uint32Array(words).buffer);
const NOP = 0x00000013;

describe('code that runs guests', () => {
  it.each([
    ['csrw hgatp, a0', 0x68051073, true],
    ['csrw hstatus, a0', 0x60051073, true],
    ['csrs hstatus, a0', 0x60052073, true],
    ['csrc hstatus, a0', 0x60053073, true],
    ['csrsi hstatus, 1', 0x6000e073, true],
    ['csrr a0, hgatp', 0x68002573, false],
    ['csrr a0, hstatus', 0x60002573, false],
    ['csrw satp, a0', 0x18051073, false],
    ['csrw vsatp, a0', 0x28051073, false],
    ['sret', 0x10200073, false],
    ['ecall', 0x00000073, false],
  ])('%s: %j', (_, word, wanted) => {
    expect(RISCV64.runsGuests?.(code(NOP, word, NOP))).toBe(wanted);
  });

  it('is found by whole instructions, short ones counted', () => {
    const bytes = code(NOP, 0x68051073);
    // A half before it, and the same word where no instruction begins.
    expect(RISCV64.runsGuests?.(Uint8Array.from([0x01, 0x00, ...bytes]))).toBe(true);
    expect(RISCV64.runsGuests?.(Uint8Array.from([0x37, 0x05, ...code(0x68051073), 0x00, 0x00]))).toBe(false);
    expect(RISCV64.runsGuests?.(bytes.subarray(0, 7))).toBe(false);
    expect(RISCV64.runsGuests?.(new Uint8Array())).toBe(false);
  });
});
