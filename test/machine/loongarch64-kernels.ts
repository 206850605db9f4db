/** Kernels for loongarch64-virt as linkers make them, and where each is to lie. */
import { ARCHITECTURES } from '../../src/base/architectures';
import type { BootInput } from '../../src/machine/boot/load-plan';
import { buildElf } from './elf-builder';

export const MIB = 1 << 20;
/** Bytes that differ from their neighbours. */
export const code = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => 1 + (at % 251));

const elf = (segments: readonly (readonly [vaddr: bigint, paddr: bigint])[], entry: bigint): Uint8Array =>
  buildElf({
    segments: segments.map(([vaddr, paddr]) => ({ vaddr, paddr, bytes: code(0x40), memsz: 0x1000n })),
    entry,
    machine: ARCHITECTURES.loongarch64.elfMachine,
  });

/** An Image of `length` bytes that is entered 64 bytes from its start and lies at 2 MiB. */
export const image = (length: number, memsz = length): Uint8Array => {
  const bytes = code(length).fill(0, 0, 64);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode('MZ'));
  view.setBigUint64(0x08, 0x20_0040n, true);
  view.setBigUint64(0x10, BigInt(memsz), true);
  view.setBigUint64(0x18, 0x20_0000n, true);
  view.setUint32(0x38, 0x8182_23cd, true);
  return bytes;
};

export interface KernelCase {
  readonly name: string;
  readonly kernel: Uint8Array;
  readonly initrd?: Uint8Array;
  readonly memory: number;
  /** Where the first instruction is. */
  readonly entry: number;
  /** What the program counter holds there, if that is more. */
  readonly pc?: bigint;
  /** Where segments are, then the initial RAM disk. */
  readonly places: readonly number[];
}

export const KERNEL_CASES: readonly KernelCase[] = [
  {
    name: 'an ELF linked into the cached window, physical addresses and all, lies where the window leads',
    kernel: elf([[0x9000_0000_0100_0000n, 0x9000_0000_0100_0000n]], 0x9000_0000_0100_0010n),
    memory: 128 * MIB,
    entry: 0x100_0010,
    pc: 0x9000_0000_0100_0010n,
    places: [0x100_0000],
  },
  {
    name: 'an ELF with physical load addresses lies there and is entered through its window',
    kernel: elf(
      [
        [0x9000_0000_0040_0000n, 0x40_0000n],
        [0x9000_0000_0040_2000n, 0x40_2000n],
      ],
      0x9000_0000_0040_2004n,
    ),
    memory: 128 * MIB,
    entry: 0x40_2004,
    pc: 0x9000_0000_0040_2004n,
    places: [0x40_0000, 0x40_2000],
  },
  {
    name: 'an entry through the uncached window is that of the code',
    kernel: elf([[0x9000_0000_0020_0000n, 0x20_0000n]], 0x8000_0000_0020_0020n),
    memory: 128 * MIB,
    entry: 0x20_0020,
    pc: 0x8000_0000_0020_0020n,
    places: [0x20_0000],
  },
  {
    name: 'an ELF linked to high RAM lies there',
    kernel: elf([[0x9000_0000_9000_0000n, 0x9000_0000_9000_0000n]], 0x9000_0000_9000_0000n),
    memory: 1024 * MIB,
    entry: 0x9000_0000,
    pc: 0x9000_0000_9000_0000n,
    places: [0x9000_0000],
  },
  {
    name: 'an Image is entered where its header says',
    kernel: image(0x1000),
    memory: 128 * MIB,
    entry: 0x20_0040,
    places: [0x20_0000],
  },
  {
    name: 'an initial RAM disk lies behind the kernel, with room for the kernel to move',
    kernel: image(0x10_0000),
    initrd: code(0x5000),
    memory: 128 * MIB,
    entry: 0x20_0040,
    places: [0x20_0000, 0x70_0000],
  },
];

/** A case as a boot protocol takes it. */
export const inputOf = ({ kernel, initrd, memory }: KernelCase): BootInput => ({
  memory,
  harts: 1,
  kernel: { name: 'kernel', bytes: kernel },
  ...(initrd && { initrd: { name: 'initrd', bytes: initrd } }),
  append: 'one=1',
});
