import { beforeEach, describe, expect, it } from 'vitest';
import { Clint } from '../../src/devices/timer/clint';
import { GoldfishRtc } from '../../src/devices/timer/goldfish-rtc';
import { FakeContext } from './fake-context';

describe('clint', () => {
  let context: FakeContext;
  let clint: Clint;
  const MTIME = 0xbff8;
  const setCompare = (hart: number, low: number, high = 0): void => {
    clint.write(0x4000 + 8 * hart, 4, low);
    clint.write(0x4004 + 8 * hart, 4, high);
  };

  beforeEach(() => {
    context = new FakeContext();
    clint = new Clint('clint0', context, { harts: 2, tick: 100n });
  });

  it('counts one tick every 100 guest nanoseconds', () => {
    context.time = 1_234_567_890_123_456n;
    const expected = 12_345_678_901_234n;
    expect(clint.mtime).toBe(expected);
    expect((BigInt(clint.read(MTIME + 4, 4)) << 32n) | BigInt(clint.read(MTIME, 4))).toBe(expected);
  });

  it('raises MTIP of its hart exactly when mtime reaches mtimecmp and lowers it when mtimecmp moves on', () => {
    setCompare(1, 5);
    expect(context.alarms.get('1')).toBe(500n);
    context.pass(clint, 499n);
    expect(context.line(3)).toBe(false);
    context.pass(clint, 1n);
    expect([context.line(1), context.line(3)]).toEqual([false, true]);
    setCompare(1, 1000);
    expect(context.line(3)).toBe(false);
    expect(context.alarms.get('1')).toBe(100_000n);
  });

  it('has a silent timer after reset and asks for no alarm beyond 2^63 ticks', () => {
    clint.reset();
    expect([clint.read(0x4000, 4), clint.read(0x4004, 4)]).toEqual([0xffff_ffff, 0xffff_ffff]);
    expect(context.alarms.size).toBe(0);
    setCompare(0, 0, 0);
    expect(context.line(1)).toBe(true);
    setCompare(0, 0xffff_ffff, 0xffff_ffff);
    expect(context.line(1)).toBe(false);
    expect(context.alarms.size).toBe(0);
  });

  it('drives MSIP by bit 0 only', () => {
    clint.write(4, 4, 0xffff_ffff);
    expect(clint.read(4, 4)).toBe(1);
    expect([context.line(0), context.line(2)]).toEqual([false, true]);
    clint.write(4, 4, 2);
    expect(context.line(2)).toBe(false);
    clint.write(8, 4, 1); // no such hart
    expect(clint.read(8, 4)).toBe(0);
  });

  it('lets mtime be written and moves alarms accordingly', () => {
    context.time = 1_000_000n;
    setCompare(0, 20_000);
    clint.write(MTIME, 4, 19_990);
    expect(clint.mtime).toBe(19_990n);
    expect(context.alarms.get('0')).toBe(1_001_000n);
    clint.write(MTIME, 4, 20_001);
    expect(context.line(1)).toBe(true);
    clint.write(MTIME, 4, 3);
    expect(clint.mtime).toBe(3n);
    expect(context.line(1)).toBe(false);
  });

  it('reads bytes and half words of its words', () => {
    setCompare(0, 0x4433_2211, 0x8877_6655);
    expect([clint.read(0x4001, 1), clint.read(0x4002, 2), clint.read(0x4004, 4)]).toEqual([0x22, 0x4433, 0x8877_6655]);
  });
});

describe('goldfish rtc', () => {
  const START = 1_700_000_000_000_000_000n;
  let context: FakeContext;
  let rtc: GoldfishRtc;
  const time = (): bigint => {
    const low = BigInt(rtc.read(0, 4));
    return (BigInt(rtc.read(4, 4)) << 32n) | low;
  };
  const setAlarm = (at: bigint): void => {
    rtc.write(0x0c, 4, Number(at >> 32n));
    rtc.write(0x08, 4, Number(at & 0xffff_ffffn));
  };

  beforeEach(() => {
    context = new FakeContext();
    rtc = new GoldfishRtc('rtc0', context, START);
  });

  it('counts guest nanoseconds from its start instant', () => {
    expect(time()).toBe(START);
    context.time = 5_000_000_007n;
    expect(time()).toBe(START + 5_000_000_007n);
  });

  it('keeps the high half of the last TIME_LOW read, so that the two halves belong together', () => {
    const beforeWrap = (START | 0xffff_ffffn) - START;
    context.time = beforeWrap;
    const low = rtc.read(0, 4);
    context.time += 1n;
    expect((BigInt(rtc.read(4, 4)) << 32n) | BigInt(low)).toBe(START + beforeWrap);
  });

  it('interrupts at the alarm when enabled, once, until cleared', () => {
    rtc.write(0x10, 4, 1);
    setAlarm(START + 1000n);
    expect(rtc.read(0x18, 4)).toBe(1);
    context.pass(rtc, 999n);
    expect(context.line()).toBe(false);
    context.pass(rtc, 1n);
    expect([context.line(), rtc.read(0x18, 4)]).toEqual([true, 0]);
    rtc.write(0x1c, 4, 1);
    expect(context.line()).toBe(false);
  });

  it('keeps a due alarm silent while interrupts are disabled, and fires at once for a past one', () => {
    setAlarm(START - 1n);
    expect(context.line()).toBe(false);
    rtc.write(0x10, 4, 1);
    expect(context.line()).toBe(true);
  });

  it('forgets a cleared alarm', () => {
    rtc.write(0x10, 4, 1);
    setAlarm(START + 1000n);
    rtc.write(0x14, 4, 0);
    context.pass(rtc, 10_000n);
    expect([context.line(), rtc.read(0x18, 4)]).toEqual([false, 0]);
  });

  it('can be set', () => {
    rtc.write(4, 4, 1);
    rtc.write(0, 4, 2);
    expect(time()).toBe(0x1_0000_0002n);
    rtc.reset();
    expect(time()).toBe(START);
  });
});
