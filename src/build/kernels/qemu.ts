import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { flashImage } from '../../image/flash';
import { flatImage } from '../../image/flat-image';
import type { KernelTarget } from './catalogue';
import { UserError } from './user-error';

/** How a prebuilt kernel did on QEMU. */
export interface QemuRun {
  /** Everything the guest and its firmware printed, with plain line ends. */
  readonly console: string;
  /** Whether the guest switched the machine off by itself. */
  readonly poweredOff: boolean;
}

/**
 * Boots a prebuilt kernel on QEMU, with the images that Worldstep would give it, until the guest switches the machine off.
 * @throws UserError if QEMU is not installed
 */
export function runOnQemu(target: KernelTarget, limitSeconds = 60): QemuRun {
  const { build, buildArchitecture } = target;
  if (build.image.format !== 'flat') throw new UserError(`${target.id}: only flat images are checked on QEMU so far.`);
  const folder = mkdtempSync(join(tmpdir(), 'worldstep-qemu-'));
  try {
    const kernel = join(folder, 'kernel.bin');
    writeFileSync(kernel, flatImage(gunzipSync(readFileSync(target.imageFile))));
    const flash = [...build.flash].flatMap(([name, bank]) => {
      const file = join(folder, `${name}.img`);
      writeFileSync(file, flashImage(bank));
      return ['-device', `loader,file=${file},addr=${buildArchitecture.qemu.flash[name]},force-raw=on`];
    });
    const run = spawnSync(
      buildArchitecture.qemu.program,
      [...buildArchitecture.qemu.machine, '-m', `${build.memory >> 20}M`, '-nographic', '-kernel', kernel, ...flash],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: limitSeconds * 1000, maxBuffer: 64 << 20 },
    );
    if (run.error && 'code' in run.error && run.error.code === 'ENOENT') {
      const { program, package: debian } = buildArchitecture.qemu;
      throw new UserError(`${program} is not installed. Debian: apt-get install ${debian}`);
    }
    return { console: (run.stdout + run.stderr).replaceAll('\r', ''), poweredOff: run.status === 0 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Compares a run with the lines that kernel.json's `expectedOutput` holds: all of them, one after the other.
 * @returns what is wrong, or undefined
 */
export function qemuDiscrepancy(target: KernelTarget, run: QemuRun): string | undefined {
  const { expectedOutput, panicMarkers } = target.kernel;
  const lines = run.console.split('\n');
  const panic = lines.find((line) => panicMarkers.some((marker) => line.includes(marker)));
  if (panic !== undefined) return `${target.id} failed on QEMU: ${panic}`;
  const expected = expectedOutput
    ? readFileSync(join(target.folder, expectedOutput), 'utf8').trimEnd().split('\n')
    : [];
  const start = Math.max(0, lines.indexOf(expected[0] ?? ''));
  for (const [index, line] of expected.entries()) {
    if (lines[start + index] !== line) {
      const printed = lines[start + index];
      return `${target.id} on QEMU: line ${index + 1} of ${expectedOutput} is "${line}", printed was "${printed ?? ''}".`;
    }
  }
  return run.poweredOff ? undefined : `${target.id} on QEMU: all lines came, but the machine did not go off.`;
}
