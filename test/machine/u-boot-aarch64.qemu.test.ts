/** Debian's U-Boot for AArch64 answers here what it answers on QEMU, and starts a kernel from a FAT disk. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { rawDisk } from '../../src/devices/virtio/block';
import { fatDisk } from '../../src/image/disk';
import { flatImage } from '../../src/image/flat-image';
import { typeOnQemu } from '../support/qemu';
import { COUNTDOWN, PROMPT, session, uBootOfAarch64 } from './u-boot';

const kernels = join(__dirname, '../../kernels');
const MEBIBYTE = 1024 * 1024;
const folder = mkdtempSync(join(tmpdir(), 'worldstep-u-boot-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Where things are that depend on the tree's size is not asked: QEMU's says that it has a MiB, most of it empty. */
const COMMANDS = [
  'version',
  'virtio info',
  'pci',
  'fatls virtio 0',
  'load virtio 0 0x42000000 /sub/data.bin',
  'crc32 0x42000000 $filesize',
  'fdt addr $fdtcontroladdr',
  'fdt print /psci',
  'fdt print /timer',
];
const KERNEL = ['load virtio 0 0x40200000 /image', 'booti 0x40200000 - $fdtcontroladdr'];
/** The bundled kernel looks for these bytes in the second bank. */
const FLASH = 'PFLA';
/** What follows each prompt, without what depends on speed and on where the tree is. */
const answersOf = (console: string): string[] =>
  console
    .replaceAll('\r', '')
    .replace(/ in \d+ ms \(.*?\)/g, '')
    .replace(/.*[Ff](DT|lattened Device Tree) .*\n|.*Device Tree to .*\n|.*fdt blob at .*\n|\(off\)$/g, '')
    .split(`\n${PROMPT}`)
    .slice(1)
    .map((answer) => answer.trim());

const disk = async (): Promise<Uint8Array> =>
  fatDisk({
    size: 64 * MEBIBYTE,
    label: 'TEST',
    files: new Map([
      ['/image', flatImage(gunzipSync(readFileSync(join(kernels, 'prebuilt/msgqueue-aarch64.elf.gz'))))],
      ['/sub/data.bin', Uint8Array.from({ length: 70_001 }, (_, at) => (at * 7 + (at >> 8)) & 0xff)],
    ]),
  });

describe('U-Boot answers as on QEMU', () => {
  it.each([
    ['at EL1 with a GICv2, and starts the message queue', 'off', '2', KERNEL, 'Multi-task message queue OK!'],
    ['at EL2 with a GICv3, and switches off', 'on', '3', ['poweroff'], 'poweroff ...'],
  ] as const)('%s', async (_, virtualization, gic, last, end) => {
    const commands = [...COMMANDS, ...last];
    const image = await disk();
    const path = join(folder, `disk-${gic}`);
    writeFileSync(path, image);
    const bank = new Uint8Array(64 * MEBIBYTE);
    bank.set(new TextEncoder().encode(FLASH));
    const pflash1 = { name: join(folder, 'flash'), bytes: bank };
    writeFileSync(pflash1.name, bank);
    const bios = uBootOfAarch64();
    const board = `virt,virtualization=${virtualization},gic-version=${gic}`;
    const theirs = await typeOnQemu(
      [
        ...`-M ${board} -cpu cortex-a72 -m 256 -nic none -display none -monitor none -serial stdio`.split(' '),
        ...['-bios', bios.name, '-drive', `file=${path},if=none,format=raw,id=disk`],
        ...['-device', 'virtio-blk-pci,drive=disk,disable-legacy=on'],
        ...['-drive', `file=${pflash1.name},if=pflash,unit=1,format=raw`],
      ],
      'aarch64',
      { prompt: `\n${PROMPT}`, countdown: COUNTDOWN, lines: commands },
    );
    const { answers } = session(
      {
        architecture: 'aarch64',
        bios,
        pflash1,
        memory: 256 * MEBIBYTE,
        choices: { virtualization, gic },
        drives: [{ image: rawDisk(image), bus: 'virtio-pci' }],
      },
      commands,
    );
    const ours = answersOf(`\n${PROMPT}${answers.join('')}`);
    expect(ours.at(-1)).toContain(end);
    expect(ours).toEqual(answersOf(theirs));
  });
});
