/**
 * The bundled kernels on machines other than their own: more harts, other memory, disks and flash. What they print, panics
 * included, is what they print on QEMU.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { diskImage } from '../../src/build/kernels/media';
import { qemuArguments } from '../../src/build/kernels/qemu';
import { kernelTargets } from '../../src/build/kernels/repository';
import { runProgram } from '../cli/program';
import { runQemu } from '../support/qemu';

const MEBIBYTE = 1024 * 1024;
const folder = mkdtempSync(join(tmpdir(), 'worldstep-variations-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What is asked of the kernel's machine, for both emulators. */
interface Variation {
  readonly harts?: number;
  readonly memory?: string;
  /** The disk's bytes, made from the kernel's own; `null` for none. */
  readonly disk?: ((own: Uint8Array) => Uint8Array) | null;
  readonly isReadOnly?: boolean;
  /** Contents of the second flash bank; `null` for none. */
  readonly flash?: Uint8Array | null;
}

/** What the kernel printed itself: firmware speaks before it, and times differ. */
const spoken = (console: string): string => {
  const lines = console.replaceAll('\r', '').split('\n');
  const start = lines.findIndex((line) => /^arch = /.test(line));
  expect(start, console).toBeGreaterThanOrEqual(0);
  return lines
    .slice(start)
    .map((line) => line.trimEnd().replace(/\[ +\d+\.\d+/g, '[ TIME'))
    .join('\n')
    .trimEnd();
};

const file = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

/** The kernel's console on QEMU and here. */
const consoles = async (kernel: string, variation: Variation): Promise<readonly [string, string]> => {
  const [target] = kernelTargets(kernel, 'riscv64');
  if (!target) throw new Error(`no kernel ${kernel}`);
  const own = await diskImage(target);
  const all = qemuArguments(target, folder, undefined);
  const kernelFile = all[all.indexOf('-kernel') + 1] ?? '';
  const qemu = [...all];
  const ours = ['run', '--kernel', kernelFile, '--memory', variation.memory ?? '128M'];
  qemu[qemu.indexOf('-m') + 1] = variation.memory ?? '128M';
  if (variation.harts !== undefined) {
    // OpenSBI boots the kernel on the hart that comes first; in turns that is hart 0, as here. These kernels, built for
    // one hart, panic on any other.
    qemu.push('-smp', String(variation.harts));
    ours.push('--harts', String(variation.harts));
  }
  const disk = variation.disk === null || !own ? undefined : (variation.disk?.(own) ?? own);
  if (disk) {
    const path = file('disk.img', disk);
    qemu.push(
      '-drive',
      `if=none,id=disk0,format=raw,file=${path}${variation.isReadOnly ? ',readonly=on' : ',snapshot=on'}`,
    );
    qemu.push('-device', 'virtio-blk-pci,drive=disk0');
    ours.push('--disk', variation.isReadOnly ? `${path},readonly` : path);
  }
  const declared = all.findIndex((argument) => argument.startsWith('if=pflash,unit=1'));
  if (variation.flash !== undefined && declared >= 0) qemu.splice(declared - 1, 2);
  const flash = variation.flash ? file('flash.img', variation.flash) : undefined;
  if (flash !== undefined) {
    qemu.push('-drive', `if=pflash,unit=1,format=raw,file=${flash}`);
    ours.push('--pflash1', flash);
  } else if (variation.flash === undefined && declared >= 0) {
    ours.push('--pflash1', all[declared]?.split('file=')[1] ?? '');
  }
  const { stdout } = runQemu(qemu);
  return [spoken(stdout), spoken((await runProgram(ours)).stdout)];
};

const flashOf = (text: string): Uint8Array => {
  const bytes = new Uint8Array(32 * MEBIBYTE).fill(0xff);
  bytes.set(new TextEncoder().encode(text));
  return bytes;
};
/** All of the first FAT but its first sector is noise. */
const noisy = (own: Uint8Array): Uint8Array => {
  const bytes = own.slice();
  for (let at = 0x4200; at < 0x8000; at++) bytes[at] = (at * 31) & 0xff;
  return bytes;
};

describe('a bundled kernel prints what it prints on QEMU', () => {
  it.each<[kernel: string, what: string, Variation]>([
    ['msgqueue', 'on four harts', { harts: 4 }],
    ['msgqueue', 'in 64 MiB', { memory: '64M' }],
    ['msgqueue', 'without flash', { flash: null }],
    ['msgqueue', 'with other contents in flash', { flash: flashOf('XYZW') }],
    ['lazymapping', 'on two harts', { harts: 2 }],
    ['lazymapping', 'without a disk', { disk: null }],
    ['lazymapping', 'with a disk that may not be written', { isReadOnly: true }],
    ['lazymapping', 'with half of its disk', { disk: (own) => own.subarray(0, own.length / 2) }],
    [
      'lazymapping',
      'with three bytes behind the last sector',
      { disk: (own) => Buffer.concat([own, Buffer.from('xyz')]) },
    ],
    ['lazymapping', 'with a disk of zeros', { disk: () => new Uint8Array(MEBIBYTE) }],
    ['guestmonolithickernel', 'on two harts', { harts: 2 }],
    ['guestmonolithickernel', 'without flash', { flash: null }],
    ['guestmonolithickernel', 'with a damaged FAT', { disk: noisy }],
  ])('%s %s', async (kernel, _, variation) => {
    const [qemu, ours] = await consoles(kernel, variation);
    expect(ours).toBe(qemu);
  });
});
