import { beforeEach, describe, expect, it } from 'vitest';
import { Ns16550 } from '../../src/devices/uart/ns16550';
import { FakeContext } from './fake-context';

const THR = 0;
const IER = 1;
const IIR = 2;
const FCR = 2;
const LCR = 3;
const MCR = 4;
const LSR = 5;
const MSR = 6;
const SCR = 7;

describe('ns16550', () => {
  let context: FakeContext;
  let uart: Ns16550;
  const type = (text: string): number => uart.input(new TextEncoder().encode(text));
  const drain = (): string => {
    let text = '';
    while ((uart.read(LSR, 1) & 1) !== 0) text += String.fromCharCode(uart.read(THR, 1));
    return text;
  };

  beforeEach(() => {
    context = new FakeContext();
    uart = new Ns16550('uart0', context);
  });

  it('sends what is written to THR and is always ready for more', () => {
    for (const char of 'Hi\n') uart.write(THR, 1, char.charCodeAt(0));
    expect(context.text).toBe('Hi\n');
    expect(uart.read(LSR, 1)).toBe(0x60);
  });

  it('hands out typed characters in order without losing any, FIFO on or off', () => {
    const text = 'the quick brown fox jumps over the lazy dog';
    type(text);
    expect(drain()).toBe(text);
    uart.write(FCR, 1, 0x07);
    type(text);
    expect(drain()).toBe(text);
  });

  it('raises IIR "data available" at once in non-FIFO mode and lowers it when the character is read', () => {
    uart.write(IER, 1, 1);
    expect(context.line()).toBe(false);
    type('x');
    expect(context.line()).toBe(true);
    expect(uart.read(IIR, 1)).toBe(0x04);
    expect(uart.read(THR, 1)).toBe(0x78);
    expect(context.line()).toBe(false);
    expect(uart.read(IIR, 1)).toBe(0x01);
  });

  it('interrupts at the trigger level, and below it only after four character times', () => {
    uart.write(FCR, 1, 0x81); // trigger 8
    uart.write(LCR, 1, 0x03);
    uart.write(IER, 1, 1);
    type('abc');
    expect(context.line()).toBe(false);
    context.pass(uart, 5_000_000n); // 9600 baud: about 1.04 ms a character
    expect(context.line()).toBe(true);
    expect(uart.read(IIR, 1)).toBe(0xcc);
    expect(uart.read(THR, 1)).toBe(0x61);
    expect(context.line()).toBe(false);
    type('defghi');
    expect(uart.read(IIR, 1)).toBe(0xc4);
    expect(drain()).toBe('bcdefghi');
    expect(context.alarms.size).toBe(0);
  });

  it('raises THR empty when IER.THRI is set and lowers it by an IIR read', () => {
    uart.write(IER, 1, 2);
    expect(context.line()).toBe(true);
    expect(uart.peek(IIR)).toBe(0x02);
    expect(context.line()).toBe(true);
    expect(uart.read(IIR, 1)).toBe(0x02);
    expect(context.line()).toBe(false);
    uart.write(THR, 1, 0x41);
    expect(context.line()).toBe(true);
  });

  it('keeps the divisor behind LCR.DLAB', () => {
    uart.write(LCR, 1, 0x83);
    uart.write(0, 1, 0x34);
    uart.write(1, 1, 0x12);
    expect([uart.read(0, 1), uart.read(1, 1)]).toEqual([0x34, 0x12]);
    uart.write(LCR, 1, 0x03);
    expect(uart.read(1, 1)).toBe(0);
    expect(context.sent).toEqual([]);
    expect(uart.state.divisor).toBe(0x1234);
  });

  it('sends to itself in loopback, overruns when nobody reads, and mirrors MCR in MSR', () => {
    uart.write(MCR, 1, 0x1a);
    expect(uart.read(MSR, 1)).toBe(0x90);
    uart.write(THR, 1, 0x55);
    expect(uart.read(LSR, 1)).toBe(0x61);
    uart.write(THR, 1, 0xaa);
    expect(uart.read(LSR, 1)).toBe(0x63);
    expect(uart.read(LSR, 1)).toBe(0x61);
    expect(uart.read(THR, 1)).toBe(0xaa);
    expect(context.sent).toEqual([]);
    type('late');
    expect(uart.read(LSR, 1) & 1).toBe(0);
    uart.write(MCR, 1, 0);
    expect(drain()).toBe('late');
  });

  it('reports overrun as the most urgent interrupt until LSR is read', () => {
    uart.write(MCR, 1, 0x10);
    uart.write(IER, 1, 0x05);
    uart.write(THR, 1, 1);
    uart.write(THR, 1, 2);
    expect(uart.read(IIR, 1)).toBe(0x06);
    uart.read(LSR, 1);
    expect(uart.read(IIR, 1)).toBe(0x04);
  });

  it('clears the receive FIFO by FCR and says in IIR that FIFOs are on', () => {
    uart.write(FCR, 1, 1);
    type('abc');
    uart.write(FCR, 1, 3);
    expect(uart.read(LSR, 1)).toBe(0x60);
    expect(uart.read(IIR, 1)).toBe(0xc1);
  });

  it('stores a byte in SCR, ignores writes to LSR and MSR, and reads 0 past its registers', () => {
    uart.write(SCR, 1, 0xa5);
    uart.write(LSR, 1, 0);
    uart.write(MSR, 1, 0);
    expect([uart.read(SCR, 1), uart.read(LSR, 1), uart.read(MSR, 1), uart.read(0x20, 1)]).toEqual([
      0xa5, 0x60, 0xb0, 0,
    ]);
  });

  it('peeks without taking a character', () => {
    type('q');
    expect(uart.peek(THR)).toBe(0x71);
    expect(uart.peek(LSR)).toBe(0x61);
    expect(uart.read(THR, 1)).toBe(0x71);
  });

  it('continues from a restored state as if nothing had happened', () => {
    uart.write(FCR, 1, 1);
    type('abcdefghijklmnopqrstuvwxyz');
    uart.read(THR, 1);
    const saved = structuredClone(uart.state);
    const first = drain();
    uart.state = structuredClone(saved);
    expect(drain()).toBe(first);
    expect(first).toBe('bcdefghijklmnopqrstuvwxyz');
  });

  it('gives firmware what it polls for, up to a limit', () => {
    type('hello');
    expect([...uart.receive(2)]).toEqual([0x68, 0x65]);
    expect([...uart.receive(10)]).toEqual([0x6c, 0x6c, 0x6f]);
    expect([...uart.receive(1)]).toEqual([]);
  });
});
