import { beforeAll, describe, expect, it } from 'vitest';
import { DebugTarget } from '../../src/debug/target';
import { type Inspection, type OpenInspector, openInspectors } from '../../src/inspect/open';
import { matchGolden, outline, tableText, visitAll } from './golden';
import { breakAt, openMessageQueue, runOn, runTo, type Session } from './message-queue';

const AFTER_PUSH = 'println!("worker1 [{message}]");';

function view(inspection: Inspection, id: string): OpenInspector {
  const found = inspection.inspectors.find((one) => one.info.id === id);
  if (found === undefined) throw new Error(`there is no inspector ${id}`);
  return found;
}

/** Runs to the fifth message, looking at the queue at each stop as its view does. */
function stopInProducer(session: Session, inspection: Inspection): void {
  const queues = view(inspection, 'queues');
  breakAt(session.target, AFTER_PUSH);
  runTo(session.target, 'msgqueue::producer');
  for (let message = 0; message < 5; message++) {
    queues.children(undefined, 0);
    runOn(session.target);
  }
}

describe('the message queue, stopped after its fifth push', () => {
  let session: Session;
  let inspection: Inspection;
  beforeAll(() => {
    session = openMessageQueue();
    inspection = openInspectors(session.target, { windows: session.windows });
    stopInProducer(session, inspection);
  });

  it('shows the queue, its slots and who wrote them', () => {
    const queues = view(inspection, 'queues');
    const tree = outline(queues, { depth: 3, hasTooltips: true }).join('\n');
    const watched = queues.watches(0).map(({ pa, length, isDecisive, isAttributed }) => {
      const marks = `${isDecisive ? ', decisive' : ''}${isAttributed ? ', attributed' : ''}`;
      return `watched: ${length} bytes at 0x${pa.toString(16)}${marks}`;
    });
    matchGolden('queues', `${tree}\n\n${tableText(queues.table(undefined, 0))}\n\n${watched.join('\n')}\n`);
  });

  it('shows every mapped range, and the tables down to the bits of an entry', () => {
    const pageTables = view(inspection, 'pageTables');
    const ranges = outline(pageTables, { depth: 2, hasTooltips: true });
    const tables = outline(pageTables, { depth: 4, width: 5 }, 'root');
    const table = tableText(pageTables.table(undefined, 0));
    matchGolden('page-tables', `${[...ranges, '', ...tables, '', table].join('\n')}\n`);
  });

  it('shows registers in groups, with fields, symbols and marks of change', () => {
    const registers = view(inspection, 'registers');
    const tree = outline(registers, { depth: 4, width: 40 }).join('\n');
    matchGolden('registers', `${tree}\n\n${tableText(registers.table('general', 0))}\n`);
  });

  it('explains addresses for each access', () => {
    const questions = [
      ['va', 0xffffffc080201342n, 'execute'],
      ['va', 0xffffffc08021c000n, 'execute'],
      ['va', 0xffffffc022000000n, 'write'],
      ['va', 0x1000n, 'read'],
      ['va', 0x4000000000n, 'read'],
      ['pa', 0x80201342n, 'read'],
      ['pa', 0x22000000n, 'read'],
      ['pa', 0x50000000n, 'read'],
    ] as const;
    const answers = questions.map(([space, address, access]) => inspection.explain(0, { space, address }, access));
    matchGolden('explain', `${answers.map((lines) => lines.join('\n')).join('\n\n')}\n`);
  });

  it('answers a search with the walk of the address, or says that it is none', () => {
    const pageTables = view(inspection, 'pageTables');
    const found = outline(pageTables, { depth: 1 }, 'find:0xffffffc08021c000');
    const fault = outline(pageTables, { depth: 1 }, 'find:0xffffffc000000000');
    const noAddress = outline(pageTables, { depth: 1 }, 'find:nonsense');
    matchGolden('find', `${[...found, '', ...fault, '', ...noAddress].join('\n')}\n`);
  });

  it('gives every row of a tree a key of its own', () => {
    for (const inspector of inspection.inspectors) {
      const keys = visitAll(inspector, 3);
      expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
    }
  });

  it('answers keys that do not exist with no rows', () => {
    for (const inspector of inspection.inspectors) {
      for (const key of [
        '',
        'x',
        'root/1/2/3/4/5',
        'root/x',
        'static:none/3',
        '@',
        'ranges@99999',
        'find:',
        'section:',
      ])
        expect(inspector.children(key, 0).length).toBeLessThan(2);
    }
  });

  it('changes nothing of the machine by looking at everything', () => {
    const before = session.machine.stateHash();
    for (const inspector of inspection.inspectors) {
      visitAll(inspector, 4);
      inspector.table(undefined, 0);
      inspector.watches(0);
    }
    inspection.explain(0, { space: 'va', address: 0xffffffc010000000n }, 'write');
    expect(session.machine.stateHash()).toBe(before);
  });
});

describe('a queue that is looked at once', () => {
  it('knows its writers ever after, even of the first slot in a buffer that did not exist then', () => {
    const { target } = openMessageQueue();
    runTo(target, 'msgqueue::producer');
    const queues = view(openInspectors(target), 'queues');
    queues.children(undefined, 0);
    breakAt(target, 'println!("worker2 [{message}]");');
    runOn(target);
    expect(queues.table(undefined, 0).rows.map((row) => row.at(-1))).toEqual([
      expect.stringMatching(/^written by msgqueue::producer at main\.rs:56, instruction [\d,]+$/),
      '',
      '',
      '',
    ]);
  });

  it('does not change how the guest runs', () => {
    const hashes = [true, false].map((isWatched) => {
      const { target, machine } = openMessageQueue();
      runTo(target, 'msgqueue::producer');
      if (isWatched) view(openInspectors(target), 'queues').children(undefined, 0);
      runOn(target);
      return [target.stop?.kind, machine.retired, machine.stateHash()];
    });
    expect(hashes[0]).toEqual(hashes[1]);
    expect(hashes[0]?.[0]).toBe('power');
  });
});

describe('a queue that wraps', () => {
  it('says where it goes on, in tree and table', () => {
    const session = openMessageQueue();
    const inspection = openInspectors(session.target);
    stopInProducer(session, inspection);
    const scope = session.target.scope(0);
    session.target.evaluate('msgqueue::MESSAGES.head = 3', scope);
    session.target.evaluate('msgqueue::MESSAGES.len = 3', scope);
    const queues = view(inspection, 'queues');
    const tree = outline(queues, { depth: 2 }).join('\n');
    matchGolden('queue-wrapped', `${tree}\n\n${tableText(queues.table(undefined, 0))}\n`);
  });
});

describe('a hart with its floating-point unit off', () => {
  it('shows no floating-point registers and says what switched them off', () => {
    const { machine, target } = openMessageQueue();
    machine.cpus[0]?.writeRegister('mstatus', 0n);
    const registers = view(openInspectors(target), 'registers');
    expect(outline(registers, { depth: 1 })[1]).toBe('- Floating point: switched off: sstatus.FS is Off');
    const { rows, summary } = registers.table(undefined, 0);
    expect(rows.some(([name]) => name?.includes('(f0)'))).toBe(false);
    expect(summary).toContain('left out: sstatus.FS is Off');
  });
});

describe('before there is anything to see', () => {
  it('says that the queue has no buffer yet', () => {
    const { target } = openMessageQueue();
    runTo(target, 'msgqueue::producer');
    const queues = view(openInspectors(target), 'queues');
    matchGolden('queue-empty', `${outline(queues, { depth: 2, hasTooltips: true }).join('\n')}\n`);
    expect(queues.table(undefined, 0).summary).toContain('has no buffer yet');
  });

  it('says that paging is off and that statics cannot be read at the first instruction', () => {
    const { target, windows } = openMessageQueue();
    const inspection = openInspectors(target, { windows });
    const pageTables = view(inspection, 'pageTables');
    expect(outline(pageTables, { depth: 2 })).toEqual([
      '- Bare: addresses are physical: hart 0 in S-mode uses no page table',
    ]);
    expect(pageTables.table(undefined, 0).rows).toEqual([]);
    expect(outline(view(inspection, 'queues'), { depth: 1 })[0]).toContain('msgqueue::MESSAGES');
    expect(inspection.explain(0, { space: 'va', address: 0x10000000n }, 'read')).toContain('→ pa 0x10000000 (uart0)');
  });

  it('says that there are no symbols when there are none', () => {
    const { machine } = openMessageQueue();
    const queues = view(openInspectors(new DebugTarget(machine, [])), 'queues');
    expect(outline(queues, { depth: 1 })).toEqual([
      '- No VecDeque found: the machine has no symbols. Name the kernel\'s ELF file under "images" in launch.json.',
    ]);
    expect(queues.table(undefined, 0).summary).toContain('no symbols');
  });
});
