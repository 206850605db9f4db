/** A PC's interval timer, event timer and clock, by their manuals. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Mc146818, memoryBytes } from '../../src/devices/rtc/mc146818';
import { Hpet } from '../../src/devices/timer/hpet';
import { I8254 } from '../../src/devices/timer/i8254';
import { FakeContext } from './fake-context';

const SECOND = 1_000_000_000n;
/** A context that keeps the times at which output 0 has risen. */
class Edges extends FakeContext {
  readonly rises: bigint[] = [];

  override irq(level: boolean, line = 0): void {
    if (level && !this.line(line)) this.rises.push(this.time);
    super.irq(level, line);
  }
}

describe('i8254', () => {
  const CONTROL = 3;
  const PORT_B = 4;
  /** Guest nanoseconds of so many ticks: the first in which they are over. */
  const ticks = (count: number): bigint => (BigInt(count) * SECOND + 1_193_181n) / 1_193_182n;
  let context: Edges;
  let pit: I8254;
  const program = (counter: number, mode: number, count: number, isBcd = false): void => {
    pit.write(CONTROL, 1, (counter << 6) | 0x30 | (mode << 1) | (isBcd ? 1 : 0));
    pit.write(counter, 1, count & 0xff);
    pit.write(counter, 1, count >> 8);
  };
  const latched = (counter: number): number => {
    pit.write(CONTROL, 1, counter << 6);
    return pit.read(counter, 1) | (pit.read(counter, 1) << 8);
  };
  const statusOf = (counter: number): number => {
    pit.write(CONTROL, 1, 0xe0 | (2 << counter));
    return pit.read(counter, 1);
  };
  beforeEach(() => {
    context = new Edges();
    pit = new I8254('pit0', context);
  });

  it('stands until it has a count', () => {
    pit.write(CONTROL, 1, 0x34);
    context.pass(pit, SECOND);
    expect([context.rises.slice(1), [...context.alarms], statusOf(0) & 0x40]).toEqual([[], [], 0x40]);
  });

  it('mode 0 rises once at the end, and counts on', () => {
    program(0, 0, 1000);
    expect([context.line(), statusOf(0)]).toEqual([false, 0x30]);
    context.pass(pit, ticks(1000) - 1n);
    expect([context.line(), latched(0)]).toEqual([false, 1]);
    context.pass(pit, 1n);
    expect([context.line(), latched(0)]).toEqual([true, 0]);
    context.pass(pit, ticks(1));
    expect(latched(0)).toBe(0xffff);
  });

  it('mode 2 rises at each whole count', () => {
    program(0, 2, 11932);
    context.rises.length = 0;
    context.pass(pit, ticks(3 * 11932));
    expect(context.rises).toEqual([1, 2, 3].map((period) => ticks(period * 11932)));
    context.pass(pit, ticks(32));
    expect(latched(0)).toBe(11932 - 32);
  });

  it('mode 3 is high for the longer half, and counts by two', () => {
    program(0, 3, 5);
    const levels = [0, 1, 2, 3, 4, 5].map((tick) => {
      context.time = ticks(tick);
      return (statusOf(0) >> 7) & 1;
    });
    expect(levels).toEqual([1, 1, 1, 0, 0, 1]);
    program(0, 3, 0);
    context.rises.length = 0;
    context.pass(pit, ticks(65536));
    expect(context.rises).toHaveLength(1);
  });

  it('mode 4 is low for one tick', () => {
    program(0, 4, 10);
    const levels = [9, 10, 11].map((tick) => {
      context.time = ticks(tick);
      return (statusOf(0) >> 7) & 1;
    });
    expect(levels).toEqual([1, 0, 1]);
  });

  it('counts decimals', () => {
    program(0, 2, 0x1000, true);
    context.pass(pit, ticks(1));
    expect(latched(0)).toBe(0x999);
  });

  it('keeps a latched count until it is read, and status before it', () => {
    program(0, 2, 1000);
    pit.write(CONTROL, 1, 0xc2);
    context.pass(pit, ticks(100));
    expect([pit.read(0, 1), pit.read(0, 1), pit.read(0, 1), latched(0)]).toEqual([0xb4, 1000 & 0xff, 1000 >> 8, 900]);
  });

  it('port B gates the third counter, and shows its output', () => {
    program(2, 0, 100);
    context.time = ticks(50);
    expect([pit.read(PORT_B, 1) & 0x23, latched(2)]).toEqual([0, 100]);
    pit.write(PORT_B, 1, 1);
    context.time = ticks(149);
    expect(pit.read(PORT_B, 1) & 0x23).toBe(1);
    context.time = ticks(150);
    expect(pit.read(PORT_B, 1) & 0x23).toBe(0x21);
  });

  it('mode 1 begins with the gate’s rise, and again with the next', () => {
    program(2, 1, 100);
    const output = (): number => (pit.read(PORT_B, 1) >> 5) & 1;
    expect(output()).toBe(1);
    pit.write(PORT_B, 1, 1);
    context.time = ticks(60);
    expect(output()).toBe(0);
    pit.write(PORT_B, 1, 0);
    pit.write(PORT_B, 1, 1);
    context.time = ticks(150);
    expect(output()).toBe(0);
    context.time = ticks(160);
    expect(output()).toBe(1);
  });
});

describe('hpet', () => {
  let context: Edges;
  let hpet: Hpet;
  const T0 = 0x100;
  const write64 = (at: number, value: bigint): void => {
    hpet.write(at, 4, Number(BigInt.asUintN(32, value)));
    hpet.write(at + 4, 4, Number(value >> 32n));
  };
  const counter = (): number => hpet.read(0xf0, 4);
  beforeEach(() => {
    context = new Edges();
    hpet = new Hpet('hpet0', context);
  });

  it('counts 10 ns while it is on, and can be set while it is off', () => {
    write64(0xf0, 5000n);
    context.time = 100n;
    expect(counter()).toBe(5000);
    hpet.write(0x10, 4, 1);
    context.time = 1100n;
    expect(counter()).toBe(5100);
    write64(0xf0, 0n);
    expect(counter()).toBe(5100);
    hpet.write(0x10, 4, 0);
    context.time = 2000n;
    expect(counter()).toBe(5100);
  });

  it('interrupts once at the comparator, at the input that the timer is routed to', () => {
    hpet.write(T0, 4, 0x4 | (20 << 9));
    write64(T0 + 8, 1000n);
    hpet.write(0x10, 4, 1);
    context.pass(hpet, 9_999n);
    expect(context.rises).toEqual([]);
    context.pass(hpet, 100_000n);
    expect([context.rises, context.line(20)]).toEqual([[10_000n], false]);
  });

  it('interrupts at each period, after a first time of its own', () => {
    hpet.write(0x10, 4, 1);
    hpet.write(T0, 4, 0x4c | (20 << 9));
    write64(T0 + 8, 300n);
    write64(T0 + 8, 100n);
    context.pass(hpet, 6_000n);
    expect(context.rises).toEqual([3000n, 4000n, 5000n, 6000n]);
  });

  it('holds a level until its status is cleared', () => {
    hpet.write(T0, 4, 0x6 | (16 << 9));
    write64(T0 + 8, 100n);
    hpet.write(0x10, 4, 1);
    context.pass(hpet, 1000n);
    expect([hpet.read(0x20, 4), context.line(16)]).toEqual([1, true]);
    hpet.write(0x20, 4, 1);
    expect([hpet.read(0x20, 4), context.line(16)]).toEqual([0, false]);
  });

  it('replaces the interval timer and the clock where it is told to', () => {
    hpet.setLegacyLine(0, true);
    expect(context.line(0)).toBe(true);
    hpet.write(0x10, 4, 3);
    expect(context.line(0)).toBe(false);
    hpet.setLegacyLine(1, true);
    hpet.write(T0 + 0x20, 4, 0x6);
    write64(T0 + 0x28, 100n);
    expect(context.line(8)).toBe(false);
    context.pass(hpet, 1000n);
    expect(context.line(8)).toBe(true);
    hpet.write(0x10, 4, 1);
    expect([context.line(0), context.line(8)]).toEqual([true, true]);
  });
});

describe('mc146818', () => {
  const START = BigInt(Date.UTC(2025, 1, 28, 23, 59, 58)) * 1_000_000n;
  let context: Edges;
  let rtc: Mc146818;
  const get = (register: number): number => {
    rtc.write(0, 1, register);
    return rtc.read(1, 1);
  };
  const set = (register: number, value: number): void => {
    rtc.write(0, 1, register);
    rtc.write(1, 1, value);
  };
  const time = (): string =>
    [0x32, 9, 8, 7, 4, 2, 0].map((register) => get(register).toString(16).padStart(2, '0')).join(' ');
  beforeEach(() => {
    context = new Edges();
    rtc = new Mc146818('rtc0', context, { start: START, ram: memoryBytes(128 * 2 ** 20, 0, 2) });
  });

  it('has the date in decimals, and counts on with guest time', () => {
    expect([time(), get(6)]).toEqual(['20 25 02 28 23 59 58', 6]);
    context.time = 2n * SECOND;
    expect([time(), get(6)]).toEqual(['20 25 03 01 00 00 00', 7]);
  });

  it('has it in binary, and in 12 hours', () => {
    set(0x0b, 0x04);
    expect([get(4), get(2)]).toEqual([0x80 | 11, 59]);
    context.time = 2n * SECOND;
    expect(get(4)).toBe(12);
  });

  it('stands while it is set, and goes on from there', () => {
    set(0x0b, 0x82);
    for (const [register, value] of [
      [0x32, 0x20],
      [9, 0x30],
      [8, 0x12],
      [7, 0x24],
      [4, 0x18],
      [2, 0x30],
      [0, 0x15],
    ] as const)
      set(register, value);
    context.time = 10n * SECOND;
    expect(time()).toBe('20 30 12 24 18 30 15');
    set(0x0b, 0x02);
    context.time = 12n * SECOND;
    expect(time()).toBe('20 30 12 24 18 30 17');
  });

  it('announces updates, and flags them without interrupts', () => {
    expect([get(0x0a) & 0x80, get(0x0c)]).toEqual([0, 0]);
    context.time = SECOND - 100_000n;
    expect(get(0x0a)).toBe(0xa6);
    context.time = SECOND;
    expect([get(0x0a), get(0x0c), get(0x0c)]).toEqual([0x26, 0x10, 0]);
  });

  it('interrupts at updates until register C is read', () => {
    set(5, 0x12);
    set(0x0b, 0x12);
    context.pass(rtc, 3n * SECOND);
    expect([context.rises, context.line(), get(0x0c), context.line()]).toEqual([[SECOND], true, 0x90, false]);
    context.pass(rtc, SECOND);
    expect(context.rises).toEqual([SECOND, 4n * SECOND]);
  });

  it('interrupts at the alarm, of which parts may be anything', () => {
    for (const [register, value] of [
      [1, 0x05],
      [3, 0xff],
      [5, 0xff],
    ] as const)
      set(register, value);
    set(0x0b, 0x22);
    context.pass(rtc, 7n * SECOND);
    expect([context.rises, get(0x0c)]).toEqual([[7n * SECOND], 0xb0]);
  });

  it('asks for no alarm that never comes', () => {
    set(5, 0x77);
    set(0x0b, 0x22);
    expect([...context.alarms]).toEqual([]);
  });

  it('interrupts periodically, by the rate', () => {
    set(0x0a, 0x26);
    set(0x0b, 0x42);
    for (let period = 0; period < 4; period++) {
      context.pass(rtc, 976_562n);
      expect(get(0x0c)).toBe(0xc0);
    }
    expect(context.rises).toEqual([1n, 2n, 3n, 4n].map((period) => period * 976_562n));
  });

  it('tells memory and processors in its RAM', () => {
    expect([0x15, 0x16, 0x17, 0x18, 0x34, 0x35, 0x5b, 0x5f].map(get)).toEqual([0x80, 2, 0xff, 0xff, 0, 7, 0, 1]);
    rtc.write(0, 1, 0x8f);
    expect(rtc.isNmiOn).toBe(false);
  });
});
