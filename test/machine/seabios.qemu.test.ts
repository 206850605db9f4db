/** Debian's SeaBIOS, which QEMU's package brings, as the BIOS of x86_64-q35. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { rawDisk } from '../../src/devices/virtio/block';
import { createMachine } from '../../src/machine/create';
import { consoleOf, runToEnd } from '../support/guests';

/** A boot sector that reads the second sector by INT 13h, and exits by port 0xF4: 0 where it begins with 0x1234, else 7. */
const BOOT_SECTOR =
  'fa31c08ed88ec08ed0bc007cfb8816377cb80102b90200b6008a16377cbb007ecd13720c813e007e34127504b000eb02b007e6f4f4ebfd';

it('SeaBIOS finds the disk and starts its boot sector, which reads on by the BIOS', () => {
  const disk = new Uint8Array(2 << 20);
  disk.set(Buffer.from(BOOT_SECTOR, 'hex'));
  disk.set([0x55, 0xaa, 0x34, 0x12], 510);
  const bios = { name: 'bios', bytes: readFileSync('/usr/share/seabios/bios-256k.bin') };
  const drives = [{ bus: 'virtio-pci', image: rawDisk(disk) }] as const;
  const { machine } = createMachine({ architecture: 'x86_64', bios, drives });
  const console = consoleOf(machine);
  expect(runToEnd(machine)).toMatchObject({ kind: 'power', event: { kind: 'fail', code: 1 } });
  expect(console.text).toContain('Booting from 0000:7c00');
});
