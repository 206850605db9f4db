import type { Architecture } from '../../src/base/architectures';
import { createMachine } from '../../src/machine/create';

/** Instructions between two hashes: no round number, so that blocks are cut anywhere. */
const STEP = 700_001n;
const MOST_POINTS = 100;

/** The message queue's kernel for one instruction set. */
export interface Kernel {
  readonly architecture: Architecture;
  /** The flat image, or with a boot protocol of its own the ELF. */
  readonly bytes: Uint8Array;
  /** Of a flat image. */
  readonly loadAddress?: number;
  /** Bytes of the flash bank that it looks at, and which one that is. */
  readonly flash: number;
  readonly bank: 'pflash0' | 'pflash1';
}

/** Runs the message queue and returns the state hash after every {@link STEP} instructions and at the end. */
export const hashesOf = ({ architecture, bytes, loadAddress, flash: size, bank }: Kernel): string[] => {
  const flash = new Uint8Array(size).fill(0xff);
  flash.set(new TextEncoder().encode('PFLA'));
  const { machine } = createMachine({
    architecture,
    kernel: { name: 'msgqueue', bytes },
    ...(loadAddress !== undefined && { loadAddress }),
    [bank]: { name: bank, bytes: flash },
  });
  const hashes: string[] = [];
  while (hashes.length < MOST_POINTS) {
    const exit = machine.run({ budget: STEP });
    hashes.push(`${machine.retired} ${exit.kind} ${machine.stateHash()}`);
    if (exit.kind !== 'budget') return hashes;
  }
  throw new Error('the message queue did not end');
};
