import { describe, expect, it } from 'vitest';
import { buildVirtBoard, type VirtHost } from '../../src/machine/boards/riscv64-virt/devices';
import { RISCV64_VIRT } from '../../src/machine/boards/riscv64-virt/map';
import { virtFdt } from '../../src/machine/boards/riscv64-virt/tree';
import { encodeFdt } from '../../src/machine/boot/fdt';
import { cells, nodeAt, paths, readFdt, strings } from './fdt-reader';

describe('fdt', () => {
  it('encodes strings, lists, cells, 64-bit pairs, bytes and empty properties', () => {
    const root = readFdt(
      encodeFdt({
        name: '',
        properties: {
          s: 'a',
          l: ['ab', 'c'],
          n: [1, 0xffff_ffff],
          b: [0x1_0000_0002n],
          raw: Uint8Array.of(7),
          e: true,
        },
        children: [{ name: 'child@1', properties: { s: 'again' } }],
      }),
    );
    expect(strings(root.properties.get('s'))).toEqual(['a']);
    expect(strings(root.properties.get('l'))).toEqual(['ab', 'c']);
    expect(cells(root.properties.get('n'))).toEqual([1, 0xffff_ffff]);
    expect(cells(root.properties.get('b'))).toEqual([1, 2]);
    expect([...(root.properties.get('raw') ?? [])]).toEqual([7]);
    expect(root.properties.get('e')?.length).toBe(0);
    expect(strings(nodeAt(root, '/child@1')?.properties.get('s'))).toEqual(['again']);
  });
});

describe('the device tree of riscv64-virt', () => {
  const root = readFdt(
    virtFdt({ harts: 2, memory: 0x800_0000, bootargs: 'log=debug', initrd: { start: 0x8400_0000, end: 0x8400_1234 } }),
  );
  const property = (path: string, name: string): Uint8Array | undefined => nodeAt(root, path)?.properties.get(name);

  it('has the nodes QEMU gives its virt board for the same devices', () => {
    expect(paths(root)).toEqual([
      '/flash@20000000',
      '/chosen',
      '/poweroff',
      '/reboot',
      '/memory@80000000',
      '/cpus',
      '/cpus/cpu@0',
      '/cpus/cpu@0/interrupt-controller',
      '/cpus/cpu@1',
      '/cpus/cpu@1/interrupt-controller',
      '/cpus/cpu-map',
      '/cpus/cpu-map/cluster0',
      '/cpus/cpu-map/cluster0/core0',
      '/cpus/cpu-map/cluster0/core1',
      '/soc',
      '/soc/test@100000',
      '/soc/rtc@101000',
      '/soc/clint@2000000',
      '/soc/plic@c000000',
      '/soc/serial@10000000',
      ...Array.from({ length: 8 }, (_, index) => `/soc/virtio_mmio@1000${index + 1}000`),
      '/soc/pci@30000000',
    ]);
  });

  it('describes PCI as QEMU 10 does', () => {
    const pci = '/soc/pci@30000000';
    expect(cells(property(pci, 'ranges')).map((cell) => cell.toString(16))).toEqual(
      '1000000 0 0 0 3000000 0 10000 2000000 0 40000000 0 40000000 0 40000000 3000000 4 0 4 0 4 0'.split(' '),
    );
    const wires = cells(property(pci, 'interrupt-map'));
    const rows = Array.from({ length: 16 }, (_, row) => wires.slice(6 * row, 6 * row + 6));
    expect(rows.map((row) => row.at(5))).toEqual([32, 33, 34, 35, 33, 34, 35, 32, 34, 35, 32, 33, 35, 32, 33, 34]);
    expect(rows[5]).toEqual([0x800, 0, 0, 2, cells(property('/soc/plic@c000000', 'phandle'))[0], 34]);
  });

  it('says where memory, boot arguments, initrd and console are', () => {
    expect(cells(property('/memory@80000000', 'reg'))).toEqual([0, 0x8000_0000, 0, 0x800_0000]);
    expect(strings(property('/chosen', 'bootargs'))).toEqual(['log=debug']);
    expect(cells(property('/chosen', 'linux,initrd-start'))).toEqual([0, 0x8400_0000]);
    expect(cells(property('/chosen', 'linux,initrd-end'))).toEqual([0, 0x8400_1234]);
    const console = strings(property('/chosen', 'stdout-path'))[0] ?? '';
    expect(strings(nodeAt(root, console)?.properties.get('compatible'))).toEqual(['ns16550a']);
    expect(cells(property('/cpus', 'timebase-frequency'))).toEqual([10_000_000]);
  });

  it('wires interrupts to handles that exist', () => {
    const intc = (hart: number): number =>
      cells(property(`/cpus/cpu@${hart}/interrupt-controller`, 'phandle'))[0] ?? -1;
    const plic = cells(property('/soc/plic@c000000', 'phandle'))[0] ?? -1;
    expect(cells(property('/soc/plic@c000000', 'interrupts-extended'))).toEqual([
      intc(0),
      11,
      intc(0),
      9,
      intc(1),
      11,
      intc(1),
      9,
    ]);
    expect(cells(property('/soc/clint@2000000', 'interrupts-extended'))).toEqual([
      intc(0),
      3,
      intc(0),
      7,
      intc(1),
      3,
      intc(1),
      7,
    ]);
    for (const [path, irq] of [
      ['/soc/serial@10000000', 10],
      ['/soc/rtc@101000', 11],
    ] as const) {
      expect(cells(property(path, 'interrupt-parent'))).toEqual([plic]);
      expect(cells(property(path, 'interrupts'))).toEqual([irq]);
    }
    for (const node of ['/poweroff', '/reboot']) {
      expect(cells(property(node, 'regmap'))).toEqual(cells(property('/soc/test@100000', 'phandle')));
    }
  });

  it('leaves out bootargs and initrd when there are none', () => {
    const bare = readFdt(virtFdt({ harts: 1, memory: 0x800_0000 }));
    expect([...(nodeAt(bare, '/chosen')?.properties.keys() ?? [])]).toEqual(['stdout-path']);
  });
});

describe('the devices of riscv64-virt', () => {
  const lines = new Map<string, boolean>();
  const powers: unknown[] = [];
  const sent: string[] = [];
  const host: VirtHost = {
    now: () => 0n,
    alarm: () => {},
    output: (device, bytes) => sent.push(device, new TextDecoder().decode(bytes)),
    remark: () => {},
    power: (event) => powers.push(event),
    hartLine: (hart, line, level) => lines.set(`${hart}${line}`, level),
    readMemory: () => undefined,
    writeMemory: () => false,
  };
  const board = buildVirtBoard(host, { harts: 2, pflash1: new TextEncoder().encode('PFLA') });

  it('answer where the device tree says, with the sizes it says', () => {
    const windows = board.bus.all.map(({ base, size, device }) => [device.id, base, size]);
    const declared = Object.entries(RISCV64_VIRT.map).map(([id, { base, size }]) => [id, base, size]);
    expect(windows).toEqual(declared);
    expect(board.bus.read(0x2200_0000, 4)).toBe(0x414c_4650);
    expect(board.bus.read(0x2000_0000, 4)).toBe(0);
  });

  it('reach the harts: a typed character as SEIP of hart 1 through the PLIC, msip as MSIP', () => {
    board.bus.write(0xc00_0000 + 4 * 10, 4, 1);
    board.bus.write(0xc00_2000 + 0x80 * 3, 4, 1 << 10);
    board.bus.write(0x1000_0001, 1, 1);
    board.uart.input(Uint8Array.of(0x61));
    expect([...lines].filter(([, level]) => level).map(([line]) => line)).toEqual(['1SEIP']);
    board.bus.write(0x200_0004, 4, 1);
    expect(lines.get('1MSIP')).toBe(true);
    board.bus.write64(0x200_4000, 0n);
    expect(lines.get('0MTIP')).toBe(true);
  });

  it('reach the console and the power switch', () => {
    board.bus.write(0x1000_0000, 1, 0x21);
    board.bus.write(0x10_0000, 4, 0x5555);
    expect([sent, powers]).toEqual([['uart0', '!'], [{ kind: 'off', code: 0 }]]);
  });

  it('refuse accesses narrower than QEMU allows', () => {
    expect([board.bus.read(0xc00_0000, 1), board.bus.read(0x10_1000, 2), board.bus.read(0x10_0000, 1)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
