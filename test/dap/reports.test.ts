/** Kernels whose debug information comes in forms that compilers, linkers and dwz write and that once were refused or read wrongly. */
import { describe, expect, it } from 'vitest';
import { newClient } from '../support/conversation';

const FOLDER = 'test/dap/fixtures/reports';
const CASES = '/src/kernels/x/cases';

interface Report {
  readonly what: string;
  readonly elf: string;
  readonly source: string;
  readonly line: number;
  readonly values: readonly (readonly [expression: string, value: string | RegExp])[];
}

const SHARED = [
  ['p->id', '1'],
  ['p->inner.pair.b', '8'],
  ['s2.quad[3]', '15'],
  ['p->next->name', /"beta"$/],
] as const;

const units = (elf: string, what: string): Report => ({
  what,
  elf,
  source: `${CASES}/17-type-units-dwz/a.c`,
  line: 5,
  values: SHARED,
});

const REPORTS: readonly Report[] = [
  ...['zlib', 'zstd'].map((elf) => ({
    what: `debug sections compressed with ${elf}`,
    elf,
    source: `${CASES}/01-zstd-debug/main.c`,
    line: 7,
    values: [['t->span.hi', '32']] as const,
  })),
  {
    what: 'bit-fields',
    elf: 'bitfields',
    source: `${CASES}/05-bitfields/main.c`,
    line: 12,
    values: [
      ['tok', '{index: 703710, kind: DEVICE, last: 1}'],
      ['blk.size', '524288'],
      ['od.wide', '-3'],
      ['od.s', 'NEG'],
      ['&tok.kind', /^error: A bit-field has no address\./],
      ['sizeof(tok.kind)', /^error: A bit-field has no size in bytes\./],
    ],
  },
  ...['gcc', 'clang'].map((compiler) => ({
    what: `thread-local variables of ${compiler}`,
    elf: `tls-${compiler}`,
    source: `${CASES}/06-tls/main.c`,
    line: 10,
    values: [
      ['this_cpu.ticks', '42'],
      ['this_cpu.id', '3'],
      ['nesting', '1'],
    ] as const,
  })),
  {
    what: 'members, bases and statics of C++',
    elf: 'cpp',
    source: `${CASES}/11-cpp/main.cpp`,
    line: 14,
    values: [
      ['this->state', 'Busy'],
      ['base', '268435456'],
      ['mm::Device::count', '1'],
      ['count', '1'],
    ],
  },
  units('tu4', 'type units of DWARF 4'),
  units('tu5', 'type units of DWARF 5'),
  units('ctu5', 'type units of clang'),
  units('dwz5', 'entries that dwz shared within the file'),
  units('d1', 'entries that dwz put into another file'),
  {
    what: 'what users of C write',
    elf: 'pointers',
    source: `${CASES}/19-pointer-array/main.c`,
    line: 10,
    values: [
      ['v,5', '{10, 20, 30, 40, 50}'],
      ['*v@5', '{10, 20, 30, 40, 50}'],
      ['(int[5])*v', '{10, 20, 30, 40, 50}'],
      ['*(int(*)[5])v', '{10, 20, 30, 40, 50}'],
      ['sizeof(struct proc)', '24'],
      ['sizeof(procs)/sizeof(procs[0])', '4'],
      ['RUNNABLE', 'RUNNABLE'],
      ['procs[0].state == RUNNABLE', 'true'],
      ['NPROC * 2', '8'],
      ['1 ? 2 : 3', '2'],
      ['&procs[1] - &procs[0]', '1'],
      ['(procs + 1)->pid', '2'],
      ['*procs', '{state: RUNNABLE, pid: 1, name: "init"}'],
      ['procs == ptab', 'true'],
      ['(u8)511', '255'],
      ['(u8)-1', '255'],
      ['1u - 2', '4294967295'],
      ['procs[1].pid & 2 == 2', '0'],
      ['offsetof(struct node, link)', '8'],
      ['((struct node *)((char *)n1.link.next - 8))->v', '42'],
      ['((struct proc *)raw)[1].pid', '2'],
    ],
  },
];

describe('kernels as compilers really write them', () => {
  it.each(REPORTS)('show the values of their sources: $what', async ({ elf, source, line, values }) => {
    const client = newClient();
    try {
      await client.launch({ program: `${process.cwd()}/${FOLDER}/${elf}.elf.gz` }, { [source]: [{ line }] });
      const { threadId } = await client.event('stopped');
      const { stackFrames } = await client.request('stackTrace', { threadId });
      const frameId = stackFrames[0].id;
      const shown: [string, string][] = [];
      for (const [expression] of values) {
        const answer = await client.ask('evaluate', { expression, frameId, context: 'watch' });
        shown.push([expression, answer.ok ? answer.body.result : `error: ${answer.message}`]);
      }
      const wanted = values.map(([expression, value]) => [
        expression,
        typeof value === 'string' ? value : expect.stringMatching(value),
      ]);
      expect(shown).toEqual(wanted);
    } finally {
      client.dispose();
    }
  });
});
