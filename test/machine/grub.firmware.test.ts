/** A disk as GRUB's tools make it, under Debian's SeaBIOS: how most kernels of x86-64 are started that somebody wrote at home. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { rawDisk, SECTOR } from '../../src/devices/virtio/block';
import { createMachine } from '../../src/machine/create';
import { consoleOf } from '../support/guests';

const GRUB = '/usr/lib/grub/i386-pc';
const KERNELS = join(__dirname, '../../kernels');
/** Sector at which the kernel begins, behind GRUB. */
const KERNEL_AT = 1024;
/** Instructions that all of it needs at most, and at once. */
const MOST = 100_000_000n;
const SLICE = 2_000_000n;

/** An ELF without its sections, of which GRUB would load every one. */
const withoutSections = (elf: Uint8Array): Uint8Array => {
  const bytes = elf.slice();
  const view = new DataView(bytes.buffer);
  const [headers, size, count] = [
    Number(view.getBigUint64(32, true)),
    view.getUint16(54, true),
    view.getUint16(56, true),
  ];
  const ends = Array.from({ length: count }, (_, index) => {
    const at = headers + index * size;
    return Number(view.getBigUint64(at + 8, true) + view.getBigUint64(at + 32, true));
  });
  view.setBigUint64(40, 0n, true);
  view.setUint32(60, 0, true);
  return bytes.subarray(0, Math.max(...ends));
};

/** A disk whose master boot record leads to GRUB, and that to a kernel by Multiboot. */
const grubDisk = (kernel: Uint8Array): Uint8Array => {
  const folder = mkdtempSync(join(tmpdir(), 'worldstep-grub-'));
  const [script, core] = [join(folder, 'grub.cfg'), join(folder, 'core.img')];
  const sectors = Math.ceil(kernel.length / SECTOR);
  writeFileSync(script, `multiboot (hd0)${KERNEL_AT}+${sectors} quiet\nboot\n`);
  const options = ['-O', 'i386-pc', '-d', GRUB, '-p', '(hd0)', '-c', script, '-o', core];
  execFileSync('grub-mkimage', [...options, 'biosdisk', 'multiboot']);
  const disk = new Uint8Array((KERNEL_AT + sectors) * SECTOR);
  disk.set(readFileSync(join(GRUB, 'boot.img')));
  disk.set(readFileSync(core), SECTOR);
  disk.set(kernel, KERNEL_AT * SECTOR);
  rmSync(folder, { recursive: true });
  return disk;
};

/** Flash as msgqueue wants it at its beginning, and as the processor wants it at its end. */
const flashWith = (bios: Uint8Array): Uint8Array => {
  const flash = new Uint8Array(4 << 20).fill(0xff);
  flash.set(new TextEncoder().encode('PFLA'));
  flash.set(bios, flash.length - bios.length);
  return flash;
};

it('SeaBIOS starts GRUB from a disk, and GRUB the message queue by Multiboot', { timeout: 120_000 }, async () => {
  const kernel = withoutSections(gunzipSync(readFileSync(join(KERNELS, 'prebuilt/msgqueue-x86_64.elf.gz'))));
  const drives = [{ bus: 'virtio-pci', image: rawDisk(grubDisk(kernel)) }] as const;
  const pflash0 = { name: 'flash', bytes: flashWith(readFileSync('/usr/share/seabios/bios-256k.bin')) };
  const { machine } = createMachine({ architecture: 'x86_64', pflash0, drives });
  const console = consoleOf(machine);
  let exit = machine.run({ budget: SLICE });
  for (let left = MOST - SLICE; exit.kind === 'budget' && left > 0n; left -= SLICE) {
    // Vitest wants to be heard now and then, also where this takes long.
    await new Promise(setImmediate);
    exit = machine.run({ budget: SLICE });
  }
  expect(exit).toMatchObject({ kind: 'power', event: { kind: 'off' } });
  const expected = readFileSync(join(KERNELS, 'msgqueue/expected-output-x86_64.txt'), 'utf8');
  expect(console.text.replaceAll('\r', '')).toContain(expected.trimEnd());
});
