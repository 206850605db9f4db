import { beforeEach, describe, expect, it } from 'vitest';
import { Plic } from '../../src/devices/intc/plic';
import { FakeContext } from './fake-context';

const enable = (context: number, word = 0): number => 0x2000 + 0x80 * context + 4 * word;
const threshold = (context: number): number => 0x20_0000 + 0x1000 * context;
const claim = (context: number): number => threshold(context) + 4;

describe('plic', () => {
  let context: FakeContext;
  let plic: Plic;

  beforeEach(() => {
    context = new FakeContext();
    plic = new Plic('plic0', context, { sources: 96, contexts: 4 });
    plic.write(4 * 10, 4, 1);
    plic.write(enable(1), 4, 1 << 10);
  });

  it('raises the line of the context that enabled a pending source', () => {
    plic.setLine(10, true);
    expect([0, 1, 2, 3].map((line) => context.line(line))).toEqual([false, true, false, false]);
    expect(plic.read(0x1000, 4)).toBe(1 << 10);
  });

  it('lowers the line on claim and asks again after completion while the level is high', () => {
    plic.setLine(10, true);
    expect(plic.read(claim(1), 4)).toBe(10);
    expect(context.line(1)).toBe(false);
    expect(plic.read(claim(1), 4)).toBe(0);
    plic.write(claim(1), 4, 10);
    expect(context.line(1)).toBe(true);
    plic.read(claim(1), 4);
    plic.setLine(10, false);
    plic.write(claim(1), 4, 10);
    expect(context.line(1)).toBe(false);
  });

  it('keeps an accepted request pending when the level drops before the claim', () => {
    plic.setLine(10, true);
    plic.setLine(10, false);
    expect(plic.read(claim(1), 4)).toBe(10);
  });

  it('does not accept a new request between claim and completion', () => {
    plic.setLine(10, true);
    plic.read(claim(1), 4);
    plic.setLine(10, false);
    plic.setLine(10, true);
    expect(context.line(1)).toBe(false);
    plic.write(claim(1), 4, 10);
    expect(context.line(1)).toBe(true);
  });

  it('ignores completion of a source the context has not enabled', () => {
    plic.setLine(10, true);
    plic.read(claim(1), 4);
    plic.write(claim(0), 4, 10);
    plic.write(claim(1), 4, 11);
    expect(context.line(1)).toBe(false);
  });

  it('claims the highest priority first and the lowest id among equals', () => {
    plic.write(enable(0), 4, 0xffff_ffff);
    plic.write(enable(0, 2), 4, 0xffff_ffff);
    for (const [source, priority] of [
      [3, 2],
      [7, 5],
      [5, 5],
      [90, 5],
    ] as const) {
      plic.write(4 * source, 4, priority);
      plic.setLine(source, true);
    }
    expect([0, 0, 0, 0, 0].map(() => plic.read(claim(0), 4))).toEqual([5, 7, 90, 3, 0]);
  });

  it('compares priority with the threshold for the line but not for the claim', () => {
    plic.write(threshold(1), 4, 1);
    plic.setLine(10, true);
    expect(context.line(1)).toBe(false);
    expect(plic.read(claim(1), 4)).toBe(10);
    plic.write(claim(1), 4, 10);
    plic.write(threshold(1), 4, 0);
    expect(context.line(1)).toBe(true);
  });

  it('never delivers a source of priority 0', () => {
    plic.write(4 * 10, 4, 0);
    plic.setLine(10, true);
    expect(context.line(1)).toBe(false);
    expect(plic.read(claim(1), 4)).toBe(0);
    plic.write(4 * 10, 4, 7);
    expect(context.line(1)).toBe(true);
  });

  it('has three bits of priority and threshold, no source 0, and read-only pending bits', () => {
    plic.write(4 * 10, 4, 0xffff_ffff);
    plic.write(threshold(1), 4, 0xffff_ffff);
    plic.write(enable(1), 4, 0xffff_ffff);
    plic.write(0, 4, 7);
    plic.write(0x1000, 4, 0xffff_ffff);
    expect([
      plic.read(40, 4),
      plic.read(threshold(1), 4),
      plic.read(enable(1), 4),
      plic.read(0, 4),
      plic.read(0x1000, 4),
    ]).toEqual([7, 7, 0xffff_fffe, 0, 0]);
  });

  it('ignores unknown sources, contexts, and offsets between registers', () => {
    plic.setLine(0, true);
    plic.setLine(96, true);
    plic.setLine(-1, true);
    for (const offset of [enable(4), enable(1, 3), threshold(4), claim(1) + 4, 4 * 96, 0x5f_fffc, 0x1f_fffc]) {
      plic.write(offset, 4, 0xffff_ffff);
      expect(plic.read(offset, 4)).toBe(0);
    }
    expect([...context.lines.values()].some((level) => level)).toBe(false);
  });

  it('peeks at the claim register without claiming', () => {
    plic.setLine(10, true);
    expect(plic.peek(claim(1), 4)).toBe(10);
    expect(plic.read(claim(1), 4)).toBe(10);
  });

  it('declares every register at the offset where it answers', () => {
    const names = new Map(plic.registers.map((register) => [register.name, register.offset]));
    expect(names.get('priority[10]')).toBe(40);
    expect(names.get('enable[3][2]')).toBe(enable(3, 2));
    expect(names.get('claim[3]')).toBe(claim(3));
    expect(names.size).toBe(plic.registers.length);
  });
});
