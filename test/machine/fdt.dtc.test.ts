/** The device tree as Debian's `dtc` sees it. Needs the package device-tree-compiler, so it is a suite of its own. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { virtFdt } from '../../src/machine/boards/riscv64-virt/tree';

describe('dtc', () => {
  it.each([1, 2, 8])('decompiles the tree of %i harts without errors or warnings of substance', (harts) => {
    const dtb = virtFdt({
      harts,
      memory: 0x1000_0000,
      bootargs: 'a b',
      initrd: { start: 0x8400_0000, end: 0x8500_0000 },
    });
    const run = spawnSync('dtc', ['-I', 'dtb', '-O', 'dts'], { input: dtb, encoding: 'utf8' });
    expect(run.status, run.error?.message ?? run.stderr).toBe(0);
    // QEMU's own tree draws the same remark for each hart's interrupt controller.
    const warnings = run.stderr.split('\n').filter((line) => line !== '' && !line.includes('Missing #address-cells'));
    expect(warnings).toEqual([]);
    expect(run.stdout).toContain('stdout-path = "/soc/serial@10000000"');
    expect(run.stdout.match(/compatible = "riscv,cpu-intc"/g)?.length).toBe(harts);
  });
});
