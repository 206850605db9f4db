/** Page tables of an instruction set whose addresses have a root for each half. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Inspection, type OpenInspector, openInspectors } from '../../src/inspect/open';
import { BundledTarget } from '../support/bundled-target';
import { matchGolden, outline, tableText } from './golden';
import { stateHashKept, windowsOf } from './machine-of';

describe('page tables with a root for each half of the addresses', () => {
  let kernel: BundledTarget;
  let inspection: Inspection;
  let view: OpenInspector;
  const rows = (key?: string): string[] => outline(view, { depth: 1 }, key);

  beforeAll(async () => {
    kernel = await BundledTarget.open('lazymapping', { arch: 'loongarch64' });
    inspection = openInspectors(kernel.target, { windows: windowsOf(kernel.target.machine) });
    const found = inspection.inspectors.find(({ info }) => info.id === 'pageTables');
    if (found === undefined) throw new Error('no Page Tables view');
    view = found;
    kernel.goTo('payload/origin/src/main.rs', 'let mut last = 0u64;');
    view.children(undefined, 0);
    kernel.goTo('src/stack.rs', 'aspace.map_linear(page, frame, PAGE_SIZE_4K, FLAGS);');
    view.children(undefined, 0);
    kernel.step('over');
  });

  it('show both roots, what they map, the history of each, and the page that was mapped since the last stop', () => {
    stateHashKept(kernel.target.machine, () => {
      const text = [
        ...rows(),
        '',
        ...outline(view, { depth: 2, hasTooltips: true }, 'roots').slice(0, 60),
        '',
        ...rows('diff:stop'),
        '',
        tableText(view.table('roots', 0)),
        tableText(view.table(undefined, 0)).split('\n').slice(0, 6).join('\n'),
      ];
      matchGolden('page-tables-loongarch64', `${text.join('\n')}\n`);
    });
  });

  it('open from each root to entries of its own half, down to their bits', () => {
    const [lower] = view.children('root', 0);
    const [upper] = view.children('root2', 0);
    expect(lower?.label).toMatch(/^\[\d+\] 0x[0-9a-f]{1,12}$/);
    expect(upper?.label).toMatch(/^\[\d+\] 0xffff/);
    expect(view.children(upper?.key, 0).length).toBeGreaterThan(0);
    expect(view.children('root3', 0)).toEqual([]);
  });
});
