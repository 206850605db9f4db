import { describe, expect, test } from 'vitest';
import { readElfHeader } from '../../../src/vscode/trees/elf-header';
import { type BuildElf, buildElf } from '../../machine/elf-builder';

const code = Uint8Array.of(0x13, 0, 0, 0);
const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const elf = (vaddr: bigint, more: Partial<BuildElf> = {}): Uint8Array =>
  buildElf({ segments: [{ vaddr, bytes: code }], ...more });
const note = (name: string, kind: number): Uint8Array => {
  const bytes = new Uint8Array(12 + Math.ceil(name.length / 4) * 4 + 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, name.length, true);
  view.setUint32(4, 4, true);
  view.setUint32(8, kind, true);
  bytes.set(text(name), 12);
  return bytes;
};
const withSegment = (type: number, bytes: Uint8Array): Uint8Array =>
  buildElf({
    segments: [
      { vaddr: 0x40_0000n, bytes: code },
      { vaddr: 0n, type, bytes },
    ],
    machine: 62,
  });

describe('what the first bytes of a file say', () => {
  const KERNEL = { isProgram: true, isHosted: false, place: 'kernel', arch: 'riscv64' };
  test.each([
    ['a kernel for S-mode', elf(0x8020_0000n), KERNEL],
    ['a kernel in the place of firmware', elf(0x8000_0000n), KERNEL],
    ['a kernel in the upper half', elf(0xffff_ffff_8000_0000n), KERNEL],
    ['a kernel that may lie anywhere', elf(0n, { type: 3 }), { ...KERNEL, place: 'elsewhere' }],
    ['a user program', elf(0x1_0000n), { ...KERNEL, place: 'elsewhere' }],
    ['a user program that a teaching kernel has in RAM', elf(0x8040_0000n), { ...KERNEL, place: 'elsewhere' }],
    ['an object file', elf(0x8020_0000n, { type: 1 }), { isProgram: false }],
    ['a kernel for x86-64', elf(0xffff_ffff_8100_0000n, { machine: 62 }), { arch: 'x86_64', machine: 'x86-64' }],
    ['a kernel for MIPS', elf(0x8000_0000n, { machine: 8 }), { arch: undefined, machine: 'MIPS', isProgram: true }],
    ['a program with a loader', withSegment(3, text('/lib64/ld-linux-x86-64.so.2\0')), { isHosted: true }],
    ['a static program of a C library', withSegment(4, note('GNU\0', 1)), { isHosted: true }],
    ['a static program in Go', withSegment(4, note('Go\0\0', 4)), { isHosted: true }],
    ['a kernel with a build id', withSegment(4, note('GNU\0', 3)), { isHosted: false }],
  ] as const)('%s', (_, bytes, header) => {
    expect(readElfHeader(bytes)).toMatchObject(header);
  });

  test('a name of a system in the header means a program for it', () => {
    const bytes = elf(0x40_0000n);
    bytes[7] = 3;
    expect(readElfHeader(bytes)?.isHosted).toBe(true);
  });

  test('a 32-bit RISC-V kernel is for no machine of ours', () => {
    const bytes = elf(0x8000_0000n);
    bytes[4] = 1;
    expect(readElfHeader(bytes)).toMatchObject({ machine: 'RISC-V (32-bit)', arch: undefined });
  });

  test('anything else is no ELF, and any beginning of one is read without a mistake', () => {
    for (const bytes of [new Uint8Array(), text('#!/bin/sh\n'), new Uint8Array(100)]) {
      expect(readElfHeader(bytes)).toBeUndefined();
    }
    const whole = withSegment(4, note('GNU\0', 1));
    for (let length = 0; length < whole.length; length++) readElfHeader(whole.subarray(0, length));
    const wild = elf(0x8020_0000n);
    wild.fill(0xff, 32, 64);
    expect(readElfHeader(wild)?.isProgram).toBe(false);
  });
});
