import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planRiscv64 } from '../../src/machine/boards/riscv64-virt/boot';
import { LoadError } from '../../src/machine/boot/load-error';
import type { BootInput, LoadPlan, NamedFile } from '../../src/machine/boot/load-plan';
import { parseMemorySize } from '../../src/machine/memory-size';
import { SEED } from '../support/random';
import { buildElf } from './elf-builder';
import { cells, nodeAt, readFdt } from './fdt-reader';

const MIB = 1 << 20;
const RAM = 0x8000_0000;
const code = Uint8Array.of(0x13, 0, 0, 0, 0x6f, 0, 0, 0);
const file = (bytes: Uint8Array, name = 'k.elf'): NamedFile => ({ name, bytes });
const plan = (input: Partial<BootInput>): LoadPlan => planRiscv64({ memory: 128 * MIB, harts: 1, ...input });
const where = ({ segments }: LoadPlan): [string, number, number][] =>
  segments.map(({ name, pa, memsz }) => [name, pa, memsz]);
const linux = (offset: bigint, size: bigint, length = 0x100): Uint8Array => {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(8, offset, true);
  view.setBigUint64(16, size, true);
  bytes.set(new TextEncoder().encode('RISCV\0\0\0RSC\x05'), 0x30);
  return bytes;
};

describe('what goes where', () => {
  it('puts a flat kernel at 0x80200000 in S-mode, with the device tree on top of RAM', () => {
    const result = plan({ kernel: file(code, 'k.bin') });
    expect(result).toMatchObject({
      entry: 0x8020_0000,
      mode: 'S',
      registers: { a1: 0x87e0_0000n, a2: 0n },
      format: 'flat',
    });
    expect(where(result).slice(0, 1)).toEqual([['k.bin', 0x8020_0000, 8]]);
    const tree = result.segments.find(({ pa }) => pa === result.dtbAt);
    expect(nodeAt(readFdt(tree?.bytes ?? new Uint8Array()), '/memory@80000000')).toBeDefined();
    expect(result.physicalOf).toEqual([{ vaddr: 0x8020_0000n, pa: 0x8020_0000, size: 8 }]);
  });

  it('puts a Linux Image at its text offset and reserves its image size', () => {
    const result = plan({ kernel: file(linux(0x20_0000n, 0x100_0000n), 'Image') });
    expect(result).toMatchObject({ entry: 0x8020_0000, mode: 'S', format: 'linux-image' });
    expect(where(result)[0]).toEqual(['Image', 0x8020_0000, 0x100_0000]);
    expect(plan({ kernel: file(linux(0x40_0000n, 0n), 'Image') }).entry).toBe(0x8040_0000);
  });

  it('loads an ELF at its physical addresses and enters it at the physical address of its entry', () => {
    const high = 0xffff_ffc0_8020_0000n;
    const bytes = buildElf({
      segments: [
        { vaddr: high, paddr: 0x8020_0000n, bytes: code },
        { vaddr: high + 0x1000n, paddr: 0x8020_1000n, bytes: code, memsz: 0x2000n },
      ],
      entry: high + 4n,
    });
    const result = plan({ kernel: file(bytes) });
    expect(result).toMatchObject({ entry: 0x8020_0004, mode: 'S', format: 'elf' });
    expect(where(result).slice(0, 2)).toEqual([
      ['k.elf, segment 0', 0x8020_0000, 8],
      ['k.elf, segment 1', 0x8020_1000, 0x2000],
    ]);
    expect(result.physicalOf).toEqual([
      { vaddr: high, pa: 0x8020_0000, size: 8 },
      { vaddr: high + 0x1000n, pa: 0x8020_1000, size: 0x2000 },
    ]);
  });

  it('moves an ELF whose load addresses are virtual so that its lowest segment is at the load base', () => {
    const high = 0xffff_ffc0_8020_0000n;
    const segments = [
      { vaddr: high, bytes: code },
      // Per-CPU data: linked at 0, loaded behind the text.
      { vaddr: 0n, paddr: high + 0x3000n, bytes: code },
    ];
    const result = plan({ kernel: file(buildElf({ segments, entry: high })) });
    expect(
      where(result)
        .slice(0, 2)
        .map(([, at]) => at),
    ).toEqual([0x8020_0000, 0x8020_3000]);
    expect(result.entry).toBe(0x8020_0000);
    expect(plan({ kernel: file(buildElf({ segments, entry: high })), loadAddress: 0x8100_0000 }).entry).toBe(
      0x8100_0000,
    );
  });

  it('places a position-independent ELF, an ELF without physical addresses, and one without entry', () => {
    const pie = buildElf({ segments: [{ vaddr: 0n, bytes: code }], entry: 4n, type: 3 });
    expect(plan({ kernel: file(pie) }).entry).toBe(0x8020_0004);
    const noPhysical = buildElf({
      segments: [
        { vaddr: 0x1_0000n, paddr: 0n, bytes: code },
        { vaddr: 0x1_1000n, paddr: 0n, bytes: code },
      ],
    });
    expect(
      where(plan({ kernel: file(noPhysical) }))
        .slice(0, 2)
        .map(([, at]) => at),
    ).toEqual([0x8020_0000, 0x8020_1000]);
    const noEntry = buildElf({ segments: [{ vaddr: 0x8030_0000n, bytes: code }], entry: 0n });
    expect(plan({ kernel: file(noEntry) }).entry).toBe(0x8030_0000);
  });

  it('starts an ELF in the firmware’s place, or one with tohost, in M-mode', () => {
    const bare = buildElf({ segments: [{ vaddr: 0x8000_0000n, bytes: code }] });
    expect(plan({ kernel: file(bare) })).toMatchObject({ entry: RAM, mode: 'M', tohost: undefined });
    const htif = buildElf({
      segments: [
        { vaddr: 0x8020_0000n, bytes: code },
        { vaddr: 0x8020_1000n, bytes: new Uint8Array(128) },
      ],
      symbols: { main: 0x8020_0000n, tohost: 0x8020_1000n, fromhost: 0x8020_1040n },
    });
    expect(plan({ kernel: file(htif) })).toMatchObject({ mode: 'M', tohost: 0x8020_1000, fromhost: 0x8020_1040 });
    expect(plan({ kernel: file(bare), mode: 'S' }).mode).toBe('S');
  });

  it('starts a bios in M-mode at the start of RAM with the kernel as its payload', () => {
    const result = plan({ bios: file(code, 'fw.bin'), kernel: file(code, 'k.bin') });
    expect(result).toMatchObject({ entry: RAM, mode: 'M' });
    expect(where(result).slice(0, 2)).toEqual([
      ['fw.bin', RAM, 8],
      ['k.bin', 0x8020_0000, 8],
    ]);
    const info = result.segments.find(({ pa }) => BigInt(pa) === result.registers.a2);
    const words = new BigUint64Array((info?.bytes ?? new Uint8Array()).slice().buffer);
    expect([...words.subarray(0, 4)]).toEqual([0x4942_534fn, 2n, 0x8020_0000n, 1n]);
    expect(plan({ bios: file(buildElf({ segments: [{ vaddr: 0x8000_0000n, bytes: code }] }), 'fw.elf') }).entry).toBe(
      RAM,
    );
  });

  it('starts flash when there is only flash', () => {
    expect(plan({ pflash0: file(code, 'flash.img') })).toMatchObject({ entry: 0x2000_0000, mode: 'M', format: 'none' });
  });

  it('puts the initial RAM disk below the device tree and tells the tree', () => {
    const result = plan({ kernel: file(code), initrd: file(new Uint8Array(5000).fill(7), 'disk.cpio') });
    expect(result.initrd).toEqual({ start: 0x87df_e000, end: 0x87df_f388 });
    const tree = result.segments.find(({ pa }) => pa === result.dtbAt);
    const chosen = nodeAt(readFdt(tree?.bytes ?? new Uint8Array()), '/chosen')?.properties;
    expect(cells(chosen?.get('linux,initrd-start'))).toEqual([0, 0x87df_e000]);
    expect(cells(chosen?.get('linux,initrd-end'))).toEqual([0, 0x87df_f388]);
    expect(where(result)).toContainEqual(['disk.cpio', 0x87df_e000, 5000]);
  });

  it('keeps the device tree within reach of 32-bit pointers on a large machine', () => {
    expect(plan({ kernel: file(code), memory: 3072 * MIB }).dtbAt).toBe(0xbfe0_0000);
  });

  it('needs no 2 MiB of alignment where there is no room for it', () => {
    expect(plan({ bios: file(code), memory: MIB }).dtbAt).toBe(RAM + MIB - 0x1000);
  });
});

describe('memory sizes', () => {
  it.each([
    ['128M', 128 * MIB],
    ['1g', 1024 * MIB],
    ['65536K', 64 * MIB],
    ['128MiB', 128 * MIB],
    [' 4096 ', 4096],
    ['3G', 3072 * MIB],
  ])('%s is %i bytes', (text, bytes) => {
    expect(parseMemorySize(text)).toBe(bytes);
  });

  it.each([
    ['0', '--memory: "0" is not a memory size. Give a size such as 128M or 1G.'],
    ['10G', '--memory: 10G is more than the 3 GiB the machine can have. Give at most 3G; 128M is usual.'],
    ['4097', '--memory: 4097 is not a multiple of the page size, 4096 bytes. Give a size such as 128M.'],
    ['lots', '--memory: "lots" is not a memory size. Give a size such as 128M or 1G.'],
    ['-1M', '--memory: "-1M" is not a memory size. Give a size such as 128M or 1G.'],
    ['9'.repeat(400), '9" is not a memory size. Give a size such as 128M or 1G.'],
  ])('%s is refused', (text, message) => {
    expect(() => parseMemorySize(text)).toThrow(LoadError);
    expect(() => parseMemorySize(text)).toThrow(message);
  });
});

describe('bad input', () => {
  const good = buildElf({ segments: [{ vaddr: 0x8020_0000n, bytes: code }] });
  const patched = (...edits: [number, number][]): Uint8Array => {
    const bytes = good.slice();
    for (const [at, value] of edits) bytes[at] = value;
    return bytes;
  };
  const rows: [string, Partial<BootInput>, string][] = [
    [
      'nothing to run',
      {},
      'the machine: there is nothing to run. Name a kernel, or pass --kernel or --bios with a file.',
    ],
    [
      'an empty file',
      { kernel: file(new Uint8Array(), 'k') },
      'k: the file is empty. Build it again, or name another file.',
    ],
    [
      'an AArch64 ELF',
      { kernel: file(buildElf({ segments: [], machine: 183 })) },
      'k.elf: this is an ELF for AArch64, and the machine is riscv64. Build it for riscv64, or choose a machine for aarch64.',
    ],
    [
      'an ELF for a machine nobody knows',
      { kernel: file(buildElf({ segments: [], machine: 999 })) },
      'k.elf: this is an ELF for machine number 999, and the machine is riscv64. Build it for riscv64.',
    ],
    ['a cut ELF header', { kernel: file(good.slice(0, 63)) }, 'the ELF header is cut off (63 of 64 bytes)'],
    [
      'cut program headers',
      { kernel: file(good.slice(0, 100)) },
      'program headers end at 0x78, past the end of the file (0x64)',
    ],
    [
      'a cut segment',
      { kernel: file(good.slice(0, 124)) },
      'segment 0 ends at 0x80, past the end of the file (0x7c); the file is truncated',
    ],
    ['a 32-bit ELF', { kernel: file(patched([4, 1])) }, 'this is a 32-bit RISC-V ELF, and the machine is riscv64'],
    ['a big-endian ELF', { kernel: file(patched([5, 2], [18, 0], [19, 243])) }, 'this is a big-endian ELF'],
    [
      'an object file',
      { kernel: file(patched([16, 1])) },
      'this is an object file, not a program. Link it and load the result.',
    ],
    ['a core dump', { kernel: file(patched([16, 4])) }, 'this is a core dump'],
    ['an ELF without program headers', { kernel: file(buildElf({ segments: [] })) }, 'this ELF has no program headers'],
    [
      'program headers of a strange size',
      { kernel: file(patched([54, 55])) },
      'program header table has an unknown form',
    ],
    ['no PT_LOAD', { kernel: file(patched([64, 2])) }, 'this ELF has no loadable segment'],
    [
      'more in the file than in memory',
      { kernel: file(patched([64 + 40, 1])) },
      'segment 0 has more bytes in the file than in memory',
    ],
    [
      'an entry nowhere',
      { kernel: file(buildElf({ segments: [{ vaddr: 0x8020_0000n, bytes: code }], entry: 0x10n })) },
      'the entry point 0x10 lies in none of its segments. Check ENTRY in the linker script.',
    ],
    [
      'a segment before RAM',
      {
        kernel: file(
          buildElf({
            segments: [
              { vaddr: 0x8020_0000n, bytes: code },
              { vaddr: 0x1000n, bytes: code },
            ],
          }),
        ),
      },
      'k.elf, segment 1: it is to lie at 0x1000–0x1008, outside RAM (0x80000000–0x88000000). Link it for 0x80200000',
    ],
    [
      'segments an address space apart',
      {
        kernel: file(
          buildElf({
            segments: [
              { vaddr: 0x10n, bytes: code },
              { vaddr: 0xffff_ffff_ffff_0000n, bytes: code },
            ],
          }),
        ),
      },
      'outside RAM',
    ],
    [
      'overlapping segments',
      {
        kernel: file(
          buildElf({
            segments: [
              { vaddr: 0x8020_0000n, bytes: code },
              { vaddr: 0x8020_0004n, bytes: code },
            ],
          }),
        ),
      },
      'k.elf, segment 1: at 0x80200004 it overlaps k.elf, segment 0, which ends at 0x80200008',
    ],
    [
      'a bios that reaches into the kernel',
      { bios: file(new Uint8Array(3 * MIB), 'fw.bin'), kernel: file(code, 'k.bin') },
      'k.bin: at 0x80200000 it overlaps fw.bin, which ends at 0x80300000',
    ],
    [
      'a kernel larger than memory',
      { kernel: file(new Uint8Array(15 * MIB), 'k.bin'), memory: 16 * MIB },
      'k.bin: it needs memory up to 0x81100000, but RAM (16 MiB) ends at 0x81000000. Give it more memory, at least 19M.',
    ],
    [
      'memory below the kernel',
      { kernel: file(code, 'k.bin'), memory: MIB },
      'k.bin: it needs memory up to 0x80200008, but RAM (1 MiB)',
    ],
    [
      'a Linux Image with a huge size',
      { kernel: file(linux(0x20_0000n, 1n << 60n), 'Image') },
      'Image: its Linux Image header has impossible sizes',
    ],
    [
      'an image size past RAM',
      { kernel: file(linux(0x20_0000n, 0x800_0000n), 'Image') },
      'it needs memory up to 0x88200000',
    ],
    [
      'no room for the device tree',
      { kernel: file(new Uint8Array(14 * MIB), 'k.bin'), memory: 16 * MIB },
      '--memory: no room is left for the device tree beside the kernel in 16 MiB. Give more memory.',
    ],
    [
      'no room for the disk',
      { kernel: file(code), initrd: file(new Uint8Array(14 * MIB), 'disk'), memory: 16 * MIB },
      'no room is left for the device tree and the initial RAM disk beside the kernel in 16 MiB',
    ],
    [
      'an empty disk',
      { kernel: file(code), initrd: file(new Uint8Array(), 'disk') },
      'disk: the initial RAM disk is empty',
    ],
    ['no memory', { kernel: file(code), memory: 0 }, '0 bytes is no memory at all'],
    ['half a page of memory', { kernel: file(code), memory: 2048 }, 'not a multiple of the page size'],
    ['too much memory', { kernel: file(code), memory: 10 * 1024 * MIB }, 'more than the 3 GiB'],
    ['no harts', { kernel: file(code), harts: 0 }, '--harts: 0 harts cannot be had. Give 1 to 8.'],
    ['too many harts', { kernel: file(code), harts: 9 }, '--harts: 9 harts cannot be had'],
    [
      'a flash image that does not fit',
      { kernel: file(code), pflash1: file(new Uint8Array(33 * MIB), 'f.img') },
      'f.img: the flash image has 33 MiB; a bank holds 32 MiB',
    ],
    [
      'a gzip file',
      { kernel: file(Uint8Array.of(0x1f, 0x8b, 8), 'k.gz') },
      'k.gz: the file is compressed with gzip. Unpack it with gunzip first.',
    ],
    [
      'an EFI program',
      { kernel: file(new TextEncoder().encode('MZ........'), 'k.efi') },
      'k.efi: this is a Windows or EFI program',
    ],
    [
      'an AArch64 Linux Image',
      { kernel: file(new TextEncoder().encode(`${'.'.repeat(0x38)}ARM\x64....`), 'Image') },
      'Image: this is a Linux Image for AArch64, and the machine is riscv64. Build it for riscv64, or choose a machine for aarch64.',
    ],
  ];
  it.each(rows)('%s says what is wrong and what to do', (_name, input, message) => {
    expect(() => plan(input)).toThrow(LoadError);
    expect(() => plan(input)).toThrow(message);
  });

  it('any damaged ELF gives a plan inside RAM or a LoadError', () => {
    const base = buildElf({
      segments: [
        { vaddr: 0x8020_0000n, bytes: code, memsz: 64n },
        { vaddr: 0xffff_ffc0_8020_1000n, paddr: 0x8020_1000n, bytes: code },
      ],
      symbols: { tohost: 0x8020_0000n },
    });
    const edit = fc.record({ at: fc.nat(base.length - 1), value: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 12 }), fc.nat(base.length), fc.boolean(), (edits, cut, isCut) => {
        const bytes = isCut ? base.slice(0, cut) : base.slice();
        for (const { at, value } of edits) if (at < bytes.length) bytes[at] = value;
        try {
          const result = plan({ kernel: file(bytes) });
          for (const { pa, memsz, bytes: contents } of result.segments) {
            expect(pa).toBeGreaterThanOrEqual(RAM);
            expect(pa + memsz).toBeLessThanOrEqual(RAM + 128 * MIB);
            expect(contents.length).toBeLessThanOrEqual(memsz);
          }
        } catch (error) {
          if (!(error instanceof LoadError)) throw error;
        }
      }),
      { seed: SEED, numRuns: 5000 },
    );
  });

  it('any bytes at all give a plan or a LoadError', () => {
    const prefix = fc.constantFrom([], [0x7f, 0x45, 0x4c, 0x46, 2, 1], [...linux(0n, 0n, 64)]);
    fc.assert(
      fc.property(prefix, fc.uint8Array({ maxLength: 300 }), (start, rest) => {
        const bytes = Uint8Array.from([...start, ...rest]);
        try {
          plan({ kernel: file(bytes), bios: rest.length % 3 === 0 ? file(bytes, 'bios') : undefined });
        } catch (error) {
          if (!(error instanceof LoadError)) throw error;
        }
      }),
      { seed: SEED, numRuns: 3000 },
    );
  });
});
