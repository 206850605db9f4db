/** Random register accesses on Arm's peripherals here and on QEMU's. */
import { expect, it } from 'vitest';
import type { Device } from '../../src/devices/device';
import { Pl061 } from '../../src/devices/gpio/pl061';
import { Pl031 } from '../../src/devices/timer/pl031';
import { Pl011 } from '../../src/devices/uart/pl011';
import { Random, SEED } from '../support/random';
import { FakeContext } from './fake-context';
import { type Access, runOnQemu } from './qtest';

async function compare(device: Device, base: number, accesses: readonly Access[]): Promise<void> {
  const theirs = await runOnQemu(accesses, ['-cpu', 'cortex-a72'], 'qemu-system-aarch64');
  device.reset();
  const ours: number[] = [];
  for (const { at, width, value } of accesses) {
    if (value === undefined) ours.push(device.read(at - base, width));
    else device.write(at - base, width, value);
  }
  const reads = accesses.flatMap((access, index) => (access.value === undefined ? [index] : []));
  const different = reads.findIndex((_, index) => theirs[index] !== ours[index]);
  const upTo = reads[different] ?? 0;
  const history = accesses
    .slice(Math.max(0, upTo - 12), upTo + 1)
    .map(({ at, value }) => `${(at - base).toString(16)}${value === undefined ? '' : `<-${value.toString(16)}`}`);
  expect(ours[different], `access ${upTo} after ${history.join(' ')}, WORLDSTEP_SEED=${SEED}`).toBe(theirs[different]);
}

const identities = (base: number): Access[] =>
  Array.from({ length: 8 }, (_, index) => ({ at: base + 0xfe0 + 4 * index, width: 4 }));

it('pl011: every register, with characters that come back', async () => {
  const random = new Random(SEED);
  const base = 0x0900_0000;
  const offsets = [0x00, 0x04, 0x18, 0x20, 0x24, 0x28, 0x2c, 0x30, 0x34, 0x38, 0x3c, 0x40, 0x48];
  const accesses: Access[] = [...identities(base), { at: base + 0x30, width: 4, value: 0x381 }];
  let [waiting, depth] = [0, 1];
  while (accesses.length < 4000) {
    const offset = random.pick(offsets);
    const at = base + offset;
    if (random.below(2) === 0) {
      // What QEMU gives of an empty FIFO is what was there before.
      if (offset === 0x00 && waiting-- <= 0) {
        waiting = 0;
        continue;
      }
      accesses.push({ at, width: 4 });
    } else if (offset === 0x00) {
      // QEMU takes more than there is room for.
      if (waiting >= depth) continue;
      accesses.push({ at, width: 4, value: random.below(256) });
      waiting++;
    }
    // On QEMU modem lines keep their levels when loopback ends.
    else if (offset === 0x30) accesses.push({ at, width: 4, value: 0x381 + 0x400 * random.below(16) });
    // No breaks, and DMA that nobody does.
    else if (offset === 0x2c) {
      const value = random.pick([0x10, 0x70, 0x70, 0x60]);
      const changed = value & 0x10 ? 16 : 1;
      if (changed !== depth) waiting = 0;
      depth = changed;
      accesses.push({ at, width: 4, value });
    } else if (offset === 0x38) accesses.push({ at, width: 4, value: random.below(0x800) });
    else if (offset === 0x3c) accesses.push({ at: base + 0x44, width: 4, value: random.below(0x800) });
    else if (offset >= 0x20 && offset <= 0x34) accesses.push({ at, width: 4, value: random.below(0x40) });
  }
  await compare(new Pl011('uart0', new FakeContext()), base, accesses);
});

it('pl031: alarms of the past and of the present, masks', async () => {
  const random = new Random(SEED);
  const base = 0x0901_0000;
  const accesses = identities(base);
  while (accesses.length < 1000) {
    const offset = random.pick([0x04, 0x08, 0x0c, 0x10, 0x14, 0x18, 0x1c]);
    const at = base + offset;
    // QEMU loads the time once more whenever it is read.
    if (random.below(2) === 0 && offset !== 0x08) accesses.push({ at, width: 4 });
    else if (offset === 0x04) accesses.push({ at, width: 4, value: 5 + random.below(2 ** 20) });
    else if (offset === 0x10 || offset === 0x1c) accesses.push({ at, width: 4, value: random.below(2) });
  }
  await compare(new Pl031('rtc0', new FakeContext(), 2_000_000_000_000_000_000n), base, accesses);
});

it('pl061: directions, outputs and interrupts of pins that nobody drives', async () => {
  const random = new Random(SEED);
  const base = 0x0903_0000;
  // A direction that changes makes edges on QEMU of what pins were as outputs.
  const accesses: Access[] = [...identities(base), { at: base + 0x400, width: 4, value: 0xa5 }];
  while (accesses.length < 3000) {
    const at = base + (random.below(3) === 0 ? 4 * random.below(256) : 0x404 + 4 * random.below(8));
    const isReadOnly = at === base + 0x414 || at === base + 0x418;
    if (random.below(2) === 0 || isReadOnly) accesses.push({ at, width: 4 });
    else accesses.push({ at, width: 4, value: random.below(256) });
  }
  await compare(new Pl061('gpio0', new FakeContext()), base, accesses);
});
