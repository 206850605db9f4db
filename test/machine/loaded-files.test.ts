/** Files that are put into memory beside a kernel, or in place of one: QEMU's `-device loader`. */
import { describe, expect, it } from 'vitest';
import { planLoongarch64 } from '../../src/machine/boards/loongarch64-virt/boot';
import { planRiscv64 } from '../../src/machine/boards/riscv64-virt/boot';
import { LoadError } from '../../src/machine/boot/load-error';
import type { BootInput, LoadPlan, PlacedFile } from '../../src/machine/boot/load-plan';
import { chooseBoard } from '../../src/machine/create';
import { buildElf } from './elf-builder';
import { code, MIB } from './loongarch64-kernels';

const BOARDS = [
  { name: 'riscv64', plan: planRiscv64, base: 0x8000_0000, elfMachine: 243 },
  { name: 'loongarch64', plan: planLoongarch64, base: 0, elfMachine: 258 },
] as const;

const raw = (name: string, at: number, length = 0x100): PlacedFile => ({ file: { name, bytes: code(length) }, at });

describe.each(BOARDS)('on $name', ({ plan, base, elfMachine, name }) => {
  const planned = (input: Partial<BootInput>): LoadPlan => plan({ memory: 128 * MIB, harts: 1, ...input });
  const elf = (at: number): Uint8Array =>
    buildElf({ segments: [{ vaddr: BigInt(at), bytes: code(0x40) }], machine: elfMachine });
  const places = ({ segments }: LoadPlan): [string, number][] =>
    segments.filter((segment) => /^[a-z]\.(bin|elf)/.test(segment.name)).map((segment) => [segment.name, segment.pa]);

  it('a file lies beside the kernel, which starts', () => {
    const kernel = { name: 'k.elf', bytes: elf(base + 0x30_0000) };
    const result = planned({ kernel, loaded: [raw('d.bin', base + 0x400_0000)] });
    expect(result.entry).toBe(base + 0x30_0000);
    expect(places(result)).toEqual([
      ['k.elf, segment 0', base + 0x30_0000],
      ['d.bin', base + 0x400_0000],
    ]);
  });

  it('without a kernel the first file is it', () => {
    const result = planned({ loaded: [raw('k.bin', base + 0x100_0000), raw('d.bin', base + 0x400_0000)] });
    expect({ entry: result.entry, format: result.format }).toEqual({ entry: base + 0x100_0000, format: 'flat' });
    expect(places(result)).toEqual([
      ['k.bin', base + 0x100_0000],
      ['d.bin', base + 0x400_0000],
    ]);
  });

  it('an ELF says where it lies, and which machine it is for', () => {
    const loaded = [{ file: { name: 'k.elf', bytes: elf(base + 0x50_0000) } }];
    expect(chooseBoard({ loaded }).arch).toBe(name);
    expect(places(planned({ loaded }))).toEqual([['k.elf, segment 0', base + 0x50_0000]]);
  });

  it('an ELF with an address lies there as it is', () => {
    const file = { name: 'd.elf', bytes: elf(base + 0x50_0000) };
    const result = planned({ loaded: [raw('k.bin', base + 0x20_0000), { file, at: base + 0x400_0000 }] });
    expect(result.segments.find((segment) => segment.pa === base + 0x400_0000)?.bytes).toEqual(file.bytes);
  });

  it('the entry that the user names is that of the first processor', () => {
    const kernel = { name: 'k.elf', bytes: elf(base + 0x30_0000) };
    expect(planned({ kernel, entry: base + 0x30_0010 }).entry).toBe(base + 0x30_0010);
  });

  it('files with a firmware of their own do not start', () => {
    const result = planned({ pflash0: { name: 'f.bin', bytes: code(64) }, loaded: [raw('d.bin', base + 0x400_0000)] });
    expect(result.format).toBe('none');
    expect(places(result)).toEqual([['d.bin', base + 0x400_0000]]);
  });

  const rows: readonly (readonly [string, Partial<BootInput>, string])[] = [
    [
      'a file that is no ELF and has no address',
      { loaded: [{ file: { name: 'd.bin', bytes: code(16) } }] },
      'd.bin: it is no ELF file, and nothing says where it is to lie. Write its physical address behind its name: d.bin@0x',
    ],
    ['a file outside RAM', { loaded: [raw('d.bin', 0x5000_0000)] }, 'd.bin: it is to lie at 0x50000000'],
    ['an empty file', { loaded: [raw('d.bin', base + 0x40_0000, 0)] }, 'd.bin: the file is empty'],
    [
      'two files at one place',
      { loaded: [raw('a.bin', base + 0x40_0000), raw('b.bin', base + 0x40_0080)] },
      'b.bin: at 0x',
    ],
    [
      'an odd entry',
      { loaded: [raw('k.bin', base + 0x40_0000)], entry: base + 0x40_0001 },
      '--entry: there is no instruction at the odd address 0x',
    ],
  ];
  it.each(rows)('%s says what is wrong and what to do', (_name, input, message) => {
    expect(() => planned(input)).toThrow(LoadError);
    expect(() => planned(input)).toThrow(message);
  });
});
