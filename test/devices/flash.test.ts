import { beforeEach, describe, expect, it } from 'vitest';
import { Cfi01 } from '../../src/devices/flash/cfi01';
import { SifiveTest } from '../../src/devices/power/sifive-test';
import { FakeContext } from './fake-context';

const MIB = 1 << 20;
const BLOCK = 0x4_0000;

describe('cfi01 flash', () => {
  let flash: Cfi01;
  const both = (command: number): number => (command | (command << 16)) >>> 0;
  const command = (at: number, ...commands: number[]): void => {
    for (const value of commands) flash.write(at, 4, both(value));
  };

  beforeEach(() => {
    const image = new TextEncoder().encode('PFLA and more');
    flash = new Cfi01('flash1', new FakeContext(), { size: 32 * MIB, blockSize: BLOCK, image });
  });

  it('reads zeros everywhere while it has no image, and can be erased', () => {
    const empty = new Cfi01('flash0', new FakeContext(), { size: 32 * MIB, blockSize: BLOCK });
    expect([empty.read(0, 4), empty.read(BLOCK + 2, 2), [...empty.bytes(5, 3)]]).toEqual([0, 0, [0, 0, 0]]);
    empty.write(0, 4, 0x20_0020);
    empty.write(0, 4, 0xd0_00d0);
    empty.write(0, 4, 0xff_00ff);
    expect([empty.read(0, 4), empty.read(BLOCK, 4)]).toEqual([0xffff_ffff, 0]);
  });

  it('reads its image, then 0xff, at every width', () => {
    expect(flash.isArrayMode).toBe(true);
    expect(flash.read(0, 4)).toBe(0x414c_4650);
    expect([flash.read(1, 1), flash.read(2, 2)]).toEqual([0x46, 0x414c]);
    expect([flash.read(12, 4), flash.read(16, 4), flash.read(32 * MIB - 4, 4)]).toEqual([
      0xffff_ff65, 0xffff_ffff, 0xffff_ffff,
    ]);
    expect(new TextDecoder().decode(flash.bytes(0, 4))).toBe('PFLA');
  });

  it('answers the CFI query on both chips', () => {
    command(0x55 * 4, 0x98);
    expect(flash.isArrayMode).toBe(false);
    const entry = (index: number): number => flash.read(4 * index, 4);
    expect([0x10, 0x11, 0x12].map(entry)).toEqual([0x0051_0051, 0x0052_0052, 0x0059_0059]);
    expect(entry(0x13) & 0xff).toBe(1);
    expect(2 ** (entry(0x27) & 0xff)).toBe(16 * MIB);
    const blocks = ((entry(0x2d) & 0xff) | ((entry(0x2e) & 0xff) << 8)) + 1;
    const blockBytes = 256 * ((entry(0x2f) & 0xff) | ((entry(0x30) & 0xff) << 8));
    expect([blocks, blockBytes]).toEqual([128, BLOCK / 2]);
    expect([0x31, 0x32, 0x33].map((index) => String.fromCharCode(flash.read(4 * index, 1))).join('')).toBe('PRI');
    expect([flash.read(4 * 0x10, 2), flash.read(4 * 0x10 + 2, 2), flash.read(4 * 0x10 + 1, 1)]).toEqual([
      0x51, 0x51, 0,
    ]);
    command(0, 0xff);
    expect(flash.read(0, 4)).toBe(0x414c_4650);
  });

  it('identifies itself and tells which blocks are locked', () => {
    command(BLOCK, 0x60, 0x01, 0x90);
    expect([0, 4, 8, BLOCK + 8].map((at) => flash.read(at, 4))).toEqual([0x0089_0089, 0x0018_0018, 0, 0x0001_0001]);
    command(BLOCK, 0x60, 0xd0, 0x90);
    expect(flash.read(BLOCK + 8, 4)).toBe(0);
  });

  it('programs a word by clearing bits only', () => {
    command(0x100, 0x40);
    flash.write(0x100, 4, 0x1234_5678);
    expect(flash.read(0x100, 4)).toBe(0x0080_0080);
    command(0x100, 0x40);
    flash.write(0x100, 4, 0xffff_00ff);
    command(0, 0xff);
    expect(flash.read(0x100, 4)).toBe(0x1234_0078);
  });

  it('programs through the write buffer and leaves the array untouched until confirmed', () => {
    command(0x200, 0xe8);
    expect(flash.read(0x200, 4)).toBe(0x0080_0080);
    flash.write(0x200, 4, both(3));
    for (let word = 0; word < 4; word++) flash.write(0x200 + 4 * word, 4, 0x1111_1111 * (word + 1));
    expect(flash.bytes(0x200, 4)).toEqual(new Uint8Array(4).fill(0xff));
    command(0x200, 0xd0);
    expect(flash.read(0, 4)).toBe(0x0080_0080);
    command(0, 0xff);
    expect([0, 4, 8, 12].map((at) => flash.read(0x200 + at, 4))).toEqual([
      0x1111_1111, 0x2222_2222, 0x3333_3333, 0x4444_4444,
    ]);
  });

  it('programs the block of the buffer wherever it is confirmed, as EDK2 does at the start of the bank', () => {
    command(2 * BLOCK, 0xe8);
    flash.write(2 * BLOCK, 4, 0);
    flash.write(2 * BLOCK, 4, 0x1122_3344);
    command(0, 0xd0);
    expect(flash.read(0, 4)).toBe(0x0080_0080);
    command(0, 0xff);
    expect(flash.read(2 * BLOCK, 4)).toBe(0x1122_3344);
  });

  it('reports a command sequence error when a buffered write is not confirmed or too long', () => {
    command(0, 0xe8);
    flash.write(0, 4, 0);
    flash.write(0, 4, 0);
    command(0, 0xaa);
    expect(flash.read(0, 4) & 0xff).toBe(0xb0);
    command(0, 0x50, 0xe8);
    flash.write(0, 4, both(0xffff));
    expect(flash.read(0, 4) & 0xff).toBe(0xb0);
    command(0, 0x50, 0x70);
    expect(flash.read(0, 4) & 0xff).toBe(0x80);
    command(0, 0xff);
    expect(flash.read(0, 4)).toBe(0x414c_4650);
  });

  it('erases one 256 KiB block at the confirm cycle and nothing else', () => {
    flash.write(BLOCK, 4, 0x40);
    flash.write(BLOCK, 4, 0);
    command(0, 0x20);
    expect(flash.bytes(0, 1)[0]).toBe(0x50);
    command(0, 0xd0);
    expect(flash.read(0, 4)).toBe(0x0080_0080);
    command(0, 0xff);
    expect([flash.read(0, 4), flash.read(BLOCK, 4)]).toEqual([0xffff_ffff, 0]);
    command(BLOCK, 0x20, 0x33);
    expect(flash.read(0, 4) & 0xff).toBe(0xb0);
    expect(flash.bytes(BLOCK, 4)).toEqual(new Uint8Array(4));
  });

  it('refuses to change a locked block and says so in the status', () => {
    command(0, 0x60, 0x01, 0x20, 0xd0);
    expect(flash.read(0, 4) & 0xff).toBe(0xa2);
    command(0, 0x50, 0x40);
    flash.write(0, 4, 0);
    expect(flash.read(0, 4) & 0xff).toBe(0x92);
    command(0, 0xff);
    expect(flash.read(0, 4)).toBe(0x414c_4650);
  });

  it('keeps only changed blocks as state, and contents over a reset', () => {
    command(5 * BLOCK, 0x40);
    flash.write(5 * BLOCK, 4, 0);
    expect(Object.keys(flash.state.blocks)).toEqual(['5']);
    flash.reset();
    expect([flash.isArrayMode, flash.read(5 * BLOCK, 4)]).toEqual([true, 0]);
    expect(flash.bytes(5 * BLOCK - 2, 8)).toEqual(Uint8Array.of(0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff));
  });

  it('never throws, whatever is written where', () => {
    let seed = 0x1234_5678;
    const random = (): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return seed;
    };
    for (let round = 0; round < 20_000; round++) {
      const at = (random() % (32 * MIB)) & ~3;
      flash.write(at % (4 * BLOCK), 4, random() >>> 3);
      expect(flash.read(at, 4)).toBeGreaterThanOrEqual(0);
    }
  });
});

describe('sifive test finisher', () => {
  it.each([
    [0x5555, { kind: 'off', code: 0 }],
    [0x3333 | (42 << 16), { kind: 'fail', code: 42 }],
    [0x7777, { kind: 'reset', code: 0 }],
  ] as const)('turns a write of %i into a power event', (value, event) => {
    const context = new FakeContext();
    new SifiveTest('test0', context).write(0, 4, value);
    expect(context.powers).toEqual([event]);
  });

  it('ignores other values and other offsets', () => {
    const context = new FakeContext();
    const test = new SifiveTest('test0', context);
    test.write(0, 4, 0x1234);
    test.write(4, 4, 0x5555);
    expect([context.powers.length, test.read()]).toEqual([0, 0]);
  });
});
