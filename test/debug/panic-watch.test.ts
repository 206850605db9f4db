import { describe, expect, it } from 'vitest';
import { PanicWatch } from '../../src/debug/panic-watch';
import { panicTest } from '../../src/entry/panic-hints';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a panic on the console', () => {
  const watch = (...pieces: string[]): string | undefined => {
    const panic = new PanicWatch(panicTest(['panicked at', 'Oops']));
    for (const piece of pieces) panic.add(bytes(piece));
    return panic.found;
  };
  it.each([
    [['all is well\n'], undefined],
    [['thread panicked at src/main.rs:3\r\nmore\n'], 'thread panicked at src/main.rs:3'],
    [['a\nthread pani', 'cked a', 't here', '\n'], 'thread panicked at here'],
    [['Oops, no line end'], 'Oops, no line end'],
    [['thread panicked at a.rs:1:2:\nno disk\nmore\n'], 'thread panicked at a.rs:1:2: no disk'],
    [['\x1b[31mpanicked at a.rs:1:2:\x1b[m\nno \x1b[1mdisk\x1b[m\n'], 'panicked at a.rs:1:2: no disk'],
    [['panicked\nat\n'], undefined],
    [['Oops 1\nOops 2\n'], 'Oops 1'],
    [[`${'x'.repeat(10_000)}Oops\n`], `${'x'.repeat(10_000)}Oops`.slice(-4095)],
  ])('in %j is %j', (pieces, expected) => {
    expect(watch(...pieces)).toBe(expected);
  });

  it.each([
    ['panicked at a.rs:1:2: no', true],
    ['[kernel] Panicked at src/main.rs:3 no', true],
    ['[  0.1] Kernel panic - not syncing: no init', true],
    ['panic: could not find virtio disk', true],
    ['no panic: all is well', false],
  ])('is told by the words of Rust, Linux and xv6: %s', (line, isPanic) => {
    expect(panicTest()(line)).toBe(isPanic);
  });
});
