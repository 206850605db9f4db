/** Random register accesses on Loongson's bridge here and on QEMU's. */
import { expect, it } from 'vitest';
import type { Device } from '../../src/devices/device';
import { PchPic } from '../../src/devices/intc/pch-pic';
import { Ls7aRtc } from '../../src/devices/timer/ls7a-rtc';
import { Random, SEED } from '../support/random';
import { FakeContext } from './fake-context';
import { type Access, runOnQemu } from './qtest';

const QEMU = 'qemu-system-loongarch64';

async function compare(device: Device, base: number, accesses: readonly Access[]): Promise<void> {
  const theirs = await runOnQemu(accesses, [], QEMU);
  device.reset();
  const ours: number[] = [];
  for (const { at, width, value } of accesses) {
    if (value === undefined) ours.push(device.read(at - base, width));
    else device.write(at - base, width, value);
  }
  expect(ours, `WORLDSTEP_SEED=${SEED}`).toEqual(theirs);
}

it('pch-pic: masks, modes, routes, vectors and polarities, without requests', async () => {
  const random = new Random(SEED);
  const base = 0x1000_0000;
  const words = [0x00, 0x04, 0x20, 0x24, 0x40, 0x44, 0x60, 0x64, 0x80, 0x84, 0x3a0, 0x3a4, 0x3e0, 0x3e4];
  const accesses = Array.from({ length: 2000 }, (): Access => {
    if (random.below(2) === 0) {
      const at = base + random.pick([0x100, 0x200]) + random.below(64);
      return random.below(2) === 0 ? { at, width: 1 } : { at, width: 1, value: random.below(256) };
    }
    const offset = random.pick(words);
    // The manual has the state of requests read-only; QEMU takes what is written.
    const isWrite = offset < 0x3a0 || offset >= 0x3e0;
    const at = base + offset;
    return isWrite && random.below(2) === 0 ? { at, width: 4, value: random.below(2 ** 32) } : { at, width: 4 };
  });
  await compare(new PchPic('pic0', new FakeContext(), 32), base, accesses);
});

it('ls7a rtc: what is kept while it is off and on', async () => {
  const random = new Random(SEED);
  const base = 0x100d_0100;
  const matches = [0x34, 0x38, 0x3c, 0x6c, 0x70, 0x74];
  const accesses = Array.from({ length: 1000 }, (): Access => {
    const isControl = random.below(8) === 0;
    const at = base + (isControl ? 0x40 : random.pick(matches));
    const value = isControl ? random.pick([0, 0x100, 0x900, 0x2100, 0x2900]) : random.below(2 ** 32);
    return random.below(2) === 0 ? { at, width: 4 } : { at, width: 4, value };
  });
  await compare(new Ls7aRtc('rtc0', new FakeContext(), 0n), base, accesses);
});
