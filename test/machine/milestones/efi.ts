/**
 * Debian's EDK2 for AArch64 on our machine, from its first instruction in flash to its shell, which is asked for its version, the
 * devices it finds and the disk, and switches the machine off. No part of `npm test`. See README.md beside it.
 *
 *   npx tsx test/machine/milestones/efi.ts FIRMWARE [--machine WORDS] [--harts N]
 *
 * FIRMWARE is QEMU_EFI.fd of Debian's package qemu-efi-aarch64.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { choiceWords } from '../../../src/base/board-choices';
import { rawDisk } from '../../../src/devices/virtio/block';
import { fatDisk } from '../../../src/image/disk';
import { createMachine } from '../../../src/machine/create';

const MEBIBYTE = 1024 * 1024;
/** Instructions after which it is not getting anywhere. */
const MOST = 4_000_000_000n;
const SLICE = 5_000_000n;
const ESCAPE = '\x1b';
const HELLO = 'Hello from the disk\n';
/** What the shell says, and what is typed then. */
const DIALOGUE: readonly (readonly [said: string, typed: string])[] = [
  ['any other key to continue', ESCAPE],
  ['Shell> ', 'pci\r'],
  ['Shell> ', 'type fs0:\\hello.txt\r'],
  ['Shell> ', 'reset -s\r'],
];

const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { machine: { type: 'string', default: '' }, harts: { type: 'string', default: '1' } },
  });
  const [firmware] = positionals;
  if (firmware === undefined) throw new Error("give the firmware: QEMU_EFI.fd of Debian's package qemu-efi-aarch64");
  const files = new Map([['/hello.txt', new TextEncoder().encode(HELLO)]]);
  const disk = await fatDisk({ size: 64 * MEBIBYTE, label: 'TEST', files });
  const { machine } = createMachine({
    architecture: 'aarch64',
    bios: { name: firmware, bytes: readFileSync(firmware) },
    memory: 256 * MEBIBYTE,
    harts: Number(values.harts),
    ...(values.machine && { choices: choiceWords(values.machine) }),
    drives: [{ image: rawDisk(disk), bus: 'virtio-pci' }],
  });
  let said = '';
  machine.onConsole((bytes) => {
    process.stdout.write(bytes);
    said += Buffer.from(bytes).toString('latin1');
  });
  const started = performance.now();
  const left = [...DIALOGUE];
  let from = 0;
  let ending = 'nothing more happened';
  while (machine.retired < MOST) {
    const exit = machine.run({ budget: SLICE });
    if (exit.kind !== 'budget') {
      ending = exit.kind === 'power' ? exit.event.kind : exit.kind;
      break;
    }
    const [next] = left;
    if (!next || said.indexOf(next[0], from) < 0) continue;
    left.shift();
    from = said.length;
    machine.input(new TextEncoder().encode(next[1]));
  }
  const seconds = (performance.now() - started) / 1000;
  const isDone = ending === 'off' && left.length === 0 && said.includes(HELLO.trim());
  const speed = `${Number(machine.retired) / 1e6} million instructions in ${seconds.toFixed(1)} s`;
  console.log(`\n${isDone ? 'ok' : 'FAILED'}: ${ending}, ${speed}, stateHash ${machine.stateHash()}`);
  return isDone ? 0 : 1;
};

main().then(
  (status) => {
    process.exitCode = status;
  },
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
