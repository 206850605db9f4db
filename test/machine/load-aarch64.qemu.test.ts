/** QEMU puts the same kernels at the same places. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { planAarch64 } from '../../src/machine/boards/aarch64-virt/boot';
import { runOnQemu } from '../devices/qtest';
import { inputOf, KERNEL_CASES } from './aarch64-kernels';

const folder = mkdtempSync(join(tmpdir(), 'worldstep-load-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (at: number) => ({ at, width: 4 }) as const;
/** The first word of a device tree, as a little-endian processor reads it. */
const TREE_MAGIC = 0xedfe_0dd0;

const file = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

describe('QEMU agrees', () => {
  it.each(KERNEL_CASES.map((row) => [row.name, row] as const))('that %s', async (_name, row) => {
    const plan = planAarch64(inputOf(row), { gic: 2, virtualization: false, cpu: 'cortex-a72' });
    const loaded = plan.segments.filter(({ name }) => /^(kernel|initrd)/.test(name));
    const probes = [...loaded.flatMap(({ pa, bytes }) => [pa, pa + (bytes.length & ~3) - 4]), plan.dtbAt ?? 0];
    const options = ['-cpu', 'cortex-a72', '-m', `${row.memory >> 20}M`, '-kernel', file('kernel', row.kernel)];
    if (row.initrd) options.push('-initrd', file('initrd', row.initrd));
    const answers = await runOnQemu(probes.map(read), options, 'qemu-system-aarch64');
    const expected = loaded.flatMap(({ bytes }) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      return [view.getUint32(0, true), view.getUint32((bytes.length & ~3) - 4, true)];
    });
    expect(answers).toEqual([...expected, TREE_MAGIC]);
  });
});
