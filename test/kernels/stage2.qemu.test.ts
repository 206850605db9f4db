import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { qemuArguments } from '../../src/build/kernels/qemu';
import { kernelTargets } from '../../src/build/kernels/repository';
import { fatDisk } from '../../src/image/disk';
import { flatImage } from '../../src/image/flat-image';
import { runQemu } from '../support/qemu';

const folder = mkdtempSync(join(tmpdir(), 'worldstep-stage2-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the hypervisor in its mode stage2 with another guest; the lines after it has entered that. */
async function guestLines(guest: Uint8Array, cpu = 'max'): Promise<string[]> {
  const target = kernelTargets('guestmonolithickernel', 'aarch64').find(({ mode }) => mode === 'stage2')!;
  const disk = await fatDisk({ size: 64 << 20, label: 'ARCEOS', files: new Map([['/sbin/gkernel', guest]]) });
  const { status, stdout } = runQemu(
    qemuArguments({ ...target, build: { ...target.build, cpu } }, folder, disk),
    'aarch64',
  );
  expect(status).toBe(0);
  const lines = stdout.split('\n').map((line) => line.trimEnd());
  return lines.slice(lines.findIndex((line) => line.startsWith('Starting virtualization')) + 1).filter(Boolean);
}

const virtualised = flatImage(readFileSync('test/machine/guests/aarch64/prebuilt/virtualised.elf'));

/** `virtualised` with one word replaced. */
function patched(find: number, replace: number): Uint8Array {
  const bytes = virtualised.slice();
  const words = new DataView(bytes.buffer);
  const at = [...Array(bytes.length / 4).keys()].filter((index) => words.getUint32(index * 4, true) === find);
  expect(at).toHaveLength(1);
  words.setUint32(at[0]! * 4, replace, true);
  return bytes;
}

it('the hypervisor of aarch64 in EL2 gives a guest RAM, firmware, interrupts and its timer', async () => {
  expect((await guestLines(virtualised)).slice(4)).toEqual([
    'Entering VM run loop...',
    'abcdef',
    'Guest: PSCI SYSTEM_OFF',
    'Shutdown vm normally!',
    'Hypervisor ok!',
  ]);
});

it('it says where a guest goes wrong: address, access and pc', async () => {
  // The first store to the distributor becomes one to address 0, which x6 still is.
  const STR_W1_X21 = 0xb90002a1;
  const STR_WZR_X6 = 0xb90000df;
  const lines = await guestLines(patched(STR_W1_X21, STR_WZR_X6));
  expect(lines.at(-2)).toMatch(
    /^the guest has no device at this address: synchronous exception esr=0x93[0-9a-f]+ far=0x0, WRITE of guest physical 0x0, guest pc=0x44200[0-9a-f]{3}$/,
  );
});

it('it says that a file is no kernel, and that a CPU has no VHE', async () => {
  const noKernel = await guestLines(new Uint8Array(256));
  expect(noKernel.at(-2)).toBe(
    '/sbin/gkernel cannot be entered: it does not start with the header of a Linux arm64 Image',
  );
  expect(await guestLines(virtualised, 'cortex-a72')).toEqual([
    'No guest to run: this CPU has no Virtualization Host Extensions, with which EL2 has two page tables. On QEMU: -cpu max.',
  ]);
});
