import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KernelTarget } from './catalogue';
import { diskImage, flashBank, kernelFile } from './media';
import { QEMU_TIME } from './qemu-time';
import { UserError } from './user-error';

/** How a prebuilt kernel did on QEMU. */
export interface QemuRun {
  /** Everything the guest and its firmware printed, with plain line ends. */
  readonly console: string;
  /** Whether the guest switched the machine off by itself. */
  readonly poweredOff: boolean;
}

/** The oldest QEMU whose machines take our images as ours do; 7.2 has no flash on loongarch64 and boots riscv64's. */
const OLDEST_QEMU = 10;

/**
 * Boots a prebuilt kernel on QEMU, with the images that Worldstep would give it, until the guest switches the machine off.
 * @throws UserError if QEMU or a file is missing
 */
export async function runOnQemu(target: KernelTarget, limitSeconds = 120): Promise<QemuRun> {
  const { program } = target.buildArchitecture.qemu;
  checkQemu(target);
  const folder = mkdtempSync(join(tmpdir(), 'worldstep-qemu-'));
  try {
    const child = spawn(program, [...QEMU_TIME, ...qemuArguments(target, folder, await diskImage(target))], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let console = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('latin1');
      stream.on('data', (text: string) => {
        console += text;
      });
    }
    const timer = setTimeout(() => child.kill('SIGKILL'), limitSeconds * 1000);
    const status = await new Promise<number | null>((done, fail) => {
      child.on('error', fail);
      child.on('close', done);
    });
    clearTimeout(timer);
    return { console: Buffer.from(console, 'latin1').toString().replaceAll('\r', ''), poweredOff: status === 0 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * QEMU's command line.
 * @param folder gets the files it names
 */
export function qemuArguments(target: KernelTarget, folder: string, disk?: Uint8Array): string[] {
  const { build, buildArchitecture } = target;
  const { qemu } = buildArchitecture;
  const write = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const cpu = build.cpu ?? qemu.cpu;
  const machine = [qemu.machine, ...(build.virtualization && qemu.virtualization ? [qemu.virtualization] : [])];
  if (build.gic !== undefined) machine.push(`gic-version=${build.gic}`);
  const args = ['-machine', machine.join(','), ...(cpu === undefined ? [] : ['-cpu', cpu])];
  if (build.semihosting) args.push('-semihosting');
  // Nothing resets itself, and no other device than ours is found on the PCI bus.
  args.push('-m', `${build.memory >> 20}M`, '-nographic', '-no-reboot', '-nic', 'none');
  args.push('-kernel', write('kernel', kernelFile(target)));
  for (const [name, bank] of build.flash) {
    const firmware = qemu.firmware?.bank === name ? qemu.firmware.file : undefined;
    const file = write(`${name}.img`, flashBank(target, bank, firmware));
    args.push('-drive', `if=pflash,unit=${name.replace('pflash', '')},format=raw,file=${file}`);
  }
  if (disk) {
    args.push('-drive', `if=none,id=disk0,format=raw,file=${write('disk.img', disk)}`);
    args.push('-device', 'virtio-blk-pci,drive=disk0');
  }
  return args;
}

function checkQemu(target: KernelTarget): void {
  const { program, package: debian, firmware } = target.buildArchitecture.qemu;
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  const version = /version (\d+)[\d.]*/.exec(stdout ?? '');
  const install = (name: string) => `Debian 12: apt-get install -t bookworm-backports ${name}`;
  if (!version) throw new UserError(`${program} is not installed. ${install(debian)}`);
  if (Number(version[1]) < OLDEST_QEMU) {
    throw new UserError(`${program} is ${version[0]}, older than ${OLDEST_QEMU}. ${install(debian)}`);
  }
  if (firmware && target.build.flash.has(firmware.bank) && !existsSync(firmware.file)) {
    throw new UserError(`${firmware.file} is not installed. ${install(firmware.package)}`);
  }
}

/** The file with the lines that a target prints, or undefined if nobody wrote it. */
export const expectedOutputFile = ({ build, kernel, folder }: KernelTarget): string | undefined => {
  const file = build.expectedOutput ?? kernel.expectedOutput;
  return file && join(folder, file);
};

/**
 * Compares a run with the lines that kernel.json's `expectedOutput` holds: all of them, one after the other, anywhere.
 * Blanks at a line's end do not count: ArceOS's logo has them, and editors remove them.
 * @returns what is wrong, or undefined
 */
export function qemuDiscrepancy(target: KernelTarget, run: QemuRun): string | undefined {
  const lines = run.console.split('\n').map((line) => line.trimEnd());
  const { panicMarkers } = target.kernel;
  const panic = lines.find((line) => panicMarkers.some((marker) => line.includes(marker)));
  if (panic !== undefined) return `${target.id} failed on QEMU: ${panic}`;
  const file = expectedOutputFile(target);
  const expected = file === undefined ? [] : linesOf(readFileSync(file, 'utf8'));
  // Firmware may leave the cursor behind its last words. Some first lines come twice, such as a logo.
  const starts = lines.flatMap((line, index) => (line.endsWith(expected[0] ?? '') ? [index] : []));
  const matched = (start: number): number => {
    const wrong = expected.findIndex((line, index) => index > 0 && lines[start + index] !== line);
    return wrong < 0 ? expected.length : wrong;
  };
  const [best = 0] = [...starts].sort((a, b) => matched(b) - matched(a));
  const count = starts.length === 0 ? 0 : matched(best);
  if (count < expected.length) {
    const printed = starts.length === 0 ? 'nothing like it' : `"${lines[best + count] ?? ''}"`;
    return `${target.id} on QEMU: line ${count + 1} of ${file} is "${expected[count]}", printed was ${printed}.\n${tail(lines)}`;
  }
  if (run.poweredOff) return undefined;
  return `${target.id} on QEMU: all lines came, but the machine did not go off.\n${tail(lines)}`;
}

const linesOf = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd());

const tail = (lines: readonly string[]): string =>
  `  its last lines:\n${lines
    .slice(-12)
    .map((line) => `  | ${line}`)
    .join('\n')}`;
