import { beforeAll, describe, expect, it } from 'vitest';
import { type Inspection, type OpenInspector, openInspectors } from '../../src/inspect/open';
import { BundledTarget } from '../support/bundled-target';
import { matchGolden, outline, tableText, visitAll } from './golden';
import { stateHashKept, windowsOf } from './machine-of';

interface Opened {
  readonly kernel: BundledTarget;
  readonly inspection: Inspection;
  readonly view: OpenInspector;
}

async function open(name: string): Promise<Opened> {
  const kernel = await BundledTarget.open(name);
  const inspection = openInspectors(kernel.target, { windows: windowsOf(kernel.target.machine) });
  const view = inspection.inspectors.find(({ info }) => info.id === 'pageTables');
  if (view === undefined) throw new Error('no Page Tables view');
  return { kernel, inspection, view };
}

/** The rows of one parent as text. */
const rows = ({ view }: Opened, key?: string): string[] => outline(view, { depth: 1 }, key);
const differences = (opened: Opened): string[] => rows(opened).filter((row) => / Since /.test(row));

describe('page tables of a program whose stack is mapped when it is touched', () => {
  let opened: Opened;
  const fault = 'aspace.map_linear(page, frame, PAGE_SIZE_4K, FLAGS);';

  beforeAll(async () => {
    opened = await open('lazymapping');
    const { kernel, inspection, view } = opened;
    kernel.goTo('payload/origin/src/main.rs', 'let mut last = 0u64;');
    inspection.bookmarkTables(0, 'in the program');
    view.children(undefined, 0);
    kernel.goTo('src/stack.rs', fault);
    view.children(undefined, 0);
  });

  it('have no difference while the fault is only taken', () => {
    expect(differences(opened)).toEqual([
      expect.stringMatching(/^- Since the previous stop: no difference: instruction [\d,]+ → [\d,]+$/),
      expect.stringMatching(/^- Since bookmark "in the program": no difference: instruction [\d,]+ → [\d,]+$/),
    ]);
  });

  it('have the page that the handler has mapped, and say so since the previous stop and since the bookmark', () => {
    const { kernel, view } = opened;
    kernel.step('over');
    const text = [
      ...differences(opened),
      '',
      ...outline(view, { depth: 2, hasTooltips: true }, 'diff:stop'),
      '',
      tableText(view.table('diff:stop', 0)),
      tableText(view.table('diff:in%20the%20program', 0)),
    ];
    matchGolden('page-table-difference', `${text.join('\n')}\n`);
  });

  it('are explained below the difference down to the bits of the new entry', () => {
    const keys = visitAll(opened.view, 4, 'diff:stop');
    expect(keys.some((key) => /range:0x[0-9a-f]+\/\d+#V$/.test(key))).toBe(true);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('are no other after a stop at which nothing was stored in them', () => {
    opened.kernel.step('over');
    expect(differences(opened)[0]).toMatch(/Since the previous stop: no difference/);
    expect(differences(opened)[1]).toMatch(/Since bookmark "in the program": 1 range added/);
  });
});

describe('roots of a hypervisor with a guest', () => {
  let opened: Opened;

  beforeAll(async () => {
    opened = await open('guestmonolithickernel');
    opened.kernel.goTo('payload/app/src/main.rs', 'arch::exit(code)');
  });

  it('are known with who set them, whose they are, and what they map', () => {
    const { view } = opened;
    const second = outline(view, { depth: 1 }, 'second!');
    const text = [...rows(opened, 'roots'), '', tableText(view.table('roots', 0)), '', ...second, '', ...rows(opened)];
    matchGolden('roots', `${text.join('\n')}\n`);
  });

  it('lead to the bits of entries in both stages, all by keys of their own', () => {
    const { view } = opened;
    const keys = view.children('roots', 0).flatMap(({ key }) => visitAll(view, 3, key));
    expect(keys).toContain('r3!root/2/1');
    expect(keys).toContain('r6!root/0/0');
    expect(new Set(keys).size).toBe(keys.length);
    expect(view.children('r6!root/0/0/1', 0).map(({ label }) => label)).toContain('PPN [53:10]');
    expect(view.children('r99!root', 0)).toEqual([]);
  });

  it('are searched for an address of any world, or for what a range holds', () => {
    const { view } = opened;
    const found = (text: string) => view.children(`find:${encodeURIComponent(text)}`, 0).map(({ label }) => label);
    expect(found('0xffffffc080200000 write in hypervisor')[0]).toBe('write 0xffffffc080200000 in kernel (S), hart 0');
    expect(found('gpa:0x10000000')[0]).toBe('read of guest physical 0x10000000 by guest user (VU), hart 0');
    expect(found('PLIC0')).toEqual(['0xffffffc00c201000 – 0xffffffc00c201fff']);
    expect(found('two words')).toEqual([
      expect.stringContaining('"two words" is no address, and no range has that text.'),
    ]);
    expect(found('0x1000 in nowhere')).toEqual([expect.stringContaining('"nowhere" is no world.')]);
  });

  it('are looked at without changing the machine', () => {
    const { kernel, inspection, view } = opened;
    stateHashKept(kernel.target.machine, () => {
      inspection.bookmarkTables(0, 'here');
      visitAll(view, 3);
      view.table(undefined, 0);
    });
  });
});
