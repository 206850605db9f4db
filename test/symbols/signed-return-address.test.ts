import { describe, expect, it } from 'vitest';
import { unsigned, unwindAbi } from '../../src/symbols/abi';

const strip = (machine: 'aarch64' | 'riscv64', address: bigint): bigint => {
  const abi = unwindAbi(machine);
  if (!abi) throw new Error(`no ABI of ${machine}`);
  return unsigned(abi, address);
};

describe('a return address of AArch64', () => {
  it.each([
    ['of a kernel, signed, is the address', 0x5abd_8000_4020_1234n, 0xffff_8000_4020_1234n],
    ['of a program, signed, is the address', 0x5a3d_0000_4020_1234n, 0x0000_0000_4020_1234n],
    ['without a signature stays', 0xffff_8000_4020_1234n, 0xffff_8000_4020_1234n],
    ['that is physical stays', 0x4020_1234n, 0x4020_1234n],
  ])('%s', (_, address, expected) => expect(strip('aarch64', address)).toBe(expected));
});

it('addresses of RISC-V are taken as they are', () => {
  expect(strip('riscv64', 0x5abd_8000_4020_1234n)).toBe(0x5abd_8000_4020_1234n);
});
