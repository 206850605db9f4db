import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * Runs a bare program on QEMU; its exit code is the number of the check that failed, or 0. One thread: harts that spin for
 * each other on fewer host cores than harts would otherwise take as long as the host's scheduler likes.
 */
const runOnQemu = (name: string, harts = 1): number | null =>
  spawnSync(
    'qemu-system-riscv64',
    `-M virt -accel tcg,thread=single -smp ${harts} -bios none -display none -monitor none -serial null -kernel`
      .split(' ')
      .concat(join(__dirname, 'guests/prebuilt', `${name}.elf`)),
    { timeout: 60_000, killSignal: 'SIGKILL' },
  ).status;

describe('QEMU agrees with what the bare programs expect of a machine', () => {
  it.each(['traps', 'interrupts', 'pmp', 'pmp-partial', 'code', 'paging', 'modes', 'harts', 'hypervisor'])(
    '%s',
    (name) => {
      expect(runOnQemu(name)).toBe(0);
    },
  );

  it('with four harts', () => {
    expect(runOnQemu('harts', 4)).toBe(0);
  });
});
