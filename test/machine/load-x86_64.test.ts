import { describe, expect, it } from 'vitest';
import { planQ35 } from '../../src/machine/boards/x86_64-q35/boot';
import { memoryMap, ramOf } from '../../src/machine/boards/x86_64-q35/memory';
import type { BootInput, LoadPlan, LoadSegment } from '../../src/machine/boot/load-plan';
import { buildElf } from './elf-builder';
import {
  bzImage,
  code,
  EM_X86_64,
  elf32,
  elf64,
  file,
  MIB,
  multiboot,
  multiboot2,
  pvhNote,
  wish,
  words,
} from './x86_64-kernels';

const planOf = (kernel: Uint8Array, options: Partial<BootInput> = {}, mode?: 'real' | 'protected' | 'long'): LoadPlan =>
  planQ35({ memory: 128 * MIB, harts: 1, kernel: { name: 'some/kernel', bytes: kernel }, ...options }, mode);

const holding = ({ segments }: LoadPlan, address: bigint | number): LoadSegment => {
  const at = Number(address);
  const found = segments.find(({ pa, memsz }) => at >= pa && at < pa + memsz);
  if (!found) throw new Error(`nothing at ${at.toString(16)}`);
  return found;
};
/** Memory from an address on, to the end of what lies there. */
const from = (plan: LoadPlan, address: bigint | number): DataView => {
  const { bytes, pa } = holding(plan, address);
  const offset = Number(address) - pa;
  return new DataView(bytes.buffer, bytes.byteOffset + offset, bytes.length - offset);
};
const word = (plan: LoadPlan, address: bigint | number): number => from(plan, address).getUint32(0, true);
const text = (plan: LoadPlan, address: bigint | number): string => {
  const view = from(plan, address);
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return new TextDecoder('latin1').decode(bytes.subarray(0, bytes.indexOf(0)));
};

/** 16 KiB whose Multiboot header sends them to 2 MiB, with 4 KiB of zeros behind. */
const addressed = file(0x4000, {
  0: code(0x40),
  64: multiboot(0x1_0003, 0x20_0040, 0x20_0000, 0x20_4000, 0x20_5000, 0x20_0100),
});
const inElf = (header: Uint8Array): Uint8Array =>
  elf32(0x10_0000, 0xc010_0000, 0xc010_0040, file(0x1000, { 0: header, 64: code(16) }), 0x2000);

interface Case {
  readonly name: string;
  readonly kernel: Uint8Array;
  readonly options?: Partial<BootInput>;
  readonly mode?: 'real' | 'protected' | 'long';
  readonly starts: { readonly format: LoadPlan['format']; readonly mode: string; readonly entry: number };
  /** Where the program's segments lie, and to which address. */
  readonly places: readonly (readonly [start: number, end: number])[];
}

const CASES: readonly Case[] = [
  {
    name: 'a Multiboot kernel goes where the address fields of its header say',
    kernel: addressed,
    starts: { format: 'multiboot', mode: 'protected', entry: 0x20_0100 },
    places: [[0x20_0000, 0x20_5000]],
  },
  {
    name: 'a Multiboot ELF of 32 bits goes to its physical addresses, and is entered at its entry’s',
    kernel: inElf(multiboot(3)),
    starts: { format: 'multiboot', mode: 'protected', entry: 0x10_0040 },
    places: [[0x10_0000, 0x10_2000]],
  },
  {
    name: 'a Multiboot ELF of 64 bits is taken, too',
    kernel: elf64({
      segments: [{ vaddr: 0xffff_8000_0010_0000n, paddr: 0x10_0000n, bytes: file(64, { 0: multiboot(0) }) }],
      entry: 0x10_0010n,
    }),
    starts: { format: 'multiboot', mode: 'protected', entry: 0x10_0010 },
    places: [[0x10_0000, 0x10_0040]],
  },
  {
    name: 'a Multiboot 2 ELF is entered where a tag says',
    kernel: inElf(multiboot2([wish(3, false, 0x10_0080)])),
    starts: { format: 'multiboot2', mode: 'protected', entry: 0x10_0080 },
    places: [[0x10_0000, 0x10_2000]],
  },
  {
    name: 'a Multiboot 2 kernel goes where an address tag says',
    kernel: file(0x1000, {
      8: multiboot2([wish(2, false, 0x30_0008, 0x30_0000, 0, 0), wish(3, false, 0x30_0100)]),
    }),
    starts: { format: 'multiboot2', mode: 'protected', entry: 0x30_0100 },
    places: [[0x30_0000, 0x30_1000]],
  },
  {
    name: 'a relocatable Multiboot 2 kernel moves where its place is not to be had',
    kernel: inElf(multiboot2([wish(10, false, 0x100_0000, 0x3ff_ffff, 0x20_0000, 1)])),
    starts: { format: 'multiboot2', mode: 'protected', entry: 0x100_0040 },
    places: [[0x100_0000, 0x100_2000]],
  },
  {
    name: 'an ELF with a PVH note is entered where the note says',
    kernel: elf64({
      segments: [
        { vaddr: 0xffff_ffff_8100_0000n, paddr: 0x100_0000n, bytes: code(0x100) },
        { vaddr: 0n, type: 4, bytes: pvhNote(0x100_0020) },
      ],
      entry: 0x100_0000n,
    }),
    starts: { format: 'pvh', mode: 'protected', entry: 0x100_0020 },
    places: [[0x100_0000, 0x100_0100]],
  },
  {
    name: 'Linux is entered in 64-bit mode, at the address that it prefers',
    kernel: bzImage(),
    starts: { format: 'linux-image', mode: 'long', entry: 0x100_0200 },
    places: [[0x100_0000, 0x110_0000]],
  },
  {
    name: 'a Linux without a 64-bit entry is entered in 32-bit mode',
    kernel: bzImage({ version: 0x205 }),
    starts: { format: 'linux-image', mode: 'protected', entry: 0x10_0000 },
    places: [[0x10_0000, 0x10_4000]],
  },
  {
    name: 'a boot sector starts in real mode at 0x7c00',
    kernel: file(512, { 0: code(16), 510: Uint8Array.of(0x55, 0xaa) }),
    starts: { format: 'boot-sector', mode: 'real', entry: 0x7c00 },
    places: [[0x7c00, 0x7e00]],
  },
  {
    name: 'an ELF of 64 bits without a header of a boot protocol starts in long mode',
    kernel: elf64({ segments: [{ vaddr: 0x20_0000n, bytes: code(0x40) }] }),
    starts: { format: 'elf', mode: 'long', entry: 0x20_0000 },
    places: [[0x20_0000, 0x20_0040]],
  },
  {
    name: 'an ELF of 32 bits without one starts in protected mode',
    kernel: elf32(0x20_0000, 0x20_0000, 0x20_0000, code(0x40), 0x40),
    starts: { format: 'elf', mode: 'protected', entry: 0x20_0000 },
    places: [[0x20_0000, 0x20_0040]],
  },
  {
    name: 'flat bytes below 1 MiB start in real mode',
    kernel: code(0x100),
    options: { loadAddress: 0x8000 },
    starts: { format: 'flat', mode: 'real', entry: 0x8000 },
    places: [[0x8000, 0x8100]],
  },
  {
    name: 'flat bytes above start in protected mode',
    kernel: code(0x100),
    starts: { format: 'flat', mode: 'protected', entry: 0x10_0000 },
    places: [[0x10_0000, 0x10_0100]],
  },
  {
    name: 'flat bytes start in the mode that is asked for, and where',
    kernel: code(0x100),
    options: { loadAddress: 0x20_0000, entry: 0x20_0021 },
    mode: 'long',
    starts: { format: 'flat', mode: 'long', entry: 0x20_0021 },
    places: [[0x20_0000, 0x20_0100]],
  },
  {
    name: 'a file with a Multiboot header whose place and mode are said is flat bytes',
    kernel: addressed,
    options: { loadAddress: 0x9_0000 },
    mode: 'real',
    starts: { format: 'flat', mode: 'real', entry: 0x9_0000 },
    places: [[0x9_0000, 0x9_4000]],
  },
];

describe('what x86_64-q35 starts', () => {
  it.each(CASES.map((row) => [row.name, row] as const))('%s', (_name, { kernel, options, mode, starts, places }) => {
    const plan = planOf(kernel, options, mode);
    expect({ format: plan.format, mode: plan.mode, entry: plan.entry }).toEqual(starts);
    const own = plan.segments.filter(({ name }) => /^some\/kernel(, segment \d)?$/.test(name));
    expect(own.map(({ pa, memsz }) => [pa, pa + memsz])).toEqual(places);
  });

  it('a BIOS is at the end of flash and below 1 MiB, and starts as the processor does', () => {
    const bios = code(256 * 1024);
    const plan = planOf(bios, { kernel: undefined, bios: { name: 'bios', bytes: bios } });
    expect({ mode: plan.mode, entry: plan.entry, registers: plan.registers }).toEqual({
      mode: 'reset',
      entry: 0xffff_fff0,
      registers: {},
    });
    expect(plan.flashCode).toEqual({ base: 0xfffc_0000, size: 0x4_0000 });
    expect(plan.pflash0 && Buffer.compare(plan.pflash0.subarray(-bios.length), bios)).toBe(0);
    expect(plan.segments.map(({ pa, memsz }) => [pa, memsz])).toEqual([[0xe_0000, 0x2_0000]]);
    expect(Buffer.compare(holding(plan, 0xe_0000).bytes, bios.subarray(-0x2_0000))).toBe(0);
  });

  it('flash beside a kernel is left as it is given: its file begins where the bank does', () => {
    const plan = planOf(addressed, { pflash0: { name: 'flash', bytes: Uint8Array.of(1, 2) } });
    expect(plan.pflash0).toBeUndefined();
    expect(plan.flashCode).toBeUndefined();
    expect(plan.mode).toBe('protected');
  });
});

const disk = { name: 'folder/initrd.img', bytes: code(0x3000) };
const MAP = memoryMap(128 * MIB);

describe('what a kernel is told', () => {
  it('by Multiboot: memory, command line, module and screen', () => {
    const plan = planOf(addressed, { append: 'quiet', initrd: disk });
    expect(plan.registers.rax).toBe(0x2bad_b002n);
    const info = Number(plan.registers.rbx);
    const field = (at: number): number => word(plan, info + at);
    expect(field(0)).toBe(0x124f);
    expect([field(4), field(8)]).toEqual([639, 0x1fb80]);
    expect(text(plan, field(16))).toBe('kernel quiet');
    expect(field(20)).toBe(1);
    const module = [0, 4].map((at) => word(plan, field(24) + at));
    expect(module).toEqual([plan.initrd?.start, plan.initrd?.end]);
    expect(text(plan, word(plan, field(24) + 8))).toBe('initrd.img');
    expect(holding(plan, module[0] ?? 0).bytes).toEqual(disk.bytes);
    expect(field(44)).toBe(24 * MAP.length);
    expect([0, 4, 8, 12, 16, 20].map((at) => word(plan, field(48) + at))).toEqual([20, 0, 0, 0x9_fc00, 0, 1]);
    expect(text(plan, field(64))).toBe('Worldstep');
    expect([field(88), field(100), field(104)]).toEqual([0xb_8000, 80, 25]);
  });

  const tagsOf = (plan: LoadPlan): Map<number, DataView> => {
    const base = Number(plan.registers.rbx);
    const end = base + word(plan, base);
    const tags = new Map<number, DataView>();
    for (let at = base + 8; at < end; ) {
      const size = word(plan, at + 4);
      const { buffer, byteOffset } = from(plan, at);
      tags.set(word(plan, at), new DataView(buffer, byteOffset + 8, size - 8));
      at += (size + 7) & ~7;
    }
    return tags;
  };
  const bytesOf = (view: DataView | undefined): Uint8Array =>
    view ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength) : new Uint8Array();

  it('by Multiboot 2: the same as tags, with both forms of the RSDP and its own sections', () => {
    const kernel = elf64({
      segments: [
        {
          vaddr: 0x10_0000n,
          bytes: file(0x200, { 0: multiboot2([wish(10, false, 0x10_0000, 0xffff_ffff, 4096, 0)]) }),
        },
      ],
      entry: 0x10_0100n,
      symbols: { _start: 0x10_0100n },
    });
    const plan = planOf(kernel, { append: 'quiet', initrd: disk });
    expect(plan.registers.rax).toBe(0x36d7_6289n);
    const tags = tagsOf(plan);
    expect([...tags.keys()]).toEqual([1, 2, 3, 4, 5, 6, 8, 9, 14, 15, 21, 0]);
    expect(new TextDecoder().decode(bytesOf(tags.get(1)))).toBe('kernel quiet\0');
    expect(tags.get(3)?.getUint32(0, true)).toBe(plan.initrd?.start);
    expect([tags.get(4)?.getUint32(0, true), tags.get(4)?.getUint32(4, true)]).toEqual([639, 0x1fb80]);
    expect(tags.get(6)?.getUint32(0, true)).toBe(24);
    expect(tags.get(6)?.byteLength).toBe(8 + 24 * MAP.length);
    const rsdp = bytesOf(tags.get(15));
    expect(rsdp).toEqual(holding(plan, 0xe_0000).bytes);
    expect(bytesOf(tags.get(14))).toEqual(rsdp.subarray(0, 20));
    expect(tags.get(21)?.getUint32(0, true)).toBe(0x10_0000);
    const sections = tags.get(9);
    expect([0, 4, 8].map((at) => sections?.getUint32(at, true))).toEqual([3, 64, 2]);
    // The second section is the symbol table: its address leads to the symbol.
    const symbols = Number(sections?.getBigUint64(12 + 64 + 16, true));
    expect(from(plan, symbols).getBigUint64(24 + 8, true)).toBe(0x10_0100n);
  });

  it('by PVH: modules, command line, RSDP and memory map', () => {
    const kernel = elf64({
      segments: [
        { vaddr: 0x100_0000n, bytes: code(0x100) },
        { vaddr: 0n, type: 4, bytes: pvhNote(0x100_0000) },
      ],
    });
    const plan = planOf(kernel, { initrd: disk, append: 'a b' });
    const info = Number(plan.registers.rbx);
    const field = (at: number): number => word(plan, info + at);
    expect([field(0), field(4), field(12), field(48)]).toEqual([0x336e_c578, 1, 1, MAP.length]);
    expect([word(plan, field(16)), word(plan, field(16) + 8)]).toEqual([plan.initrd?.start, 0x3000]);
    expect(text(plan, field(24))).toBe('kernel a b');
    expect(field(32)).toBe(0xe_0000);
    expect([0, 8, 16].map((at) => word(plan, field(40) + at))).toEqual([0, 0x9_fc00, 1]);
  });

  it('Linux: its own header, the disk below the tables, command line, memory map and RSDP', () => {
    const plan = planOf(bzImage(), { initrd: disk, append: 'console=ttyS0' });
    const params = Number(plan.registers.rsi);
    const view = from(plan, params);
    expect(text(plan, params + 0x202).slice(0, 4)).toBe('HdrS');
    expect(view.getUint8(0x210)).toBe(0xff);
    expect(plan.initrd).toEqual({ start: 0x7fd_d000, end: 0x7fe_0000 });
    expect([view.getUint32(0x218, true), view.getUint32(0x21c, true)]).toEqual([0x7fd_d000, 0x3000]);
    expect(text(plan, view.getUint32(0x228, true))).toBe('console=ttyS0');
    expect(view.getUint8(0x1e8)).toBe(MAP.length);
    expect(view.getBigUint64(0x70, true)).toBe(0xe_0000n);
    expect(view.getBigUint64(0x2d0 + 20, true)).toBe(0x9_fc00n);
  });

  it('in long mode: tables that map 4 GiB to themselves, and segments where Linux wants them', () => {
    const plan = planOf(bzImage());
    const { cs, ds, cr3 = 0n, gdtrBase = 0n, gdtrLimit } = plan.registers;
    expect({ cs, ds, gdtrLimit }).toEqual({ cs: 0x10n, ds: 0x18n, gdtrLimit: 31n });
    expect(from(plan, gdtrBase).getBigUint64(0x10, true)).toBe(0x00af_9a00_0000_ffffn);
    expect(from(plan, gdtrBase).getBigUint64(0x18, true)).toBe(0x00cf_9300_0000_ffffn);
    const address = 0xfee0_1234n;
    let table = cr3;
    for (const shift of [39n, 30n]) {
      table = from(plan, table + ((address >> shift) & 511n) * 8n).getBigUint64(0, true) & ~0xfffn;
    }
    expect(from(plan, table + ((address >> 21n) & 511n) * 8n).getBigUint64(0, true)).toBe(0xfee0_0083n);
  });
});

describe('RAM', () => {
  it.each([
    [
      128 * MIB,
      [
        [0, 0xa_0000],
        [0xc_0000, 0x7f4_0000],
      ],
    ],
    [
      0xb000_0000,
      [
        [0, 0xa_0000],
        [0xc_0000, 0xaff4_0000],
      ],
    ],
    [
      3072 * MIB,
      [
        [0, 0xa_0000],
        [0xc_0000, 0x7ff4_0000],
        [0x1_0000_0000, 0x4000_0000],
      ],
    ],
  ] as const)('of %d bytes lies around the devices', (memory, ranges) => {
    expect(ramOf(memory).map(({ base, size }) => [base, size])).toEqual(ranges);
    const usable = memoryMap(memory).filter(({ type }) => type === 1);
    const highest = usable.at(-1);
    const [start, size] = ranges.at(-1) ?? [0, 0];
    expect((highest?.start ?? 0) + (highest?.size ?? 0)).toBe(start + size - (ranges.length === 2 ? 0x2_0000 : 0));
  });
});

const elfAt = (vaddr: bigint): Uint8Array =>
  elf64({ segments: [{ vaddr, paddr: 0x10_0000n, bytes: code(64) }], entry: vaddr });
const REFUSED: readonly (readonly [name: string, kernel: Uint8Array, message: string, options?: Partial<BootInput>])[] =
  [
    [
      'a Multiboot flag that is not defined',
      file(0x100, { 0: multiboot(0x8) }),
      'its Multiboot header asks for what is not defined (flags 0x8)',
    ],
    [
      'a Multiboot header in a file that says nowhere to go',
      file(0x100, { 0: multiboot(0) }),
      'gives no addresses, and the file is no ELF',
    ],
    [
      'a Multiboot header that is not where it says',
      file(0x100, { 64: multiboot(0x1_0000, 0x20_0100, 0x20_0000, 0, 0, 0x20_0000) }),
      'its Multiboot header at 0x200100 cannot be 0x40 bytes into what is loaded at 0x200000',
    ],
    [
      'a Multiboot entry outside of the kernel',
      file(0x100, { 0: multiboot(0x1_0000, 0x20_0000, 0x20_0000, 0, 0, 0x30_0000) }),
      'has an entry (0x300000) outside of what it loads',
    ],
    [
      'a Multiboot end past the file',
      file(0x100, { 0: multiboot(0x1_0000, 0x20_0000, 0x20_0000, 0x20_1000, 0, 0x20_0000) }),
      'it ends at 0x201000, past the end of the file',
    ],
    ['Multiboot 2 for another architecture', inElf(multiboot2([], 4)), 'is for architecture 4, not for i386'],
    [
      'a Multiboot 2 tag that nobody knows',
      inElf(multiboot2([wish(77, false)])),
      'has a tag of type 77, which is not known',
    ],
    [
      'Multiboot 2 with a graphic screen',
      inElf(multiboot2([wish(5, false, 1024, 768, 32)])),
      'asks for a graphic screen, and this machine has text only',
    ],
    ['Multiboot 2 information of EFI', inElf(multiboot2([wish(1, false, 6, 12)])), 'asks for information of type 12'],
    [
      'Linux below 1 MiB',
      bzImage({ version: 0x201 }),
      'its boot protocol (0x201) is one of kernels that lie below 1 MiB',
    ],
    [
      'a command line that is too long for Linux',
      bzImage({ commandLineMost: 4 }),
      'the command line has 5 bytes, and this kernel takes 4',
      { append: '12345' },
    ],
    [
      'a higher-half ELF without a header',
      elfAt(0xffff_ffff_8010_0000n),
      'it is linked to run at 0xffffffff80100000 and would start at 0x100000, by no boot protocol',
    ],
    [
      'a PVH entry outside of the kernel',
      elf64({
        segments: [
          { vaddr: 0x10_0000n, bytes: code(64) },
          { vaddr: 0n, type: 4, bytes: pvhNote(0x99) },
        ],
      }),
      'the entry in its PVH note lies in none of its segments',
    ],
    [
      'the image of a disk',
      file(1024, { 510: Uint8Array.of(0x55, 0xaa) }),
      'Give SeaBIOS by --bios, and the file by --disk.',
    ],
    [
      'an ELF for another machine',
      buildElf({ segments: [{ vaddr: 0x10_0000n, bytes: code(64) }] }),
      'an ELF for RISC-V, and the machine is x86_64',
    ],
    ['an empty file', new Uint8Array(), 'the file is empty'],
    [
      'a kernel beside a BIOS',
      addressed,
      'a BIOS starts what is on disks',
      { bios: { name: 'bios', bytes: code(64) } },
    ],
    ['a kernel where the tables are', elf64({ segments: [{ vaddr: 0x7fe_0000n, bytes: code(64) }] }), 'overlaps'],
    [
      'a disk that has no room',
      bzImage(),
      'no room is left for the initial RAM disk',
      { initrd: { name: 'disk', bytes: new Uint8Array(120 * MIB) } },
    ],
    [
      'an empty disk',
      bzImage(),
      'the initial RAM disk is empty',
      { initrd: { name: 'disk', bytes: new Uint8Array() } },
    ],
    ['too little memory for its tables', addressed, 'a PC has at least 2 MiB of RAM', { memory: MIB }],
  ];

describe('what cannot be started says why, and what to do', () => {
  it.each(REFUSED.map(([name, ...rest]) => [name, rest] as const))('%s', (_name, [kernel, message, options]) => {
    expect(() => planOf(kernel, options)).toThrow(message);
  });
});

it('what it takes for an ELF is what linkers make', () => {
  expect(new DataView(elf64({ segments: [] }).buffer).getUint16(18, true)).toBe(EM_X86_64);
  expect(words(1)).toEqual(Uint8Array.of(1, 0, 0, 0));
});
