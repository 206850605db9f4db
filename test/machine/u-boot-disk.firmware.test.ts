/** Somebody else's virtio drivers: U-Boot lists, reads and writes a FAT disk over each transport; we read what it wrote. */
import { describe, expect, it } from 'vitest';
import { DRIVE_BUSES, type DriveBus } from '../../src/base/device-words';
import { rawDisk, VirtioBlock } from '../../src/devices/virtio/block';
import { VirtioMmio } from '../../src/devices/virtio/mmio';
import { VirtioPci } from '../../src/devices/virtio/pci';
import { fatDisk } from '../../src/image/disk';
import { FatImage } from '../../src/image/fat';
import type { MachineOptions } from '../../src/machine/create';
import type { EmulatedMachine } from '../../src/machine/machine';
import { openSbi, session, uBoot, uBootInM, uBootOfAarch64 } from './u-boot';

const MEBIBYTE = 1024 * 1024;
const SIZE = 64 * MEBIBYTE;
/** Longer than a cluster and no multiple of anything. */
const payload = Uint8Array.from({ length: 70_001 }, (_, at) => (at * 7 + (at >> 8)) & 0xff);
const hello = new TextEncoder().encode('Hello from the disk\n');

const RISCV_RAM = 0x8000_0000;
const ARM_RAM = 0x4000_0000;
const onArm = (choices: MachineOptions['choices']) => (): MachineOptions => ({
  architecture: 'aarch64',
  bios: uBootOfAarch64(),
  choices,
});

const modes: readonly (readonly [string, ram: number, () => MachineOptions])[] = [
  ['in S-mode under our firmware', RISCV_RAM, () => ({ kernel: uBoot() })],
  ['in S-mode under OpenSBI', RISCV_RAM, () => ({ bios: openSbi(), kernel: uBoot() })],
  ['in M-mode', RISCV_RAM, () => ({ bios: uBootInM() })],
  ['at EL1', ARM_RAM, onArm({})],
  ['at EL2, with a GICv3', ARM_RAM, onArm({ virtualization: 'on', gic: '3' })],
];

const contents = (machine: EmulatedMachine): Uint8Array => {
  for (const device of machine.devices) {
    const virtio = device instanceof VirtioPci || device instanceof VirtioMmio ? device.virtio : undefined;
    if (virtio?.kind instanceof VirtioBlock) return virtio.kind.read(0, SIZE);
  }
  throw new Error('no disk');
};

const hex = (address: number): string => `0x${address.toString(16)}`;

/** What is typed: `at` takes a file, with room for another one behind it. */
const commands = (at: number): readonly string[] => [
  'virtio scan',
  'virtio info',
  'fatls virtio 0',
  `load virtio 0 ${hex(at)} /sub/data.bin`,
  `crc32 ${hex(at)} $filesize`,
  `fatwrite virtio 0 ${hex(at)} /written.bin $filesize`,
  `fatwrite virtio 0 ${hex(at + 0x100)} /sub/short.bin 0x123`,
  'fatls virtio 0 /sub',
  `fatload virtio 0 ${hex(at + 32 * MEBIBYTE)} /hello.txt`,
  `md.b ${hex(at + 32 * MEBIBYTE)} 5`,
  'poweroff',
];

/** CRC-32 (IEEE 802.3), bit by bit. */
const crc32 = (bytes: Uint8Array): string => {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  }
  return (~crc >>> 0).toString(16).padStart(8, '0');
};

describe.each(modes)('U-Boot %s', (_, ram, options) => {
  const typed = commands(ram + 64 * MEBIBYTE);
  it.each(DRIVE_BUSES)('lists, loads and writes files of a FAT disk over %s', async (bus: DriveBus) => {
    const original = await fatDisk({
      size: SIZE,
      label: 'TEST',
      files: new Map([
        ['/hello.txt', hello],
        ['/sub/data.bin', payload],
      ]),
    });
    const before = original.slice();
    const { machine, answers } = session(
      { ...options(), memory: 256 * MEBIBYTE, drives: [{ image: rawDisk(original), bus }] },
      typed,
    );
    const answer = new Map(typed.map((command, index) => [command, answers[index] ?? '']));
    expect(answer.get('virtio info')).toMatch(/Device 0: .*VirtIO Block Device[\s\S]*Capacity: 64\.0 MB/);
    expect(answer.get('fatls virtio 0')).toMatch(/20 +hello\.txt/);
    expect(answers[3]).toContain('70001 bytes read');
    expect(answers[4]).toContain(`==> ${crc32(payload)}`);
    expect(answers[5]).toContain('70001 bytes written');
    expect(answers[7]).toMatch(/70001 +data\.bin[\s\S]*291 +short\.bin[\s\S]*2 file\(s\)/);
    expect(answers[9]).toMatch(/48 65 6c 6c 6f +Hello/);
    expect(answers[10]).toMatch(/\(off\)$/);

    const disk = await FatImage.open(contents(machine));
    expect(
      disk
        .list()
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['/hello.txt', '/sub', '/sub/data.bin', '/sub/short.bin', '/written.bin']);
    expect(Buffer.from(disk.read('/written.bin')).equals(payload)).toBe(true);
    expect(Buffer.from(disk.read('/sub/short.bin')).equals(payload.subarray(0x100, 0x223))).toBe(true);
    expect(Buffer.from(original).equals(before)).toBe(true);
  });
});
