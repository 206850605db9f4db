/** Loongson's interrupt controllers, clock and power registers, by their manuals. */
import { beforeEach, describe, expect, it } from 'vitest';
import { LoongsonChip, LoongsonMisc } from '../../src/devices/chip/loongson-iocsr';
import { Eiointc } from '../../src/devices/intc/eiointc';
import { LoongsonIpi } from '../../src/devices/intc/loongson-ipi';
import { PchMsi } from '../../src/devices/intc/pch-msi';
import { PchPic } from '../../src/devices/intc/pch-pic';
import { AcpiGed } from '../../src/devices/power/acpi-ged';
import { Ls7aRtc } from '../../src/devices/timer/ls7a-rtc';
import { FakeContext } from './fake-context';

const high = (context: FakeContext): number[] => [...context.lines].flatMap(([line, level]) => (level ? [line] : []));

describe('eiointc', () => {
  let context: FakeContext;
  let eiointc: Eiointc;
  const enable = (input: number): void => eiointc.write(0x200 + 4 * (input >> 5), 4, 1 << (input & 31), 0);
  beforeEach(() => {
    context = new FakeContext();
    eiointc = new Eiointc('eiointc0', context, 2);
  });

  it('passes an enabled input to line 0 of processor 0, which the map names unless it is written', () => {
    enable(40);
    eiointc.setLine(40, true);
    expect(high(context)).toEqual([0]);
    expect(eiointc.read(0x404, 4, 0)).toBe(1 << 8);
    expect(eiointc.read(0x404, 4, 1)).toBe(0);
  });

  it('does not pass an input that is off, until it is enabled', () => {
    eiointc.setLine(5, true);
    expect(high(context)).toEqual([]);
    enable(5);
    expect(high(context)).toEqual([0]);
    eiointc.write(0x200, 4, 0, 0);
    expect(high(context)).toEqual([]);
  });

  it('gives each 32 inputs the line that a byte of IPMAP names, and each input a processor', () => {
    eiointc.write(0xc0, 4, 0x0408_0201, 0);
    eiointc.write(0x800 + 64, 4, 0x0000_0002, 0);
    enable(64);
    eiointc.setLine(64, true);
    // Inputs 64 to 95 are the third group: 0x08 is line 3; input 64 goes to processor 1.
    expect(high(context)).toEqual([4 + 3]);
    expect(eiointc.read(0x408, 4, 1)).toBe(1);
  });

  it('takes a request back for the processor that writes a one, and requests anew with the next message', () => {
    enable(100);
    eiointc.setLine(100, true);
    eiointc.write(0x40c, 4, 1 << 4, 1);
    expect(high(context)).toEqual([0]);
    eiointc.write(0x40c, 4, 1 << 4, 0);
    expect(high(context)).toEqual([]);
    eiointc.setLine(100, true);
    expect(high(context)).toEqual([0]);
  });

  it('moves a standing request with its input to another processor', () => {
    enable(0);
    eiointc.setLine(0, true);
    eiointc.write(0x800, 4, 0x2, 0);
    expect(high(context)).toEqual([4]);
  });
});

describe('pch-pic', () => {
  let context: FakeContext;
  let pic: PchPic;
  beforeEach(() => {
    context = new FakeContext();
    pic = new PchPic('pic0', context, 32);
    for (let input = 0; input < 32; input++) pic.write(0x200 + input, 1, input + 10);
  });

  it('masks everything at reset, and passes levels on by their vectors', () => {
    pic.setLine(3, true);
    expect(high(context)).toEqual([]);
    pic.write(0x20, 4, ~(1 << 3) >>> 0);
    expect(high(context)).toEqual([13]);
    expect(pic.read(0x3a0, 4)).toBe(1 << 3);
    pic.setLine(3, false);
    expect(high(context)).toEqual([]);
  });

  it('keeps an edge until it is cleared', () => {
    pic.write(0x60, 4, 1 << 7);
    pic.write(0x20, 4, 0);
    pic.setLine(7, true);
    pic.setLine(7, false);
    expect(high(context)).toEqual([17]);
    pic.write(0x80, 4, 1 << 7);
    expect(high(context)).toEqual([]);
    pic.setLine(7, true);
    expect(high(context)).toEqual([17]);
  });

  it('passes several inputs that one write unmasks', () => {
    pic.setLine(1, true);
    pic.setLine(2, true);
    pic.write(0x20, 4, 0);
    expect(high(context)).toEqual([11, 12]);
  });
});

it('a message requests the vector that it carries, if messages may have it', () => {
  const context = new FakeContext();
  const msi = new PchMsi('msi0', context, 32);
  msi.write(0, 4, 40);
  msi.write(0, 4, 5);
  expect(high(context)).toEqual([40]);
});

describe('ipi', () => {
  let context: FakeContext;
  let sent: string[];
  let ipi: LoongsonIpi;
  beforeEach(() => {
    context = new FakeContext();
    sent = [];
    ipi = new LoongsonIpi('ipi0', context, 4, (processor, at, value, mask) =>
      sent.push(`${processor} ${at.toString(16)} ${value.toString(16)} ${(mask >>> 0).toString(16)}`),
    );
  });

  it('interrupts the processor that IPI_SEND names, when that has enabled the bit', () => {
    ipi.write(0x40, 4, (2 << 16) | 5, 0);
    expect(high(context)).toEqual([]);
    ipi.write(0x04, 4, 1 << 5, 2);
    expect(high(context)).toEqual([2]);
    expect(ipi.read(0, 4, 2)).toBe(1 << 5);
    ipi.write(0x0c, 4, 1 << 5, 2);
    expect(high(context)).toEqual([]);
  });

  it('writes the bytes of a mailbox that MAIL_SEND does not mask', () => {
    ipi.write(0x20, 4, 0x1122_3344, 1);
    // Mailbox 0, low word, of processor 1; bytes 0 and 3 stay.
    ipi.write(0x48, 4, ((1 << 16) | (0b1001 << 27)) >>> 0, 0);
    ipi.write(0x4c, 4, 0xaabb_ccdd, 0);
    expect(ipi.read(0x20, 4, 1)).toBe(0x11bb_cc44);
  });

  it('asks for any register of another processor to be written', () => {
    ipi.write(0x158, 4, (3 << 16) | 0x1680, 0);
    ipi.write(0x15c, 4, 7, 0);
    expect(sent).toEqual(['3 1680 7 ffffffff']);
  });
});

it('the chip names itself, and keeps its function register', () => {
  const chip = new LoongsonChip('chip0');
  const text = (at: number): string =>
    String.fromCharCode(...[0, 1, 2, 3, 4, 5, 6, 7].map((byte) => chip.read(at + byte, 1)).filter((byte) => byte > 0));
  expect([text(0x10), text(0x20)]).toEqual(['Loongson', '3A5000']);
  const misc = new LoongsonMisc('misc0');
  misc.write(4, 4, 1 << 16);
  expect(misc.read(4, 4)).toBe(1 << 16);
});

describe('ls7a rtc', () => {
  const START = BigInt(Date.UTC(2025, 0, 31, 23, 59, 58)) * 1_000_000n;
  const ON = (1 << 13) | (1 << 11) | (1 << 8);
  let context: FakeContext;
  let rtc: Ls7aRtc;
  const toy = (): number[] => {
    const word = rtc.read(0x2c, 4);
    const fields = [word >>> 26, (word >>> 21) & 31, (word >>> 16) & 31, (word >>> 10) & 63, (word >>> 4) & 63];
    return [rtc.read(0x30, 4) + 1900, ...fields];
  };
  beforeEach(() => {
    context = new FakeContext();
    rtc = new Ls7aRtc('rtc0', context, START);
    rtc.write(0x40, 4, ON);
  });

  it('reads nothing while it is off', () => {
    rtc.write(0x40, 4, 0);
    expect([rtc.read(0x2c, 4), rtc.read(0x30, 4), rtc.read(0x68, 4)]).toEqual([0, 0, 0]);
  });

  it('has the date, and counts on with guest time', () => {
    expect(toy()).toEqual([2025, 1, 31, 23, 59, 58]);
    context.time = 3_000_000_000n;
    expect(toy()).toEqual([2025, 2, 1, 0, 0, 1]);
    expect(rtc.read(0x68, 4)).toBe(3 * 32768);
  });

  it('is set by halves', () => {
    rtc.write(0x24, 4, ((12 << 26) | (24 << 21) | (18 << 16) | (30 << 10) | (15 << 4)) >>> 0);
    rtc.write(0x28, 4, 130);
    expect(toy()).toEqual([2030, 12, 24, 18, 30, 15]);
    rtc.write(0x64, 4, 1000);
    expect(rtc.read(0x68, 4)).toBe(1000);
  });

  it('interrupts when a comparison is due', () => {
    rtc.write(0x6c, 4, 32768);
    // 2 February 2025, 0:00:05, with the low six bits of the year since 1900.
    rtc.write(0x34, 4, (((125 & 63) << 26) | (2 << 22) | (1 << 17) | (0 << 12) | (0 << 6) | 5) >>> 0);
    expect([...context.alarms]).toEqual([
      ['rtc0', 1_000_000_000n],
      ['toy0', 7_000_000_000n],
    ]);
    context.pass(rtc, 2_000_000_000n);
    expect(context.lines.has(0)).toBe(true);
  });
});

it('the power registers switch off and reset by the values of the device tree', () => {
  const context = new FakeContext();
  const ged = new AcpiGed('ged0', context);
  ged.write(0, 1, 0x14);
  ged.write(0, 1, 0x34);
  ged.write(2, 1, 0x42);
  expect(context.powers).toEqual([
    { kind: 'off', code: 0 },
    { kind: 'reset', code: 0 },
  ]);
});
