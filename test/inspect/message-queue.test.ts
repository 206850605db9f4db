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
    const scope = session.target.values.scope(0);
    session.target.values.evaluate('msgqueue::MESSAGES.head = 3', scope);
    session.target.values.evaluate('msgqueue::MESSAGES.len = 3', scope);
    const queues = view(inspection, 'queues');
    const tree = outline(queues, { depth: 2 }).join('\n');
    matchGolden('queue-wrapped', `${tree}\n\n${tableText(queues.table(undefined, 0))}\n`);
  });
});

describe('a queue that is not as it should be', () => {
  it('is listed in pieces when it has many slots', () => {
    const { target, machine } = openMessageQueue();
    const inspection = openInspectors(target);
    const queues = view(inspection, 'queues');
    breakAt(target, AFTER_PUSH);
    runOn(target);
    setCapacity(machine, queues, 1000n);
    target.values.evaluate('msgqueue::MESSAGES.len = 1000', target.values.scope(0));
    target.forget();
    const rows = queues.children('static:msgqueue::MESSAGES', 0);
    expect(rows.slice(-3).map(({ label, description }) => `${label} ${description}`)).toEqual([
      'more: 257 to 512 of 1,000 slots',
      'more: 513 to 768 of 1,000 slots',
      'more: 769 to 1,000 of 1,000 slots',
    ]);
    expect(rows[3]).toMatchObject({ label: 'tail', description: 'full' });
    const last = queues.children(rows.at(-1)?.key, 0);
    expect([last.length, last[0]?.label, last.at(-1)?.label]).toEqual([232, '[768]', '[999]']);
    expect(queues.table(undefined, 0).rows).toHaveLength(1000);
  });

  it('is named with the reason when it makes no sense', () => {
    const { target } = openMessageQueue();
    breakAt(target, AFTER_PUSH);
    runOn(target);
    target.values.evaluate('msgqueue::MESSAGES.len = 5', target.values.scope(0));
    const queues = view(openInspectors(target), 'queues');
    expect(queues.children(undefined, 0)[0]?.label).toMatch(
      /^msgqueue::MESSAGES at 0xffffffc08021c000 holds a VecDeque that cannot be read: what is there now makes no queue/,
    );
    expect(queues.table(undefined, 0).summary).toContain('cannot be read');
  });
});

/** Overwrites the capacity of the one queue: the word beside the buffer's address. */
function setCapacity(machine: Session['machine'], queues: OpenInspector, capacity: bigint): void {
  const buffer = BigInt(queues.children('static:msgqueue::MESSAGES', 0)[4]?.memoryReference ?? '0');
  const range = queues.watches(0).find(({ isDecisive }) => isDecisive);
  if (range === undefined) throw new Error('the queue has no buffer');
  const bytes = machine.readPhysical(range.pa, range.length) ?? new Uint8Array(0);
  const words = new DataView(bytes.buffer);
  words.setBigUint64(words.getBigUint64(0, true) === buffer ? 8 : 0, capacity, true);
  machine.writePhysical(range.pa, bytes);
}

describe('rows that can be set', () => {
  it('take their own value back', () => {
    const { target, windows } = openMessageQueue();
    breakAt(target, AFTER_PUSH);
    runOn(target);
    const inspection = openInspectors(target, { windows });
    const scope = target.values.scope(0);
    const visit = (inspector: OpenInspector, key: string | undefined, depth: number): number =>
      inspector.children(key, 0).reduce((count, node) => {
        const below = node.hasChildren && depth > 1 ? visit(inspector, node.key, depth - 1) : 0;
        if (node.editable === undefined) return count + below;
        const value = node.description?.split(' ')[0] ?? '';
        target.values.set(target.values.operand(node.editable, scope), value, scope);
        return count + below + 1;
      }, 0);
    expect(visit(view(inspection, 'queues'), undefined, 3)).toBe(1);
    expect(visit(view(inspection, 'pageTables'), undefined, 2)).toBeGreaterThan(20);
    expect(visit(view(inspection, 'registers'), 'general', 1)).toBe(32);
    expect(visit(view(inspection, 'registers'), 'section:Supervisor', 1)).toBe(12);
    expect(target.values.evaluate('msgqueue::MESSAGES[0]', scope).text).toBe('0');
  });
});

describe('a guest that runs', () => {
  it('can be looked at between slices, without taking that for a stop', () => {
    const { target } = openMessageQueue();
    const queues = view(openInspectors(target), 'queues');
    runTo(target, 'msgqueue::producer');
    queues.children(undefined, 0);
    const seen = new Set<string>();
    let result = target.resume();
    while (result.kind === 'running') {
      seen.add(queues.children(undefined, 0)[0]?.description ?? '');
      queues.children('static:msgqueue::MESSAGES', 0);
      result = target.slice(997n);
    }
    expect(seen).toContain('0 of 4 · head 3 · VecDeque<u32>');
    expect(target.stop?.kind).toBe('power');
    expect(queues.children('static:msgqueue::MESSAGES', 0)[0]).toMatchObject({ label: 'capacity', description: '4' });
    expect(queues.children(undefined, 0)[0]?.isChanged).toBe(true);
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
      '- Bare: addresses are physical: hart 0 in S mode uses no page table',
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
