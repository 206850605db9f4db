import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runQemu } from '../support/qemu';

/** Runs a bare program on QEMU; its exit code is the number of the check that failed, or 0. */
const runOnQemu = (name: string, harts = 1): number | null =>
  runQemu(
    `-M virt -smp ${harts} -bios none -display none -monitor none -serial null -kernel`
      .split(' ')
      .concat(join(__dirname, 'guests/prebuilt', `${name}.elf`)),
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
