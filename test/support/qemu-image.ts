/** A flat program on QEMU's `virt`, started in M-mode as firmware, that answers over its serial port and switches off. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runQemu } from './qemu';

/** Runs `image` on a hart with these extensions (`rv64,h=on`); what it sent. */
export function runImageOnQemu(image: Uint8Array, cpu: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'worldstep-image-'));
  try {
    const [program, output] = [join(folder, 'program.bin'), join(folder, 'output.bin')];
    writeFileSync(program, image);
    const board = ['-machine', 'virt', '-cpu', cpu, '-m', '128', '-bios', program];
    const { status, stderr } = runQemu([...board, '-display', 'none', '-monitor', 'none', '-serial', `file:${output}`]);
    if (status !== 0) throw new Error(`QEMU ended with ${status}: ${stderr}`);
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
