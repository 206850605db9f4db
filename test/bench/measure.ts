/** Whole processes, measured: Worldstep's command line and QEMU on the same guests. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { diskImage } from '../../src/build/kernels/media';
import { qemuArguments } from '../../src/build/kernels/qemu';
import { kernelTargets } from '../../src/build/kernels/repository';

const root = resolve(import.meta.dirname, '../..');
const LIMIT_MS = 120_000;

/** The instruction sets that the programs are built for. */
export const ARCHITECTURES = ['riscv64', 'aarch64', 'x86_64', 'loongarch64'] as const;
export type BenchArchitecture = (typeof ARCHITECTURES)[number];

const qemu = (architecture: string): string => `qemu-system-${architecture}`;

/** A guest that both can run. */
export interface BenchGuest {
  readonly name: string;
  /** Arguments of `worldstep run`. */
  readonly worldstep: readonly string[];
  readonly architecture: BenchArchitecture;
  /** All of QEMU's arguments. */
  readonly qemu: readonly string[];
}

/** One run of a process. */
export interface Run {
  /** Wall time of the whole process, seconds. */
  readonly wall: number;
  readonly console: string;
}

/** One run of Worldstep, with what it says itself. */
export interface WorldstepRun extends Run {
  readonly instructions: number;
  /** Wall time from the guest's first instruction to its last, seconds. */
  readonly seconds: number;
  readonly stateHash: string;
}

/** A program of `guests/`, by name. */
export const program = (name: string, architecture: BenchArchitecture): BenchGuest => {
  const elf = join(root, 'test/bench/guests/prebuilt', architecture, `${name}.elf`);
  const board = architecture === 'x86_64' ? ['-M', 'q35', '-cpu', 'max'] : ['-M', 'virt'];
  const machine = [...board, '-display', 'none', '-monitor', 'none', '-serial', 'stdio'];
  const firmware = architecture === 'riscv64' ? ['-bios', 'none'] : [];
  return { name, architecture, worldstep: [elf], qemu: [...machine, ...firmware, '-kernel', elf] };
};

/** A bundled kernel; QEMU gets the images that Worldstep uses, and boots them through OpenSBI as `npm run kernels:check` does. */
export const bundledKernel = async (name: string, architecture: BenchArchitecture): Promise<BenchGuest> => {
  const [target] = kernelTargets(name, architecture);
  if (!target) throw new Error(`no kernel ${name}`);
  const folder = mkdtempSync(join(tmpdir(), 'worldstep-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true }));
  const worldstep = [name, '--arch', architecture];
  return { name, architecture, worldstep, qemu: qemuArguments(target, folder, await diskImage(target)) };
};

/** Whether there is a QEMU to compare with, and which. */
export function qemuVersion(architecture: BenchArchitecture): string | undefined {
  const { stdout, status } = spawnSync(qemu(architecture), ['--version'], { encoding: 'utf8' });
  return status === 0 ? /version ([\d.]+)/.exec(stdout)?.[1] : undefined;
}

/**
 * Runs a guest twice in Worldstep's command line as built in dist/: plainly, for the wall time, and with its own
 * statistics, which take time after the guest's end. Throws when it does not end well.
 */
export function runWorldstep(guest: BenchGuest): WorldstepRun {
  const command = [join(root, 'dist/cli.js'), 'run', ...guest.worldstep];
  const plain = measure(process.execPath, command);
  const { stderr } = measure(process.execPath, [...command, '--stats']);
  const stats = JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as Omit<WorldstepRun, keyof Run>;
  return { wall: plain.wall, console: plain.console, ...stats };
}

/** Runs a guest on QEMU. Throws when it does not end well. */
export function runQemu(guest: BenchGuest): Run {
  return measure(qemu(guest.architecture), guest.qemu);
}

function measure(command: string, args: readonly string[]): Run & { readonly stderr: string } {
  const started = process.hrtime.bigint();
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 64 << 20,
  });
  const wall = Number(process.hrtime.bigint() - started) / 1e9;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${error?.message ?? status}\n${stderr}`);
  return { wall, console: stdout.replaceAll('\r', ''), stderr };
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
