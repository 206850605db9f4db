import { describe, expect, it } from 'vitest';
import { Pl061 } from '../../src/devices/gpio/pl061';
import { Pl031 } from '../../src/devices/timer/pl031';
import { Pl011 } from '../../src/devices/uart/pl011';
import { FakeContext } from './fake-context';

const [DR, FR, LCR, IMSC, ICR] = [0x00, 0x18, 0x2c, 0x38, 0x44];
const SECOND = 1_000_000_000n;

describe('pl011', () => {
  it('sends characters at once, also before anybody has turned it on', () => {
    const context = new FakeContext();
    const uart = new Pl011('uart0', context);
    uart.write(0x30, 4, 0);
    for (const letter of 'hi') uart.write(DR, 4, letter.charCodeAt(0));
    expect(context.text).toBe('hi');
  });

  it('keeps typed characters until there is room, and asks while one waits', () => {
    const context = new FakeContext();
    const uart = new Pl011('uart0', context);
    uart.write(LCR, 4, 0x70);
    uart.write(IMSC, 4, 0x10);
    const typed = 'abcdefghijklmnopqrstuvwxyz';
    expect(uart.input(new TextEncoder().encode(typed))).toBe(26);
    expect([uart.read(FR, 4) & 0x50, context.line()]).toEqual([0x40, true]);
    const read = Array.from(typed, () => String.fromCharCode(uart.read(DR, 4)));
    expect([read.join(''), uart.read(FR, 4) & 0x50, context.line()]).toEqual([typed, 0x10, false]);
  });

  it('asks when a character has been sent, until that is acknowledged', () => {
    const context = new FakeContext();
    const uart = new Pl011('uart0', context);
    uart.write(IMSC, 4, 0x20);
    uart.write(DR, 4, 65);
    expect(context.line()).toBe(true);
    uart.write(ICR, 4, 0x20);
    expect(context.line()).toBe(false);
  });

  it('loses a character of its own loopback when there is no room, and says so', () => {
    const uart = new Pl011('uart0', new FakeContext());
    uart.write(0x30, 4, 0x381);
    uart.write(DR, 4, 1);
    uart.write(DR, 4, 2);
    expect([uart.read(0x3c, 4) & 0x400, uart.read(DR, 4), uart.read(FR, 4) & 0x10]).toEqual([0x400, 1, 0x10]);
  });

  it('peeks without taking the character', () => {
    const uart = new Pl011('uart0', new FakeContext());
    uart.input(Uint8Array.of(65));
    expect([uart.peek(DR), uart.peek(DR), uart.read(DR, 4)]).toEqual([65, 65, 65]);
  });
});

describe('pl031', () => {
  it('counts seconds of guest time from its start, and from what is loaded', () => {
    const context = new FakeContext();
    const rtc = new Pl031('rtc0', context, 1000n * SECOND);
    context.time = 1_999_999_999n;
    expect(rtc.read(0, 4)).toBe(1001);
    rtc.write(8, 4, 5000);
    context.time += 2n * SECOND;
    expect(rtc.read(0, 4)).toBe(5002);
  });

  it('interrupts in the second of the alarm, which the mask lets through', () => {
    const context = new FakeContext();
    const rtc = new Pl031('rtc0', context, 1000n * SECOND + 500_000_000n);
    rtc.write(0x10, 4, 1);
    rtc.write(4, 4, 1002);
    context.pass(rtc, SECOND + 499_999_999n);
    expect(context.line()).toBe(false);
    context.pass(rtc, 1n);
    expect([context.line(), rtc.read(0x14, 4), context.alarms.size]).toEqual([true, 1, 0]);
    rtc.write(0x1c, 4, 1);
    expect(context.line()).toBe(false);
  });
});

describe('pl061', () => {
  it('tells of a key by an edge at its pin', () => {
    const context = new FakeContext();
    const gpio = new Pl061('gpio0', context);
    gpio.write(0x40c, 4, 8);
    gpio.write(0x410, 4, 8);
    gpio.setPin(3, true);
    expect([context.line(), gpio.read(0x3fc, 4), gpio.read(0x4 << 2, 4)]).toEqual([true, 8, 0]);
    gpio.write(0x41c, 4, 8);
    gpio.setPin(3, false);
    expect(context.line()).toBe(false);
  });
});
