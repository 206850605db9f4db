/** Virtio devices driven by a small driver of the tests', over each transport, in a few KiB of memory. */
import { describe, expect, it } from 'vitest';
import type { BusMaster } from '../../src/devices/device';
import { PciHost, PciWindow } from '../../src/devices/pci/host';
import { rawDisk, VirtioBlock } from '../../src/devices/virtio/block';
import { VirtioConsole } from '../../src/devices/virtio/console';
import { VirtioEntropy } from '../../src/devices/virtio/entropy';
import { ISR, STATUS, VirtioFunction } from '../../src/devices/virtio/function';
import { VirtioMmio } from '../../src/devices/virtio/mmio';
import { VirtioPci } from '../../src/devices/virtio/pci';
import { FakeContext } from './fake-context';

const DESCRIPTORS = 0x1000n;
const AVAIL = 0x1200n;
const USED = 0x1400n;
const SIZE = 8;
const NEXT = 1;
const WRITE = 2;
const INDIRECT = 4;

class Memory implements BusMaster {
  readonly bytes = new Uint8Array(0x8000);
  readonly view = new DataView(this.bytes.buffer);

  readMemory(at: bigint, length: number): Uint8Array | undefined {
    return at + BigInt(length) <= this.bytes.length ? this.bytes.slice(Number(at), Number(at) + length) : undefined;
  }
  writeMemory(at: bigint, bytes: Uint8Array): boolean {
    if (at + BigInt(bytes.length) > this.bytes.length) return false;
    this.bytes.set(bytes, Number(at));
    return true;
  }
  descriptor(index: number, at: number, length: number, flags = 0, next = 0, table = DESCRIPTORS): void {
    const entry = Number(table) + 16 * index;
    this.view.setBigUint64(entry, BigInt(at), true);
    this.view.setUint32(entry + 8, length, true);
    this.view.setUint16(entry + 12, flags, true);
    this.view.setUint16(entry + 14, next, true);
  }
  /** Makes the chain that starts at `head` available. */
  offer(head: number): void {
    const index = this.view.getUint16(Number(AVAIL) + 2, true);
    this.view.setUint16(Number(AVAIL) + 4 + 2 * (index % SIZE), head, true);
    this.view.setUint16(Number(AVAIL) + 2, index + 1, true);
  }
  get usedIndex(): number {
    return this.view.getUint16(Number(USED) + 2, true);
  }
  /** Head and length of the last used entry. */
  get lastUsed(): readonly [number, number] {
    const entry = Number(USED) + 4 + 8 * ((this.usedIndex - 1) % SIZE);
    return [this.view.getUint32(entry, true), this.view.getUint32(entry + 4, true)];
  }
}

const image = (): Uint8Array => Uint8Array.from({ length: 8192 }, (_, at) => (at >> 9) + 1);

/** A block device that its driver has set up. */
const readyDisk = (features = 1n << 32n) => {
  const memory = new Memory();
  const lines: boolean[] = [];
  const kind = new VirtioBlock({ image: rawDisk(image()), serial: 'a disk' });
  const disk = new VirtioFunction(kind, memory, (level) => lines.push(level), false);
  disk.setStatus(STATUS.acknowledge | STATUS.driver);
  disk.acceptFeatures(0, Number(BigInt.asUintN(32, features)));
  disk.acceptFeatures(1, Number(features >> 32n));
  disk.setStatus(STATUS.acknowledge | STATUS.driver | STATUS.featuresOk);
  const queue = disk.registers.queues[0];
  if (!queue) throw new Error('no queue');
  Object.assign(queue, { size: SIZE, isReady: true, descriptors: DESCRIPTORS, avail: AVAIL, used: USED });
  disk.setStatus(disk.registers.status | STATUS.driverOk);
  return { memory, disk, lines, kind };
};

/** A request in three descriptors: header at 0x2000, data at 0x3000, status at 0x2100. */
const request = (memory: Memory, type: number, sector: number, length: number, dataFlags: number): void => {
  memory.view.setUint32(0x2000, type, true);
  memory.view.setBigUint64(0x2008, BigInt(sector), true);
  memory.bytes[0x2100] = 0xff;
  memory.descriptor(0, 0x2000, 16, NEXT, 1);
  memory.descriptor(1, 0x3000, length, NEXT | dataFlags, 2);
  memory.descriptor(2, 0x2100, 1, WRITE);
  memory.offer(0);
};

describe('a virtio block device', () => {
  it('reads sectors, tells how many bytes it wrote, and raises its interrupt', () => {
    const { memory, disk, lines } = readyDisk();
    request(memory, 0, 3, 1024, WRITE);
    disk.notify(0);
    expect([memory.bytes[0x3000], memory.bytes[0x3200], memory.bytes[0x2100]]).toEqual([4, 5, 0]);
    expect(memory.lastUsed).toEqual([0, 1025]);
    expect([lines.at(-1), disk.registers.isr]).toEqual([true, ISR.queue]);
    disk.clear(ISR.queue);
    expect(lines.at(-1)).toBe(false);
  });

  it('keeps what is written, over a reset of the device too, and leaves the image alone', () => {
    const original = image();
    const kind = new VirtioBlock({ image: rawDisk(original) });
    const { memory } = readyDisk();
    memory.bytes.fill(0x77, 0x3000, 0x3200);
    memory.view.setUint32(0x2000, 1, true);
    memory.view.setBigUint64(0x2008, 15n, true);
    const buffers = [
      { at: 0x2000n, length: 16 },
      { at: 0x3000n, length: 512 },
    ];
    kind.handle(0, { head: 0, readable: buffers, writable: [{ at: 0x2100n, length: 1 }] }, memory);
    kind.reset();
    expect([...kind.read(15 * 512, 512)].every((byte) => byte === 0x77)).toBe(true);
    expect(kind.read(14 * 512, 1)[0]).toBe(15);
    expect(original[15 * 512]).toBe(16);
    expect(Object.keys(kind.state.blocks)).toEqual(['1']);
  });

  it('answers its name, flushes, and refuses what it does not know', () => {
    const { memory, disk } = readyDisk();
    request(memory, 8, 0, 20, WRITE);
    disk.notify(0);
    expect(new TextDecoder().decode(memory.bytes.slice(0x3000, 0x3006))).toBe('a disk');
    request(memory, 4, 0, 0, 0);
    disk.notify(0);
    expect(memory.bytes[0x2100]).toBe(0);
    request(memory, 99, 0, 512, WRITE);
    disk.notify(0);
    expect(memory.bytes[0x2100]).toBe(2);
  });

  it.each([
    ['behind the end', 0, 16, 512],
    ['partly behind the end', 0, 15, 1024],
    ['far behind the end', 0, Number.MAX_SAFE_INTEGER, 512],
    ['of half a sector', 0, 0, 256],
    ['written behind the end', 1, 16, 512],
  ])('gives an I/O error for sectors %s', (_, type, sector, length) => {
    const { memory, disk } = readyDisk();
    request(memory, type, sector, length, type === 0 ? WRITE : 0);
    disk.notify(0);
    expect(memory.bytes[0x2100]).toBe(1);
    expect(disk.registers.status & STATUS.needsReset).toBe(0);
  });

  it('takes a request that lies in an indirect table, and one cut in other places', () => {
    const { memory, disk } = readyDisk((1n << 32n) | (1n << 28n));
    request(memory, 0, 2, 512, WRITE);
    for (let index = 0; index < 3; index++) {
      const [from, to] = [Number(DESCRIPTORS) + 16 * index, 0x4000 + 16 * index];
      memory.bytes.copyWithin(to, from, from + 16);
    }
    memory.descriptor(0, 0x4000, 48, INDIRECT);
    disk.notify(0);
    expect([memory.bytes[0x3000], memory.lastUsed]).toEqual([3, [0, 513]]);
    memory.view.setBigUint64(0x2008, 1n, true);
    memory.descriptor(4, 0x2000, 4, NEXT, 5);
    memory.descriptor(5, 0x2004, 12, NEXT, 6);
    memory.descriptor(6, 0x3000, 100, NEXT | WRITE, 7);
    memory.descriptor(7, 0x3064, 413, WRITE);
    memory.offer(4);
    disk.notify(0);
    expect([memory.bytes[0x3000], memory.bytes[0x3000 + 511], memory.bytes[0x3000 + 512]]).toEqual([2, 2, 0]);
  });

  it('interrupts only when the driver wants it: by flag, and by event index', () => {
    const plain = readyDisk();
    plain.memory.view.setUint16(Number(AVAIL), 1, true);
    request(plain.memory, 0, 0, 512, WRITE);
    plain.disk.notify(0);
    expect([plain.memory.usedIndex, plain.disk.registers.isr]).toEqual([1, 0]);

    const event = readyDisk((1n << 32n) | (1n << 29n));
    event.memory.view.setUint16(Number(AVAIL) + 4 + 2 * SIZE, 1, true);
    request(event.memory, 0, 0, 512, WRITE);
    event.disk.notify(0);
    expect(event.disk.registers.isr).toBe(0);
    request(event.memory, 0, 0, 512, WRITE);
    event.disk.notify(0);
    expect(event.disk.registers.isr).toBe(ISR.queue);
    expect(event.memory.view.getUint16(Number(USED) + 4 + 8 * SIZE, true)).toBe(2);
  });

  it('takes no features it does not have, and none without VERSION_1', () => {
    for (const features of [1n << 40n, 1n << 28n]) {
      const { disk } = readyDisk(features);
      expect(disk.registers.status & STATUS.featuresOk).toBe(0);
    }
    expect(readyDisk().disk.registers.status & STATUS.featuresOk).toBe(STATUS.featuresOk);
  });
});

describe('a driver that breaks the rules of a queue', () => {
  const broken: readonly [string, (memory: Memory) => void, RegExp][] = [
    [
      'runs in a circle',
      (memory) => {
        memory.descriptor(0, 0x2000, 16, NEXT, 1);
        memory.descriptor(1, 0x2000, 16, NEXT, 0);
        memory.offer(0);
      },
      /circle/,
    ],
    ['names a descriptor beyond the table', (memory) => memory.offer(9), /descriptor 9 is beyond its table of 8/],
    [
      'has buffers outside of RAM',
      (memory) => {
        memory.descriptor(0, 0x7fff_0000, 16, NEXT, 1);
        memory.descriptor(1, 0x2100, 1, WRITE);
        memory.offer(0);
      },
      /0x7fff0000 is not in RAM/,
    ],
    [
      'asks for more than there is memory',
      (memory) => {
        memory.descriptor(0, 0, 0xffff_ffff, NEXT, 1);
        memory.descriptor(1, 0x2100, 1, WRITE);
        memory.offer(0);
      },
      /larger than RAM/,
    ],
    [
      'puts a readable buffer behind a writable one',
      (memory) => {
        memory.descriptor(0, 0x2100, 1, WRITE | NEXT, 1);
        memory.descriptor(1, 0x2000, 16);
        memory.offer(0);
      },
      /readable buffer behind a writable one/,
    ],
    ['runs ahead', (memory) => memory.view.setUint16(Number(AVAIL) + 2, 20, true), /20 ahead/],
    [
      'forgets the header',
      (memory) => {
        memory.descriptor(0, 0x2100, 1, WRITE);
        memory.offer(0);
      },
      /0 readable and 1 writable/,
    ],
    [
      'nests indirect tables',
      (memory) => {
        memory.descriptor(0, 0x4000, 16, INDIRECT);
        memory.descriptor(0, 0x4000, 16, INDIRECT, 0, 0x4000n);
        memory.offer(0);
      },
      /not a proper indirect one/,
    ],
  ];

  it.each(broken)('and %s is told to reset the device, which says why', (_, breakIt, problem) => {
    const { memory, disk } = readyDisk();
    breakIt(memory);
    disk.notify(0);
    expect(disk.registers.problem).toMatch(problem);
    expect(disk.registers.status & STATUS.needsReset).toBe(STATUS.needsReset);
    expect(disk.registers.isr).toBe(ISR.configuration);
    // Nothing is served until then.
    request(memory, 0, 0, 512, WRITE);
    disk.notify(0);
    expect(memory.usedIndex).toBe(0);
    disk.setStatus(0);
    expect([disk.registers.status, disk.registers.problem]).toEqual([0, '']);
  });
});

describe('the entropy device', () => {
  it('gives the same numbers for the same seed, others for another, and goes on where a snapshot was taken', () => {
    const draw = (device: VirtioEntropy): string => {
      const memory = new Memory();
      device.handle(0, { head: 0, readable: [], writable: [{ at: 0n, length: 21 }] }, memory);
      return Buffer.from(memory.bytes.subarray(0, 24)).toString('hex');
    };
    const [first, second] = [new VirtioEntropy(1_234_567n), new VirtioEntropy(1_234_567n)];
    // SplitMix64's published first outputs for this seed: 6457827717110365317, 3203168211198807973, 9817491932198370423.
    expect(draw(first)).toBe('85fc08fb17d09e59a50f545884f0732c777cf2a3e5000000');
    const saved = structuredClone(first.state);
    expect(draw(second)).toBe('85fc08fb17d09e59a50f545884f0732c777cf2a3e5000000');
    expect(draw(new VirtioEntropy(2n))).not.toBe(draw(second));
    const next = draw(first);
    second.state = saved;
    expect(draw(second)).toBe(next);
  });
});

describe('the virtio console', () => {
  /** A console whose two queues are set up; the second one's rings lie 0x800 higher. */
  const readyConsole = () => {
    const memory = new Memory();
    const lines: boolean[] = [];
    let sent = '';
    const kind = new VirtioConsole((bytes) => {
      sent += Buffer.from(bytes).toString();
    });
    const console = new VirtioFunction(kind, memory, (level) => lines.push(level), false);
    expect(console.isLive).toBe(false);
    console.setStatus(STATUS.acknowledge | STATUS.driver);
    console.acceptFeatures(1, 1);
    console.setStatus(STATUS.acknowledge | STATUS.driver | STATUS.featuresOk);
    for (const [index, queue] of console.registers.queues.entries()) {
      const higher = BigInt(0x800 * index);
      Object.assign(queue, {
        size: SIZE,
        isReady: true,
        descriptors: DESCRIPTORS + higher,
        avail: AVAIL + higher,
        used: USED + higher,
      });
    }
    console.setStatus(console.registers.status | STATUS.driverOk);
    return { memory, console, kind, lines, sent: () => sent };
  };
  const typed = (text: string): Uint8Array => new TextEncoder().encode(text);
  const received = ({ memory }: { memory: Memory }, at: number, length: number): string =>
    Buffer.from(memory.bytes.subarray(at, at + length)).toString();

  it('sends what lies in one or several buffers to the host', () => {
    const { memory, console, sent, lines } = readyConsole();
    memory.bytes.set(typed('Hello, '), 0x3000);
    memory.bytes.set(typed('world'), 0x3100);
    memory.descriptor(0, 0x3000, 7, NEXT, 1, DESCRIPTORS + 0x800n);
    memory.descriptor(1, 0x3100, 5, 0, 0, DESCRIPTORS + 0x800n);
    const avail = Number(AVAIL) + 0x800;
    memory.view.setUint16(avail + 4, 0, true);
    memory.view.setUint16(avail + 2, 1, true);
    console.notify(1);
    expect(sent()).toBe('Hello, world');
    expect(memory.view.getUint16(Number(USED) + 0x800 + 2, true)).toBe(1);
    expect(lines.at(-1)).toBe(true);
  });

  it('gives what is typed to buffers that wait, and keeps the rest for later ones', () => {
    const all = readyConsole();
    const { memory, console, kind } = all;
    expect(console.isLive).toBe(true);
    memory.descriptor(0, 0x3000, 4, WRITE);
    memory.offer(0);
    console.notify(0);
    expect(memory.usedIndex).toBe(0);
    expect(console.input(typed('abcdef'))).toBe(6);
    expect([memory.usedIndex, memory.lastUsed, received(all, 0x3000, 4)]).toEqual([1, [0, 4], 'abcd']);
    expect(kind.state.typed.length).toBe(2);
    expect(console.input(typed('g'))).toBe(1);
    const saved = structuredClone(console.state);
    memory.descriptor(1, 0x3100, 16, WRITE);
    memory.offer(1);
    console.notify(0);
    expect([memory.lastUsed, received(all, 0x3100, 3)]).toEqual([[1, 3], 'efg']);
    // Back to before the second buffer: it is filled again.
    memory.bytes.fill(0, 0x3100, 0x3110);
    console.state = saved;
    console.notify(0);
    expect(received(all, 0x3100, 3)).toBe('efg');
    console.reset();
    expect([console.isLive, kind.state.typed.length]).toEqual([false, 0]);
  });

  it('asks for a reset when a buffer to be filled is not in RAM', () => {
    const { memory, console } = readyConsole();
    memory.descriptor(0, 0x7fff_0000, 4, WRITE);
    memory.offer(0);
    console.input(typed('x'));
    expect(console.registers.problem).toMatch(/0x7fff0000 is not in RAM/);
    expect(console.isLive).toBe(false);
  });
});

describe('virtio over MMIO', () => {
  it('shows an empty transport as device 0, and ignores what is written there', () => {
    const empty = new VirtioMmio('virtio0', new FakeContext(), new Memory(), {});
    expect([0, 4, 8].map((offset) => empty.read(offset, 4))).toEqual([0x7472_6976, 2, 0]);
    empty.write(0x70, 4, 15);
    expect(empty.read(0x70, 4)).toBe(0);
  });

  it.each([false, true])('serves a driver of the legacy interface: %s', (isLegacy) => {
    const [memory, context] = [new Memory(), new FakeContext()];
    const kind = new VirtioBlock({ image: rawDisk(image()) });
    const device = new VirtioMmio('virtio0', context, memory, { kind, isLegacy });
    const write = (offset: number, value: number): void => device.write(offset, 4, value);
    expect([device.read(4, 4), device.read(8, 4), device.read(0x100, 4)]).toEqual([isLegacy ? 1 : 2, 2, 16]);
    write(0x70, 3);
    write(0x24, 1);
    write(0x20, isLegacy ? 0 : 1);
    write(0x70, 11);
    write(0x30, 0);
    expect(device.read(0x34, 4)).toBe(256);
    write(0x38, SIZE);
    if (isLegacy) {
      write(0x28, 0x1000);
      write(0x3c, 0x200);
      write(0x40, 1);
      expect(device.virtio?.registers.queues[0]).toMatchObject({ avail: 0x1080n, used: 0x1200n, isReady: true });
      // The rest of the test keeps its rings where the tests' driver has them.
      Object.assign(device.virtio?.registers.queues[0] ?? {}, { avail: AVAIL, used: USED });
    } else {
      for (const [offset, address] of [
        [0x80, DESCRIPTORS],
        [0x90, AVAIL],
        [0xa0, USED],
      ] as const) {
        write(offset, Number(address));
        write(offset + 4, 0);
      }
      write(0x44, 1);
    }
    write(0x70, 15);
    request(memory, 0, 5, 512, WRITE);
    write(0x50, 0);
    expect([memory.bytes[0x3000], context.line(), device.read(0x60, 4)]).toEqual([6, true, 1]);
    write(0x64, 1);
    expect([context.line(), device.read(0x60, 4)]).toEqual([false, 0]);
    const saved = structuredClone(device.state);
    device.reset();
    device.state = saved;
    request(memory, 0, 6, 512, WRITE);
    write(0x50, 0);
    expect([memory.bytes[0x3000], memory.usedIndex]).toEqual([7, 2]);
  });
});

describe('virtio over PCI', () => {
  const build = () => {
    const [memory, context] = [new Memory(), new FakeContext()];
    const host = new PciHost('pcie0', context, memory, 0x1000_0000);
    const disk = host.plug(
      (irq, master) => new VirtioPci('disk0', new VirtioBlock({ image: rawDisk(image()) }), master, irq),
    );
    const window = new PciWindow('window', host, 0x1000_0000, 0x4000_0000);
    return { memory, context, host, disk, window };
  };
  const SLOT = 1 << 15;

  it('is found on bus 0 only; everything else reads as ones', () => {
    const { host } = build();
    const found = [];
    for (let bus = 0; bus < 4; bus++) {
      for (let slot = 0; slot < 32; slot++) {
        for (let fn = 0; fn < 8; fn++) {
          const id = host.read((bus << 20) | (slot << 15) | (fn << 12), 4);
          if (id !== 0xffff_ffff) found.push([bus, slot, fn, id.toString(16)]);
        }
      }
    }
    expect(found).toEqual([
      [0, 0, 0, '81b36'],
      [0, 1, 0, '10421af4'],
    ]);
  });

  it('tells the size of its BAR, and claims addresses once it has one and memory decoding is on', () => {
    const { host, window } = build();
    host.write(SLOT + 0x20, 4, 0xffff_ffff);
    host.write(SLOT + 0x24, 4, 0xffff_ffff);
    expect([host.read(SLOT + 0x20, 4).toString(16), host.read(SLOT + 0x24, 4).toString(16)]).toEqual([
      'ffffc00c',
      'ffffffff',
    ]);
    host.write(SLOT + 0x20, 4, 0x4000_4000);
    host.write(SLOT + 0x24, 4, 0);
    expect(window.read(0x4012, 2)).toBe(0xffff);
    host.write(SLOT + 4, 2, 2);
    expect(window.read(0x4012, 2)).toBe(1);
    expect(window.peek(0x8000, 4)).toBe(0xffff_ffff);
  });

  it('lists its structures as vendor capabilities, and lets them be reached through configuration space', () => {
    const { host, disk } = build();
    const types: number[] = [];
    let at = host.read(SLOT + 0x34, 1);
    let last = 0;
    while (at !== 0) {
      expect(host.read(SLOT + at, 1)).toBe(9);
      types.push(host.read(SLOT + at + 3, 1));
      last = at;
      at = host.read(SLOT + at + 1, 1);
    }
    expect(types).toEqual([1, 3, 4, 2, 5]);
    host.write(SLOT + last + 4, 1, 4);
    host.write(SLOT + last + 8, 4, 20);
    host.write(SLOT + last + 12, 4, 1);
    host.write(SLOT + last + 16, 1, 3);
    expect(disk.virtio.registers.status).toBe(3);
    expect(host.read(SLOT + last + 16, 1)).toBe(3);
  });

  it('serves requests only as a bus master, and its interrupt follows pin, slot and the disable bit', () => {
    const { memory, context, host, window } = build();
    host.write(SLOT + 0x20, 4, 0x4000_0000);
    host.write(SLOT + 4, 2, 2);
    const common = (offset: number, width: 1 | 2 | 4, value: number): void => window.write(offset, width, value);
    const setUp = (): void => {
      common(20, 1, 0);
      common(20, 1, 3);
      common(8, 4, 1);
      common(12, 4, 1);
      common(20, 1, 11);
      common(22, 2, 0);
      common(24, 2, SIZE);
      for (const [offset, address] of [
        [32, DESCRIPTORS],
        [40, AVAIL],
        [48, USED],
      ] as const) {
        common(offset, 4, Number(address));
        common(offset + 4, 4, 0);
      }
      common(28, 2, 1);
      common(20, 1, 15);
    };
    setUp();
    request(memory, 0, 5, 512, WRITE);
    window.write(0x3000, 2, 0);
    expect([memory.usedIndex, window.read(20, 1) & STATUS.needsReset]).toEqual([0, STATUS.needsReset]);
    host.write(SLOT + 4, 2, 6);
    setUp();
    window.write(0x3000, 2, 0);
    expect([memory.usedIndex, memory.bytes[0x3000]]).toEqual([1, 6]);
    expect([...context.lines].filter(([, level]) => level)).toEqual([[1, true]]);
    host.write(SLOT + 4, 2, 0x406);
    expect(context.line(1)).toBe(false);
    host.write(SLOT + 4, 2, 6);
    expect(context.line(1)).toBe(true);
    // Looking leaves the interrupt; reading takes it.
    expect([window.peek(0x1000, 1), window.read(0x1000, 1), window.read(0x1000, 1)]).toEqual([1, 1, 0]);
    expect(context.line(1)).toBe(false);
  });
});
