import { describe, expect, it } from 'vitest';
import { sourcePositions } from '../../src/vscode/source-positions';

describe('source positions in console output', () => {
  it.each([
    ['panicked at src/main.rs:61:9:', [['src/main.rs', 61, 9]]],
    ['   at /worldstep/crates/axtask-0.3.0/src/task.rs:553', [['/worldstep/crates/axtask-0.3.0/src/task.rs', 553, 1]]],
    [
      'a.c:1 then b.S:22:3',
      [
        ['a.c', 1, 1],
        ['b.S', 22, 3],
      ],
    ],
    ['worker1 [64]', []],
    ['12:34:56 main.rsx:9', []],
  ])('%s', (line, expected) => {
    expect(sourcePositions(line).map((each) => [each.path, each.line, each.column])).toEqual(expected);
  });

  it('says where in the line they are', () => {
    const line = 'panicked at src/main.rs:61:9: a.rs:1';
    for (const { startIndex, length, path } of sourcePositions(line)) {
      expect(line.slice(startIndex, startIndex + length)).toMatch(new RegExp(`^${path}:`));
    }
  });
});
