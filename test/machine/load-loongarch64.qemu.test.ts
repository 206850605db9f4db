/** QEMU puts the same kernels at the same places. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { QEMU_TIME } from '../../src/build/kernels/qemu-time';
import { planLoongarch64 } from '../../src/machine/boards/loongarch64-virt/boot';
import { runOnQemu } from '../devices/qtest';
import { inputOf, KERNEL_CASES } from './loongarch64-kernels';

const folder = mkdtempSync(join(tmpdir(), 'worldstep-load-'));
afterAll(() => rmSync(folder, { recursive: true }));

const QEMU = 'qemu-system-loongarch64';

/** The program counter before the first instruction. */
const firstPc = (options: readonly string[]): bigint => {
  const board = '-M virt -S -display none -serial none -monitor stdio'.split(' ');
  const { stdout } = spawnSync(QEMU, [...QEMU_TIME, ...board, ...options], {
    encoding: 'utf8',
    input: 'info registers\nquit\n',
  });
  return BigInt(`0x${/PC=([0-9a-f]+)/i.exec(stdout)?.[1]}`);
};

const read = (at: number) => ({ at, width: 4 }) as const;

const file = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

describe('QEMU agrees', () => {
  it.each(KERNEL_CASES.map((row) => [row.name, row] as const))('that %s', async (_name, row) => {
    const plan = planLoongarch64(inputOf(row));
    const loaded = plan.segments.filter(({ name }) => /^(kernel|initrd)/.test(name));
    const probes = loaded.flatMap(({ pa, bytes }) => [pa, pa + (bytes.length & ~3) - 4]);
    const options = ['-m', `${row.memory >> 20}M`, '-kernel', file('kernel', row.kernel), '-append', 'one=1'];
    if (row.initrd) options.push('-initrd', file('initrd', row.initrd));
    const answers = await runOnQemu(probes.map(read), options, QEMU);
    const expected = loaded.flatMap(({ bytes }) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      return [view.getUint32(0, true), view.getUint32((bytes.length & ~3) - 4, true)];
    });
    expect(answers).toEqual(expected);
    expect(firstPc(options)).toBe(plan.registers.pc);
  });
});
