import { describe, expect, it } from 'vitest';
import { MergedDataBreakpoints } from '../../src/vscode/data-breakpoints';

const set = (ids: string[], own?: boolean): object => ({
  type: 'request',
  seq: 1,
  command: 'setDataBreakpoints',
  arguments: { breakpoints: ids.map((dataId) => ({ dataId })), ...(own && { worldstepOwn: true }) },
});

const idsOf = (message: object): string[] =>
  (message as { arguments: { breakpoints: { dataId: string }[] } }).arguments.breakpoints.map(({ dataId }) => dataId);

describe('data breakpoints of the Breakpoints view and of our views', () => {
  it('are sent together, those of the Breakpoints view first', () => {
    const merged = new MergedDataBreakpoints();
    expect(idsOf(merged.merge(set(['ours'], true)))).toEqual(['ours']);
    expect(idsOf(merged.merge(set(['a', 'b'])))).toEqual(['a', 'b', 'ours']);
  });

  it('are replaced list by list', () => {
    const merged = new MergedDataBreakpoints();
    merged.merge(set(['a']));
    merged.merge(set(['ours'], true));
    expect(idsOf(merged.merge(set([])))).toEqual(['ours']);
    expect(idsOf(merged.merge(set([], true)))).toEqual([]);
  });

  it('leave other messages as they are', () => {
    const message = { type: 'request', command: 'setBreakpoints', arguments: { breakpoints: [] } };
    expect(new MergedDataBreakpoints().merge(message)).toBe(message);
  });
});
