import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import type { Architecture } from '../../src/base/architectures';
import { QEMU_TIME } from '../../src/build/kernels/qemu-time';

/** So long no run takes on any host; one that hangs is a failure, not a wait. */
const LIMIT_MS = 150_000;

/**
 * Runs a machine of QEMU to its end, with time by its instructions; `options` go to QEMU. The status is the guest's own.
 * @throws what kept it from starting or from ending
 */
export function runQemu(options: readonly string[], architecture: Architecture = 'riscv64'): SpawnSyncReturns<string> {
  const run = spawnSync(`qemu-system-${architecture}`, [...QEMU_TIME, ...options], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 64 << 20,
  });
  if (run.error) throw new Error(`${run.error.message} (QEMU ${options.join(' ')})`);
  return run;
}

/** What somebody does at the console of a machine. */
export interface Typist {
  /** What the machine says before it takes a line. */
  readonly prompt: string;
  /** What asks for any key before that, as a countdown does. */
  readonly countdown: string;
  readonly lines: readonly string[];
}

/**
 * Runs a machine of QEMU whose console is on its standard input and output, and types a line at each prompt, for a port that is
 * still being set up loses keys. What the console said until the guest switched off.
 * @throws where it did not end
 */
export function typeOnQemu(
  options: readonly string[],
  architecture: Architecture,
  { prompt, countdown, lines }: Typist,
): Promise<string> {
  const qemu = spawn(`qemu-system-${architecture}`, [...QEMU_TIME, ...options], {
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  const left = [...lines];
  let said = '';
  let awaited = countdown;
  let from = 0;
  qemu.stdout.setEncoding('latin1').on('data', (text: string) => {
    said += text;
    if (said.indexOf(awaited, from) < 0) return;
    from = said.length;
    qemu.stdin.write(awaited === countdown ? ' ' : `${left.shift() ?? ''}\n`);
    awaited = prompt;
  });
  return new Promise((resolve, reject) => {
    qemu.on('error', reject);
    qemu.on('close', (status) => {
      if (status === 0) resolve(said);
      else reject(new Error(`QEMU ended with ${status} after ${said}`));
    });
  });
}
