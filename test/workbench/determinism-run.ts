import { createMachine } from '../../src/machine/create';

/** Instructions between two hashes: no round number, so that blocks are cut anywhere. */
const STEP = 700_001n;
const MOST_POINTS = 100;

/** Runs the message queue's flat image and returns the state hash after every {@link STEP} instructions and at the end. */
export const hashesOf = (kernel: Uint8Array): string[] => {
  const flash = new Uint8Array(32 << 20).fill(0xff);
  flash.set(new TextEncoder().encode('PFLA'));
  const { machine } = createMachine({
    kernel: { name: 'msgqueue', bytes: kernel },
    loadAddress: 0x8020_0000,
    pflash1: { name: 'pflash1', bytes: flash },
  });
  const hashes: string[] = [];
  while (hashes.length < MOST_POINTS) {
    const exit = machine.run({ budget: STEP });
    hashes.push(`${machine.retired} ${exit.kind} ${machine.stateHash()}`);
    if (exit.kind !== 'budget') return hashes;
  }
  throw new Error('the message queue did not end');
};
