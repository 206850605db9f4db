import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
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
