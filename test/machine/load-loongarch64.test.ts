import { describe, expect, it } from 'vitest';
import { planLoongarch64 } from '../../src/machine/boards/loongarch64-virt/boot';
import type { LoadPlan, LoadSegment } from '../../src/machine/boot/load-plan';
import { cells, nodeAt, readFdt } from './fdt-reader';
import { code, image, inputOf, KERNEL_CASES, MIB } from './loongarch64-kernels';

const isOfUser = ({ name }: LoadSegment): boolean => /^(kernel|initrd)/.test(name);

describe('what loongarch64-virt starts', () => {
  it.each(KERNEL_CASES.map((row) => [row.name, row] as const))('%s', (_name, row) => {
    const { entry, segments, registers } = planLoongarch64(inputOf(row));
    expect(registers.pc).toBe(row.pc ?? BigInt(row.entry));
    expect({ entry, places: segments.filter(isOfUser).map(({ pa }) => pa) }).toEqual({
      entry: row.entry,
      places: row.places,
    });
  });
});

it('an initial RAM disk that has no room beside the kernel lies where high RAM begins, as with QEMU from 10.1 on', () => {
  const kernel = { name: 'kernel', bytes: image(MIB) };
  const initrd = { name: 'initrd', bytes: new Uint8Array(252 * MIB) };
  const start = 0x8000_0000;
  expect(planLoongarch64({ memory: 1024 * MIB, harts: 1, kernel, initrd }).initrd?.start).toBe(start);
  const small = { name: 'initrd', bytes: code(64 * MIB) };
  const big = { name: 'kernel', bytes: image(30 * MIB) };
  // Without high RAM it is at the end of low RAM, which is better than not at all.
  expect(planLoongarch64({ memory: 128 * MIB, harts: 1, kernel: big, initrd: small }).initrd?.start).toBe(64 * MIB);
});

it('a kernel in high RAM says how much memory it needs to have that', () => {
  const [inHighRam] = KERNEL_CASES.filter(({ entry }) => entry === 0x9000_0000);
  const kernel = { name: 'kernel', bytes: inHighRam?.kernel ?? new Uint8Array() };
  const message =
    'kernel, segment 0: it needs memory up to 0x90001000, but RAM (128 MiB) ends at 0x8000000. Give it more memory, at least 515M.';
  expect(() => planLoongarch64({ memory: 128 * MIB, harts: 1, kernel })).toThrow(message);
  expect(planLoongarch64({ memory: 515 * MIB, harts: 1, kernel }).entry).toBe(0x9000_0000);
});

const words = ({ bytes }: LoadSegment): bigint[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length >> 3 }, (_, index) => view.getBigUint64(index * 8, true));
};

describe('what it tells a kernel', () => {
  const disk = new Uint8Array(0x3000).fill(9);
  const plan: LoadPlan = planLoongarch64({
    memory: 512 * MIB,
    harts: 2,
    kernel: { name: 'kernel', bytes: image(0x1000) },
    initrd: { name: 'initrd', bytes: disk },
    append: 'console=ttyS0',
  });
  const at = (pa: number): LoadSegment => {
    const found = plan.segments.find((segment) => segment.pa === pa);
    if (!found) throw new Error(`nothing at ${pa.toString(16)}`);
    return found;
  };
  it('is in three registers: that the tables are there, the command line and the system table', () => {
    expect(plan.registers).toEqual({ pc: 0x20_0040n, a0: 1n, a1: 0n, a2: 0x200n });
    expect(new TextDecoder().decode(at(0).bytes)).toBe('console=ttyS0\0');
  });

  it('is in a system table that leads to the device tree and to the initial RAM disk', () => {
    const system = words(at(0x200));
    expect(system[0]).toBe(0x5453_5953_2049_4249n);
    const [count, tables] = system.slice(13);
    expect(count).toBe(2n);
    const entries = words(at(Number(tables)));
    expect([entries[2], entries[5]]).toEqual([0x10_0000n, 0x2_0200n]);
    expect(words(at(0x2_0200))).toEqual([BigInt(plan.initrd?.start ?? 0), BigInt(disk.length)]);
  });

  it('is in a device tree with both ranges of RAM and the initial RAM disk', () => {
    const tree = readFdt(at(0x10_0000).bytes);
    expect(cells(nodeAt(tree, '/memory@0')?.properties.get('reg'))).toEqual([0, 0, 0, 0x1000_0000]);
    expect(cells(nodeAt(tree, '/memory@80000000')?.properties.get('reg'))).toEqual([0, 0x8000_0000, 0, 0x1000_0000]);
    expect(cells(nodeAt(tree, '/chosen')?.properties.get('linux,initrd-start'))).toEqual([0, plan.initrd?.start]);
  });
});
