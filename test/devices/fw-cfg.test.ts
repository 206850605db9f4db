/** The firmware configuration device, read byte by byte, in words and by DMA. */
import { describe, expect, it } from 'vitest';
import { FwCfg } from '../../src/devices/firmware/fw-cfg';

const files = new Map([
  ['etc/b', Uint8Array.of(1, 2, 3, 4, 5)],
  ['etc/a', Uint8Array.of(9)],
]);

const make = (form: 'memory' | 'ports') => {
  const ram = new Uint8Array(0x1000);
  const memory = {
    readMemory: (at: bigint, length: number) => ram.slice(Number(at), Number(at) + length),
    writeMemory: (at: bigint, bytes: Uint8Array) => {
      if (Number(at) + bytes.length > ram.length) return false;
      ram.set(bytes, Number(at));
      return true;
    },
  };
  return { ram, device: new FwCfg('fw_cfg', memory, { processors: 4, memory: 1n << 30n, files, form }) };
};
const text = (device: FwCfg, at: number, count: number): string =>
  String.fromCharCode(...Array.from({ length: count }, () => device.read(at, 1)));

describe('fw_cfg', () => {
  it('says what it is, memory-mapped and at ports, whose selectors have another byte order', () => {
    const { device } = make('memory');
    device.write(8, 2, 0);
    expect(text(device, 0, 4)).toBe('QEMU');
    device.write(8, 2, 0x0500);
    expect(device.read(0, 2)).toBe(4);
    const { device: ports } = make('ports');
    ports.write(0, 2, 0x05);
    expect(ports.read(1, 1)).toBe(4);
  });

  it('lists its files by name, and gives each in words; behind the end are zeros', () => {
    const { device } = make('memory');
    device.write(8, 2, 0x1900);
    expect(device.read(0, 4)).toBe(0x0200_0000);
    const entries = Array.from({ length: 2 }, () => [
      device.read(0, 4),
      device.read(0, 2),
      device.read(0, 2),
      text(device, 0, 56).replaceAll('\0', ''),
    ]);
    expect(entries).toEqual([
      [0x0100_0000, 0x2000, 0, 'etc/a'],
      [0x0500_0000, 0x2100, 0, 'etc/b'],
    ]);
    device.write(8, 2, 0x2100);
    expect([device.read(0, 4), device.read(0, 4)]).toEqual([0x0403_0201, 5]);
  });

  it('looks without moving on', () => {
    const { device } = make('memory');
    device.write(8, 2, 0);
    expect(device.peek(0, 1)).toBeUndefined();
    expect(text(device, 0, 4)).toBe('QEMU');
    expect(text({ read: (at: number) => device.peek(at, 1) } as unknown as FwCfg, 16, 1)).toBe('Q');
  });

  it('copies by DMA, and says when it cannot', () => {
    const { ram, device } = make('memory');
    const view = new DataView(ram.buffer);
    const dma = (control: number, length: number, address: bigint): number => {
      view.setUint32(0x100, control);
      view.setUint32(0x104, length);
      view.setBigUint64(0x108, address);
      device.write(16, 4, 0);
      device.write(20, 4, 0x0001_0000);
      return view.getUint32(0x100);
    };
    expect(dma((0x21 << 16) | 8 | 2, 3, 0x200n)).toBe(0);
    expect([...ram.subarray(0x200, 0x204)]).toEqual([1, 2, 3, 0]);
    expect(dma(2, 2, 0x200n)).toBe(0);
    expect([...ram.subarray(0x200, 0x202)]).toEqual([4, 5]);
    expect(dma((0x21 << 16) | 8 | 2, 16, 0xffff_0000n)).toBe(1);
    expect(dma((0x21 << 16) | 8 | 16, 1, 0x200n)).toBe(1);
    expect(dma(2, 0xffff_ffff, 0x200n)).toBe(1);
  });
});
