/** Messages in place of the interrupt wire: MSI-X of a virtio device over PCI. */
import { beforeEach, describe, expect, it } from 'vitest';
import { configurationSpace } from '../../src/devices/pci/configuration';
import { VirtioEntropy } from '../../src/devices/virtio/entropy';
import { ISR } from '../../src/devices/virtio/function';
import { VirtioPci } from '../../src/devices/virtio/pci';

const CAPABILITY = 0x40;
const NO_VECTOR = 0xffff;
const [CONFIGURATION_VECTOR, QUEUE_VECTOR] = [16, 26];

describe('messages of a virtio device', () => {
  let config: Uint8Array;
  let sent: [bigint, number][];
  let levels: boolean[];
  let device: VirtioPci;
  const control = (high: number): void => {
    config[CAPABILITY + 3] = high;
    device.configurationWritten(CAPABILITY + 2, 2, config, configurationSpace(device.identity));
  };
  const entry = (vector: number, ...words: readonly number[]): void => {
    for (const [index, word] of words.entries()) device.writeBar(1, 16 * vector + 4 * index, 4, word);
  };

  beforeEach(() => {
    sent = [];
    levels = [];
    const memory = {
      readMemory: () => undefined,
      writeMemory: (at: bigint, bytes: Uint8Array) => {
        sent.push([at, new DataView(bytes.buffer).getUint32(0, true)]);
        return true;
      },
    };
    device = new VirtioPci(
      'entropy0',
      new VirtioEntropy(1n),
      memory,
      (level) => levels.push(level),
      () => config,
    );
    config = configurationSpace(device.identity).reset.slice();
    levels = [];
  });

  it('are a capability for a vector of each queue and one more, with its table in BAR 1', () => {
    expect([
      ...config.subarray(CAPABILITY, CAPABILITY + 1),
      ...config.subarray(CAPABILITY + 2, CAPABILITY + 12),
    ]).toEqual([0x11, 1, 0, 1, 0, 0, 0, 1, 8, 0, 0]);
    expect(device.identity.bars.map(({ index, size }) => [index, size])).toEqual([
      [1, 0x1000],
      [4, 0x4000],
    ]);
    expect([0, 1].map((vector) => device.readBar(1, 16 * vector + 12, 4))).toEqual([1, 1]);
  });

  it('are sent by vector, and the wire is not driven', () => {
    control(0x80);
    entry(0, 0x0808_0040, 1, 7, 0);
    entry(1, 0x0808_0040, 1, 8, 0);
    device.write(QUEUE_VECTOR, 2, 1);
    device.write(CONFIGURATION_VECTOR, 2, 0);
    device.virtio.raise(ISR.queue, 0);
    device.virtio.raise(ISR.configuration);
    expect(sent).toEqual([
      [0x1_0808_0040n, 8],
      [0x1_0808_0040n, 7],
    ]);
    expect(levels).toEqual([]);
  });

  it('wait while they are masked, one by one or all', () => {
    control(0xc0);
    entry(1, 0x0808_0040, 0, 8, 1);
    device.write(QUEUE_VECTOR, 2, 1);
    device.virtio.raise(ISR.queue, 0);
    expect([sent.length, device.readBar(1, 0x800, 4)]).toEqual([0, 2]);
    control(0x80);
    expect(sent.length).toBe(0);
    entry(1, 0x0808_0040, 0, 8, 0);
    expect([sent.length, device.readBar(1, 0x800, 4)]).toEqual([1, 0]);
  });

  it('go to no vector that there is not, and to none after a reset', () => {
    device.write(QUEUE_VECTOR, 2, 5);
    expect(device.read(QUEUE_VECTOR, 2)).toBe(NO_VECTOR);
    device.write(QUEUE_VECTOR, 2, 1);
    expect(device.read(QUEUE_VECTOR, 2)).toBe(1);
    device.write(20, 1, 0);
    expect(device.read(QUEUE_VECTOR, 2)).toBe(NO_VECTOR);
  });

  it('leave the wire alone only while they are on', () => {
    device.virtio.raise(ISR.queue, 0);
    expect([levels, sent]).toEqual([[true], []]);
  });

  it('are part of its state, which a device without them has none of', () => {
    entry(1, 4, 0, 8, 0);
    device.write(QUEUE_VECTOR, 2, 1);
    const saved = structuredClone(device.state);
    device.reset();
    device.state = saved;
    expect([device.read(QUEUE_VECTOR, 2), device.readBar(1, 16, 4)]).toEqual([1, 4]);
    const without = new VirtioPci(
      'entropy1',
      new VirtioEntropy(1n),
      { readMemory: () => undefined, writeMemory: () => false },
      () => {},
    );
    expect(without.state).not.toHaveProperty('messages');
  });
});
