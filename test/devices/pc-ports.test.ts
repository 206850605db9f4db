/** What a PC has on its ports beside interrupts and time: power, keyboard, screen, and the bus's configuration. */
import { beforeEach, describe, expect, it } from 'vitest';
import { PostCode } from '../../src/devices/chip/post-code';
import { I8042 } from '../../src/devices/input/i8042';
import { PciHost } from '../../src/devices/pci/host';
import { Ich9Lpc, LPC_SLOT } from '../../src/devices/pci/ich9-lpc';
import { PciPorts } from '../../src/devices/pci/ports';
import { PCIEXBAR, Q35_HOST_BRIDGE } from '../../src/devices/pci/q35';
import { Ich9Pm } from '../../src/devices/power/ich9-pm';
import { IsaDebugExit } from '../../src/devices/power/isa-debug-exit';
import { Port92 } from '../../src/devices/power/port92';
import { Debugcon } from '../../src/devices/uart/debugcon';
import { textOf, VGA_PIECES, VgaText } from '../../src/devices/video/vga-text';
import { VirtioEntropy } from '../../src/devices/virtio/entropy';
import { VirtioPci } from '../../src/devices/virtio/pci';
import { FakeContext } from './fake-context';

const OFF = { kind: 'off', code: 0 };
const RESET = { kind: 'reset', code: 0 };
let context: FakeContext;
beforeEach(() => {
  context = new FakeContext();
});

describe('power management', () => {
  const ENABLE = 2;
  const CONTROL = 4;
  const TIMER = 8;
  const COMMAND = 0x80;
  let pm: Ich9Pm;
  beforeEach(() => {
    pm = new Ich9Pm('power', context);
  });

  it('switches off by sleep type 0, and by no other but that of S4', () => {
    pm.write(CONTROL, 2, 0x2400);
    expect(context.powers).toEqual([]);
    pm.write(CONTROL, 2, 0x2000);
    pm.write(CONTROL + 1, 1, 0x28);
    expect(context.powers).toEqual([OFF, OFF]);
  });

  it('gives the system its interrupt by a command, and takes it back', () => {
    pm.write(COMMAND, 1, 2);
    expect(pm.read(CONTROL, 2)).toBe(1);
    pm.write(COMMAND, 1, 3);
    expect(pm.read(CONTROL, 2)).toBe(0);
  });

  it('counts at 3.58 MHz in 24 bits, and interrupts when the highest changes', () => {
    pm.write(COMMAND, 1, 2);
    pm.write(ENABLE, 2, 1);
    context.pass(pm, 1_000_000_000n);
    expect([pm.read(TIMER, 4), context.line()]).toEqual([3_579_545, false]);
    const change = (2n ** 23n * 1_000_000_000n + 3_579_544n) / 3_579_545n;
    context.pass(pm, change - 1n - context.time);
    expect([pm.read(TIMER, 4), pm.read(0, 2), context.line()]).toEqual([2 ** 23 - 1, 0, false]);
    context.pass(pm, 1n);
    expect([pm.read(0, 2), context.line()]).toEqual([1, true]);
    pm.write(0, 2, 1);
    expect([pm.read(0, 2), context.line()]).toEqual([0, false]);
    context.time = 4_700_000_000n;
    expect(pm.read(TIMER, 4)).toBeLessThan(2 ** 17);
  });

  it('says that system management mode has been set up, so that firmware does not wait for it', () => {
    pm.write(0x30, 4, 0);
    expect(pm.read(0x30, 4)).toBe(0x20);
  });
});

describe('ports of one byte', () => {
  it('0xF4 exits with an odd code', () => {
    new IsaDebugExit('exit0', context).write(0, 4, 0x10);
    expect(context.powers).toEqual([{ kind: 'fail', code: 0x21 }]);
  });

  it('0xE9 prints, and says that it is there', () => {
    const console = new Debugcon('debug0', context);
    for (const character of 'ok') console.write(0, 1, character.charCodeAt(0));
    expect([context.text, console.read()]).toEqual(['ok', 0xe9]);
  });

  it('0x80 keeps what is written', () => {
    const post = new PostCode('post0');
    post.write(0, 1, 0x55);
    expect(post.read()).toBe(0x55);
  });

  it('0x92 opens and closes address line 20, and resets once', () => {
    const changes: boolean[] = [];
    const port = new Port92('port92', context, (isOpen) => changes.push(isOpen));
    port.write(0, 1, 0);
    port.write(0, 1, 2);
    port.write(0, 1, 3);
    port.write(0, 1, 3);
    expect([changes, context.powers]).toEqual([[false, true], [RESET]]);
  });
});

describe('i8042', () => {
  const DATA = 0;
  const STATUS = 4;
  let a20: Port92;
  let keyboard: I8042;
  const drained = (): number[] => {
    const bytes: number[] = [];
    while (keyboard.read(STATUS, 1) & 1) bytes.push(keyboard.read(DATA, 1));
    return bytes;
  };
  beforeEach(() => {
    a20 = new Port92('port92', context, () => {});
    keyboard = new I8042('i8042', context, a20);
  });

  it.each([
    ['a', [0x1e, 0x9e]],
    ['A', [0x2a, 0x1e, 0x9e, 0xaa]],
    ['\n', [0x1c, 0x9c]],
    ['\u0003', [0x1d, 0x2e, 0xae, 0x9d]],
    ['?', [0x2a, 0x35, 0xb5, 0xaa]],
    ['é', []],
  ])('types %j as codes of set 1', (text, expected) => {
    keyboard.input(Uint8Array.from([...text].map((character) => character.charCodeAt(0))));
    expect(drained()).toEqual(expected);
  });

  it('sends codes of set 2 where it does not translate', () => {
    keyboard.write(STATUS, 1, 0x60);
    keyboard.write(DATA, 1, 0x01);
    keyboard.input(Uint8Array.of(0x61));
    expect(drained()).toEqual([0x1c, 0xf0, 0x1c]);
  });

  it('interrupts for each byte anew', () => {
    const levels: boolean[] = [];
    const irq = context.irq.bind(context);
    context.irq = (level, line) => {
      if (line === 0 && level !== context.line(0)) levels.push(level);
      irq(level, line);
    };
    keyboard.input(Uint8Array.of(0x61));
    drained();
    expect(levels).toEqual([true, false, true, false]);
  });

  it('says that there is no mouse', () => {
    keyboard.write(STATUS, 1, 0xd4);
    keyboard.write(DATA, 1, 0xff);
    expect([keyboard.read(STATUS, 1) & 0x61, drained()]).toEqual([0x61, [0xfe]]);
  });

  it('resets by a pulse, and by its output port; has the gate of address line 20', () => {
    keyboard.write(STATUS, 1, 0xfe);
    keyboard.write(STATUS, 1, 0xd1);
    keyboard.write(DATA, 1, 0xdd);
    expect([a20.isOpen, context.powers]).toEqual([false, [RESET]]);
    keyboard.write(STATUS, 1, 0xdf);
    keyboard.write(STATUS, 1, 0xd0);
    expect([a20.isOpen, drained()]).toEqual([true, [0xcf]]);
    keyboard.write(STATUS, 1, 0xd1);
    keyboard.write(DATA, 1, 0xde);
    expect(context.powers).toEqual([RESET, RESET]);
  });
});

describe('the text screen', () => {
  const MEMORY = VGA_PIECES.memory.first;
  let vga: VgaText;
  const print = (row: number, column: number, bytes: readonly number[]): void => {
    for (const [index, byte] of bytes.entries()) vga.write(MEMORY + 2 * (80 * row + column + index), 2, 0x0700 | byte);
  };
  const crtc = (index: number, value: number): void => vga.write(0x14, 2, index | (value << 8));
  beforeEach(() => {
    vga = new VgaText('vga0', context);
  });

  it('is rows of text, in code page 437', () => {
    print(
      0,
      2,
      [...'Hello'].map((character) => character.charCodeAt(0)),
    );
    print(24, 78, [0xc9, 0xe1]);
    const { rows } = textOf(vga.state);
    expect([rows.length, rows[0], rows[1], rows[24]]).toEqual([25, '  Hello', '', `${' '.repeat(78)}╔ß`]);
  });

  it('begins where the start address says, and has its cursor there', () => {
    print(1, 0, [0x41]);
    crtc(0x0d, 80);
    crtc(0x0e, 0);
    crtc(0x0f, 163);
    expect(textOf(vga.state).rows[0]).toBe('A');
    expect(textOf(vga.state).cursor).toEqual({ row: 1, column: 3 });
  });

  it('keeps registers, behind an index or a switch', () => {
    crtc(0x0a, 0x20);
    vga.write(0x14, 1, 0x0a);
    expect([vga.read(0x14, 1), vga.read(0x15, 1)]).toEqual([0x0a, 0x20]);
    vga.read(0x1a, 1);
    vga.write(0, 1, 0x10);
    vga.write(0, 1, 0x04);
    vga.read(0x1a, 1);
    vga.write(0, 1, 0x10);
    expect(vga.read(1, 1)).toBe(0x04);
  });

  it('has a retrace in each frame', () => {
    const bits = new Set<number>();
    for (; context.time < 15_000_000n; context.time += 1000n) bits.add(vga.read(0x1a, 1));
    expect([...bits].sort()).toEqual([0, 1, 9]);
  });

  it('reads and writes bytes, words and double words of its memory', () => {
    vga.write(MEMORY + 4, 4, 0x0742_0741);
    expect([vga.read(MEMORY + 4, 1), vga.read(MEMORY + 6, 2), vga.read(MEMORY + 4, 4)]).toEqual([
      0x41, 0x0742, 0x0742_0741,
    ]);
  });
});

describe('a Q35’s PCI bus', () => {
  const SLOT = 0x8000;
  const noMemory = { readMemory: () => undefined, writeMemory: () => false };
  let host: PciHost;
  let lpc: Ich9Lpc;
  let ports: PciPorts;
  let device: VirtioPci;
  const select = (slot: number, register: number): void =>
    ports.write(0, 4, (0x8000_0000 + (slot << 11) + register) >>> 0);
  const lines = (): number[] => [...context.lines].flatMap(([line, level]) => (level ? [line] : [])).sort();
  beforeEach(() => {
    host = new PciHost(
      'ecam',
      { ...context, irq: (level, wire = 0) => lpc.setPirq(4 + wire, level) } as FakeContext,
      noMemory,
      0x1000_0000,
      Q35_HOST_BRIDGE,
    );
    lpc = host.plug((_irq, _memory, configuration) => new Ich9Lpc('lpc0', context, configuration), LPC_SLOT);
    device = host.plug((irq, memory) => new VirtioPci('entropy0', new VirtioEntropy(1n), memory, irq));
    ports = new PciPorts('pciPorts', context, host);
  });

  it('has the chip set’s functions where they belong, and others from slot 1 on', () => {
    const identities = [0, 1, 2, 31].map((slot) => host.read(slot * SLOT, 4).toString(16));
    expect(identities).toEqual(['29c08086', '10441af4', 'ffffffff', '29188086']);
    expect(host.read(31 * SLOT + 0x0e, 1)).toBe(0x80);
  });

  it('reads and writes the same registers by its ports', () => {
    select(0, PCIEXBAR);
    ports.write(4, 4, 0xb000_0001);
    expect(host.read(PCIEXBAR, 4)).toBe(0xb000_0001);
    select(31, 0);
    expect([ports.read(4, 4), ports.read(6, 2), ports.read(5, 1)]).toEqual([0x2918_8086, 0x2918, 0x80]);
    ports.write(0, 4, 0xf800);
    expect(ports.read(4, 4)).toBe(0xffff_ffff);
  });

  it('resets by 0xCF9, which is no address', () => {
    select(31, 0);
    ports.write(1, 1, 0x02);
    expect(context.powers).toEqual([]);
    ports.write(1, 1, 0x06);
    expect([context.powers, ports.read(1, 1), ports.read(0, 4)]).toEqual([[RESET], 2, 0x8000_f800]);
  });

  it('takes interrupts to the I/O APIC, and to the PIC where they are routed', () => {
    device.virtio.raise(1);
    // INTA of slot 1 is PIRQF.
    expect(lines()).toEqual([21]);
    select(31, 0x68);
    ports.write(5, 1, 0x0b);
    expect(lines()).toEqual([11, 21]);
    ports.write(5, 1, 0x0a);
    expect(lines()).toEqual([10, 21]);
    device.virtio.clear(1);
    expect(lines()).toEqual([]);
  });
});
