/**
 * Debian's Linux for riscv64 on our machine, from its first instruction to the power-off that its init asks for. No part of
 * `npm test`: it needs the network once, and minutes. See README.md beside it.
 *
 *   npx tsx test/machine/milestones/linux.ts [--harts N] [--opensbi] [--virtio] [--image FILE]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { NamedFile } from '../../../src/machine/boot/load-plan';
import { createMachine } from '../../../src/machine/create';
import { GREETING, initramfs } from './initramfs';

const repository = resolve(__dirname, '../../..');
const folder = join(repository, 'dist/milestones');
const OPENSBI = '/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_jump.bin';
const SUITE = 'trixie';
const MEBIBYTE = 1024 * 1024;
/** Instructions after which it is not getting anywhere: a boot takes a bit more than one thousand million. */
const MOST = 3_000_000_000n;
const SLICE = 20_000_000n;

const run = (command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): string => {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 256 * MEBIBYTE,
    env: { ...process.env, ...environment },
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`);
  return stdout;
};

/** An apt of its own for riscv64, from where this machine's gets Debian: its lists and packages stay as they are. */
const aptEnvironment = (): NodeJS.ProcessEnv => {
  for (const name of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'status'), '');
  const archive = run('bash', [join(repository, '.ci/debian-archive')]).trim();
  const options = /^\[(.*?)\] /.exec(archive);
  const uri = archive.slice(options?.[0].length ?? 0);
  const all = ['arch=riscv64', ...(options ? [options[1]] : [])].join(' ');
  writeFileSync(join(folder, 'sources.list'), `deb [${all}] ${uri} ${SUITE} main\n`);
  const config = [
    `Dir::State "${folder}"; Dir::State::lists "lists"; Dir::State::status "${folder}/status";`,
    `Dir::Cache "${folder}/cache"; Dir::Etc::sourcelist "${folder}/sources.list"; Dir::Etc::sourceparts "-";`,
    'APT::Architecture "riscv64"; APT::Architectures "riscv64"; APT::Sandbox::User "root";',
  ];
  writeFileSync(join(folder, 'apt.conf'), `${config.join('\n')}\n`);
  return { APT_CONFIG: join(folder, 'apt.conf') };
};

/** The kernel of Debian's package, fetched once. */
const debianKernel = (): string => {
  mkdirSync(folder, { recursive: true });
  const found = (): string | undefined => readdirSync(folder).find((name) => name.startsWith('vmlinux-'));
  if (found() === undefined) {
    console.log(`fetching Debian's kernel into ${folder} (once, about 120 MB) …`);
    const environment = aptEnvironment();
    run('apt-get', ['update'], environment);
    const depends = run('apt-cache', ['depends', 'linux-image-riscv64'], environment);
    const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
    if (name === undefined) throw new Error(`linux-image-riscv64 of ${SUITE} names no kernel:\n${depends}`);
    run('apt-get', ['download', name], environment);
    const archive = readdirSync(folder).find((file) => file.endsWith('.deb')) ?? '';
    run('sh', [
      '-c',
      `dpkg-deb --fsys-tarfile "$0" | tar -x --strip-components=2 --wildcards './boot/vmlinux-*'`,
      archive,
    ]);
  }
  const kernel = found();
  if (kernel === undefined) throw new Error(`the package has no boot/vmlinux-*: look into ${folder}`);
  return join(folder, kernel);
};

const file = (name: string): NamedFile => ({ name, bytes: readFileSync(name) });

const main = (): number => {
  const { values } = parseArgs({
    options: {
      harts: { type: 'string', default: '1' },
      opensbi: { type: 'boolean', default: false },
      virtio: { type: 'boolean', default: false },
      image: { type: 'string' },
    },
  });
  if (values.opensbi && !existsSync(OPENSBI)) throw new Error(`${OPENSBI} is missing. apt-get install opensbi`);
  const { machine } = createMachine({
    memory: 512 * MEBIBYTE,
    harts: Number(values.harts),
    kernel: file(values.image ?? debianKernel()),
    initrd: { name: 'initramfs', bytes: initramfs() },
    ...(values.opensbi && { bios: file(OPENSBI) }),
    append: `console=${values.virtio ? 'hvc0' : 'ttyS0'} earlycon=sbi`,
    ...(values.virtio && {
      extras: [
        { kind: 'console', bus: 'virtio-pci' },
        { kind: 'entropy', bus: 'virtio-pci', seed: 1n },
      ],
    }),
  });
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
  const isGood = text.replaceAll('\r', '').includes(GREETING) && ending === 'off';
  const speed = `${Number(machine.retired) / 1e6} million instructions in ${seconds.toFixed(1)} s`;
  console.log(`\n${isGood ? 'ok' : 'FAILED'}: ${ending}, ${speed}, stateHash ${machine.stateHash()}`);
  return isGood ? 0 : 1;
};

process.exitCode = main();
