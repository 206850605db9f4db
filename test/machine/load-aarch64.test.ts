import { describe, expect, it } from 'vitest';
import { planAarch64 } from '../../src/machine/boards/aarch64-virt/boot';
import type { VirtChoices } from '../../src/machine/boards/aarch64-virt/choices';
import { inputOf, KERNEL_CASES, MIB } from './aarch64-kernels';
import { nodeAt, readFdt } from './fdt-reader';

const CHOICES: VirtChoices = { gic: 2, virtualization: false, cpu: 'cortex-a72' };
const [IMAGE] = KERNEL_CASES;
const image = { name: 'Image', bytes: IMAGE?.kernel ?? new Uint8Array() };

describe('what aarch64-virt starts', () => {
  it.each(KERNEL_CASES.map((row) => [row.name, row] as const))('%s', (_name, row) => {
    const plan = planAarch64(inputOf(row), CHOICES);
    const [kernel] = plan.segments;
    const places = [kernel?.pa, plan.initrd?.start, plan.dtbAt].filter((at) => at !== undefined);
    expect({ entry: plan.entry, places }).toEqual({ entry: row.entry, places: row.places });
    expect(plan.registers).toEqual({ x0: BigInt(plan.dtbAt ?? 0), x4: BigInt(row.entry) });
  });

  it('firmware in the first flash bank, from the first address there is', () => {
    const bios = { name: 'bios', bytes: new Uint8Array(5000).fill(1) };
    const plan = planAarch64({ memory: 128 * MIB, harts: 1, bios }, CHOICES);
    expect(plan).toMatchObject({
      entry: 0,
      pflash0: bios.bytes,
      flashCode: { base: 0, size: 8192 },
      dtbAt: 0x4000_0000,
    });
    expect(plan.registers).toEqual({});
  });

  it('what a flash bank holds, where there is no kernel', () => {
    const pflash0 = { name: 'flash', bytes: new Uint8Array(16).fill(1) };
    expect(planAarch64({ memory: 128 * MIB, harts: 1, pflash0 }, CHOICES).entry).toBe(0);
    expect(planAarch64({ memory: 128 * MIB, harts: 1, pflash0, kernel: image }, CHOICES).entry).toBe(0x4020_0000);
  });

  it('an ELF at the start of RAM, with the device tree half-way up', () => {
    const [, bytes] = KERNEL_CASES.flatMap(({ kernel, isElf }) => (isElf ? [kernel] : []));
    const kernel = { name: 'kernel', bytes: bytes?.slice() ?? new Uint8Array() };
    new DataView(kernel.bytes.buffer).setBigUint64(64 + 24, 0x4000_0000n, true);
    expect(planAarch64({ memory: 128 * MIB, harts: 1, kernel }, CHOICES).dtbAt).toBe(0x4400_0000);
  });

  it('at the highest exception level there is', () => {
    const mode = (virtualization: boolean) =>
      planAarch64({ memory: 128 * MIB, harts: 1, kernel: image }, { ...CHOICES, virtualization }).mode;
    expect([mode(false), mode(true)]).toEqual(['EL1', 'EL2']);
  });

  it.each([
    { what: 'nothing', input: {}, message: /there is nothing to run/ },
    {
      what: 'an empty initial RAM disk',
      input: { kernel: image, initrd: { name: 'initrd', bytes: new Uint8Array() } },
      message: /initrd: the initial RAM disk is empty/,
    },
    {
      what: 'a disk that has no room',
      input: { kernel: image, initrd: { name: 'initrd', bytes: new Uint8Array(70 * MIB) } },
      message: /no room is left for the device tree and the initial RAM disk beside the kernel in 128 MiB/,
    },
    { what: 'firmware twice', input: { bios: image, pflash0: image }, message: /Give one of --bios and --pflash0/ },
  ])('not: $what', ({ input, message }) => {
    expect(() => planAarch64({ memory: 128 * MIB, harts: 1, ...input }, CHOICES)).toThrow(message);
  });
});

it('a kernel finds its command line and its disk in the device tree', () => {
  const initrd = { name: 'initrd', bytes: new Uint8Array(100).fill(7) };
  const plan = planAarch64({ memory: 128 * MIB, harts: 2, kernel: image, initrd, append: 'root=/dev/vda' }, CHOICES);
  const tree = plan.segments.find(({ name }) => name === 'device tree');
  const chosen = nodeAt(readFdt(tree?.bytes ?? new Uint8Array()), '/chosen');
  const words = (name: string): number => {
    const bytes = chosen?.properties.get(name) ?? new Uint8Array(8);
    return Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0));
  };
  expect(new TextDecoder().decode(chosen?.properties.get('bootargs'))).toBe('root=/dev/vda\0');
  expect([words('linux,initrd-start'), words('linux,initrd-end')]).toEqual([0x4400_0000, 0x4400_0064]);
});
