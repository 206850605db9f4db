import { describe, expect, it } from 'vitest';
import { SymbolModule } from '../../src/symbols/module';

/** Signature, one section after another; each section is id, length, content. */
const wasm = (...sections: [id: number, ...content: number[]][]): WebAssembly.Module =>
  new WebAssembly.Module(
    new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flatMap(([id, ...c]) => [id, c.length, ...c])]),
  );

const text = (s: string): number[] => [s.length, ...new TextEncoder().encode(s)];
const func = (index: number, name: string): number[] => [...text(name), 0, index];

/**
 * A stand-in that counts, in memory, the bytes written at 16 as the answer "1", and traps when asked for `problems`.
 * Functions: input(i32)->i32 gives 16, output()->i32 gives 8, output_length()->i32 gives 1, open() stores "1" at 8.
 */
const standIn = wasm(
  [1, 3, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 0, 1, 0x7f, 0x60, 0, 0],
  [3, 6, 0, 1, 1, 2, 2, 2],
  [5, 1, 0, 1],
  [
    7,
    7,
    ...text('memory'),
    2,
    0,
    ...func(0, 'input'),
    ...func(1, 'output'),
    ...func(2, 'output_length'),
    ...func(3, 'open'),
    ...func(4, 'problems'),
    ...func(5, 'symbols'),
  ],
  [
    10, 6, 4, 0, 0x41, 16, 0x0b, 4, 0, 0x41, 8, 0x0b, 4, 0, 0x41, 1, 0x0b, 9, 0, 0x41, 8, 0x41, 0x31, 0x36, 2, 0, 0x0b,
    3, 0, 0x00, 0x0b, 2, 0, 0x0b,
  ],
);

describe('a wasm instance that crashes', () => {
  it('leaves that question unanswered, is noted, and the next question gets a new instance', () => {
    const crashes: string[] = [];
    const module = new SymbolModule(standIn, new Uint8Array([7]), (what) => crashes.push(what));
    expect(module.open()).toBe(1);
    expect(module.ask('problems')).toBeUndefined();
    expect(crashes).toHaveLength(1);
    expect(crashes[0]).toContain('unreachable');
    expect(module.ask('symbols')).toBe(1);
  });

  it('is given up after many crashes', () => {
    let crashes = 0;
    const module = new SymbolModule(standIn, new Uint8Array([7]), () => crashes++);
    for (let i = 0; i < 100; i++) module.ask('problems');
    expect(crashes).toBeLessThan(50);
    expect(module.ask('symbols')).toBeUndefined();
  });
});
