/** The PIC's acknowledge cycle, by Intel's datasheet; its registers are beside QEMU's in pc.qemu.test.ts. */
import { beforeEach, expect, it } from 'vitest';
import { I8259 } from '../../src/devices/intc/i8259';
import { FakeContext } from './fake-context';

let context: FakeContext;
let pic: I8259;
/** Offsets of the two chips' ports. */
const FIRST = 0;
const SECOND = 2;

const initialise = (icw4: readonly [number, number] = [1, 1]): void => {
  for (const [chip, [base, wiring]] of [
    [0x20, 4],
    [0x28, 2],
  ].entries()) {
    pic.write(2 * chip, 1, 0x11);
    for (const value of [base ?? 0, wiring ?? 0, icw4[chip] ?? 1]) pic.write(2 * chip + 1, 1, value);
  }
};

beforeEach(() => {
  context = new FakeContext();
  pic = new I8259('pic0', context);
  initialise();
});

it('gives vectors of both chips, the lower input first', () => {
  for (const input of [4, 9, 1]) pic.setLine(input, true);
  expect([context.line(), pic.acknowledge(), pic.acknowledge()]).toEqual([true, 0x21, 0x21 + 6]);
});

it('holds the others back until the end of what is in service, at both chips', () => {
  pic.setLine(9, true);
  expect(pic.acknowledge()).toBe(0x29);
  pic.setLine(12, true);
  pic.setLine(3, true);
  expect(context.line()).toBe(false);
  pic.write(SECOND, 1, 0x20);
  pic.write(FIRST, 1, 0x20);
  expect([pic.acknowledge(), context.line()]).toEqual([0x2c, false]);
});

it('gives the last input’s vector when a level is gone before it is acknowledged, and nothing is in service', () => {
  pic.write(4, 1, 0x20);
  pic.setLine(5, true);
  pic.setLine(5, false);
  expect([pic.acknowledge(), pic.state.chips[0]?.isr]).toEqual([0x27, 0]);
  pic.write(5, 1, 0x02);
  pic.setLine(9, true);
  // Its output has already been an edge at the first chip, which remembers it.
  pic.setLine(9, false);
  expect([pic.acknowledge(), pic.state.chips.map(({ isr }) => isr)]).toEqual([0x2f, [4, 0]]);
});

it('keeps an edge whose line has gone low', () => {
  pic.setLine(4, true);
  pic.setLine(4, false);
  expect(pic.acknowledge()).toBe(0x24);
});

it('ends by itself where it is told to, and passes on what waits in the second chip', () => {
  initialise([3, 3]);
  pic.setLine(9, true);
  pic.setLine(10, true);
  expect([pic.acknowledge(), pic.acknowledge(), context.line()]).toEqual([0x29, 0x2a, false]);
});

it('asks again while a level stays', () => {
  pic.write(5, 1, 0x04);
  pic.setLine(10, true);
  expect(pic.acknowledge()).toBe(0x2a);
  pic.write(SECOND, 1, 0x20);
  pic.write(FIRST, 1, 0x20);
  expect([context.line(), pic.acknowledge()]).toEqual([true, 0x2a]);
});

it('lets lower inputs through in the special mask mode', () => {
  pic.setLine(3, true);
  pic.acknowledge();
  pic.setLine(4, true);
  expect(context.line()).toBe(false);
  pic.write(FIRST + 1, 1, 0x08);
  pic.write(FIRST, 1, 0x68);
  expect(pic.acknowledge()).toBe(0x24);
});
