import { describe, expect, it } from 'vitest';
import type { PowerEvent } from '../../src/devices/device';
import { type SemihostingHost, semihosting } from '../../src/machine/firmware/semihosting/semihosting';

const SIZE = 0x1000;
const FAILED = 0xffff_ffff_ffff_ffffn;

/** 4 KiB of memory at 0 and a console; a call with a block puts its words at 0x100. */
const bench = (typed = '') => {
  const memory = new Uint8Array(SIZE);
  const printed: number[] = [];
  const events: PowerEvent[] = [];
  const waiting = [...new TextEncoder().encode(typed)];
  const fits = (at: bigint, length: number): boolean => at + BigInt(length) <= BigInt(SIZE);
  const host: SemihostingHost = {
    read: (at, length) => (fits(at, length) ? memory.slice(Number(at), Number(at) + length) : undefined),
    write: (at, bytes) => {
      if (!fits(at, bytes.length)) return false;
      memory.set(bytes, Number(at));
      return true;
    },
    output: (bytes) => printed.push(...bytes),
    receive: (limit) => Uint8Array.from(waiting.splice(0, limit)),
    power: (event) => events.push(event),
    now: () => 2_500_000_000n,
    commandLine: 'kernel one=1',
    ram: { base: 0x4000_0000n, end: 0x4800_0000n },
  };
  const put = (at: number, text: string): void => memory.set(new TextEncoder().encode(text), at);
  const call = (operation: number, ...block: bigint[]): bigint | undefined => {
    memory.set(new Uint8Array(BigUint64Array.from(block).buffer), 0x100);
    return semihosting(host, operation, 0x100n);
  };
  const word = (at: number): bigint => new DataView(memory.buffer).getBigUint64(at, true);
  return { host, call, put, word, events, text: () => new TextDecoder().decode(Uint8Array.from(printed)), memory };
};

describe('semihosting', () => {
  it('opens the console and nothing else', () => {
    const { call, put } = bench();
    put(0x200, ':tt');
    put(0x300, '/etc/passwd');
    expect(call(0x01, 0x200n, 4n, 3n)).toBe(1n);
    expect(call(0x01, 0x300n, 0n, 11n)).toBe(FAILED);
    expect(call(0x09, 1n)).toBe(1n);
    expect(call(0x09, 7n)).toBe(0n);
    expect(call(0x08, FAILED)).toBe(1n);
  });

  it('writes a character, a text that ends with 0, and bytes; says how many were not written', () => {
    const { host, call, put, text } = bench();
    put(0x200, 'A');
    semihosting(host, 0x03, 0x200n);
    put(0x210, 'hello\0more');
    semihosting(host, 0x04, 0x210n);
    put(0x220, 'bytes');
    expect(call(0x05, 1n, 0x220n, 5n)).toBe(0n);
    expect(text()).toBe('Ahellobytes');
    expect(call(0x05, 1n, 0xfffn, 5n)).toBe(5n);
    expect(call(0x05, 9n, 0x220n, 5n)).toBe(5n);
  });

  it('reads what was typed', () => {
    const { call, host, memory } = bench('xyz');
    expect(call(0x06, 1n, 0x400n, 2n)).toBe(0n);
    expect([...memory.slice(0x400, 0x402)]).toEqual([0x78, 0x79]);
    expect(semihosting(host, 0x07, 0n)).toBe(0x7an);
    expect(call(0x06, 1n, 0x400n, 2n)).toBe(2n);
  });

  it.each([
    ['ends well', [0x20026n, 0n], { kind: 'off', code: 0 }],
    ['ends with its code', [0x20026n, 3n], { kind: 'fail', code: 3 }],
    ['ends for another reason', [0x20023n, 0n], { kind: 'fail', code: 1 }],
  ] as const)('a program %s', (_, block, event) => {
    const { call, events } = bench();
    expect(call(0x18, ...block)).toBeUndefined();
    expect(events).toEqual([event]);
  });

  it('knows the time since reset, in hundredths, in seconds since 1970 and in ticks', () => {
    const { host, call, word } = bench();
    expect(semihosting(host, 0x10, 0n)).toBe(250n);
    expect(semihosting(host, 0x11, 0n)).toBe(1_735_689_602n);
    expect(call(0x30, 0n)).toBe(0n);
    expect(word(0x100)).toBe(2_500_000_000n);
    expect(semihosting(host, 0x31, 0n)).toBe(1_000_000_000n);
  });

  it('gives the command line where there is room for it', () => {
    const { call, word, memory } = bench();
    expect(call(0x15, 0x500n, 64n)).toBe(0n);
    expect(word(0x108)).toBe(12n);
    expect(new TextDecoder().decode(memory.slice(0x500, 0x50d))).toBe('kernel one=1\0');
    expect(call(0x15, 0x500n, 4n)).toBe(FAILED);
  });

  it('gives a heap and a stack inside RAM', () => {
    const { call, word } = bench();
    call(0x16, 0x600n);
    expect([0, 8, 16, 24].map((at) => word(0x600 + at))).toEqual([
      0x4400_0000n,
      0x4600_0000n,
      0x4800_0000n,
      0x4600_0000n,
    ]);
  });

  it('refuses what it does not know, and a block that cannot be read asks for nothing', () => {
    const { host } = bench();
    expect(semihosting(host, 0x12, 0n)).toBe(FAILED);
    expect(semihosting(host, 0x7fff, 0n)).toBe(FAILED);
    expect(semihosting(host, 0x05, FAILED - 100n)).toBe(0n);
  });
});
