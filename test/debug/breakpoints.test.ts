import { describe, expect, it } from 'vitest';
import { parseHitCondition, parseLogMessage } from '../../src/debug/conditions';
import { dataIdOf } from '../../src/debug/data-breakpoints';
import { trapsKernel } from '../support/debug-target';

describe('breakpoints', () => {
  it('set before paging is on hit in code that runs at physical addresses', () => {
    const kernel = trapsKernel();
    const [breakpoint] = kernel.breakAt('identity');
    expect(kernel.go()).toMatchObject({ kind: 'breakpoint', ids: [breakpoint?.id] });
    expect(kernel.place()).toBe('enable_paging:@identity');
    expect(kernel.target.cpu(0).pc).toBeLessThan(0x1_0000_0000n);
  });

  it('set before paging is on hit after it is on', () => {
    const kernel = trapsKernel();
    kernel.breakAt('main');
    kernel.go();
    expect(kernel.place()).toBe('kernel_main:@main');
    expect(kernel.target.cpu(0).pc).toBeGreaterThan(0xffffffc000000000n);
  });

  it('leave guest memory as it is', () => {
    const kernel = trapsKernel();
    const before = kernel.target.machine.stateHash();
    kernel.breakAt('main', 'fault', 'twice');
    expect(kernel.target.machine.stateHash()).toBe(before);
  });

  it('on a line without code slide to the next one with code', () => {
    const kernel = trapsKernel();
    const [breakpoint] = kernel.target.breakpoints.setSource(kernel.sourcePath, [{ line: kernel.line('twice') - 1 }]);
    expect(breakpoint?.places.length).toBe(1);
    expect(breakpoint?.line).toBeGreaterThanOrEqual(kernel.line('twice') - 1);
  });

  it('find their file by another spelling of its path', () => {
    const kernel = trapsKernel();
    const line = kernel.line('main');
    for (const path of [
      '/home/me/traps/traps.c',
      'file:///home/me/traps/traps.c',
      'vscode-vfs://x/traps%2Ftraps.c',
      'C:\\src\\traps.c',
    ]) {
      expect(kernel.target.breakpoints.setSource(path, [{ line }])[0]?.places.length, path).toBe(1);
    }
  });

  it('that cannot be bound say why', () => {
    const kernel = trapsKernel();
    const why = (path: string, line: number) => kernel.target.breakpoints.setSource(path, [{ line }])[0]?.message;
    expect(why('/somewhere/other.c', 3)).toMatch(/^No loaded image was built from other\.c\. Check that/);
    expect(why(kernel.sourcePath, 5000)).toMatch(/^Line 5000 has no code/);
    expect(kernel.target.breakpoints.setFunctions([{ name: 'nothing' }])[0]?.message).toMatch(
      /^No function matches "nothing"\./,
    );
    expect(kernel.target.breakpoints.setFunctions([{ name: 'twice', hitCondition: 'often' }])[0]?.message).toMatch(
      /Hit condition/,
    );
  });

  it('on functions, patterns and addresses stop at their bodies', () => {
    const kernel = trapsKernel();
    kernel.target.breakpoints.setFunctions([{ name: 'tou*' }]);
    kernel.go();
    expect(kernel.place()).toMatch(/^touch:/);
    const at = kernel.target.functionPlaces('busy')[0];
    kernel.target.breakpoints.setFunctions([{ name: `0x${at?.va.toString(16)}` }]);
    kernel.go();
    expect(kernel.place()).toMatch(/^busy:/);
  });

  it('on instructions stop there by virtual or physical address', () => {
    const kernel = trapsKernel();
    const [at] = kernel.target.functionPlaces('busy');
    if (at?.pa === undefined) throw new Error('no place');
    kernel.target.breakpoints.setInstructions([{ address: at.va }]);
    expect(kernel.go()).toMatchObject({ kind: 'breakpoint', type: 'instruction' });
    expect(kernel.target.cpu(0).pc).toBe(at.va);
  });

  it('with a condition stop only where it holds', () => {
    const kernel = trapsKernel();
    kernel.breakAt({ name: 'twice', condition: 'value == 31' });
    kernel.go();
    expect(kernel.value('value')).toBe('31');
  });

  it('with a broken condition stop and say so', () => {
    const kernel = trapsKernel();
    kernel.breakAt({ name: 'twice', condition: 'valu == 31' });
    expect(kernel.go()).toMatchObject({
      kind: 'breakpoint',
      problem: expect.stringMatching(/could not be evaluated: Nothing is called "valu"/),
    });
  });

  it('with a hit condition count', () => {
    const kernel = trapsKernel();
    kernel.breakAt({ name: 'twice', hitCondition: '% 10' });
    kernel.go();
    expect(kernel.value('value')).toBe('8');
    kernel.go();
    expect(kernel.value('value')).toBe('18');
  });

  it('with a log message print and do not stop', () => {
    const kernel = trapsKernel();
    kernel.breakAt({ name: 'twice', logMessage: 'value {value,x} of {nothing}', condition: 'value > 47' }, 'done');
    kernel.go();
    expect(kernel.place()).toBe('kernel_main:@done');
    expect(kernel.log).toEqual(['value 0x30 of ', 'value 0x31 of '].map((line) => expect.stringContaining(line)));
  });
});

describe('data breakpoints', () => {
  it('stop behind the store that changes a variable, with the old and the new value', () => {
    const kernel = trapsKernel();
    kernel.breakAt('main');
    kernel.go();
    const address = kernel.target.values.addressOf('&faults', kernel.target.values.scope(0));
    const [breakpoint] = kernel.target.data.set(kernel.target.cpu(0), [
      { dataId: dataIdOf({ space: 'va', address }, 8, 'faults'), access: 'write' },
    ]);
    expect(breakpoint?.message).toBeUndefined();
    expect(kernel.go()).toMatchObject({
      kind: 'data',
      ids: [breakpoint?.id],
      text: expect.stringMatching(/^faults: 0x0 → 0x1, by the instruction at 0xffffffc0/),
    });
    expect(kernel.value('faults')).toBe('1');
    expect(kernel.place()).toMatch(/^handle_trap/);
  });

  it('take conditions and hit counts', () => {
    const kernel = trapsKernel();
    kernel.breakAt('main');
    kernel.go();
    kernel.breakAt();
    const address = kernel.target.values.addressOf('&ticks', kernel.target.values.scope(0));
    const dataId = dataIdOf({ space: 'va', address }, 8, 'ticks');
    kernel.target.data.set(kernel.target.cpu(0), [
      { dataId, access: 'write', condition: 'ticks >= 3', hitCondition: '2' },
    ]);
    expect(kernel.go().kind).toBe('data');
    expect(kernel.value('ticks')).toBe('4');
  });

  it('on memory that is not mapped say so', () => {
    const kernel = trapsKernel();
    kernel.breakAt('main');
    kernel.go();
    const dataId = dataIdOf({ space: 'va', address: 0x1000n }, 8, 'x');
    expect(kernel.target.data.set(kernel.target.cpu(0), [{ dataId, access: 'write' }])[0]?.message).toMatch(
      /^x is not mapped now: .*\. Set it again when it is\.$/,
    );
    expect(kernel.target.data.set(kernel.target.cpu(0), [{ dataId: 'junk', access: 'read' }])[0]?.message).toMatch(
      /not a data id/,
    );
  });
});

describe('trap filters', () => {
  it('stop at the handler with the interrupted code in the stack', () => {
    const kernel = trapsKernel();
    kernel.target.setExceptionFilters([{ id: 'group:page-fault' }]);
    expect(kernel.go()).toMatchObject({ kind: 'trap', event: { cause: 13, tval: 0x1000n } });
    expect(kernel.stack()).toEqual([
      'trap_vector',
      expect.stringMatching(/^\[── trap: Load page fault, S → S, at 0x/),
      'touch',
      'kernel_main',
      '_start+0x20',
    ]);
  });

  it('take conditions over the trap', () => {
    const kernel = trapsKernel();
    expect(
      kernel.target.setExceptionFilters([
        { id: 'load-page-fault', condition: 'tval == 0x2000' },
        { id: 'group:breakpoint', condition: 'mode == "S" && cause == 3' },
      ]),
    ).toEqual([undefined, undefined]);
    expect(kernel.go()).toMatchObject({ kind: 'trap', event: { cause: 3 } });
  });

  it('stop when a Rust panic begins, by default', () => {
    expect(trapsKernel().go()).toMatchObject({ kind: 'panic', symbol: 'rust_panic' });
  });

  it('refuse what they do not know', () => {
    const kernel = trapsKernel();
    expect(kernel.target.setExceptionFilters([{ id: 'nothing' }])).toEqual([
      expect.stringMatching(/no exception filter "nothing"/),
    ]);
    expect(kernel.go()).toMatchObject({ kind: 'power', event: { kind: 'off' } });
  });
});

describe('hit conditions', () => {
  it.each([
    ['3', [3, 4, 5]],
    ['== 3', [3]],
    ['>= 4', [4, 5]],
    ['> 4', [5]],
    ['< 2', [1]],
    ['<= 2', [1, 2]],
    ['%2', [2, 4]],
  ])('%s holds at hits %j of five', (text, hits) => {
    const test = parseHitCondition(text);
    if (typeof test === 'string') throw new Error(test);
    expect([1, 2, 3, 4, 5].filter(test)).toEqual(hits);
  });
  it.each(['', 'x', '% 0', '-1', '1 2'])('"%s" is refused', (text) => {
    expect(typeof parseHitCondition(text)).toBe('string');
  });
});

describe('log messages', () => {
  it.each([
    ['plain', [{ text: 'plain' }]],
    ['a {b} c', [{ text: 'a ' }, { expression: 'b' }, { text: ' c' }]],
    ['{a}{b}', [{ expression: 'a' }, { expression: 'b' }]],
    ['\\{a\\}', [{ text: '{a}' }]],
    ['{x::{closure#0}::y}', [{ expression: 'x::{closure#0}::y' }]],
    ['open {a', [{ text: 'open {a' }]],
  ])('%s', (message, parts) => {
    expect(parseLogMessage(message)).toEqual(parts);
  });
});
