/** The tests of the crates in kernels/ that run on this computer. They need Debian's Rust, so this is a suite of its own. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const kernels = join(__dirname, '../../kernels');
/** Not the compiler that happens to be first in PATH: what one built, another cannot use. */
const tools = { RUSTC: '/usr/bin/rustc', RUSTDOC: '/usr/bin/rustdoc' };

describe('cargo test', () => {
  it.each(['linked_list_r4l', 'shared-mem-queue'])('passes in kernels/%s', { timeout: 600_000 }, (crate) => {
    const run = spawnSync('/usr/bin/cargo', ['test', '--locked'], {
      cwd: join(kernels, crate),
      env: { ...process.env, ...tools },
      encoding: 'utf8',
    });
    const results = [...run.stdout.matchAll(/^test result: (\w+)\. (\d+) passed; (\d+) failed/gm)];
    expect(
      results.map(([, result]) => result).filter((result) => result !== 'ok'),
      run.stdout + run.stderr,
    ).toEqual([]);
    expect(run.status, run.stderr).toBe(0);
    expect(results.reduce((sum, [, , passed]) => sum + Number(passed), 0)).toBeGreaterThan(3);
  });
});
