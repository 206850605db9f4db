import { describe, expect, it } from 'vitest';
import { panicReport, render } from '../../src/debug/panic-message';
import { DrivenTarget } from '../support/debug-target';

const shown = (...template: (number | string)[]) => {
  const bytes = Uint8Array.from(template.flatMap((one) => (typeof one === 'string' ? [...Buffer.from(one)] : [one])));
  const read = (at: bigint, length: number) => {
    const part = bytes.subarray(Number(at), Number(at) + length);
    return part.length === length ? part : undefined;
  };
  return render(0n, read, (index, { width }) => `<${index}${width > 0 ? `:${width}` : ''}>`);
};

it('templates of format arguments give their text and their arguments in order', () => {
  expect(shown(6, 'index ', 0xc0, 4, ' of ', 0xc0, 0)).toBe('index <0> of <1>');
  expect(shown(0)).toBe('');
});

it('long pieces, options and argument numbers of templates are understood', () => {
  expect(shown(0x80, 3, 0, 'abc', 0)).toBe('abc');
  // flags (4 bytes), width (2), precision (2), argument number (2)
  expect(shown(0xcf, 1, 2, 3, 4, 5, 0, 6, 0, 2, 0, 0xc0, 0)).toBe('<2:5><3>');
});

it('what is not a template gives no message, and one without end throws no reader off', () => {
  expect(shown(0x90, 0)).toBeUndefined();
  expect(() => shown(5, 'ab')).toThrow(/no memory/);
});

const SOURCE = 'test/debug/fixtures/panics.rs';

/** KIND, the mark of the line that panics, and what it says. */
const MESSAGES: readonly (readonly [kind: number, mark: string, message: string])[] = [
  [0, 'plain', 'plain words'],
  [1, 'arguments', 'number 42 and text here'],
  [2, 'unwrap', 'called `Result::unwrap()` on an `Err` value: Bad {code: 2}'],
  [3, 'expect', 'must be there: NotFound'],
  [4, 'none', 'called `Option::unwrap()` on a `None` value'],
  [5, 'index', 'index out of bounds: the len is 3 but the index is 5'],
  [6, 'assert', 'assertion `left == right` failed: not equal for 6\n  left: 6\n right: 7'],
  [7, 'formats', 'hex 0xb2 00000007 0b0010 neg   -7'],
  [8, 'overflow', 'attempt to add with overflow'],
  [9, 'unreachable', 'internal error: entered unreachable code: never true'],
  [10, 'order', "'x' false x"],
  [11, 'todo', 'not yet implemented'],
  [12, 'pointer', 'at 0x80200000'],
];

describe.each(['1.85', '1.95'])('a panic of Rust %s', (rust) => {
  it.each(MESSAGES)('of kind %i at @%s says: %j', (kind, mark, message) => {
    const kernel = new DrivenTarget(`test/debug/fixtures/panics-${rust}.elf.gz`, SOURCE, SOURCE, 'kernel');
    kernel.target.values.evaluate(`KIND = ${kind}`, kernel.target.values.scope(0));
    const stop = kernel.go();
    expect(stop).toMatchObject({ kind: 'panic', symbol: 'rust_begin_unwind' });
    const report = panicReport(kernel.target, 0, 'rust_begin_unwind');
    expect(report.message).toBe(message);
    expect(report.place).toMatch(new RegExp(`^(/fixture/panics/)?panics\\.rs:${kernel.line(mark)}:\\d+$`));
  });
});
