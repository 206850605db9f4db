import { describe, expect, it } from 'vitest';
import { macroBuilds, markedLine, programOf } from './built-programs';

const SOURCE = 'macros/src/main.rs';

/** Calls of macros, and the line of the first instruction that each stands for. */
const CALLS: readonly [mark: string, first: RegExp][] = [
  ['write', /registers\.rs:5/],
  ['read', /registers\.rs:12/],
  ['add', /main\.rs:12/],
  ['add_again', /main\.rs:12/],
  // Its argument is read by the line itself.
  ['write_last', new RegExp(`main.rs:${markedLine(SOURCE, 'write_last')}`)],
  ['write_zero', /registers\.rs:5/],
];

describe.each(macroBuilds)('macros of the same crate in %s', (build) => {
  const program = programOf(build);
  const source = program.sources().find(({ path }) => path === `/fixture/${SOURCE}`)!;
  const stops = (mark: string) => program.addressesOf(source, markedLine(SOURCE, mark));

  it.each(CALLS)('stop before what @%s does, at the line of the call', (mark, first) => {
    const found = stops(mark);
    expect(found.map(({ line, functionName }) => `${line} ${functionName}`)).toEqual([
      `${markedLine(SOURCE, mark)} macros::main`,
    ]);
    // Optimised code may be inlined there from elsewhere: what counts is where the function itself is.
    const outermost = program.framesAt(found[0]!.address).at(-1);
    expect(`${outermost?.source?.path}:${outermost?.line}`).toMatch(first);
  });

  it('leave the lines alone that have code of their own', () => {
    const line = markedLine(SOURCE, 'assert');
    expect(stops('assert').map((stop) => [stop.line, program.lineAt(stop.address)?.line])).toEqual([[line, line]]);
  });
});
