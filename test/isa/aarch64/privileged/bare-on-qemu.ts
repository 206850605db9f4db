/** A program on QEMU's `virt`, started at EL2, that answers over its serial port and switches off. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runQemu } from '../../../support/qemu';

/** @throws what kept QEMU from running it to its end */
export const runBareOnQemu = (image: Uint8Array, cpu: string): Buffer => {
  const folder = mkdtempSync(join(tmpdir(), 'worldstep-bare-'));
  try {
    const [program, output] = [join(folder, 'program.elf'), join(folder, 'output.bin')];
    writeFileSync(program, image);
    const board = ['-machine', 'virt,virtualization=on', '-cpu', cpu, '-m', '128', '-nic', 'none', '-kernel', program];
    const options = [...board, '-display', 'none', '-monitor', 'none', '-serial', `file:${output}`];
    const { status, stderr } = runQemu(options, 'aarch64');
    if (status !== 0) throw new Error(`QEMU ended with ${status}: ${stderr}`);
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true });
  }
};
