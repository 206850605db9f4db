/** What the devices of x86_64-q35 are to each other, without a processor. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { PowerEvent } from '../../src/devices/device';
import { barAddress } from '../../src/devices/pci/configuration';
import type { Ich9Lpc } from '../../src/devices/pci/ich9-lpc';
import { buildQ35, type Q35Devices } from '../../src/machine/boards/x86_64-q35/devices';
import { setUpAsFirmware } from '../../src/machine/boards/x86_64-q35/firmware-state';

const IOAPIC = 0xfec0_0000;
const LAPIC = 0xfee0_0000;
const ECAM = 0xb000_0000;

let now: bigint;
let alarms: Map<string, bigint>;
let board: Q35Devices;
let interrupts: boolean[];
let messages: string[];
let events: PowerEvent[];
let printed: string;

beforeEach(() => {
  [now, alarms, interrupts, messages, events, printed] = [0n, new Map(), [false, false], [], [], ''];
  board = buildQ35(
    {
      now: () => now,
      alarm: (device, tag, at) => {
        if (at === undefined) alarms.delete(`${device}/${tag}`);
        else alarms.set(`${device}/${tag}`, at);
      },
      output: (_, bytes) => {
        printed += new TextDecoder().decode(bytes);
      },
      remark: () => {},
      power: (event) => events.push(event),
      readMemory: () => undefined,
      writeMemory: () => false,
      interrupt: (processor, level) => {
        interrupts[processor] = level;
      },
      nmi: (processor) => messages.push(`nmi ${processor}`),
      init: (processor) => messages.push(`init ${processor}`),
      holdsInit: () => false,
      startup: (processor, vector) => messages.push(`startup ${processor} at ${vector}`),
      apicBase: () => 0xfee0_0900n,
      setA20: (isOpen) => messages.push(`a20 ${isOpen ? 'open' : 'closed'}`),
    },
    {
      processors: 2,
      memory: 128 * 2 ** 20,
      drives: [{ image: { size: 512, read: (_at, length) => new Uint8Array(length) }, bus: 'virtio-pci' }],
      extras: [{ kind: 'console', bus: 'virtio-pci' }],
    },
  );
  for (const device of board.devices) device.reset();
});

/** Lets time pass, with the alarms that come due. */
const pass = (nanoseconds: bigint): void => {
  const end = now + nanoseconds;
  for (;;) {
    const [next] = [...alarms].filter(([, at]) => at <= end).sort(([, a], [, b]) => (a < b ? -1 : 1));
    if (!next) break;
    const [key, at] = next;
    alarms.delete(key);
    now = at;
    const [owner, tag = ''] = key.split('/');
    board.devices.find(({ id }) => id === owner)?.fired?.(tag);
  }
  now = end;
};
const out = (port: number, value: number, width: 1 | 2 | 4 = 1): boolean => board.ports.write(port, width, value);
const route = (input: number, low: number): void => {
  board.bus.write(IOAPIC, 4, 0x10 + 2 * input, 0);
  board.bus.write(IOAPIC + 0x10, 4, low, 0);
};
const switchOn = (): boolean => board.bus.write(LAPIC + 0xf0, 4, 0x1ff, 0);

describe('interrupts', () => {
  it('of the timer arrive by the 8259s at vector 8 of the first processor, as firmware leaves it', () => {
    setUpAsFirmware(board.ports, board.pcie);
    expect(interrupts).toEqual([false, false]);
    pass(60_000_000n);
    expect(interrupts).toEqual([true, false]);
    expect(board.apics.acknowledge(0)).toBe(8);
  });

  it('of the timer arrive by the I/O APIC at its input 2', () => {
    setUpAsFirmware(board.ports, board.pcie);
    out(0x21, 0xff);
    switchOn();
    route(2, 0x31);
    pass(60_000_000n);
    expect(interrupts[0]).toBe(true);
    expect(board.apics.acknowledge(0)).toBe(0x31);
  });

  it('of the serial port and of the keyboard have inputs 4 and 1', () => {
    switchOn();
    route(4, 0x44);
    route(1, 0x41);
    out(0x3f9, 1);
    board.console.input?.(Uint8Array.of(65));
    pass(100_000_000n);
    expect(board.apics.acknowledge(0)).toBe(0x44);
    expect(board.ports.read(0x3f8, 1)).toBe(65);
  });

  it('of PCI’s wires go to the I/O APIC’s last inputs, and to the 8259s where they are routed', () => {
    setUpAsFirmware(board.ports, board.pcie);
    switchOn();
    route(21, 0x8051);
    out(0xa1, 0);
    const lpc = board.devices.find(({ id }) => id === 'lpc0') as Ich9Lpc;
    lpc.setPirq(5, true);
    expect(board.apics.acknowledge(0)).toBe(0x51);
    expect(board.ports.read(0xa0, 1)).toBe(1 << (10 - 8));
  });

  it('of a device by message are stores in the local APICs’ page', () => {
    setUpAsFirmware(board.ports, board.pcie);
    switchOn();
    board.bus.write(LAPIC + 0x1000, 4, 0x60);
    expect(interrupts).toEqual([false, false]);
    board.bus.write(LAPIC, 4, 0x61);
    expect(board.apics.acknowledge(0)).toBe(0x61);
  });

  it('between processors start another one', () => {
    switchOn();
    board.bus.write(LAPIC + 0x310, 4, 0x0100_0000, 0);
    board.bus.write(LAPIC + 0x300, 4, 0x4500, 0);
    board.bus.write(LAPIC + 0x300, 4, 0x4608, 0);
    expect(messages).toEqual(['init 1', 'startup 1 at 8']);
  });
});

describe('PCI without firmware', () => {
  beforeEach(() => setUpAsFirmware(board.ports, board.pcie));

  it('has the chip set’s functions and the disks at the lowest slots', () => {
    const ids = board.pcie.plugged.map(({ number, identity }) => [number, identity.vendor, identity.device]);
    expect(ids).toEqual([
      [0, 0x8086, 0x29c0],
      [31, 0x8086, 0x2918],
      [1, 0x1af4, 0x1042],
      [2, 0x1af4, 0x1043],
    ]);
  });

  it('gives every memory BAR an address of its own, which answers', () => {
    const ranges = board.pcie.plugged.flatMap(({ number, identity }) =>
      identity.bars.map((bar) => {
        const bytes = Uint8Array.from({ length: 64 }, (_, at) => board.pcie.peek(number * 0x8000 + at, 1));
        return [barAddress(bytes, bar), bar.size] as const;
      }),
    );
    expect(ranges.length).toBeGreaterThan(1);
    for (const [base, size] of ranges) {
      expect(base % size).toBe(0);
      expect(base >= 0xc000_0000 && base + size <= 0xfec0_0000).toBe(true);
      expect(ranges.filter(([other, bytes]) => other < base + size && base < other + bytes)).toHaveLength(1);
    }
    // The common structure of the first disk says how many queues there are.
    const [first] = ranges.filter(([, size]) => size === 0x4000);
    expect(board.bus.read((first?.[0] ?? 0) + 18, 2)).toBe(1);
  });

  it('is reached by ports as by ECAM', () => {
    out(0xcf8, 0x8000_f840, 4);
    expect(board.ports.read(0xcfc, 4)).toBe(0x601);
    expect(board.bus.read(ECAM + 0xf_8040, 4)).toBe(0x601);
    expect(board.bus.read(ECAM + 0x60, 4)).toBe(0xb000_0001);
  });
});

describe('ports and memory', () => {
  it('where nothing is, reads are ones and writes are lost', () => {
    expect([board.ports.read(0x1234, 1), board.ports.read(0x1233, 4), board.bus.read64(0xfed8_0001)]).toEqual([
      0xff,
      0xffff_ffff,
      0xffff_ffff_ffff_ffffn,
    ]);
    expect([out(0x1234, 1), board.bus.write64(0xfed8_0004, 1n)]).toEqual([true, true]);
  });

  it('a wide access that is misaligned is done in pieces', () => {
    board.bus.write(0xb_8001, 4, 0x4433_2211);
    expect([0, 1, 2, 3, 4, 5].map((at) => board.bus.read(0xb_8000 + at, 1))).toEqual([
      0x00, 0x11, 0x22, 0x33, 0x44, 0x00,
    ]);
    expect(board.bus.read(0xb_8001, 4)).toBe(0x4433_2211);
  });

  it('switching off, resetting and exiting end the machine', () => {
    out(0x604, 0x2000, 2);
    out(0xcf9, 6);
    out(0x64, 0xfe);
    out(0xf4, 0x10, 4);
    expect(events).toEqual([
      { kind: 'off', code: 0 },
      { kind: 'reset', code: 0 },
      { kind: 'reset', code: 0 },
      { kind: 'fail', code: 0x21 },
    ]);
  });

  it('both debug consoles and the serial port print', () => {
    for (const port of [0xe9, 0x402, 0x3f8]) out(port, 0x41);
    expect(printed).toBe('AAA');
  });

  it('fw_cfg has the memory map and what links the ACPI tables', () => {
    out(0x510, 0x19, 2);
    const directory = Array.from({ length: 4 + 8 * 64 }, () => board.ports.read(0x511, 1) ?? 0);
    const text = new TextDecoder('latin1').decode(Uint8Array.from(directory));
    for (const name of ['bootorder', 'etc/acpi/rsdp', 'etc/acpi/tables', 'etc/e820', 'etc/table-loader']) {
      expect(text).toContain(name);
    }
  });
});
