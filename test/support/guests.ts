/** Machines with the guests that the tests run. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { flatImage } from '../../src/image/flat-image';
import type { RunExit, RunOptions } from '../../src/machine/contract';
import { createMachine, type MachineOptions } from '../../src/machine/create';
import type { EmulatedMachine } from '../../src/machine/machine';

const root = resolve(__dirname, '../..');
const MEBIBYTE = 1024 * 1024;

/** A program of test/machine/guests, by name, in a small machine. */
export function bareGuest(name: string, options: Partial<MachineOptions> = {}): EmulatedMachine {
  const bytes = readFileSync(join(root, 'test/machine/guests/prebuilt', `${name}.elf`));
  return createMachine({ kernel: { name, bytes }, memory: 4 * MEBIBYTE, ...options }).machine;
}

/** The bundled message queue, as `worldstep run msgqueue` starts it. */
export function messageQueue(): EmulatedMachine {
  const elf = gunzipSync(readFileSync(join(root, 'kernels/prebuilt/msgqueue-riscv64.elf.gz')));
  const flash = new Uint8Array(32 * MEBIBYTE).fill(0xff);
  flash.set(new TextEncoder().encode('PFLA'));
  return createMachine({
    kernel: { name: 'msgqueue', bytes: flatImage(elf) },
    loadAddress: 0x8020_0000,
    pflash1: { name: 'pflash1', bytes: flash },
  }).machine;
}

/** Everything the guest prints from now on. */
export function consoleOf(machine: EmulatedMachine): { readonly text: string } {
  const decoder = new TextDecoder();
  const all = { text: '' };
  machine.onConsole((bytes) => {
    all.text += decoder.decode(bytes, { stream: true });
  });
  return all;
}

/** No guest of the tests needs more. */
const MOST = 100_000_000n;

/** Runs to the end in slices of `budget`; what it came back with last. Throws when the guest does not end. */
export function runToEnd(machine: EmulatedMachine, budget = MOST, options: Omit<RunOptions, 'budget'> = {}): RunExit {
  for (let left = MOST; left > 0n; left -= budget) {
    const exit = machine.run({ ...options, budget });
    if (exit.kind !== 'budget') return exit;
  }
  throw new Error(`the guest did not end within ${MOST} instructions`);
}
