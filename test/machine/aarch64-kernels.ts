/** Kernels for aarch64-virt as linkers make them, and where each is to lie. */
import { ARCHITECTURES } from '../../src/base/architectures';
import type { BootInput } from '../../src/machine/boot/load-plan';
import { buildElf } from './elf-builder';

export const MIB = 1 << 20;
/** Bytes that differ from their neighbours. */
const code = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => 1 + (at % 251));

const elf = (paddr: bigint, vaddr = paddr): Uint8Array =>
  buildElf({
    segments: [{ vaddr, paddr, bytes: code(0x40), memsz: 0x1000n }],
    entry: vaddr + 0x10n,
    machine: ARCHITECTURES.aarch64.elfMachine,
  });

/** A Linux Image of `length` bytes. */
const image = (length: number, textOffset: number, memsz = length): Uint8Array => {
  const bytes = code(length).fill(0, 0, 64);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0x08, BigInt(textOffset), true);
  view.setBigUint64(0x10, BigInt(memsz), true);
  bytes.set(new TextEncoder().encode('ARM\x64'), 0x38);
  return bytes;
};

export interface KernelCase {
  readonly name: string;
  readonly kernel: Uint8Array;
  readonly initrd?: Uint8Array;
  readonly memory: number;
  /** Where the first instruction is. */
  readonly entry: number;
  /** Where the kernel is, then the initial RAM disk, then the device tree. */
  readonly places: readonly number[];
  /** QEMU starts ELF files without x0, and leaves the device tree out where 1 MiB of it has no room before them. */
  readonly isElf?: true;
}

export const KERNEL_CASES: readonly KernelCase[] = [
  {
    name: 'a Linux Image with text offset 0 lies 2 MiB up, the device tree half-way up the RAM',
    kernel: image(0x1000, 0),
    memory: 128 * MIB,
    entry: 0x4020_0000,
    places: [0x4020_0000, 0x4400_0000],
  },
  {
    name: 'a Linux Image with a text offset lies there, and so does its device tree in little memory',
    kernel: image(0x1000, 0x8_0000),
    memory: 16 * MIB,
    entry: 0x4008_0000,
    places: [0x4008_0000, 0x4080_0000],
  },
  {
    name: 'a Linux Image without a size is an old one, whose text offset is not taken',
    kernel: image(0x1000, 0x10_0000, 0),
    memory: 128 * MIB,
    entry: 0x4008_0000,
    places: [0x4008_0000, 0x4400_0000],
  },
  {
    name: 'with an initial RAM disk the device tree is behind that, at the next 2 MiB',
    kernel: image(0x1000, 0),
    initrd: code(3 * MIB),
    memory: 512 * MIB,
    entry: 0x4020_0000,
    places: [0x4020_0000, 0x4800_0000, 0x4840_0000],
  },
  {
    name: 'both are at most 128 MiB up',
    kernel: image(0x1000, 0),
    initrd: code(0x1234),
    memory: 1024 * MIB,
    entry: 0x4020_0000,
    places: [0x4020_0000, 0x4800_0000, 0x4820_0000],
  },
  {
    name: 'a large kernel pushes the device tree up',
    kernel: image(0x1000, 0, 40 * MIB),
    memory: 64 * MIB,
    entry: 0x4020_0000,
    places: [0x4020_0000, 0x42a0_0000],
  },
  {
    name: 'any other file lies half a MiB up',
    kernel: code(0x2000),
    memory: 128 * MIB,
    entry: 0x4008_0000,
    places: [0x4008_0000, 0x4400_0000],
  },
  {
    name: 'an ELF lies where it is linked, the device tree at the start of RAM',
    kernel: elf(0x4100_0000n),
    memory: 128 * MIB,
    entry: 0x4100_0010,
    places: [0x4100_0000, 0x4000_0000],
    isElf: true,
  },
  {
    name: 'an ELF linked high is entered at its physical address',
    kernel: elf(0x4020_0000n, 0xffff_0000_4020_0000n),
    memory: 128 * MIB,
    entry: 0x4020_0010,
    places: [0x4020_0000, 0x4000_0000],
    isElf: true,
  },
];

export const inputOf = ({ kernel, initrd, memory }: KernelCase): BootInput => ({
  memory,
  harts: 1,
  append: 'one=1',
  kernel: { name: 'kernel', bytes: kernel },
  ...(initrd && { initrd: { name: 'initrd', bytes: initrd } }),
});
