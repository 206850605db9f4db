import { describe, expect, it } from 'vitest';
import { MergedExceptionBreakpoints } from '../../src/vscode/merged-exception-breakpoints';

const set = (args: object): object => ({
  type: 'request',
  seq: 1,
  command: 'setExceptionBreakpoints',
  arguments: args,
});
const options = (...ids: string[]) => ids.map((filterId) => ({ filterId }));

describe('exception filters of the Breakpoints view and picked ones', () => {
  it('are sent together, those of the Breakpoints view first', () => {
    const merged = new MergedExceptionBreakpoints(['load-page-fault']);
    const conditional = { filterId: 'traps', condition: 'cause == 5' };
    expect(merged.merge(set({ filters: ['rust-panic'], filterOptions: [conditional] }))).toEqual(
      set({ filters: ['rust-panic'], filterOptions: [conditional, ...options('load-page-fault')] }),
    );
  });

  it('are replaced list by list', () => {
    const merged = new MergedExceptionBreakpoints([]);
    merged.merge(set({ filters: [], filterOptions: options('rust-panic') }));
    expect(merged.merge(set({ worldstepPicked: ['vm-entry'] }))).toEqual(
      set({ filters: [], filterOptions: options('rust-panic', 'vm-entry') }),
    );
    expect(merged.merge(set({ filters: [], filterOptions: [] }))).toEqual(
      set({ filters: [], filterOptions: options('vm-entry') }),
    );
    expect(merged.merge(set({ worldstepPicked: [] }))).toEqual(set({ filters: [], filterOptions: [] }));
  });

  it('leave other messages as they are', () => {
    const message = { type: 'request', command: 'setBreakpoints', arguments: { breakpoints: [] } };
    expect(new MergedExceptionBreakpoints(['traps']).merge(message)).toBe(message);
  });
});
