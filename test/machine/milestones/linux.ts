/**
 * Debian's Linux on our machine, from its first instruction to the power-off that its init asks for. No part of `npm test`:
 * it needs the network once, and minutes. See README.md beside it.
 *
 *   npx tsx test/machine/milestones/linux.ts [--arch A] [--harts N] [--opensbi] [--virtio] [--machine WORDS]
 *     [--program kvm] [--append WORDS] [--image FILE] [--qemu]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { choiceWords } from '../../../src/base/board-choices';
import type { NamedFile } from '../../../src/machine/boot/load-plan';
import { unpackZboot } from '../../../src/machine/boot/zboot';
import { createMachine, type MachineOptions } from '../../../src/machine/create';
import { debianKernel, debianModules, folderOf } from './debian-kernel';
import { type Contents, GREETING, initramfs, LINUX_ARCHITECTURES, type LinuxArchitecture } from './initramfs';
import { compiledProgram } from './programs/compile';

const OPENSBI = '/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_jump.bin';
const MEBIBYTE = 1024 * 1024;
/** Instructions after which it is not getting anywhere: a boot takes one to two thousand million for each hart. */
const MOST = 8_000_000_000n;
const SLICE = 20_000_000n;

interface Platform {
  /** MiB. */
  readonly memory: number;
  readonly console: string;
  /** Further words of the command line. */
  readonly words: string;
}

const PLATFORMS: Readonly<Record<LinuxArchitecture, Platform>> = {
  riscv64: { memory: 512, console: 'ttyS0', words: 'earlycon=sbi' },
  aarch64: { memory: 512, console: 'ttyAMA0', words: 'earlycon=pl011,0x9000000' },
  // Without ACPI's tables it looks for an i8042 at ports that are not there, here as on QEMU.
  loongarch64: {
    memory: 1024,
    console: 'ttyS0,115200',
    words: 'earlycon=uart8250,mmio,0x1fe001e0 initcall_blacklist=i8042_init',
  },
  x86_64: { memory: 512, console: 'ttyS0', words: 'earlycon=uart8250,io,0x3f8' },
};

/** QEMU's name of our board, where it is not `virt`. */
const BOARD: Readonly<Partial<Record<LinuxArchitecture, string>>> = { x86_64: 'q35' };

/** The processor that our board has, where QEMU's default is another one. */
const DEFAULT_CPU: Readonly<Partial<Record<LinuxArchitecture, string>>> = { aarch64: 'cortex-a72' };

/** First programs that do more than to greet. */
interface Program {
  /** In C, in the folder `programs`. */
  readonly source: string;
  readonly modules: readonly string[];
  /** What it prints besides the greeting. */
  says(harts: number): readonly string[];
}

const PROGRAMS: Readonly<Partial<Record<LinuxArchitecture, Readonly<Record<string, Program>>>>> = {
  x86_64: {
    kvm: {
      source: 'kvm-init',
      modules: ['kvm-amd'],
      says: (harts) => [
        'kvm: version 12',
        ...Array.from({ length: harts }, (_, n) => [
          `kvm: processor ${n}, guest in real mode: says 41, stores 41 at 524304, halts after 5 exits`,
          `kvm: processor ${n}, guest in long mode: says 141, stores 141 at 524304, halts after 5 exits`,
        ]).flat(),
        'kvm: done',
      ],
    },
  },
  aarch64: {
    kvm: {
      source: 'kvm-init-aarch64',
      modules: [],
      says: () => [
        'guest: wrote 00000000000013ba at 0000000010000000',
        'guest: wrote 00000000400013c1 at 0000000010000010',
        'init: the guest has switched off',
      ],
    },
  },
};

const file = (name: string): NamedFile => ({ name, bytes: readFileSync(name) });

const isGood = (text: string, lines: readonly string[]): boolean => {
  const plain = text.replaceAll('\r', '');
  return lines.every((line) => plain.includes(`${line}\n`));
};

/** Boots it here. Returns whether it went well: switched itself off, and printed these lines. */
const boot = (options: MachineOptions, lines: readonly string[]): boolean => {
  const { machine } = createMachine(options);
  let text = '';
  machine.onConsole((bytes) => {
    process.stdout.write(bytes);
    text += Buffer.from(bytes).toString('latin1');
  });
  const started = performance.now();
  let ending = 'nothing more happened';
  while (machine.retired < MOST) {
    const exit = machine.run({ budget: SLICE });
    if (exit.kind !== 'budget') {
      ending = exit.kind === 'power' ? exit.event.kind : exit.kind === 'stuck' ? exit.explanation : exit.kind;
      break;
    }
    if (/Kernel panic - not syncing/.test(text)) {
      ending = 'panic';
      break;
    }
  }
  const seconds = (performance.now() - started) / 1000;
  const isDone = isGood(text, lines) && ending === 'off';
  const speed = `${Number(machine.retired) / 1e6} million instructions in ${seconds.toFixed(1)} s`;
  console.log(`\n${isDone ? 'ok' : 'FAILED'}: ${ending}, ${speed}, stateHash ${machine.stateHash()}`);
  return isDone;
};

/** Boots the same on QEMU, by the host's clock as people run it. Returns whether it went well. */
const bootOnQemu = (
  architecture: LinuxArchitecture,
  { kernel, initrd, append = '', harts, memory, choices = {} }: MachineOptions,
  lines: readonly string[],
): boolean => {
  const files = { kernel: kernel && unpackZboot(kernel), initrd };
  const folder = folderOf(architecture);
  const given = Object.entries(files).flatMap(([name, one]) => {
    const path = join(folder, `qemu-${name}`);
    writeFileSync(path, one?.bytes ?? '');
    return [`-${name}`, path];
  });
  const { cpu = DEFAULT_CPU[architecture], ...machine } = choices;
  const words = Object.entries(machine).map(([name, value]) => `,${name === 'gic' ? 'gic-version' : name}=${value}`);
  const board = [
    '-M',
    `${BOARD[architecture] ?? 'virt'}${words.join('')}`,
    ...(cpu ? ['-cpu', cpu] : []),
    '-m',
    `${(memory ?? 0) / MEBIBYTE}M`,
    '-smp',
    String(harts),
    '-nographic',
    '-no-reboot',
  ];
  const started = performance.now();
  const { stdout, status, error } = spawnSync(`qemu-system-${architecture}`, [...board, ...given, '-append', append], {
    encoding: 'latin1',
    timeout: 600_000,
    maxBuffer: 64 * MEBIBYTE,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const seconds = (performance.now() - started) / 1000;
  // There the power may be off before the terminal has sent what init wrote last.
  const isDone = status === 0 && stdout.includes('reboot: Power down') && isGood(stdout, lines.slice(0, -1));
  console.log(`${isDone ? 'ok' : 'FAILED'} on QEMU: ${error?.message ?? `status ${status}`}, ${seconds.toFixed(1)} s`);
  return isDone;
};

const main = (): number => {
  const { values } = parseArgs({
    options: {
      arch: { type: 'string', default: 'riscv64' },
      harts: { type: 'string', default: '1' },
      opensbi: { type: 'boolean', default: false },
      virtio: { type: 'boolean', default: false },
      program: { type: 'string' },
      append: { type: 'string', default: '' },
      machine: { type: 'string', default: '' },
      image: { type: 'string' },
      qemu: { type: 'boolean', default: false },
    },
  });
  const architecture = LINUX_ARCHITECTURES.find((name) => name === values.arch);
  if (architecture === undefined) throw new Error(`--arch: give one of ${LINUX_ARCHITECTURES.join(', ')}`);
  if (values.opensbi && !existsSync(OPENSBI)) throw new Error(`${OPENSBI} is missing. apt-get install opensbi`);
  if (values.virtio && architecture !== 'riscv64')
    throw new Error(`--virtio: Debian's ${architecture} has it in modules`);
  const program = values.program === undefined ? undefined : PROGRAMS[architecture]?.[values.program];
  if (values.program !== undefined && !program)
    throw new Error(`--program: with --arch ${Object.keys(PROGRAMS).join(' or ')} there is kvm`);
  const contents: Contents = program
    ? {
        init: compiledProgram(
          program.source,
          folderOf(architecture),
          architecture === 'aarch64' ? 'aarch64' : 'x86_64',
        ),
        modules: program.modules.length > 0 ? debianModules(architecture, program.modules) : [],
      }
    : {};
  const lines = [GREETING.trimEnd(), ...(program?.says(Number(values.harts)) ?? [])];
  const { memory, console: serial, words } = PLATFORMS[architecture];
  const options: MachineOptions = {
    architecture,
    memory: memory * MEBIBYTE,
    harts: Number(values.harts),
    ...(values.machine && { choices: choiceWords(values.machine) }),
    kernel: file(values.image ?? debianKernel(architecture)),
    initrd: { name: 'initramfs', bytes: initramfs(architecture, contents) },
    ...(values.opensbi && { bios: file(OPENSBI) }),
    append: `console=${values.virtio ? 'hvc0' : serial} ${words} ${values.append}`.trimEnd(),
    ...(values.virtio && {
      extras: [
        { kind: 'console', bus: 'virtio-pci' },
        { kind: 'entropy', bus: 'virtio-pci', seed: 1n },
      ],
    }),
  };
  const results = [boot(options, lines), ...(values.qemu ? [bootOnQemu(architecture, options, lines)] : [])];
  return results.every(Boolean) ? 0 : 1;
};

process.exitCode = main();
